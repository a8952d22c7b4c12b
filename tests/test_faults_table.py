"""FAULTS.md names tests that exist, and leaves out nothing that the design lists."""

from __future__ import annotations

import re

import pytest

from tests.conftest import CHECKOUT

TABLE = (CHECKOUT / "tests" / "FAULTS.md").read_text()
DESIGN = CHECKOUT.parent / "shared" / "design" / "delivery.md"
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith(("| promise |", "| fault |"))
]


def test_every_named_test_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED.findall(TABLE)
        if not (CHECKOUT / "tests" / file).is_file()
        or f"def {name}(" not in (CHECKOUT / "tests" / file).read_text()
    ]
    assert missing == []


def test_a_row_names_a_test_or_says_that_there_is_none() -> None:
    for item, tests, _ in ROWS:
        assert NAMED.search(tests) or tests.startswith("none yet"), item


def test_every_invariant_is_held_by_some_test() -> None:
    held = {mark for _, tests, marks in ROWS if NAMED.search(tests) for mark in marks.split()}
    assert held >= {"I1", "I2", "I3", "I4", "I5", "I6"}


@pytest.mark.skipif(not DESIGN.is_file(), reason="the design is not at hand")
def test_nothing_that_the_design_lists_is_missing() -> None:
    design = " ".join(DESIGN.read_text().split())
    promises = design.split("## Promises, each with a test that tries to break it ")[1]
    faults = design.split("an injected clock) ")[1]
    wanted = [
        *promises.split(". ## Faults")[0].split("; "),
        *faults.split(". Invariants:")[0].split("; "),
    ]
    items = [row[0] for row in ROWS]
    assert [one for one in (_plain(w) for w in wanted) if one not in map(_plain, items)] == []


def _plain(item: str) -> str:
    return item.strip().rstrip(".")
