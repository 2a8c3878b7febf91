"""The embedded bus: an event leaves the outbox when everybody who is declared to listen has it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from shared.ids import new_id
from shared.messaging import Fact, embedded
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Stopping
from shared.testing.hearing import TYPE, Hearing, due

TYPES = frozenset({TYPE})


@pytest.fixture(autouse=True)
def nobody_here() -> Iterator[None]:
    """No consumer is there, before and after."""
    embedded._inboxes.clear()
    embedded._declared.clear()
    yield
    embedded._inboxes.clear()
    embedded._declared.clear()


def of_messaging(subject: str, sequence: int) -> Envelope:
    """An event whose source is the service that these tests have a database of."""
    event = due(subject, sequence)
    return Envelope(event.id, "messaging", TYPE, subject, sequence, event.payload, event.headers)


def declare(hearing: Hearing, consumer: str) -> None:
    hearing.rows("INSERT INTO subscriber VALUES (:type, :consumer)", type=TYPE, consumer=consumer)


def test_everybody_who_listens_gets_what_it_listens_to(hearing: Hearing) -> None:
    embedded.join(hearing.inbox, TYPES)
    wanted = of_messaging("a", 1)
    other = Envelope(new_id(), "messaging", "cpd.induction.opened.v1", "a", 2, "{}")
    embedded.deliver([wanted, other])
    assert hearing.handled() == [wanted.id]


def test_an_event_waits_for_a_declared_consumer_that_is_not_there_and_others_have_it_already(
    hearing: Hearing,
) -> None:
    declare(hearing, "messaging")
    declare(hearing, "somebody else")
    embedded.join(hearing.inbox, TYPES)
    event = of_messaging("a", 1)
    for _ in range(2):
        with pytest.raises(embedded.Absent, match="somebody else is declared to listen"):
            embedded.deliver([event])
    assert hearing.handled() == [event.id]


def test_whoever_joins_while_an_event_is_delivered_gets_it_the_next_time(
    hearing: Hearing, make_session: sessionmaker[Session]
) -> None:
    declare(hearing, "messaging")
    declare(hearing, "late")
    late = Hearing("late", make_session)
    event = of_messaging("a", 1)
    hearing.on[event.id] = lambda session, fact: embedded.join(late.inbox, TYPES)
    embedded.join(hearing.inbox, TYPES)
    with pytest.raises(embedded.Absent, match="late is declared"):
        embedded.deliver([event])
    embedded.deliver([event])


def test_nobody_is_waited_for_who_listens_to_something_else(hearing: Hearing) -> None:
    hearing.rows("INSERT INTO subscriber VALUES ('cpd.induction.opened.v1', 'somebody else')")
    embedded.join(hearing.inbox, TYPES)
    embedded.deliver([of_messaging("a", 1)])
    assert len(hearing.handled()) == 1


def test_a_consumer_that_goes_down_has_its_events_held(hearing: Hearing) -> None:
    class GoesDown(Hearing):
        def heard(self, session: Session, fact: Fact[Any]) -> None:
            raise AssertionError("not reached")

    down = GoesDown("messaging", hearing.sessions)
    down.inbox.deliver = _stopping  # type: ignore[method-assign]
    embedded.join(down.inbox, TYPES)
    with pytest.raises(embedded.Absent, match="going down"):
        embedded.deliver([of_messaging("a", 1)])


def test_what_is_older_than_the_process_runs_alone_and_in_order(hearing: Hearing) -> None:
    old, new = of_messaging("a", 1), of_messaging("a", 2)
    alone = list[Envelope]()

    def by_itself(envelope: Envelope) -> None:
        alone.append(envelope)
        hearing.retries.alone(envelope)

    embedded.join(hearing.inbox, TYPES, by_itself)
    since = embedded._inboxes["messaging"].since
    object.__setattr__(embedded._inboxes["messaging"], "since", since - timedelta(hours=1))
    newest = of_messaging("a", 3)
    embedded.deliver([new, newest])
    assert alone == []
    object.__setattr__(embedded._inboxes["messaging"], "since", since + timedelta(hours=1))
    embedded.deliver([old])
    assert alone == [old]
    assert hearing.handled() == [new.id, newest.id, old.id]


def test_a_consumer_that_joins_again_after_a_fault_is_the_same_process(hearing: Hearing) -> None:
    embedded.join(hearing.inbox, TYPES)
    since = embedded._inboxes["messaging"].since
    embedded.join(hearing.inbox, TYPES)
    assert embedded._inboxes["messaging"].since == since
    embedded.leave("messaging")
    assert not embedded.present("messaging")


def _stopping(envelopes: object) -> None:
    raise Stopping
