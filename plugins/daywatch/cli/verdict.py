"""The command that records how a finding turned out: verdict."""

from __future__ import annotations

from typing import Annotated

import typer

from daywatch.cli.options import Json
from daywatch.cli.output import out, print_json
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

# Said again here, since `--help` must not load the catalogue; a test holds the two together.
OUTCOMES = (
    "true_positive",
    "benign_positive",
    "false_positive_logic",
    "false_positive_data",
    "duplicate",
    "undetermined",
)


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(verdict)


def verdict(
    name: Annotated[str, typer.Argument(help="The detection: team.table or table.")],
    entity: Annotated[str, typer.Argument(help="Whom it found: TYPE:ID, or ID alone.")],
    outcome: Annotated[str, typer.Option("--outcome", help=", ".join(OUTCOMES))],
    reason: Annotated[str, typer.Option("--reason", help="Why; others will read it.")],
    json: Json = False,
) -> None:
    """Record what became of a finding. One closed as a false positive leaves risk.entity_risk.

    The verdict is a row of the raw table entity_verdicts, which any detection may read, and an
    audit row. Example: daywatch verdict signup_burst ip:100.90.7 --outcome false_positive_logic
    --reason "carrier NAT"
    """
    from daywatch.alerts.outcomes import Outcome
    from daywatch.confidential.people import caller
    from daywatch.house import open_house
    from daywatch.runner import select
    from daywatch.verdicts import record

    if outcome not in OUTCOMES:
        raise ConfigurationError(
            f"{outcome!r} is no outcome.", remedy=f"Outcomes are {', '.join(OUTCOMES)}."
        )
    if not reason.strip():
        raise ConfigurationError("the reason is empty.", remedy="Say why in a few words.")
    with open_house(get_settings()) as house:
        [detection, *more] = select(house.catalog, [name])
        if more:
            raise ConfigurationError(f"{name} is a team.", remedy="Name one of its detections.")
        recorded = record(house, detection, entity, Outcome(outcome), reason, caller())
    if json:
        return print_json(recorded)
    out.print(
        f"{recorded.detection}: {recorded.entity_type} {recorded.entity_id} is "
        f"{recorded.outcome} since {recorded.decided_ts:%Y-%m-%d %H:%M} UTC",
        markup=False,
    )
    return None
