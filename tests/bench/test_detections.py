"""The bench of detections measures any detection there is, and says what it compares with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daywatch.house import open_house
from daywatch.runner import select
from tests.bench.detections import costs, scan_of, tell, views_of
from tests.content import DAY, HEADER, QUERY, settings_in, signups, write_detection

READER = "select ip24, accounts, appeals from risk.burst where day = :day"


def test_every_detection_gets_a_ratio_or_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    write_detection(settings.home, "reader", header=HEADER, query=READER)
    wrong = QUERY.replace("daily.accounts,", "cast(daily.ip24 as bigint) as accounts,")
    write_detection(settings.home, "broken", query=wrong)
    with open_house(settings) as house:
        house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 4}))
        found = costs(house, select(house.catalog), DAY, rounds=1)
    by_name = {cost.detection: cost for cost in found}
    # The reader's upstream was built for it: there was nothing published.
    assert by_name["spam.burst"].rows == by_name["spam.reader"].rows == 1
    assert by_name["spam.burst"].ratio > 0 and by_name["spam.reader"].ratio > 0
    assert "10.0.0" in by_name["spam.broken"].fault and by_name["spam.broken"].ratio == 0
    assert [c.ratio for c in found] == sorted((c.ratio for c in found), reverse=True)
    tell(found, DAY, tmp_path / "costs.json")
    written = json.loads((tmp_path / "costs.json").read_text())
    assert {row["detection"] for row in written["detections"]} == set(by_name)
    assert "not measured: " in capsys.readouterr().out


def test_the_reference_scans_what_the_query_uses_by_its_grain(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_house(settings) as house:
        burst = house.catalog.detections["spam.burst"]
        scans = [scan_of(burst, view) for view in views_of(house, burst, DAY)]
    assert sorted(scans) == [
        'SELECT "ip24", count(*), max("ds") FROM "main"."appeals" GROUP BY "ip24"',
        'SELECT "ip24", count(*), max("ds") FROM "main"."signups" GROUP BY "ip24"',
    ]
