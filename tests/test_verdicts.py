"""A verdict on a finding: a row that detections read, and an audit row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daywatch.alerts.outcomes import Outcome
from daywatch.cli.app import main
from daywatch.cli.verdict import OUTCOMES
from daywatch.house import open_house
from daywatch.settings import Settings, get_settings
from daywatch.verdicts import SOURCE
from tests.content import HEADER, settings_in, write_detection

SOURCES = """
  entity_verdicts:
    day: ds
    arrival: ingest_ts
    primary_key: [verdict_id]
    min_rows_per_day: 0
    required: false
    columns: {verdict_id: text, ds: date, decided_ts: timestamp, detection: text,
      entity_type: text, entity_id: text, outcome: text, reason: text, actor: text,
      ingest_ts: timestamp}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = settings_in(tmp_path)
    write_detection(settings.home, header=HEADER)
    sources = settings.sql_dir / "sources.yaml"
    sources.write_text(sources.read_text().rstrip() + "\n" + SOURCES)
    monkeypatch.setenv("DAYWATCH_HOME", str(settings.home))
    monkeypatch.setenv("DAYWATCH_DATA_DIR", str(settings.data))
    get_settings.cache_clear()
    return settings


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["verdict", "burst", *arguments])
    return int(ended.value.code or 0)


def test_a_verdict_is_a_row_and_an_audit_row(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for entity in ("10.0.0", "ip:10.0.1"):
        said = ("--outcome", "false_positive_logic", "--reason", "carrier NAT", "--json")
        assert run(entity, *said) == 0
        assert json.loads(capsys.readouterr().out)["entity_type"] == "ip"
    today = datetime.now(UTC).date()
    with open_house(home) as house:
        source = house.catalog.sources[SOURCE]
        assert house.warehouse.source_day(source, today, datetime(2999, 1, 1)).rows == 2
        trail = [(row.action, row.object) for row in house.state.audit_trail()]
    assert trail == [
        ("entity.verdict", "burst ip:10.0.1"),
        ("entity.verdict", "burst ip:10.0.0"),
    ]


def test_help_names_every_outcome() -> None:
    assert tuple(str(outcome) for outcome in Outcome) == OUTCOMES


def test_where_each_row_says_its_type_the_verdict_says_it_too(home: Settings) -> None:
    header = HEADER.replace(
        "{type: ip, column: ip24,", "{type: thing, type_from: ip24, column: ip24,"
    )
    write_detection(home.home, header=header)
    said = ("--outcome", "duplicate", "--reason", "x")
    assert run("device:d1", *said) == 0
    assert run("d1", *said) == 2


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("ip:10.0.0", "--outcome", "meh", "--reason", "x"), "'meh' is no outcome"),
        (("ip:10.0.0", "--outcome", "duplicate", "--reason", " "), "the reason is empty"),
        (("device:d1", "--outcome", "duplicate", "--reason", "x"), "names no entity of"),
        (("ip:", "--outcome", "duplicate", "--reason", "x"), "names no entity of"),
    ],
)
def test_what_makes_no_sense_is_refused(
    home: Settings, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], fault: str
) -> None:
    assert run(*arguments) == 2
    assert fault in capsys.readouterr().err
    with open_house(home) as house:
        assert not house.state.audit_trail()
