"""How a finding or an alert turned out."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a finding turned out, in the words of Slack's Resolve button (delivery.md)."""

    TRUE_POSITIVE = "true_positive"
    BENIGN_POSITIVE = "benign_positive"
    FALSE_POSITIVE_LOGIC = "false_positive_logic"
    FALSE_POSITIVE_DATA = "false_positive_data"
    DUPLICATE = "duplicate"
    UNDETERMINED = "undetermined"

    @property
    def words(self) -> str:
        """As people read it: "false positive: logic"."""
        first, second, *rest = self.value.split("_")
        return f"{first} {second}: {rest[0]}" if rest else self.value.replace("_", " ")
