"""Published rows and judged days read from both engines, against a truth written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daywatch.errors import ConfigurationError
from daywatch.house import House, open_house
from daywatch.runner import run_day, select
from daywatch.scorecard import reading, score
from daywatch.scorecard.model import Page
from daywatch.scorecard.reading import budgets_of, read_platform
from daywatch.scorecard.results import PageCounts
from daywatch.scorecard.truth import read_manifest, read_truth
from tests.content import DAY, HEADER, settings_in, signups, write_detection

SCORED = HEADER.replace("score: 40", "score: points").replace(
    "appeals: bigint}", "appeals: bigint, points: double}"
)
QUERY = """\
select
    ip24,
    count(*) as accounts,
    0 as appeals,
    case when count(*) >= :min_accounts then 10.0 * count(*) else 0 end as points
from signups
where ds = :day and ip24 is not null
group by ip24
"""


def write_truth(folder: Path) -> None:
    """A farm on 10.0.0 and a school on 10.0.9, both on DAY, of a platform of nine days."""
    truth = folder / "truth"
    truth.mkdir(parents=True)
    runs = [("farm.easy", "farm", "easy", False), ("school.benign", "school", "benign", True)]
    scenarios = [
        {"scenario_id": i, "scenario": s, "team": "spam", "strength": how, "benign": benign}
        for i, s, how, benign in runs
    ]
    entities = [
        {"scenario_id": run, "entity_type": "ip", "entity_id": ip, "role": "actor"}
        for run, ip in (
            ("farm.easy", "10.0.0"),
            ("farm.easy", "10.0.7"),
            ("school.benign", "10.0.9"),
        )
    ]
    span = {"ds_start": DAY, "ds_end": DAY}
    for name, rows in (("truth_scenarios", scenarios), ("truth_entities", entities)):
        pq.write_table(
            pa.Table.from_pylist([row | span for row in rows]), truth / f"{name}.parquet"
        )
    empty = pa.table({name: pa.array([], pa.string()) for name in ("scenario_id", "indicator")})
    pq.write_table(empty, truth / "truth_metric_shifts.parquet")
    ends = {"first_day": DAY - timedelta(days=6), "last_day": DAY + timedelta(days=2), "seed": 4}
    (folder / "generated.json").write_text(json.dumps(ends, default=str))


@pytest.fixture(params=["lake", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Three days run: quiet, the farm and the school, an ordinary burst."""
    changes = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        changes = {"warehouse_url": url, "state_url": url}
    settings = settings_in(tmp_path, paging_horizon_days=0, **changes)
    write_detection(settings.home, header=SCORED, query=QUERY)
    write_truth(settings.data / "platform")
    with open_house(settings) as house:
        assert not house.catalog.broken
        source = house.catalog.sources["signups"]
        for ago, counts in (
            (-1, {"10.0.0": 1, "10.0.1": 2}),
            (0, {"10.0.0": 5, "10.0.9": 4, "10.0.1": 1}),
            (1, {"10.0.2": 6}),
        ):
            day = DAY + timedelta(days=ago)
            house.warehouse.load_arrow(source, signups(counts, day))
            assert run_day(house, select(house.catalog), day)[0].ok
        yield house


def test_rows_pages_and_seconds_are_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 3)  # two batches
    chosen = select(house.catalog)
    platform = read_platform(house, chosen)
    assert (platform.label, platform.days) == ("seed 4", tuple(around(-1, 0, 1)))
    [history] = platform.histories
    assert history.pages == (Page("bursts", tuple(around(0, 1))),)  # recorded beyond the horizon
    assert [len(rows.findings) for rows in history.days] == [0, 2, 1]
    assert [rows.quiet for rows in history.days] == [2, 1, 0]
    assert history.seconds_per_day and history.seconds_per_day > 0
    assert history.stale_days == 0
    card = score([platform], budgets_of(house.catalog, chosen))
    assert card.summary.startswith(
        "easy 1/1 (1 by a page of their own) found; 0 of 1 benign twins paged"
    )
    assert card.teams[0].pages == PageCounts(true=1)
    [one] = card.detections
    assert one.precision and one.precision.value == pytest.approx(1 / 3)
    assert one.recall and one.recall.value == 0.5
    assert one.page_days == PageCounts(true=1, ordinary=1)


def test_days_of_an_older_query_are_counted(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)  # its query gives no points
    write_truth(settings.data / "platform")
    with open_house(settings) as house:
        house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 5}))
        assert run_day(house, select(house.catalog), DAY)[0].ok
    write_detection(settings.home, header=SCORED, query=QUERY)
    with open_house(settings) as house:
        card = score([read_platform(house, select(house.catalog))], [])
    assert card.platforms[0].stale_days == 1


def around(*ago: int) -> list[date]:
    """Days about DAY."""
    return [DAY + timedelta(days=n) for n in ago]


def test_an_experimental_detection_has_findings_and_no_pages(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    trial = SCORED.replace("production", "experimental")
    write_detection(settings.home, header=trial, query=QUERY)
    write_truth(settings.data / "platform")
    with open_house(settings) as house:
        house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 5}))
        assert run_day(house, select(house.catalog), DAY)[0].ok
        [history] = read_platform(house, select(house.catalog)).histories
    assert history.pages == () and len(history.days[0].findings) == 1


def test_a_missing_or_garbled_truth_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="demo generate"):
        read_truth(tmp_path)
    (tmp_path / "generated.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="own note"):
        read_manifest(tmp_path)
