"""Published days and source partitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from daywatch.state import StateStore
from daywatch.warehouse.base import Partition, Publication

DAY = date(2026, 3, 2)
FIRST = Publication(
    team="platform_abuse",
    table="signup_burst",
    day=DAY,
    run_id="r1",
    rows=3,
    content_hash="h1",
    sql_hash="s1",
    cutoff=datetime(2026, 3, 3, 4, 0, 0, 123456),
    published_at=datetime(2026, 3, 3, 4, 1),
    files=("risk/a.parquet",),
    missing=("spam_upstream",),
)


def test_a_publication_reads_back_as_written(state: StateStore) -> None:
    assert state.publication("signup_burst", DAY) is None
    state.record_publication(FIRST)
    assert state.publication("signup_burst", DAY) == FIRST


def test_a_republished_day_has_one_record(state: StateStore) -> None:
    second = replace(FIRST, run_id="r2", content_hash="h2", files=("risk/b.parquet",))
    state.record_publication(FIRST)
    state.record_publication(second)
    assert state.publications("signup_burst", DAY, DAY) == [second]


def test_publications_come_in_day_order_within_bounds(state: StateStore) -> None:
    days = [DAY + timedelta(days=n) for n in (3, 0, 1, 9)]
    for day in days:
        state.record_publication(replace(FIRST, day=day))
    found = state.publications("signup_burst", DAY, DAY + timedelta(days=3))
    assert [p.day for p in found] == sorted(days)[:3]


def test_a_mirrored_record_never_goes_back_in_time(state: StateStore) -> None:
    newer = replace(FIRST, content_hash="h2", published_at=FIRST.published_at + timedelta(hours=1))
    state.mirror(newer)
    state.mirror(FIRST)
    assert state.publication("signup_burst", DAY) == newer


def test_a_day_is_unjudged_until_its_own_content_was_judged(state: StateStore) -> None:
    state.record_publication(FIRST)
    assert state.unjudged_days("platform_abuse.signup_burst") == [DAY]
    with state.transaction() as session:
        state.mark_judged(session, "signup_burst", DAY, "h1")
    assert state.unjudged_days("platform_abuse.signup_burst") == []
    state.record_publication(replace(FIRST, run_id="r2"))
    assert state.unjudged_days("platform_abuse.signup_burst") == []
    state.record_publication(replace(FIRST, content_hash="h2"))
    assert state.unjudged_days("platform_abuse.signup_burst") == [DAY]


def test_retention_forgets_old_days_of_one_table(state: StateStore) -> None:
    for table in ("signup_burst", "other"):
        for back in (0, 1, 2):
            state.record_publication(replace(FIRST, table=table, day=DAY - timedelta(days=back)))
    assert state.remove_publications("signup_burst", DAY) == 2
    assert [p.day for p in state.publications("signup_burst", date.min, DAY)] == [DAY]
    assert len(state.publications("other", date.min, DAY)) == 3


def test_partitions_are_replaced_by_day_and_dimensions_whole(state: StateStore) -> None:
    monday = Partition("comments", DAY, ("c/1.parquet",), 10, 100)
    tuesday = Partition("comments", DAY + timedelta(days=1), ("c/2.parquet", "c/3.parquet"), 5)
    accounts = Partition("accounts", None, ("a/1.parquet",), 7)
    state.replace_partitions([monday, tuesday, accounts])
    again = replace(monday, files=("c/9.parquet",), rows=11)
    state.replace_partitions([again])
    assert state.partitions("comments", None, None) == [again, tuesday]
    assert state.partitions("comments", DAY, DAY) == [again]
    assert state.partitions("accounts", None, None) == [accounts]
    assert state.partitions("accounts", DAY, DAY) == [accounts]
    assert state.partitions("absent", None, None) == []


def test_files_in_use_are_those_of_pointer_rows(state: StateStore) -> None:
    state.record_publication(FIRST)
    state.replace_partitions([Partition("accounts", None, ("a/1.parquet",), 7)])
    state.replace_partitions([Partition("accounts", None, ("a/2.parquet",), 7)])
    assert state.files_in_use() == {"risk/a.parquet", "a/2.parquet"}
