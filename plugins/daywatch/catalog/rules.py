"""Indicators and the rules that breach them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from daywatch.catalog.basics import Days, Fraction, Frozen, Kind, Name, Severity, Threshold


class Target(Frozen):
    """A rate held against a target by its Wilson interval, so that small samples stay quiet.

    Breached when the whole interval lies on the wrong side of the bound.
    """

    at_least: Threshold | None = None
    at_most: Threshold | None = None
    confidence: float = Field(0.95, gt=0.5, lt=1)
    min_n: int = Field(30, ge=1, description="fewer observations: no verdict")

    @model_validator(mode="after")
    def _one_bound(self) -> Target:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give exactly one of at_least and at_most")
        return self


class Change(Frozen):
    """Movement against an earlier period; needs a minimum count because alone it cries wolf."""

    against: Literal["same_weekday"] | Days = "same_weekday"
    weeks: int = Field(4, ge=1, le=12, description="same_weekday: median of so many weeks")
    direction: Literal["up", "down", "both"] = "up"
    by: Fraction = Field(description="relative change, 50% or 0.5")
    min_count: Threshold = Field(description="the larger of both sides must reach it")


class Breach(Frozen):
    """One rule per key; several keys, or `all`, must hold together."""

    above: Threshold | None = None
    below: Threshold | None = None
    outside: tuple[Threshold, Threshold] | None = None
    target: Target | None = None
    change: Change | None = None
    all: tuple[Breach, ...] | None = None

    @model_validator(mode="after")
    def _some_rule(self) -> Breach:
        if not self.rules():
            raise ValueError("a breach needs one of above, below, outside, target, change, all")
        return self

    def rules(self) -> tuple[tuple[str, Any], ...]:
        """(rule name, its settings) of every rule that must hold, `all` flattened."""
        own = ("above", "below", "outside", "target", "change")
        flat = [(key, getattr(self, key)) for key in own if getattr(self, key) is not None]
        for inner in self.all or ():
            flat.extend(inner.rules())
        return tuple(flat)


class Persistence(Frozen):
    """Breached on at least `days` of the last `of` judged days before it counts."""

    days: int = Field(1, ge=1)
    of: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _possible(self) -> Persistence:
        if self.days > self.of:
            raise ValueError("days cannot be more than of")
        return self


class Indicator(Frozen):
    """A named aggregate over the day's published rows, with the rule that breaches it."""

    value: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    filter: str | None = None
    by: tuple[Name, ...] = ()
    kind: Kind = Kind.COUNT
    unit: str = ""
    breach: Breach | None = None
    severity: Severity | None = None
    persistence: Persistence | None = None

    @model_validator(mode="after")
    def _value_or_rate(self) -> Indicator:
        rate = self.numerator is not None and self.denominator is not None
        if (self.value is not None) == rate or (self.kind is Kind.RATE) != rate:
            raise ValueError(
                "give value, or numerator and denominator with kind: rate (never a/b in value)"
            )
        return self
