"""The command line: `daywatch --help` teaches it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer

from daywatch import __version__
from daywatch.cli import (
    catalogue,
    data,
    oncall,
    quiet,
    restored,
    run,
    score,
    slack,
    stage,
    tend,
    unmask,
    verdict,
)
from daywatch.cli.output import err, out, print_json, start_logging
from daywatch.errors import DaywatchError
from daywatch.settings import get_settings

HELP = """Daily SQL risk detections: one SQL file in, a risk table and alerts out.

[bold]See it[/bold]    daywatch demo                  a platform, its history, a day in Airflow
[bold]Look[/bold]      daywatch list, show NAME, status
[bold]Add one[/bold]   daywatch new TEAM.NAME         writes sql, expectations and tests
          daywatch lint NAME             every fault with its line
          daywatch test NAME             its SQL on the rows you gave
          daywatch backfill NAME         what it would have alerted, 30 days
[bold]Run it[/bold]    daywatch run NAME --day DAY    build, validate and alert
[bold]On call[/bold]   daywatch alerts, ack, snooze, resolve KEY; silence, outbox, requeue
[bold]Judge it[/bold]  daywatch scorecard             found, missed and false, against truth
[bold]Unmask[/bold]    daywatch unmask --help         whose pseudonym it is: two readers

Every command takes --json. Exit code: 0 fine, 1 a detection failed or was held
back, 2 bad usage or configuration. Settings are variables DAYWATCH_*:
`daywatch version --settings` lists them with their values."""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=True,
)
catalogue.register(app)
run.register(app)
tend.register(app)
oncall.register(app)
quiet.register(app)
restored.register(app)
data.register(app)
score.register(app)
stage.register(app)
verdict.register(app)
unmask.register(app)
slack.register(app)


@app.command()
def version(
    settings: bool = typer.Option(False, "--settings", help="Also list every setting in force."),
    json: bool = typer.Option(False, "--json", help="One JSON document on stdout."),
) -> None:
    """Print the version, and the settings in force."""
    document: dict[str, Any] = {"version": __version__}
    if settings:
        document["settings"] = get_settings().model_dump(mode="json")
    if json:
        return print_json(document)
    out.print(f"daywatch {__version__}")
    for name, value in document.get("settings", {}).items():
        out.print(f"  DAYWATCH_{name.upper():<22} {'' if value is None else value}", markup=False)
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a fault is printed as place, fault and remedy, and decides the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    code = 0
    try:
        start_logging(get_settings().log_level)
        app(arguments)  # bad usage ends here, with 2
    except DaywatchError as error:
        code = _say(error, as_json="--json" in arguments)
    except KeyboardInterrupt:
        err.print("stopped.")
        code = 130
    except BrokenPipeError:  # `daywatch list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except ValueError as error:
        if type(error).__name__ != "ValidationError":  # of a setting, by pydantic
            raise
        err.print(f"a DAYWATCH_* setting cannot be used: {error}", markup=False)
        code = 2
    sys.exit(code)


def _say(error: DaywatchError, *, as_json: bool) -> int:
    if as_json:
        where = str(error.where) if error.where else None
        print_json({"error": error.fault, "where": where, "remedy": error.remedy})
    err.print(f"[bold red]error:[/bold red] {str(error).replace('[', chr(92) + '[')}")
    return error.exit_code


if __name__ == "__main__":
    main()
