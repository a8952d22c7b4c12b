"""Which failures are tried again: a lost connection is, a bad query never."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from daywatch.errors import DaywatchError, Unavailable

RETRIES = 4
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)


def retry_policy() -> ExceptionRetryPolicy:
    """Unavailable stores are tried again with growing delays; our other errors fail at once.

    What is not ours (a killed task, an unforeseen exception) follows Airflow's own retries.
    """
    again = RetryRule(
        exception=Unavailable,
        action=RetryAction.RETRY,
        reason="a store does not take the work right now",
    )
    never = RetryRule(
        exception=DaywatchError,
        action=RetryAction.FAIL,
        reason="the same call would fail the same way",
    )
    return ExceptionRetryPolicy(rules=[again, never])


def retry_arguments() -> dict[str, Any]:
    """The retry arguments that every task of ours takes: 30 s, 1, 2 and 4 minutes."""
    return {
        "retries": RETRIES,
        "retry_delay": FIRST_DELAY,
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": LONGEST_DELAY,
        "retry_policy": retry_policy(),
    }
