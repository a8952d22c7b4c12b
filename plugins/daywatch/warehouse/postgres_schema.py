"""The house's schemas in PostgreSQL, and who may read what.

    raw          source tables                       the owner's alone
    src          read views over them                every detection
    team_<team>  risk tables                         the owner's alone
    risk         read views over them                every detection; a confidential team's: its own
    staging      staged copies                       the team's validation
    daywatch     publications, staging, versions     the owner's alone

Detections run as the role `<read_role>_<team>`, a member of `<read_role>`; neither can log in. The
views show the days and arrivals that the session's settings `daywatch.first_day`, `.last_day` and
`.cutoff` allow; unset shows all. The planner evaluates those settings when it estimates, so the
day's index is used as it would be for constants.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql as pgsql

from daywatch.catalog.model import Catalog, ColumnType, Detection, Source, Team
from daywatch.errors import ConfigurationError
from daywatch.warehouse.columns import POSTGRES, with_day
from daywatch.warehouse.ingest import columns_of_source
from daywatch.warehouse.naming import ident, literal, schema_of
from daywatch.warehouse.postgres_link import Link

VERSION = "1"
"""Grows when the objects below change; every object is then made again."""


_HOUSE = """
CREATE SCHEMA IF NOT EXISTS raw;
CREATE SCHEMA IF NOT EXISTS src;
CREATE SCHEMA IF NOT EXISTS risk;
CREATE SCHEMA IF NOT EXISTS staging;
CREATE SCHEMA IF NOT EXISTS daywatch;
CREATE TABLE IF NOT EXISTS daywatch.objects (name text PRIMARY KEY, version text NOT NULL);
CREATE TABLE IF NOT EXISTS daywatch.publications (
    risk_table text, day date, team text NOT NULL, run_id text NOT NULL, ref text NOT NULL,
    rows bigint NOT NULL, content_hash text NOT NULL, sql_hash text NOT NULL,
    cutoff timestamp NOT NULL, published_at timestamp NOT NULL, missing text[] NOT NULL,
    PRIMARY KEY (risk_table, day)
);
CREATE TABLE IF NOT EXISTS daywatch.staging (
    ref text PRIMARY KEY, risk_table text NOT NULL, day date NOT NULL, run_id text NOT NULL,
    created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
)
"""


def role_of(read_role: str, team: str) -> str:
    """The role that a team's detections run as; PostgreSQL keeps 63 bytes of a name."""
    name = f"{read_role}_{team}"
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def prepare(link: Link, catalog: Catalog, read_role: str) -> None:
    """Create or alter what the catalogue needs; what is as it should be costs one query."""
    wanted = {
        f"role:{read_role}": VERSION,
        **{f"team:{team.name}": _version(team.name, read_role) for team in catalog.teams.values()},
        **{f"source:{name}": _source_version(one) for name, one in catalog.sources.items()},
        **{
            f"table:{one.table}": _table_version(one, catalog.teams[one.team], read_role)
            for one in catalog.detections.values()
        },
    }
    present = _present(link)
    changed = {name for name, version in wanted.items() if present.get(name) != version}
    if not changed:
        return
    # One at a time: two workers that start together would both create what is missing.
    link.execute("SELECT pg_advisory_xact_lock(hashtextextended('daywatch.prepare', 0))")
    link.execute(_HOUSE)
    _roles(link, read_role, catalog.teams.values())
    for name, source in catalog.sources.items():
        if f"source:{name}" in changed:
            _source(link, source, read_role)
    for one in catalog.detections.values():
        if f"table:{one.table}" in changed:
            _risk_table(link, one, catalog.teams[one.team], read_role)
    with link.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO daywatch.objects VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET version = excluded.version",
            [(name, wanted[name]) for name in sorted(changed)],
        )


def _present(link: Link) -> dict[str, str]:
    known = link.execute("SELECT to_regclass('daywatch.objects') IS NOT NULL").fetchone()
    if not (known and known[0]):
        return {}
    return dict(link.execute("SELECT name, version FROM daywatch.objects").fetchall())


def _version(*parts: object) -> str:
    return hashlib.sha256("\x1f".join([VERSION, *map(str, parts)]).encode()).hexdigest()[:16]


def _source_version(source: Source) -> str:
    return _version(columns_of_source(source), source.day, source.arrival)


def _table_version(one: Detection, team: Team, read_role: str) -> str:
    return _version(one.team, one.header.columns, team.confidential, read_role)


# --- roles ----------------------------------------------------------------------------------------


def _roles(link: Link, read_role: str, teams: Iterable[Team]) -> None:
    names = {team.name: role_of(read_role, team.name) for team in teams}
    for team in names:
        schema = pgsql.Identifier(schema_of(team))
        link.execute(pgsql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
    try:
        for role in (read_role, *names.values()):
            _role(link, role)
        for role in names.values():
            link.execute(f"GRANT {ident(read_role)} TO {ident(role)}")
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"the warehouse's PostgreSQL user may not create the role {read_role}: "
            f"{error.diag.message_primary}.",
            remedy="Let an administrator run once: "
            + " ".join(_by_hand(read_role, names.values())),
        ) from error
    link.execute(f"GRANT USAGE ON SCHEMA src, risk, staging TO {ident(read_role)}")
    _no_way_back(link)


