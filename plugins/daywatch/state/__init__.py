"""The state store: published days, runs, series, breaches, alerts, outbox and audit."""

from daywatch.state.sessions import lock
from daywatch.state.store import StateStore, open_state

__all__ = ["StateStore", "lock", "open_state"]
