"""What only PostgreSQL promises: roles, read views, altered tables, lost connections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from warehouse_house import (
    BURST,
    CATALOG,
    DAY,
    LOGINS,
    MARKETS,
    PRIVATE,
    detection,
    job,
    logins,
    query,
)

from daywatch.catalog.model import Catalog, Detection
from daywatch.errors import ConfigurationError, QueryFailed, Unavailable
from daywatch.settings import Settings
from daywatch.warehouse.postgres import PostgresWarehouse
from daywatch.warehouse.postgres_link import Links

pytestmark = pytest.mark.postgres


def house(*more: Detection) -> Catalog:
    return CATALOG.model_copy(
        update={"detections": {**CATALOG.detections, **{one.name: one for one in more}}}
    )


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    return Settings(home=tmp_path, data_dir=tmp_path / "data", warehouse_url=postgres_url)


@pytest.fixture
def postgres(settings: Settings) -> Iterator[PostgresWarehouse]:
    one = PostgresWarehouse(settings)
    one.prepare(CATALOG)
    yield one
    one.close()


ESCAPES = [
    "select event_id as n from raw.logins",
    "select count(*) as n from team_spam.burst",
    "select count(*) as n from daywatch.publications",
    "select count(*) as n from risk.private_hits",
    "select count(*) as n from pg_authid",
    "select length(pg_read_file('/etc/passwd')) as n",
    "select count(*) as n from pg_ls_dir('/')",
    "select lo_import('/etc/passwd') as n",
    "select lo_creat(-1) as n",
    "select nextval('nothing') as n",
    "select length(set_config('role', 'none', true)) as n",
    "select length(set_config('transaction_read_only', 'off', true)) as n",
    "with gone as (delete from src.logins returning 1) select count(*) as n from gone",
    "select 1 as n into raw.made",
    "select event_id as n from logins for update",
    "select 1 as n; drop table raw.logins",
    "select 1 as n; commit; reset role; drop table raw.logins cascade",
    "insert into raw.logins default values",
    "copy raw.logins to program 'id'",
    "create temporary table x as select 1 as n",
    "set role none",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_detection_can_read_its_views_and_nothing_else(
    postgres: PostgresWarehouse, escape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Straight to the server: the catalogue would have refused these before."""
    from daywatch.catalog import sql

    monkeypatch.setattr(sql, "bind", lambda text, dialect, style: text)
    postgres.load_arrow(LOGINS, logins(3))
    good = query("select count(*) as n from logins", {"n": "bigint"})
    assert postgres.stage(job(good)).rows == 1
    with pytest.raises(QueryFailed):
        postgres.stage(job(query(escape, {"n": "bigint"}), run_id="evil"))
    assert postgres.source_day(LOGINS, DAY, job().cutoff).rows == 3


def test_an_indicator_can_read_its_day_and_nothing_else(postgres: PostgresWarehouse) -> None:
    postgres.load_arrow(LOGINS, logins(3))
    postgres.publish(postgres.stage(job()))
    for sql in (
        "select count(*) as value from team_spam.burst",
        "select 1 as value; commit; reset role; drop table raw.logins cascade",
    ):
        with pytest.raises(QueryFailed):
            postgres.aggregate(BURST, DAY, sql, {})
    assert postgres.aggregate(BURST, DAY, "select count(*) as value from day_rows", {}) == [
        {"value": 2}
    ]
    assert postgres.source_day(LOGINS, DAY, job().cutoff).rows == 3


def test_confidential_tables_are_read_by_their_team_only(postgres: PostgresWarehouse) -> None:
    own = detection(
        "own_view",
        "select sum(hits) as n from risk.private_hits",
        {"n": "bigint"},
        team="integrity",
    )
    postgres.prepare(house(own))
    postgres.publish(postgres.stage(job(PRIVATE)))
    assert postgres.stage(job(own)).rows == 1
    other = query("select sum(hits) as n from risk.private_hits", {"n": "bigint"})
    with pytest.raises(QueryFailed, match="permission denied for view private_hits"):
        postgres.stage(job(other))
    schema = query("select sum(hits) as n from team_integrity.private_hits", {"n": "bigint"})
    with pytest.raises(QueryFailed, match="permission denied for schema team_integrity"):
        postgres.stage(job(schema))


