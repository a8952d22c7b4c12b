"""Cases run through the real warehouse, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from daywatch.cases import CaseResult, run_all, run_cases
from daywatch.errors import Unavailable
from daywatch.settings import Settings
from tests.cases.builders import burst

CASES = """\
cases:
  - name: {name}
    day: 2026-03-02
    given:
      signups:
        - {{account_id: 1, ip24: a, share: 0.1}}
        - {{account_id: 2, ip24: a, share: 0.2}}
        - {{account_id: 2, ip24: a}}
        - {{account_id: 3, ip24: b}}
        - {{account_id: 4}}
        - {{account_id: 5, ip24: b, ds: 2026-03-01}}
        - {{account_id: 6, ip24: b, ingest_ts: "2026-03-05 00:00"}}
        - {{account_id: 7, ip24: b, created_ts: "2026-03-03 00:30"}}
      networks: [{{ip24: c, carrier: true}}]
      risk.known:
        - {{ip24: a, score: 7}}
        - {{ip24: a, score: 9, day: 2026-03-01}}
    {extra}
    expect: {expect}
"""


@pytest.fixture(params=["lake", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "lake" else request.getfixturevalue("postgres_url")


def run(folder: Path, url: str | None, expect: str, extra: str = "", **header: Any) -> CaseResult:
    text = CASES.format(name="a case", expect=expect, extra=extra)
    detection, catalog = burst(folder, text, **header)
    (result,) = run_cases(detection, catalog, Settings(home=folder), warehouse_url=url)
    return result


def test_given_rows_become_expected_rows(tmp_path: Path, url: str | None) -> None:
    found = run(
        tmp_path,
        url,
        "{rows: [{ip24: a, accounts: 3, share: 0.3, score: 7}], breaches: [bursts]}",
    )
    assert found.ok, found.diff


def test_what_differs_is_said_with_its_place(tmp_path: Path, url: str | None) -> None:
    found = run(tmp_path, url, "{rows: [{ip24: a, accounts: 4}, {ip24: z}], breaches: []}")
    assert not found.ok
    assert "burst.yaml:2: 2 rows expected, 1 found" in found.diff
    assert "missing    {ip24: 'a', accounts: 4}" in found.diff
    assert "found there: {accounts: 3}" in found.diff
    assert "missing    {ip24: 'z'}" in found.diff
    assert "unexpected bursts: breach, 1 is above 0" in found.diff


def test_a_breach_that_does_not_come_says_why(tmp_path: Path, url: str | None) -> None:
    found = run(tmp_path, url, "{breaches: [bursts, accounts, shown]}")
    assert "missing    accounts: unjudged, 0 days of history to compare, 2 needed" in found.diff
    assert "missing    shown: it has no breach rule" in found.diff
    assert "bursts" not in found.diff


def test_history_lets_a_change_be_judged(tmp_path: Path, url: str | None) -> None:
    weeks = "[1, null, null, null, null, null, null, 2, null, null, null, null, null, null]"
    found = run(tmp_path, url, "{breaches: [bursts, accounts]}", f"history: {{accounts: {weeks}}}")
    assert found.ok, found.diff


def test_parameters_may_be_set_for_a_case(tmp_path: Path, url: str | None) -> None:
    found = run(
        tmp_path, url, "{rows: [{ip24: a}, {ip24: b, accounts: 1}]}", "parameters: {least: 1}"
    )
    assert found.ok, found.diff
    found = run(tmp_path, url, "{rows: [], breaches: []}", "parameters: {least: 4}")
    assert found.ok, found.diff


def test_rows_at_least_lets_others_be(tmp_path: Path, url: str | None) -> None:
    found = run(tmp_path, url, "{rows_at_least: [{ip24: b}]}", "parameters: {least: 1}")
    assert found.ok, found.diff
    found = run(tmp_path, url, "{rows_at_least: [{ip24: q}]}", "parameters: {least: 1}")
    assert "missing    {ip24: 'q'}" in found.diff


def test_omitted_tables_are_empty_and_typed(tmp_path: Path, url: str | None) -> None:
    text = "cases:\n  - {name: nothing, day: 2026-03-02, expect: {rows: [], breaches: []}}\n"
    detection, catalog = burst(tmp_path, text)
    (found,) = run_cases(detection, catalog, Settings(home=tmp_path), warehouse_url=url)
    assert found.ok, found.diff


def test_cases_do_not_see_each_others_rows(tmp_path: Path, url: str | None) -> None:
    expect = "{rows: [{ip24: a, accounts: 3, score: 7}]}"
    first = CASES.format(name="first", expect=expect, extra="")
    second = "  - {name: second, day: 2026-03-02, expect: {rows: []}}\n"
    third = CASES.format(name="third", expect=expect, extra="").removeprefix("cases:\n")
    detection, catalog = burst(tmp_path, first + second + third)
    found = run_cases(detection, catalog, Settings(home=tmp_path), warehouse_url=url)
    assert [one.ok for one in found] == [True, True, True], [one.diff for one in found]


def test_a_query_that_fails_fails_its_cases_only(tmp_path: Path, url: str | None) -> None:
    found = run(tmp_path, url, "{rows: []}", columns={"ip24": "text", "accounts": "bigint"})
    assert not found.ok
    assert "burst.yaml:2: " in found.diff
    assert "burst.sql" in found.diff


def test_a_file_that_cannot_be_read_is_one_failed_case(tmp_path: Path) -> None:
    detection, catalog = burst(tmp_path, "cases: [{name: abc}]\n")
    (report,) = run_all([detection], catalog, Settings(home=tmp_path))
    assert [result.ok for result in report.results] == [False]
    assert "burst.yaml:1: the key" in report.results[0].diff


def test_the_users_own_database_is_left_alone(tmp_path: Path, postgres_url: str) -> None:
    ask = (
        "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    )
    names = "SELECT datname FROM pg_database ORDER BY 1"
    with psycopg.connect(postgres_url) as before:
        there = before.execute(names).fetchall()
    run(tmp_path, postgres_url, "{rows: []}")
    with psycopg.connect(postgres_url) as after:
        assert after.execute(ask).fetchone() == (0,)
        assert after.execute(names).fetchall() == there


def test_a_server_that_is_down_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/x") as caught:
        run(tmp_path, "postgresql://dw:s3cret@127.0.0.1:1/x", "{rows: []}")
    assert "s3cret" not in str(caught.value)
