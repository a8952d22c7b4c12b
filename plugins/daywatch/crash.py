"""A test hook: kill this process at a named point, as a power cut would.

The variable `DAYWATCH_CRASH_AT` names the point; unset, as in production, every point is nothing.
Tests start a subprocess with it to prove that any step can be killed and run again.
"""

from __future__ import annotations

import os
import signal


def point(name: str) -> None:
    """Die here, without clean-up, if the environment names this point."""
    if os.environ.get("DAYWATCH_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
