"""A small house to try every engine on: two sources, a dimension, two detections."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from daywatch.catalog.model import Catalog, Detection, Header, Source, Taxonomy, Team
from daywatch.warehouse.base import BuildJob

DAY = date(2026, 3, 5)
CUTOFF = datetime(2026, 3, 10)

LOGINS = Source.model_validate(
    {
        "name": "logins",
        "columns": {
            "event_id": {"type": "bigint"},
            "ds": {"type": "date"},
            "event_ts": {"type": "timestamp"},
            "account_id": {"type": "bigint"},
            "ip24": {"type": "text"},
            "success": {"type": "boolean"},
            "score": {"type": "double"},
            "port": {"type": "integer"},
            "ingest_ts": {"type": "timestamp"},
        },
        "day": "ds",
        "day_from": "event_ts",
        "arrival": "ingest_ts",
        "primary_key": ["event_id"],
    }
)
PAGES = Source.model_validate(
    {"name": "pages", "columns": {"ds": {"type": "date"}, "url": {"type": "text"}}, "day": "ds"}
)
MARKETS = Source.model_validate(
    {
        "name": "markets",
        "columns": {"ip24": {"type": "text"}, "market": {"type": "text"}},
        "primary_key": ["ip24"],
    }
)
SECRETS = Source.model_validate({"name": "secrets", "columns": {"word": {"type": "text"}}})


def detection(
    table: str, sql: str, columns: dict[str, str], *, team: str = "spam", **header: object
) -> Detection:
    """A detection as the parser would make it, its SQL on line 21 of its file."""
    path = Path("sql") / team / f"{table}.sql"
    return Detection(
        team=team,
        table=table,
        path=path,
        header=Header.model_validate(
            {
                "title": "A test",
                "description": "For the warehouse's tests only.",
                "owner": "oncall",
                "status": "production",
                "severity": "high",
                "policy": "spam",
                "grain": [next(iter(columns))],
                "columns": columns,
                "runbook": "Look at the rows.",
                **header,
            }
        ),
        sql=sql,
        sql_line=21,
        sources=(),
        upstreams=(),
        suite_path=path,
        cases_path=path,
    )


BURST = detection(
    "burst",
    "select ip24, count(*) as events, sum(score) as score\n"
    "from logins\nwhere ds = :day\ngroup by ip24\nhaving count(*) >= :least",
    {"ip24": "text", "events": "bigint", "score": "double"},
    parameters={"least": 1},
    lookback="3d",
)
TREND = detection(
    "trend",
    "select day as seen, sum(events) as events from risk.burst group by day",
    {"seen": "date", "events": "bigint"},
    lookback="7d",
)
PRIVATE = detection("private_hits", "select 1 as hits", {"hits": "bigint"}, team="integrity")

CATALOG = Catalog(
    teams={
        name: Team.model_validate(
            {
                "name": name,
                "title": name,
                "channels": {"alerts": "#a", "data": "#d", "digest": "#g"},
                "owners": {"oncall": {}},
                "confidential": name == "integrity",
            }
        )
        for name in ("spam", "integrity")
    },
    sources={source.name: source for source in (LOGINS, PAGES, MARKETS, SECRETS)},
    taxonomy=Taxonomy(policies={"spam": "Spam"}),
    detections={one.name: one for one in (BURST, TREND, PRIVATE)},
)


def job(
    one: Detection = BURST, day: date = DAY, run_id: str = "run-1", **change: object
) -> BuildJob:
    """A build of one detection over every source and the burst table."""
    values: dict[str, object] = {
        "detection": one,
        "day": day,
        "cutoff": CUTOFF,
        "run_id": run_id,
        "sources": (LOGINS, PAGES, MARKETS),
        "upstreams": (BURST,),
        "timeout": timedelta(seconds=60),
        "max_rows": 1000,
    }
    return BuildJob(**{**values, **change})  # type: ignore[arg-type]


def query(sql: str, columns: dict[str, str], **header: object) -> Detection:
    """A detection of its own for one SELECT."""
    return detection("probe", sql, columns, **{"lookback": "3d", **header})


def logins(rows: int = 10, day: date = DAY, start: int = 0, **columns: object) -> pa.Table:
    """Log-ins of one day, on two networks, that arrived the same evening."""
    ids = list(range(start, start + rows))
    data: dict[str, object] = {
        "event_id": ids,
        "ds": [day] * rows,
        "event_ts": [datetime(day.year, day.month, day.day, 10)] * rows,
        "account_id": ids,
        "ip24": [f"10.0.{i % 2}" for i in ids],
        "success": [i % 3 == 0 for i in ids],
        "score": [i / 4 for i in ids],
        "port": ids,
        "ingest_ts": [datetime(day.year, day.month, day.day, 20)] * rows,
        **columns,
    }
    return pa.table(data)
