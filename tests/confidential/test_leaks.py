"""No clear id of a confidential team reaches the state store, a message, a log or the screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from daywatch.cli.app import main
from daywatch.confidential import pseudonym, pseudonym_key
from daywatch.house import House, open_house
from daywatch.runner import run_day, select
from daywatch.settings import Settings, get_settings
from tests.confidential.conftest import PEOPLE
from tests.confidential.content import (
    HEADER,
    QA,
    QUERY,
    QUOTING,
    STAFF,
    clear_in,
    preview_text,
    state_text,
    write_conduct,
)
from tests.content import DAY

CASTS = QUERY.replace(
    "min(handle) as handle", "cast(cast(min(handle) as bigint) as text) as handle"
)


def environment(settings: Settings) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("DAYWATCH_")},
        "DAYWATCH_HOME": str(settings.home),
        "DAYWATCH_DATA_DIR": str(settings.data),
        "DAYWATCH_WAREHOUSE_URL": settings.warehouse_url,
        "DAYWATCH_STATE_URL": settings.state_url,
        "DAYWATCH_PAGING_HORIZON_DAYS": str(settings.paging_horizon_days),
        "DAYWATCH_LOG_LEVEL": "DEBUG",
    }


def daywatch(settings: Settings, *words: str, code: int = 0) -> str:
    """What a command says on both streams, run as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "daywatch.cli.app", *words],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    return said


def everything(house: House, settings: Settings, *said: str) -> str:
    """All that somebody without rights to the warehouse may come to see."""
    shown = [
        daywatch(settings, "show", "peeks", "--day", str(DAY), *more) for more in ((), ["--json"])
    ]
    return "\n".join([state_text(house), preview_text(house), *shown, *said])


def stand_in(settings: Settings, value: object, kind: str = "staff") -> str:
    return pseudonym(value, pseudonym_key(settings), kind)


def test_a_breach_speaks_in_pseudonyms(house: House, settings: Settings) -> None:
    said = daywatch(settings, "run", "conduct", "--day", str(DAY))
    assert "lookers" in said
    rows = house.warehouse.read(house.catalog.detections["conduct.peeks"], DAY, DAY)
    assert set(rows["staff_id"]) == set(STAFF)  # the warehouse itself keeps ids
    seen = everything(house, settings, said)
    assert clear_in(seen) == []
    assert stand_in(settings, STAFF[0]) in preview_text(house)
    # Segments by an id are kept and told under its pseudonym.
    segments = house.state.series("conduct.peeks", "lookers", DAY, DAY)
    assert {json.loads(key)["qa_staff_id"] for key in segments if key} == {
        stand_in(settings, one) for one in QA
    }
    assert stand_in(settings, QA[0]) in preview_text(house)


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_failing_checks_quote_nobody(house: House, settings: Settings, severity: str) -> None:
    suite = QUOTING
    if severity == "warning":  # without the check that raises, which holds a day back anyway
        suite = suite[: suite.rindex("  - type")].replace(
            "    kwargs:", "    severity: warning\n    kwargs:"
        )
    write_conduct(settings.home, suite=suite)
    held = severity == "critical"
    said = daywatch(settings, "run", "conduct", "--day", str(DAY), code=1 if held else 0)
    checks = [c for c in house.state.checks("conduct.peeks", DAY) if not c.success]
    assert len(checks) == (7 if held else 6)
    assert any(stand_in(settings, STAFF[0]) in str(c.examples) for c in checks)
    assert clear_in(everything(house, settings, said)) == []
    [counted] = [c for c in house.state.checks("conduct.peeks", DAY) if "row_count" in c.type]
    assert counted.kwargs == {"min_value": 0, "max_value": 1000}  # bounds of nobody stay
    told = [alert.kind for alert in house.state.alerts()]
    assert ("held_back" if held else "warning") in told
    if held:
        [raised] = [c for c in checks if c.error]
        assert "withheld" in raised.error


def test_a_query_that_fails_on_a_value_does_not_name_it(house: House, settings: Settings) -> None:
    write_conduct(settings.home, query=CASTS)
    said = daywatch(settings, "run", "conduct", "--day", str(DAY), code=1)
    assert "withheld" in said and "peeks.sql" in said
    assert clear_in(everything(house, settings, said)) == []


def test_an_indicator_that_fails_on_a_value_does_not_name_it(
    house: House, settings: Settings
) -> None:
    header = HEADER.replace("breach:", 'filter: "cast(handle as bigint) > 0", breach:')
    write_conduct(settings.home, header=header)
    said = daywatch(settings, "run", "conduct", "--day", str(DAY), code=1)
    filled = daywatch(
        settings, "backfill", "conduct", "--from", str(DAY), "--to", str(DAY), "-j", "1", code=1
    )
    assert "withheld" in said
    assert clear_in(everything(house, settings, said, filled)) == []


def test_an_error_carries_no_cause_that_could_be_logged(house: House, settings: Settings) -> None:
    write_conduct(settings.home, query=CASTS)
    with open_house(settings) as again:
        detection = again.catalog.detections["conduct.peeks"]
        from daywatch import pipeline

        with pytest.raises(Exception, match="withheld") as caught:
            pipeline.build(again, detection, DAY, run_id="r1")
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_only_readers_see_ids_on_the_screen_and_it_is_written_down(
    house: House,
    settings: Settings,
    become: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    [outcome] = run_day(house, select(house.catalog, ["peeks"]), DAY)
    assert outcome.state == "done", outcome.message
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()

    def show(*more: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["show", "peeks", *more])
        assert ended.value.code == 0
        said = capsys.readouterr()
        return said.out + said.err

    try:
        become(PEOPLE[2])
        stranger = json.loads(show("--json"))
        assert clear_in(json.dumps(stranger) + show()) == []
        assert stranger["pseudonyms"] is True
        assert {row["staff_id"] for row in stranger["rows"]} == {
            stand_in(settings, one) for one in STAFF
        }
        assert str(stranger["header"]["exceptions"][0]["match"]["staff_id"]).startswith("p-")
        assert not [a for a in house.state.audit_trail() if a.action.startswith("unmask.")]
        become(PEOPLE[0])
        assert {row["staff_id"] for row in json.loads(show("--json"))["rows"]} == set(STAFF)
        assert f"{STAFF[0]:,}" in show()
    finally:
        get_settings.cache_clear()
    looked = [one for one in house.state.audit_trail() if one.action == "rows.shown"]
    assert [(one.actor, one.action, one.object) for one in looked] == [
        (PEOPLE[0], "rows.shown", "conduct.peeks")
    ] * 2
    assert clear_in(state_text(house)) == []
