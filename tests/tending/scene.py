"""A house with one detection and the canary, a clock that is told, and a fake Slack."""

from __future__ import annotations

import calendar
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from daywatch import pipeline
from daywatch.alerts.slack import SlackTransport
from daywatch.errors import HeldBack
from daywatch.house import House, open_house, utc_now
from daywatch.settings import Settings
from daywatch.tending import Tended, tend
from tests.conftest import CHECKOUT
from tests.content import TAXONOMY, signups
from tests.fakeslack import TOKEN, FakeSlack

TODAY = utc_now().date()
YESTERDAY = TODAY - timedelta(days=1)
"""The lake notes real times of publication, so the days of these tests are real too."""
CHANNELS = {"spam": "C0SPAM001", "spam-data": "C0SPAM002", "ts-daywatch": "C0DAYW001"}
OURS = ("sql/daywatch", "expectations/daywatch", "tests/sql/daywatch")


def at(hours: float, day: date = TODAY) -> datetime:
    """So many hours into a UTC day."""
    return datetime.combine(day, time()) + timedelta(hours=hours)


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def epoch(self) -> float:
        """The same for Slack."""
        return calendar.timegm(self.now.timetuple()) + self.now.microsecond / 1e6


@dataclass
class Scene:
    """A house at work: tend it, look at its channels."""

    settings: Settings
    house: House
    clock: Clock
    slack: FakeSlack

    @property
    def transport(self) -> SlackTransport:
        """Slack as the house speaks it."""
        return SlackTransport(TOKEN, base_url=self.slack.url)

    def tend(self, **options: Any) -> Tended:
        """One round; time passes only in the sender's own waits."""
        return tend(self.house, self.transport, wait=self.clock.wait, **options)

    def heard(self, channel: str) -> list[str]:
        """What people see in a channel, as one-line texts."""
        shown = CHANNELS[channel.lstrip("#")]
        return [str(m.body["text"]) for m in self.slack.live if m.channel == shown]

    def run(self, table: str = "burst", day: date = YESTERDAY, *, judged: bool = True) -> None:
        """Run a detection's day as its DAG would, and leave delivery to the next round."""
        detection = self.house.catalog.by_table(table)
        assert detection is not None
        with suppress(HeldBack):
            staging = pipeline.build(self.house, detection, day, run_id=f"r-{table}")
            pipeline.validate(self.house, detection, staging)
            if judged:
                pipeline.judge_published(self.house, detection, day, run_id=f"r-{table}")

    def load(self, day: date = YESTERDAY) -> None:
        """Four sign-ups of one network: a breach."""
        source = self.house.catalog.sources["signups"]
        self.house.warehouse.load_arrow(source, signups({"10.0.0": 4, "10.0.1": 1}, day))


def fill_home(home: Path) -> None:
    """Add the team daywatch and its canary to a content folder."""
    for folder in OURS:
        shutil.copytree(CHECKOUT / folder, home / folder, dirs_exist_ok=True)
    policies = TAXONOMY.replace("policies: {", "policies: {alert_path: The alert path, ")
    (home / "sql/taxonomy.yaml").write_text(policies)


def scene_in(settings: Settings) -> Iterator[Scene]:
    """A scene over any settings."""
    clock = Clock(at(3))
    with ExitStack() as open_:
        slack = open_.enter_context(FakeSlack(CHANNELS, clock=clock.epoch))
        token = {"slack_token": SecretStr(TOKEN), "slack_base_url": slack.url}
        settings = settings.model_copy(update=token)
        house = open_.enter_context(open_house(settings))
        scene = Scene(settings, replace(house, now=clock), clock, slack)
        names = sorted(house.catalog.detections)
        house.state.notice_detections(names, at(0))
        yield scene
