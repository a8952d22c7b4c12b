"""Drop each predicate of a query in turn: one that no case misses is not tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from daywatch.cases.bench import Bench, Benches
from daywatch.cases.compare import Row
from daywatch.cases.model import Case
from daywatch.catalog.model import Detection
from daywatch.catalog.mutants import Mutant, mutants, rewritten
from daywatch.errors import DaywatchError, Where
from daywatch.indicators import Verdict

Diff = Callable[[Case, Sequence[Row], Mapping[str, Verdict]], str]


@dataclass(frozen=True)
class Survivor:
    """A predicate whose absence no case noticed."""

    where: Where
    predicate: str

    def __str__(self) -> str:
        return f"{self.where}: no case notices when this is dropped: {self.predicate}"


def survivors(
    cases: Sequence[Case], benches: Benches, detection: Detection, diff: Diff
) -> list[Survivor]:
    """Mutants of the detection's query that pass all its cases, in the order of the file."""
    with benches.lakes() as fresh:
        laid = []
        for case, bench in zip(cases, fresh, strict=False):
            bench.lay_out(case)
            laid.append((case, bench))
        if not _passes(laid, rewritten(detection.sql, "duckdb"), diff):
            return [
                Survivor(
                    Where(detection.path, detection.sql_line),
                    "the query as sqlglot rewrites it no longer passes, so nothing can be dropped",
                )
            ]
        found = [one for one in mutants(detection.sql, "duckdb") if _passes(laid, one.sql, diff)]
    return [_survivor(detection, one) for one in found]


def _passes(laid: Sequence[tuple[Case, Bench]], sql: str, diff: Diff) -> bool:
    """Whether every case passes; a query that no longer runs does not."""
    for case, bench in laid:
        try:
            if diff(case, *bench.run(case, sql)):
                return False
        except DaywatchError:
            return False
    return True


def _survivor(detection: Detection, mutant: Mutant) -> Survivor:
    return Survivor(Where(detection.path, detection.sql_line + mutant.line - 1), mutant.predicate)
