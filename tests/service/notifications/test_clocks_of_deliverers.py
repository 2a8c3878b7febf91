"""Claims on mail are noted and judged by the database's clock, however wrong the clock of a process is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from services.notifications import delivery
from services.notifications.channels import ServerAway
from services.notifications.domain.messages import CLAIM_S, State
from services.notifications.models import Message
from tests.service.notifications.test_delivery import Scripted, failing, put, states, stored

Sessions = sessionmaker[Session]
HOUR = timedelta(hours=1)
BEHIND, AHEAD = HOUR, -HOUR  # the process is; what the database's clock shows more


@pytest.fixture
def apart(request: pytest.FixtureRequest, committed: Sessions) -> Iterator[timedelta]:
    """The database's clock shows so much more than the process's: another clock_timestamp() is found first.

    Gives what to add to the process's time to have the database's.
    """
    by: timedelta = request.param
    with committed() as session, session.begin():
        session.execute(text("CREATE SCHEMA other_clock"))
        session.execute(
            text(
                "CREATE FUNCTION other_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
                f" $$ SELECT pg_catalog.clock_timestamp() + interval '{by.total_seconds()} seconds' $$"
            )
        )

    @event.listens_for(committed, "after_begin")
    def find_it_first(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
        connection.execute(text("SET LOCAL search_path = other_clock, pg_catalog, public"))

    yield by
    with committed() as session, session.begin():
        session.execute(text("DROP SCHEMA other_clock CASCADE"))


def claimed(committed: Sessions, at: datetime) -> list[UUID]:
    """One mail that some process has claimed then, for a channel whose claims end as unknown."""
    return put(committed, state=State.SENDING.value, claimed_at=at, channel="smtp", attempts=1)


def the_one(committed: Sessions) -> Message:
    (message,) = stored(committed)
    return message


@pytest.mark.parametrize("apart", [AHEAD], indirect=True)
def test_a_process_that_is_ahead_leaves_a_fresh_claim_alone(committed: Sessions, apart: timedelta) -> None:
    claimed(committed, datetime.now(UTC) + apart)
    delivery.deliver(committed, Scripted())
    assert states(committed) == [State.SENDING]


@pytest.mark.parametrize("apart", [BEHIND], indirect=True)
def test_a_process_that_is_behind_takes_a_dead_claim_over(committed: Sessions, apart: timedelta) -> None:
    claimed(committed, datetime.now(UTC) + apart - timedelta(seconds=CLAIM_S + 60))
    delivery.deliver(committed, Scripted())
    assert states(committed) == [State.UNKNOWN]


@pytest.mark.parametrize("apart", [BEHIND, AHEAD], indirect=True)
def test_a_claim_is_noted_by_the_database_clock(committed: Sessions, apart: timedelta) -> None:
    put(committed)
    before = datetime.now(UTC) + apart
    loop = eventlet.spawn(delivery.deliver, committed, Scripted(lambda mail: eventlet.sleep(60)))
    while states(committed) != [State.SENDING]:
        eventlet.sleep(0.01)
    loop.kill()
    noted = the_one(committed).claimed_at
    assert noted
    assert before <= noted <= datetime.now(UTC) + apart


@pytest.mark.parametrize("apart", [BEHIND, AHEAD], indirect=True)
def test_a_pause_is_noted_and_judged_by_the_database_clock(committed: Sessions, apart: timedelta) -> None:
    put(committed)
    delivery.deliver(committed, failing(ServerAway("server_away")))
    now = datetime.now(UTC) + apart
    retry_at = the_one(committed).retry_at
    assert retry_at
    assert now < retry_at < now + HOUR / 2
    assert delivery.deliver(committed, Scripted()) == 0


@pytest.mark.parametrize("apart", [BEHIND], indirect=True)
def test_a_process_that_is_behind_sends_when_the_pause_is_over(committed: Sessions, apart: timedelta) -> None:
    put(committed, retry_at=datetime.now(UTC) + apart - timedelta(minutes=1))
    assert delivery.deliver(committed, Scripted()) == 1
