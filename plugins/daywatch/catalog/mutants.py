"""Queries with one predicate dropped: what a detection's cases should notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp


@dataclass(frozen=True)
class Mutant:
    """The query without one predicate; `line` counts from 1 in the original query."""

    line: int
    predicate: str
    sql: str


def mutants(sql: str, dialect: str) -> Iterator[Mutant]:
    """One mutant for each conjunct of WHERE, HAVING, QUALIFY, FILTER, JOIN ON and CASE WHEN."""
    tree = sqlglot.parse_one(sql, read=dialect)
    found = [one for condition in _conditions(tree) for one in _conjuncts(condition)]
    for conjunct in sorted(found, key=_line):
        stand_in = exp.true()
        conjunct.replace(stand_in)
        yield Mutant(_line(conjunct), _written(conjunct, dialect), _written(tree, dialect))
        stand_in.replace(conjunct)


def rewritten(sql: str, dialect: str) -> str:
    """The query unchanged but for having gone through sqlglot: the control of the experiment."""
    return _written(sqlglot.parse_one(sql, read=dialect), dialect)


def _conditions(tree: exp.Expr) -> Iterator[exp.Expr]:
    for node in list(tree.walk()):
        if isinstance(node, exp.Where | exp.Having | exp.Qualify | exp.If):
            yield node.this
        elif isinstance(node, exp.Join) and node.args.get("on"):
            yield node.args["on"]


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """What must hold together; parentheses around a conjunction do not make it one."""
    inner = condition.unnest()
    if isinstance(inner, exp.And):
        yield from _conjuncts(inner.left)
        yield from _conjuncts(inner.right)
    else:
        yield inner


def _line(node: exp.Expr) -> int:
    return min((int(one.meta["line"]) for one in node.walk() if "line" in one.meta), default=1)


def _written(tree: exp.Expr, dialect: str) -> str:
    """The tree as text, placeholders as `:name`, which sqlglot would write as the dialect does."""
    named = tree.transform(
        lambda node: exp.var(f":{node.name}") if isinstance(node, exp.Placeholder) else node
    )
    return named.sql(dialect=dialect)
