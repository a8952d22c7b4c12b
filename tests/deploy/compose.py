"""docker-compose.yaml as Docker reads it: merge keys, then ${VAR}, ${VAR:-default}, ${VAR:?why}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE = CHECKOUT / "docker-compose.yaml"
_VARIABLE = re.compile(
    r"\$\$|\$\{(?P<name>\w+)(?:(?P<sign>:[-?])(?P<word>[^}]*))?\}|\$(?P<bare>.?)"
)


class Unset(Exception):
    """A variable that the file requires has no value."""


def read_raw() -> dict[str, Any]:
    """The file with its anchors merged, variables as written."""
    raw: dict[str, Any] = YAML(typ="safe").load(COMPOSE.read_text())
    return raw


def read(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables filled in; raises Unset as Docker would refuse."""
    filled: dict[str, Any] = _fill(read_raw(), environment)
    return filled


def _fill(node: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, environment) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(item, environment) for item in node]
    return interpolate(node, environment) if isinstance(node, str) else node


def interpolate(text: str, environment: Mapping[str, str]) -> str:
    """Fill in the variables of one string."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, sign = match["name"], match["sign"]
        if name is None:
            raise ValueError(f"a lone $ in {text!r}: write $$")
        found = environment.get(name, "")
        if not found and sign == ":?":
            raise Unset(f"{name}: {match['word']}")
        return found or (match["word"] if sign == ":-" else "")

    return _VARIABLE.sub(value, text)


def variables(text: str) -> set[str]:
    """Names of the variables that a text uses."""
    return {match["name"] for match in _VARIABLE.finditer(text) if match["name"]}


def example_environment() -> dict[str, str]:
    """What .env.example sets, empty where the reader must fill in."""
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def filled_environment() -> dict[str, str]:
    """An .env with a value for everything."""
    return {name: value or f"test-{name.lower()}" for name, value in example_environment().items()}
