"""The synthetic short-video platform: five teams' raw tables, with abuse injected and noted."""

from __future__ import annotations

from daywatch.platform.generate import Generated, generate
from daywatch.platform.install import install
from daywatch.platform.scenarios import Scenario, scenarios

__all__ = ["Generated", "Scenario", "generate", "install", "scenarios"]