def _role(link: Link, role: str) -> None:
    found = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if not found:
        try:
            with link.transaction():
                link.execute(f"CREATE ROLE {ident(role)} NOLOGIN")
        except psycopg.errors.DuplicateObject:  # roles are the cluster's: another database's run
            return
        except psycopg.errors.UniqueViolation:
            return
    may = link.execute("SELECT pg_has_role(current_user, %s, 'SET')", [role]).fetchone()
    if not (may and may[0]):
        link.execute(f"GRANT {ident(role)} TO CURRENT_USER")


def _by_hand(read_role: str, roles: Iterable[str]) -> list[str]:
    steps = [f"CREATE ROLE {ident(read_role)} NOLOGIN;"]
    for role in roles:
        steps.append(f"CREATE ROLE {ident(role)} NOLOGIN IN ROLE {ident(read_role)};")
        steps.append(f"GRANT {ident(role)} TO <user>;")
    return steps


def _no_way_back(link: Link) -> None:
    """Take set_config() from everybody but the owner, where we may.

    A SELECT could otherwise call set_config('role', 'none') and go on as the owner. Without the
    right to do this, the catalogue's allow-list of functions is what stands in the way.
    """
    row = link.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row and row[0]:
        link.execute("REVOKE EXECUTE ON FUNCTION set_config(text, text, boolean) FROM PUBLIC")


# --- tables ---------------------------------------------------------------------------------------


def _limit(setting: str, kind: str, otherwise: str) -> str:
    """A session setting as a value of that type; unset or empty, the given one."""
    read = f"nullif(current_setting('daywatch.{setting}', true), '')::{kind}"
    return f"coalesce({read}, {otherwise})"


def _days(column: str) -> str:
    first = _limit("first_day", "date", "'-infinity'")
    last = _limit("last_day", "date", "'infinity'")
    return f"{ident(column)} >= {first} AND {ident(column)} <= {last}"


def _source(link: Link, source: Source, read_role: str) -> None:
    """The raw table, its index on the day, and the view that detections read."""
    columns = columns_of_source(source)
    table = f"raw.{ident(source.name)}"
    view = f"src.{ident(source.name)}"
    link.execute(f"DROP VIEW IF EXISTS {view}")
    _table(link, "raw", source.name, columns)
    limits = []
    if source.day:
        index = ident(f"{source.name[:40]}_by_day")
        link.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {table} ({ident(source.day)})")
        limits.append(_days(source.day))
    if source.arrival:
        arrival = ident(source.arrival)
        cutoff = _limit("cutoff", "timestamp", "'infinity'")
        limits.append(f"({arrival} IS NULL OR {arrival} <= {cutoff})")
    where = f" WHERE {' AND '.join(limits)}" if limits else ""
    link.execute(f"CREATE VIEW {view} AS SELECT {_names(columns)} FROM {table}{where}")
    link.execute(f"GRANT SELECT ON {view} TO {ident(read_role)}")


def _risk_table(link: Link, one: Detection, team: Team, read_role: str) -> None:
    """The risk table, its index on the day, and the view for those who may read it."""
    columns = with_day(one.header.columns)
    table = f"{ident(schema_of(one.team))}.{ident(one.table)}"
    view = f"risk.{ident(one.table)}"
    link.execute(f"DROP VIEW IF EXISTS {view}")
    _table(link, schema_of(one.team), one.table, columns)
    index = ident(f"{one.table[:40]}_by_day")
    link.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {table} (day)")
    link.execute(
        f"CREATE VIEW {view} AS SELECT {_names(columns)} FROM {table} WHERE {_days('day')}"
    )
    reader = role_of(read_role, one.team) if team.confidential else read_role
    link.execute(f"GRANT SELECT ON {view} TO {ident(reader)}")


def _names(columns: Iterable[str]) -> str:
    return ", ".join(ident(name) for name in columns)


_WIDER = {("integer", "bigint"), ("integer", "double precision"), ("bigint", "double precision")}


def _table(link: Link, schema: str, name: str, columns: Mapping[str, ColumnType]) -> None:
    """Create a table, or bring an older one up to the declaration without losing a value.

    New columns are added and numbers widened; columns no longer declared stay, unread.
    """
    address = f"{ident(schema)}.{ident(name)}"
    cells = ", ".join(f"{ident(column)} {POSTGRES[kind]}" for column, kind in columns.items())
    link.execute(f"CREATE TABLE IF NOT EXISTS {address} ({cells})")
    rows = link.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [address],
    ).fetchall()
    present = {str(column): str(kind).removesuffix(" without time zone") for column, kind in rows}
    for column, declared in columns.items():
        wanted = POSTGRES[declared].lower()
        found = present.get(column)
        if found is None:
            link.execute(f"ALTER TABLE {address} ADD COLUMN {ident(column)} {wanted}")
        elif (found, wanted) in _WIDER:
            link.execute(f"ALTER TABLE {address} ALTER COLUMN {ident(column)} TYPE {wanted}")
        elif found != wanted:
            raise ConfigurationError(
                f"{schema}.{name}.{column} is {found} in PostgreSQL and declared {declared}.",
                remedy=f"Declare {column} as {found}, give the column another name, or convert it: "
                f"ALTER TABLE {address} ALTER COLUMN {ident(column)} TYPE {wanted} USING "
                f"{ident(column)}::{wanted}.",
            )


def settings_of(values: Mapping[str, object]) -> str:
    """SET LOCAL statements for the views' limits."""
    return "; ".join(
        f"SET LOCAL daywatch.{name} = {literal(value)}" for name, value in values.items()
    )
