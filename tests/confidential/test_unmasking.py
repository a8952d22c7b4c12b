"""Two people and 24 hours between a pseudonym and an id, and a row for every step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from daywatch import unmasking
from daywatch.cli.app import main
from daywatch.confidential import caller, pseudonym, pseudonym_key
from daywatch.errors import ConfigurationError, NotAllowed
from daywatch.house import House, open_house
from daywatch.runner import run_day, select
from daywatch.settings import Settings, get_settings
from daywatch.state import UnmaskView
from tests.confidential.conftest import PEOPLE
from tests.confidential.content import HANDLES, STAFF, clear_in, load_looks, state_text
from tests.content import DAY

ANA, BO, STRANGER = PEOPLE
DAY_LONG = timedelta(hours=24)


@pytest.fixture
def published(house: House) -> House:
    """The house with two published days of the confidential table."""
    load_looks(house, DAY - timedelta(days=1))
    for day in (DAY - timedelta(days=1), DAY):
        [outcome] = run_day(house, select(house.catalog, ["peeks"]), day)
        assert outcome.state == "done", outcome.message
    return house


def mask_of_staff(house: House, number: int = STAFF[0]) -> str:
    return pseudonym(number, pseudonym_key(house.settings), "staff")


def ask(house: House, what: str = "", who: str = ANA) -> UnmaskView:
    what = what or mask_of_staff(house)
    return unmasking.request(house, what, "conduct", reason="seen twice", case="C-7", who=who)


def later(house: House, by: timedelta) -> House:
    now = house.now() + by
    return replace(house, now=lambda: now)


def trail(house: House) -> list[tuple[str, str]]:
    """Of unmasking only: the trail holds what became of alerts too."""
    told = reversed(house.state.audit_trail())
    return [(one.actor, one.action) for one in told if one.action.startswith("unmask.")]


def last_refusal(house: House) -> tuple[str, str]:
    newest = house.state.audit_trail()[0]
    assert newest.action == "unmask.refused"
    return newest.actor, newest.details["why"]


def test_two_readers_unmask_one_person_and_leave_three_rows(published: House) -> None:
    asked = ask(published)
    approved = unmasking.approve(published, asked.id, who=BO)
    assert (approved.requested_by, approved.approved_by) == (ANA, BO)
    found = unmasking.reveal(published, asked.id, who=ANA)
    assert (found.id, found.columns) == (str(STAFF[0]), ("peeks.staff_id",))
    assert trail(published) == [
        (ANA, "unmask.requested"),
        (BO, "unmask.approved"),
        (ANA, "unmask.shown"),
    ]
    of_it = [one for one in published.state.audit_trail() if one.action.startswith("unmask.")]
    assert {one.object for one in of_it} == {asked.id}
    assert clear_in(state_text(published)) == []


def test_a_text_id_of_another_column_is_found_too(published: House) -> None:
    handle = pseudonym(HANDLES[1], pseudonym_key(published.settings), "handle")
    asked = ask(published, handle)
    unmasking.approve(published, asked.id, who=BO)
    assert unmasking.reveal(published, asked.id, who=ANA).id == HANDLES[1]


def test_who_is_no_reader_gets_nowhere(published: House) -> None:
    with pytest.raises(NotAllowed, match=rf"{STRANGER} is not a reader.*conduct/team.yaml"):
        ask(published, who=STRANGER)
    asked = ask(published)
    for step in (unmasking.approve, unmasking.reveal):
        with pytest.raises(NotAllowed, match="not a reader"):
            step(published, asked.id, who=STRANGER)
        assert last_refusal(published)[0] == STRANGER
    assert unmasking.requests(published, who=STRANGER) == []
    assert unmasking.requests(published, who=BO) == [asked]


def test_nobody_approves_their_own_request(published: House) -> None:
    asked = ask(published)
    with pytest.raises(NotAllowed, match="cannot approve it"):
        unmasking.approve(published, asked.id, who=ANA)
    assert last_refusal(published)[0] == ANA
    with pytest.raises(NotAllowed, match="nobody has approved"):
        unmasking.reveal(published, asked.id, who=ANA)


def test_only_the_one_who_asked_is_told(published: House) -> None:
    asked = ask(published)
    unmasking.approve(published, asked.id, who=BO)
    with pytest.raises(NotAllowed, match=f"{ANA}'s, and only they"):
        unmasking.reveal(published, asked.id, who=BO)
    assert last_refusal(published)[0] == BO
    with pytest.raises(NotAllowed, match="approved this request already"):
        unmasking.approve(published, asked.id, who=BO)


def test_of_two_who_approve_at_once_one_did(published: House) -> None:
    team = published.catalog.teams["conduct"].model_copy(update={"readers": tuple(PEOPLE)})
    teams = {**published.catalog.teams, "conduct": team}
    house = replace(published, catalog=published.catalog.model_copy(update={"teams": teams}))
    asked, together = ask(house), Barrier(2)

    def approve(who: str) -> str | None:
        together.wait()
        try:
            return unmasking.approve(house, asked.id, who=who).approved_by
        except NotAllowed:
            return None

    with ThreadPoolExecutor(2) as pool:
        won = [who for who in pool.map(approve, (BO, STRANGER)) if who]
    assert len(won) == 1 and house.state.unmasks()[0].approved_by == won[0]
    assert sorted(action for _, action in trail(house)) == [
        "unmask.approved",
        "unmask.refused",
        "unmask.requested",
    ]


def test_requests_and_approvals_run_out_after_a_day(published: House) -> None:
    asked = ask(published)
    with pytest.raises(NotAllowed, match="request expired after 24 hours"):
        unmasking.approve(later(published, DAY_LONG), asked.id, who=BO)
    almost = later(published, DAY_LONG - timedelta(minutes=1))
    unmasking.approve(almost, asked.id, who=BO)
    assert unmasking.reveal(later(almost, timedelta(hours=23)), asked.id, who=ANA).id
    with pytest.raises(NotAllowed, match="approval expired after 24 hours"):
        unmasking.reveal(later(almost, DAY_LONG), asked.id, who=ANA)
    assert last_refusal(published) == (ANA, "this approval expired after 24 hours.")


def test_a_reader_who_left_the_team_is_told_nothing(published: House) -> None:
    asked = ask(published)
    unmasking.approve(published, asked.id, who=BO)
    team = published.catalog.teams["conduct"].model_copy(update={"readers": (BO,)})
    teams = {**published.catalog.teams, "conduct": team}
    changed = replace(published, catalog=published.catalog.model_copy(update={"teams": teams}))
    with pytest.raises(NotAllowed, match="not a reader"):
        unmasking.reveal(changed, asked.id, who=ANA)


def test_a_pseudonym_that_nobody_has_is_said_and_written_down(published: House) -> None:
    asked = ask(published, "p-0123456789")
    unmasking.approve(published, asked.id, who=BO)
    with pytest.raises(NotAllowed, match=r"no id in conduct's published tables"):
        unmasking.reveal(published, asked.id, who=ANA)
    assert trail(published)[-1] == (ANA, "unmask.not_found")


@pytest.mark.parametrize(
    ("what", "team", "reason", "fault"),
    [
        (str(STAFF[0]), "conduct", "why", "not a pseudonym"),
        ("p-0123456789", "conduct", "  ", "needs a reason"),
        ("p-0123456789", "spam", "why", "spam is not a confidential team.*are: conduct"),
        ("p-0123456789", "nobody", "why", "not a confidential team"),
    ],
)
def test_requests_that_cannot_be_meant_are_bad_usage(
    house: House, what: str, team: str, reason: str, fault: str
) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        unmasking.request(house, what, team, reason=reason, case="C-7", who=ANA)
    assert trail(house) == [(ANA, "unmask.refused")]
    assert clear_in(state_text(house)) == []  # somebody may have typed the id itself


def test_an_id_typed_where_a_request_belongs_is_not_kept(house: House) -> None:
    with pytest.raises(NotAllowed, match="no such request"):
        unmasking.approve(house, str(STAFF[0]), who=ANA)
    assert trail(house) == [(ANA, "unmask.refused")]
    assert clear_in(state_text(house)) == []


# --- the command line -----------------------------------------------------------------------------

Say = Callable[..., Any]


@pytest.fixture
def say(
    published: House,
    settings: Settings,
    become: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Say]:
    """`daywatch unmask ...` as somebody: its exit code and what stdout held."""
    for name in ("home", "data_dir", "warehouse_url", "state_url"):
        monkeypatch.setenv(f"DAYWATCH_{name.upper()}", str(getattr(settings, name)))
    get_settings.cache_clear()

    def run(who: str, *words: str, code: int = 0) -> Any:
        become(who)
        with pytest.raises(SystemExit) as ended:
            main(["unmask", *words])
        said = capsys.readouterr()
        assert ended.value.code == code, said.out + said.err
        return json.loads(said.out) if "--json" in words else said.out + said.err

    yield run
    get_settings.cache_clear()


def test_the_commands_lead_from_one_to_the_next(published: House, say: Say) -> None:
    words = ("--team", "conduct", "--reason", "seen twice", "--case", "C-7")
    told = say(ANA, "request", mask_of_staff(published), *words)
    [request] = [one["request"] for one in say(BO, "list", "--json")["requests"]]
    assert f"unmask approve {request}" in told
    assert "nobody has approved" in say(ANA, "show", request, code=1)
    assert "cannot approve" in say(ANA, "approve", request, code=1)
    assert f"unmask show {request}" in say(BO, "approve", request)
    assert say(ANA, "show", request).strip() == (
        f"{mask_of_staff(published)} is {STAFF[0]} (peeks.staff_id)"
    )
    listed = say(ANA, "list")
    assert request in listed and "approved" in listed and clear_in(listed) == []
    assert "0 requests" in say(STRANGER, "list")


def test_machines_get_documents_and_codes(published: House, say: Say) -> None:
    words = ("--team", "conduct", "--reason", "r", "--case", "C-7", "--json")
    asked = say(ANA, "request", mask_of_staff(published), *words)
    assert (asked["standing"], asked["requested_by"]) == ("waiting", ANA)
    refused = say(STRANGER, "approve", asked["request"], "--json", code=1)
    assert "not a reader" in refused["error"] and refused["remedy"]
    assert say(BO, "approve", asked["request"], "--json")["standing"] == "approved"
    shown = say(ANA, "show", asked["request"], "--json")
    assert (shown["id"], shown["columns"]) == (str(STAFF[0]), ["peeks.staff_id"])
    assert say(ANA, "request", "4711", *words, code=2)["error"] == "that is not a pseudonym."


def test_the_caller_is_the_effective_user(become: Callable[[str], None]) -> None:
    become(BO)
    assert caller() == BO


def test_a_request_outlives_the_process_that_made_it(published: House, settings: Settings) -> None:
    asked = ask(published)
    with open_house(settings) as again:
        assert unmasking.approve(again, asked.id, who=BO).approved_by == BO
