"""The catalogue: every detection there is to run, and every file that cannot."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from daywatch.catalog.examine import Examined, Ground, examine
from daywatch.catalog.files import read_sources, read_taxonomy, read_team
from daywatch.catalog.model import BrokenFile, Catalog, Team
from daywatch.errors import CatalogError, Where
from daywatch.settings import Settings


def load_catalog(settings: Settings, only: str | None = None) -> Catalog:
    """Read sql/: what can run as detections, what cannot as broken files with the reason.

    `only="team.table"` reads that file and the detections it depends on, nothing else, so that an
    Airflow task's own parse stays cheap. Raises ConfigurationError if sources.yaml or
    taxonomy.yaml cannot be read; no other file stops the rest.
    """
    shelf = Shelf(settings)
    if only is None:
        return shelf.everything()
    team, _, table = only.partition(".")
    return shelf.only(settings.sql_dir / team / f"{table}.sql")


class Shelf:
    """sql/ while it is being read: each file once, each team once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.paths: dict[str, list[Path]] = {}
        for path in sorted(settings.sql_dir.glob("*/*.sql")):
            self.paths.setdefault(path.stem, []).append(path)
        self.ground = Ground(
            settings,
            read_sources(settings.sql_dir / "sources.yaml"),
            read_taxonomy(settings.sql_dir / "taxonomy.yaml"),
            frozenset(self.paths),
        )
        self.teams: dict[str, Team | CatalogError] = {}
        self.seen: dict[Path, Examined] = {}

    def everything(self) -> Catalog:
        """The whole catalogue."""
        with _collector_paused():
            for path in itertools.chain(*self.paths.values()):
                self.look(path)
        for team_file in sorted(self.settings.sql_dir.glob("*/team.yaml")):
            self.team(team_file.parent.name)
        return self.catalog()

    def only(self, path: Path) -> Catalog:
        """One detection with its upstreams, as far as they go."""
        waiting, done = [path], set()
        while waiting:
            current = waiting.pop()
            if current in done or not current.is_file():
                continue
            done.add(current)
            found = self.look(current).detection
            for stem in found.upstreams if found else ():
                waiting.extend(self.paths.get(stem, ()))
        return self.catalog()

    def look(self, path: Path) -> Examined:
        """Examine a file once."""
        if path not in self.seen:
            team = self.team(path.parent.name)
            if isinstance(team, CatalogError):
                self.seen[path] = Examined(path.parent.name, path.stem, path, [team])
            else:
                self.seen[path] = examine(path, team, self.ground)
        return self.seen[path]

    def team(self, name: str) -> Team | CatalogError:
        """The team of a folder, or why its file cannot be read."""
        if name not in self.teams:
            try:
                self.teams[name] = read_team(self.settings.sql_dir / name / "team.yaml")
            except CatalogError as error:
                self.teams[name] = error
        return self.teams[name]

    def catalog(self) -> Catalog:
        """What was read, after the checks that need more than one file."""
        self._refuse_duplicates()
        self._refuse_leaks()
        self._refuse_cycles()
        self._refuse_broken_upstreams()
        good = [seen.detection for seen in self.seen.values() if seen.detection]
        teams = {n: team for n, team in self.teams.items() if isinstance(team, Team)}
        return Catalog(
            teams=dict(sorted(teams.items())),
            sources=dict(self.ground.sources),
            taxonomy=self.ground.taxonomy,
            detections={d.name: d for d in sorted(good, key=lambda d: d.name)},
            broken=tuple(broken(seen) for _, seen in sorted(self.seen.items()) if seen.faults),
        )

    def _refuse_duplicates(self) -> None:
        for seen in self.seen.values():
            others = [path for path in self.paths[seen.table] if path != seen.path]
            for other in others:
                fault = f"the risk table {seen.table!r} is also {self._short(other)}."
                _refuse(seen, fault, "Rename one: a table's name is unique over all teams.")

    def _refuse_leaks(self) -> None:
        """A confidential team's rows never feed another team's table."""
        for seen in self._good():
            assert seen.detection is not None
            for stem in seen.detection.upstreams:
                for path in self.paths.get(stem, ()):
                    owner = self.team(path.parent.name)
                    if owner_is_closed(owner) and path.parent.name != seen.team:
                        fault = f"risk.{stem} belongs to {path.parent.name}, which is confidential."
                        remedy = "Only that team's own detections may read it."
                        _refuse(seen, fault, remedy, self._reading_line(seen, stem))

    def _refuse_cycles(self) -> None:
        edges = {s.table: s.detection.upstreams for s in self._good() if s.detection}
        for cycle in find_cycles(edges):
            for seen in self._good():
                if seen.table in cycle:
                    at = cycle.index(seen.table)
                    round_trip = [*cycle[at:], *cycle[:at], seen.table]
                    fault = (
                        f"the risk tables read each other in a circle: {' -> '.join(round_trip)}."
                    )
                    line = self._reading_line(seen, round_trip[1])
                    _refuse(seen, fault, "Remove one of these reads.", line)

    def _refuse_broken_upstreams(self) -> None:
        """A consumer of what cannot run cannot run; again until nothing new falls."""
        while True:
            bad = {seen.table: seen for seen in self.seen.values() if seen.faults}
            fallen = [
                s for s in self._good() if s.detection and set(s.detection.upstreams) & set(bad)
            ]
            if not fallen:
                return
            for seen in fallen:
                assert seen.detection is not None
                stem = next(s for s in seen.detection.upstreams if s in bad)
                fault = f"it reads risk.{stem}, which is broken: {bad[stem].faults[0]}"
                _refuse(seen, fault, "Mend that file first.", self._reading_line(seen, stem))

    def _good(self) -> list[Examined]:
        return [seen for seen in self.seen.values() if seen.detection and not seen.faults]

    def _reading_line(self, seen: Examined, stem: str) -> int:
        if seen.query is None or seen.detection is None:
            return 1
        offset = seen.query.text.find(f".{stem}")
        return seen.detection.sql_line + seen.query.line_at(max(offset, 0)) - 1

    def _short(self, path: Path) -> str:
        home = self.settings.home
        return str(path.relative_to(home)) if path.is_relative_to(home) else str(path)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without garbage collection: it took 30 % of the time to walk trees that all stay alive."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _refuse(seen: Examined, fault: str, remedy: str, line: int = 1) -> None:
    seen.faults.append(CatalogError(fault, remedy=remedy, where=Where(seen.path, line)))
    seen.detection = None


def owner_is_closed(team: Team | CatalogError) -> bool:
    """Whether a team's tables are its own only."""
    return isinstance(team, Team) and team.confidential


def broken(seen: Examined) -> BrokenFile:
    """The first fault of a file, as everybody shows it; lint shows them all."""
    first = seen.faults[0]
    where = first.where or Where(seen.path)
    more = f" ({len(seen.faults) - 1} more: daywatch lint)" if len(seen.faults) > 1 else ""
    return BrokenFile(
        team=seen.team,
        table=seen.table,
        path=Path(where.path),
        line=where.line,
        fault=first.fault + more,
        remedy=first.remedy,
    )


def find_cycles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Circles of names, each once: ["a", "b"] for a -> b -> a."""
    cycles: list[list[str]] = []
    done: set[str] = set()
    for start in sorted(edges):
        stack = [] if start in done else [(start, iter(edges[start]))]
        while stack:
            step = next(stack[-1][1], None)
            trail = [name for name, _ in stack]
            if step is None:
                done.add(stack.pop()[0])
            elif step in trail:
                cycles.append(trail[trail.index(step) :])
            elif step not in done and step in edges:
                stack.append((step, iter(edges[step])))
    return cycles
