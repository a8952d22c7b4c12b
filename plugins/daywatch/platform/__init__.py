"""The synthetic short-video platform: five teams' raw tables, with abuse injected and noted."""

from __future__ import annotations

from daywatch.platform.generate import Generated, generate
from daywatch.platform.install import install
from daywatch.platform.scenarios import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Generated", "Scenario", "generate", "install"]
