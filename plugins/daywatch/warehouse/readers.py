"""CSV, JSON lines and Parquet into one shape: a table `incoming` of texts and a row number."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa

from daywatch.catalog.model import Source
from daywatch.errors import LoadError, Where
from daywatch.warehouse.naming import ident, literal
from daywatch.warehouse.rejects import SHOWN, Rejects

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one CSV record; a cell of a megabyte is real, a record of more is a lost quote."""
BATCH = 5_000


@dataclass(frozen=True)
class Found:
    """What a file held: declared column -> column of `incoming`, and headings nobody declared."""

    columns: Mapping[str, str]
    ignored: tuple[str, ...]


def read_file(
    database: duckdb.DuckDBPyConnection,
    file: Path,
    source: Source,
    rename: Mapping[str, str],
    rejects: Rejects,
) -> Found:
    """Read one file by its suffix (.csv, .tsv, .jsonl, .ndjson, .parquet; text also as .gz)."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    kind = (
        suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else "".join(suffixes[-1:])
    )
    try:
        if kind in (".csv", ".tsv"):
            tab = "\t" if kind == ".tsv" else ","
            return _read_csv(database, file, source, rename, rejects, tab)
        if kind in (".jsonl", ".ndjson", ".json"):
            return _read_json(database, file, source, rename, rejects)
    except (gzip.BadGzipFile, zlib.error, EOFError, csv.Error) as error:
        raise LoadError(
            f"this is not whole {kind} data: {error}.",
            remedy="Make the file anew; what it holds was not loaded.",
            where=Where(file),
        ) from error
    if kind in (".parquet", ".pq"):
        return _read_parquet(database, file, source, rename)
    raise LoadError(
        f"files of kind {kind or 'none'} cannot be loaded.",
        remedy="Give CSV (.csv, .tsv), JSON lines (.jsonl) or Parquet (.parquet).",
        where=Where(file),
    )


def match(file: Path, headings: Sequence[str], source: Source, rename: Mapping[str, str]) -> Found:
    """Match headings to declared columns whatever their case, after renaming."""
    renamed = {old.strip().lower(): new for old, new in rename.items()}
    columns: dict[str, str] = {}
    ignored: list[str] = []
    for position, heading in enumerate(headings):
        low = heading.strip().lower()
        name = renamed.get(low, low)
        if name not in source.columns:
            ignored.append(heading.strip())
        elif name in columns:
            raise LoadError(
                f"two columns of this file are {name}.",
                remedy="Rename or drop one of them.",
                where=Where(file, 1),
            )
        else:
            columns[name] = f"c{position}"
    _usable(file, columns, source, rename)
    return Found(columns, tuple(ignored))


def _usable(
    file: Path, columns: Mapping[str, str], source: Source, rename: Mapping[str, str]
) -> None:
    wrong = [new for new in rename.values() if new not in source.columns]
    if wrong:
        fault, remedy = f"{source.name} has no column {', '.join(wrong)}.", "Check --map."
    elif not columns:
        fault = f"none of its columns is declared for {source.name}."
        remedy = f"Use --map FILE_COLUMN=column; declared are {', '.join(source.columns)}."
    elif source.day and source.day not in columns and source.day_from not in columns:
        ways = " or ".join(name for name in (source.day, source.day_from) if name)
        fault = f"it has no column {ways}, so no row has a day."
        remedy = "Use --map FILE_COLUMN=column, or declare day_from in sql/sources.yaml."
    else:
        return
    raise LoadError(fault, remedy=remedy, where=Where(file))


def _text(file: Path) -> IO[str]:
    if file.suffix.lower() == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return file.open(encoding="utf-8-sig", errors="replace", newline="")


def _read_csv(
    database: duckdb.DuckDBPyConnection,
    file: Path,
    source: Source,
    rename: Mapping[str, str],
    rejects: Rejects,
    separator: str,
) -> Found:
    """DuckDB's strict reader; lines it cannot read go to the rejects with its reason."""
    with _text(file) as handle:
        headings = next(csv.reader(handle, delimiter=separator), None)
    if not headings:
        raise LoadError(
            "this file is empty.", remedy="It needs a line of headings.", where=Where(file)
        )
    found = match(file, headings, source, rename)
    types = ", ".join(f"c{position}: 'VARCHAR'" for position in range(len(headings)))
    database.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    database.execute(
        f"CREATE TABLE incoming AS SELECT row_number() OVER () AS row, {_cells(found)} "
        f"FROM read_csv({literal(file)}, auto_detect = false, delim = {literal(separator)}, "
        "quote = '\"', escape = '\"', header = true, strict_mode = true, store_rejects = true, "
        f"rejects_limit = 0, max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE}, "
        f"allow_quoted_nulls = false, columns = {{{types}}})"
    )
    faults = database.execute(
        f"SELECT line, min(error_message), left(min(csv_line), {SHOWN}) FROM reject_errors "
        "GROUP BY line ORDER BY line"
    )
    for line, message, text in faults.fetchall():
        rejects.add(file, f"line {line}: {message}", row=None, values=text)
    return found


