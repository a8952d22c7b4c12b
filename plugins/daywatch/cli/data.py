"""Commands about what lies in the warehouse: load, tidy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from daywatch.cli.options import Json
from daywatch.cli.output import out, print_json, progress
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

ABANDONED = timedelta(days=2)
"""Longer than any build and its retries: what is staged for so long has nobody waiting for it."""


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (load, tidy):
        app.command()(command)


def load(
    table: Annotated[str, typer.Argument(help="A source of sql/sources.yaml.")],
    files: Annotated[list[Path], typer.Argument(help="CSV, JSON lines or Parquet files.")],
    append: Annotated[
        bool,
        typer.Option("--append", help="Keep the days' other rows; needs a declared primary key."),
    ] = False,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="FILE_COLUMN=column, for files with other names; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Load files into a raw table: the days present in them are replaced.

    Columns are cast as sql/sources.yaml declares. Rows without a usable day are counted and kept,
    with the reason, in a reject file.
    """
    from daywatch.house import open_house

    with open_house(get_settings()) as house:
        source = house.catalog.sources.get(table)
        if source is None:
            raise ConfigurationError(
                f"{table} is not a declared source.",
                remedy="Declare it in sql/sources.yaml; there are "
                f"{', '.join(house.catalog.sources)}.",
            )
        with progress("bytes") as bar:
            task = bar.add_task(f"load {table}", total=None)
            result = house.warehouse.load(
                source,
                files,
                append=append,
                rename=_renames(map_ or []),
                reject_dir=house.settings.data / "rejects",
                progress=lambda done, total: bar.update(task, completed=done, total=total or None),
            )
    if json:
        return print_json(result)
    span = f"{min(result.days)} to {max(result.days)}" if result.days else "no day"
    out.print(f"{table}: {result.rows:,} rows in {len(result.days):,} days ({span})")
    if result.rejected:
        out.print(f"{result.rejected:,} rows rejected; see {result.reject_file}", markup=False)
    if result.absent:
        out.print(f"not in the files, so NULL: {', '.join(result.absent)}", markup=False)
    if result.ignored:
        out.print(f"not declared, so left out: {', '.join(result.ignored)}", markup=False)
    if result.duplicates:
        out.print(f"{result.duplicates:,} rows were there already")
    return None


def _renames(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if pair.count("=") != 1]
    if wrong:
        raise ConfigurationError(
            f"--map {wrong[0]!r} cannot be read.", remedy="Write FILE_COLUMN=column."
        )
    return dict(pair.split("=") for pair in pairs)


def tidy(
    keep: Annotated[
        int, typer.Option("--keep", min=0, help="Days to keep; 0: DAYWATCH_KEEP_DAYS.")
    ] = 0,
    json: Json = False,
) -> None:
    """Remove old published days, replaced files past their grace, and what crashed runs staged."""
    from daywatch.house import open_house

    with open_house(get_settings()) as house:
        staged = house.warehouse.sweep_staging(older_than=ABANDONED)
        days = timedelta(days=keep or house.settings.keep_days)
        retired = house.warehouse.retire(days, house.now().date())
    if json:
        return print_json({"staged_copies": staged, "retired": retired})
    out.print(
        f"removed {retired.days:,} published days, {retired.files:,} files "
        f"({retired.bytes / 1e6:,.1f} MB) and {staged:,} staged copies"
    )
    return None
