"""Episodes: one alert per indicator and episode, whatever the order and number of judgings."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from samples import DAY, DETECTION, NOW, breach, facts_on, judge, quiet
from sqlalchemy import event, select

from daywatch.alerts import IndicatorOutcome, outbox
from daywatch.alerts.facts import ChartFacts, ChartPoint
from daywatch.alerts.spells import Mark, spells
from daywatch.catalog.model import Severity
from daywatch.indicators.model import State, Verdict
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state
from daywatch.state.models import Alert, AuditRow, Base, BreachRow, OutboxMessage


def day(offset: int) -> date:
    return DAY + timedelta(days=offset)


def tables(store: StateStore) -> tuple[list[Alert], list[OutboxMessage], list[BreachRow]]:
    """Alerts, messages without a thread's extras (chart, history), and breaches."""
    told = OutboxMessage.priority < outbox.EXTRA
    with store.reading() as session:
        return (
            list(session.scalars(select(Alert).order_by(Alert.first_day))),
            list(session.scalars(select(OutboxMessage).where(told).order_by(OutboxMessage.id))),
            list(session.scalars(select(BreachRow).order_by(BreachRow.day, BreachRow.segment))),
        )


def mark_sent(store: StateStore) -> None:
    """As if the sender had delivered everything."""
    with store.transaction() as session:
        for row in session.scalars(select(OutboxMessage)):
            if row.state == outbox.PENDING:
                outbox.move(row, outbox.CLAIMED)
                outbox.move(
                    row, outbox.SENT, slack_ts="1.1", delivered_version=row.version, sent_at=NOW
                )


def test_a_breach_opens_one_alert_with_its_segments_and_one_message(store: StateStore) -> None:
    done = judge(store, DAY, breach(DAY))
    alerts, messages, breaches = tables(store)
    (alert,), (message,) = alerts, messages
    key = outbox.key_of(DETECTION, "burst_networks", "#ts-platform-abuse", DAY)
    assert alert.key == message.key == key == message.alert_key
    assert (alert.state, alert.first_day, message.state, message.kind) == (
        "open",
        DAY,
        "pending",
        "post",
    )
    assert [(b.segment, b.alert_key, b.unpaged) for b in breaches] == [
        ("", key, ""),
        ('{"market": "BR"}', key, ""),
    ]
    assert (done.breaches, done.opened, done.messages) == (2, (key,), 1)


def test_the_same_day_again_writes_nothing(store: StateStore) -> None:
    judge(store, DAY, breach(DAY))
    before = [m.version for m in tables(store)[1]]
    done = judge(store, DAY, breach(DAY), now=NOW + timedelta(hours=5))
    assert (done.recorded, done.opened, done.updated, done.ended, done.messages) == (
        0,
        (),
        (),
        (),
        0,
    )
    assert [m.version for m in tables(store)[1]] == before


def test_a_later_day_edits_the_sent_message_through_its_own_row(store: StateStore) -> None:
    judge(store, DAY, breach(DAY))
    mark_sent(store)
    done = judge(store, day(1), breach(day(1), 90.0))
    alerts, (message,), _ = tables(store)
    assert len(alerts) == 1 and len(done.updated) == 1 and done.opened == ()
    assert (message.kind, message.state, message.version) == ("update", "pending", 2)
    assert "90" in message.payload["message"]["text"]
    assert "2 breached days since 2 Mar" in str(message.payload)


def test_an_older_day_judged_again_leaves_the_newer_days_facts(lite: StateStore) -> None:
    judge(lite, DAY, breach(DAY))
    judge(lite, day(1), breach(day(1), 90.0))
    judge(lite, DAY, breach(DAY, 66.0))
    (message,) = tables(lite)[1]
    assert "90" in message.payload["message"]["text"]


def test_two_quiet_judged_days_end_it_and_days_without_data_do_not_count(
    store: StateStore,
) -> None:
    judge(store, DAY, breach(DAY))
    mark_sent(store)
    judge(store, day(1), quiet())
    judge(store, day(2), quiet(State.NO_DATA))
    (alert,), _, _ = tables(store)
    assert (alert.state, alert.quiet_days) == ("open", 1)
    done = judge(store, day(3), quiet())
    (alert,), messages, _ = tables(store)
    assert (alert.state, alert.quiet_days, done.ended) == ("ended", 2, (alert.key,))
    assert alert.ended_at == NOW
    assert [(m.kind, m.alert_key) for m in messages] == [
        ("update", alert.key),
        ("reply", alert.key),
    ]
    assert "Recovered" in messages[1].payload["message"]["text"]
    judge(store, day(4), breach(day(4)), now=NOW + timedelta(days=2))
    alerts, _, _ = tables(store)
    assert [a.first_day for a in alerts] == [DAY, day(4)] and alerts[1].state == "open"


