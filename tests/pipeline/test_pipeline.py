"""One detection, one day, on real engines: what is published, held back, judged and told."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.content import DAY, HEADER, QUERY, SUITE, settings_in, signups, write_detection

from daywatch import pipeline
from daywatch.alerts.transport import open_transport
from daywatch.backfill import backfill
from daywatch.errors import HeldBack, QueryFailed, SuiteError, Superseded, TooManyRows
from daywatch.house import House, open_house
from daywatch.runner import day_range, run_day, select
from daywatch.settings import Settings
from daywatch.standing import day_standing


def run(house: House, day: Any = DAY, *, refresh: bool = False) -> Any:
    return run_day(house, select(house.catalog, ["burst"]), day, refresh=refresh)[0]


def published(house: House, day: Any = DAY) -> list[dict[str, Any]]:
    frame = house.warehouse.read(house.catalog.detections["spam.burst"], day, day)
    rows = frame.drop(columns=["day"]).to_dict("records")
    return sorted(rows, key=lambda row: row["ip24"])


def previews(house: House) -> list[Path]:
    return sorted(house.settings.previews_dir.rglob("*.json"))


EXPECTED = [
    {"ip24": "10.0.0", "accounts": 4, "appeals": 0},
    {"ip24": "10.0.1", "accounts": 1, "appeals": 0},
]


def test_a_day_is_published_judged_and_told(house: House) -> None:
    outcome = run(house)
    assert outcome.state == "done", outcome.message
    assert outcome.breaches == ("bursts",)
    assert published(house) == EXPECTED
    [message] = previews(house)
    assert "Sign-up burst" in message.read_text()
    assert outcome.previews == 2 and outcome.sent == 0, "the alert, and details in its thread"


def test_running_a_day_again_changes_nothing_and_sends_nothing(house: House) -> None:
    run(house)
    before = house.warehouse.publication("burst", DAY)
    again = run(house)
    after = house.warehouse.publication("burst", DAY)
    assert again.state == "done" and again.messages == 0 and again.previews == 0
    assert (before.content_hash, before.cutoff) == (after.content_hash, after.cutoff)
    assert len(previews(house)) == 1
    assert house.state.outbox_counts() == {"sent": 2}


def test_late_rows_wait_for_a_refresh(house: House) -> None:
    run(house)
    late = signups({"10.0.9": 5}, DAY)
    ids = pa.array([9_000_000 + n for n in range(5)], pa.int64())
    now = house.now().replace(microsecond=0) + timedelta(seconds=1)
    late = late.set_column(0, "account_id", ids).set_column(
        4, "ingest_ts", pa.array([now] * 5, pa.timestamp("us"))
    )
    house.warehouse.load_arrow(house.catalog.sources["signups"], late, append=True)
    run(house)
    assert published(house) == EXPECTED
    tomorrow = replace(house, now=lambda: now + timedelta(hours=1))
    run(tomorrow, refresh=True)
    assert {"ip24": "10.0.9", "accounts": 5, "appeals": 0} in published(house)


def test_a_source_below_its_minimum_holds_the_day_back_and_says_so(house: House) -> None:
    day = DAY + timedelta(days=1)
    house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 2}, day))
    outcome = run(house, day)
    assert outcome.state == "held_back"
    assert "source signups has 2 rows for 2026-03-03, its minimum is 3" in outcome.message
    assert "sql/sources.yaml" in outcome.message
    assert house.warehouse.publication("burst", day) is None
    [told] = [m for m in house.state.alerts() if m.kind == "held_back"]
    assert told.channel == "#spam-data"


def test_an_absent_source_holds_the_day_back(house: House) -> None:
    outcome = run(house, DAY + timedelta(days=9))
    assert outcome.state == "held_back" and "0 rows" in outcome.message


def test_a_sparse_source_may_be_empty(house: House) -> None:
    # appeals was never loaded at all, and min_rows_per_day is 0
    assert run(house).state == "done"


def test_failed_validation_keeps_the_old_day(house: House, settings: Settings) -> None:
    run(house)
    strict = SUITE.replace("min_value: 1", "min_value: 2")
    write_detection(settings.home, suite=strict)
    with open_house(settings) as again:
        outcome = run(again)
        assert outcome.state == "held_back"
        assert "accounts" in outcome.message and "daywatch show" in outcome.message
        assert published(again) == EXPECTED
        failed = [c for c in again.state.checks("spam.burst", DAY) if not c.success]
        assert [c.column for c in failed] == ["accounts"]
        assert failed[0].examples


def test_a_warning_publishes_and_is_kept(house: House, settings: Settings) -> None:
    gentle = SUITE.replace("min_value: 1}", "min_value: 2}\n    severity: warning")
    write_detection(settings.home, suite=gentle)
    with open_house(settings) as again:
        assert run(again).state == "done"
        assert published(again) == EXPECTED


def test_duplicate_grain_is_held_back(settings: Settings, house: House) -> None:
    doubled = QUERY.replace(
        "left join appealed on appealed.ip24 = daily.ip24",
        "left join appealed on appealed.ip24 = daily.ip24\n"
        "cross join (values (1), (2)) as twice (n)",
    )
    write_detection(settings.home, query=doubled)
    with open_house(settings) as again:
        outcome = run(again)
        assert outcome.state == "held_back" and "ip24" in outcome.message
        assert again.warehouse.publication("burst", DAY) is None


def test_an_all_null_column_is_held_back_where_the_suite_forbids_it(
    settings: Settings, house: House
) -> None:
    suite = SUITE + (
        "  - type: expect_column_values_to_not_be_null\n    kwargs: {column: appeals}\n"
    )
    query = QUERY.replace("coalesce(appealed.appeals, 0)", "appealed.appeals")
    write_detection(settings.home, query=query, suite=suite)
    with open_house(settings) as again:
        outcome = run(again)
        assert outcome.state == "held_back" and "appeals" in outcome.message


@pytest.mark.parametrize(
    ("suite", "fault"),
    [
        ("expectations: []\n", "no expectation"),
        (SUITE.replace("expect_column_values_to_be_between", "expect_column_value"), "line"),
    ],
)
def test_a_suite_that_checks_nothing_never_publishes(
    settings: Settings, house: House, suite: str, fault: str
) -> None:
    write_detection(settings.home, suite=suite)
    with open_house(settings) as again:
        detection = again.catalog.detections.get("spam.burst")
        if detection is None:  # the catalogue refused it already
            [broken] = again.catalog.broken
            assert "expect" in broken.fault and broken.path.name.startswith("burst")
            return
        staging = pipeline.build(again, detection, DAY, run_id="r1")
        with pytest.raises(SuiteError, match=r"burst\.yaml"):
            pipeline.validate(again, detection, staging)
        assert again.warehouse.publication("burst", DAY) is None


def test_more_rows_than_the_cap_is_an_error_with_a_remedy(settings: Settings, house: House) -> None:
    write_detection(
        settings.home, header=HEADER.replace("-- lookback", "-- max_rows: 1\n-- lookback")
    )
    with open_house(settings) as again, pytest.raises(TooManyRows, match="max_rows"):
        pipeline.build(again, again.catalog.detections["spam.burst"], DAY, run_id="r1")


def test_a_failing_query_names_its_file(settings: Settings, house: House) -> None:
    query = QUERY.replace("count(*) as accounts", "sum(cast(ip24 as bigint)) as accounts")
    write_detection(settings.home, query=query)
    with open_house(settings) as again, pytest.raises(QueryFailed, match=r"burst\.sql"):
        pipeline.build(again, again.catalog.detections["spam.burst"], DAY, run_id="r1")


def test_experimental_never_pages(settings: Settings, house: House) -> None:
    write_detection(settings.home, header=HEADER.replace("production", "experimental"))
    with open_house(settings) as again:
        outcome = run(again)
        assert outcome.breaches == ("bursts",) and outcome.messages == 0
        assert not previews(again)
        assert {b.unpaged for b in again.state.breaches(first=DAY, last=DAY)} == {"experimental"}


def test_old_days_are_recorded_and_never_page(house: House) -> None:
    today = replace(house, settings=house.settings.model_copy(update={"paging_horizon_days": 3}))
    outcome = run(today)
    assert outcome.breaches == ("bursts",) and outcome.messages == 0
    assert {b.unpaged for b in house.state.breaches(first=DAY, last=DAY)} == {"horizon"}


def test_hostile_text_reaches_the_table_whole_and_the_message_tame(house: House) -> None:
    hostile = {"<!channel> & <https://evil|click>": 3, "\u202egnp.exe 🚨": 3, "x" * 1_000_000: 3}
    house.warehouse.load_arrow(house.catalog.sources["signups"], signups(hostile))
    outcome = run(house)
    assert outcome.state == "done", outcome.message
    assert {row["ip24"] for row in published(house)} == set(hostile)
    [message] = previews(house)
    text = message.read_text()
    assert "<!channel>" not in text and len(text) < 60_000
    json.loads(text)


def test_a_parameter_cannot_inject(settings: Settings, house: House) -> None:
    header = HEADER.replace(
        "{min_accounts: 3}", '{min_accounts: 3, network: "x\' or 1=1; drop table signups; --"}'
    )
    query = QUERY.replace("ip24 is not null", "ip24 = :network")
    write_detection(settings.home, header=header, query=query)
    with open_house(settings) as again:
        assert run(again).rows == 0
        assert (
            again.warehouse.source_day(again.catalog.sources["signups"], DAY, again.now()).rows == 5
        )


def test_a_newer_build_takes_the_place_of_an_older_one(house: House) -> None:
    detection = house.catalog.detections["spam.burst"]
    first = pipeline.build(house, detection, DAY, run_id="first")
    second = pipeline.build(house, detection, DAY, run_id="second")
    with pytest.raises(Superseded):
        pipeline.validate(house, detection, first)
    assert house.state.last_run("spam.burst", DAY, "validate").state == "superseded"
    assert pipeline.validate(house, detection, second).run_id == "second"
    assert pipeline.validate(house, detection, second).run_id == "second"  # retried: no harm


def _run_once(settings: Settings) -> str:
    with open_house(settings) as house:
        return str(run(house).state)


def test_two_runs_of_one_day_at_once_end_as_one(house: House) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        states = pool.map(_run_once, [house.settings] * 2)
    assert "done" in states and set(states) <= {"done", "superseded"}
    assert published(house) == EXPECTED
    assert sum(house.state.outbox_counts().values()) == 2


def test_alert_without_a_published_day_says_so(house: House) -> None:
    detection = house.catalog.detections["spam.burst"]
    transport = open_transport(house.settings)
    with pytest.raises(HeldBack, match="has not been published"):
        pipeline.alert(house, detection, DAY, run_id="r", transport=transport)


def test_a_backfill_follows_days_resumes_and_never_pages(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    first = DAY - timedelta(days=9)
    with open_house(settings) as house:
        for ago in range(10):
            day = DAY - timedelta(days=ago)
            house.warehouse.load_arrow(
                house.catalog.sources["signups"], signups({"10.0.0": 4}, day)
            )
        chosen = select(house.catalog)
        runs = backfill(house, chosen, day_range(first, DAY), workers=2)
        assert [r.state for r in runs] == ["done"] * 10
        again = backfill(house, chosen, day_range(first, DAY), workers=2)
        assert [r.state for r in again] == ["skipped"] * 10
        breaches = house.state.breaches(first=first, last=DAY)
        assert len([b for b in breaches if not b.segment]) == 10
        assert not previews(house)


def test_a_backfilled_day_stands_as_judged(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_house(settings) as house:
        house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 4}))
        backfill(house, select(house.catalog), [DAY], workers=1)
        assert house.state.unjudged_days("spam.burst") == []
        standing = day_standing(house, DAY)
        assert standing.fine, standing
        assert "1 of 1 detections ran; 1 breached" in standing.sentence()
        assert house.state.newest_day() == DAY


def test_a_held_back_day_is_told_at_once(house: House) -> None:
    outcome = run(house, DAY + timedelta(days=9))
    assert outcome.state == "held_back" and outcome.previews == 1
    assert "held back" in previews(house)[0].read_text().lower()
    assert house.state.outbox_counts() == {"sent": 1}


def test_starting_to_page_tells_what_is_breached(settings: Settings, house: House) -> None:
    write_detection(settings.home, header=HEADER.replace("production", "experimental"))
    with open_house(settings) as again:
        assert run(again).messages == 0
    write_detection(settings.home)
    with open_house(settings) as again:
        assert run(again).messages == 1


def test_the_same_total_in_other_rows_is_told(house: House) -> None:
    run(house)
    source = house.catalog.sources["signups"]
    house.warehouse.load_arrow(source, signups({"10.9.9": 4, "10.0.1": 1}))
    run(house, refresh=True)
    [message] = previews(house)
    assert "10.9.9" in message.read_text() and "10.0.0" not in message.read_text()
    assert house.state.unjudged_days("spam.burst") == []


def test_a_run_overtaken_while_judging_judges_what_is_published(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from daywatch import judging

    source = house.catalog.sources["signups"]
    house.warehouse.load_arrow(source, signups({"10.0.0": 2, "10.0.1": 1}))
    record = judging._record
    overtaken = []

    def late(*arguments: Any) -> int:
        if not overtaken:
            overtaken.append(True)
            house.warehouse.load_arrow(source, signups({"10.0.0": 5}))
            assert run(house, refresh=True).breaches == ("bursts",)
        return record(*arguments)

    monkeypatch.setattr(judging, "_record", late)
    run(house)
    assert [a.state for a in house.state.alerts()] == ["open"]
    assert house.state.unjudged_days("spam.burst") == []
    assert [b.indicator for b in house.state.breaches(first=DAY, last=DAY)] == ["bursts"]


def test_a_renamed_indicator_leaves_no_alert_open(settings: Settings, house: House) -> None:
    run(house)
    write_detection(settings.home, header=HEADER.replace("bursts:", "eruptions:"))
    with open_house(settings) as again:
        run(again)
        open_now = [a.indicator for a in again.state.alerts(state="open")]
        assert open_now == ["eruptions"]


def test_killed_after_publishing_the_retry_says_it(house: House, settings: Settings) -> None:
    day = DAY + timedelta(days=1)
    assert run(house, day).state == "held_back"
    detection = house.catalog.detections["spam.burst"]
    house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 3}, day))
    staging = pipeline.build(house, detection, day, run_id="r")
    published = house.warehouse.publish(staging)  # and killed right here
    assert pipeline.validate(house, detection, staging).content_hash == published.content_hash
    assert [a.state for a in house.state.alerts() if a.kind == "held_back"] == ["ended"]


def test_status_is_not_fine_when_the_newest_run_was_held_back(
    settings: Settings, house: House
) -> None:
    run(house)
    write_detection(settings.home, suite=SUITE.replace("min_value: 1", "min_value: 2"))
    with open_house(settings) as again:
        run(again)
        standing = day_standing(again, DAY)
        assert not standing.fine and "1 held back" in standing.sentence()
