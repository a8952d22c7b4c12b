"""Facts to Block Kit, in the order an on-call reads: pure functions, tested against golden files.

Each message fits Slack's limits and says what it cut; nothing from data can mention or link.
"""

from __future__ import annotations

from daywatch.alerts.render.breach import breach
from daywatch.alerts.render.climbing import escalated_elsewhere, escalation
from daywatch.alerts.render.data import held_back, not_run, published_after_all
from daywatch.alerts.render.digest import digest
from daywatch.alerts.render.message import EVENT_TYPE, EpisodeView, Payload
from daywatch.alerts.render.past import past
from daywatch.alerts.render.quiet import silence_ended, silence_set
from daywatch.alerts.render.replies import recovery, reminder, reopened, snooze_over
from daywatch.alerts.render.summary import summary, summary_raised
from daywatch.alerts.render.thread import details, log

__all__ = [
    "EVENT_TYPE",
    "EpisodeView",
    "Payload",
    "breach",
    "details",
    "digest",
    "escalated_elsewhere",
    "escalation",
    "held_back",
    "log",
    "not_run",
    "past",
    "published_after_all",
    "recovery",
    "reminder",
    "reopened",
    "silence_ended",
    "silence_set",
    "snooze_over",
    "summary",
    "summary_raised",
]
