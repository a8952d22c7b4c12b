"""The files that detections share: sources.yaml, taxonomy.yaml and each team's team.yaml."""

from __future__ import annotations

from pathlib import Path

from daywatch.catalog.cron import daily_start, zone
from daywatch.catalog.model import Source, Taxonomy, Team
from daywatch.catalog.yamlfile import Lines, load_yaml_file, parse_model
from daywatch.errors import CatalogError, ConfigurationError, Where


def read_sources(path: Path) -> dict[str, Source]:
    """sql/sources.yaml: the raw tables. Raises ConfigurationError with line and fault."""
    try:
        data, lines = load_yaml_file(path)
        tables = _section(data, "sources", lines, path)
        return {name: _source(name, body, lines, path) for name, body in tables.items()}
    except CatalogError as error:
        raise ConfigurationError(error.fault, remedy=error.remedy, where=error.where) from error


def read_taxonomy(path: Path) -> Taxonomy:
    """sql/taxonomy.yaml: policies and techniques. Raises ConfigurationError."""
    try:
        data, lines = load_yaml_file(path)
        return parse_model(Taxonomy, data, lines, path)
    except CatalogError as error:
        raise ConfigurationError(error.fault, remedy=error.remedy, where=error.where) from error


def read_team(path: Path) -> Team:
    """sql/<team>/team.yaml; the folder is the team's name. Raises CatalogError."""
    data, lines = load_yaml_file(path)
    if not isinstance(data, dict):
        raise CatalogError("expected the team's keys and values here.", where=Where(path, 1))
    named = data.get("name", path.parent.name)
    if named != path.parent.name:
        fault = f"name is {named!r}, but the folder is {path.parent.name!r}."
        where = Where(path, lines[("name",)])
        raise CatalogError(fault, remedy="Leave name out: the folder names the team.", where=where)
    team = parse_model(Team, {**data, "name": path.parent.name}, lines, path)
    if daily_start(team.schedule) is None:
        fault = f"schedule: {team.schedule!r} is not one time each day."
        where = Where(path, lines.get(("schedule",), 1))
        raise CatalogError(fault, remedy="Write minute hour * * *, e.g. '0 4 * * *'.", where=where)
    if zone(team.timezone) is None:
        fault = f"timezone: there is no {team.timezone!r}."
        where = Where(path, lines.get(("timezone",), 1))
        raise CatalogError(fault, remedy="Use an IANA name, e.g. Europe/Berlin.", where=where)
    return team


def _section(data: object, key: str, lines: Lines, path: Path) -> dict[str, object]:
    held = data.get(key) if isinstance(data, dict) else None
    if not isinstance(held, dict) or len(data) != 1:  # type: ignore[arg-type]
        fault = f"expected one key, {key!r}, with the tables under it."
        raise CatalogError(fault, where=Where(path, lines.get((), 1)))
    return held


def _source(name: object, body: object, lines: Lines, path: Path) -> Source:
    """One source; a column given as a bare type is short for {type: ...}."""
    own = {at[2:]: line for at, line in lines.items() if at[:2] == ("sources", name)}
    line = own.get((), 1)
    if not isinstance(body, dict):
        raise CatalogError(f"source {name!r}: expected keys and values.", where=Where(path, line))
    columns = body.get("columns")
    if isinstance(columns, dict):
        spread = {c: t if isinstance(t, dict) else {"type": t} for c, t in columns.items()}
        body = {**body, "columns": spread}
    source = parse_model(Source, {**body, "name": name}, own, path)
    named = [("day", source.day), ("arrival", source.arrival)]
    named += [("primary_key", key) for key in source.primary_key]
    named += [("columns", column.known_since) for column in source.columns.values()]
    for key, column in named:
        if column is not None and column not in source.columns:
            fault = f"source {name!r}: {key} names the column {column!r}, which is not there."
            raise CatalogError(fault, where=Where(path, own.get((key,), line)))
    return source
