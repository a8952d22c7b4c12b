"""A suite that hangs is stopped: the server's statement timeout where there is one, and a timer."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import Connection


class Deadline:
    """Stops the connection's running statement when the time is over, and refuses further ones.

    DuckDB knows no statement timeout, so a timer interrupts it; PostgreSQL gets both.
    """

    def __init__(self, connection: Connection, timeout: timedelta | None) -> None:
        self._connection = connection
        self._timeout = timeout
        self._passed = threading.Event()
        self._timer: threading.Timer | None = None

    @property
    def passed(self) -> bool:
        """Whether the time was over before the work was."""
        return self._passed.is_set()

    def check(self) -> None:
        """Refuse to start a statement after the deadline."""
        if self.passed:
            raise TimeoutError("the suite's time is over")

    def __enter__(self) -> Self:
        if self._timeout is not None:
            self._server_side(int(self._timeout.total_seconds() * 1000))
            self._timer = threading.Timer(self._timeout.total_seconds(), self._stop)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()  # it must not stop whoever gets the connection next
            self._server_side(None)

    def _server_side(self, milliseconds: int | None) -> None:
        if self._connection.dialect.name != "postgresql" or self._connection.closed:
            return
        statement = (
            "RESET statement_timeout"
            if milliseconds is None
            else f"SET statement_timeout = {max(milliseconds, 1)}"
        )
        self._connection.exec_driver_sql(statement)

    def _stop(self) -> None:
        self._passed.set()
        driver = self._connection.connection.driver_connection
        stop = getattr(driver, "interrupt", None) or getattr(driver, "cancel_safe", None)
        if stop is not None:
            stop()
