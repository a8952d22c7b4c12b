"""Real Airflow runs real detections: its scheduler, its backfill, its single-process test."""

from __future__ import annotations

import json
import shutil
import stat
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest
from pydantic import SecretStr
from tests.airflow.house import DAYS, fill_house, load_days, run_python
from tests.conftest import CHECKOUT
from tests.content import DAY, settings_in
from tests.fakeslack import TOKEN, FakeSlack, block_action, form, signed
from tests.fakeslack.signing import SECRET
from tests.tending.watcher import Watcher, watcher

from daywatch.airflow_home import LocalAirflow
from daywatch.airflow_home.api import DONE
from daywatch.errors import ConfigurationError, Unavailable
from daywatch.house import open_house
from daywatch.settings import Settings

pytestmark = pytest.mark.airflow
DAGS = ("spam.burst", "spam.echo", "spam.strict", "spam.torn")
DAILY = ("daywatch.canary", "daywatch.digest_spam")
PLAIN = ("daywatch.delivery", "probe.hangs")
CHANNELS = {"spam": "C0SPAM001", "spam-data": "C0SPAM002", "ts-daywatch": "C0DAYW001"}

PROBE = """\
from datetime import datetime, timedelta

from airflow.sdk import DAG, task

from daywatch.orchestration.deadlines import deadline

with DAG("probe.hangs", schedule=None, start_date=datetime(2026, 1, 1),
         deadline=deadline(timedelta(seconds=1))):

    @task
    def hang():
        import time

        time.sleep(20)

    hang()
"""
"""A DAG with the canary's own deadline, a second long, and a task that hangs."""


@pytest.fixture(scope="module")
def slack() -> Iterator[FakeSlack]:
    """The Slack that this module's Airflow speaks to."""
    with FakeSlack(CHANNELS) as slack:
        yield slack


@pytest.fixture(scope="module")
def outside() -> Iterator[Watcher]:
    """The watcher that hears of the canary."""
    with watcher() as found:
        yield found


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory, slack: FakeSlack, outside: Watcher
) -> Settings:
    """A loaded house that sends to the fake Slack and calls the watcher."""
    told = {"slack_base_url": slack.url, "heartbeat_url": outside.url}
    settings = settings_in(tmp_path_factory.mktemp("house"), paging_horizon_days=36500, **told)
    secrets = {"slack_token": SecretStr(TOKEN), "slack_signing_secret": SecretStr(SECRET)}
    settings = settings.model_copy(update=secrets)
    fill_house(settings)
    load_days(settings)
    shutil.copytree(CHECKOUT / "dags", settings.home / "dags")
    (settings.home / "dags/probe.py").write_text(PROBE)
    return settings


@pytest.fixture(scope="module")
def airflow(loaded: Settings) -> Iterator[LocalAirflow]:
    """An Airflow over the loaded house, all its DAGs read and switched on."""
    with LocalAirflow(loaded) as airflow:
        airflow.wait_for_dags(DAGS, timeout=180)
        airflow.unpause()
        yield airflow


def test_dag_test_runs_every_task_of_a_detection_in_one_process(loaded: Settings) -> None:
    home = loaded.data / "airflow-test"
    airflow = LocalAirflow(loaded, home)
    airflow.migrate()
    code = f"""
from daywatch.orchestration import detection_dags
run = detection_dags("spam.burst")["spam.burst"].test(run_conf={{"day": "{DAYS[0]}"}})
print("ended", run.state, {{task.task_id: str(task.state) for task in run.get_task_instances()}})
"""
    shown = run_python(code, airflow.environment)
    assert "ended success" in shown, shown
    with open_house(loaded) as house:
        assert house.warehouse.publication("burst", DAYS[0]) is not None
        last = house.state.last_run("spam.burst", DAYS[0], "alert")
        assert last is not None and last.state == "done"


def test_the_scheduler_runs_a_day(
    airflow: LocalAirflow, loaded: Settings, slack: FakeSlack
) -> None:
    run_id = airflow.run_day(DAY, DAGS)
    runs = {run.dag: run for run in airflow.wait(run_id, DAGS, timeout=240)}
    states = {dag: {t.task: t.state for t in run.tasks.values()} for dag, run in runs.items()}
    done = {"build": "success", "validate": "success", "alert": "success"}
    assert states == {
        "spam.burst": done,
        "spam.echo": {"ready": "success", **done},
        "spam.strict": {"build": "success", "validate": "failed", "alert": "upstream_failed"},
        "spam.torn": {"catalogue": "failed"},
    }
    with open_house(loaded) as house:
        assert house.warehouse.publication("burst", DAY) is not None
        echo = house.warehouse.read(house.catalog.detections["spam.echo"], DAY, DAY)
        assert sorted(echo["accounts"]) == [1, 4], "what it read of risk.burst"
        assert house.warehouse.publication("strict", DAY) is None, "held back"
    assert slack.live, "the breach became a message"
    held = airflow.log("spam.strict", run_id, "validate")
    assert "failed:" in held and "accounts" in held, held
    assert runs["spam.strict"].tasks["validate"].try_number == 1, "held back is not retried"
    torn = airflow.log("spam.torn", run_id, "catalogue")
    assert "torn.sql:10" in torn


