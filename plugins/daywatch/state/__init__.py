"""The state store: published days, runs, series, breaches, alerts, outbox and audit."""

from daywatch.state.runs import StepHandle
from daywatch.state.sessions import lock
from daywatch.state.store import StateStore, open_state
from daywatch.state.views import AlertView, AuditView, BreachView, PointView, RunView, UnmaskView

__all__ = [
    "AlertView",
    "AuditView",
    "BreachView",
    "PointView",
    "RunView",
    "StateStore",
    "StepHandle",
    "UnmaskView",
    "lock",
    "open_state",
]
