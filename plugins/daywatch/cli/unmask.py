"""Commands that turn a pseudonym back into an id, by two people: unmask request, approve, show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daywatch.cli.options import Json
from daywatch.cli.output import out, print_json, table
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from datetime import datetime

    from daywatch.house import House
    from daywatch.state import UnmaskView

Request = Annotated[str, typer.Argument(help="The request's id, as `unmask list` shows it.")]
HELP = """Learn whose pseudonym it is: one reader of the team asks, another approves.

Readers are named in the team's team.yaml; you are your login on this host. A request waits 24
hours, an approval holds 24 hours, and every step, also a refused one, leaves an audit row."""


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help=HELP, no_args_is_help=True)
    for command in (request, approve, show, list_):
        group.command(name=command.__name__.rstrip("_"))(command)
    app.add_typer(group, name="unmask")


@contextmanager
def _asking() -> Iterator[tuple[House, str]]:
    """The house, and who asks."""
    from daywatch.confidential import caller
    from daywatch.house import open_house

    with open_house(get_settings()) as house:
        yield house, caller()


def request(
    pseudonym: Annotated[str, typer.Argument(help="From a message: p- and ten hex digits.")],
    team: Annotated[str, typer.Option("--team", help="The confidential team.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; write no name and no id.")],
    case: Annotated[str, typer.Option("--case", help="The case this belongs to.")],
    json: Json = False,
) -> None:
    """Ask to learn whose pseudonym it is. Only a reader of the team may."""
    from daywatch import unmasking

    with _asking() as (house, who):
        asked = unmasking.request(house, pseudonym, team, reason=reason, case=case, who=who)
        if json:
            return print_json(_document(asked, house.now()))
    out.print(f"{asked.id}: {who} asks to unmask {pseudonym} of {team}", markup=False)
    out.print(f"next: another reader runs `daywatch unmask approve {asked.id}` within 24 hours")
    return None


def approve(request: Request, json: Json = False) -> None:
    """Allow a request of another reader's. Whoever made it cannot."""
    from daywatch import unmasking

    with _asking() as (house, who):
        asked = unmasking.approve(house, request, who=who)
        if json:
            return print_json(_document(asked, house.now()))
    out.print(f"{asked.id}: approved by {who}", markup=False)
    out.print(f"next: {asked.requested_by} runs `daywatch unmask show {asked.id}` within 24 hours")
    return None


def show(request: Request, json: Json = False) -> None:
    """Print the id behind an approved request of your own."""
    from daywatch import unmasking

    with _asking() as (house, who):
        found = unmasking.reveal(house, request, who=who)
        if json:
            document = _document(found.request, house.now())
            return print_json({**document, "id": found.id, "columns": found.columns})
    where = ", ".join(found.columns)
    out.print(f"{found.request.pseudonym} is {found.id} ({where})", markup=False)
    return None


def list_(json: Json = False) -> None:
    """List the requests of the teams that you are a reader of, newest first."""
    from daywatch import unmasking

    with _asking() as (house, who):
        asked, now = unmasking.requests(house, who=who), house.now()
    rows = [_document(one, now) for one in asked]
    if json:
        return print_json({"requests": rows})
    heads = ("request", "team", "pseudonym", "case", "requested_by", "approved_by", "standing")
    body = [[row[head] for head in heads] for row in rows]
    table(f"{len(rows)} requests", [head.replace("_", " ") for head in heads], body)
    return None


def _document(asked: UnmaskView, now: datetime) -> dict[str, Any]:
    from daywatch.confidential.rules import standing

    return {
        "request": asked.id,
        "team": asked.team,
        "pseudonym": asked.pseudonym,
        "reason": asked.reason,
        "case": asked.case,
        "requested_by": asked.requested_by,
        "requested_at": asked.requested_at,
        "approved_by": asked.approved_by,
        "approved_at": asked.approved_at,
        "standing": standing(asked, now),
    }
