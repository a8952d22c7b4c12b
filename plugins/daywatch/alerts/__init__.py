"""Verdicts to alerts to messages; the only door to slack_sdk."""

from daywatch.alerts.episodes import Applied, IndicatorOutcome, apply, retire
from daywatch.alerts.heldback import held_back, published, warned
from daywatch.alerts.routing import Policy

__all__ = [
    "Applied",
    "IndicatorOutcome",
    "Policy",
    "apply",
    "held_back",
    "published",
    "retire",
    "warned",
]
