"""Facts and outcomes that the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from daywatch.alerts import Applied, IndicatorOutcome, apply
from daywatch.alerts.facts import AlertFacts, SegmentFact
from daywatch.catalog.model import Severity
from daywatch.indicators.model import Point, State, Verdict
from daywatch.state import StateStore

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 3, 4, 30)
DETECTION = "platform_abuse.signup_burst"
KEY = "5f1d0c9b7a3e48d2" * 4

RUNBOOK = """1. Open the three largest networks below and compare handle patterns and device models.
2. Over 70 % one pattern and one device model: suspend the batch with the tool's *bulk hold*.
3. Carrier NAT or a school? Close the case as expected and add an exception with an end date."""

FULL = AlertFacts(
    detection=DETECTION,
    title="Sign-up burst from one network",
    description="Many accounts created from one /24 in a day, mostly with one handle pattern.",
    policy="scams_and_fraud",
    owner="spam-oncall",
    owner_slack="S012SPAM",
    team="platform_abuse",
    indicator="burst_networks",
    severity="critical",
    channel="#ts-platform-abuse",
    day=DAY,
    kind="count",
    unit="networks",
    value=63.0,
    limit_high=50.0,
    reason="63 is above the limit of 50.",
    baseline="3.4x the usual 18 for a Monday; highest of 60 days.",
    segments=(
        SegmentFact("market = BR", 41.0, 9.0, 0.71),
        SegmentFact("market = MX", 12.0, 5.0, 0.16),
        SegmentFact("market = ID", 10.0, 4.0, 0.13),
    ),
    evidence_columns=("ip24", "market", "accounts", "usual", "pattern_share"),
    evidence=(
        ("177.54.12", "BR", "214", "6.5", "0.97"),
        ("177.54.13", "BR", "188", "4.0", "0.95"),
        ("189.203.7", "MX", "96", "11.0", "0.88"),
        ("103.28.54", "ID", "71", "9.5", "0.91"),
        ("45.229.90", "BR", "40", "1.0", "0.74"),
    ),
    row_count=132,
    runbook=RUNBOOK,
    link="http://localhost:8080/dags/platform_abuse.signup_burst",
    blind_spots=("residential proxies spread over many /24s",),
    false_positives=("carrier NAT", "schools", "events"),
    data_notes=("upstream device_farm was missing: device links are not counted",),
    recent=tuple(
        (DAY - timedelta(days=13 - i), float(v))
        for i, v in enumerate((17, 19, 16, 18, 22, 12, 11, 18, 20, 17, 19, 24, 37, 63))
    ),
)


def facts_on(day: date, value: float | None = 63.0, **changes: object) -> AlertFacts:
    """The sample's facts on another day."""
    given: dict[str, object] = {"value": value, "reason": f"{value:g} is above 50."}
    given |= changes
    return replace(FULL, day=day, **given)  # type: ignore[arg-type]


def breach(day: date, value: float = 63.0, **changes: object) -> IndicatorOutcome:
    """A breached day, with one breached segment."""
    over = Verdict(State.BREACH, value, f"{value:g} is above 50.", limit_high=50.0)
    given: dict[str, object] = {
        "indicator": "burst_networks",
        "kind": "count",
        "severity": Severity.CRITICAL,
        "verdict": over,
        "segments": {'{"market": "BR"}': over},
        "breached": True,
        "facts": facts_on(day, value),
    }
    return IndicatorOutcome(**(given | changes))  # type: ignore[arg-type]


def quiet(state: State = State.OK) -> IndicatorOutcome:
    """A day within its limits, or without data."""
    verdict = Verdict(state, 20.0 if state is State.OK else None, "20 is not above 50.")
    return IndicatorOutcome("burst_networks", "count", Severity.CRITICAL, verdict, breached=False)


def judge(
    store: StateStore,
    day: date,
    outcome: IndicatorOutcome,
    *,
    now: datetime = NOW,
    horizon_days: int = 3,
    also: Callable[[Session], None] | None = None,
) -> Applied:
    """Save the verdict and apply the outcome, as the pipeline does."""
    point = Point(day, outcome.verdict.value)
    store.save_points(DETECTION, outcome.indicator, day, "hash", {"": point})
    with store.transaction() as session:
        store.save_verdict(
            session,
            DETECTION,
            outcome.indicator,
            "",
            day,
            outcome.verdict,
            input_hash="i",
            rule_hash="r",
            now=now,
        )
        done = apply(
            session, [outcome], detection=DETECTION, day=day, now=now, horizon_days=horizon_days
        )
        if also:
            also(session)
    return done


class Clock:
    """A clock that moves only when told."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
