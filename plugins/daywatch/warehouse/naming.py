"""Names and literals as engines and file systems need them; nothing unquoted comes from outside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def ident(name: str) -> str:
    """A quoted identifier, for DuckDB and PostgreSQL alike."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A quoted string literal, for DuckDB and PostgreSQL alike."""
    return "'" + str(value).replace("'", "''") + "'"


def path_list(paths: Iterable[object]) -> str:
    """A DuckDB list of string literals."""
    return f"[{', '.join(literal(path) for path in paths)}]"


def digest(*parts: str, length: int = 12) -> str:
    """A short stable hash of some words."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def token(run_id: str) -> str:
    """A run id as part of a file name: readable, and never the same for two runs.

    Airflow's run ids hold ':' and '+', and anybody may name a run as they like.
    """
    return f"{_UNSAFE.sub('_', run_id).strip('.')[:60] or 'run'}-{digest(run_id, length=8)}"


def schema_of(team: str) -> str:
    """The PostgreSQL schema of a team's risk tables; a team may well be called risk or public."""
    return f"team_{team}"
