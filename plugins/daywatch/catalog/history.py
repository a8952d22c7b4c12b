"""Whether a day run again gives the same rows: columns that change later, and unknown ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from daywatch.catalog.columns import nearest
from daywatch.catalog.model import Detection, Source
from daywatch.catalog.sql import Query
from daywatch.catalog.tables import fold
from daywatch.errors import SqlRefused

_UNRESOLVED = re.compile(r"Column '\"?([^'\"]+)\"?'|Column (\S+) could not")


def mutable_faults(query: Query, sources: Mapping[str, Source]) -> Iterator[SqlRefused]:
    """A column whose value changes later, used in a SELECT that does not look at its time."""
    for select in query.tree.find_all(exp.Select):
        own = [c for c in select.find_all(exp.Column) if c.find_ancestor(exp.Select) is select]
        for alias, source in _tables(select, sources):
            used = [c for c in own if c.table in ("", alias)]
            names = {column.name for column in used}
            for column in used:
                declared = source.columns.get(column.name)
                since = declared.known_since if declared else None
                if since and since not in names:
                    fault = (
                        f"{source.name}.{column.name} changes later, and {since} is not looked at."
                    )
                    remedy = f"Compare {since} with :day, else an old day run again differs."
                    yield query.refusal(column, fault, remedy)
                    break


def _tables(select: exp.Select, sources: Mapping[str, Source]) -> Iterator[tuple[str, Source]]:
    holders = [select.args.get("from_"), *(select.args.get("joins") or ())]
    for holder in holders:
        table = holder.this if holder is not None else None
        if isinstance(table, exp.Table) and not table.args.get("db"):
            source = sources.get(fold(table.this))
            if source is not None:
                yield table.alias_or_name, source


def _misnamed(query: Query, sources: Mapping[str, Source]) -> Iterator[SqlRefused]:
    """`alias.column` where the alias is a source without that column; sqlglot trusts those."""
    for select in query.tree.find_all(exp.Select):
        own = [c for c in select.find_all(exp.Column) if c.find_ancestor(exp.Select) is select]
        ctes = {cte.alias for cte in query.tree.find_all(exp.CTE)}
        for alias, source in _tables(select, sources):
            for column in own if source.name not in ctes else ():
                if column.table == alias and column.name not in {*source.columns, "*"}:
                    fault = f"{source.name} has no column {column.name!r}."
                    yield query.refusal(column, fault, nearest(column.name, source.columns))


def unknown_column_faults(
    query: Query, sources: Mapping[str, Source], upstreams: Mapping[str, Detection]
) -> Iterator[SqlRefused]:
    """Columns that no table in scope has; sqlglot resolves names without running."""
    yield from _misnamed(query, sources)
    schema: dict[str, object] = {
        name: {column: str(c.type) for column, c in source.columns.items()}
        for name, source in sources.items()
    }
    risk = {
        stem: {**{c: str(t) for c, t in found.header.columns.items()}, "day": "date"}
        for stem, found in upstreams.items()
    }
    layered: dict[str, object] = {"risk": risk, "": schema} if risk else {"": schema}
    try:
        qualify(
            query.tree.copy(),
            dialect=query.dialect,
            schema=layered,
            db="",
            quote_identifiers=False,
            allow_partial_qualification=False,
        )
    except SqlglotError as error:
        match = _UNRESOLVED.search(str(error))
        name = (match[1] or match[2]).strip("\"'").split(".")[-1] if match else ""
        node = next((c for c in query.tree.find_all(exp.Column) if c.name == name), None)
        if node is not None:
            known = {c for source in sources.values() for c in source.columns}
            known |= {c for found in upstreams.values() for c in found.header.columns}
            fault = f"the column {name!r} is not in the tables read here."
            yield query.refusal(node, fault, nearest(name, known) if known else "")
