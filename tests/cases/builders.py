"""A small catalogue to run cases on: one source by day, one dimension, one upstream table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daywatch.catalog.model import Catalog, Detection, Header, Source, Taxonomy, Team

SIGNUPS = Source.model_validate(
    {
        "name": "signups",
        "columns": {
            "account_id": {"type": "bigint"},
            "ip24": {"type": "text"},
            "share": {"type": "double"},
            "created_ts": {"type": "timestamp"},
            "ds": {"type": "date"},
            "ingest_ts": {"type": "timestamp"},
        },
        "day": "ds",
        "day_from": "created_ts",
        "arrival": "ingest_ts",
        "primary_key": ["account_id"],
    }
)
NETWORKS = Source.model_validate(
    {"name": "networks", "columns": {"ip24": {"type": "text"}, "carrier": {"type": "boolean"}}}
)
SQL = """\
select
    signups.ip24,
    count(*) as accounts,
    sum(share) as share,
    max(coalesce(known.score, 0)) as score
from signups
left join networks on networks.ip24 = signups.ip24
left join risk.known on known.ip24 = signups.ip24 and known.day = :day
where signups.ds = :day
    and signups.ip24 is not null
    and not coalesce(networks.carrier, false)
group by signups.ip24
having count(*) >= :least
"""


def _detection(folder: Path, table: str, sql: str, **given: Any) -> Detection:
    header = {
        "title": "A test",
        "description": "A detection for tests.",
        "owner": "someone",
        "status": "production",
        "severity": "high",
        "policy": "spam",
        "grain": ["ip24"],
        "runbook": "1. Look at it.",
        **given.pop("header"),
    }
    return Detection(
        team="spam",
        table=table,
        path=folder / f"{table}.sql",
        header=Header.model_validate(header),
        sql=sql,
        sql_line=21,
        suite_path=folder / "suite.yaml",
        cases_path=folder / f"{table}.yaml",
        **given,
    )


def burst(folder: Path, cases: str = "", **header: Any) -> tuple[Detection, Catalog]:
    """The detection with these cases in its file, and the catalogue around it."""
    known = _detection(
        folder,
        "known",
        "select ip24, score from signups",
        sources=("signups",),
        upstreams=(),
        header={"columns": {"ip24": "text", "score": "bigint"}},
    )
    one = _detection(
        folder,
        "burst",
        SQL,
        sources=("networks", "signups"),
        upstreams=("known",),
        header={
            "columns": {
                "ip24": "text",
                "accounts": "bigint",
                "share": "double",
                "score": "bigint",
            },
            "lookback": "7d",
            "parameters": {"least": 2},
            "indicators": {
                "bursts": {"value": "count(*)", "breach": {"above": 0}},
                "accounts": {
                    "value": "sum(accounts)",
                    "by": ["ip24"],
                    "breach": {"change": {"by": "50%", "min_count": 3}},
                },
                "shown": {"value": "max(score)", "kind": "value"},
            },
            **header,
        },
    )
    one.cases_path.write_text(cases)
    team = Team.model_validate(
        {
            "name": "spam",
            "title": "Spam",
            "channels": {"alerts": "#a", "data": "#d", "digest": "#g"},
            "owners": {"someone": {}},
        }
    )
    catalog = Catalog(
        teams={"spam": team},
        sources={"signups": SIGNUPS, "networks": NETWORKS},
        taxonomy=Taxonomy(policies={"spam": "Spam"}),
        detections={one.name: one, known.name: known},
    )
    return one, catalog
