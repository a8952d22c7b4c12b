"""Expected rows against found ones: without order, columns by choice, floats nearly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
RELATIVE = 1e-9
SHOWN = 10
"""Rows printed of each kind; a diff of a thousand rows helps nobody."""


def same(expected: Any, found: Any) -> bool:
    """Equal cells; floats within a relative 1e-9, and NaN is NaN."""
    if isinstance(expected, float) and isinstance(found, int | float):
        both_nan = math.isnan(expected) and math.isnan(found)
        return both_nan or math.isclose(expected, found, rel_tol=RELATIVE, abs_tol=1e-12)
    return bool(expected == found)


def fits(expected: Row, found: Row) -> bool:
    """Whether the row has every expected cell; columns that were not named may be anything."""
    return all(same(value, found.get(name)) for name, value in expected.items())


def rows_diff(expected: Sequence[Row], found: Sequence[Row], *, exact: bool) -> str:
    """What differs, in words; empty when every expected row has a found row of its own.

    With `exact` no further rows may be there.
    """
    taken = _matched(expected, found)
    missing = [row for n, row in enumerate(expected) if n not in taken]
    left = [row for n, row in enumerate(found) if n not in taken.values()]
    if not missing and not (exact and left):
        return ""
    parts = [f"{len(expected)} rows expected{'' if exact else ' among'}, {len(found)} found"]
    parts += [f"  missing    {_said(row)}{_nearest(row, left)}" for row in missing[:SHOWN]]
    if exact:
        parts += [f"  unexpected {_said(row)}" for row in left[:SHOWN]]
    more = max(0, len(missing) - SHOWN) + (max(0, len(left) - SHOWN) if exact else 0)
    return "\n".join([*parts, f"  and {more} more"] if more else parts)


def _matched(expected: Sequence[Row], found: Sequence[Row]) -> dict[int, int]:
    """Which found row stands for which expected one: a maximum bipartite matching.

    Greedy would not do: {a: 1} may take the only row that {a: 1, b: 2} could have had.
    """
    options = [[n for n, row in enumerate(found) if fits(one, row)] for one in expected]
    owner: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for option in options[one]:
            if option in tried:
                continue
            tried.add(option)
            if option not in owner or place(owner[option], tried):
                owner[option] = one
                return True
        return False

    # Rows with few options first keep the search short.
    for one in sorted(range(len(expected)), key=lambda n: len(options[n])):
        place(one, set())
    return {one: option for option, one in owner.items()}


def _nearest(expected: Row, left: Sequence[Row]) -> str:
    """How the found row that is most like the missing one differs from it."""
    if not left:
        return ""
    row = max(left, key=lambda one: sum(same(v, one.get(k)) for k, v in expected.items()))
    wrong = {k: row.get(k) for k, v in expected.items() if not same(v, row.get(k))}
    return "" if len(wrong) == len(expected) else f"\n             found there: {_said(wrong)}"


def _said(row: Row) -> str:
    cells = (f"{name}: {_cell(value)}" for name, value in row.items())
    return "{" + ", ".join(cells) + "}"


def _cell(value: Any) -> str:
    text = "null" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
