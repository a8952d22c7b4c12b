"""YAML 1.2 as people write it: what a scalar means, and faults with their line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from daywatch.catalog.yamlfile import core_scalar, load_yaml
from daywatch.errors import CatalogError

HERE = Path("some.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("10:30", "10:30"), ("0123", 123),
        ("1_000", "1_000"), ("true", True), ("~", None), ("", None), ("0x1F", 31), ("1e3", 1000.0),
        ("-.5", -0.5), ("12.", 12.0), ("2026-03-02", date(2026, 3, 2)),
        ("2026-03-02 10:00:00", datetime(2026, 3, 2, 10)), ("2026-03-02 10:00", "2026-03-02 10:00"),
        ("28d", "28d"), ("1.2.3", "1.2.3"), ("'5'", "5"), ("-.inf", float("-inf")),
    ],
)  # fmt: skip
def test_scalars(text: str, value: object) -> None:
    data, _ = load_yaml(f"key: {text}", HERE)
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_lines_of_keys_and_items() -> None:
    _, lines = load_yaml("a: 1\nb:\n  - x\n  - c: |\n      long\n      text\n    d: 2\n", HERE, 10)
    assert (lines[("a",)], lines[("b", 1)], lines[("b", 1, "c")], lines[("b", 1, "d")]) == (
        10, 13, 13, 16,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "fault", "remedy"),
    [
        ("a: 1\nb: 2\na: 3", 3, "'a' is given twice", "Keep one"),
        ("a:\n  b: 1\n  b: 2", 3, "'b' is given twice", "Keep one"),
        ("a: [1\nb: 2", 2, "not readable as YAML", "quotes"),
        ("a: 1\n\tb: 2", 2, "not readable as YAML", "quotes"),
        ("a: !!python/object:os.system x", 1, "tag", "Quote"),
        ("a: &x [*x]", 1, "nested too deep", ""),
        ("? [a]\n: 1", 1, "plain text", "Quote"),
        ("a: 2026-13-01", 1, "no value", "Quote"),
        ("a: 1\n---\nb: 2", 2, "not readable as YAML", ""),
    ],
)
def test_faults(text: str, line: int, fault: str, remedy: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load_yaml(text, HERE)
    assert caught.value.where is not None
    assert caught.value.where.line == line
    assert fault in caught.value.fault
    assert remedy in caught.value.remedy


def test_aliases_cannot_blow_up() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(CatalogError, match="too large"):
        load_yaml("\n".join(rows), HERE)


PLAIN = st.text(alphabet="0123456789+-.eExXoabfnulltrINFNaN~", min_size=1, max_size=8)


@settings(max_examples=400, deadline=None)
@given(PLAIN)
def test_numbers_and_words_mean_what_ruamel_reads(text: str) -> None:
    """Held against an independent YAML 1.2 reader, but for what it takes beyond the core schema."""
    if text in ("-", "---", "..."):
        return
    try:
        theirs = YAML(typ="safe", pure=True).load(f"[{text}]")[0]
    except Exception:
        return
    ours = core_scalar(text)
    if isinstance(theirs, float) and theirs != theirs:
        assert ours != ours
    else:
        assert ours == theirs
