"""Holding a staged day against its suite. Great Expectations is imported on first use."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daywatch.catalog.model import Detection
from daywatch.validation.generated import generated
from daywatch.validation.result import ValidationResult
from daywatch.validation.suite import Suite

if TYPE_CHECKING:
    from sqlalchemy import Engine


def preload() -> None:
    """Import Great Expectations once, in the process that workers fork from."""
    from daywatch.validation import gx

    gx.quiet()


def validate_staging(
    detection: Detection,
    day: date,
    engine: Engine,
    table: str,
    *,
    suite: Suite,
    timeout: timedelta | None = None,
) -> ValidationResult:
    """Run the header's checks and the suite on the staged rows, in the engine.

    `table` is a name or schema.name that `engine` sees. Checks that `timeout` cut off come back
    as errors, which never publish.
    """
    from daywatch.validation import gx

    started = time.monotonic()
    header = detection.header
    keys = dict.fromkeys((*header.grain, *(entity.column for entity in header.entities)))
    expectations = (*generated(detection, day), *suite.expectations)
    checks = gx.evaluate(engine, table, expectations, tuple(keys), timeout)
    return ValidationResult(checks, seconds=time.monotonic() - started)