def test_one_quiet_day_does_not_split_an_episode(lite: StateStore) -> None:
    for offset, outcome in enumerate([breach(DAY), quiet(), breach(day(2)), quiet()]):
        judge(lite, day(offset), outcome)
    (alert,), (message,), _ = tables(lite)
    assert (alert.state, alert.last_day, alert.quiet_days) == ("open", day(2), 1)
    assert message.version == 2


@pytest.mark.parametrize("reason", ["experimental", "excepted"])
def test_what_never_pages_is_recorded_without_an_alert(lite: StateStore, reason: str) -> None:
    done = judge(lite, DAY, breach(DAY, unpaged=reason, facts=None))
    alerts, messages, breaches = tables(lite)
    assert (alerts, messages, done.breaches) == ([], [], 2)
    assert {(b.unpaged, b.alert_key) for b in breaches} == {(reason, None)}


def test_unmet_persistence_is_recorded_and_pages_when_met(lite: StateStore) -> None:
    judge(lite, DAY, breach(DAY, breached=False, facts=None))
    assert {b.unpaged for b in tables(lite)[2]} == {"persistence"}
    judge(lite, day(1), breach(day(1)))
    (alert,), _, _ = tables(lite)
    assert alert.first_day == day(1)


def test_a_segment_over_its_limit_inside_a_quiet_whole_is_recorded_and_quiet(
    lite: StateStore,
) -> None:
    judge(lite, DAY, breach(DAY))
    over = Verdict(State.BREACH, 9.0, "9 is above 5.")
    calm = IndicatorOutcome(
        "burst_networks",
        "count",
        Severity.HIGH,
        Verdict(State.OK, 1.0, "fine"),
        breached=False,
        segments={"{}": over},
    )
    judge(lite, day(1), calm)
    judge(lite, day(2), calm)
    (alert,), _, breaches = tables(lite)
    assert alert.state == "ended" and breaches[-1].unpaged == "parent"


def test_a_backfill_pages_only_days_within_the_horizon(lite: StateStore) -> None:
    beyond = 0
    for offset in range(-59, 1):
        beyond += judge(lite, day(offset), breach(day(offset))).beyond_horizon
    (alert,), messages, breaches = tables(lite)
    assert len(messages) == 1 and beyond == 57 * 2
    assert alert.first_day == day(-59), "the episode's true first day"
    assert sum(b.unpaged == "horizon" for b in breaches) == 57 * 2
    assert "60 breached days" in str(messages[0].payload)


def test_a_backfill_of_old_days_alone_writes_no_message(lite: StateStore) -> None:
    for offset in range(-60, -20):
        judge(lite, day(offset), breach(day(offset)))
    alerts, messages, breaches = tables(lite)
    assert (alerts, messages, len(breaches)) == ([], [], 80)


def test_a_paged_day_rebuilt_long_after_keeps_its_alert(lite: StateStore) -> None:
    judge(lite, DAY, breach(DAY))
    mark_sent(lite)
    later = NOW + timedelta(days=30)
    judge(lite, DAY, breach(DAY, 70.0, unpaged="horizon"), now=later)
    (alert,), (message,), breaches = tables(lite)
    assert {b.alert_key for b in breaches} == {alert.key}
    assert message.version == 2 and "70" in message.payload["message"]["text"]


def test_an_unseen_alert_of_a_rebuilt_quiet_day_vanishes(store: StateStore) -> None:
    judge(store, DAY, breach(DAY))
    judge(store, DAY, quiet())
    assert tables(store) == ([], [], [])


def test_a_seen_alert_of_a_rebuilt_quiet_day_is_withdrawn_in_place(store: StateStore) -> None:
    judge(store, DAY, breach(DAY))
    mark_sent(store)
    done = judge(store, DAY, quiet())
    (alert,), (root, reply), breaches = tables(store)
    assert (alert.state, breaches, done.ended) == ("ended", [], (alert.key,))
    assert "WITHDRAWN" in root.payload["message"]["text"] and root.kind == "update"
    assert "Withdrawn" in reply.payload["message"]["text"]
    mark_sent(store)
    assert judge(store, DAY, quiet()).messages == 0
    judge(store, DAY, breach(DAY))
    (alert,), messages, _ = tables(store)
    assert alert.state == "open", "and it comes back under the same key"
    assert "Not over" in messages[-1].payload["message"]["text"]


