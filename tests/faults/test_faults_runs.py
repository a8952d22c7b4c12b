"""One day run many ways: retried, cleared, by hand, twice at once, with a rule that changed."""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.alerts import invariants
from tests.content import DAY, HEADER, settings_in, signups, write_detection
from tests.fakeslack import FakeSlack
from tests.faults.conftest import posting

from daywatch import pipeline
from daywatch.alerts.transport import open_transport
from daywatch.backfill import backfill
from daywatch.house import House, open_house
from daywatch.runner import day_range, run_day, select
from daywatch.settings import Settings


def holds(house: House, slack: FakeSlack) -> None:
    """I1 to I4 for the small house."""
    burst = house.catalog.detections["spam.burst"]
    days = day_range(DAY - timedelta(days=3), DAY)
    assert invariants.one_live_message_per_key(house.state, slack) == []
    assert invariants.none_past_its_deadline(house.state, house.now()) == []
    assert invariants.only_whole_days(house, burst, days) == []
    assert invariants.published_means_validated(house, burst, days) == []


def run_steps(house: House, run_id: str) -> None:
    """Build, validate and alert as the tasks of one Airflow run do."""
    detection = house.catalog.detections["spam.burst"]
    staging = pipeline.build(house, detection, DAY, run_id=run_id)
    pipeline.validate(house, detection, staging)
    alert(house, run_id)


def alert(house: House, run_id: str) -> None:
    """The last task alone."""
    detection = house.catalog.detections["spam.burst"]
    transport = open_transport(house.settings)
    pipeline.alert(house, detection, DAY, run_id=run_id, transport=transport)


def test_a_retry_a_cleared_run_and_a_manual_run_leave_one_message(
    house: House, slack: FakeSlack
) -> None:
    run_steps(house, "scheduled")
    alert(house, "scheduled")  # Airflow tries the last task again
    run_steps(house, "scheduled")  # somebody clears the whole run
    [outcome] = run_day(house, select(house.catalog), DAY)  # and somebody runs it by hand
    assert outcome.state == "done"
    risk = [m for m in slack.live if m.channel == "C00000001"]
    assert len(risk) == 1
    holds(house, slack)


def _run(settings: Settings) -> str:
    with open_house(settings) as house:
        return run_day(house, select(house.catalog), DAY)[0].state


def test_the_same_day_run_twice_at_once_pages_once(
    house: House, settings: Settings, slack: FakeSlack
) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        states = pool.map(_run, [settings] * 2)
    assert "done" in states and set(states) <= {"done", "superseded"}
    settle(house, slack)
    assert len([m for m in slack.live if m.channel == "C00000001"]) == 1
    holds(house, slack)


def settle(house: House, slack: FakeSlack) -> None:
    """A later minute's delivery: leases have run out, nothing is unclear any more."""
    from daywatch.alerts.sender import deliver

    later = house.now() + timedelta(minutes=3)
    deliver(house.state, open_transport(house.settings), lambda: later, wait=lambda _: None)


def test_a_task_that_outlives_its_supervisor_and_the_next_try_beside_it_page_once(
    house: House, settings: Settings, slack: FakeSlack
) -> None:
    """Airflow starts the next try while the first still runs: here it hangs in its POST."""
    inside, go_on = threading.Event(), threading.Event()

    def hold(method: str) -> None:
        if method == "chat.postMessage" and not inside.is_set():
            inside.set()
            go_on.wait(8)

    slack.before = hold
    first = multiprocessing.get_context("spawn").Process(target=_run, args=(settings,))
    first.start()
    assert inside.wait(60), "the first try never posted"
    alert(house, "next-try")
    go_on.set()
    first.join(60)
    settle(house, slack)
    assert len([m for m in slack.live if m.channel == "C00000001"]) == 1
    holds(house, slack)


def threshold(settings: Settings, limit: str) -> None:
    """Somebody changes the detection's threshold."""
    header = HEADER.replace("breach: {above: 0}", f"breach: {{above: {limit}}}")
    assert header != HEADER
    write_detection(settings.home, header=header)


def test_a_rule_changed_while_its_alert_is_open_edits_the_one_message(
    house: House, settings: Settings, slack: FakeSlack
) -> None:
    run_day(house, select(house.catalog), DAY)
    [before] = slack.live
    write_detection(
        settings.home, header=HEADER.replace("breach: {above: 0}", "breach: {above: 0.5}")
    )
    with open_house(settings) as again:
        run_day(again, select(again.catalog), DAY)
        settle(again, slack)
        [message] = slack.live
        assert message is before
        assert [a.state for a in again.state.alerts()] == ["open"]
        holds(again, slack)
    write_detection(
        settings.home, header=HEADER.replace("breach: {above: 0}", "breach: {above: 9}")
    )
    with open_house(settings) as again:
        run_day(again, select(again.catalog), DAY)
        settle(again, slack)
        [message] = slack.live
        assert message is before and message.edits >= 1, "it is taken back where it stands"
        assert [a.state for a in again.state.alerts()] == ["ended"]
        holds(again, slack)


@pytest.mark.slow
def test_a_backfill_of_ninety_breached_days_pages_nobody(tmp_path: Path, slack: FakeSlack) -> None:
    settings = posting(settings_in(tmp_path, paging_horizon_days=3), slack)
    days = day_range(DAY - timedelta(days=89), DAY)
    with open_house(settings) as house:
        for day in days:
            rows = signups({"10.0.0": 4}, day)
            house.warehouse.load_arrow(house.catalog.sources["signups"], rows)
        runs = backfill(house, select(house.catalog), days, workers=2)
        assert [run.state for run in runs] == ["done"] * 90
        settle(house, slack)
        breaches = house.state.breaches(first=days[0], last=days[-1])
        assert len([b for b in breaches if not b.segment]) == 90
        assert {b.unpaged for b in breaches} == {"horizon"}
        [summed] = slack.live  # in the digest channel, which is this team's only one
        assert "90 breaches are older than the paging horizon" in summed.body["text"]
        assert not slack.replies
        holds(replace(house), slack)
