"""Deadlines are rows: fired once when their time has come, late, after failures, and never lost."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import eventlet
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared import maintenance
from shared.config import settings
from shared.database.tables import DUE
from shared.errors import Conflict
from shared.messaging.failures import MAX_STARTS
from shared.policy import Role
from shared.testing import principal
from shared.timers import cancel, next_due, next_kinds, schedule, schedule_many
from shared.timers.table import retry_parked

Sessions = sessionmaker[Session]
# Far ahead of the wall clock, so that the loop that runs beside these tests leaves the bells to them.
NOON = datetime(2099, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(make_session: Sessions, moment: datetime, *subjects: str, kind: str = "bell") -> None:
    """Schedule a bell for each subject."""
    with make_session() as session, session.begin():
        for subject in subjects:
            schedule(session, moment, kind, subject)


def rows(make_session: Sessions) -> list[tuple[str, datetime, int]]:
    """What is due: subject, moment, attempts."""
    with make_session() as session, session.begin():
        found = session.execute(DUE.select().order_by(DUE.c.subject))
        return [(row.subject, row.at, row.attempts) for row in found]


def let_retry(make_session: Sessions) -> None:
    """The delay of every timer that failed is over."""
    with make_session() as session, session.begin():
        session.execute(text("UPDATE due SET retry_at = now() WHERE retry_at IS NOT NULL"))


def refuses(session: Session, now: datetime, subject: str) -> None:
    session.execute(text("INSERT INTO strict VALUES (1, 'not kept')"))
    raise Conflict("not now")


def test_a_timer_fires_once_when_its_time_has_come(make_session: Sessions, bells: Any, loop: Any) -> None:
    at(make_session, NOON, "a")
    assert loop.fire(NOON - HOUR) == 0
    assert loop.fire(NOON) == 1
    assert loop.fire(NOON + HOUR) == 0
    assert bells.rings == [(NOON, "a")]
    assert rows(make_session) == []


def test_timers_are_counted_by_kind_when_they_fire_and_when_they_fail(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    def counted() -> list[float]:
        of = {"service": "bells", "kind": "bell"}
        names = ("timers_fired_total", "timer_seconds_count", "timers_failed_total")
        return [REGISTRY.get_sample_value(f"continuum_{name}", of) or 0.0 for name in names]

    before = counted()
    bells.on["b"] = refuses
    at(make_session, NOON, "a", "b")
    loop.fire(NOON)
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 1, 1]


def test_timers_that_are_late_fire_in_the_order_of_their_dates(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    at(make_session, NOON, "second")
    at(make_session, NOON - HOUR, "first")
    at(make_session, NOON + HOUR, "third")
    assert loop.fire(NOON + 2 * HOUR) == 3
    assert [subject for _, subject in bells.rings] == ["first", "second", "third"]


def test_to_schedule_again_moves_the_date_and_to_cancel_removes_it(make_session: Sessions) -> None:
    at(make_session, NOON, "a", "b")
    at(make_session, NOON + HOUR, "a")
    with make_session() as session, session.begin():
        cancel(session, "bell", "b")
        cancel(session, "bell", "was never there")
        assert next_due(session) == NOON + HOUR
    assert rows(make_session) == [("a", NOON + HOUR, 0)]


def test_the_next_moment_says_how_many_of_each_kind_are_due(make_session: Sessions) -> None:
    at(make_session, NOON, "a", "b")
    at(make_session, NOON + HOUR, "c")
    with make_session() as session, session.begin():
        schedule(session, NOON, "gong", "a")
        assert next_kinds(session) == (NOON, {"bell": 2, "gong": 1})


def test_where_nothing_is_due_there_is_no_next_moment(make_session: Sessions) -> None:
    with make_session() as session, session.begin():
        assert next_kinds(session) == (None, {})


def test_many_are_scheduled_in_one_statement(make_session: Sessions) -> None:
    at(make_session, NOON, "a")
    with make_session() as session, session.begin():
        schedule_many(session, [(NOON + HOUR, "bell", "a"), (NOON, "bell", "b")])
        schedule_many(session, [])
    assert rows(make_session) == [("a", NOON + HOUR, 0), ("b", NOON, 0)]


def test_what_a_transaction_scheduled_goes_with_it(make_session: Sessions) -> None:
    with make_session() as session, session.begin() as transaction:
        schedule(session, NOON, "bell", "a")
        transaction.rollback()
    assert rows(make_session) == []


def test_a_timer_may_schedule_itself_again(make_session: Sessions, bells: Any, loop: Any) -> None:
    at(make_session, NOON, "a")
    bells.on["a"] = lambda session, now, subject: schedule(session, NOON + HOUR, "bell", subject)
    assert loop.fire(NOON) == 1
    assert rows(make_session) == [("a", NOON + HOUR, 0)]


def test_a_timer_that_fails_leaves_no_effect_waits_for_its_first_delay_and_holds_nobody_up(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    at(make_session, NOON, "a", "b", "c")
    bells.on["a"] = refuses
    assert loop.fire(NOON) == 2
    assert rows(make_session) == [("a", NOON, 1)]
    with make_session() as session, session.begin():
        assert session.scalar(text("SELECT count(*) FROM strict")) == 0
        pause = session.scalar(text("SELECT retry_at - now() FROM due"))
        assert pause <= timedelta(seconds=1)
    let_retry(make_session)
    bells.on.clear()
    assert loop.fire(NOON) == 1


def test_a_timer_that_fails_each_time_is_parked_after_the_last_delay_and_is_not_due_any_more(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    at(make_session, NOON, "a")
    bells.on["a"] = refuses
    delays = len(settings().retry_delays_s)
    for _ in range(delays + 1):
        assert loop.fire(NOON) == 0
        let_retry(make_session)
    assert loop.fire(NOON) == 0
    assert len(bells.rings) == delays + 1
    with make_session() as session, session.begin():
        (row,) = session.execute(DUE.select())
        assert row.parked_at is not None and "Conflict" in row.error and row.attempts == delays + 1
        assert next_due(session) is None


def test_what_is_parked_fires_again_when_an_operator_or_a_new_date_says_so(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    at(make_session, NOON, "a", "b")
    with make_session() as session, session.begin():
        session.execute(text("UPDATE due SET parked_at = now(), attempts = 7"))
    assert loop.fire(NOON) == 0
    at(make_session, NOON, "b")
    assert loop.fire(NOON) == 1
    with make_session() as session, session.begin():
        assert retry_parked(session) == [("bell", "a")]
    assert loop.fire(NOON) == 1
    assert [subject for _, subject in bells.rings] == ["b", "a"]


def test_a_start_is_counted_before_the_timer_runs_and_the_third_one_is_its_last(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    at(make_session, NOON, "a", "b")
    with make_session() as session, session.begin():
        session.execute(text("UPDATE due SET starts = 2 WHERE subject = 'a'"))
    assert loop.fire(NOON) == 1
    assert [subject for _, subject in bells.rings] == ["b"]
    with make_session() as session, session.begin():
        (row,) = session.execute(DUE.select())
        assert row.parked_at is not None and "Died" in row.error


ENDS = {
    "swallows an error that rolled back": lambda session, now, subject: _swallowed(session),
    "commits": lambda session, now, subject: session.commit(),
    "rolls back": lambda session, now, subject: session.rollback(),
    "fails in the database": lambda session, now, subject: session.execute(text("SELECT 1/0")),
    "fails at the commit": lambda session, now, subject: session.execute(
        text("INSERT INTO strict VALUES (1, 'one'), (1, 'one again')")
    ),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("how", ENDS)
def test_however_a_timer_fails_it_is_counted_once_and_the_next_one_fires(
    make_session: Sessions, bells: Any, loop: Any, how: str
) -> None:
    at(make_session, NOON, "a", "b")
    bells.on["a"] = ENDS[how]
    assert loop.fire(NOON) == 1
    assert rows(make_session) == [("a", NOON, 1)]
    assert [subject for _, subject in bells.rings] == ["a", "b"]


def test_two_processes_that_fire_at_the_same_time_ring_each_bell_once(
    make_session: Sessions, bells: Any, loop: Any
) -> None:
    at(make_session, NOON, *"abcdef")
    with make_session() as session, session.begin():
        session.execute(DUE.select().where(DUE.c.subject.in_(list("abc"))).with_for_update())
        assert loop.fire(NOON) == 3
    assert sorted(subject for _, subject in bells.rings) == ["d", "e", "f"]


def test_a_kind_that_this_version_does_not_know_is_left_alone(make_session: Sessions, loop: Any) -> None:
    at(make_session, NOON, "a", kind="not known here")
    assert loop.fire(NOON) == 0
    assert rows(make_session) == [("a", NOON, 0)]


def test_a_lost_connection_is_no_attempt(make_session: Sessions, bells: Any, loop: Any) -> None:
    at(make_session, NOON, "a")
    bells.on["a"] = lambda session, now, subject: session.execute(
        text("SELECT pg_terminate_backend(pg_backend_pid())")
    )
    for _ in range(MAX_STARTS + 1):
        with pytest.raises(Exception, match="terminat"):
            loop.fire(NOON)
    assert rows(make_session) == [("a", NOON, 0)]
    bells.on.clear()
    assert loop.fire(NOON) == 1


def test_the_active_process_fires_by_itself(make_session: Sessions, bells: Any, loop: Any) -> None:
    at(make_session, datetime.now(UTC) - HOUR, "a")
    end = time.monotonic() + 10
    while not bells.rings and time.monotonic() < end:
        eventlet.sleep(0.05)
    assert [subject for _, subject in bells.rings] == ["a"]


def test_in_maintenance_no_timer_fires_and_afterwards_each_does(
    make_session: Sessions, bells: Any, loop: Any, service_database: str
) -> None:
    with make_session() as session, session.begin():
        maintenance.begin(session, NOON, principal(Role.OPERATOR), "a new disk", 60)
    _eventually(lambda: maintenance.resting(service_database) is not None)
    at(make_session, datetime.now(UTC) - HOUR, "a")
    resting_while_it_rang: list[Any] = []
    bells.on["a"] = lambda session, now, subject: resting_while_it_rang.append(maintenance.found(session))
    eventlet.sleep(3)  # three looks of the loop

    with make_session() as session, session.begin():
        maintenance.end(session, NOON, principal(Role.OPERATOR))
    _eventually(lambda: resting_while_it_rang)
    assert resting_while_it_rang == [None]


def _eventually(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        eventlet.sleep(0.05)


def _swallowed(session: Session) -> None:
    try:
        session.execute(text("SELECT 1/0"))
    except Exception:  # noqa: BLE001, S110 - this is the mistake that is tested
        pass
