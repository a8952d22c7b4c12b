"""What only the lake promises: a locked session, files that readers never lose, a full disk."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy.exc import DBAPIError
from warehouse_house import (
    BURST,
    CATALOG,
    CUTOFF,
    DAY,
    LOGINS,
    MARKETS,
    SECRETS,
    job,
    logins,
    query,
)

from daywatch.errors import LoadError, QueryFailed, Unavailable
from daywatch.settings import Settings
from daywatch.state import open_state
from daywatch.warehouse.base import Partition
from daywatch.warehouse.faults import StagingGone
from daywatch.warehouse.lake import LakeWarehouse
from daywatch.warehouse.lake_session import View, connect, read_session, stream

HERE = Path(__file__).parent


@pytest.fixture
def lake_settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, data_dir=tmp_path / "data", duckdb_threads=2)


@pytest.fixture
def lake(lake_settings: Settings) -> LakeWarehouse:
    one = LakeWarehouse(lake_settings, open_state(lake_settings))
    one.prepare(CATALOG)
    return one


def files(lake_settings: Settings, room: str) -> list[Path]:
    return [p for p in (lake_settings.data / "lake" / room).rglob("*") if p.is_file()]


# --- the locked session -------------------------------------------------------------------------

ESCAPES = [
    "COPY (SELECT 1) TO '{out}/x.csv'",
    "COPY (SELECT 1) TO '{allowed}'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_parquet('{secret}')",
    "SELECT * FROM read_parquet('{out}/*.parquet')",
    "SELECT * FROM read_parquet('{allowed}/../../../secret.parquet')",
    "SELECT * FROM glob('{out}/*')",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "ATTACH '{out}/x.db'",
    "EXPORT DATABASE '{out}/export'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_paths = ['/etc/passwd']",
    "RESET lock_configuration",
    "PRAGMA temp_directory = '{out}'",
    "SELECT * FROM secret_variable",
    "SELECT getenv('HOME')",
]


@pytest.fixture
def session_words(lake: LakeWarehouse, lake_settings: Settings, tmp_path: Path) -> dict[str, str]:
    lake.load_arrow(LOGINS, logins(3))
    secret = tmp_path / "secret.parquet"
    pq.write_table(pa.table({"word": ["hush"]}), secret)
    [allowed] = files(lake_settings, "raw")
    return {"out": str(tmp_path), "secret": str(secret), "allowed": str(allowed)}


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_session_denies_what_the_catalogue_would_have_refused(
    lake_settings: Settings, session_words: dict[str, str], tmp_path: Path, escape: str
) -> None:
    """Straight to DuckDB, past the catalogue and past our own look at the statement's kind."""
    secret_variable = pa.table({"word": ["hush"]})
    assert secret_variable.num_rows == 1
    before = Path(session_words["allowed"]).read_bytes()
    columns = {"event_id": LOGINS.columns["event_id"].type}
    view = View("logins", columns, (Path(session_words["allowed"]),))
    with read_session(lake_settings, tmp_path / "spill", [view]) as session:
        assert session.execute("SELECT count(*) FROM logins").fetchall() == [(3,)]
        with pytest.raises(duckdb.Error):
            session.execute(escape.format(**session_words)).fetchall()
    assert Path(session_words["allowed"]).read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "secret.parquet"]


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE x (i int)", "DROP VIEW logins", "SELECT 1; SELECT 2", "", "CHECKPOINT"]
)
def test_only_one_select_is_run(lake_settings: Settings, tmp_path: Path, sql: str) -> None:
    with (
        connect(lake_settings, tmp_path) as session,
        pytest.raises(QueryFailed, match="exactly one SELECT"),
    ):
        stream(session, sql, {})


def test_a_build_opens_the_files_of_its_days_only(
    lake: LakeWarehouse, lake_settings: Settings
) -> None:
    for back in range(5):
        lake.load_arrow(LOGINS, logins(2, DAY - timedelta(days=back), start=back * 10))
    for path in files(lake_settings, "raw"):
        if path.parent.name < (DAY - timedelta(days=2)).isoformat():
            path.write_bytes(b"unreadable")
    assert lake.stage(job()).rows == 2
    assert lake.stage(job(query("select count(*) as n from logins", {"n": "bigint"}))).rows == 1


