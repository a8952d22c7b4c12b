"""sql/PORTABLE.md is a test: each snippet returns the rows written beneath it, on every engine."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from daywatch.catalog.portable import portable_faults
from daywatch.catalog.safety import safety_faults
from daywatch.catalog.sql import Place, bind, parse_query

PAGE = Path(__file__).resolve().parents[2] / "sql" / "PORTABLE.md"
BLOCK = re.compile(r"```sql\n(.*?)```\n```text\n(.*?)```", re.DOTALL)
REFUSED = re.compile(r"^\| `(.+?)` \| ", re.MULTILINE)
VALUES = {"day": "cast('2026-03-02' as date)", "days": "2", "letters": "3"}


@dataclass(frozen=True)
class Snippet:
    """One construct: its heading, its SQL, and the rows it must return."""

    title: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _snippets() -> Iterator[Snippet]:
    text = PAGE.read_text()
    for match in BLOCK.finditer(text):
        title = re.findall(r"^### (.+)$", text[: match.start()], re.MULTILINE)[-1]
        lines = [tuple(c.strip() for c in line.split("|")) for line in match[2].splitlines()]
        if len(lines[0]) == 1:
            lines = [(line,) for line in match[2].splitlines()]
        yield Snippet(title, match[1], lines[0], tuple(lines[1:]))


def _setup() -> str:
    found = re.search(r"```sql setup\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return f"create table events as {found[1]}"


SNIPPETS = tuple(_snippets())
FORBIDDEN = tuple(REFUSED.findall(PAGE.read_text()))


def _runnable(sql: str) -> str:
    return bind(sql, "duckdb", VALUES.__getitem__)


def _as_told(value: Any, told: str) -> bool:
    """Whether an engine's value is the one on the page; floats within 1e-9 relative."""
    if value is None or told == "NULL":
        return value is None and told == "NULL"
    if isinstance(value, bool):
        return told == str(value).lower()
    if isinstance(value, int | float | Decimal):
        return math.isclose(float(value), float(told), rel_tol=1e-9)
    return str(value) == told


def _check(snippet: Snippet, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    assert tuple(columns) == snippet.columns
    shown = f"{snippet.title}: {rows}"
    assert len(rows) == len(snippet.rows), shown
    ordered = "order by" in snippet.sql.rsplit("\nfrom", 1)[-1].lower()
    found = list(rows) if ordered else sorted(rows, key=str)
    told = list(snippet.rows) if ordered else sorted(snippet.rows, key=str)
    for row, expected in zip(found, told, strict=True):
        assert all(_as_told(v, t) for v, t in zip(row, expected, strict=True)), shown


def test_the_page_has_its_constructs() -> None:
    assert len(SNIPPETS) >= 25
    assert len(FORBIDDEN) >= 30
    assert len(BLOCK.findall(PAGE.read_text())) == PAGE.read_text().count("```sql\n")


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda s: s.title)
def test_on_duckdb(snippet: Snippet) -> None:
    with duckdb.connect() as connection:
        connection.execute(_setup())
        result = connection.execute(_runnable(snippet.sql))
        _check(snippet, [column[0] for column in result.description], result.fetchall())


@pytest.mark.postgres
def test_on_postgresql(postgres_url: str) -> None:
    """All snippets in one database, every one that differs named at once."""
    differ = []
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(_setup())
        for snippet in SNIPPETS:
            try:
                result = connection.execute(_runnable(snippet.sql).replace("%", "%%"), ())
                columns = [column.name for column in result.description or ()]
                _check(snippet, columns, result.fetchall())
            except (AssertionError, psycopg.Error) as error:
                differ.append(f"{snippet.title}: {error}")
    assert not differ, "\n".join(differ)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda s: s.title)
def test_lint_accepts_what_the_page_recommends(snippet: Snippet) -> None:
    query = parse_query(snippet.sql, "duckdb", Place(PAGE, 1))
    assert [str(f) for f in (*safety_faults(query), *portable_faults(query, {"x"}))] == []


@pytest.mark.parametrize("written", FORBIDDEN)
def test_lint_refuses_what_the_page_forbids(written: str) -> None:
    query = parse_query(f"select {written} as v from events", "duckdb", Place(PAGE, 1))
    assert [*safety_faults(query), *portable_faults(query, {"x"})], written


def test_a_wrong_row_is_noticed() -> None:
    """The comparison can fail: a value off by one in a million is not the one on the page."""
    assert _as_told(date(2026, 3, 1), "2026-03-01")
    assert not _as_told(2.5000025, "2.5")
    assert not _as_told(None, "0")
    assert not _as_told(True, "false")
