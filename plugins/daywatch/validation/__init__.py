"""The only door to Great Expectations: suites, checks generated from headers, their results."""

from daywatch.validation.result import Check, ValidationResult
from daywatch.validation.suite import Expectation, Suite, load_suite
from daywatch.validation.validate import preload, validate_staging

__all__ = [
    "Check",
    "Expectation",
    "Suite",
    "ValidationResult",
    "load_suite",
    "preload",
    "validate_staging",
]
