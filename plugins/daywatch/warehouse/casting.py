"""From text to declared types, in DuckDB's words: what fits, and why the rest does not.

Strict where DuckDB is lenient: 1.5 is no bigint, infinity no timestamp.
"""

from __future__ import annotations

from collections.abc import Mapping

from daywatch.catalog.model import ColumnType, Source
from daywatch.warehouse.naming import ident, literal

_WHOLE = r"[+-]?[0-9]+(\.0*)?"
_ZONED = r":[0-9]{2}(\.[0-9]+)? ?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$"
"""A time of day followed by its offset from UTC; DuckDB's TIMESTAMP would ignore the offset."""


def cast_text(text: str, kind: ColumnType) -> str:
    """Expression of the typed value of a text expression; NULL where it is none."""
    if kind is ColumnType.TEXT:
        return text
    cell = f"nullif(trim({text}), '')"
    if kind in (ColumnType.BIGINT, ColumnType.INTEGER):
        whole = f"regexp_full_match({cell}, {literal(_WHOLE)})"
        return f"CASE WHEN {whole} THEN TRY_CAST(split_part({cell}, '.', 1) AS {kind.upper()}) END"
    if kind in (ColumnType.DATE, ColumnType.TIMESTAMP):
        moment = _moment(cell)
        known = f"isfinite({moment}) AND year({moment}) BETWEEN 1 AND 9999"
        return f"CASE WHEN {known} THEN CAST({moment} AS {kind.upper()}) END"
    return f"TRY_CAST({cell} AS {kind.upper()})"


def _moment(cell: str) -> str:
    """A text as naive UTC time; one with an offset is moved to UTC."""
    zoned = f"regexp_matches({cell}, {literal(_ZONED)})"
    moved = f"TRY_CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CASE WHEN {zoned} THEN {moved} ELSE TRY_CAST({cell} AS TIMESTAMP) END"


def fault_of(
    source: Source,
    texts: Mapping[str, str],
    casts: Mapping[str, str],
    *,
    nul_fits: bool,
    keyed: bool,
) -> str:
    """Expression of the reason why a row cannot be used; NULL for a good row.

    Every row needs its day. It needs its primary key only when it is added to a day (`keyed`):
    replacing a day cannot double it.
    """
    needed = {name for name in (source.day, *(source.primary_key if keyed else ())) if name}
    cases = []
    for name in dict.fromkeys((*((source.day,) if source.day else ()), *source.primary_key)):
        empty = f"nullif(trim({texts[name]}), '') IS NULL"
        if name in needed:
            cases.append(f"WHEN {empty} THEN {literal(f'{name} is empty')}")
        wrong = f"NOT ({empty}) AND {casts[name]} IS NULL"
        cases.append(f"WHEN {wrong} THEN {_no_value(source, name, texts[name])}")
    if not nul_fits:
        cases += [
            f"WHEN contains({texts[name]}, chr(0)) THEN "
            + literal(f"{name} holds a NUL character, which PostgreSQL cannot keep")
            for name, column in source.columns.items()
            if column.type is ColumnType.TEXT
        ]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def _no_value(source: Source, name: str, text: str) -> str:
    kind = source.columns[name].type
    article = "an" if str(kind)[0] in "aei" else "a"
    return f"{literal(name + ': ')} || left({text}, 80) || {literal(f' is not {article} {kind}')}"


def quoted(names: Mapping[str, str]) -> str:
    """`"expression" AS "name"` pairs for a SELECT list."""
    return ", ".join(f"{ident(column)} AS {ident(name)}" for name, column in names.items())
