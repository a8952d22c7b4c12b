"""A house whose messages go to a fake Slack over real HTTP, on the lake and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.content import load_three_days, on_engine, settings_in
from tests.fakeslack import TOKEN, FakeSlack

from daywatch.house import House, open_house
from daywatch.settings import Settings


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A workspace with the team's two channels."""
    with FakeSlack({"spam": "C00000001", "spam-data": "C00000002"}) as server:
        yield server


@pytest.fixture(params=["lake", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, slack: FakeSlack) -> Settings:
    """Settings over a small content folder of the test's own, on each engine."""
    changes = on_engine(request.param, lambda: str(request.getfixturevalue("postgres_url")))
    return posting(settings_in(tmp_path, paging_horizon_days=3650, **changes), slack)


def posting(settings: Settings, slack: FakeSlack) -> Settings:
    """The settings with a token, so that messages are posted to this workspace."""
    given = {"slack_token": SecretStr(TOKEN), "slack_base_url": slack.url}
    return settings.model_copy(update=given)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The house opened; four sign-ups from one network on DAY breach, two before do not."""
    with open_house(settings) as house:
        load_three_days(house)
        yield house
