"""Breaches, alerts and the outbox as everybody may see them; the audit trail."""

from __future__ import annotations

from datetime import date, datetime

from daywatch.state import StateStore
from daywatch.state.models import Alert, BreachRow, OutboxMessage

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 3, 4)


def fill(state: StateStore) -> None:
    with state.transaction() as session:
        session.add(
            Alert(
                key="k1",
                detection="a.b",
                indicator="signups",
                channel="#c",
                first_day=DAY,
                last_day=DAY,
                severity="high",
                opened_at=NOW,
                content={"title": "x"},
            )
        )
        session.flush()
        for key, where in (("m1", "pending"), ("m2", "sent"), ("m3", "sent")):
            session.add(
                OutboxMessage(
                    key=key,
                    alert_key="k1",
                    kind="post",
                    channel="#c",
                    payload={"text": "\x00 \ud800 <!channel>"},
                    state=where,
                    not_before=NOW,
                    created_at=NOW,
                )
            )
        for day, segment in ((DAY, ""), (date(2026, 3, 1), "x")):
            session.add(
                BreachRow(
                    detection="a.b",
                    indicator="signups",
                    segment=segment,
                    day=day,
                    severity="high",
                    value=3.0,
                    alert_key="k1",
                    found_at=NOW,
                )
            )


def test_views_tell_what_was_written(state: StateStore) -> None:
    fill(state)
    (alert,) = state.alerts(state="open")
    assert (alert.key, alert.content, alert.quiet_days) == ("k1", {"title": "x"}, 0)
    assert state.alerts(detection="other") == []
    assert [b.day for b in state.breaches("a.b")] == [DAY, date(2026, 3, 1)]
    assert [b.segment for b in state.breaches(first=DAY, last=DAY)] == [""]
    assert state.outbox_counts() == {"pending": 1, "sent": 2}


def test_the_audit_trail_keeps_order_and_fits(state: StateStore) -> None:
    with state.transaction() as session:
        state.audit(session, "ana", "ack", "k1", now=NOW)
        state.audit(session, "b" * 500, "ack", "o" * 500, {"when": NOW})
    newest, oldest = state.audit_trail()
    assert (oldest.actor, oldest.at) == ("ana", NOW)
    assert (len(newest.actor), len(newest.object)) == (127, 255)
    assert newest.details == {"when": "2026-03-03T04:00:00"}
