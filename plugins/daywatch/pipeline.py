"""One detection, one day: build, validate, alert. Reading this page is knowing the system.

    build     run the detection's SELECT with read rights only; its rows go into staging,
              a copy that nobody else reads
    validate  hold the staged rows against the suite; pass: publish exactly those rows as the
              day; fail: hold the day back and tell the team's data channel
    alert     measure the indicators of the published day, judge them in day order, write
              breaches and messages in one transaction, deliver what is due

Every step may be killed anywhere and run again: it ends with the same table and the same
messages. Airflow runs the steps as tasks (orchestration/), the command line in one process. What
neither of them finished, or never began, is found and told each minute (tending.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daywatch import judging
from daywatch.alerts.sender import deliver
from daywatch.catalog.model import Detection
from daywatch.confidential import withheld
from daywatch.crash import point
from daywatch.errors import HeldBack, Superseded
from daywatch.house import House
from daywatch.inputs import known_missing, missing_inputs, sources_of, upstreams_of
from daywatch.notices import tell_held_back, tell_published
from daywatch.validation import validate_staging
from daywatch.validation.result import ValidationResult
from daywatch.validation.suite import load_suite
from daywatch.warehouse.base import BuildJob, Publication, Staging

if TYPE_CHECKING:
    from datetime import datetime

    from daywatch.alerts.transport import Transport
    from daywatch.state import StepHandle


# --- build ---------------------------------------------------------------------------------------


def build(
    house: House, detection: Detection, day: date, *, run_id: str, refresh: bool = False
) -> Staging:
    """Run the query for the day into staging. Raises HeldBack when a source is not there.

    The cutoff of an earlier publication is used again, so that running a day again gives the
    same table; `refresh` takes a new one and with it the rows that arrived late.
    """
    with (
        house.state.step(detection.name, day, "build", run_id) as step,
        withheld(house.mask(detection)),
    ):
        step.on_failure = tell_held_back(house, detection, day, None)
        earlier = house.warehouse.publication(detection.table, day)
        cutoff = earlier.cutoff if earlier and not refresh else house.now()
        step.details["missing"] = missing = missing_inputs(house, detection, day, cutoff)
        house.warehouse.drop_stale_staging(detection.table, day, keep_run=run_id)
        staging = house.warehouse.stage(_job(house, detection, day, cutoff, run_id))
        step.rows = staging.rows
        step.message = f"without {', '.join(missing)}" if missing else ""
        point("build.staged")
    point("build.recorded")
    return staging


def _job(house: House, detection: Detection, day: date, cutoff: datetime, run_id: str) -> BuildJob:
    from daywatch.indicators.score import score_steps

    team, header = house.catalog.teams[detection.team], detection.header
    return BuildJob(
        detection=detection,
        day=day,
        cutoff=cutoff,
        run_id=run_id,
        sources=sources_of(house, detection),
        upstreams=upstreams_of(house, detection),
        timeout=_timeout(house, detection),
        max_rows=header.max_rows or team.max_rows,
        score=score_steps(header) if header.score else None,
    )


def _timeout(house: House, detection: Detection) -> timedelta:
    return detection.header.timeout or house.catalog.teams[detection.team].timeout


# --- validate ------------------------------------------------------------------------------------


def validate(house: House, detection: Detection, staging: Staging) -> Publication:
    """Publish the staged rows if the suite passes; raises HeldBack with what failed if not.

    Raises Superseded when a newer build of the same day took this one's place.
    """
    day = staging.date
    with (
        house.state.step(detection.name, day, "validate", staging.run_id) as step,
        withheld(house.mask(detection)),
    ):
        published = house.warehouse.publication(detection.table, day)
        if published and _same(staging, published) and not house.warehouse.staging_exists(staging):
            # An earlier try of this run was killed after it published: say what it could not.
            result = ValidationResult(tuple(house.state.checks(detection.name, day)))
            return _published(house, detection, published, result, step)
        result = _check(house, detection, staging)
        house.state.save_checks(staging.run_id, detection.name, day, result)
        step.on_failure = tell_held_back(house, detection, day, result)
        if not result.publishable:
            # The staged copy stays for the next build to drop: a newer one may lie beside it.
            raise HeldBack(
                _failures(result), remedy=f"See `daywatch show {detection.name} --day {day}`."
            )
        point("validate.passed")
        publication = house.warehouse.publish(staging, known_missing(house, detection, day))
        point("validate.published")
        return _published(house, detection, publication, result, step)


def _check(house: House, detection: Detection, staging: Staging) -> ValidationResult:
    """The suite's verdict on the staged rows; Superseded where they vanished under it."""
    suite = load_suite(detection, dialect=house.warehouse.dialect)
    try:
        with house.warehouse.staging_relation(staging) as (engine, table):
            result = validate_staging(
                detection,
                staging.date,
                engine,
                table,
                suite=suite,
                timeout=_timeout(house, detection),
            )
    except Exception as error:
        if house.warehouse.staging_exists(staging):
            raise
        raise _overtaken(staging) from error
    if not result.publishable and not house.warehouse.staging_exists(staging):
        raise _overtaken(staging)
    return house.mask(detection).result(result)


def _overtaken(staging: Staging) -> Superseded:
    return Superseded(f"{staging.detection} {staging.day}: a newer build took this one's place.")


def _published(
    house: House,
    detection: Detection,
    publication: Publication,
    result: ValidationResult,
    step: StepHandle,
) -> Publication:
    """What follows publication, safe to repeat: the mirror, the run's record, the data channel."""
    house.state.mirror(publication)
    step.rows = publication.rows
    step.message = "; ".join(check.sentence() for check in result.warnings)
    tell_published(house, detection, publication.day, result)
    return publication


def _same(staging: Staging, published: Publication) -> bool:
    ours = (staging.run_id, staging.content_hash)
    return (published.run_id, published.content_hash) == ours


def _failures(result: ValidationResult) -> str:
    bad = [check for check in result.checks if check.error] or list(result.failures)
    if not bad:
        return "validation evaluated nothing, so nothing is known to be right."
    return f"{len(bad)} of {len(result.checks)} checks failed: " + "; ".join(
        check.sentence() for check in bad
    )


# --- alert ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alerted:
    """What judging a day came to. `sent` counts real posts, `previews` rendered ones."""

    judged: int
    breaches: tuple[str, ...]
    messages: int
    sent: int
    previews: int
    pending: int = 0
    dead: int = 0


def alert(
    house: House, detection: Detection, day: date, *, run_id: str, transport: Transport
) -> Alerted:
    """Judge the published day, and deliver what the verdicts put into the outbox.

    Who dies before this is done loses nothing: `tending` finds the day published and not judged.
    """
    judged = judge_published(house, detection, day, run_id=run_id)
    delivery = deliver(house.state, transport, house.now)
    posted = delivery.sent + delivery.updated
    return Alerted(
        judged=judged.verdicts,
        breaches=judged.breaches,
        messages=judged.messages,
        sent=posted if transport.sends else 0,
        previews=0 if transport.sends else posted,
        pending=delivery.pending,
        dead=delivery.dead,
    )


def judge_published(
    house: House, detection: Detection, day: date, *, run_id: str
) -> judging.Judged:
    """Measure and judge the published day; verdicts, breaches and messages are one transaction."""
    with house.state.step(detection.name, day, "alert", run_id) as step:
        judging.measure(house, detection, day)
        point("alert.measured")
        judged = judging.judge(house, detection, day)
        point("alert.judged")
        step.details["breaches"] = list(judged.breaches)
        step.message = ", ".join(judged.breaches)
    point("alert.recorded")
    return judged
