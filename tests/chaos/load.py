"""Ten thousand breaches in one run: all told or summed up, at Slack's pace, in little memory.

Each size runs in a process of its own, so that its peak memory is its own; the fake Slack stays in
the parent. Time is simulated: only the sender's own waits let it pass.
"""

from __future__ import annotations

import calendar
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from daywatch.alerts import Policy, apply
from daywatch.alerts.sender import deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.catalog.model import Owner, Severity, Team
from daywatch.indicators.model import Point
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state
from daywatch.state.models import Alert, OutboxMessage
from tests.alerts.samples import DAY, NOW, Clock, breach, facts_on
from tests.fakeslack import TOKEN, FakeSlack

SMALL, LARGE = 1_000, 10_000
MOST_GROWTH = 1.5
"""Of the peak memory, from SMALL to LARGE (issue 4)."""
CHANNEL = "ts-platform-abuse"


@dataclass(frozen=True)
class Load:
    """What one size came to. `hours` are simulated, the others real."""

    alerts: int
    told: int
    """alerts with a message of their own"""
    summed: int
    """alerts that the summary counts"""
    left: int
    """messages not delivered"""
    sent: int
    calls: int
    hours: float
    judged_s: float
    delivered_s: float
    peak_mb: float


def report(as_json: bool) -> int:
    """Measure both sizes and both shapes; exit code 1 where a promise is broken."""
    failed = False
    for shape in ("alerts", "segments"):
        small, large = (measured(shape, size) for size in (SMALL, LARGE))
        growth = large.peak_mb / small.peak_mb
        for one in (small, large):
            print(json.dumps({"shape": shape, **asdict(one)}) if as_json else _line(shape, one))
        print(f"{shape}: peak memory at {LARGE:,} is {growth:.2f} times that at {SMALL:,}")
        complete = all(
            one.left == 0 and one.told + one.summed == one.alerts for one in (small, large)
        )
        failed |= growth > MOST_GROWTH or not complete
    return int(failed)


def _line(shape: str, one: Load) -> str:
    return (
        f"{shape:8} {one.alerts:6,} alerts: {one.told:,} told, {one.summed:,} summed up, "
        f"{one.left} left; {one.sent} messages in {one.calls} calls over {one.hours:.2f} h; "
        f"judged in {one.judged_s:.1f} s, delivered in {one.delivered_s:.1f} s; "
        f"peak {one.peak_mb:.0f} MB"
    )


def measured(shape: str, size: int) -> Load:
    """One size in a process of its own, against a Slack in this one."""
    with FakeSlack({CHANNEL: "C00000001"}, remember_calls=False) as slack:
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos.load", shape, str(size), slack.url],
            capture_output=True,
            text=True,
            check=True,
        )
        calls = sum(slack.counts.values())
    return Load(**(json.loads(done.stdout) | {"calls": calls}))


# --- in the measured process ----------------------------------------------------------------------


def _main(shape: str, size: int, url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="load") as folder:
        store = open_state(Settings(data_dir=Path(folder), state_url="", slack_token=None))
        began = time.monotonic()
        told = {"alerts": _many_alerts, "segments": _many_segments}[shape](store, size)
        judged = time.monotonic() - began
        clock, began = Clock(NOW), time.monotonic()
        transport = SlackTransport(TOKEN, base_url=url)
        deliver(store, transport, clock, wait=clock.wait, budget_seconds=86_400)
        found = _found(store, told)
        store.close()
    seconds = calendar.timegm(clock().timetuple()) - calendar.timegm(NOW.timetuple())
    load = Load(
        alerts=told,
        **found,
        calls=0,
        hours=seconds / 3600,
        judged_s=judged,
        delivered_s=time.monotonic() - began,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    print(json.dumps(asdict(load)))


def _found(store: StateStore, total: int) -> dict[str, int]:
    with store.reading() as session:
        risk = select(func.count()).select_from(Alert).where(Alert.kind == "risk")
        own = risk.join(OutboxMessage, OutboxMessage.key == Alert.key)
        told = session.scalar(own) or 0
        summed = session.scalar(risk.where(Alert.route == "summary")) or 0
        in_thread = session.scalar(own.where(Alert.route == "summary")) or 0
        messages = select(func.count()).select_from(OutboxMessage)
        left = session.scalar(messages.where(OutboxMessage.state != "sent")) or 0
        sent = session.scalar(messages.where(OutboxMessage.state == "sent")) or 0
    return {"told": told, "summed": summed - in_thread, "left": left, "sent": sent}


def _many_alerts(store: StateStore, size: int) -> int:
    """So many detections of one team breach, each judged in a run of its own."""
    policy = Policy(_team())
    for number in range(size):
        _judge(store, f"platform_abuse.low_{number:05d}", policy, NOW)
    return size


def _many_segments(store: StateStore, size: int) -> int:
    """One indicator breaches in so many segments: one alert."""
    whole = breach(DAY)
    over = whole.verdict
    outcome = breach(DAY, segments={f'{{"ip24": "10.{n}"}}': over for n in range(size)})
    with store.transaction() as session:
        apply(session, [outcome], detection="platform_abuse.signup_burst", day=DAY, now=NOW)
    return 1


def _judge(store: StateStore, detection: str, policy: Policy, now: datetime) -> None:
    facts = facts_on(DAY, detection=detection, severity="low", channel=f"#{CHANNEL}")
    outcome = breach(DAY, severity=Severity.LOW, facts=facts)
    store.save_points(detection, outcome.indicator, DAY, "hash", {"": Point(DAY, 63.0)})
    with store.transaction() as session:
        apply(session, [outcome], detection=detection, day=DAY, now=now, policy=policy)


def _team() -> Team:
    channels = dict.fromkeys(("alerts", "data", "digest"), f"#{CHANNEL}")
    return Team(
        name="platform_abuse",
        title="Platform abuse",
        channels=channels,
        owners={"spam-oncall": Owner(slack="S012SPAM")},
        alert_budget_per_week=1_000_000,
    )


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
