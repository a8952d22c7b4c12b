"""Which tables a query reads: declared sources and other detections' risk tables, nothing else."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from daywatch.catalog.sql import Query
from daywatch.errors import SqlRefused

RISK = "risk"
"""The schema under which every engine shows the published risk tables."""


@dataclass(frozen=True)
class Reads:
    """What a query reads: source names, risk tables (stems), and the faults of the rest."""

    sources: tuple[str, ...]
    upstreams: tuple[str, ...]
    faults: tuple[SqlRefused, ...]


def reads(query: Query, sources: Iterable[str], stems: Iterable[str]) -> Reads:
    """Resolve every table that no CTE in scope explains; truth_* is never readable."""
    known, risk = set(sources), set(stems)
    found: set[str] = set()
    upstreams: set[str] = set()
    faults = []
    for table in _real_tables(query):
        name, schema = fold(table.this), fold(table.args.get("db"))
        if name.startswith("truth_"):
            fault = f"{name} is ground truth; no detection may read it."
            faults.append(query.refusal(table, fault, "Read what the platform itself can see."))
        elif schema == RISK and not table.args.get("catalog") and name in risk:
            upstreams.add(name)
        elif not schema and name in known:
            found.add(name)
        else:
            faults.append(_undeclared(query, table, known, risk))
    return Reads(tuple(sorted(found)), tuple(sorted(upstreams)), tuple(faults))


def fold(identifier: object) -> str:
    """A name as the engines compare it: unquoted ones in lower case, quoted ones as written."""
    if not isinstance(identifier, exp.Identifier):
        return str(identifier.this) if isinstance(identifier, exp.Expr) else ""
    return str(identifier.this) if identifier.args.get("quoted") else str(identifier.this).lower()


def _real_tables(query: Query) -> Iterator[exp.Table]:
    for table in query.nodes:
        if not isinstance(table, exp.Table):
            continue
        if isinstance(table.this, exp.Identifier) and not _is_cte(table):
            yield table


def _is_cte(table: exp.Table) -> bool:
    """Whether a WITH that this table stands under has named it already."""
    if table.args.get("db"):
        return False
    name = fold(table.this)
    child: exp.Expr = table
    parent: exp.Expr | None = table.parent
    inside: exp.CTE | None = None
    while parent is not None:
        if isinstance(child, exp.CTE):
            inside = child
        named = parent.args.get("with_")
        if named is not None and name in _visible(named, inside if child is named else None):
            return True
        child, parent = parent, parent.parent
    return False


def _visible(named: exp.Expr, inside: exp.CTE | None) -> set[str]:
    """CTE names usable after the WITH, or inside one of its CTEs: the earlier ones only."""
    names: set[str] = set()
    for cte in named.expressions:
        if cte is not inside or named.args.get("recursive"):
            names.add(fold(cte.args["alias"].this))
        if cte is inside:
            break
    return names


def _undeclared(query: Query, table: exp.Table, known: set[str], risk: set[str]) -> SqlRefused:
    written = ".".join(str(part.name) for part in table.parts)
    choices = sorted(known) + [f"{RISK}.{stem}" for stem in sorted(risk)]
    near = difflib.get_close_matches(written, choices, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else "Declare it in sql/sources.yaml."
    if any(mark in written for mark in "./\\*") and not table.args.get("db"):
        hint = "Files cannot be read: load them (daywatch load) and declare the table."
    return query.refusal(table, f"the table {written!r} is not declared.", hint)
