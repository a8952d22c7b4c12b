"""What is injected: abuse that detections should find, and benign twins that look like it.

Each scenario is a SQL file in sql/scenarios/: a YAML header, a story that says how large it is at
size S, and statements that add rows to `extra_<table>` and bend numbers in `knobs`. Every added
row, every entity and every shifted metric is written to the truth. Abuse runs three times, once at
each strength; a benign twin runs as often at its one strength.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from daywatch.catalog.header import Split, split
from daywatch.catalog.model import Frozen, Name
from daywatch.catalog.yamlfile import load_yaml, parse_model
from daywatch.platform.tables import DIMENSIONS, EVENTS, SQL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daywatch.platform.world import World

Strength = Literal["easy", "medium", "stealth", "benign"]
STRENGTHS: tuple[Strength, ...] = ("easy", "medium", "stealth")
_FACTOR: dict[Strength, float] = {"easy": 1.0, "medium": 0.6, "stealth": 0.35, "benign": 1.0}
FOLDER = SQL / "scenarios"


class ScenarioHeader(Frozen):
    """The YAML above a scenario's story: whose it is and how long it lasts."""

    team: Name
    days: int = Field(ge=1, description="how long one run lasts")
    benign: bool = False
    twins: tuple[Name, ...] = Field((), description="benign scenarios that look like this one")
    always: bool = Field(False, description="one run, from the first day to the last")
    newest: bool = Field(False, description="its easy run is under way on the newest day")


@dataclass(frozen=True)
class Scenario:
    """One story."""

    id: str
    header: ScenarioHeader
    text: str
    number: int

    @property
    def team(self) -> str:
        """Whose detections should find it, or stay silent about it."""
        return self.header.team

    @property
    def benign(self) -> bool:
        """Whether it only looks like abuse."""
        return self.header.benign

    @property
    def story(self) -> str:
        """What happens and how much of it: the comment that opens its SQL."""
        lines = self.text.splitlines()
        end = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
        return "\n".join(line[3:] for line in lines[:end])


@dataclass(frozen=True)
class Injected:
    """One run of a scenario; `id` is what the truth calls it, as in `signup_farm.easy`."""

    scenario: str
    id: str
    team: str
    strength: Strength
    turn: int
    first_day: date
    last_day: date

    @property
    def benign(self) -> bool:
        """Whether nobody should be woken for it."""
        return self.strength == "benign"


@cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario by id, in the order in which they are injected.

    Raises CatalogError for a header that cannot be read.
    """
    paths = sorted(FOLDER.glob("*.sql"))
    return {path.stem: _read(path.stem, n) for n, path in enumerate(paths)}


def _read(name: str, number: int) -> Scenario:
    path = FOLDER / f"{name}.sql"
    parts: Split = split(path.read_text(encoding="utf-8"), path)
    data, lines = load_yaml(parts.yaml, path, parts.yaml_line)
    return Scenario(name, parse_model(ScenarioHeader, data, lines, path), parts.sql, number)


def inject(world: World, names: Sequence[str], seed: int) -> tuple[Injected, ...]:
    """Run the scenarios over the world's days; those that began before it are cut to fit."""
    done = []
    for name in names:
        for run in runs_of(scenarios()[name], world.days, seed):
            _run(world, scenarios()[name], run)
            done.append(run)
    _note_events(world)
    return tuple(done)


def runs_of(scenario: Scenario, days: Sequence[date], seed: int) -> Iterator[Injected]:
    """When and how strongly a scenario happens: drawn from the seed, three runs that don't overlap.

    The first third of the days stays quiet, so that detections have a history to compare with.
    """
    dice = random.Random(f"{seed}/{scenario.id}")  # noqa: S311 - a simulation, not a secret
    if scenario.header.always:
        yield _named(scenario, "benign" if scenario.benign else "easy", 0, days[0], days[-1])
        return
    strengths: list[Strength] = dice.sample(STRENGTHS, 3)
    if scenario.benign:
        strengths = ["benign"] * 3
    if scenario.header.newest and not scenario.benign:
        strengths.append(strengths.pop(strengths.index("easy")))
    warm = len(days) // 3
    room = max(1, (len(days) - warm) // 3)
    length = min(scenario.header.days, room)
    for place, strength in enumerate(strengths[: len(days) - warm]):
        start = warm + place * room + dice.randint(0, room - length)
        if scenario.header.newest and place == 2:
            start = len(days) - length
        turn = place if scenario.benign else STRENGTHS.index(strength)
        yield _named(scenario, strength, turn, days[start], days[start + length - 1])


def _named(scenario: Scenario, strength: str, turn: int, first: date, last: date) -> Injected:
    label = f"{strength}_{turn + 1}" if scenario.benign else strength
    run: Strength = strength  # type: ignore[assignment]  # of STRENGTHS, or benign
    return Injected(scenario.id, f"{scenario.id}.{label}", scenario.team, run, turn, first, last)


def _run(world: World, scenario: Scenario, run: Injected) -> None:
    world.set(
        scenario=run.id,
        scenario_no=scenario.number,
        start=run.first_day,
        stop=run.last_day,
        turn=run.turn,
        strength=_FACTOR[run.strength],
        benign=run.benign,
    )
    world.db.execute(scenario.text)
    world.db.execute(
        "insert into truth_scenarios values (?, ?, ?, ?, ?, ?, ?)",
        [
            run.id, scenario.id, run.team, run.strength, run.benign, run.first_day, run.last_day,
        ],
    )  # fmt: skip


def _note_events(world: World) -> None:
    """Every row that a scenario added to a table of events is part of the truth."""
    for table in (*DIMENSIONS, *EVENTS):
        if not table.dated or table.key == "staff_id":
            continue
        world.db.execute(
            f"insert into truth_events select scenario_id, '{table.name}', {table.key}, ds "
            f"from extra_{table.name}"
        )
