"""What may have brought a process down runs alone, and what this version does not know waits for one that does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from shared.errors import Conflict
from shared.messaging import Fact
from shared.messaging.envelope import Envelope
from shared.messaging.retries import Retries
from shared.operations import handlers
from shared.policy import Role
from shared.testing import principal
from shared.testing.hearing import Hearing, due

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


def test_a_suspect_runs_alone_after_a_row_says_so(hearing: Hearing) -> None:
    event, seen = due("trainee/1", 1), list[Any]()

    def looks_from_outside(session: Session, fact: Fact[Any]) -> None:
        seen.extend(hearing.rows("SELECT reason, starts FROM inbox_failure"))

    hearing.on[event.id] = looks_from_outside
    hearing.retries.alone(event)
    assert seen == [("suspect", 1)]
    assert (hearing.handled(), hearing.states()) == ([event.id], {})


def test_a_suspect_is_parked_at_its_third_start(hearing: Hearing) -> None:
    event = due("trainee/1", 1)

    def goes_down(session: Session, fact: Fact[Any]) -> None:
        raise SystemExit  # as the death of the process: nobody reports back

    hearing.on[event.id] = goes_down
    for _ in range(2):
        with pytest.raises(SystemExit):
            hearing.retries.alone(event)
        assert hearing.states() == {event.id: "retrying suspect"}
    hearing.retries.alone(event)
    assert hearing.states() == {event.id: "parked died"}
    assert "the process went down 2 times" in hearing.failure(event).error


def test_a_suspect_that_was_handled_before_is_not_handled_again(hearing: Hearing) -> None:
    event = due("trainee/1", 1)
    hearing.deliver(event)
    hearing.retries.alone(event)
    assert (hearing.handled(), hearing.states()) == ([event.id], {})


def test_a_suspect_waits_behind_an_event_of_its_subject_that_has_failed(
    hearing: Hearing, stuck: list[Envelope]
) -> None:
    suspect = due("trainee/1", 5)
    hearing.retries.alone(suspect)
    assert hearing.handled() == []
    assert hearing.states()[suspect.id] == "waiting behind"
    hearing.on.clear()
    with hearing.sessions() as session, session.begin():
        handlers.parked_retry(session, NOW, OPERATOR, None)
    hearing.retry()
    assert hearing.handled() == ids([*stuck, suspect])


def test_a_type_that_was_unknown_is_handled_by_the_version_that_knows_it(
    hearing: Hearing, make_session: sessionmaker[Session]
) -> None:
    hearing.listens = {}
    early, after = due("trainee/1", 1), due("trainee/1", 2)
    hearing.deliver(early, after)
    hearing.retry()
    assert hearing.states() == {early.id: "waiting unknown", after.id: "waiting behind"}
    newer = Hearing("messaging", make_session)
    newer.retries.begin()
    newer.retry()
    assert newer.handled() == [early.id, after.id]


@pytest.mark.parametrize(("hours", "state"), [(23, "waiting unknown"), (25, "parked unknown")])
def test_a_type_that_stays_unknown_is_parked_after_a_day(hearing: Hearing, hours: int, state: str) -> None:
    hearing.listens = {}
    hearing.retries = Retries(hearing.inbox, hearing.sessions, [])
    event = due("trainee/1", 1)
    hearing.deliver(event)
    hearing.rows("UPDATE inbox_failure SET first_failed_at = now() - :age", age=timedelta(hours=hours))
    hearing.retry()
    assert hearing.states() == {event.id: state}
