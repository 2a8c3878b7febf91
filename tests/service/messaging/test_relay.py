"""The relay takes the outbox in an order that no open transaction can upset, and one process at a time has its seat."""

import time
from collections.abc import Iterator

import psycopg2
import pytest
from sqlalchemy.orm import Session, sessionmaker

from shared.database.seats import RELAY, Seat
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.testing.hearing import Hearing

Sessions = sessionmaker[Session]


class Claims:
    """A relay without its service: it claims, and moves what it claimed before."""

    def __init__(self, seat: Seat) -> None:
        self._relay, self._seat = Relay(), seat
        self._relay.service, self._relay._holding = "messaging", True
        self._relay._forget_floor()
        self._underway: list[tuple[int, object]] = []

    @property
    def floor(self) -> int:
        return self._relay._floor

    def next(self) -> list[tuple[str, int]]:
        """Subject and sequence of the next window, while the one before is still under way."""
        rows = self._relay._claim(self._seat, self._underway)  # type: ignore[arg-type]
        self._relay._move(self._seat, self._underway)  # type: ignore[arg-type]
        self._underway = list(rows)
        return [(envelope.subject, envelope.sequence) for _, envelope in rows]


@pytest.fixture
def seat(service_database: str) -> Iterator[Seat]:
    made = Seat(service_database, RELAY)
    yield made
    made.close()


@pytest.fixture
def claims(seat: Seat) -> Claims:
    return Claims(seat)


def say(make_session: Sessions, *subjects: str) -> None:
    """Publish and commit one event of each subject."""
    with make_session() as session, session.begin():
        outbox.store(session, [_fact(subject) for subject in subjects])


def _fact(subject: str) -> outbox.Buffered:
    return str(new_id()), "cpd.induction.due.v1", subject, "{}", "{}"


def test_a_lower_id_that_is_committed_later_comes_before_the_next_event_of_its_subject(
    make_session: Sessions, claims: Claims
) -> None:
    with make_session() as slow, slow.begin():
        outbox.store(slow, [_fact("a")])
        say(make_session, "b")
        assert claims.next() == [("b", 1)]
    say(make_session, "a", "c")
    assert claims.next() == [("a", 1), ("a", 2), ("c", 1)]


def test_the_floor_stays_below_what_an_open_transaction_may_still_commit(
    make_session: Sessions, claims: Claims
) -> None:
    with make_session() as slow, slow.begin():
        outbox.store(slow, [_fact("a")])
        for _ in range(5):
            say(make_session, "b")
            claims.next()
        assert claims.floor == 0
    say(make_session, "a")
    assert claims.next() == [("a", 1), ("a", 2)]


def test_the_floor_rises_when_every_transaction_that_had_begun_is_over(
    make_session: Sessions, claims: Claims
) -> None:
    number, end = 0, time.monotonic() + 30
    while not claims.floor and time.monotonic() < end:  # other databases of the server have transactions, too
        number += 1
        say(make_session, "a")
        assert claims.next() == [("a", number)]
    assert 0 < claims.floor < number


def test_everything_is_claimed_once_in_id_order_however_long_the_outbox_is(
    make_session: Sessions, claims: Claims
) -> None:
    say(make_session, *[f"subject/{n % 7}" for n in range(1200)])
    windows = [claims.next() for _ in range(4)]
    assert [len(window) for window in windows] == [500, 500, 200, 0]
    assert len({row for window in windows for row in window}) == 1200


def test_later_events_of_a_subject_wait_until_the_one_that_was_held_is_published(
    make_session: Sessions, claims: Claims, hearing: Hearing
) -> None:
    say(make_session, "a", "a", "b")
    hearing.rows("UPDATE outbox SET not_before = now() + interval '1 hour' WHERE id = 1")
    assert claims.next() == [("b", 1)]
    hearing.rows("UPDATE outbox SET not_before = now() - interval '1 second' WHERE id = 1")
    assert claims.next() == [("a", 1)]
    assert claims.next() == []
    assert claims.next() == [("a", 2)]


def test_what_is_sent_again_keeps_one_row_in_the_log(
    make_session: Sessions, claims: Claims, hearing: Hearing
) -> None:
    say(make_session, "a")
    claims.next()
    claims.next()
    columns = "event_id, type, subject, sequence, headers, payload"
    for _ in range(2):
        hearing.rows(f"INSERT INTO outbox ({columns}) SELECT {columns} FROM event_log")
    assert claims.next() == [("a", 1), ("a", 1)]
    claims.next()
    assert hearing.rows("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM event_log)") == [(0, 1)]


def test_a_seat_has_one_holder_and_is_free_when_its_connection_is_gone(seat: Seat, hearing: Hearing) -> None:
    other = Seat("messaging", RELAY)
    assert (seat.take(), other.take()) == (True, False)
    hearing.rows("SELECT pg_terminate_backend(:pid)", pid=seat.connection.info.backend_pid)
    with pytest.raises(psycopg2.Error):
        seat.check()
    assert other.take()
    other.check()
    other.close()


def test_different_seats_and_different_services_do_not_get_in_each_others_way(seat: Seat) -> None:
    assert seat.take()
    other = Seat("messaging", 2)
    assert other.take()
    other.close()
