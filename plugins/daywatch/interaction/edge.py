"""slack_bolt's part: routes what Slack sends, acknowledged before anything is looked up.

Slack waits three seconds; the database, and Slack's own answers to us, may take longer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from daywatch.interaction import modals, parse
from daywatch.interaction.desk import Desk
from daywatch.interaction.handle import handle
from daywatch.interaction.model import How, Interaction, Kind, Reply
from daywatch.interaction.voice import Voice, quiet

log = logging.getLogger(__name__)

Said = Callable[[str], None]
Body = Mapping[str, Any]
ANYTHING = re.compile(r"[\s\S]*")
FAILED = "Daywatch failed at that, and its log says why. `daywatch --help` does it without Slack."


class Edge:
    """The app, its handlers, and one line for each thing done."""

    def __init__(self, desk: Desk, voice: Voice, said: Said = log.info) -> None:
        self.desk, self.voice, self.said = desk, voice, said

    @cached_property
    def bolt(self) -> App:
        """A bolt app over these handlers. Nothing is called when it is made."""
        app = App(
            name="slack_bolt.daywatch",  # bolt silences the logger of this name as it does its own
            logger=quiet(),
            client=self.voice.client,
            authorize=_authorize,
            token_verification_enabled=False,
            # The signature is checked by our own wrapper; a socket needs none.
            request_verification_enabled=False,
        )
        app.action({"action_id": ANYTHING, "block_id": ANYTHING})(self._pressed)
        app.view(re.compile(f"^{parse.FORM}"))(self._sent)
        app.command(re.compile(r"^/"))(self._typed)
        app.error(_failed)
        return app

    def _pressed(self, ack: Callable[..., object], body: Body) -> None:
        ack()
        request = parse.button(body)
        if request.action:  # a link's button is nothing to act on
            self.serve(request)

    def _sent(self, ack: Callable[..., object], body: Body) -> None:
        request = parse.modal(body)
        faults = modals.faults(request)
        if faults:
            ack(response_action="errors", errors=faults)
            return
        ack()
        self.serve(request)

    def _typed(self, ack: Callable[..., object], body: Body) -> None:
        ack()
        self.serve(parse.command(body))

    def serve(self, request: Interaction) -> Reply:
        """Do it, answer the person alone where there is something to say, let the edit leave."""
        try:
            reply = handle(request, self.desk)
        except Exception as error:  # whoever pressed a button must not be left without a word
            log.error("%s failed: %s", request.kind, type(error).__name__, exc_info=error)
            reply = Reply(How.FAULT, FAILED)
        if reply.how is How.DONE:
            self.desk.deliver_soon()
        self.said(_line(request, reply))
        if reply.view is not None and not self.voice.open(request, reply.view):
            self.voice.whisper(request, "Slack did not open the form. Press the button again.")
        elif reply.said:
            self.voice.whisper(request, reply.said)
        return reply


def _line(request: Interaction, reply: Reply) -> str:
    """For the log: who did what to which alert, and never what they wrote."""
    known = re.fullmatch(r"[a-z]{1,20}", request.action)
    what = request.action if known else "unknown"
    if request.kind is Kind.COMMAND:
        word = request.text.strip().partition(" ")[0].lower()
        what = f"/daywatch {word if re.fullmatch(r'[a-z]{1,20}', word) else ''}".strip()
    alert = f" {request.alert[:8]}" if request.alert else ""
    return f"{what}{alert} by {request.user or 'unknown'}: {reply.how}"


def _authorize(**given: Any) -> AuthorizeResult:
    """One workspace, one token, known already: no call."""
    return AuthorizeResult(enterprise_id=None, team_id=None)


def _failed(error: Exception) -> None:
    log.error("an interaction failed: %s", type(error).__name__)
