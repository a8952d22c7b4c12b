"""Test files are read strictly; every fault names file, line and remedy."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from daywatch.cases import evidence, load_cases
from daywatch.cases.cells import cell
from daywatch.catalog.model import ColumnType
from daywatch.errors import CatalogError
from tests.cases.builders import burst

GOOD = """\
cases:
  - name: two fire
    day: 2026-03-02
    given:
      signups:
        - {account_id: 1, ip24: "10.0.0", ds: 2026-03-02, created_ts: "2026-03-02 10:00"}
        - {account_id: 2, share: 1}
      networks: {file: networks.csv}
      risk.known: [{ip24: a, score: 3, day: 2026-03-01}]
    parameters: {least: 1}
    history: {accounts: [1, 2.5, null]}
    expect:
      rows: [{ip24: "10.0.0", accounts: 2}]
      breaches: [bursts]
  - name: one stays silent
    day: 2026-03-02
    expect: {rows: [], breaches: []}
"""


def test_a_file_becomes_typed_cases(tmp_path: Path) -> None:
    (tmp_path / "networks.csv").write_text('ip24,carrier\n"10.0.0",true\n10.0.1,\n')
    first, second = load_cases(*burst(tmp_path, GOOD))
    assert first.given["signups"][0] == {
        "account_id": 1,
        "ip24": "10.0.0",
        "ds": date(2026, 3, 2),
        "created_ts": datetime(2026, 3, 2, 10),
    }
    assert first.given["networks"] == (
        {"ip24": "10.0.0", "carrier": True},
        {"ip24": "10.0.1", "carrier": None},
    )
    assert first.given["risk.known"][0]["day"] == date(2026, 3, 1)
    assert first.history == {"accounts": (1.0, 2.5, None)}
    assert (first.where.line, second.where.line) == (2, 15)
    assert (second.rows, second.breaches, second.rows_at_least) == ((), (), None)
    assert evidence([first, second]) == (True, True)
    assert evidence([first]) == (True, False)
    assert evidence([second]) == (False, True)


@pytest.mark.parametrize(
    ("old", "new", "line", "fault", "remedy"),
    [
        ("given:", "givn:", 4, "unknown key 'cases.0.givn'", "'given'"),
        ("signups:", "sign_ups:", 5, "'sign_ups' is no table", "'signups'"),
        ("signups:", "accounts:", 5, "'accounts' is no table", "There are networks, signups"),
        ("share: 1", "shore: 1", 7, "'shore' is no column", "'share'"),
        ("share: 1", "share: much", 7, "share: 'much' is not a number", "declared double"),
        ("account_id: 2", "account_id: 2.5", 7, "is not a whole number", "declared bigint"),
        ("least: 1", "lest: 1", 10, "'lest' is no parameter", "'least'"),
        ("accounts: [1", "account: [1", 11, "'account' is no indicator", "'accounts'"),
        ("accounts: 2}]", "account: 2}]", 13, "'account' is no column", "'accounts'"),
        ("[bursts]", "[burst]", 14, "'burst' is no indicator", "'bursts'"),
        ("networks.csv", "absent.csv", 8, "absent.csv is missing", "beside burst.yaml"),
        ("one stays silent", "two fire", 2, "two cases are called", "Rename"),
        ("expect: {rows", "expct: {rows", 17, "unknown key 'cases.1.expct'", "'expect'"),
        ("cases:", "case:", 1, "case", "cases"),
    ],
)
def test_faults_name_their_line(
    tmp_path: Path, old: str, new: str, line: int, fault: str, remedy: str
) -> None:
    (tmp_path / "networks.csv").write_text("ip24\na\n")
    assert old in GOOD
    with pytest.raises(CatalogError) as caught:
        load_cases(*burst(tmp_path, GOOD.replace(old, new, 1)))
    said = str(caught.value)
    assert f"burst.yaml:{line}: " in said
    assert fault in said
    assert remedy in said


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("ip24,carier\na,true\n", 1, "'carier' is no column"),
        ("ip24,carrier\na,true\nb,perhaps\n", 3, "is neither true nor false"),
        ("ip24,carrier\na\n", 2, "not as many cells"),
        ("ip24,carrier\na,true,b\n", 2, "not as many cells"),
    ],
)
def test_faults_in_a_csv_name_its_line(tmp_path: Path, text: str, line: int, fault: str) -> None:
    (tmp_path / "networks.csv").write_text(text)
    with pytest.raises(CatalogError, match=fault) as caught:
        load_cases(*burst(tmp_path, GOOD))
    assert f"networks.csv:{line}: " in str(caught.value)


def test_an_absent_file_and_an_empty_one_are_faults(tmp_path: Path) -> None:
    detection, catalog = burst(tmp_path, "cases: []\n")
    with pytest.raises(CatalogError, match="there are no cases"):
        load_cases(detection, catalog)
    detection.cases_path.unlink()
    with pytest.raises(CatalogError, match="missing"):
        load_cases(detection, catalog)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("5", "bigint", 5),
        (5.0, "bigint", 5),
        (2**63 - 1, "bigint", 2**63 - 1),
        ("1e-3", "double", 0.001),
        (1, "double", 1.0),
        ("True", "boolean", True),
        (400001, "text", "400001"),
        ("2026-03-02", "date", date(2026, 3, 2)),
        (date(2026, 3, 2), "timestamp", datetime(2026, 3, 2)),
        ("2026-03-02 10:00", "timestamp", datetime(2026, 3, 2, 10)),
        ("2026-03-02T10:00:00+02:00", "timestamp", datetime(2026, 3, 2, 8)),
        (None, "bigint", None),
    ],
)
def test_cells_are_read_by_their_type(value: Any, kind: str, expected: Any) -> None:
    found = cell(value, ColumnType(kind))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "bigint"),
        (float("nan"), "bigint"),
        (float("inf"), "integer"),
        (2**63, "bigint"),
        (2**31, "integer"),
        ("1.5", "bigint"),
        (True, "double"),
        (1, "boolean"),
        (1.5, "text"),
        (True, "text"),
        ([1], "text"),
        ("2 March", "date"),
        (datetime(2026, 3, 2, 10), "date"),
        ("noon", "timestamp"),
    ],
)
def test_cells_of_another_type_are_refused(value: Any, kind: str) -> None:
    with pytest.raises(ValueError, match=r"^is|^does|^has"):
        cell(value, ColumnType(kind))
