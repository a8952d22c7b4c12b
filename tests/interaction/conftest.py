"""A house with two teams, an alert in its channel, a fake Slack, and signed requests over HTTP."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pydantic import SecretStr
from tests.alerts.samples import DAY, breach, judge
from tests.conftest import CHECKOUT
from tests.fakeslack import TOKEN, FakeSlack, block_action, form, signed, view_submission
from tests.fakeslack.signing import SECRET

from daywatch.alerts.sender import deliver
from daywatch.alerts.transport import open_transport
from daywatch.house import utc_now
from daywatch.interaction.desk import Desk
from daywatch.interaction.edge import Edge
from daywatch.settings import Settings
from daywatch.state.models import Alert
from daywatch.web.slack_events import Counter, make_app

ANA, BO, CY = "U0ANA", "U0BO", "U0CY"
"""Ana and Bo are of platform_abuse, Cy of quality."""
TEAM = """\
title: {title}
channels: {{alerts: "#ts-{slug}", data: "#ts-data", digest: "#ts-digest"}}
owners: {{spam_oncall: {{slack: S0SPAM}}, accounts_oncall: {{slack: S0ACC}}}}
people: {{{people}}}
"""


def write_team(home: Path, name: str, people: str) -> Path:
    """A team's file; `people` in YAML's flow style."""
    path = home / "sql" / name / "team.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = TEAM.format(title=name.replace("_", " "), slug=name.replace("_", "-"), people=people)
    path.write_text(text)
    return path


def eventually(done: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what happens in the background."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


class World:
    """Everything of one test. `key` is the open alert's, whose message is in the channel."""

    def __init__(self, settings: Settings, slack: FakeSlack) -> None:
        self.settings, self.slack = settings, slack
        self.counter = Counter(lambda: settings)
        self.client = TestClient(make_app(lambda: SECRET, self.counter))
        self.serial = 0
        self.key = self.open_alert()

    @property
    def edge(self) -> Edge:
        return self.counter.edge()

    @property
    def desk(self) -> Desk:
        return self.edge.desk

    def open_alert(self) -> str:
        judge(self.desk.state, DAY, breach(DAY))
        (alert,) = self.desk.state.alerts()
        self.deliver()
        return alert.key

    def deliver(self) -> None:
        transport = open_transport(self.settings)
        deliver(self.desk.state, transport, utc_now, wait=lambda seconds: None)

    def post(self, body: str, headers: dict[str, str] | None = None) -> Response:
        return self.client.post("/events", content=body, headers=headers or signed(body))

    def fresh(self) -> str:
        """A trigger that Slack gives once."""
        self.serial += 1
        return f"{self.serial}.trigger"

    def press(
        self, action: str, user: str = ANA, *, option: str | None = None, key: str | None = None
    ) -> Response:
        """Press a button under the alert, or choose from its menu."""
        trigger = self.fresh()
        payload = block_action(
            action,
            key or self.key,
            user=user,
            option=option,
            trigger_id=trigger,
            ts=f"{trigger}.1",
            response_url=f"{self.slack.response_url}{trigger}",
        )
        return self.post(form(payload))

    def send(self, action: str, values: dict[str, str], user: str = ANA) -> Response:
        """Send a form that was opened from the alert; `values` by field."""
        held = f'{{"alert": "{self.key}", "channel": "C00000001"}}'
        payload = view_submission(f"daywatch_{action}", held, nested(values), user=user)
        payload["view"]["id"] = f"V{self.fresh()}"
        return self.post(form(payload))

    def type(self, text: str, user: str = ANA) -> str:
        """Type /daywatch TEXT; what it privately answers."""
        trigger = self.fresh()
        before = len(self.slack.responses)
        body = {
            "command": "/daywatch",
            "text": text,
            "user_id": user,
            "channel_id": "C00000001",
            "team_id": "T0TEAM",
            "trigger_id": trigger,
            "response_url": f"{self.slack.response_url}{trigger}",
        }
        assert self.post(urlencode(body)).status_code == 200
        eventually(lambda: len(self.slack.responses) > before)
        return self.told[-1]

    @property
    def told(self) -> list[str]:
        """All private answers through response URLs."""
        assert all(body["response_type"] == "ephemeral" for _, body in self.slack.responses)
        return [str(body["text"]) for _, body in self.slack.responses]

    def alert(self) -> Alert:
        with self.desk.state.reading() as session:
            found = session.get(Alert, self.key)
            assert found is not None
            session.expunge(found)
            return found

    def audited(self, action: str) -> list[tuple[str, str]]:
        """(actor, object) of each such row."""
        trail = self.desk.state.audit_trail()
        return [(row.actor, row.object) for row in trail if row.action == action]

    def shown(self) -> str:
        """The alert's message as people see it now."""
        (message,) = self.slack.live_of(self.key)
        return str(message.body["blocks"])


def nested(values: dict[str, str]) -> dict[str, Any]:
    """A form's state as Slack nests it."""
    texts = ("note", "reason")
    return {
        name: {
            name: {"type": "plain_text_input", "value": value}
            if name in texts
            else {"type": "static_select", "selected_option": {"value": value}}
        }
        for name, value in values.items()
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The shipped detections of two teams, under people of our own."""
    home = tmp_path / "home"
    for team in ("platform_abuse", "quality"):
        shutil.copytree(CHECKOUT / "sql" / team, home / "sql" / team)
        shutil.copytree(CHECKOUT / "expectations" / team, home / "expectations" / team)
    for file in ("sources.yaml", "taxonomy.yaml"):
        shutil.copy(CHECKOUT / "sql" / file, home / "sql" / file)
    write_team(home, "platform_abuse", f"ana: {{slack: {ANA}, name: Ana}}, bo: {{slack: {BO}}}")
    write_team(home, "quality", f"cy: {{slack: {CY}, name: Cy <!channel>}}")
    return home


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A fake Slack on loopback."""
    with FakeSlack() as server:
        yield server


def settings_of(home: Path, folder: Path, slack: FakeSlack, state_url: str = "") -> Settings:
    """Settings whose Slack is the fake one."""
    return Settings(
        home=home,
        data_dir=folder / "data",
        state_url=state_url,
        slack_token=SecretStr(TOKEN),
        slack_base_url=slack.url,
        slack_signing_secret=SecretStr(SECRET),
    )


@pytest.fixture
def world(home: Path, tmp_path: Path, slack: FakeSlack) -> Iterator[World]:
    """On SQLite."""
    world = World(settings_of(home, tmp_path, slack), slack)
    yield world
    world.counter.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, slack: FakeSlack
) -> Iterator[World]:
    """On SQLite, then on PostgreSQL: for what several do at once."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    world = World(settings_of(home, tmp_path, slack, url), slack)
    yield world
    world.counter.close()
