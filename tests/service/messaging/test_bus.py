"""The bus of the testing kit: two services talk, and time is moved by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.database import sessions
from shared.errors import Conflict
from shared.events.cpd import InductionDue, InductionExtended, InductionReleased
from shared.messaging import Fact, handles, publish
from shared.service import Service
from shared.testing.bus import Bus, Clock
from shared.testing.hearing import EFFECTS, effect
from shared.testing.scratch import empty, scratch_database
from shared.timers import schedule, timer

MORNING = datetime(2026, 9, 1, 8, tzinfo=UTC)
SOMEBODY, STUBBORN = UUID(int=1), UUID(int=2)


class Asks(Service):
    """Says that induction is due, and hears that it was extended."""

    name = "messaging"

    @handles(InductionExtended)
    def extended(self, session: Session, fact: Fact[InductionExtended]) -> None:
        effect(session, fact)


class Answers(Service):
    """Extends a day later, and refuses one person."""

    name = "answers"

    @handles(InductionDue)
    def due(self, session: Session, fact: Fact[InductionDue]) -> None:
        if fact.event.person_id == STUBBORN:
            raise Conflict("not this one")
        effect(session, fact)
        schedule(session, fact.occurred_at + timedelta(days=1), "extend", str(fact.event.person_id))

    @timer("extend")  # type: ignore[untyped-decorator]
    def extend(self, session: Session, now: datetime, subject: str) -> None:
        person = UUID(subject)
        publish(
            session,
            InductionExtended(
                person_id=person,
                period_id=person,
                cause="absence",
                terms_required_hundredths=700,
                occurred_at=now,
            ),
        )


@pytest.fixture(scope="session")
def answers_database(databases: str) -> Iterator[str]:
    with scratch_database("answers", EFFECTS) as service:
        yield service


@pytest.fixture
def bus(service_database: str, answers_database: str) -> Bus:
    empty(answers_database, "effect", "strict")
    return Bus(Asks, Answers)


def say(person: UUID) -> None:
    with sessions("messaging")() as session, session.begin():
        publish(session, InductionDue(person_id=person, qts_awarded_on=date(2026, 7, 1), occurred_at=MORNING))


def test_an_event_and_its_answer_travel_when_the_clock_reaches_the_timer(bus: Bus) -> None:
    clock = Clock(MORNING)
    say(SOMEBODY)
    bus.advance(clock, hours=23)
    assert bus.events(InductionExtended) == []
    bus.advance(clock, hours=2)
    (extended,) = bus.events(InductionExtended)
    assert (extended.person_id, extended.occurred_at) == (SOMEBODY, MORNING + timedelta(days=1))
    assert clock.now == MORNING + timedelta(hours=25)


def test_everything_that_travelled_is_recorded_in_order_and_once(bus: Bus) -> None:
    for _ in range(3):
        say(SOMEBODY)
    bus.deliver()
    bus.deliver()
    assert [(e.type, e.sequence) for e in bus.recorded] == [(InductionDue.TYPE, n) for n in (1, 2, 3)]
    assert bus.events(InductionReleased) == []


def test_a_handler_that_fails_fails_the_test_with_its_reason(bus: Bus) -> None:
    say(STUBBORN)
    with pytest.raises(AssertionError, match="answers: cpd.induction.due.v1 of induction/.* not this one"):
        bus.deliver()


def test_a_clock_moves_by_any_unit() -> None:
    clock = Clock(MORNING)
    assert clock.advance(weeks=1, minutes=5) == MORNING + timedelta(days=7, minutes=5) == clock.now
