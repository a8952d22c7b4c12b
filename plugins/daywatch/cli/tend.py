"""Commands that keep the alert path alive and prove it: deliver, canary."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from daywatch.cli.options import Json
from daywatch.cli.output import err, out, print_json
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from types import FrameType

    from daywatch.tending import Tended


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (deliver, canary):
        app.command()(command)


def deliver(
    every: Annotated[
        float | None,
        typer.Option("--every", min=1, help="Go on as a service, a round each so many seconds."),
    ] = None,
    json: Json = False,
) -> None:
    """Do what the DAG daywatch.delivery does each minute: send, escalate, tell what never ran.

    Judges days that were published and never judged, tells teams of days that never ran, looks for
    the canary, climbs escalation ladders, ends silences and snoozes, deletes late duplicates, and
    sends what waits. Any number may run at once. As a service it ends on SIGTERM and Ctrl-C, and
    waits through an outage of the state store.
    """
    if every is not None:
        return _serve(every, json)
    from daywatch.alerts.transport import open_transport
    from daywatch.house import open_house
    from daywatch.tending import tend

    with open_house(get_settings(), lazily=True) as house:
        tended = tend(house, open_transport(house.settings), thorough=True)
    if json:
        print_json(tended)
    else:
        out.print(tended.sentence(), markup=False)
    raise typer.Exit(0 if tended.fine else 1)


def _serve(every: float, json: bool) -> None:
    """Rounds until a signal; only rounds that did something, or failed, are told."""
    from daywatch.service import Service

    def stop(number: int, frame: FrameType | None) -> None:
        service.stop.set()

    last: list[tuple[str, ...]] = [()]

    def ended(tended: Tended) -> None:
        if not tended.changed and tended.faults == last[0]:
            return
        last[0] = tended.faults
        if json:
            print_json(tended)
        else:
            out.print(tended.sentence(), markup=False)

    service = Service(get_settings(), every, said=lambda line: err.print(line, markup=False))
    service.ended = ended
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    err.print(f"tending every {every:g} s; SIGTERM or Ctrl-C ends it", markup=False)
    service.run()
    err.print("stopped", markup=False)


def canary(json: Json = False) -> None:
    """Let yesterday's canary fly now, and look for it in its channel.

    Runs the detection daywatch.canary, sends its alert and looks for that in the channel's history.
    Without a Slack token nothing is sent, which proves nothing: it says so.
    """
    from daywatch import canary as bird
    from daywatch.alerts.transport import open_transport
    from daywatch.catalog.model import CANARY
    from daywatch.house import open_house
    from daywatch.runner import run_day, select

    with open_house(get_settings()) as house:
        if CANARY not in house.catalog.detections:
            raise ConfigurationError(
                f"there is no detection {CANARY}.", remedy="Restore sql/daywatch/canary.sql."
            )
        day = house.now().date() - timedelta(days=1)
        runs = run_day(house, select(house.catalog, [CANARY]), day)
        beat = bird.check(house, open_transport(house.settings), day, until=house.now())
    if json:
        print_json({"run": runs[0], "beat": beat})
    else:
        if not runs[0].ok:
            out.print(f"{CANARY} {day} {runs[0].state}: {runs[0].message}", markup=False)
        out.print(beat.sentence(), markup=False)
    raise typer.Exit(0 if beat.fine and runs[0].ok else 1)
