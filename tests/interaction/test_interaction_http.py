"""What comes over HTTP: forged, stale, replayed, too large or junk is never acted on."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from tests.fakeslack import block_action, form, signed
from tests.fakeslack.signing import SECRET
from tests.interaction.conftest import ANA, World, eventually

from daywatch.errors import Unavailable
from daywatch.interaction import receive
from daywatch.interaction.signing import Signatures
from daywatch.state.models import SeenRequest
from daywatch.web.slack_events import Counter, make_app

QUIETLY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def acknowledge(world: World, trigger: str = "77.trigger") -> str:
    """The raw body of a pressed Acknowledge."""
    url = f"{world.slack.response_url}{trigger}"
    pressed = block_action("ack", world.key, user=ANA, trigger_id=trigger, response_url=url)
    return form(pressed)


def refused(world: World, headers: dict[str, str], status: int = 401) -> None:
    """The request is answered so, and nothing came of it."""
    answer = world.post(acknowledge(world), headers)
    assert answer.status_code == status
    assert world.alert().acknowledged_by is None
    assert world.desk.state.audit_trail(limit=1)[0].action != "alert.acknowledged"
    assert world.told == []


def test_a_wrong_secret_is_refused(world: World) -> None:
    refused(world, signed(acknowledge(world), secret="another secret"))


def test_a_signature_of_another_body_is_refused(world: World) -> None:
    refused(world, signed(acknowledge(world) + "&x=1"))


@pytest.mark.parametrize("seconds", [-301, -86_400, 301, 10**9])
def test_a_stale_signature_is_refused_either_way(world: World, seconds: int) -> None:
    refused(world, signed(acknowledge(world), at=time.time() + seconds))


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_clock_a_little_off_is_not(world: World, seconds: int) -> None:
    body = acknowledge(world)
    assert world.post(body, signed(body, at=time.time() + seconds)).status_code == 200
    eventually(lambda: world.alert().acknowledged_by == "Ana")


@pytest.mark.parametrize("stamp", [None, "", "soon", "1e9", "-5", "١٢٣", "9" * 400, "1.5", " 12"])
def test_a_junk_timestamp_is_refused(stamp: str | None) -> None:
    checks = Signatures(SECRET, time.time)
    good = signed("x")["X-Slack-Signature"]
    assert not checks.genuine(b"x", stamp, good)


@pytest.mark.parametrize(
    "signature", [None, "", "v0=", "v1=" + "a" * 64, "v0=" + "é" * 64, "x" * 9]
)
def test_a_junk_signature_is_refused(signature: str | None) -> None:
    stamp = str(int(time.time()))
    assert not Signatures(SECRET, time.time).genuine(b"x", stamp, signature)


@pytest.mark.parametrize("name", ["X-Slack-Request-Timestamp", "X-Slack-Signature"])
def test_a_missing_header_is_refused(world: World, name: str) -> None:
    headers = signed(acknowledge(world))
    del headers[name]
    refused(world, headers)


def test_another_content_type_is_refused(world: World) -> None:
    refused(world, signed(acknowledge(world)) | {"Content-Type": "text/xml"}, 415)


def test_a_body_over_the_limit_is_refused_unread(world: World) -> None:
    body = "payload=" + "x" * receive.LARGEST
    assert world.post(body).status_code == 413


def test_without_a_signing_secret_nothing_is_taken(world: World) -> None:
    client = TestClient(make_app(lambda: "", world.counter))
    body = acknowledge(world)
    answer = client.post("/events", content=body, headers=signed(body, secret=""))
    assert answer.status_code == 503
    assert "DAYWATCH_SLACK_SIGNING_SECRET" in answer.text
    assert world.alert().acknowledged_by is None


def test_only_post_is_served_and_no_documentation(world: World) -> None:
    assert world.client.get("/events").status_code == 405
    for path in ("/docs", "/openapi.json", "/redoc", "/"):
        assert world.client.get(path).status_code == 404


def test_the_url_is_verified(world: World) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "old"})
    answer = world.post(body, signed(body) | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})


def test_a_replayed_request_is_answered_and_not_acted_on(world: World) -> None:
    body = acknowledge(world)
    headers = signed(body)
    assert world.post(body, headers).status_code == 200
    eventually(lambda: world.alert().acknowledged_by == "Ana")
    for _ in range(3):
        assert world.post(body, headers).status_code == 200
    time.sleep(0.3)
    assert len(world.audited("alert.acknowledged")) == 1
    assert world.told == []


def test_slacks_own_retry_with_a_fresh_signature_is_not_acted_on_twice(world: World) -> None:
    """The same interaction, signed anew: a silence must not be set twice, nobody be told twice."""
    body = urlencode(
        {
            "command": "/daywatch",
            "text": "silence signup_burst 3d a game",
            "user_id": ANA,
            "trigger_id": "9.same",
            "response_url": f"{world.slack.response_url}same",
        }
    )
    now = time.time()
    for second in (0, 1, 2):
        retried = signed(body, at=now + second) | {"X-Slack-Retry-Num": str(second)}
        assert world.post(body, retried).status_code == 200
        eventually(lambda: len(world.told) == 1)
    time.sleep(0.3)
    assert len(world.told) == 1
    assert len(world.audited("silence.set")) == 1


def test_of_the_same_request_at_several_workers_one_is_taken(either: World) -> None:
    """Each api-server worker has a counter of its own; the store is what they share."""
    workers = [Counter(lambda: either.settings) for _ in range(4)]
    body = urlencode({"command": "/daywatch", "text": "silence signup_burst 3d x y z",
                      "user_id": ANA, "trigger_id": "1.one"})  # fmt: skip
    headers = {name.lower(): value for name, value in signed(body).items()}

    def take(worker: Counter) -> int:
        return receive.receive(worker.edge, SECRET, body.encode(), headers).status

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(take, workers)) == [200] * 4
    eventually(lambda: len(either.audited("silence.set")) == 1)
    time.sleep(0.3)
    assert len(either.audited("silence.set")) == 1
    for worker in workers:
        worker.close()


def test_signatures_are_forgotten_after_ten_minutes(either: World) -> None:
    state, now = either.desk.state, either.desk.now()
    for minutes, mark, first in ((0, "a", True), (9, "a", False), (11, "b", True)):
        with state.transaction() as session:
            at = now + timedelta(minutes=minutes)
            assert state.first_time(session, mark, at) is first
    with state.reading() as session:
        assert session.scalar(select(func.count()).select_from(SeenRequest)) == 1


def test_an_interaction_that_failed_may_be_sent_again(either: World) -> None:
    """What was taken is taken with the change, so that a lost database loses both."""
    state = either.desk.state
    with pytest.raises(Unavailable), state.transaction() as session:
        assert state.first_time(session, "once", either.desk.now())
        raise Unavailable("gone")
    with state.transaction() as session:
        assert state.first_time(session, "once", either.desk.now())


def test_a_store_that_does_not_answer_is_said(world: World) -> None:
    def closed() -> None:
        raise Unavailable("the state store does not answer.")

    body = acknowledge(world)
    headers = {name.lower(): value for name, value in signed(body).items()}
    answer = receive.receive(closed, SECRET, body.encode(), headers)  # type: ignore[arg-type]
    assert answer == receive.NOT_NOW


NAMES = st.sampled_from(
    ["x-slack-signature", "x-slack-request-timestamp", "content-type", "x-slack-retry-num", "x-odd"]
)
VALUES = st.one_of(
    st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "0", "v0=" + "0" * 64]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")),
)


@QUIETLY
@given(body=st.binary(max_size=400), headers=st.dictionaries(NAMES, VALUES))
def test_any_bytes_and_headers_get_an_answer_below_500(
    world: World, body: bytes, headers: dict[str, str]
) -> None:
    raw = {name: value.strip().encode("latin-1") for name, value in headers.items()}
    answer = world.client.post("/events", content=body, headers=raw)
    assert 400 <= answer.status_code < 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["type", "actions", "action_id", "block_id", "user", "id", "view", "state", "values", "channel",
     "callback_id", "private_metadata", "trigger_id", "container", "team", "payload"]
)  # fmt: skip
KINDS = st.sampled_from(["block_actions", "view_submission", "view_closed", "shortcut", "event"])
PAYLOADS = st.one_of(
    JSON,
    st.dictionaries(FIELDS, JSON),
    st.builds(lambda kind, rest: {**rest, "type": kind}, KINDS, st.dictionaries(FIELDS, JSON)),
    st.builds(
        lambda action, view: {
            "type": "view_submission", "view": view, "user": action, "actions": [action]
        },
        st.dictionaries(FIELDS, JSON),
        st.fixed_dictionaries({"callback_id": st.sampled_from(["daywatch_resolve", "daywatch_x"]),
                               "state": JSON, "private_metadata": st.text(max_size=8)}),
    ),
)  # fmt: skip


@QUIETLY
@given(payload=PAYLOADS, as_form=st.booleans())
def test_a_signed_payload_of_any_shape_gets_an_answer_below_500(
    world: World, payload: object, as_form: bool
) -> None:
    text = json.dumps(payload)
    body = urlencode({"payload": text}) if as_form else text
    kind = "x-www-form-urlencoded" if as_form else "json"
    headers = signed(body) | {"Content-Type": f"application/{kind}"}
    assert world.post(body, headers).status_code < 500
    assert world.alert().acknowledged_by is None


@QUIETLY
@given(body=st.binary(max_size=200))
def test_signed_bytes_of_any_kind_get_an_answer_below_500(world: World, body: bytes) -> None:
    try:
        headers = signed(body.decode())
    except UnicodeDecodeError:
        headers = signed(body.decode("utf-8", "replace"))
    assert world.client.post("/events", content=body, headers=headers).status_code < 500
