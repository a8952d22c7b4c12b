"""The on-call without Slack: every command on a store with a real alert."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv
import pytest
from tests.cli.test_cli import FAILED, OK, USAGE, Shell
from tests.content import DAY, signups
from tests.fakeslack import TOKEN, FakeSlack


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A house in which one day has been run, and breached."""
    return _breached(tmp_path)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The same, for tests that change nothing in it."""
    return _breached(tmp_path_factory.mktemp("oncall"))


def _breached(folder: Path) -> Shell:
    found = Shell(folder)
    found.environment["DAYWATCH_PAGING_HORIZON_DAYS"] = "3650"
    file = folder / "signups.csv"
    pyarrow.csv.write_csv(signups({"10.0.0": 4}), file)
    team = found.home / "sql" / "spam" / "team.yaml"
    team.write_text(team.read_text() + "people:\n  ana: {slack: U0ANA, name: Ana}\n")
    assert found("load", "signups", str(file)).returncode == OK
    assert found("run", "--day", str(DAY)).returncode == OK
    return found


def test_an_alert_is_acknowledged_assigned_snoozed_and_resolved(shell: Shell) -> None:
    [one] = shell.json("alerts")["alerts"]
    key = one["key"]
    assert one["detection"] == "spam.burst" and one["acknowledged_by"] == ""
    assert shell.json("ack", key[:8])["alerts"][0]["done"] is True
    again = shell("ack", key[:8])
    assert again.returncode == FAILED and "Already acknowledged" in again.stdout
    assert shell.json("alerts", "--unacknowledged")["alerts"] == []
    assert "assigned to Ana" in shell("assign", key, "--to", "ana").stdout
    assert "is snoozed until" in shell("snooze", key, "--for", "1d").stdout
    assert "until the value falls" in shell("snooze", key, "--until-falls").stdout
    said = shell("resolve", key, "--outcome", "false_positive_logic", "--note", "carrier NAT")
    assert said.returncode == OK and "false positive: logic" in said.stdout
    assert shell.json("alerts")["alerts"] == []
    whole = shell.json("alerts", key[:8])
    assert whole["state"] == "ended" and whole["handled"]["assignee"] == "Ana"
    done = " ".join(entry["what"] for entry in whole["history"]).lower()
    assert whole["messages"][0]["state"] == "sent", "the alert; extras wait for the delivery"
    assert shell.json("alerts", "--state", "ended")["alerts"][0]["resolution"]
    assert len(shell.json("alerts", "--state", "all", "--severity", one["severity"])["alerts"]) == 1
    assert shell.json("alerts", "--state", "all", "--severity", "low")["alerts"] == []
    for word in ("acknowledged", "assigned", "snoozed", "resolved"):
        assert word in done


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ack", "abc"), "too short"),
        (("ack", "ffffffff"), "no alert begins"),
        (("assign", "{key}", "--to", "zoe"), "names ana"),
        (("snooze", "{key}", "--for", "1w"), "like 12h, 1d or 7d"),
        (("snooze", "{key}"), "--for or --until-falls"),
        (("snooze", "{key}", "--for", "90d"), "30 days"),
        (("resolve", "{key}", "--outcome", "meh"), "true_positive"),
        (("silence", "add", "nobody", "--for", "1d", "--reason", "x"), "Teams are"),
        (("silence", "add", "spam", "--for", "31d", "--reason", "x"), "30 days"),
        (("silence", "end", "nope"), "silence list"),
        (
            ("silence", "add", "spam", "--detection", "brust", "--for", "1d", "--reason", "x"),
            "nothing of spam matches",
        ),
        (("alerts", "--state", "shut"), "open, ended or all"),
        (("alerts", "--team", "nobody"), "Teams are"),
        (("ack", "{key}", "ffffffff"), "no alert begins"),
        (("requeue",), "--all"),
        (("requeue", "a"), "dead letters begin"),
        (("digest", "nobody"), "Teams are"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_remedy(
    unchanged: Shell, words: tuple[str, ...], said: str
) -> None:
    [one] = unchanged.json("alerts")["alerts"]
    done = unchanged(*(word.replace("{key}", one["key"]) for word in words))
    assert done.returncode in (FAILED, USAGE)
    assert said in " ".join(done.stderr.split()), done.stderr


def test_a_silence_is_set_listed_and_ended(shell: Shell) -> None:
    made = shell.json("silence", "add", "spam", "--detection", "burst", "--for", "3d",
                      "--reason", "a known event")  # fmt: skip
    [kept] = shell.json("silence", "list")["silences"]
    assert kept["id"] == made["id"] and kept["reason"] == "a known event"
    assert shell("silence", "end", made["id"]).returncode == OK
    assert shell.json("silence", "list")["silences"] == []
    assert shell("silence", "end", made["id"]).returncode == FAILED


def test_nothing_is_stuck_and_the_digest_prints(unchanged: Shell) -> None:
    assert unchanged.json("outbox")["stuck"] == []
    digest = unchanged("digest", "spam", "--day", str(DAY))
    assert digest.returncode == OK and "1 of 1 detections ran, 1 breached" in digest.stdout


def test_a_dead_letter_is_listed_and_sent_after_the_repair(shell: Shell) -> None:
    with FakeSlack({"spam": "C0SPAM001"}) as slack:
        shell.environment |= {"DAYWATCH_SLACK_TOKEN": TOKEN, "DAYWATCH_SLACK_BASE_URL": slack.url}
        slack.archived = {"C0SPAM001"}
        [one] = shell.json("alerts")["alerts"]
        shell("snooze", one["key"], "--until-falls")
        stuck = shell.json("outbox", code=FAILED)["stuck"]
        assert stuck and stuck[0]["error"] == "is_archived" and stuck[0]["dead"]
        assert shell.json("outbox", "--state", "dead", code=FAILED)["messages"]
        slack.archived = set()
        assert shell.json("requeue", stuck[0]["key"][:8])["requeued"] == 1
        assert len(slack.live) == 1
        assert shell.json("outbox")["stuck"] == []