def test_a_detection_cannot_read_a_source_it_does_not_name(lake: LakeWarehouse) -> None:
    lake.load_arrow(SECRETS, pa.table({"word": ["hush"]}))
    with pytest.raises(QueryFailed, match="secrets"):
        lake.stage(job(query("select word from secrets", {"word": "text"})))


# --- files ----------------------------------------------------------------------------------------


def test_replaced_files_stay_for_the_grace_period(
    lake: LakeWarehouse, lake_settings: Settings
) -> None:
    lake.load_arrow(LOGINS, logins(4))
    for run_id in ("a", "b", "c"):
        lake.publish(lake.stage(job(run_id=run_id)))
    assert len(files(lake_settings, "risk")) == 3
    assert lake.retire(timedelta(days=30), DAY).files == 0
    eager = LakeWarehouse(
        lake_settings.model_copy(update={"lake_grace_hours": 0.0}), open_state(lake_settings)
    )
    retired = eager.retire(timedelta(days=30), DAY)
    assert (retired.days, retired.files) == (0, 2)
    assert lake.read(BURST, DAY, DAY)["events"].sum() == 4
    [left] = files(lake_settings, "risk")
    assert left.name.startswith("c-")
    old = eager.retire(timedelta(days=1), DAY + timedelta(days=5))
    assert (old.days, old.files) == (1, 1)
    assert files(lake_settings, "risk") == []
    assert files(lake_settings, "tmp") == []


def test_published_bytes_are_the_staged_bytes(lake: LakeWarehouse, lake_settings: Settings) -> None:
    lake.load_arrow(LOGINS, logins(4))
    staging = lake.stage(job())
    staged = (lake_settings.data / "lake" / staging.ref).read_bytes()
    record = lake.publish(staging)
    assert (lake_settings.data / "lake" / record.files[0]).read_bytes() == staged


def test_files_written_elsewhere_are_adopted(
    lake: LakeWarehouse, lake_settings: Settings, tmp_path: Path
) -> None:
    day_file, whole = tmp_path / "day.parquet", tmp_path / "all.parquet"
    pq.write_table(logins(5), day_file)
    pq.write_table(pa.table({"ip24": ["10.0.0"], "market": ["DE"]}), whole)
    inode = day_file.stat().st_ino
    lake.adopt(
        [
            Partition("logins", DAY, (str(day_file),), 5),
            Partition("markets", None, (str(whole),), 1),
        ]
    )
    assert not day_file.exists()
    assert lake.source_day(LOGINS, DAY, CUTOFF).rows == 5
    assert lake.source_day(MARKETS, DAY, CUTOFF).rows == 1
    assert inode in {path.stat().st_ino for path in files(lake_settings, "raw")}
    with pytest.raises(LoadError, match="missing"):
        lake.adopt([Partition("logins", DAY, (str(day_file),), 5)])
    assert lake.source_day(LOGINS, DAY, CUTOFF).rows == 5


# --- limits ---------------------------------------------------------------------------------------

FULL = """
import resource, sys
sys.path.insert(0, {here!r})
import signal
from warehouse_house import BURST, DAY, LOGINS, job, logins, query
from daywatch.errors import Unavailable
from daywatch.settings import Settings
from daywatch.state import open_state
from daywatch.warehouse import open_warehouse
settings = Settings.model_validate_json({settings!r})
warehouse = open_warehouse(settings, open_state(settings))
wide = query("select md5(cast(a.event_id * 1000 + b.event_id as text)) as t "
             "from logins a cross join logins b", {{"t": "text"}})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write says EFBIG, as a full disk ENOSPC
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for build in (job(wide, max_rows=1_000_000),):
    try:
        warehouse.stage(build)
    except Unavailable as error:
        print(error)
        sys.exit(7)
"""


