"""YAML as people write it, read strictly: YAML 1.2, no duplicate keys, every fault with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from daywatch.errors import CatalogError, Where

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]
"""Line of each key or item, by its path from the root."""


def load_yaml(text: str, path: Path, first_line: int = 1) -> tuple[Any, Lines]:
    """Plain data and the line of every key. `first_line` is where `text` starts in the file."""
    reader = YAML(typ="rt")
    reader.allow_duplicate_keys = False
    try:
        tree = reader.load(text)
    except DuplicateKeyError as error:
        key = str(error.problem or "").split('"')
        name = key[1] if len(key) > 1 else "a key"
        raise CatalogError(
            f"the key {name!r} is given twice.",
            remedy="Keep one of them.",
            where=Where(path, _line_of(error, first_line)),
        ) from error
    except MarkedYAMLError as error:
        what = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise CatalogError(
            f"not readable as YAML: {what}.",
            remedy="Check indentation and quotes; quote values that hold ': ' or start with '{'.",
            where=Where(path, _line_of(error, first_line)),
        ) from error
    except YAMLError as error:
        fault = f"not readable as YAML: {str(error).splitlines()[0]}."
        raise CatalogError(fault, where=Where(path, first_line)) from error
    lines: Lines = {(): first_line}
    lines.update(_lines(tree, (), first_line))
    return _plain(tree), lines


def load_yaml_file(path: Path) -> tuple[Any, Lines]:
    """`load_yaml` on a file; an absent or undecodable file is a CatalogError."""
    return load_yaml(read_text(path), path)


def read_text(path: Path) -> str:
    """A file's text without BOM, with LF line ends; what cannot be read is a CatalogError."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise CatalogError("this file is missing.", where=Where(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CatalogError(
            "not UTF-8 text.", remedy="Save it as UTF-8.", where=Where(path, line)
        ) from error


def parse_model(model: type[Model], data: Any, lines: Lines, path: Path) -> Model:
    """Validate `data` as `model`; the first fault becomes a CatalogError with line and remedy."""
    if not isinstance(data, Mapping):
        raise CatalogError(
            f"expected keys and values here, found {type(data).__name__}.",
            remedy=f"Known keys: {', '.join(model.model_fields)}.",
            where=Where(path, lines.get((), 1)),
        )
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        first = min(error.errors(), key=lambda e: _line(lines, e["loc"]))
        raise _explain(model, first, lines, path) from error


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


def _lines(node: Any, path: Path_, first: int) -> Iterator[tuple[Path_, int]]:
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            yield (*path, key), node.lc.key(key)[0] + first
            yield from _lines(value, (*path, key), first)
    elif isinstance(node, CommentedSeq):
        for index, value in enumerate(node):
            yield (*path, index), node.lc.item(index)[0] + first
            yield from _lines(value, (*path, index), first)


def _plain(node: Any) -> Any:
    """Without ruamel's own classes, so that nothing downstream depends on them."""
    if isinstance(node, Mapping):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _line_of(error: MarkedYAMLError, first: int) -> int:
    mark = error.problem_mark or error.context_mark
    return (mark.line if mark else 0) + first
