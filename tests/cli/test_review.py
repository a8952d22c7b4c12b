"""`daywatch lint` reads all three files of a detection."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.content import CASES, SUITE, settings_in, write_detection

from daywatch.review import review

SUITE_FILE, CASES_FILE = "expectations/spam/burst.yaml", "tests/sql/spam/burst.yaml"
MISSPELT = SUITE.replace("expect_column_values_to_be_between", "expect_column_values_to_be_betwen")


@pytest.mark.parametrize(
    ("changes", "file", "says"),
    [
        ({"suite": MISSPELT}, SUITE_FILE, "betwen"),
        ({"suite": SUITE.replace("column: accounts", "column: acounts")}, SUITE_FILE, "acounts"),
        ({"suite": "expectations: []\n"}, SUITE_FILE, "expectation"),
        ({"cases": CASES.replace("account_id: 3", "acount_id: 3")}, CASES_FILE, "acount_id"),
        ({"cases": CASES.replace("[bursts]", "[brusts]")}, CASES_FILE, "brusts"),
    ],
)
def test_a_fault_in_a_companion_file_is_found(
    changes: dict[str, str], file: str, says: str, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    assert not [f for f in review(settings) if f.level == "error"]
    write_detection(settings.home, **changes)
    found = [f for f in review(settings, ["burst"]) if f.level == "error"]
    assert len(found) == 1, found
    assert found[0].path == settings.home / file and found[0].line
    assert says in found[0].fault
    assert found[0].remedy or "Did you mean" in found[0].fault
