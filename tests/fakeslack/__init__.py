"""A Slack on loopback over real HTTP, faithful where delivery can break, with scripted faults."""

from tests.fakeslack.faults import Fault, RandomFaults
from tests.fakeslack.server import FakeSlack
from tests.fakeslack.signing import block_action, form, signed, view_submission
from tests.fakeslack.workspace import TOKEN, Message, Workspace

__all__ = [
    "TOKEN",
    "FakeSlack",
    "Fault",
    "Message",
    "RandomFaults",
    "Workspace",
    "block_action",
    "form",
    "signed",
    "view_submission",
]
