"""The canary that hangs: Airflow itself notices that its run did not end in time.

A canary that fails is red, and its check says why. One that hangs, or that waits for ever for a
worker, is neither; Airflow's scheduler misses its end and calls this in the triggerer.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from daywatch import heartbeat
from daywatch.settings import get_settings

log = logging.getLogger(__name__)


def deadline(after: timedelta) -> DeadlineAlert:
    """Call `canary_hangs` when a run has not succeeded so long after it was queued.

    Counted from the queue: a run of a partition has no logical date.
    """
    return DeadlineAlert(
        name="canary",
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=after,
        callback=AsyncCallback(canary_hangs),
    )


async def canary_hangs(**details: Any) -> None:
    """Tell the watcher outside, where there is one, and the log."""
    run = (details.get("context") or {}).get("dag_run") or {}
    name = f"{run.get('dag_id', 'the canary')} {run.get('dag_run_id', '')}".strip()
    log.error("%s did not succeed in time: alerts may not arrive", name)
    url = get_settings().heartbeat_url
    if not url:
        return
    failure = await asyncio.to_thread(heartbeat.call, url, heartbeat.FAIL)
    log.error("the watcher outside %s", f"was not told: {failure}" if failure else "was told")
