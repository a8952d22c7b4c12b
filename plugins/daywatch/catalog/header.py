"""The YAML header above the SELECT: where it ends, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from daywatch.catalog.model import Header
from daywatch.catalog.yamlfile import Lines, load_yaml, read_model, read_text
from daywatch.errors import CatalogError, Where

FENCE = "-- ---"
SHAPE = f"A file opens with a line {FENCE!r}, the header in '-- ' comments, and {FENCE!r} again."


@dataclass(frozen=True)
class Split:
    """A detection's file in two: the header's YAML and the SELECT, each with its first line."""

    yaml: str
    yaml_line: int
    sql: str
    sql_line: int


@dataclass(frozen=True)
class ParsedHeader:
    """The header, or every fault that keeps it from being one, and the line of each key."""

    header: Header | None
    lines: Lines
    faults: tuple[CatalogError, ...] = ()


def read_split(path: Path) -> Split:
    """A file's header and SELECT; CRLF, a BOM and blank lines before the fence are fine."""
    return split(read_text(path), path)


def split(text: str, path: Path) -> Split:
    """Cut `text` at its fences; raises CatalogError with the line where they go wrong."""
    rows = text.rstrip().split("\n")
    first = next((n for n, row in enumerate(rows) if row.strip()), None)
    if first is None:
        raise CatalogError("this file is empty.", remedy=SHAPE, where=Where(path, 1))
    if rows[first].rstrip() != FENCE:
        fault = "the header is missing."
        raise CatalogError(fault, remedy=SHAPE, where=Where(path, first + 1))
    last = _closing(rows, first, path)
    yaml = "\n".join(_uncomment(row) for row in rows[first + 1 : last])
    sql_rows = rows[last + 1 :]
    blank = next((n for n, row in enumerate(sql_rows) if row.strip()), None)
    if blank is None:
        fault = "there is no SELECT under the header."
        raise CatalogError(fault, remedy="Write one SELECT.", where=Where(path, last + 1))
    sql = "\n".join(sql_rows[blank:]).rstrip()
    return Split(yaml, first + 2, sql, last + 2 + blank)


def _closing(rows: list[str], first: int, path: Path) -> int:
    """The index of the closing fence; everything before it must be a comment."""
    for n in range(first + 1, len(rows)):
        row = rows[n].rstrip()
        if row == FENCE:
            return n
        if row != "--" and not row.startswith("-- "):
            raise CatalogError(
                f"the header is not closed: this line is not a '-- ' comment: {row[:40]!r}.",
                remedy=f"Start it with '-- ', or close the header above it with {FENCE!r}.",
                where=Where(path, n + 1),
            )
    fault = "the header is not closed."
    raise CatalogError(fault, remedy=SHAPE, where=Where(path, first + 1))


def _uncomment(row: str) -> str:
    return row[3:] if row.startswith("-- ") else ""


def parse_header(parts: Split, path: Path) -> ParsedHeader:
    """The header's model, or its faults, each with its line in the .sql file."""
    try:
        data, lines = load_yaml(parts.yaml, path, parts.yaml_line)
    except CatalogError as error:
        return ParsedHeader(None, {(): parts.yaml_line}, (error,))
    if data is None:
        data = {}
    faults, header = read_model(Header, data, lines, path)
    return ParsedHeader(header, lines, tuple(faults))