def test_a_full_disk_leaves_the_old_day_and_nothing_else(
    lake: LakeWarehouse, lake_settings: Settings
) -> None:
    """The kernel refuses writes over 200 kB to a child, as it would on a full disk."""
    lake.load_arrow(LOGINS, logins(300))
    lake.publish(lake.stage(job()))
    before = files(lake_settings, "risk")
    script = FULL.format(here=str(HERE), settings=lake_settings.model_dump_json())
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "disk" in done.stdout
    assert "the published day is as it was" in done.stdout
    assert files(lake_settings, "staging") == []
    assert files(lake_settings, "tmp") == []
    assert files(lake_settings, "risk") == before
    assert lake.read(BURST, DAY, DAY)["events"].sum() == 300


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_really_full_disk(tmp_path: Path) -> None:
    """A tmpfs of one megabyte, where this machine lets root mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"mount refused: {mounted.stderr.decode().strip()}")
    try:
        settings = Settings(
            home=tmp_path, data_dir=tmp_path / "data", warehouse_url=f"lake:///{disk}/lake"
        )
        lake = LakeWarehouse(settings, open_state(settings))
        lake.load_arrow(LOGINS, logins(300))
        lake.publish(lake.stage(job()))
        wide = query(
            "select md5(cast(a.event_id * 1000 + b.event_id as text)) as t "
            "from logins a cross join logins b",
            {"t": "text"},
        )
        with pytest.raises(Unavailable, match="the disk does not take"):
            lake.stage(job(wide, max_rows=1_000_000))
        assert list((disk / "lake" / "staging").rglob("*.parquet*")) == []
        assert lake.read(BURST, DAY, DAY)["events"].sum() == 300
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_the_row_cap_stops_before_the_result_is_whole(lake: LakeWarehouse) -> None:
    """A million million rows would need more memory than any machine has."""
    lake.load_arrow(LOGINS, logins(1000))
    huge = query(
        "select a.event_id as n from logins a, logins b, logins c, logins d", {"n": "bigint"}
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(QueryFailed, match="more than 1,000 rows"):
        lake.stage(job(huge))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_a_session_keeps_to_the_settings(lake_settings: Settings, tmp_path: Path) -> None:
    tight = lake_settings.model_copy(update={"duckdb_memory": "100MiB", "duckdb_threads": 1})
    with read_session(tight, tmp_path, []) as session:
        found = session.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads')"
        ).fetchall()
    assert found == [("100.0 MiB", 1)]


def test_the_sweep_removes_what_killed_builds_left(
    lake: LakeWarehouse, lake_settings: Settings
) -> None:
    left = lake_settings.data / "lake" / "tmp" / "killed"
    left.mkdir(parents=True)
    (left / "spill").write_bytes(b"x")
    lake.sweep_staging(timedelta(hours=1))
    assert left.exists()
    os.utime(left, (0, 0))
    os.utime(left / "spill", (0, 0))
    lake.sweep_staging(timedelta(hours=1))
    assert not left.exists()


def test_a_build_whose_day_was_taken_over_says_so(
    lake: LakeWarehouse, lake_settings: Settings
) -> None:
    """A newer build starts while this one still runs: its copy goes, and it stops as superseded."""
    lake.load_arrow(LOGINS, logins(4))

    def taken_over(table: pa.Table) -> pa.Table:
        LakeWarehouse(lake_settings, open_state(lake_settings)).drop_stale_staging(
            "burst", DAY, keep_run="newer"
        )
        return table

    with pytest.raises(StagingGone):
        lake.stage(job(score=taken_over))
    assert files(lake_settings, "staging") == []


def test_a_suite_sees_its_own_rows_and_can_open_no_file(lake: LakeWarehouse) -> None:
    lake.load_arrow(LOGINS, logins(10))
    first, second = lake.stage(job()), lake.stage(job(day=DAY - timedelta(days=1)))
    counts = "select count(*) from staging"
    with (
        lake.staging_relation(first) as (one, _),
        lake.staging_relation(second) as (other, _),
        one.connect() as mine,
        other.connect() as theirs,
    ):
        assert mine.exec_driver_sql(counts).scalar_one() == first.rows == 2
        assert theirs.exec_driver_sql(counts).scalar_one() == second.rows == 0
    with lake.staging_relation(second) as (again, _):
        assert again in (one, other)  # an idle one is taken, and nothing is left in it
        with again.connect() as connection:
            assert connection.exec_driver_sql(counts).scalar_one() == 0
        for sql in (
            "from '/etc/passwd'",
            "select * from read_csv('/etc/passwd')",
            "SET enable_external_access = true",
        ):
            denied = pytest.raises(DBAPIError, match=r"disabled|does not exist|locked")
            with denied, again.connect() as connection:
                connection.exec_driver_sql(sql)
