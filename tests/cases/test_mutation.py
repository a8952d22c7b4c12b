"""Predicates dropped in turn, and the cases that notice."""

from __future__ import annotations

from pathlib import Path

from daywatch.cases import run_all
from daywatch.catalog.mutants import mutants, rewritten
from daywatch.settings import Settings
from tests.cases.builders import SQL, burst

THOROUGH = """\
cases:
  - name: all predicates matter
    day: 2026-03-02
    given:
      signups:
        - {account_id: 1, ip24: a}
        - {account_id: 2, ip24: a}
        - {account_id: 3, ip24: b}
        - {account_id: 4, ip24: a, ds: 2026-03-01}
        - {account_id: 5}
        - {account_id: 6}
        - {account_id: 7, ip24: c}
        - {account_id: 8, ip24: c}
      networks: [{ip24: c, carrier: true}, {ip24: d}]
      risk.known:
        - {ip24: a, score: 7}
        - {ip24: e, score: 8}
        - {ip24: a, score: 9, day: 2026-03-01}
    expect:
      rows: [{ip24: a, accounts: 2, score: 7}]
"""


def test_every_conjunct_is_dropped_once_with_its_line() -> None:
    found = list(mutants(SQL, "duckdb"))
    assert [(one.line, one.predicate) for one in found] == [
        (7, "networks.ip24 = signups.ip24"),
        (8, "known.ip24 = signups.ip24"),
        (8, "known.day = :day"),
        (9, "signups.ds = :day"),
        (10, "NOT signups.ip24 IS NULL"),
        (11, "NOT COALESCE(networks.carrier, FALSE)"),
        (13, "COUNT(*) >= :least"),
    ]
    whole = rewritten(SQL, "duckdb")
    assert len({one.sql for one in found} | {whole}) == 8
    assert all(one.sql.count("TRUE") == 1 and ":day" in one.sql for one in found)


def test_conditions_of_every_clause_are_dropped() -> None:
    sql = """
        select case when a > 1 and b then 1 else 0 end as c, count(*) filter (where d) as n
        from t where (e or f) and (g and (h between 1 and 2)) qualify row_number() over () = 1
    """
    assert {one.predicate for one in mutants(sql, "duckdb")} == {
        "a > 1", "b", "d", "e OR f", "g", "h BETWEEN 1 AND 2", "ROW_NUMBER() OVER () = 1",
    }  # fmt: skip


def test_thorough_cases_leave_no_survivor(tmp_path: Path) -> None:
    detection, catalog = burst(tmp_path, THOROUGH)
    (report,) = run_all([detection], catalog, Settings(home=tmp_path), mutate=True)
    assert [one.diff for one in report.results] == [""]
    assert [str(one) for one in report.survivors] == []


def test_a_predicate_that_no_case_needs_is_named_with_its_line(tmp_path: Path) -> None:
    careless = THOROUGH.replace("        - {account_id: 5}\n        - {account_id: 6}\n", "")
    detection, catalog = burst(tmp_path, careless)
    (report,) = run_all([detection], catalog, Settings(home=tmp_path), mutate=True)
    (survivor,) = report.survivors
    assert survivor.where.line == detection.sql_line + 9
    assert "ip24 IS NULL" in str(survivor)
