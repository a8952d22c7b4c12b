"""The state store as its callers see it: one object, every topic a mixin of its own."""

from __future__ import annotations

from daywatch.settings import Settings
from daywatch.state.alarms import AlarmRows
from daywatch.state.engine import open_engine, state_url, told_plainly
from daywatch.state.migrate import migrate
from daywatch.state.pointers import PointerRows
from daywatch.state.replays import ReplayRows
from daywatch.state.requests import RequestRows
from daywatch.state.runs import RunRows
from daywatch.state.series import SeriesRows
from daywatch.state.tally import TallyRows
from daywatch.state.watch import WatchRows


class StateStore(
    PointerRows, RunRows, SeriesRows, AlarmRows, RequestRows, WatchRows, TallyRows, ReplayRows
):
    """What the system knows. Safe to share among threads; each process opens its own.

    Every call may raise `Unavailable` when the database does not answer.
    """


def open_state(settings: Settings) -> StateStore:
    """The state store of these settings, its schema brought up to date.

    Errors: `Unavailable` when it does not answer, `ConfigurationError` for a URL that cannot work
    or a schema newer than this code.
    """
    url = state_url(settings.state)
    engine = open_engine(url)
    with told_plainly(url):
        migrate(engine)
    return StateStore(engine)
