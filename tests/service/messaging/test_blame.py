"""Who is to blame: the event whose handler failed, and no other; nobody when the database was away."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.errors import Conflict
from shared.messaging import Fact
from shared.messaging.inbox import Stopping
from shared.testing.hearing import Handler, Hearing, Strict, due


def refuses(session: Session, fact: Fact[Any]) -> None:
    raise Conflict("not like this")


def statement(sql: str) -> Handler:
    """A handler that runs this."""
    return lambda session, fact: session.execute(text(sql))


LEAVES_BEHIND = {
    "a row that the next flush refuses": lambda session, fact: session.add(_strict(None)),
    "a row that the commit refuses": statement("INSERT INTO strict VALUES (1, 'one'), (1, 'one again')"),
    "a text that the driver refuses": lambda session, fact: session.add(_strict("NUL: \x00")),
    "a flush that failed, swallowed": lambda session, fact: _swallowed(
        session, lambda: session.add(_strict(None))
    ),
    "a statement that failed, swallowed": lambda session, fact: _swallowed(
        session, lambda: session.execute(text("SELECT 1/0"))
    ),
}


@pytest.mark.parametrize("what", LEAVES_BEHIND)
@pytest.mark.parametrize("place", [0, 3, 6])
def test_whoever_left_something_behind_is_found_and_nobody_else_is_blamed(
    hearing: Hearing, what: str, place: int
) -> None:
    events = [due(f"trainee/{n}", 1) for n in range(7)]
    hearing.on[events[place].id] = LEAVES_BEHIND[what]
    for other in events[:place] + events[place + 1 :]:
        hearing.on[other.id] = statement("SELECT count(*) FROM strict")
    hearing.deliver(*events)
    assert hearing.states() == {events[place].id: "retrying failed"}
    assert set(hearing.handled()) == {e.id for e in events} - {events[place].id}


def test_several_failures_in_one_batch_are_each_found(hearing: Hearing) -> None:
    events = [due(f"trainee/{n}", 1) for n in range(40)]
    for n in (3, 4, 17, 39):
        hearing.on[events[n].id] = refuses
    hearing.on[events[20].id] = LEAVES_BEHIND["a row that the commit refuses"]
    hearing.deliver(*events)
    assert hearing.states().keys() == {events[n].id for n in (3, 4, 17, 20, 39)}
    assert hearing.handled() == [e.id for n, e in enumerate(events) if n not in (3, 4, 17, 20, 39)]


def test_a_lost_connection_is_no_attempt(hearing: Hearing) -> None:
    event, times = due("trainee/1", 1), []

    def loses_its_connection_once(session: Session, fact: Fact[Any]) -> None:
        times.append(fact.id)
        if len(times) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    hearing.on[event.id] = loses_its_connection_once
    hearing.deliver(due("trainee/2", 1), event)
    assert hearing.states() == {}
    assert len(hearing.handled()) == 2
    assert len(times) == 2


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "53100"])
def test_a_deadlock_a_serialisation_failure_or_a_full_disk_is_no_attempt(
    hearing: Hearing, sqlstate: str
) -> None:
    event, times = due("trainee/1", 1), []

    def is_the_victim_once(session: Session, fact: Fact[Any]) -> None:
        times.append(fact.id)
        if len(times) == 1:
            session.execute(
                text(f"DO $$ BEGIN RAISE EXCEPTION 'victim' USING ERRCODE = '{sqlstate}'; END $$")
            )

    hearing.on[event.id] = is_the_victim_once
    hearing.deliver(event)
    assert (hearing.states(), hearing.handled()) == ({}, [event.id])


def test_a_process_that_goes_down_while_the_database_is_away_blames_no_event(hearing: Hearing) -> None:
    event = due("trainee/1", 1)

    def away(session: Session, fact: Fact[Any]) -> None:
        hearing.inbox.stopping = True
        raise OperationalError("SELECT 1", {}, Exception("server closed"), connection_invalidated=True)

    hearing.on[event.id] = away
    with pytest.raises(Stopping):
        hearing.deliver(event, due("trainee/2", 1))
    assert (hearing.states(), hearing.handled()) == ({}, [])


ENDS = {
    "commits": lambda session, fact: session.commit(),
    "rolls back": lambda session, fact: session.rollback(),
    "closes the session": lambda session, fact: session.close(),
    "leaves a savepoint open": lambda session, fact: session.begin_nested(),
    "begins another after a commit": lambda session, fact: (session.rollback(), session.begin()),
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_handler_that_ends_the_transaction_has_failed_and_the_others_are_handled(
    hearing: Hearing, how: str, place: int
) -> None:
    events = [due(f"trainee/{n}", 1) for n in range(3)]
    hearing.on[events[place].id] = ENDS[how]
    hearing.deliver(*events)
    assert hearing.states() == {events[place].id: "retrying failed"}
    assert set(hearing.handled()) == {e.id for e in events} - {events[place].id}


def _strict(name: str | None) -> Any:
    return Strict(number=7, name=name)


def _swallowed(session: Session, what: Callable[[], object]) -> None:
    try:
        what()
        session.flush()
    except Exception:  # noqa: BLE001, S110 - this is the mistake that is tested
        pass
