"""The workspace behind real HTTP on loopback, with faults between it and the caller."""

from __future__ import annotations

import heapq
import itertools
import json
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakeslack.faults import Draw, Fault, rate_limited
from tests.fakeslack.limits import Tiers
from tests.fakeslack.workspace import Workspace, no

JSON_FIELDS = ("blocks", "metadata", "files", "view", "attachments")


class FakeSlack(Workspace):
    """Use as a context manager; `url` is the base URL for WebClient.

    `fail` scripts the next calls of a method, `draw` gives faults at random, `before` is called
    with each method's name before its answer. `clock` gives seconds since the epoch for message
    times, late calls and tiers. `hang_s` is how long a hanging call is held, in real seconds.
    """

    def __init__(
        self,
        channels: dict[str, str] | None = None,
        page: int = 200,
        *,
        clock: Callable[[], float] | None = None,
        tiers: bool = False,
        remember_calls: bool = True,
        hang_s: float = 30.0,
    ) -> None:
        super().__init__(channels, page)
        if clock:
            self.clock = clock
        self.tiers = Tiers() if tiers else None
        self.faults: dict[str, list[Fault]] = {}
        self.draw: Draw = lambda method: None
        self.before: Callable[[str], None] = lambda method: None
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.counts: Counter[str] = Counter()
        self.faulted: Counter[str] = Counter()
        self.responses: list[tuple[str, dict[str, Any]]] = []
        """what came to response URLs: the name in the URL, the body"""
        self.hang_s, self._remember = hang_s, remember_calls
        self._late: list[tuple[float, int, tuple[str, str, dict[str, Any]]]] = []
        self._order = itertools.count()
        self._release = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        base = f"http://127.0.0.1:{self._server.server_port}"
        self.url, self.upload_base = f"{base}/api/", f"{base}/upload/"
        self.response_url = f"{base}/response/"

    def __enter__(self) -> FakeSlack:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, *faults: Fault) -> None:
        """Answer the next calls of `method` so, in order; then normally again."""
        self.faults.setdefault(method, []).extend(faults)

    def called(self, method: str) -> int:
        """How often a method was called."""
        return self.counts[method]

    def next_late(self) -> float | None:
        """When the next call that was taken late is applied."""
        with self._lock:
            return self._late[0][0] if self._late else None

    def settle(self) -> None:
        """Apply the late calls whose time has come."""
        with self._lock:
            while self._late and self._late[0][0] <= self.clock():
                self.answer(*heapq.heappop(self._late)[2])

    def handle(self, method: str, token: str, given: dict[str, Any]) -> Fault | dict[str, Any]:
        """One call: what the workspace answers, or the fault that stands before its answer."""
        with self._lock:
            self.counts[method] += 1
            if self._remember:
                self.calls.append((method, given))
        self.before(method)
        with self._lock:
            self.settle()
            queue = self.faults.get(method)
            fault = queue.pop(0) if queue else self.draw(method)
            wait = self.too_fast(method, given)
            if wait and not (fault and fault.accept):
                fault = rate_limited(f"{max(wait, 1):.0f}")
            if fault is None:
                return self.answer(method, token, given)
            self.faulted[fault.name] += 1
            if fault.late is not None:
                when = self.clock() + fault.late
                heapq.heappush(self._late, (when, next(self._order), (method, token, given)))
            elif fault.accept:
                self.answer(method, token, given)
            return fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed leaves a broken pipe: that is what the tests are about."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)


def _handler(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            if path.startswith("/upload/"):
                return self._upload(path.rsplit("/", 1)[-1], raw)
            if path.startswith("/response/"):
                return self._respond(path.rsplit("/", 1)[-1], raw)
            method = path.rsplit("/", 1)[-1]
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            done = slack.handle(method, token, self._given(raw))
            return self._break(done) if isinstance(done, Fault) else self._json(200, done)

        def _given(self, raw: bytes) -> dict[str, Any]:
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            if "json" in self.headers.get("Content-Type", ""):
                return query | json.loads(raw or b"{}")
            form: dict[str, Any] = {k: v[0] for k, v in parse_qs(raw.decode()).items()}
            for name in JSON_FIELDS:
                if isinstance(form.get(name), str):
                    form[name] = json.loads(form[name])
            return query | form

        def _upload(self, name: str, raw: bytes) -> None:
            done = slack.handle("upload", "", {"file": name})
            if isinstance(done, Fault):
                if done.accept:
                    slack.uploaded(name, raw)
                return self._break(done)
            ok = slack.uploaded(name, raw)
            return self._send(200 if ok else 404, f"OK - {len(raw)}".encode(), "text/plain", {})

        def _respond(self, name: str, raw: bytes) -> None:
            used = sum(known == name for known, _ in slack.responses)
            if used >= 5:
                return self._json(404, no("used_url"))
            slack.responses.append((name, json.loads(raw)))
            return self._send(200, b"ok", "text/plain", {})

        def _break(self, fault: Fault) -> None:
            if fault.kind == "drop":
                self.close_connection = True
                self.connection.close()
            elif fault.kind == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                self.rfile.close()
                self.connection.close()
            elif fault.kind == "hang":
                slack._release.wait(slack.hang_s)
                self.close_connection = True
            elif fault.kind == "html":
                self._send(200, b"<html>proxy says hello</html>", "text/html", {})
            elif fault.kind == "truncated":
                self._send(200, b'{"ok": true, "chan', "application/json", {})
            elif fault.kind == "status":
                self._send(fault.status, b"oops", "text/plain", fault.headers)
            else:
                self._json(fault.status, no(fault.error), fault.headers)

        def _json(
            self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
        ) -> None:
            self._send(status, json.dumps(body).encode(), "application/json", headers or {})

        def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
