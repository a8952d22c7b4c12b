"""Socket Mode over a real websocket: acted on, acknowledged at once, connected again, stopped."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Any

import pytest
from pydantic import SecretStr
from tests.fakeslack import block_action
from tests.fakeslack.workspace import APP_TOKEN
from tests.interaction.conftest import ANA, CY, World, eventually
from websockets.sync.server import Server, ServerConnection, serve

from daywatch.errors import ConfigurationError
from daywatch.interaction.socket import Listener


class Wss:
    """Slack's end of the socket: says hello, sends envelopes, keeps the acknowledgements."""

    def __init__(self) -> None:
        self.acknowledged: Queue[str] = Queue()
        self.connections: list[ServerConnection] = []
        self.server: Server = serve(self._talk, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/link"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _talk(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        self.connections.append(connection)
        for raw in connection:
            said = json.loads(raw)
            if "envelope_id" in said:
                self.acknowledged.put(said["envelope_id"])

    def send(self, envelope: str, payload: dict[str, Any], kind: str = "interactive") -> None:
        """One envelope through the newest connection."""
        body = {"type": kind, "envelope_id": envelope, "payload": payload}
        body["accepts_response_payload"] = True
        self.connections[-1].send(json.dumps(body))

    def close(self) -> None:
        """End every connection and the server."""
        self.server.shutdown()


@pytest.fixture
def wss(world: World) -> Iterator[Wss]:
    found = Wss()
    world.slack.socket_url = found.url
    yield found
    found.close()


class Listening:
    """A listener in a thread, and what it said."""

    def __init__(self, world: World, app_token: str = APP_TOKEN) -> None:
        settings = world.settings.model_copy(update={"slack_app_token": SecretStr(app_token)})
        self.said: list[str] = []
        self.failed: list[BaseException] = []
        self.listener = Listener(settings, self.said.append, ping_s=0.5)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.listener.run()
        except BaseException as error:
            self.failed.append(error)

    def __enter__(self) -> Listening:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive(), "it stops when it is told to"


def pressed(world: World, user: str = ANA) -> dict[str, Any]:
    trigger = world.fresh()
    url = f"{world.slack.response_url}{trigger}"
    return block_action("ack", world.key, user=user, trigger_id=trigger, response_url=url)


def test_a_button_is_acknowledged_and_acted_on(world: World, wss: Wss) -> None:
    with Listening(world) as listening:
        eventually(lambda: bool(wss.connections))
        wss.send("e1", pressed(world))
        assert wss.acknowledged.get(timeout=3) == "e1", "Slack waits three seconds"
        eventually(lambda: world.alert().acknowledged_by is not None)
        eventually(lambda: "listening" in listening.said)
    assert listening.failed == []


def test_a_stranger_is_refused_in_private(world: World, wss: Wss) -> None:
    with Listening(world):
        eventually(lambda: bool(wss.connections))
        wss.send("e1", pressed(world, user=CY))
        assert wss.acknowledged.get(timeout=3) == "e1"
        eventually(lambda: bool(world.slack.responses))
    assert world.alert().acknowledged_by is None


def test_a_lost_connection_is_made_again(world: World, wss: Wss) -> None:
    with Listening(world):
        eventually(lambda: bool(wss.connections))
        wss.connections[0].close()
        eventually(lambda: len(wss.connections) > 1, 20)
        wss.send("e2", pressed(world))
        assert wss.acknowledged.get(timeout=5) == "e2"
        eventually(lambda: world.alert().acknowledged_by is not None)


def test_junk_through_the_socket_stops_nothing(world: World, wss: Wss) -> None:
    with Listening(world) as listening:
        eventually(lambda: bool(wss.connections))
        for junk in ("not json", "{}", '{"type": "interactive"}', '{"type": "nonsense"}', "[]"):
            wss.connections[-1].send(junk)
        wss.send("e3", {"type": "block_actions", "actions": []})
        wss.send("e4", pressed(world))
        eventually(lambda: world.alert().acknowledged_by is not None)
        said = set()
        while "e4" not in said:
            try:
                said.add(wss.acknowledged.get(timeout=3))
            except Empty:
                pytest.fail(f"only {said} were acknowledged")
    assert listening.failed == []


def test_a_refused_app_token_is_told_with_its_remedy(world: World, wss: Wss) -> None:
    with Listening(world, "xapp-of-another-app") as listening:
        eventually(lambda: bool(listening.failed))
    [error] = listening.failed
    assert isinstance(error, ConfigurationError) and "connections:write" in str(error)
