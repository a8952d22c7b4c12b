"""The tasks of a detection's DAG: thin shells around pipeline.ready, build, validate and alert.

Heavy rooms (pandas, DuckDB, Great Expectations) are imported when a task runs, never when the
DAG is parsed.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, BaseSensorOperator, Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from daywatch.errors import ConfigurationError, HeldBack, Superseded
from daywatch.orchestration.connections import executor_name, task_settings
from daywatch.orchestration.day import day_of, run_id_of
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from daywatch.catalog.model import Detection
    from daywatch.house import House
    from daywatch.settings import Settings

log = logging.getLogger(__name__)

HISTORY = timedelta(days=2)
"""A day that ended longer ago gets nothing more from its sources: only upstreams are waited for."""
CANARY_GRACE = timedelta(minutes=15)
"""Of a run that began late: its message gets so long to arrive."""
CANARY_PATIENCE = timedelta(hours=1)
HISTORY_PATIENCE = timedelta(minutes=10)
"""How long a day of history waits for upstreams whose own runs may be under way beside it."""


@contextmanager
def _at_work(detection: str, settings: Settings | None = None) -> Iterator[tuple[House, Detection]]:
    """Both stores and the one detection; what can't be read as a detection raises CatalogError."""
    from daywatch.house import open_house

    with open_house(settings or get_settings(), only=detection) as house:
        found = house.catalog.detections.get(detection)
        if found is None:
            fault = next((b.fault for b in house.catalog.broken if b.name == detection), None)
            raise ConfigurationError(fault or f"{detection} is no longer in the catalogue.")
        yield house, found


@contextmanager
def _as_airflow_says(house: House, detection: Detection) -> Iterator[None]:
    """A held-back day ends red without a second try; an overtaken run of a day is skipped.

    The message of a held-back day leaves at once: no `alert` task comes after it.
    """
    try:
        yield
    except Superseded as error:
        raise AirflowSkipException(str(error)) from None
    except HeldBack as error:
        log.error("%s is held back: %s", detection.name, error)
        _deliver(house)
        raise AirflowFailException(f"held back: {error}") from None


def _deliver(house: House) -> None:
    from daywatch.alerts.sender import deliver
    from daywatch.alerts.transport import open_transport

    log.info("%s", deliver(house.state, open_transport(task_settings()), house.now).sentence())


class Ready(BaseSensorOperator):
    """Waits until upstream days are settled and sources complete, or the deadline has passed.

    It never fails for want of data: at the deadline it lets the build go, and the build decides.
    """

    ui_color = "#e8ecf4"

    def __init__(self, *, detection: str, deadline: timedelta, **kwargs: Any) -> None:
        # Reschedule frees the worker between looks. The first looks come within seconds, because
        # upstreams mostly run beside; later ones up to five minutes apart.
        super().__init__(
            mode="reschedule",
            poke_interval=4,
            exponential_backoff=True,
            max_wait=timedelta(minutes=5),
            timeout=deadline + timedelta(hours=1),
            **kwargs,
        )
        self.detection = detection
        self.deadline = deadline

    def poke(self, context: Context) -> bool:
        """Whether the build may start."""
        from daywatch.inputs import readiness

        day = day_of(context)
        history = _is_history(day)
        patience = min(self.deadline, HISTORY_PATIENCE) if history else self.deadline
        late = _waited(context) >= patience
        with _at_work(self.detection) as (house, detection):
            ready = readiness(house, detection, day, deadline_passed=late)
        upstreams = [name for name in ready.waiting if name.startswith("risk.")]
        if ready.go or (history and not upstreams):
            missing = f" without {', '.join(ready.waiting)}" if ready.waiting else ""
            log.info("%s %s goes%s", self.detection, day, missing)
            return True
        log.info("%s %s waits for %s", self.detection, day, ", ".join(ready.waiting))
        return False


def _is_history(day: date) -> bool:
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return datetime.now(UTC) - end > HISTORY


def _waited(context: Context) -> timedelta:
    """How long the run has been going; a cleared run starts anew."""
    started = context["dag_run"].start_date
    return datetime.now(UTC) - started if started else timedelta()


