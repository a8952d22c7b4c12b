"""Catalogue x expected days: when a day's run should have ended, and for whom."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from daywatch.catalog import load_catalog
from daywatch.catalog.cron import tick
from daywatch.catalog.model import Catalog
from daywatch.expected import due, expected_days, scheduled_names
from tests.content import HEADER, settings_in, write_detection

DAY = date(2026, 3, 2)
LONG_AGO = datetime(2026, 1, 1)


def catalog_in(folder: Path, **statuses: str) -> Catalog:
    """A catalogue with a detection of each given status, beside `spam.burst`."""
    settings = settings_in(folder)
    for name, status in statuses.items():
        write_detection(settings.home, name, header=HEADER.replace("production", status))
    return load_catalog(settings)


@pytest.mark.parametrize(
    ("schedule", "zone", "day", "starts"),
    [
        ("0 4 * * *", "UTC", DAY, "2026-03-03 04:00"),
        ("0 12 * * *", "Asia/Taipei", DAY, "2026-03-03 04:00"),
        ("0 4 * * *", "America/Los_Angeles", DAY, "2026-03-03 12:00"),
        ("30 4 * * *", "Europe/Berlin", date(2026, 3, 27), "2026-03-28 03:30"),
        # Summer time begins on 2026-03-29 and ends on 2026-10-25 there.
        ("30 4 * * *", "Europe/Berlin", date(2026, 3, 28), "2026-03-29 02:30"),
        ("30 4 * * *", "Europe/Berlin", date(2026, 10, 23), "2026-10-24 02:30"),
        ("30 4 * * *", "Europe/Berlin", date(2026, 10, 24), "2026-10-25 03:30"),
        # 02:30 does not exist on that morning: an hour either way is inside the margins.
        ("30 2 * * *", "Europe/Berlin", date(2026, 3, 28), "2026-03-29 01:30"),
        # Not one time a day: by the local day's end at the latest.
        ("0 */6 * * *", "UTC", DAY, "2026-03-04 00:00"),
        ("0 4 * * *", "Mars/Olympus", DAY, "2026-03-03 04:00"),
    ],
)
def test_a_days_run_starts_at_the_teams_clock(
    schedule: str, zone: str, day: date, starts: str
) -> None:
    assert tick(schedule, zone, day) == datetime.fromisoformat(starts)


def test_a_day_is_due_after_deadline_timeout_and_margin(tmp_path: Path) -> None:
    catalog = catalog_in(tmp_path)
    # 04:00, four hours of waiting for inputs, 15 minutes of query, half an hour to spare
    assert due(catalog, "spam.burst", DAY) == datetime(2026, 3, 3, 8, 45)
    assert due(catalog, "spam.nobody", DAY) is None


def test_what_runs_each_day_is_expected_each_day(tmp_path: Path) -> None:
    catalog = catalog_in(tmp_path, trial="experimental", idea="draft", old="deprecated")
    known = dict.fromkeys(catalog.detections, LONG_AGO)
    last = DAY + timedelta(days=1)
    found = {(e.detection, e.day) for e in expected_days(catalog, known, DAY, last)}
    names = ("spam.burst", "spam.trial", "spam.old")
    assert found == {(name, day) for name in names for day in (DAY, last)}, "a draft never runs"


def test_a_new_detection_is_not_missed_for_days_before_it_existed(tmp_path: Path) -> None:
    catalog = catalog_in(tmp_path)
    start = tick("0 4 * * *", "UTC", DAY)
    for seen, days in ((start, 1), (start + timedelta(seconds=1), 0)):
        assert len(list(expected_days(catalog, {"spam.burst": seen}, DAY, DAY))) == days, seen
    assert not list(expected_days(catalog, {}, DAY, DAY)), "never seen by a sweep"


def test_a_file_that_cannot_be_read_is_expected_too(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write_detection(settings.home, "torn", header=HEADER.replace("lookback", "lokback"))
    catalog = load_catalog(settings)
    assert scheduled_names(catalog) == ["spam.burst", "spam.torn"]
    known = {"spam.torn": LONG_AGO}
    assert [e.detection for e in expected_days(catalog, known, DAY, DAY)] == ["spam.torn"]
