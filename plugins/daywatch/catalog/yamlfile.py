"""YAML as people write it, read strictly: YAML 1.2, no duplicate keys, faults with their line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from daywatch.errors import CatalogError, Where

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]
"""Line of each key or item, by its path from the root."""

# libyaml composes 25 times as fast as ruamel.yaml (0.3 against 7.7 ms a header), and 300 headers
# must load in under 3 s. It reads the syntax only; what a scalar means is decided here, by 1.2.
_COMPOSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_NODES, MAX_DEPTH = 2_000_000, 100
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")


def load_yaml(text: str, path: Path, first_line: int = 1) -> tuple[Any, Lines]:
    """Plain data and the line of every key. `first_line` is where `text` starts in the file."""
    try:
        root = yaml.compose(text, Loader=_COMPOSER)
    except yaml.MarkedYAMLError as error:
        what = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise CatalogError(
            f"not readable as YAML: {what}.",
            remedy="Check indentation and quotes; quote values that hold ': ' or start with '{'.",
            where=Where(path, _line_of(error, first_line)),
        ) from error
    except yaml.YAMLError as error:
        fault = f"not readable as YAML: {str(error).splitlines()[0]}."
        raise CatalogError(fault, where=Where(path, first_line)) from error
    except RecursionError as error:
        raise CatalogError("nested too deep.", where=Where(path, first_line)) from error
    lines: Lines = {(): first_line}
    data = None if root is None else _Reader(path, first_line, lines).value(root, ())
    return data, lines


def load_yaml_file(path: Path) -> tuple[Any, Lines]:
    """`load_yaml` on a file; an absent or undecodable file is a CatalogError."""
    return load_yaml(read_text(path), path)


def read_text(path: Path) -> str:
    """A file's text without BOM, with LF line ends; what cannot be read is a CatalogError."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise CatalogError("this file is missing.", where=Where(path)) from error
    except OSError as error:
        fault = f"this cannot be read: {error.strerror}."
        raise CatalogError(fault, remedy="Give a readable file.", where=Where(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CatalogError(
            "not UTF-8 text.", remedy="Save it as UTF-8.", where=Where(path, line)
        ) from error


def parse_model(model: type[Model], data: Any, lines: Lines, path: Path) -> Model:
    """Validate `data` as `model`; the first fault becomes a CatalogError with line and remedy."""
    faults, parsed = read_model(model, data, lines, path)
    if parsed is None:
        raise faults[0]
    return parsed


def read_model(
    model: type[Model], data: Any, lines: Lines, path: Path
) -> tuple[list[CatalogError], Model | None]:
    """Every fault of `data` as `model`, in the order of the file; none and the model if it fits."""
    if not isinstance(data, Mapping):
        fault = CatalogError(
            f"expected keys and values here, found {type(data).__name__}.",
            remedy=f"Known keys: {', '.join(model.model_fields)}.",
            where=Where(path, lines.get((), 1)),
        )
        return [fault], None
    try:
        return [], model.model_validate(dict(data))
    except ValidationError as error:
        # A misspelt key is told before the key that is then missing.
        errors = sorted(
            error.errors(), key=lambda e: (e["type"] == "missing", _line(lines, e["loc"]))
        )
        return _distinct(_explain(model, e, lines, path) for e in errors), None


def _distinct(faults: Iterable[CatalogError]) -> list[CatalogError]:
    """One fault a key: a union reports each of its branches."""
    by_key = {(str(f.where), f.fault.split(":")[0].split("[")[0]): f for f in reversed([*faults])}
    return list(reversed(by_key.values()))


def _explain(model: type[BaseModel], error: ErrorDetails, lines: Lines, path: Path) -> CatalogError:
    loc = error["loc"]
    where = Where(path, _line(lines, loc))
    name = ".".join(str(part) for part in loc) or model.__name__
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
        return CatalogError(f"unknown key {name!r}.", remedy=hint, where=where)
    if error["type"] == "missing":
        return CatalogError(f"the key {name!r} is missing.", remedy="Add it.", where=where)
    message = error["msg"].removeprefix("Value error, ")
    shown = repr(error["input"])[:80]
    return CatalogError(f"{name}: {message}; found {shown}.", where=where)


def _known_keys(model: type[BaseModel], loc: Path_) -> list[str]:
    """The keys allowed at `loc`, following nested models as far as the annotations tell."""
    current: type[BaseModel] | None = model
    for part in loc:
        if current is None:
            return []
        if isinstance(part, str) and part in current.model_fields:
            current = _model_in(current.model_fields[part].annotation)
    return list(current.model_fields) if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found:
            return found
    return None


def _line(lines: Lines, loc: Path_) -> int:
    """The line of the longest known prefix of `loc`."""
    for end in range(len(loc), -1, -1):
        if loc[:end] in lines:
            return lines[loc[:end]]
    return lines.get((), 1)


class _Reader:
    """Composed nodes to plain data by YAML 1.2's core schema, noting the line of each key."""

    def __init__(self, path: Path, first: int, lines: Lines) -> None:
        self.path, self.first, self.lines = path, first, lines
        self.read = 0

    def value(self, node: yaml.Node, at: Path_) -> Any:
        self.read += 1
        if self.read > MAX_NODES or len(at) > MAX_DEPTH:
            raise self._fault(node, "too large or nested too deep.", "Split it, or repeat less.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*at, n)) for n, item in enumerate(node.value)]
        return self._scalar(node)

    def _item(self, node: yaml.Node, at: Path_) -> Any:
        self.lines[at] = self._line(node)
        return self.value(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Path_) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._fault(key_node, "a key must be plain text.", "Quote it.")
            key = self._scalar(key_node)
            if key in data:
                raise self._fault(key_node, f"the key {key!r} is given twice.", "Keep one of them.")
            self.lines[(*at, key)] = self._line(key_node)
            data[key] = self.value(value_node, (*at, key))
        return data

    def _scalar(self, node: Any) -> Any:
        if node.tag not in _TAGS:
            raise self._fault(node, f"the tag {node.tag!r} is not known.", "Quote the value.")
        if node.style in ("'", '"', "|", ">"):
            return node.value
        try:
            return core_scalar(node.value)
        except ValueError as error:
            raise self._fault(node, f"{node.value!r} is no value: {error}.", "Quote it.") from error

    def _line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self.first

    def _fault(self, node: yaml.Node, fault: str, remedy: str) -> CatalogError:
        return CatalogError(fault, remedy=remedy, where=Where(self.path, self._line(node)))


def core_scalar(text: str) -> Any:
    """A plain scalar by YAML 1.2's core schema, with ISO dates and times read as such."""
    if text in _WORDS:
        return _WORDS[text]
    if not text or text[0] not in "+-.0123456789":
        return text
    return next((read(text) for form, read in _FORMS if form.fullmatch(text)), text)


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf"))


_FORMS: tuple[tuple[re.Pattern[str], Any], ...] = (
    (_INTEGER, _integer),
    (_FLOAT, _float),
    (_DATE, date.fromisoformat),
    (_TIME, datetime.fromisoformat),
)


def _line_of(error: yaml.MarkedYAMLError, first: int) -> int:
    mark = error.problem_mark or error.context_mark
    return (mark.line if mark else 0) + first
