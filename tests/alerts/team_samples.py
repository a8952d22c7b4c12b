"""Messages about several alerts, a team or a silence, from sample facts."""

from __future__ import annotations

from datetime import datetime, timedelta

from samples import DAY, FULL, KEY, NOW

from daywatch.alerts import render
from daywatch.alerts.facts import ChartFacts, ChartMark, ChartPoint
from daywatch.alerts.handled import Handled
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.team_facts import (
    AgeBucket,
    DigestFacts,
    EscalationFacts,
    LogEntry,
    NeverFires,
    Noisy,
    NotRunFacts,
    PastFacts,
    SilenceFacts,
    SummaryFacts,
    SummaryLine,
)

OPEN = EpisodeView(DAY, DAY)
HANDLED = Handled(
    acknowledged_by="Ana",
    acknowledged_at=NOW,
    assignee="Bo",
    snoozed_by="Ana",
    snoozed_until=NOW + timedelta(days=1),
    rungs=2,
)
RESOLVED = Handled(
    acknowledged_by="Ana",
    acknowledged_at=NOW,
    resolution="false_positive_logic",
    resolution_note="carrier NAT",
    resolved_by="Bo",
    resolved_at=NOW + timedelta(hours=2),
)
SUMMARY = SummaryFacts(
    team="Platform abuse",
    day=DAY,
    total=37,
    by_severity=(("critical", 2), ("high", 5), ("low", 30)),
    lines=tuple(
        SummaryLine("k" * 64, severity, "platform_abuse.x", title, "groups", value)
        for severity, title, value in (
            ("critical", "Sign-up burst from one network", "63 networks"),
            ("high", "Accounts that act in lockstep", "4 groups"),
            ("low", "Faster than people of that age", "12 accounts"),
        )
    ),
    more=34,
    on_call="S0SPAM",
    over=3,
)
CLIMBED = EscalationFacts(2, 3, ("U0LEAD", "S0SPAM"), timedelta(minutes=45), channel="C0SPAM001")
SILENCE = SilenceFacts(
    "63506fde", "platform_abuse", "detection signup_burst", "an event", "Ana", NOW
)
DIGEST = DigestFacts(
    team="Platform abuse",
    day=DAY,
    expected=12,
    ran=10,
    published=9,
    held_back=("device_farm: 2 of 8 checks failed",),
    not_run=("velocity: never ran",),
    breached=("signup_burst burst_networks (critical): 63 is above 50",),
    open_alerts=(
        AgeBucket("a day or less", ("critical signup_burst burst_networks since 2026-03-02",)),
        AgeBucket("over a week", ("low co_share pairs since 2026-02-11",)),
    ),
    unacknowledged=("critical signup_burst burst_networks since 2026-03-02, 4 h unacknowledged",),
    dead_letters=("#ts-old: is_archived, since 2026-03-01",),
    noisy=(Noisy("co_share", 9, 0.67),),
    never_fires=(NeverFires("trend_rebound", "120 days"),),
    silences=("detection thin_engagers until 2026-03-05 (Ana: a launch)",),
    to_digest=("low co_share pairs: 4 is above 3",),
    budget_used=12,
    budget=12,
    experimental=("abuse_pressure pressure: 3 is above 2",),
    canary="seen in #ts-daywatch 12 s after it was sent",
    on_call="S0SPAM",
)
CHART = ChartFacts(
    FULL.title,
    "count",
    "networks",
    tuple(
        ChartPoint(day, value, 9.0, 50.0, value is not None and value > 50)
        for day, value in FULL.recent
    ),
    (ChartMark(DAY - timedelta(days=6), "policy change", "threshold lowered BR"),),
)
LOG = [
    LogEntry(datetime(2026, 3, 3, 4, 30), "Daywatch", "opened"),
    LogEntry(datetime(2026, 3, 3, 4, 31), "Daywatch", "message sent to #ts-platform-abuse"),
    LogEntry(datetime(2026, 3, 3, 4, 52), "Ana", "acknowledged"),
]
NOT_RUN = NotRunFacts(
    "Platform abuse", DAY, ("velocity: never ran", "lockstep: its build died"), "No result in time."
)
PAST = PastFacts(DAY - timedelta(days=60), DAY, (("platform_abuse.lockstep", 12),))
TEAM_MESSAGES = {
    "breach_handled": render.breach(FULL, OPEN, KEY, HANDLED),
    "breach_resolved": render.breach(FULL, EpisodeView(DAY, DAY, status="ended"), KEY, RESOLVED),
    "details": render.details(
        type(FULL)(**{**{n: getattr(FULL, n) for n in FULL.__dataclass_fields__}, "chart": CHART}),
        KEY,
    ),
    "log": render.log("platform_abuse.signup_burst burst_networks", LOG, KEY),
    "escalation": render.escalation(FULL, CLIMBED, KEY),
    "escalation_elsewhere": render.escalated_elsewhere(FULL, CLIMBED, KEY),
    "snooze_over": render.snooze_over(FULL, OPEN, KEY, "Ana"),
    "summary": render.summary(SUMMARY, KEY),
    "summary_over": render.summary(SUMMARY, KEY, RESOLVED, is_open=False),
    "summary_raised": render.summary_raised(SUMMARY, KEY),
    "not_run": render.not_run(NOT_RUN, KEY),
    "not_run_over": render.not_run(NOT_RUN, KEY, recovered=True),
    "digest": render.digest(DIGEST, KEY),
    "silence_set": render.silence_set(SILENCE, KEY),
    "silence_ended": render.silence_ended(SILENCE, KEY),
    "backfill": render.past(PAST, KEY),
}
