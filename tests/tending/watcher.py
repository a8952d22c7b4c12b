"""A dead man's switch on loopback: the watcher outside that hears of the canary."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Watcher:
    """A dead man's switch on loopback that notes the paths it was called at."""

    def __init__(self, status: int = 200, hang_s: float = 0) -> None:
        self.calls: list[str] = []
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.calls.append(self.path)
                time.sleep(hang_s)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/secret"


@contextmanager
def watcher(status: int = 200, hang_s: float = 0) -> Iterator[Watcher]:
    """A watcher that answers like that."""
    found = Watcher(status, hang_s)
    threading.Thread(target=found.server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    found.server.shutdown()
    found.server.server_close()
