"""Files as people have them, into both engines: what fits is loaded, the rest is explained."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warehouse_house import CUTOFF, DAY, LOGINS, MARKETS, PAGES, SECRETS, job, logins, query

from daywatch.catalog.model import Source
from daywatch.errors import ConfigurationError, LoadError
from daywatch.warehouse.base import LoadResult, Warehouse


def load(
    warehouse: Warehouse, source: Source, folder: Path, *files: Path, **how: object
) -> LoadResult:
    return warehouse.load(source, files, reject_dir=folder / "rejects", **how)  # type: ignore[arg-type]


def rejects(result: LoadResult) -> list[dict[str, object]]:
    assert result.reject_file is not None
    return [json.loads(line) for line in result.reject_file.read_text().splitlines()]


def rows(warehouse: Warehouse, sql: str, columns: dict[str, str]) -> list[dict[str, object]]:
    """What a detection would see on DAY."""
    staging = warehouse.stage(job(query(sql, columns)))
    with warehouse.staging_relation(staging) as (engine, table), engine.connect() as connection:
        found = connection.exec_driver_sql(f"select {', '.join(columns)} from {table} order by 1")
        return [dict(row) for row in found.mappings()]


def test_csv_is_matched_cast_and_counted(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "logins.csv"
    file.write_bytes(
        b"\xef\xbb\xbfEvent_ID, DS ,Success,Score,Port,Whatever,ip24\r\n"
        b"1,2026-03-05,true,1.5,80,x,10.0.0\r\n"
        b'2,2026-03-05 10:00:00,0,nonsense,1.5,x,"a, ""b""\nc"\r\n'
        b"3,,true,1,1,x,y\r\n"
        b"4,someday,true,1,1,x,y\r\n"
        b"five,2026-03-05,true,1,1,x,y\r\n"
        b",2026-03-05,true,1,1,x,y\r\n"
        b"1,2026-03-05,true,9,9,x,twice\r\n"
        b"8,2026-03-04,,,,,\r\n"
    )
    seen: list[tuple[int, int]] = []
    result = load(
        warehouse, LOGINS, tmp_path, file, progress=lambda done, total: seen.append((done, total))
    )
    assert (result.rows, result.rejected, result.duplicates) == (4, 3, 1)
    assert result.days == (date(2026, 3, 4), DAY)
    assert result.ignored == ("Whatever",)
    assert result.absent == ("account_id", "event_ts", "ingest_ts")
    assert result.nulled == {"score": 1, "port": 1}
    assert seen[-1] == (file.stat().st_size, file.stat().st_size)
    kept = rejects(result)
    assert [(one["row"], one["reason"]) for one in kept] == [
        (3, "ds is empty"),
        (4, "ds: someday is not a date"),
        (5, "event_id: five is not a bigint"),
    ]
    assert kept[1]["file"] == str(file)
    assert kept[1]["values"]["ds"] == "someday"  # type: ignore[index]
    columns = {"event_id": "bigint", "ip24": "text", "score": "double", "port": "integer"}
    assert rows(
        warehouse, "select event_id, ip24, score, port from logins where ds = :day", columns
    ) == [
        {"event_id": 1, "ip24": "10.0.0", "score": 1.5, "port": 80},
        {"event_id": 2, "ip24": 'a, "b"\nc', "score": None, "port": None},
        {"event_id": None, "ip24": "y", "score": 1.0, "port": 1},
    ]


def test_a_row_without_its_key_can_replace_a_day_but_not_be_appended(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    file = tmp_path / "logins.csv"
    file.write_text("event_id,ds,ip24\n,2026-03-05,a\n,2026-03-05,b\n")
    replaced = load(warehouse, LOGINS, tmp_path, file)
    assert (replaced.rows, replaced.rejected, replaced.duplicates) == (2, 0, 0)
    appended = load(warehouse, LOGINS, tmp_path, file, append=True)
    assert (appended.rows, appended.rejected) == (0, 2)
    assert {one["reason"] for one in rejects(appended)} == {"event_id is empty"}
    assert warehouse.source_days(LOGINS) == [DAY]


def test_malformed_lines_are_kept_with_a_reason(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "pages.csv"
    big = "x" * 1_000_000
    file.write_bytes(
        b"ds,url\n2026-03-05,fine\n2026-03-05,unquoted\nnewline\n2026-03-05,a,b,c\n"
        b'2026-03-05,\xff\xfe\n2026-03-05,"st"ray\n2026-03-05,<!channel> \xf0\x9f\x98\x80\n'
        + f"2026-03-05,{big}\n".encode()
        + b"2026-03-05,last\n"
    )
    result = load(warehouse, PAGES, tmp_path, file)
    urls = [row["url"] for row in rows(warehouse, "select url from pages", {"url": "text"})]
    assert sorted(map(str, urls)) == sorted(["fine", "unquoted", "<!channel> 😀", big, "last"])
    kept = rejects(result)
    assert result.rejected == len(kept) == 4
    assert [str(one["reason"]).split(":")[0] for one in kept] == [f"line {n}" for n in (4, 5, 6, 7)]


def test_an_open_quote_never_crashes(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "pages.csv"
    file.write_text('ds,url\n2026-03-05,fine\n2026-03-05,"open\n2026-03-05,lost\n')
    result = load(warehouse, PAGES, tmp_path, file)
    assert result.rows == 1
    assert result.rejected >= 1
    assert "open" in str(rejects(result)[0]["values"])


def test_nul_survives_or_is_refused_with_a_reason(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "pages.csv"
    file.write_bytes(b"ds,url\n2026-03-05,nul\x00x\n2026-03-05,fine\n")
    result = load(warehouse, PAGES, tmp_path, file)
    if warehouse.name == "lake":
        assert (result.rows, result.rejected) == (2, 0)
        found = rows(warehouse, "select url from pages", {"url": "text"})
        assert {"url": "nul\x00x"} in found
    else:
        assert (result.rows, result.rejected) == (1, 1)
        assert "NUL" in str(rejects(result)[0]["reason"])


def test_json_lines(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "logins.jsonl.gz"
    lines = [
        '{"event_id": 9007199254740993, "event_ts": "2026-03-05T10:00:00Z", "Score": 1.25}',
        '{"event_id": 2, "event_ts": "2026-03-05T23:30:00-02:00", "success": true}',
        '{"event_id": 3',
        "[1, 2]",
        "",
        '{"event_id": 4, "event_ts": null}',
        '{"event_id": 5, "event_ts": "2026-03-05", "ip24": "\\ud800"}',
    ]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    result = load(warehouse, LOGINS, tmp_path, file)
    assert (result.rows, result.rejected) == (2, 4)
    assert result.days == (DAY, date(2026, 3, 6))
    assert sorted(str(one["row"]) for one in rejects(result)) == ["3", "4", "6", "7"]
    assert rows(
        warehouse,
        "select event_id, event_ts, score from logins",
        {"event_id": "bigint", "event_ts": "timestamp", "score": "double"},
    ) == [
        {"event_id": 9007199254740993, "event_ts": datetime(2026, 3, 5, 10), "score": 1.25},
    ]


def test_parquet_and_renamed_columns(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"CONTENT": ["a", "b"], "DATE": [datetime(2026, 3, 5, 1), None]}), file)
    result = load(warehouse, PAGES, tmp_path, file, rename={"content": "url", "DATE": "ds"})
    assert (result.rows, result.rejected, result.days) == (1, 1, (DAY,))
    assert rows(warehouse, "select url from pages", {"url": "text"}) == [{"url": "a"}]


def test_loading_twice_never_doubles(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "l.csv"
    file.write_text("event_id,ds\n1,2026-03-05\n2,2026-03-05\n")
    load(warehouse, LOGINS, tmp_path, file)
    again = load(warehouse, LOGINS, tmp_path, file)
    assert (again.rows, again.replaced_rows) == (2, 2)
    file.write_text("event_id,ds\n2,2026-03-05\n3,2026-03-05\n")
    first = load(warehouse, LOGINS, tmp_path, file, append=True)
    assert (first.rows, first.duplicates, first.replaced_rows) == (1, 1, 0)
    second = load(warehouse, LOGINS, tmp_path, file, append=True)
    assert (second.rows, second.duplicates) == (0, 2)
    assert warehouse.source_day(LOGINS, DAY, CUTOFF).rows == 3
    with pytest.raises(ConfigurationError, match="pages has no primary key"):
        load(warehouse, PAGES, tmp_path, file, append=True)


def test_a_dimension_is_replaced_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "m.tsv"
    file.write_text("ip24\tmarket\n10.0.0\tDE\n10.0.1\t\n")
    assert load(warehouse, MARKETS, tmp_path, file).rows == 2
    file.write_text("ip24\tmarket\n10.0.2\tFR\n")
    result = load(warehouse, MARKETS, tmp_path, file)
    assert (result.rows, result.replaced_rows, result.days) == (1, 2, ())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "x,y\n1,2\n", "none of its columns is declared"),
        ("a.csv", "url\nx\n", "no column ds"),
        ("a.csv", "ds,DS,url\n,,\n", "two columns of this file are ds"),
        ("a.jsonl", "[]\n", "no line of this file is a JSON object"),
        ("a.parquet", "no parquet", "not readable as Parquet"),
        ("a.xlsx", "", "files of kind .xlsx"),
    ],
)
def test_files_that_cannot_be_loaded_say_why(
    warehouse: Warehouse, tmp_path: Path, name: str, text: str, words: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(LoadError) as caught:
        load(warehouse, PAGES, tmp_path, file)
    assert str(file) in str(caught.value)
    assert words in str(caught.value)


def test_a_missing_file_and_an_unknown_column_are_named(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with pytest.raises(LoadError, match=r"gone\.csv: this file is missing"):
        load(warehouse, PAGES, tmp_path, tmp_path / "gone.csv")
    with pytest.raises(LoadError, match="no column nope"):
        warehouse.load_arrow(PAGES, pa.table({"ds": [DAY], "nope": [1]}))
    with pytest.raises(LoadError, match="rows without ds"):
        warehouse.load_arrow(PAGES, pa.table({"ds": pa.array([None], pa.date32()), "url": ["x"]}))


def test_rows_in_memory_take_their_day_from_the_declared_time(warehouse: Warehouse) -> None:
    table = logins(3).drop_columns(["ds"])
    assert warehouse.load_arrow(LOGINS, table) == 3
    assert warehouse.source_day(LOGINS, DAY, CUTOFF).rows == 3
    assert warehouse.load_arrow(SECRETS, pa.table({"word": pa.array([], pa.string())})) == 0