def test_a_rebuilt_first_day_keeps_a_seen_message_and_rekeys_an_unseen_one(
    lite: StateStore,
) -> None:
    judge(lite, DAY, breach(DAY))
    judge(lite, day(1), breach(day(1)))
    judge(lite, DAY, quiet())
    (alert,), (message,), _ = tables(lite)
    key = outbox.key_of(DETECTION, "burst_networks", "#ts-platform-abuse", day(1))
    assert alert.key == message.key == key
    mark_sent(lite)
    judge(lite, DAY, breach(DAY))
    (alert,), (message,), breaches = tables(lite)
    assert alert.key == message.key == key and alert.first_day == DAY
    assert {b.alert_key for b in breaches} == {key}


def test_an_alert_taken_back_after_its_recovery_says_so_in_the_thread(lite: StateStore) -> None:
    for offset, outcome in enumerate([breach(DAY), quiet(), quiet()]):
        judge(lite, day(offset), outcome)
    mark_sent(lite)
    judge(lite, day(2), breach(day(2)))
    (alert,), messages, _ = tables(lite)
    assert alert.state == "open" and alert.ended_at is None
    assert "Not over" in messages[-1].payload["message"]["text"]


def test_merged_episodes_end_the_younger_alert_with_a_pointer(lite: StateStore) -> None:
    days = [breach(DAY), quiet(), quiet(), breach(day(3))]
    for offset, outcome in enumerate(days):
        judge(lite, day(offset), outcome)
    mark_sent(lite)
    judge(lite, day(1), breach(day(1)))
    elder, younger = tables(lite)[0]
    assert (elder.state, elder.last_day, younger.state) == ("open", day(3), "ended")
    assert "goes on in the alert" in str([m.payload for m in tables(lite)[1]])


def test_a_long_episode_gets_one_reminder_each_period(lite: StateStore) -> None:
    for offset in range(5):
        facts = facts_on(day(offset), repeat_after_days=2)
        judge(lite, day(offset), breach(day(offset), facts=facts), now=NOW + timedelta(offset))
        mark_sent(lite)
    _, messages, _ = tables(lite)
    replies = [m for m in messages if m.kind == "reply"]
    assert len(replies) == 2
    assert all("Still breached" in m.payload["message"]["text"] for m in replies)


def test_a_paging_breach_without_facts_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its facts"):
        breach(DAY, facts=None)


def test_facts_with_anything_in_them_can_be_stored(store: StateStore) -> None:
    nasty = "\x00 \ud800 <!channel> \u202e" + "x" * 1_000_000
    facts = facts_on(
        DAY, title=nasty[:200], reason=nasty, evidence=((nasty,) * 5,), value=float("nan")
    )
    over = Verdict(State.BREACH, 1.0, nasty)
    judge(store, DAY, breach(DAY, facts=facts, verdict=over))
    (alert,), (message,), _ = tables(store)
    assert len(str(alert.content)) < 100_000
    header, *others = message.payload["message"]["blocks"]
    assert header["text"]["type"] == "plain_text", "where Slack reads no mentions"
    assert "<!channel>" not in str(others) + message.payload["message"]["text"]


# --- any order, any repetition ------------------------------------------------------------------


@contextlib.contextmanager
def emptied(store: StateStore) -> Iterator[StateStore]:
    with store.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table is not AuditRow.__table__:  # which only ever grows
                session.execute(table.delete())
    yield store


