"""What can go wrong with one call: scripted by a test, or drawn at random by the chaos run."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Draw = Callable[[str], "Fault | None"]
"""The fault of the next call of a method, or None."""


@dataclass
class Fault:
    """One scripted answer. `accept`: the call is taken all the same, before the answer.

    `late` takes it so many seconds after the answer instead, on the workspace's clock.
    """

    kind: str
    """status, error, drop, reset, html, truncated, hang"""
    accept: bool = False
    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    late: float | None = None

    @property
    def name(self) -> str:
        """What a count of faults calls it."""
        what = self.error or (str(self.status) if self.kind == "status" else self.kind)
        when = "late-" if self.late is not None else "accepted-" if self.accept else ""
        return f"{when}{what}"


def rate_limited(retry_after: str | None) -> Fault:
    """429 with this Retry-After; None leaves the header out."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Fault("error", status=429, error="ratelimited", headers=headers)


REFUSALS: tuple[Callable[[], Fault], ...] = (
    lambda: rate_limited("1"),
    lambda: rate_limited("3"),
    lambda: rate_limited(None),
    lambda: rate_limited("soon"),
    lambda: Fault("status", status=500),
    lambda: Fault("status", status=503),
    lambda: Fault("error", error="internal_error"),
    lambda: Fault("error", error="fatal_error"),
    lambda: Fault("drop"),
    lambda: Fault("reset"),
    lambda: Fault("html"),
    lambda: Fault("truncated"),
    lambda: Fault("hang"),
)
"""The call is not taken, though most of these answers do not say so for sure."""

LOST_ANSWERS: tuple[Callable[[], Fault], ...] = (
    lambda: Fault("drop", accept=True),
    lambda: Fault("reset", accept=True),
    lambda: Fault("status", accept=True, status=500),
    lambda: Fault("status", accept=True, status=503),
    lambda: Fault("html", accept=True),
    lambda: Fault("truncated", accept=True),
    lambda: Fault("hang", accept=True),
    lambda: Fault("error", accept=True, error="internal_error"),
)
"""The call is taken, and the caller cannot know."""


class RandomFaults:
    """Faults at a rate: refusals, lost answers, and calls that are taken late.

    Late ones come within `late` seconds, some of them beyond the sender's settle time. A long
    Retry-After (1800 s) is rare, since it stops a whole channel.
    """

    def __init__(
        self,
        rng: random.Random,
        rate: float = 0.25,
        *,
        late: Sequence[float] = (2.0, 20.0, 60.0, 150.0, 400.0),
        methods: frozenset[str] | None = None,
    ) -> None:
        self.rng, self.rate, self.late, self.methods = rng, rate, tuple(late), methods

    def __call__(self, method: str) -> Fault | None:
        if self.rng.random() >= self.rate or (self.methods and method not in self.methods):
            return None
        if self.rng.random() < 0.002:
            return rate_limited("1800")
        kind = self.rng.random()
        if kind < 0.5:
            return self.rng.choice(REFUSALS)()
        fault = self.rng.choice(LOST_ANSWERS)()
        if kind > 0.85 and self.late:
            fault.accept, fault.late = False, self.rng.choice(self.late)
        return fault
