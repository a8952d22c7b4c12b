"""What somebody did in Slack, and what they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """By which door an interaction came."""

    BUTTON = "button"
    """a button, or an entry of a menu, in a message"""
    MODAL = "modal"
    """a form that was sent"""
    COMMAND = "command"


@dataclass(frozen=True)
class Interaction:
    """One thing that one person did, as far as Slack said; what was not said is empty."""

    kind: Kind
    action: str
    """ack, assign, snooze, resolve, silence; for a command its whole text is in `text`"""
    user: str = ""
    """Slack's id of who did it"""
    mark: str = ""
    """the same where Slack sends the same interaction again"""
    alert: str = ""
    choice: str = ""
    """of a menu"""
    values: Mapping[str, str] = field(default_factory=dict)
    """of a form, by field"""
    text: str = ""
    trigger: str = ""
    """opens a form within three seconds"""
    channel: str = ""
    answer_url: str = ""


class How(StrEnum):
    """What became of an interaction; the one word of the log."""

    DONE = "done"
    ALREADY = "nothing to do"
    REFUSED = "refused"
    FAULT = "fault"
    ASKED = "asked"
    """a form was opened, or a question answered"""
    AGAIN = "sent again"


@dataclass(frozen=True)
class Reply:
    """`said` is for the person alone, in Slack's markup; `view` is a form to open."""

    how: How
    said: str = ""
    view: Mapping[str, Any] | None = None
