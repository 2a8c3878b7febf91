"""Many people at the same moment, each in a transaction of their own."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from eventlet import GreenPool
from sqlalchemy import select

from services.cpd import models as m
from shared.database import sessions
from shared.errors import Conflict
from tests.service.cpd.conftest import Cpd, noon, peer
from tests.service.cpd.test_activities import offered

AT = noon(date(2026, 2, 2))


@pytest.fixture
def kept(service_database: str) -> Iterator[Callable[..., Any]]:
    """Carry work out in a transaction that is committed; everything is removed at the end."""

    def carry_out(work: Callable[[Cpd], Any]) -> Any:
        with sessions("cpd")() as session, session.begin():
            cpd = Cpd(session)
            cpd.now = AT
            return work(cpd)

    yield carry_out
    with sessions("cpd")() as session, session.begin():
        names = ", ".join(table.name for table in m.Base.metadata.sorted_tables)
        session.connection().exec_driver_sql(
            f"TRUNCATE {names}, outbox, subject_sequence, audit, due CASCADE"
        )


def test_capacity_is_never_exceeded(kept: Callable[..., Any]) -> None:
    activity = kept(lambda cpd: offered(cpd, capacity=3))
    people = [peer() for _ in range(12)]

    def booked(index: int) -> str:
        return str(kept(lambda cpd: cpd(people[index], "book", activity_id=activity)["state"]))

    assert Counter(GreenPool(6).imap(booked, range(12))) == {"booked": 3, "waiting": 9}


def test_one_person_books_once_at_a_time(kept: Callable[..., Any]) -> None:
    activities = [kept(lambda cpd: offered(cpd, peer(), capacity=5)) for _ in range(4)]
    one = peer()

    def booked(index: int) -> str:
        try:
            return str(kept(lambda cpd: cpd(one, "book", activity_id=activities[index])["state"]))
        except Conflict:
            return "refused"

    assert Counter(GreenPool(4).imap(booked, range(4))) == {"booked": 1, "refused": 3}


def test_cancelling_and_booking_together_leave_no_free_place_beside_a_waiting_one(
    kept: Callable[..., Any],
) -> None:
    activity = kept(lambda cpd: offered(cpd, capacity=2))
    people = [peer() for _ in range(6)]
    made = [kept(lambda cpd, p=p: cpd(p, "book", activity_id=activity)["id"]) for p in people]

    def step(index: int) -> None:
        if index % 2:
            kept(lambda cpd: cpd(people[index // 2], "cancel_booking", booking_id=made[index // 2]))
        else:
            kept(lambda cpd: cpd(peer(), "book", activity_id=activity))

    list(GreenPool(4).imap(step, range(8)))
    states = kept(lambda cpd: Counter(cpd.session.scalars(select(m.BOOKING.c.state)).all()))
    assert states == {"booked": 2, "waiting": 4, "cancelled": 4}
