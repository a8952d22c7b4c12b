"""Which columns show a person, and what a confidential team's file must say about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlglot import exp

from daywatch.catalog.model import ColumnType, Header, Team
from daywatch.catalog.sql import Place, Query, parse_expression
from daywatch.catalog.yamlfile import Lines
from daywatch.errors import CatalogError, Where

ID = "_id"


def person_columns(header: Header) -> dict[str, str]:
    """Column -> kind of id, of every column that may show a person.

    Those are the entities', the header's `confidential_columns`, and whatever is called an id:
    a column that nobody thought of is hidden, not shown.
    """
    named = [column for column in header.columns if column.endswith(ID) or column == "id"]
    found = {column: kind_of(column) for column in (*header.confidential_columns, *named)}
    return found | {entity.column: entity.type for entity in header.entities}


def kind_of(column: str) -> str:
    """Whose id a column holds, by its name: `staff` for staff_id and for qa_staff_id."""
    return column.removesuffix(ID).rpartition("_")[2]


def people_faults(
    header: Header,
    lines: Lines,
    team: Team,
    path: Path,
    query: Query | None,
    output: Mapping[str, exp.Expr],
    dialect: str,
) -> Iterator[CatalogError]:
    """Nothing that a confidential team publishes shows a person under a name that hides nobody."""
    if not team.confidential:
        if header.confidential_columns:
            where = Where(path, lines.get(("confidential_columns",), 1))
            fault = f"confidential_columns: the team {team.name} is not confidential."
            remedy = "Set confidential: true in its team.yaml, or leave the key out."
            yield CatalogError(fault, remedy=remedy, where=where)
        return
    channel = header.alert.channel
    if channel and channel not in team.channels.values():
        where = Where(path, lines.get(("alert", "channel"), lines.get(("alert",), 1)))
        fault = f"alert.channel: {channel} is not one of the confidential team's own channels."
        remedy = f"Leave it out, or name one of {', '.join(sorted(set(team.channels.values())))}."
        yield CatalogError(fault, remedy=remedy, where=where)
    people = person_columns(header)
    if query is not None:
        yield from _renamed_ids(header, query, output, people)
    yield from _figures_of_ids(header, lines, path, people, dialect)


def _renamed_ids(
    header: Header, query: Query, output: Mapping[str, exp.Expr], people: Mapping[str, str]
) -> Iterator[CatalogError]:
    for name, node in output.items():
        if name in people or header.columns.get(name) is ColumnType.BOOLEAN:
            continue
        shown = next((c for c in node.find_all(exp.Column) if _is_id(c) and _is_shown(c)), None)
        if shown is not None:
            fault = f"the column {name!r} shows {shown.name}, which may be a person's id."
            remedy = f"Add {name} to confidential_columns, so that messages hide it."
            yield query.refusal(node, fault, remedy)


def _is_id(column: exp.Column) -> bool:
    return column.name.lower().endswith(ID)


def _is_shown(column: exp.Column) -> bool:
    """Whether the id's value comes out, rather than being compared, counted or sorted by."""
    child: exp.Expr = column
    while (parent := child.parent) is not None and not isinstance(parent, exp.Select):
        if isinstance(parent, exp.Predicate | exp.Count | exp.Ordered):
            return False
        if isinstance(parent, exp.Window) and child is not parent.this:
            return False
        child = parent
    return True


def _figures_of_ids(
    header: Header, lines: Lines, path: Path, people: Mapping[str, str], dialect: str
) -> Iterator[CatalogError]:
    """max(staff_id) is an id too, and would lie in the state store as a figure."""
    for name, indicator in header.indicators.items():
        for key in ("value", "numerator", "denominator"):
            text = getattr(indicator, key)
            if text is None:
                continue
            place = Place(path, lines.get(("indicators", name, key), 1))
            try:
                query = parse_expression(text, dialect, place)
            except CatalogError:
                continue  # told by the indicators' own check
            for column in query.tree.find_all(exp.Column):
                if column.name in people and _is_shown(column):
                    fault = f"{key} computes with {column.name}, which may be a person's id."
                    remedy = f"Count it: count(distinct {column.name})."
                    yield query.refusal(column, fault, remedy)
