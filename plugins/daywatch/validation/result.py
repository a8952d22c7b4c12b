"""What a validation found: plain values that the state store keeps and `show` prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Check:
    """One expectation's outcome on one staged day."""

    type: str
    column: str | None
    severity: Literal["critical", "warning"]
    success: bool
    generated: bool
    kwargs: dict[str, Any]
    observed: str = ""
    evaluated: int | None = None
    unexpected: int | None = None
    examples: tuple[Any, ...] = ()
    error: str = ""
    meaning: str = ""

    def sentence(self) -> str:
        """One line for a log or a message: what was expected and what was seen."""
        what = self.meaning or self.type
        seen = self.error or self.observed
        return f"{what}{f' [{self.column}]' if self.column else ''}: {seen}".rstrip(": ")


@dataclass(frozen=True)
class ValidationResult:
    """All checks of one staged day."""

    checks: tuple[Check, ...]
    seconds: float = 0.0
    failures: tuple[Check, ...] = field(init=False)
    warnings: tuple[Check, ...] = field(init=False)

    def __post_init__(self) -> None:
        bad = [c for c in self.checks if not c.success]
        object.__setattr__(self, "failures", tuple(c for c in bad if c.severity == "critical"))
        object.__setattr__(self, "warnings", tuple(c for c in bad if c.severity == "warning"))

    @property
    def publishable(self) -> bool:
        """At least one expectation evaluated, none that raised, no critical one failed."""
        return bool(self.checks) and not self.failures and not any(c.error for c in self.checks)
