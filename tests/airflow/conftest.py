"""Fixtures over the house of house.py."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from tests.airflow.house import fill_house, load_days
from tests.content import settings_in

from daywatch.settings import Settings

# Importing Airflow writes into its home: it must not be the one of whoever runs the tests.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="dwairflow")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings over that house; nothing is loaded yet."""
    settings = settings_in(tmp_path, paging_horizon_days=36500)
    fill_house(settings)
    return settings


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same with its days loaded, shared by the tests of a module."""
    settings = settings_in(tmp_path_factory.mktemp("house"), paging_horizon_days=36500)
    fill_house(settings)
    load_days(settings)
    return settings
