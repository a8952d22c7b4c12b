"""The fake Slack under the name that this room's tests use."""

from tests.fakeslack import TOKEN, FakeSlack, Fault, Message, RandomFaults, signed
from tests.fakeslack.faults import rate_limited
from tests.fakeslack.workspace import APP_TOKEN

__all__ = [
    "APP_TOKEN",
    "TOKEN",
    "FakeSlack",
    "Fault",
    "Message",
    "RandomFaults",
    "rate_limited",
    "signed",
]
