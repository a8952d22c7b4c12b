"""From a pseudonym back to an id: one reader asks, another approves, every step is written down.

    request   a reader of the team asks, with a reason and a case     waits 24 hours
    approve   another reader allows it                                holds 24 hours
    reveal    the one who asked is told the id

Refused attempts are audited like the others. The id itself goes to the one who asked and nowhere
else: it is looked for in the team's published tables and never stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from daywatch.confidential import PSEUDONYM, rules
from daywatch.errors import DaywatchError, NotAllowed
from daywatch.indicators.measure import canonical
from daywatch.state import UnmaskView, lock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from daywatch.catalog.model import Detection
    from daywatch.house import House

REQUEST = re.compile(r"u-[0-9a-f]{8}")
WINDOW = 28
"""Published days that are read at a time."""

Rule = Callable[[UnmaskView, str, datetime], NotAllowed | None]


@dataclass(frozen=True)
class Revealed:
    """Whose pseudonym it is, and the columns that say so (`off_scope_access.staff_id`)."""

    request: UnmaskView
    id: str
    columns: tuple[str, ...]


def request(
    house: House, pseudonym: str, team: str, *, reason: str, case: str, who: str
) -> UnmaskView:
    """Ask to unmask. Raises NotAllowed for who is no reader of the team."""
    teams, now = house.catalog.teams, house.now()
    refusal = (
        rules.not_confidential(team, teams)
        or rules.unusable(pseudonym, reason, case)
        or rules.not_a_reader(teams[team], who)
    )
    with house.state.transaction() as session:
        if refusal:
            _refused(house, session, who, "request", pseudonym, refusal)
        else:
            told = {"reason": reason, "case": case}
            asked = house.state.add_unmask(
                session, team=team, pseudonym=pseudonym, who=who, now=now, **told
            )
            _note(house, session, who, "unmask.requested", asked, **told)
    if refusal:
        raise refusal
    return asked


def approve(house: House, request: str, *, who: str) -> UnmaskView:
    """Allow a request, as a second reader. Raises NotAllowed for anybody else, or too late."""
    with house.state.transaction() as session:
        asked = _allowed(house, session, request, who, "approve", rules.no_approval)
        if isinstance(asked, UnmaskView):
            asked = house.state.approve_unmask(session, asked.id, who=who, now=house.now())
            _note(house, session, who, "unmask.approved", asked)
    return _or_raise(asked)


def reveal(house: House, request: str, *, who: str) -> Revealed:
    """Tell the one who asked whose pseudonym it is. Raises NotAllowed, for one not found too."""
    with house.state.transaction() as session:
        answer = _allowed(house, session, request, who, "show", rules.no_look)
    asked = _or_raise(answer)
    people = _people(house, asked)
    action = "unmask.shown" if len(people) == 1 else "unmask.not_found"
    with house.state.transaction() as session:  # written down before anybody is told
        _note(house, session, who, action, asked, matches=len(people))
    if len(people) != 1:
        raise _not_one(asked, len(people))
    [(person, columns)] = people.items()
    return Revealed(asked, person, tuple(sorted(columns)))


def requests(house: House, *, who: str) -> list[UnmaskView]:
    """The requests of teams that somebody is a reader of, newest first."""
    teams = house.catalog.teams
    mine = {name for name, team in teams.items() if rules.is_reader(team, who)}
    return [one for one in house.state.unmasks() if one.team in mine]


def _allowed(
    house: House, session: Session, request: str, who: str, attempt: str, rule: Rule
) -> UnmaskView | NotAllowed:
    """The request, or the refusal, which is then written down in this transaction."""
    lock(session, f"unmask:{request}")
    asked = house.state.unmask(session, request) if REQUEST.fullmatch(request) else None
    if asked is None:
        refusal: NotAllowed | None = NotAllowed(
            "there is no such request.", remedy="`daywatch unmask list` names them."
        )
    else:
        # Who reads the team no more is told nothing about its requests.
        stranger = rules.not_a_reader(house.catalog.teams.get(asked.team), who)
        refusal = stranger or rule(asked, who, house.now())
    if refusal:
        _refused(house, session, who, attempt, request, refusal)
        return refusal
    assert asked is not None
    return asked


def _or_raise(answer: UnmaskView | NotAllowed) -> UnmaskView:
    if isinstance(answer, NotAllowed):
        raise answer
    return answer


def _not_one(asked: UnmaskView, matches: int) -> NotAllowed:
    if matches:
        return NotAllowed(
            f"{matches} different ids share {asked.pseudonym}, so it accuses nobody.",
            remedy="Compare the rows behind the message: `daywatch show`.",
        )
    return NotAllowed(
        f"no id in {asked.team}'s published tables has the pseudonym {asked.pseudonym}.",
        remedy="Its day may have been removed, or the pseudonym key been changed since.",
    )


# --- what is written down -------------------------------------------------------------------------


def _note(
    house: House, session: Session, who: str, action: str, asked: UnmaskView, **more: Any
) -> None:
    told = {"team": asked.team, "pseudonym": asked.pseudonym, **more}
    house.state.audit(session, who, action, asked.id, told, now=house.now())


def _refused(
    house: House, session: Session, who: str, attempt: str, what: str, why: DaywatchError
) -> None:
    # Somebody may have typed an id: only what looks like a name of ours is kept.
    ours = REQUEST.fullmatch(what) or PSEUDONYM.fullmatch(what)
    details = {"attempt": attempt, "why": why.fault}
    shown = what if ours else "unknown"
    house.state.audit(session, who, "unmask.refused", shown, details, now=house.now())


# --- whose it is ----------------------------------------------------------------------------------


def _people(house: House, asked: UnmaskView) -> dict[str, set[str]]:
    """The ids behind a pseudonym, each with the columns it was found in."""
    found: dict[str, set[str]] = {}
    for detection in house.catalog.detections.values():
        if detection.team != asked.team:
            continue
        mask = house.mask(detection)
        for column, value in _ids(house, detection, mask.kinds):
            if mask.cell(column, value) == asked.pseudonym:
                person = str(canonical(value))
                found.setdefault(person, set()).add(f"{detection.table}.{column}")
    return found


def _ids(house: House, detection: Detection, columns: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """(column, id) pairs of all published days, each once in a window."""
    days = house.warehouse.publications(detection.table, date.min, date.max)
    for start in range(0, len(days), WINDOW):
        window = days[start : start + WINDOW]
        rows = house.warehouse.read_arrow(detection, window[0].day, window[-1].day)
        for column in columns:
            yield from ((column, value) for value in rows.column(column).unique().to_pylist())