def test_slack_reaches_the_api_server_by_its_signature_alone(
    airflow: LocalAirflow, loaded: Settings
) -> None:
    """Airflow's login does not stand before it; a stranger's button is refused and written down."""
    url = f"{airflow.url}/daywatch/slack/events"
    body = json.dumps({"type": "url_verification", "challenge": "abc"})
    plain = {"Content-Type": "application/json"}
    asked = httpx.post(url, content=body, headers=signed(body) | plain)
    assert asked.status_code == 200 and "abc" in asked.text
    forged = httpx.post(url, content=body, headers=signed(body, secret="wrong"))
    assert forged.status_code == 401
    with open_house(loaded) as house:
        key = next(one.key for one in house.state.alerts(state="open") if one.kind == "risk")
        pressed = form(block_action("ack", key, user="U0NOBODY"))
        assert httpx.post(url, content=pressed, headers=signed(pressed)).status_code == 200
        until = time.monotonic() + 20
        while not (trail := [a for a in house.state.audit_trail() if a.action == "alert.refused"]):
            assert time.monotonic() < until, "nothing came of the button"
            time.sleep(0.2)
        assert trail[0].actor == "slack:U0NOBODY" and trail[0].object == key


def test_canary_delivery_digest_and_deadline_in_real_airflow(
    airflow: LocalAirflow, loaded: Settings, slack: FakeSlack, outside: Watcher
) -> None:
    wanted = (*DAILY, *PLAIN)
    run_id = airflow.run_day(DAY, DAILY, PLAIN)
    runs = {run.dag: run for run in airflow.wait(run_id, wanted, timeout=240)}
    canary = {name: one.state for name, one in runs["daywatch.canary"].tasks.items()}
    steps = ("build", "validate", "alert", "check")
    assert canary == dict.fromkeys(steps, "success"), airflow.log(
        "daywatch.canary", run_id, "check"
    )
    with open_house(loaded) as house:
        beat = house.state.beat(DAY)
    assert beat and beat.seen_at and beat.heartbeat_at
    assert slack.live_of(str(beat.alert_key))
    assert "/ping/secret" in outside.calls
    shown = airflow.log("daywatch.delivery", run_id, "tend")
    assert runs["daywatch.delivery"].state_of("tend") in DONE and "sent" in shown, shown
    assert runs["daywatch.digest_spam"].state == "success"
    assert any("detections ran" in str(m.body["text"]) for m in slack.live)
    assert runs["probe.hangs"].state == "success", "late, and not killed"
    airflow.wait_until(lambda: "/ping/secret/fail" in outside.calls, 60, "the deadline's callback")


def test_airflows_own_backfill_runs_detections_and_their_readers(
    airflow: LocalAirflow, loaded: Settings
) -> None:
    # The reader first: its runs wait for those of the risk table that it reads.
    for dag in ("spam.echo", "spam.burst"):
        dates = ("--from-date", f"{DAYS[0]}", "--to-date", f"{DAYS[2]}T23:00:00")
        airflow.command("backfill", "create", "--dag-id", dag, *dates)
    wanted = {day.isoformat() for day in DAYS[:3]}

    def ended() -> bool:
        return all(
            wanted <= {day for day, state in airflow.days(dag).items() if state == "success"}
            for dag in ("spam.echo", "spam.burst")
        )

    airflow.wait_until(ended, 240, "both backfills")
    with open_house(loaded) as house:
        for table in ("burst", "echo"):
            published = house.warehouse.publications(table, DAYS[0], DAYS[2])
            assert [p.day for p in published] == list(DAYS[:3])


def test_a_second_airflow_in_the_same_home_is_refused(
    airflow: LocalAirflow, loaded: Settings
) -> None:
    with pytest.raises(ConfigurationError, match="already runs"):
        LocalAirflow(loaded).start()
    assert airflow.health()["scheduler"] == "healthy"


def test_secrets_are_their_owners_alone(airflow: LocalAirflow) -> None:
    for name in ("secrets.json", "passwords.json", "airflow.db"):
        assert stat.S_IMODE((airflow.home / name).stat().st_mode) == 0o600, name


def test_stopping_leaves_no_process_behind(airflow: LocalAirflow) -> None:
    family = [p for p in psutil.Process().children(recursive=True) if running(p)]
    assert len(family) >= 4
    airflow.stop()
    assert [p for p in family if running(p)] == []
    with pytest.raises(Unavailable):
        airflow.health()


def running(process: psutil.Process) -> bool:
    """Whether it is one of Airflow's and has not ended; a zombie has."""
    try:
        return "airflow" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
