"""What is injected: abuse that detections should find, and benign twins that look like it.

Each scenario is a SQL file in sql/scenarios/ whose first lines say what happens and how large it is
at size S. It adds rows to `extra_<table>` and bends numbers in `knobs`; every added row, every
entity and every shifted metric is written to the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from daywatch.platform.tables import DIMENSIONS, EVENTS, read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daywatch.platform.world import World

Strength = Literal["easy", "medium", "stealth"]
_FACTOR: dict[Strength, float] = {"easy": 1.0, "medium": 0.6, "stealth": 0.35}


@dataclass(frozen=True)
class Scenario:
    """One story. `starts` are days before the end on which it begins, each for `days` days."""

    id: str
    team: str
    benign: bool
    starts: tuple[int, ...]
    days: int
    strength: Strength = "easy"

    @property
    def story(self) -> str:
        """What happens and how much of it: the comment that opens its SQL."""
        lines = read_sql(f"scenarios/{self.id}").splitlines()
        return "\n".join(line[3:] for line in lines if line.startswith("-- "))


@dataclass(frozen=True)
class Injected:
    """One run of a scenario."""

    scenario: str
    first_day: date
    last_day: date


_ALL = (
    Scenario("vip_snooping", "integrity", False, (1, 31), 2),
    Scenario("export_before_leaving", "integrity", False, (1, 25), 2),
    Scenario("legal_export", "integrity", True, (2, 20), 1),
    Scenario("new_hire_ramp", "integrity", True, (12,), 13),
    Scenario("signup_farm", "platform_abuse", False, (0, 30), 1),
    Scenario("school_signups", "platform_abuse", True, (0, 17), 1),
    Scenario("carrier_nat", "platform_abuse", True, (59,), 60),
    Scenario("comment_wave", "platform_abuse", False, (1, 28), 2),
    Scenario("fan_campaign", "platform_abuse", True, (1, 22), 3),
    Scenario("device_farm", "platform_abuse", False, (1, 33), 2),
    Scenario("family_tablet", "platform_abuse", True, (20,), 21),
    Scenario("violative_step", "risk", False, (6, 40), 7),
    Scenario("policy_change", "risk", True, (20,), 21, "medium"),
    Scenario("card_testing", "monetization", False, (0, 29), 1),
    Scenario("card_renewal", "monetization", True, (0, 15), 1),
    Scenario("click_farm", "monetization", False, (1, 26), 2),
    Scenario("spend_season", "monetization", True, (9,), 10),
    Scenario("vendor_drift", "quality", False, (13,), 14),
    Scenario("easier_mix", "quality", True, (20,), 21),
)
SCENARIOS = {scenario.id: scenario for scenario in _ALL}
"""By id, in the order in which they are injected."""


def inject(world: World, names: Sequence[str]) -> tuple[Injected, ...]:
    """Run the scenarios over the world's days; those that began before it are cut to fit."""
    done = []
    for name in names:
        for turn, back in enumerate(SCENARIOS[name].starts):
            run = _span(SCENARIOS[name], back, world.days)
            if run:
                _run(world, SCENARIOS[name], run, turn)
                done.append(run)
    _note_events(world)
    return tuple(done)


def _span(scenario: Scenario, back: int, days: Sequence[date]) -> Injected | None:
    start = days[-1] - timedelta(days=back)
    stop = min(start + timedelta(days=scenario.days - 1), days[-1])
    return Injected(scenario.id, max(start, days[0]), stop) if stop >= days[0] else None


def _run(world: World, scenario: Scenario, run: Injected, turn: int) -> None:
    world.set(
        scenario=scenario.id,
        scenario_no=list(SCENARIOS).index(scenario.id),
        start=run.first_day,
        stop=run.last_day,
        turn=turn,
        strength=_FACTOR[scenario.strength],
        benign=scenario.benign,
    )
    world.db.execute(read_sql(f"scenarios/{scenario.id}"))


def _note_events(world: World) -> None:
    """Every row that a scenario added to a table of events is part of the truth."""
    for table in (*DIMENSIONS, *EVENTS):
        if not table.dated or table.key == "staff_id":
            continue
        world.db.execute(
            f"insert into truth_events select scenario_id, '{table.name}', {table.key}, ds "
            f"from extra_{table.name}"
        )
