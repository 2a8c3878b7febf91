"""Publishing: with the transaction or not at all, numbered without gaps for each subject, whoever else publishes."""

from datetime import UTC, date, datetime
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session, sessionmaker

from shared.context import Context, bound
from shared.errors import TooLarge
from shared.events import schema_of
from shared.events.cpd import InductionDue, InductionRefused
from shared.messaging import outbox, publish
from shared.messaging.envelope import MAX_PAYLOAD_BYTES
from shared.messaging.guard import TransactionEnded
from shared.testing.hearing import Hearing

Sessions = sessionmaker[Session]


def due(number: int) -> InductionDue:
    """An event of the subject with that number."""
    when = datetime(2026, 9, 1, 9, tzinfo=UTC)
    return InductionDue(person_id=UUID(int=number), qts_awarded_on=date(2026, 7, 1), occurred_at=when)


def of_size(size_bytes: int) -> InductionRefused:
    """An event whose payload has that many bytes."""

    def made(code: str) -> InductionRefused:
        nobody, when = UUID(int=1), datetime(2026, 9, 1, tzinfo=UTC)
        return InductionRefused(
            person_id=nobody, period_id=nobody, appropriate_body="b", code=code, occurred_at=when
        )

    empty = outbox._dumps(schema_of(InductionRefused).dump(made("")))
    return made("x" * (size_bytes - len(empty)))


def stored(hearing: Hearing) -> list[tuple[int, int]]:
    """Subject number and sequence of the outbox, in id order."""
    rows = hearing.rows("SELECT subject, sequence FROM outbox ORDER BY id")
    return [(UUID(subject.split("/")[1]).int, sequence) for subject, sequence in rows]


def test_an_event_needs_a_transaction(make_session: Sessions) -> None:
    with make_session() as session, pytest.raises(RuntimeError, match="outside a transaction"):
        publish(session, due(1))


def test_an_event_may_not_be_published_inside_a_savepoint(make_session: Sessions) -> None:
    refused = pytest.raises(RuntimeError, match="savepoint")
    with make_session() as session, session.begin(), session.begin_nested(), refused:
        publish(session, due(1))


def test_an_event_of_256_kib_travels_and_one_byte_more_does_not(
    make_session: Sessions, hearing: Hearing
) -> None:
    with make_session() as session, session.begin():
        publish(session, of_size(MAX_PAYLOAD_BYTES))
        with pytest.raises(TooLarge, match=f"{MAX_PAYLOAD_BYTES + 1} bytes") as told:
            publish(session, of_size(MAX_PAYLOAD_BYTES + 1))
    assert told.value.details == {"size_bytes": MAX_PAYLOAD_BYTES + 1, "limit_bytes": MAX_PAYLOAD_BYTES}
    assert len(stored(hearing)) == 1


def test_events_are_stored_in_the_order_of_the_calls_and_numbered_by_subject(
    make_session: Sessions, hearing: Hearing
) -> None:
    with make_session() as session, session.begin():
        for number in (2, 1, 2, 3, 1, 2):
            publish(session, due(number))
    with make_session() as session, session.begin():
        publish(session, due(1))
    assert stored(hearing) == [(2, 1), (1, 1), (2, 2), (3, 1), (1, 2), (2, 3), (1, 3)]


def test_what_is_rolled_back_is_not_published_and_leaves_no_gap(
    make_session: Sessions, hearing: Hearing
) -> None:
    with make_session() as session:
        with session.begin() as transaction:
            publish(session, due(1))
            transaction.rollback()
        with pytest.raises(ZeroDivisionError), session.begin():
            publish(session, due(1))
            raise ZeroDivisionError
        with session.begin():
            publish(session, due(1))
    assert stored(hearing) == [(1, 1)]


def test_a_transaction_that_fails_at_its_commit_publishes_nothing(
    make_session: Sessions, hearing: Hearing
) -> None:
    with make_session() as session, pytest.raises(Exception, match="strict"), session.begin():
        publish(session, due(1))
        session.execute(text("INSERT INTO strict VALUES (1, 'one'), (1, 'one again')"))
    assert stored(hearing) == []
    assert hearing.rows("SELECT count(*) FROM subject_sequence") == [(0,)]


def test_a_savepoint_that_is_rolled_back_takes_no_event_with_it(
    make_session: Sessions, hearing: Hearing
) -> None:
    with make_session() as session, session.begin():
        publish(session, due(1))
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            raise ZeroDivisionError
        publish(session, due(2))
        with session.begin_nested():
            pass
    assert stored(hearing) == [(1, 1), (2, 1)]


def test_many_at_once_number_each_subject_without_gaps_and_without_deadlock(
    make_session: Sessions, hearing: Hearing
) -> None:
    """Some go through the subjects forwards, some backwards, and one in five changes its mind."""

    def work(worker: int) -> None:
        for turn in range(12):
            with make_session() as session, session.begin() as transaction:
                for number in range(1, 9) if worker % 2 else range(8, 0, -1):
                    publish(session, due(number))
                eventlet.sleep(0)
                if (worker + turn) % 5 == 0:
                    transaction.rollback()

    for thread in [eventlet.spawn(work, worker) for worker in range(6)]:
        thread.wait()
    rows = stored(hearing)
    committed = sum((worker + turn) % 5 != 0 for worker in range(6) for turn in range(12))
    for number in range(1, 9):
        assert [sequence for subject, sequence in rows if subject == number] == list(range(1, committed + 1))


def test_an_event_carries_what_it_belongs_to(make_session: Sessions, hearing: Hearing) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    inside = Context("correlation", "somebody", "cause", trace)
    with bound(inside), make_session() as session, session.begin():
        publish(session, due(1))
    assert hearing.rows("SELECT headers FROM outbox") == [
        (
            {
                "time": "2026-09-01T09:00:00+00:00",
                "correlationid": "correlation",
                "actor": "somebody",
                "causationid": "cause",
                "traceparent": trace,
            },
        )
    ]


def test_the_relay_is_woken_after_the_commit_alone(make_session: Sessions) -> None:
    woken = list[str]()
    outbox.on_commit("messaging", lambda: woken.append("now"))
    try:
        with make_session() as session:
            with session.begin() as transaction:
                publish(session, due(1))
                transaction.rollback()
            with session.begin():
                pass
            assert woken == []
            with session.begin():
                publish(session, due(1))
                assert woken == []
            assert woken == ["now"]
    finally:
        outbox.on_commit("messaging", None)


def test_a_transaction_whose_error_was_swallowed_says_so_at_its_commit(
    make_session: Sessions, hearing: Hearing
) -> None:
    """PostgreSQL answers such a COMMIT with a rollback, and psycopg2 says nothing."""
    with make_session() as session, pytest.raises(TransactionEnded, match="swallowed"), session.begin():
        session.execute(text("INSERT INTO strict VALUES (1, 'one')"))
        with pytest.raises(DataError):
            session.execute(text("SELECT 1/0"))
    assert hearing.rows("SELECT * FROM strict") == []


def test_an_error_inside_a_savepoint_of_its_own_may_be_swallowed(
    make_session: Sessions, hearing: Hearing
) -> None:
    with make_session() as session, session.begin():
        session.execute(text("INSERT INTO strict VALUES (1, 'one')"))
        with pytest.raises(DataError), session.begin_nested():
            session.execute(text("SELECT 1/0"))
        publish(session, due(1))
    assert hearing.rows("SELECT number FROM strict") == [(1,)]
    assert stored(hearing) == [(1, 1)]
