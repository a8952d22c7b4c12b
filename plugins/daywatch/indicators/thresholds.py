"""Bounds and how numbers are said: shared by every rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from daywatch.catalog.model import Breach, Kind, Scalar, Threshold
from daywatch.errors import ConfigurationError


def threshold(setting: Threshold, parameters: Mapping[str, Scalar]) -> float:
    """The bound as a number: written out (`50`, `30%`) or the name of a parameter, `:name` or bare.

    Errors: ConfigurationError when it is neither.
    """
    if not isinstance(setting, str):
        return _sound(setting, setting)
    name = setting.strip().removeprefix(":")
    if name in parameters:
        return _sound(parameters[name], setting)
    return _sound(_written(name), setting)


def _written(text: str) -> float | None:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None


def _sound(value: object, setting: Threshold) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return float(value)
    raise ConfigurationError(
        f"the threshold {setting!r} is neither a number nor a parameter that holds one.",
        remedy="Write a number, or name one of the header's parameters.",
    )


def names_in(breach: Breach) -> set[str]:
    """Every text among the rules' settings that may name a parameter."""
    return {text.strip().removeprefix(":") for _, one in breach.rules() for text in _texts(one)}


def _texts(settings: Any) -> list[str]:
    if isinstance(settings, str):
        return [settings]
    if isinstance(settings, tuple):
        return [text for text in settings if isinstance(text, str)]
    fields = getattr(type(settings), "model_fields", {})
    return [text for name in fields if isinstance(text := getattr(settings, name), str)]


def said(value: float | None, kind: Kind) -> str:
    """A number as on-call reads it: rates in percent, large counts with separators."""
    if value is None:
        return "none"
    if kind is Kind.RATE:
        return f"{value * 100:.4g} %" if abs(value) < 1e6 else f"{value:.4g}"
    if abs(value) >= 1e15 or not math.isfinite(value):
        return f"{value:.4g}"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1e4 else f"{value:,.4g}"
