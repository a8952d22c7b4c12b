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
        words = self.value.split("_")
        return " ".join(words[:2]) + "".join(f": {word}" for word in words[2:])
