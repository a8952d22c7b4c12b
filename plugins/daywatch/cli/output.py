"""How commands speak: tables for people, one JSON document for machines, logs on stderr."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

# A pipe has no width: tables there are as wide as they like, for grep and for logs.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, soft_wrap=True)

STATE_STYLE = {
    "done": "green",
    "success": "green",
    "ok": "green",
    "published": "green",
    "skipped": "dim",
    "held_back": "yellow",
    "held back": "yellow",
    "warning": "yellow",
    "failed": "red",
    "error": "red",
    "breach": "bold red",
    "running": "cyan",
}


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(plain(document), indent=2, ensure_ascii=False) + "\n")


def plain(value: Any) -> Any:
    """Dataclasses, models, dates, paths and enums as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, BaseModel):
        return plain(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):  # NaN is not JSON
        return None
    return str(value) if isinstance(value, Path) else value


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings; numbers to the right, states in their colour."""
    shown = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    body = [list(row) for row in rows]
    for position, name in enumerate(columns):
        numeric = bool(body) and all(isinstance(r[position], int | float | None) for r in body)
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        shown.add_row(*(cell(value) for value in row))
    out.print(shown)


def cell(value: Any) -> str:
    """One value of a table; text from data is never read as markup."""
    if value is None:
        return "[dim]-[/dim]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    text = str(value).replace("[", "\\[")
    style = STATE_STYLE.get(str(value))
    return f"[{style}]{text}[/{style}]" if style else text


def progress(unit: str) -> Progress:
    """A progress bar on stderr, so that stdout stays clean."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=err,
        transient=False,
    )


def start_logging(level: str) -> None:
    """Logs go to stderr; libraries speak up only when something is wrong."""
    handler = RichHandler(console=err, show_path=False, rich_tracebacks=False, markup=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler], force=True)
    logging.getLogger("daywatch").setLevel(level)