def _cells(found: Found) -> str:
    return ", ".join(ident(column) for column in found.columns.values())


def _read_parquet(
    database: duckdb.DuckDBPyConnection, file: Path, source: Source, rename: Mapping[str, str]
) -> Found:
    """Parquet, by way of text too, so that every kind of file is cast by the same rules."""
    try:
        described = database.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(file)})")
    except duckdb.Error as error:
        raise _unreadable(file, error) from error
    headings = [row[0] for row in described.fetchall()]
    found = match(file, headings, source, rename)
    cells = ", ".join(
        f"CAST({ident(headings[int(column[1:])])} AS VARCHAR) AS {ident(column)}"
        for column in found.columns.values()
    )
    try:
        database.execute(
            f"CREATE TABLE incoming AS SELECT row_number() OVER () AS row, {cells} "
            f"FROM read_parquet({literal(file)})"
        )
    except (duckdb.InvalidInputException, duckdb.SerializationException) as error:
        raise _unreadable(file, error) from error
    return found


def _unreadable(file: Path, error: Exception) -> LoadError:
    words = str(error).partition("\n")[0]
    return LoadError(f"not readable as Parquet: {words}", where=Where(file))


# --- JSON lines -----------------------------------------------------------------------------------


def _read_json(
    database: duckdb.DuckDBPyConnection,
    file: Path,
    source: Source,
    rename: Mapping[str, str],
    rejects: Rejects,
) -> Found:
    """One object a line. Keys may differ from line to line, so all are collected first."""
    keys: dict[str, None] = {}
    for _, record in _records(file, None):
        keys.update(dict.fromkeys(record))
    if not keys:
        raise LoadError(
            "no line of this file is a JSON object.",
            remedy="Give one JSON object a line.",
            where=Where(file),
        )
    headings = list(keys)
    found = match(file, headings, source, rename)
    wanted = {column: headings[int(column[1:])] for column in found.columns.values()}
    names = ", ".join(f"{column} VARCHAR" for column in wanted)
    database.execute(f"CREATE TABLE incoming (row BIGINT, {names})")
    records = _records(file, rejects)
    while batch := list(islice(records, BATCH)):
        columns: dict[str, Any] = {"row": pa.array([number for number, _ in batch], pa.int64())}
        for column, key in wanted.items():
            columns[column] = pa.array([record.get(key) for _, record in batch], pa.string())
        database.register("batch", pa.table(columns))
        database.execute("INSERT INTO incoming SELECT * FROM batch")
        database.unregister("batch")
    return found


def _records(file: Path, rejects: Rejects | None) -> Iterator[tuple[int, dict[str, str | None]]]:
    """(line number, texts by key) of each object; other lines go to the rejects, if given."""
    opener: Any = gzip.open if file.suffix.lower() == ".gz" else Path.open
    with opener(file, "rb") as handle:
        for number, line in enumerate(handle, start=1):
            text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
            if not text:
                continue
            try:
                yield number, _record(text)
            except (ValueError, RecursionError) as error:
                if rejects:
                    shown = text[:SHOWN].decode("utf-8", "replace")
                    rejects.add(file, f"line {number}: {error}", row=number, values=shown)


def _record(line: bytes) -> dict[str, str | None]:
    """An object's values as text, numbers exactly as written."""
    record = json.loads(line.decode("utf-8"), parse_int=str, parse_float=str)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    texts = {key: _as_text(value) for key, value in record.items()}
    for value in texts.values():
        if value is not None:
            value.encode("utf-8")  # a lone surrogate is no text; UnicodeEncodeError says so
    return texts


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
