"""What a query may not say: everything off the allow-list, the wall clock, chance, other tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from daywatch.catalog import functions
from daywatch.catalog.sql import Query
from daywatch.errors import SqlRefused

_NOW_TEXT = re.compile(r"\s*(now|today|tomorrow|yesterday)(\s+[\d:. ]+)?\s*", re.IGNORECASE)
CLOCK_REMEDY = "A detection never says today: use :day."
CHANCE_REMEDY = "Running a day again must give the same table: order by a column instead."
READ_REMEDY = "A detection only reads, with one SELECT."
LIST_REMEDY = "Only functions on the allow-list (catalog/functions.py) run; ask to add one."


def safety_faults(query: Query) -> list[SqlRefused]:
    """Everything in the query that is off the allow-list, each with its line."""
    faults: list[SqlRefused] = []
    for node in query.nodes:
        faults.extend(_node_faults(query, node))
    return faults


def _node_faults(query: Query, node: exp.Expr) -> Iterator[SqlRefused]:
    kind = type(node).__name__
    if isinstance(node, exp.Anonymous):
        yield _unknown_function(query, node, str(node.this))
    elif kind in functions.CLOCK:
        yield query.refusal(node, f"{_spelt(node)} reads the wall clock.", CLOCK_REMEDY)
    elif kind in functions.CHANCE:
        yield query.refusal(node, f"{_spelt(node)} is left to chance.", CHANCE_REMEDY)
    elif kind not in functions.ALLOWED:
        yield _unknown_node(query, node, kind)
    else:
        yield from _value_faults(query, node)


def _value_faults(query: Query, node: exp.Expr) -> Iterator[SqlRefused]:
    """Allowed nodes that hold something refused: a word for now, a session, a system type."""
    if isinstance(node, exp.Literal) and node.is_string and _NOW_TEXT.fullmatch(str(node.this)):
        yield query.refusal(node, f"'{node.this}' reads the wall clock.", CLOCK_REMEDY)
    elif isinstance(node, exp.Column) and _bare(node):
        name = node.name.lower()
        if name in functions.CLOCK_NAMES:
            yield query.refusal(node, f"{name} reads the wall clock.", CLOCK_REMEDY)
        elif name in functions.SESSION_NAMES:
            yield query.refusal(node, f"{name} is about the session, not the data.", LIST_REMEDY)
    elif isinstance(node, exp.DataType) and _type_name(node) not in functions.CAST_TYPES:
        fault = f"the type {node.sql(dialect=query.dialect)!r} is not allowed."
        yield query.refusal(node, fault, "Cast to text, numbers, booleans, dates or timestamps.")
    elif isinstance(node, exp.Table | exp.Lateral):
        yield from _table_function_faults(query, node)


def _table_function_faults(query: Query, node: exp.Expr) -> Iterator[SqlRefused]:
    """Inside FROM only rows made of values: unnest, generate_series, range."""
    inner = node.this
    kind = type(inner).__name__
    if isinstance(inner, exp.Func) and kind in functions.ALLOWED - functions.TABLE_FUNCTIONS:
        fault = f"the table function {_spelt(inner)} is not allowed."
        yield query.refusal(inner, fault, "Tables, unnest, generate_series and range are.")


def _unknown_function(query: Query, node: exp.Expr, name: str) -> SqlRefused:
    lower = name.lower()
    if lower in functions.CLOCK_NAMES:
        return query.refusal(node, f"{lower}() reads the wall clock.", CLOCK_REMEDY)
    if lower in functions.CHANCE_NAMES:
        return query.refusal(node, f"{lower}() is left to chance.", CHANCE_REMEDY)
    return query.refusal(node, f"the function {lower}() is not on the allow-list.", LIST_REMEDY)


def _unknown_node(query: Query, node: exp.Expr, kind: str) -> SqlRefused:
    if isinstance(node, exp.Func):
        fault = f"the function {_spelt(node)} is not on the allow-list."
        return query.refusal(node, fault, LIST_REMEDY)
    if isinstance(node, exp.Into):
        return query.refusal(node, "SELECT INTO writes a table.", READ_REMEDY)
    if isinstance(node, exp.Lock):
        return query.refusal(node, "FOR UPDATE/SHARE locks rows.", READ_REMEDY)
    if isinstance(node, exp.DML | exp.DDL | exp.Command):
        return query.refusal(node, f"{kind.upper()} writes.", READ_REMEDY)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    return query.refusal(node, f"this is not allowed here: {words}.", READ_REMEDY)


def _spelt(node: exp.Expr) -> str:
    if isinstance(node, exp.Func) and not isinstance(node, exp.Cast):
        return f"{node.sql_name().lower()}()"
    return type(node).__name__.upper()


def _bare(node: exp.Column) -> bool:
    return not node.table and not getattr(node.this, "quoted", False)


def _type_name(node: exp.DataType) -> str:
    return getattr(node.this, "name", str(node.this))
