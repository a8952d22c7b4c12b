"""Runs and their validation results: what was tried, how it went and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from daywatch.errors import DaywatchError, HeldBack, Superseded
from daywatch.state.engine import plain
from daywatch.state.models import Run, ValidationCheck
from daywatch.state.sessions import Sessions, clean, fitted, utc_now
from daywatch.state.views import RunView
from daywatch.validation.result import Check, ValidationResult

OnFailure = Callable[[Session, BaseException], None]


@dataclass
class StepHandle:
    """What a running step may say about itself before it ends."""

    id: int
    run_id: str
    state: str = "done"
    """How it ends where nothing is raised; a step whose place another took says 'superseded'."""
    rows: int | None = None
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    on_failure: OnFailure | None = None
    """Runs in the transaction that records the failure (held back included), or not at all."""


class RunRows(Sessions):
    """The `runs` and `validation_checks` tables."""

    @contextmanager
    def step(self, detection: str, day: date, step: str, run_id: str) -> Iterator[StepHandle]:
        """Record a step: 'running' at once, then done, held_back or failed; errors pass on.

        A step of that day that still says 'running' was killed or is being overtaken, and
        becomes 'superseded' (one that is alive writes its own end over that).
        """
        handle = StepHandle(self._begin(detection, day, step, run_id), run_id)
        try:
            yield handle
        except BaseException as error:
            self._record_failure(handle, error)
            raise
        self._end(handle, handle.state, handle.message)

    def _begin(self, detection: str, day: date, step: str, run_id: str) -> int:
        now = utc_now()
        same = (Run.detection == detection, Run.day == day, Run.step == step)
        row = Run(
            run_id=fitted(run_id, 64),
            detection=detection,
            day=day,
            step=step,
            state="running",
            started_at=now,
        )
        with self.transaction() as session:
            session.execute(
                update(Run)
                .where(*same, Run.state == "running")
                .values(state="superseded", finished_at=now, message="overtaken by a later run")
            )
            session.add(row)
            session.flush()
            return row.id

    def _record_failure(self, handle: StepHandle, error: BaseException) -> None:
        state = "held_back" if isinstance(error, HeldBack) else "failed"
        state = "superseded" if isinstance(error, Superseded) else state
        said = (
            str(error) if isinstance(error, DaywatchError) else f"{type(error).__name__}: {error}"
        )
        try:
            self._end(handle, state, said, lambda session: _call(handle, session, error))
        except Exception as second:  # the step's own fault matters more than not having noted it
            error.add_note(f"and this could not be recorded in the state store: {second}")

    def _end(
        self,
        handle: StepHandle,
        state: str,
        message: str,
        also: Callable[[Session], None] | None = None,
    ) -> None:
        ended = {
            "state": state,
            "finished_at": utc_now(),
            "rows": handle.rows,
            "message": clean(message),
            "details": plain(handle.details),
        }
        with self.transaction() as session:
            session.execute(update(Run).where(Run.id == handle.id).values(**ended))
            if also:
                also(session)

    def last_run(self, detection: str, day: date, step: str | None = None) -> RunView | None:
        """The newest run of that day, of one step or any."""
        query = select(Run).where(Run.detection == detection, Run.day == day)
        if step:
            query = query.where(Run.step == step)
        with self.reading() as session:
            row = session.scalars(query.order_by(Run.id.desc()).limit(1)).first()
            return view_of_run(row) if row else None

    def newest_day(self, detection: str | None = None) -> date | None:
        """The newest day that anything ran for, whenever it did."""
        query = select(func.max(Run.day))
        if detection:
            query = query.where(Run.detection == detection)
        with self.reading() as session:
            return session.scalar(query)

    def runs(
        self, day: date | None = None, detection: str | None = None, limit: int = 1000
    ) -> list[RunView]:
        """Runs, newest first, of one day or detection or of all."""
        query = select(Run).order_by(Run.id.desc()).limit(limit)
        if day:
            query = query.where(Run.day == day)
        if detection:
            query = query.where(Run.detection == detection)
        with self.reading() as session:
            return [view_of_run(row) for row in session.scalars(query)]

    def save_checks(self, run_id: str, detection: str, day: date, result: ValidationResult) -> None:
        """Keep a validation's outcome; saving a run's again replaces it."""
        run = fitted(run_id, 64)
        mine = (ValidationCheck.run_id == run, ValidationCheck.detection == detection)
        with self.transaction() as session:
            session.execute(delete(ValidationCheck).where(*mine, ValidationCheck.day == day))
            session.add_all(_check_row(run, detection, day, check) for check in result.checks)

    def checks(self, detection: str, day: date) -> list[Check]:
        """What the day's newest validation found, in the order it was checked."""
        of_day = (ValidationCheck.detection == detection, ValidationCheck.day == day)
        newest = select(func.max(ValidationCheck.id)).where(*of_day).scalar_subquery()
        run = select(ValidationCheck.run_id).where(ValidationCheck.id == newest).scalar_subquery()
        query = select(ValidationCheck).where(*of_day, ValidationCheck.run_id == run)
        with self.reading() as session:
            return [_check(row) for row in session.scalars(query.order_by(ValidationCheck.id))]


def _call(handle: StepHandle, session: Session, error: BaseException) -> None:
    if handle.on_failure:
        handle.on_failure(session, error)


def view_of_run(row: Run) -> RunView:
    """The row as a value of its own."""
    return RunView(
        id=row.id,
        run_id=row.run_id,
        detection=row.detection,
        day=row.day,
        step=row.step,
        state=row.state,
        started_at=row.started_at,
        finished_at=row.finished_at,
        rows=row.rows,
        message=row.message,
        details=dict(row.details),
    )


_IN_DETAILS = ("kwargs", "observed", "evaluated", "unexpected", "examples", "error", "meaning")
MAX_EXAMPLES = 20


def _check_row(run_id: str, detection: str, day: date, check: Check) -> ValidationCheck:
    details = {name: getattr(check, name) for name in _IN_DETAILS}
    details["examples"] = check.examples[:MAX_EXAMPLES]
    return ValidationCheck(
        run_id=run_id,
        detection=detection,
        day=day,
        type=check.type,
        column=fitted(check.column, 127) if check.column else None,
        severity=check.severity,
        success=check.success,
        generated=check.generated,
        details=_shortened(plain(details)),
    )


def _shortened(value: Any) -> Any:
    """Strings cut, wherever they stand: a failing example may be a cell of a megabyte."""
    if isinstance(value, str):
        return clean(value, 2_000)
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value] if isinstance(value, list) else value


def _check(row: ValidationCheck) -> Check:
    details = dict(row.details)
    details["examples"] = tuple(details.get("examples", ()))
    return Check(
        type=row.type,
        column=row.column,
        severity=cast(Any, row.severity),
        success=row.success,
        generated=row.generated,
        **details,
    )
