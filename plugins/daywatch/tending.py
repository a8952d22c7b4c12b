"""Each minute: finish what was left unfinished, tell what never happened, deliver what waits.

    notice    which detections there are, and since when their days are expected
    mirror    publications that only the warehouse knows (hourly)
    judge     days that were published and never judged
    absent    days of the catalogue that never ran
    canary    was yesterday's seen in its channel
    climb     unacknowledged alerts go up their team's ladder
    silences  those that are over end, and say so
    snoozes   those that are over wake their alert
    sweep     a second copy that Slack showed late goes
    deliver   the outbox

Each part stands alone: one that fails is logged and told, and stops neither the others nor
delivery. Any number of processes may tend at once; with nothing to do it costs next to nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from daywatch import canary, catchup, expected
from daywatch.alerts import absent, escalation, silences, snoozing, sweep
from daywatch.alerts.sender import Delivery, deliver
from daywatch.catalog.model import CANARY
from daywatch.errors import DaywatchError, Unavailable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from daywatch.alerts.transport import Transport
    from daywatch.house import House
    from daywatch.state.watch import Unjudged

log = logging.getLogger(__name__)

T = TypeVar("T")
LONGEST_TOLD = timedelta(days=60)
"""A day told as not run is watched for so long; then its message stays as it is."""
OURS = CANARY.partition(".")[0]


@dataclass(frozen=True)
class Tended:
    """What one round came to. `faults` say which part failed and why; empty is fine."""

    judged: int = 0
    """detections with days that had been published and never judged"""
    not_run: int = 0
    """messages written or changed about days that never ran"""
    repaired: int = 0
    climbed: int = 0
    expired: int = 0
    woken: int = 0
    swept: int = 0
    canary: tuple[canary.Beat, ...] = ()
    delivery: Delivery | None = None
    faults: tuple[str, ...] = ()
    unavailable: bool = False
    """the state store did not answer: whoever repeats this waits longer"""

    @property
    def fine(self) -> bool:
        """Whether every part worked, nothing is undeliverable and no canary was missed."""
        dead = self.delivery.dead if self.delivery else 0
        return not self.faults and not dead and all(beat.fine for beat in self.canary)

    @property
    def changed(self) -> bool:
        """Whether this round did anything that somebody may want to read."""
        sent = self.delivery
        moved = sent.sent + sent.updated + sent.adopted + len(sent.errors) if sent else 0
        settled = any(beat.sighting is not canary.Sighting.WAITING for beat in self.canary)
        return bool(moved or settled or any(count for count, _ in self._counts()))

    def sentence(self) -> str:
        """What was done in one line, faults last."""
        parts = [self.delivery.sentence().rstrip(".")] if self.delivery else []
        parts += [f"{count} {what}" for count, what in self._counts() if count]
        parts += [beat.sentence() for beat in self.canary]
        return "; ".join([*parts, *(f"FAILED: {fault}" for fault in self.faults)])

    def _counts(self) -> list[tuple[int, str]]:
        return [
            (self.judged, "detections judged late"),
            (self.not_run, "messages about days that never ran"),
            (self.repaired, "publications repaired"),
            (self.climbed, "escalated"),
            (self.expired, "silences ended"),
            (self.woken, "snoozes over"),
            (self.swept, "late duplicates deleted"),
        ]


def tend(
    house: House,
    transport: Transport,
    *,
    thorough: bool = False,
    budget_seconds: float = 20,
    wait: Callable[[float], None] = time.sleep,
) -> Tended:
    """One round of everything above. `thorough` also looks where differences are rare (hourly)."""
    parts = _Parts()
    parts.run("notice", lambda: _notice(house), None)
    repaired = parts.run("mirror", lambda: catchup.repair_mirror(house), 0) if thorough else 0
    judged = _judge(house, parts)
    not_run = parts.run("absent", lambda: _tell_absent(house), 0)
    unseen: tuple[canary.Beat, ...] = ()
    beats = parts.run("canary", lambda: _look_for_canary(house, transport, thorough), unseen)
    climbed, expired, woken = _advance(house, parts)
    swept = parts.run("sweep", lambda: sweep.sweep(house.state, transport, house.now).deleted, 0)
    delivery = parts.run(
        "deliver",
        lambda: deliver(
            house.state, transport, house.now, budget_seconds=budget_seconds, wait=wait
        ),
        None,
    )
    return Tended(
        judged,
        not_run,
        repaired,
        climbed,
        expired,
        woken,
        swept,
        beats,
        delivery,
        tuple(parts.faults),
        parts.unavailable,
    )


@dataclass
class _Parts:
    """The parts of one round, each in its own room."""

    faults: list[str] = field(default_factory=list)
    unavailable: bool = False

    def run(self, name: str, work: Callable[[], T], otherwise: T) -> T:
        """What the part gave; where it failed, `otherwise`, and the fault is kept."""
        try:
            return work()
        except Exception as error:  # whatever it is: delivery must come after it
            self.unavailable |= isinstance(error, Unavailable)
            said = str(error) if isinstance(error, DaywatchError) else f"{type(error).__name__}"
            log.error("%s failed: %s", name, said, exc_info=not isinstance(error, DaywatchError))
            self.faults.append(f"{name}: {said}")
            return otherwise


def _notice(house: House) -> None:
    house.state.notice_detections(expected.scheduled_names(house.catalog), house.now())


def _judge(house: House, parts: _Parts) -> int:
    """Judge detections with forgotten days, each apart: one whose rows are gone stops no other."""
    found: dict[str, list[Unjudged]] = {}
    found, done = parts.run("judge", lambda: catchup.forgotten(house), found), 0
    for name, days in found.items():
        detection = house.catalog.detections[name]
        work = partial(catchup.judge_forgotten, house, detection, days)
        done += parts.run(f"judge {name}", work, None) is not None
    return done


def _tell_absent(house: House) -> int:
    """Tell days of the horizon at once; days that were told earlier until they have run."""
    first, last = expected.horizon(house.now(), house.settings.paging_horizon_days)
    told = house.state.open_days(absent.NOT_RUN)
    oldest = max(min([first, *(day for _, day in told)]), last - LONGEST_TOLD)
    missing: dict[tuple[str, date], list[str]] = {}
    for one in expected.absent_days(house, oldest, last):
        if one.day >= first or (one.team, one.day) in told:
            missing.setdefault((one.team, one.day), []).append(one.sentence())
    changed = 0
    for team, day in sorted(missing.keys() | told):
        channel = _data_channel(house, team)
        if channel and day >= oldest:
            lines = missing.get((team, day), [])
            with house.state.transaction() as session:
                changed += absent.tell(session, team, channel, day, lines, now=house.now())
    return changed


def _data_channel(house: House, team: str) -> str:
    """The team's, or ours where its file cannot be read."""
    found = house.catalog.teams.get(team) or house.catalog.teams.get(OURS)
    return found.channels["data"] if found else ""


def _look_for_canary(house: House, transport: Transport, thorough: bool) -> tuple[canary.Beat, ...]:
    days = canary.unsettled(house, thorough=thorough) if transport.sends else []
    return tuple(canary.check(house, transport, day) for day in days)


def _advance(house: House, parts: _Parts) -> tuple[int, int, int]:
    """What only time moves: ladders, silences, snoozes."""
    teams = house.catalog.teams
    channels = {name: team.channels["alerts"] for name, team in teams.items()}

    def in_transaction(step: Callable[[Session, datetime], int]) -> int:
        with house.state.transaction() as session:
            return step(session, house.now())

    # Silences end before alerts wake and climb: what they kept quiet is told in this round.
    expired = parts.run(
        "silences", lambda: in_transaction(lambda s, now: silences.expire(s, channels, now)), 0
    )
    woken = parts.run(
        "snoozes", lambda: in_transaction(lambda s, now: snoozing.wake(s, teams, now)), 0
    )
    climbed = parts.run(
        "climb", lambda: in_transaction(lambda s, now: escalation.climb(s, teams, now)), 0
    )
    return climbed, expired, woken