@pytest.fixture(scope="module")
def shared() -> Iterator[StateStore]:
    with tempfile.TemporaryDirectory() as folder:
        found = open_state(Settings(data_dir=Path(folder), state_url="", slack_token=None))
        # Hundreds of small transactions; nothing here tests a power cut.
        event.listen(found.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
        found.engine.dispose()
        yield found
        found.close()


FAST = (Phase.explicit, Phase.reuse, Phase.generate, Phase.target)
"""Without shrinking: each example is dozens of transactions."""
KINDS = st.sampled_from(["breach", "quiet", "quiet", "no_data", "faint", "experimental"])


def _outcome(kind: str, on: date) -> IndicatorOutcome:
    return {
        "breach": lambda: breach(on),
        "quiet": quiet,
        "no_data": lambda: quiet(State.NO_DATA),
        "faint": lambda: breach(on, breached=False, facts=None),
        "experimental": lambda: breach(on, unpaged="experimental", facts=None),
    }[kind]()


def _summary(store: StateStore) -> tuple[object, ...]:
    alerts, messages, breaches = tables(store)
    return (
        [(a.key, a.state, a.first_day, a.last_day, a.quiet_days, a.content) for a in alerts],
        sorted((m.key, m.kind, m.state, str(m.payload)) for m in messages),
        [(b.segment, b.day, b.unpaged, b.alert_key) for b in breaches],
    )


@settings(max_examples=25, deadline=None, phases=FAST)
@given(data=st.data())
def test_any_order_and_repetition_of_the_same_days_gives_the_same_alerts(
    shared: StateStore, data: st.DataObject
) -> None:
    kinds = data.draw(st.lists(KINDS, min_size=1, max_size=7))
    days = {day(i - 4): kind for i, kind in enumerate(kinds)}  # some beyond the horizon
    now = NOW + timedelta(days=3)
    with emptied(shared):
        for on, kind in days.items():
            judge(shared, on, _outcome(kind, on), now=now)
        in_order = _summary(shared)
    order = data.draw(st.permutations(list(days)))
    order += data.draw(st.lists(st.sampled_from(list(days)), max_size=3))
    with emptied(shared):
        for on in order:
            judge(shared, on, _outcome(days[on], on), now=now)
        assert _summary(shared) == in_order
        for on, kind in days.items():
            done = judge(shared, on, _outcome(kind, on), now=now)
            assert (done.recorded, done.messages, done.opened, done.updated) == (0, 0, (), ())


def test_a_posted_alert_whose_episode_was_split_leaves_the_second_half_a_key_of_its_own(
    shared: StateStore,
) -> None:
    """Found by the property below: day 4 was posted, joined to day 1, and parted from it again."""
    with emptied(shared):
        judge(shared, day(4), breach(day(4)))
        mark_sent(shared)
        judge(shared, day(1), breach(day(1)))
        for on in (2, 3):
            judge(shared, day(on), quiet())
        alerts, messages, _ = tables(shared)
        assert [(a.first_day, a.state) for a in alerts] == [(day(1), "ended"), (day(4), "open")]
        assert len({m.key for m in messages if m.kind != "reply"}) == 2


@settings(max_examples=25, deadline=None, phases=FAST)
@given(data=st.data())
def test_with_messages_seen_each_open_episode_still_has_one_live_message(
    shared: StateStore, data: st.DataObject
) -> None:
    """Days arrive in any order, are rebuilt with other outcomes, and all is sent in between."""
    now = NOW + timedelta(days=1)  # no day is beyond the horizon
    final: dict[date, str] = {}
    with emptied(shared):
        for _ in range(data.draw(st.integers(1, 9))):
            on = day(data.draw(st.integers(0, 5)))
            final[on] = data.draw(KINDS)
            judge(shared, on, _outcome(final[on], on), now=now)
            if data.draw(st.booleans()):
                mark_sent(shared)
        alerts, messages, breaches = tables(shared)
        marks = {"breach": Mark.PAGING, "quiet": Mark.QUIET, "faint": Mark.FAINT}
        wanted = spells({on: marks[kind] for on, kind in final.items() if kind in marks})
        open_ones = [a for a in alerts if a.state == "open"]
        assert len(open_ones) == sum(s.ended_day is None for s in wanted)
        for spell in wanted:
            keys = {b.alert_key for b in breaches if b.day in spell.days and not b.unpaged}
            assert len(keys) == 1 and None not in keys
        roots = [m.key for m in messages if m.kind != "reply"]
        assert sorted(roots) == sorted(a.key for a in alerts)


def test_a_day_whose_facts_are_gone_borrows_no_chart_of_another(lite: StateStore) -> None:
    """Three days of facts are kept; rebuilt days leave an older one, without its own."""
    days = [DAY + timedelta(days=n) for n in range(5)]
    for day in days:
        chart = ChartFacts("t", "count", "", (ChartPoint(day, 63.0, None, 50.0, True),))
        facts = facts_on(day, 63.0, chart=chart)
        judge(lite, day, breach(day, 63.0, facts=facts), horizon_days=30)
    for day in days[1:]:
        judge(lite, day, quiet(), horizon_days=30)
    with lite.reading() as session:
        shown = session.scalars(select(Alert)).one().content["shown"]
    assert (shown["day"], shown["recent"], shown["chart"]) == (str(DAY), [], None)