def test_a_truth_that_lies_in_the_database_is_read_by_no_detection(
    postgres: PostgresWarehouse, settings: Settings
) -> None:
    """The generator keeps its truth in files; who loads it beside the warehouse is safe too."""
    with psycopg.connect(settings.warehouse) as link:
        link.execute("CREATE SCHEMA truth")
        link.execute("CREATE TABLE truth.truth_entities AS SELECT 'signup_farm.easy' AS scenario")
        link.execute("CREATE TABLE public.truth_events AS SELECT 1 AS event_id")
    for table in ("truth.truth_entities", "public.truth_events", "truth_events"):
        with pytest.raises(QueryFailed):
            postgres.stage(job(query(f"select count(*) as n from {table}", {"n": "bigint"})))


def test_preparing_again_costs_one_look_and_changes_nothing(
    postgres: PostgresWarehouse, settings: Settings
) -> None:
    def versions() -> list[object]:
        with psycopg.connect(settings.warehouse) as link:
            return link.execute(
                "SELECT name, xmin::text FROM daywatch.objects ORDER BY 1"
            ).fetchall()

    before = versions()
    postgres.prepare(CATALOG)
    postgres.prepare(CATALOG.model_copy(update={"detections": {BURST.name: BURST}}))
    assert versions() == before


def test_tables_follow_their_declaration(postgres: PostgresWarehouse) -> None:
    old = query("select 1 as n, cast(2 as integer) as m", {"n": "bigint", "m": "integer"})
    postgres.prepare(house(old))
    postgres.publish(postgres.stage(job(old, day=DAY - timedelta(days=1))))
    new = query(
        "select 'x' as why, 1 as n, 3000000000 as m", {"why": "text", "n": "bigint", "m": "bigint"}
    )
    postgres.prepare(house(new))
    postgres.publish(postgres.stage(job(new)))
    rows = postgres.read_arrow(new, DAY - timedelta(days=1), DAY).to_pylist()
    assert [(row["why"], row["m"]) for row in rows] == [(None, 2), ("x", 3_000_000_000)]
    broken = query("select 'a' as n", {"n": "text"})
    with pytest.raises(ConfigurationError, match=r"spam\.probe\.n is bigint .* ALTER TABLE"):
        postgres.prepare(house(broken))


def test_the_planner_uses_the_days_index_behind_the_view(
    postgres: PostgresWarehouse, settings: Settings
) -> None:
    for back in range(40):
        postgres.load_arrow(LOGINS, logins(200, DAY - timedelta(days=back), start=back * 1000))
    with psycopg.connect(settings.warehouse) as link:
        link.execute(f"SET daywatch.first_day = '{DAY}'")
        link.execute(f"SET daywatch.last_day = '{DAY}'")
        plan = link.execute("EXPLAIN SELECT count(*) FROM src.logins").fetchall()
    assert "logins_by_day" in "\n".join(row[0] for row in plan)


def test_a_lost_connection_may_be_tried_again(
    postgres: PostgresWarehouse, settings: Settings
) -> None:
    postgres.load_arrow(LOGINS, logins(3))
    with psycopg.connect(settings.warehouse, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable):
        postgres.stage(job())
    assert postgres.stage(job()).rows == 2
    nowhere = Links("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable), nowhere.transaction():
        pass


def test_an_emptied_staging_table_is_never_published(
    postgres: PostgresWarehouse, settings: Settings
) -> None:
    """Unlogged tables are empty after the server crashed."""
    from daywatch.warehouse.faults import StagingGone

    postgres.load_arrow(LOGINS, logins(3))
    postgres.publish(postgres.stage(job(run_id="a")))
    staging = postgres.stage(job(run_id="b"))
    with psycopg.connect(settings.warehouse) as link:
        link.execute(f'TRUNCATE staging."{staging.ref}"')
    with pytest.raises(StagingGone):
        postgres.publish(staging)
    assert postgres.read(BURST, DAY, DAY)["events"].sum() == 3


def test_both_engines_hash_equal_rows_alike(
    postgres: PostgresWarehouse, settings: Settings
) -> None:
    from daywatch.state import open_state
    from daywatch.warehouse.lake import LakeWarehouse

    state = open_state(settings)
    lake = LakeWarehouse(settings.model_copy(update={"warehouse_url": ""}), state)
    for one in (postgres, lake):
        one.load_arrow(LOGINS, logins(50))
        one.load_arrow(MARKETS, logins(0).select(["ip24"]))
    assert postgres.stage(job()).content_hash == lake.stage(job()).content_hash
    state.close()
