"""A detection's mask: what of its rows shows a person, and what is said instead.

A confidential team's ids are masked where they would leave the warehouse: before a check, a
segment, a message or an engine's error is stored, logged or printed. So the state store never
holds one. Other teams' detections have an empty mask, which changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr

from daywatch.catalog.model import Detection, Team
from daywatch.catalog.people import person_columns
from daywatch.confidential.pseudonyms import pseudonym, pseudonym_key
from daywatch.errors import DaywatchError, QueryFailed
from daywatch.indicators.measure import canonical
from daywatch.settings import Settings
from daywatch.validation.allowed import UNEXPECTED_ROWS
from daywatch.validation.result import Check, ValidationResult

WITHHELD = "withheld"
_COUNTS = ("row_count", "repeated_keys", "day")
"""What generated checks add to a row; figures of a team's own queries may be ids."""
_COLUMN_KEYS = ("column", "column_A", "column_B", "column_list", "mostly")
_VALUE = re.compile(r"""["'`(\[{=\d]""")
_NAME = re.compile(r'"([A-Za-z_]\w*)"')


@dataclass(frozen=True)
class Mask:
    """The columns that show a person, each with the kind of id, and the key of pseudonyms."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    key: SecretStr | None = None
    plain: frozenset[str] = frozenset()
    """declared columns that show nobody"""
    words: frozenset[str] = frozenset()
    """names in the detection's own files, which an engine's error may repeat"""

    @property
    def closed(self) -> bool:
        """Whether the detection is a confidential team's."""
        return self.key is not None

    def cell(self, column: str, value: Any) -> Any:
        """The value, or the pseudonym of the person whom it shows; NULL shows nobody."""
        if self.key is None or column not in self.kinds or (text := canonical(value)) is None:
            return value
        return pseudonym(text, self.key, self.kinds[column])

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A published row with pseudonyms in it."""
        return {column: self.cell(column, value) for column, value in row.items()}

    def result(self, result: ValidationResult) -> ValidationResult:
        """A validation whose examples and words show nobody."""
        if not self.closed:
            return result
        return ValidationResult(tuple(map(self._check, result.checks)), seconds=result.seconds)

    def engine_words(self, words: str) -> str:
        """An engine's sentence up to the first thing in it that may be a value of a row."""
        position = 0
        while found := _VALUE.search(words, position):
            name = _NAME.match(words, found.start())
            if not (name and name[1].lower() in self.words):
                said = words[: found.start()].rstrip(" :")
                return f"{said} … (the rest may quote an id, so it is withheld)".lstrip()
            position = name.end()
        return words

    # --- checks ------------------------------------------------------------------------------

    def _check(self, check: Check) -> Check:
        columns = check.column.split(", ") if check.column else []
        personal = any(column in self.kinds for column in columns)
        kwargs = check.kwargs
        if not check.generated and (personal or check.type == UNEXPECTED_ROWS):
            kwargs = {k: v if k in _COLUMN_KEYS else WITHHELD for k, v in kwargs.items()}
        seen = check.observed
        if personal and seen.startswith("found "):
            seen = "it does not hold"
        return replace(
            check,
            kwargs=kwargs,
            observed=seen,
            examples=tuple(self._example(check, columns, one) for one in check.examples),
            error=self.engine_words(check.error),
        )

    def _example(self, check: Check, columns: list[str], one: Any) -> Any:
        if isinstance(one, Mapping):
            return {name: self._seen(check, name, value) for name, value in one.items()}
        cells = list(one) if isinstance(one, list | tuple) else [one]
        if len(cells) != len(columns):
            return WITHHELD
        pairs = zip(columns, cells, strict=True)
        shown = [self._seen(check, name, value) for name, value in pairs]
        return shown if isinstance(one, list | tuple) else shown[0]

    def _seen(self, check: Check, name: str, value: Any) -> Any:
        if name in self.kinds:
            return self.cell(name, value)
        known = name in self.plain or (check.generated and name in _COUNTS)
        return value if known else WITHHELD  # a query may call an id what it likes


class Withheld(Exception):
    """An unforeseen error of a confidential detection, without what it may quote from rows."""


def mask_of(settings: Settings, team: Team, detection: Detection) -> Mask:
    """The mask of a detection; makes the installation's key where there is none yet."""
    if not team.confidential:
        return Mask()
    kinds = person_columns(detection.header)
    names = re.findall(r"[a-z_]\w*", detection.sql.lower())
    declared = frozenset(detection.header.columns)
    return Mask(
        kinds=kinds,
        key=pseudonym_key(settings),
        plain=declared - kinds.keys() | {"day"},
        words=declared | frozenset(names),
    )


@contextmanager
def withheld(mask: Mask) -> Iterator[None]:
    """Let errors out of a confidential detection's work without any value they may quote.

    A failed cast names the value it could not cast, and the error goes on into the state store
    and into Airflow's log; so does whatever it was raised from, which is cut off here.
    """
    try:
        yield
    except Exception as error:
        if not mask.closed:
            raise
        hidden = _hidden(mask, error)
    else:
        return
    raise hidden from None


def _hidden(mask: Mask, error: Exception) -> Exception:
    if type(error) is QueryFailed:  # the engine's own words, unlike those of its subclasses
        fault, remedy = mask.engine_words(error.fault), mask.engine_words(error.remedy)
        return QueryFailed(fault, remedy=remedy, where=error.where)
    if isinstance(error, DaywatchError):
        return type(error)(error.fault, remedy=error.remedy, where=error.where)
    return Withheld(f"{type(error).__name__}: {mask.engine_words(str(error))}")
