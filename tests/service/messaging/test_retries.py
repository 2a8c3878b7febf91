"""What failed is tried again, alone, when its time has come; then it waits for an operator, and its subject with it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.errors import Conflict, NotAllowed, NotFound
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.messaging import Fact, envelope, failures
from shared.messaging.envelope import Envelope
from shared.messaging.retries import SLICE_S
from shared.operations import handlers
from shared.policy import Role
from shared.testing import principal
from shared.testing.hearing import TYPE, Hearing, due

pytestmark = pytest.mark.usefixtures("quick_retries")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
OPERATOR = principal(Role.OPERATOR, id="operator")
DELAYS_S = (10, 20, 30)


def refuses(session: Session, fact: Fact[Any]) -> None:
    raise Conflict("not like this")


@pytest.fixture
def stuck(hearing: Hearing) -> list[Envelope]:
    """The first of four events of a subject fails each time; it has used up its attempts, and three wait."""
    events = [due("trainee/1", n) for n in (1, 2, 3, 4)]
    hearing.on[events[0].id] = refuses
    hearing.deliver(*events)
    for _ in DELAYS_S:
        hearing.retry()
    assert hearing.states()[events[0].id] == "parked gave up"
    return events


def ids(events: Sequence[Envelope]) -> list[UUID]:
    return [event.id for event in events]


def test_an_event_is_tried_again_after_each_of_the_configured_pauses_and_then_parked(
    hearing: Hearing,
) -> None:
    event = due("trainee/1", 1)
    hearing.on[event.id] = refuses
    hearing.deliver(event)
    for attempt, pause_s in enumerate(DELAYS_S, start=1):
        row = hearing.failure(event)
        assert (row.state, row.attempts) == ("retrying", attempt)
        assert (
            timedelta(seconds=pause_s - 5)
            < row.next_attempt_at - row.updated_at
            <= timedelta(seconds=pause_s + 5)
        )
        hearing.retries.run()
        assert hearing.failure(event).attempts == attempt
        hearing.retry()
    row = hearing.failure(event)
    assert (row.state, row.reason, row.attempts, row.next_attempt_at) == ("parked", "gave up", 4, None)


def test_an_event_that_succeeds_at_last_is_followed_by_those_behind_it_in_order(hearing: Hearing) -> None:
    events = [due("trainee/1", n) for n in (1, 2, 3)]
    hearing.on[events[0].id] = refuses
    hearing.deliver(*events)
    hearing.on.clear()
    hearing.retry()
    assert hearing.handled() == ids(events)
    assert hearing.states() == {}
    assert hearing.rows("SELECT late FROM effect WHERE late") == []


def test_one_behind_that_fails_too_holds_up_the_rest(hearing: Hearing) -> None:
    events = [due("trainee/1", n) for n in (1, 2, 3)]
    hearing.on = {events[0].id: refuses, events[1].id: refuses}
    hearing.deliver(*events)
    del hearing.on[events[0].id]
    hearing.retry()
    assert hearing.handled() == [events[0].id]
    assert hearing.states() == {events[1].id: "retrying failed", events[2].id: "waiting behind"}


def test_new_events_of_a_parked_subject_go_on_waiting(hearing: Hearing, stuck: list[Envelope]) -> None:
    more = due("trainee/1", 5)
    hearing.deliver(more)
    hearing.retry()
    assert hearing.handled() == []
    assert hearing.states()[more.id] == "waiting behind"


def test_an_earlier_event_that_comes_late_to_a_blocked_subject_goes_first(hearing: Hearing) -> None:
    second, first = due("trainee/1", 2), due("trainee/1", 1)
    hearing.on[second.id] = refuses
    hearing.deliver(second)
    hearing.deliver(first)
    hearing.on[first.id] = refuses
    hearing.retry()
    hearing.on.clear()
    hearing.retry()
    assert hearing.handled() == [first.id, second.id]


def test_an_operator_tries_again_and_what_waited_follows_in_order(
    hearing: Hearing, stuck: list[Envelope]
) -> None:
    hearing.on.clear()
    with hearing.sessions() as session, session.begin():
        assert handlers.parked_retry(session, NOW, OPERATOR, [stuck[0].id]) == {"changed": 1}
    hearing.retry()
    assert hearing.handled() == ids(stuck)
    assert hearing.rows("SELECT who, action, subject FROM audit") == [
        ("operator", "parked.retry", f"event/{stuck[0].id}")
    ]


def test_an_operator_gives_up_and_what_waited_follows_in_order(
    hearing: Hearing, stuck: list[Envelope]
) -> None:
    with hearing.sessions() as session, session.begin():
        handlers.parked_discard(session, NOW, OPERATOR, [stuck[0].id], "sent by mistake")
    hearing.retry()
    assert hearing.handled() == ids(stuck[1:])
    row = hearing.failure(stuck[0])
    assert (row.state, row.discarded_by, row.discarded_why) == ("discarded", "operator", "sent by mistake")


def test_what_was_given_up_does_not_come_back(hearing: Hearing, stuck: list[Envelope]) -> None:
    with hearing.sessions() as session, session.begin():
        handlers.parked_discard(session, NOW, OPERATOR, [stuck[0].id], "sent by mistake")
    hearing.deliver(stuck[0])
    hearing.retry()
    assert stuck[0].id not in hearing.handled()
    assert hearing.states() == {stuck[0].id: "discarded gave up"}


def test_all_that_is_parked_is_tried_again_but_what_can_never_be_read(
    hearing: Hearing, stuck: list[Envelope]
) -> None:
    unreadable = due("trainee/2", 1, payload="no JSON")
    hearing.deliver(unreadable)
    with hearing.sessions() as session, session.begin():
        assert handlers.parked_retry(session, NOW, OPERATOR, None) == {"changed": 1}
    assert hearing.states()[unreadable.id] == "parked undecodable"


def test_what_did_not_fit_the_schema_is_tried_again_once_a_version_is_there_that_it_fits(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, junk = due("trainee/1", 1), new_id()
    failures.store_junk(hearing.sessions, junk, "messaging", "{}", "the header is missing")
    with monkeypatch.context() as older:
        older.setattr(envelope, "_class_of", lambda type_: PersonMerged)
        hearing.deliver(event)
    assert hearing.states()[event.id] == "parked undecodable"
    with hearing.sessions() as session, session.begin():
        assert handlers.parked_retry(session, NOW, OPERATOR, None) == {"changed": 1}
    hearing.retry()
    assert hearing.handled() == [event.id]
    assert hearing.states() == {junk: "parked undecodable"}


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.ACCREDITED_PROVIDER, Role.NATIONAL_ANALYST])
def test_only_operators_decide_on_failures(hearing: Hearing, stuck: list[Envelope], role: Role) -> None:
    by = principal(role)
    with hearing.sessions() as session, session.begin():
        with pytest.raises(NotAllowed):
            handlers.parked_retry(session, NOW, by, [stuck[0].id])
        with pytest.raises(NotAllowed):
            handlers.parked_discard(session, NOW, by, [stuck[0].id], "no")
        with pytest.raises(NotAllowed):
            handlers.resend(session, NOW, by, [stuck[0].id])


def test_an_event_that_did_not_fail_can_neither_be_retried_nor_given_up(hearing: Hearing) -> None:
    with hearing.sessions() as session, session.begin():
        with pytest.raises(NotFound, match="0 of 1 are known"):
            handlers.parked_retry(session, NOW, OPERATOR, [new_id()])
        with pytest.raises(NotFound, match="none of these events can be discarded"):
            handlers.parked_discard(session, NOW, OPERATOR, [new_id()], "why")


def test_a_retry_that_fails_does_not_bring_back_what_was_given_up_meanwhile(hearing: Hearing) -> None:
    event = due("trainee/1", 1)
    hearing.on[event.id] = refuses
    hearing.deliver(event)
    row, starts = hearing.retries._begin(event.id)
    with hearing.sessions() as session, session.begin():
        handlers.parked_discard(session, NOW, OPERATOR, [event.id], "enough")
    hearing.retries._record(row, Conflict("again"))
    assert hearing.states() == {event.id: "discarded failed"}
    hearing.on.clear()
    hearing.retries._try(row, starts)
    assert (hearing.states(), hearing.handled()) == ({event.id: "discarded failed"}, [])


LEAVES_BEHIND = {
    "a statement that fails": lambda session, fact: session.execute(text("SELECT 1/0")),
    "a row that the commit refuses": lambda session, fact: session.execute(
        text("INSERT INTO strict VALUES (1, 'one'), (1, 'one again')")
    ),
    "a transaction that is over": lambda session, fact: session.rollback(),
    "an error of no kind of ours": lambda session, fact: iter(()).__next__(),
}


@pytest.mark.parametrize("what", LEAVES_BEHIND)
def test_however_a_retry_fails_it_is_one_more_attempt(hearing: Hearing, what: str) -> None:
    event = due("trainee/1", 1)
    hearing.on[event.id] = LEAVES_BEHIND[what]
    hearing.deliver(event)
    hearing.retry()
    row = hearing.failure(event)
    assert (row.state, row.attempts) == ("retrying", 2)
    assert hearing.handled() == []


def test_a_lost_connection_is_no_attempt_of_a_retry_either(hearing: Hearing) -> None:
    event, times = due("trainee/1", 1), list[int]()
    hearing.on[event.id] = refuses
    hearing.deliver(event)

    def loses_its_connection_once(session: Session, fact: Fact[Any]) -> None:
        times.append(1)
        if len(times) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    hearing.on[event.id] = loses_its_connection_once
    hearing.retry()
    assert (len(times), hearing.handled(), hearing.states()) == (2, [event.id], {})


def test_many_retries_do_not_keep_new_events_waiting(hearing: Hearing) -> None:
    events, tried = [due(f"trainee/{n}", 1) for n in range(8)], list[UUID]()

    def slow(session: Session, fact: Fact[Any]) -> None:
        tried.append(fact.id)
        time.sleep(SLICE_S / 2)
        raise Conflict("not like this")

    hearing.on = {event.id: slow for event in events}
    hearing.deliver(*events)
    hearing.time_passes()
    tried.clear()
    assert hearing.retries.run() is True
    assert 1 <= len(tried) <= 2
    assert hearing.retries.run() in (True, False)


def test_what_an_operator_sees_of_a_failure_is_plain(hearing: Hearing, stuck: list[Envelope]) -> None:
    junk = new_id()
    failures.store_junk(hearing.sessions, junk, "messaging", "what\x00is this", "the header is missing")
    rows = hearing.rows("SELECT * FROM inbox_failure")
    shown = {row["message_id"]: row for row in map(failures.as_dict, rows)}
    assert shown[stuck[0].id]["payload"]["qts_awarded_on"] == "2026-07-01"
    assert shown[junk]["payload"] == "what\ufffdis this"
    assert shown[stuck[0].id]["type"] == TYPE
