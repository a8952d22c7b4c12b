"""Airflow's REST API as far as we need it, spoken with the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

from daywatch.errors import DaywatchError, Unavailable

TIMEOUT_S = 30
PAGE = 500


class AirflowRefused(DaywatchError):
    """Airflow's API answered no; `status` is the HTTP status."""

    status = 0


class Rest:
    """One Airflow's API, as one user."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url
        self._login = {"username": user, "password": password}
        self._token = ""
        # Loopback never goes through the machine's proxy.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def health(self) -> dict[str, str]:
        """Status by component: metadatabase, scheduler, dag_processor, triggerer."""
        answer = self._send("GET", "/api/v2/monitor/health", None, token="")
        return {name: part.get("status") or "unknown" for name, part in answer.items()}

    def warm(self) -> None:
        """Have the API that tasks talk to built: its first request costs seconds."""
        self._send("GET", "/execution/health", None, token="")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call `/api/v2<path>`; a token that ran out is renewed once."""
        if not self._token:
            self._token = self._log_in()
        try:
            return self._send(method, f"/api/v2{path}", body, token=self._token)
        except AirflowRefused as error:
            if error.status != 401:
                raise
            self._token = self._log_in()
            return self._send(method, f"/api/v2{path}", body, token=self._token)

    def pages(self, path: str, key: str, **filters: str) -> list[dict[str, Any]]:
        """All items of a collection.

        Only GETs are used to watch: a POST .../list writes an audit row on the API server's event
        loop, and with SQLite that can wait for a task's own request that waits for the loop.
        """
        items: list[dict[str, Any]] = []
        while True:
            query = urlencode(filters | {"limit": str(PAGE), "offset": str(len(items))})
            answer = self.call("GET", f"{path}?{query}")
            items += answer[key]
            if not answer[key] or len(items) >= answer["total_entries"]:
                return items

    def _log_in(self) -> str:
        return str(self._send("POST", "/auth/token", self._login, token="")["access_token"])

    def _send(self, method: str, path: str, body: Any, *, token: str) -> Any:
        request = urllib.request.Request(self._url + path, method=method)  # noqa: S310 (our own http)
        request.add_header("Accept", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise _answer(method, path, error) from error
        except OSError as error:
            raise Unavailable(f"Airflow's API at {self._url} does not answer: {error}.") from error
        return json.loads(text) if text else None


def _answer(method: str, path: str, error: urllib.error.HTTPError) -> DaywatchError:
    """A refusal, or Unavailable where the fault is the server's own and may pass."""
    detail = error.read().decode(errors="replace")[:500]
    said = f"Airflow answered {method} {path} with {error.code}: {detail}"
    if error.code >= 500:
        return Unavailable(said)
    refusal = AirflowRefused(said)
    refusal.status = error.code
    return refusal


def segment(text: str) -> str:
    """A value as one segment of a path."""
    return quote(text, safe="")