class Build(BaseOperator):
    """Runs the detection's SELECT into staging; returns the staging's address as XCom."""

    ui_color = "#dcefe4"

    def __init__(self, *, detection: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.detection = detection

    def execute(self, context: Context) -> dict[str, Any]:
        """Build the run's day; refuses stores that the executor's workers cannot share."""
        from daywatch import pipeline
        from daywatch.warehouse.safety import check_safe

        day, run_id = day_of(context), run_id_of(context)
        check_safe(get_settings(), executor_name())
        log.info("building %s for %s as %s", self.detection, day, run_id)
        refresh = bool((context.get("params") or {}).get("refresh"))
        with _at_work(self.detection) as (house, detection), _as_airflow_says(house, detection):
            staging = pipeline.build(house, detection, day, run_id=run_id, refresh=refresh)
        log.info("staged %d rows of risk.%s", staging.rows, staging.table)
        return dataclasses.asdict(staging)


class Validate(BaseOperator):
    """Holds the staged rows against the suite and publishes them, or holds the day back."""

    ui_color = "#f7ecd0"

    def __init__(self, *, detection: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.detection = detection

    def execute(self, context: Context) -> None:
        """Publish what `build` staged; skipped where a newer build took its place."""
        from daywatch import pipeline
        from daywatch.warehouse.base import Staging

        staging = Staging(**context["ti"].xcom_pull(task_ids="build"))
        with _at_work(self.detection) as (house, detection), _as_airflow_says(house, detection):
            try:
                publication = pipeline.validate(house, detection, staging)
            finally:
                _log_checks(house, detection, staging.date)
        log.info("published %d rows of risk.%s", publication.rows, staging.table)


def _log_checks(house: House, detection: Detection, day: date) -> None:
    """One line for each check that failed or raised, the blocking ones as errors."""
    checks = house.state.checks(detection.name, day)
    failed = [check for check in checks if not check.success]
    for check in failed:
        blocking = check.severity == "critical" or bool(check.error)
        log.log(logging.ERROR if blocking else logging.WARNING, "failed: %s", check.sentence())
    log.info("%d of %d checks passed", len(checks) - len(failed), len(checks))


class Alert(BaseOperator):
    """Measures and judges the published day, and delivers what is due."""

    ui_color = "#f4dcdc"

    def __init__(self, *, detection: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.detection = detection

    def execute(self, context: Context) -> dict[str, Any]:
        """Alert about the run's day; the counts become the XCom."""
        from daywatch import pipeline
        from daywatch.alerts.transport import open_transport

        settings = task_settings()
        transport = open_transport(settings)
        with _at_work(self.detection, settings) as (house, detection):
            found = pipeline.alert(
                house, detection, day_of(context), run_id=run_id_of(context), transport=transport
            )
        log.info("breaches: %s", ", ".join(found.breaches) or "none")
        if not transport.sends:
            log.warning("no Slack token: %d previews, nothing was sent", found.previews)
        log.info("sent %d, waiting %d, undeliverable %d", found.sent, found.pending, found.dead)
        return dataclasses.asdict(found)


class Canary(BaseSensorOperator):
    """Looks for the day's canary in its channel until it is seen; red where it is not.

    Where nothing is sent (previews, days beyond the paging horizon) it is skipped: no proof.
    """

    ui_color = "#f6f0b4"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(mode="reschedule", poke_interval=60, timeout=CANARY_PATIENCE, **kwargs)

    def poke(self, context: Context) -> bool:
        """Whether the canary was seen; fails at its deadline."""
        from daywatch import canary
        from daywatch.alerts.transport import open_transport
        from daywatch.catalog.model import CANARY

        settings, day = task_settings(), day_of(context)
        with _at_work(CANARY, settings) as (house, _):
            grace = house.now() - _waited(context) + CANARY_GRACE
            until = max(canary.deadline(house, day), grace)
            beat = canary.check(house, open_transport(settings), day, until=until)
        log.info("%s", beat.sentence())
        if beat.sighting is canary.Sighting.UNPROVED:
            raise AirflowSkipException(beat.sentence())
        if not beat.fine:
            raise AirflowFailException(beat.sentence())
        return beat.sighting is canary.Sighting.SEEN


class Broken(BaseOperator):
    """Stands in for a detection whose file cannot be read: fails with the reason."""

    ui_color = "#f2b8b5"

    def __init__(self, *, reason: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reason = reason

    def execute(self, context: Context) -> None:
        """Fail at once, saying file, line, fault and remedy."""
        log.error(self.reason)
        raise AirflowFailException(self.reason)
