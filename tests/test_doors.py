"""Each third-party library has one door, and dependencies between rooms run one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "plugins" / "daywatch"

DOORS = {
    "airflow": ("orchestration", "airflow_home", "web"),
    "alembic": ("state",),
    "altair": ("charting", "scorecard"),
    "duckdb": ("warehouse", "platform"),
    "duckdb_sqlalchemy": ("warehouse",),
    "fastapi": ("web",),
    "great_expectations": ("validation",),
    "psycopg": ("warehouse",),
    "rich": ("cli",),
    "scipy": ("indicators",),
    "slack_bolt": ("interaction",),
    "slack_sdk": ("alerts", "interaction"),
    "sqlalchemy": ("state", "warehouse", "validation", "alerts"),
    "sqlglot": ("catalog",),
    "statsmodels": ("indicators",),
    "typer": ("cli",),
    "vl_convert": ("charting",),
    "yaml": ("catalog",),
}
"""Library -> the rooms that may import it. alerts, validation: Session and Engine only."""

LEVELS = (
    ("errors", "crash"),
    ("settings",),
    ("catalog",),
    ("indicators", "charting"),
    ("state", "warehouse", "validation"),
    ("confidential",),
    ("alerts", "platform"),
    ("house",),
    ("happenings",),
    ("inputs", "notices", "briefing", "unmasking", "verdicts", "cases", "preload", "heartbeat"),
    ("judging",),
    ("pipeline",),
    ("runner", "expected"),
    ("backfill", "catchup", "review", "scorecard", "standing", "digest", "canary"),
    ("tending", "service"),
    ("interaction",),
    ("orchestration", "airflow_home", "web"),
    ("demo",),
    ("cli",),
)
"""Rooms by floor: a room imports from floors below it and from its own, never from above."""


def _modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room != "__init__":
            yield room, path, ast.parse(path.read_text())


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "daywatch":
                yield from (f"daywatch.{alias.name}" for alias in node.names)
            else:
                yield node.module


def _runtime_only(tree: ast.Module) -> ast.Module:
    """Without `if TYPE_CHECKING:` blocks, which import nothing when the program runs."""
    kept = [
        n for n in tree.body if not (isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test))
    ]
    return ast.Module(body=kept, type_ignores=[])


def test_each_library_has_its_door() -> None:
    offenders = [
        f"{path.relative_to(PACKAGE)} imports {name}; only {', '.join(DOORS[library])} may"
        for room, path, tree in _modules()
        for name in _imports(_runtime_only(tree))
        if (library := name.split(".")[0]) in DOORS and room not in DOORS[library]
    ]
    assert not offenders, "\n".join(offenders)


def test_every_room_stands_on_a_floor() -> None:
    known = {room for floor in LEVELS for room in floor}
    assert {room for room, _, _ in _modules()} <= known


def test_dependencies_run_one_way() -> None:
    floor = {room: height for height, rooms in enumerate(LEVELS) for room in rooms}
    offenders = [
        f"{path.relative_to(PACKAGE)} ({room}) imports {name}, which stands above it"
        for room, path, tree in _modules()
        for name in _imports(_runtime_only(tree))
        if name.startswith("daywatch.")
        and (target := name.split(".")[1]) in floor
        and floor[target] > floor[room]
    ]
    assert not offenders, "\n".join(offenders)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = "pandas", "great_expectations", "duckdb", "airflow", "sqlalchemy", "sqlglot", "scipy"
    heavy = (*heavy, "altair", "vl_convert")
    code = f"import sys, daywatch.cli.app; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout
