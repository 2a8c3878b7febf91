"""The delivery loop: claimed in one transaction, handed over outside, settled in another, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications import delivery
from services.notifications.channels import (
    FileChannel,
    NotReached,
    OutcomeLost,
    Refused,
    ServerAway,
    SmtpChannel,
)
from services.notifications.domain.messages import CLAIM_S, MOST_ATTEMPTS, State
from services.notifications.handlers import sending, telling
from services.notifications.handlers.sending import Mail, Outcome
from services.notifications.models import Contact, Message
from shared.aliases import record_merge
from shared.database.tables import DUE
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.testing import fact
from shared.testing.mail_server import HANG_UP, MailServer

Sessions = sessionmaker[Session]
NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
SENDER = "continuum@example.org"


def put(
    committed: Sessions, number: int = 1, *, email: str | None = "a@example.org", **more: Any
) -> list[UUID]:
    """Messages that are ready for one person whose address is known."""
    person_id, ids = new_id(), [new_id() for _ in range(number)]
    values: dict[str, Any] = {
        "event_type": "itt.trainee.trn_received.v1",
        "recipient_id": person_id,
        "template": "trn_received",
        "kind": "training",
        "notice": False,
        "subject": "Your TRN",
        "body": "It is 1234567.",
        "occurred_at": NOON,
        "created_at": NOON,
        "state": State.READY.value,
    }
    with committed() as session, session.begin():
        names = {"first_names": "Ann", "last_name": "O'Neill", "names_as_of": "1", "email_as_of": "1"}
        session.add(Contact(person_id=person_id, email=email, **names))
        session.add_all([Message(id=id_, event_id=new_id(), **(values | more)) for id_ in ids])
    return ids


def stored(committed: Sessions) -> list[Message]:
    with committed() as session, session.begin():
        return list(session.scalars(select(Message).order_by(Message.id)))


def states(committed: Sessions) -> list[str]:
    return [message.state for message in stored(committed)]


class Scripted:
    """A channel that does what a function says, and remembers what it was given."""

    name, batch = "scripted", 3

    def __init__(self, act: Callable[[Mail], None] = lambda mail: None) -> None:
        self.act, self.given = act, list[UUID]()

    def hand_over(self, mail: Mail) -> None:
        self.given.append(mail.message_id)
        self.act(mail)

    def close(self) -> None:
        """Nothing is held."""


def failing(error: Exception) -> Scripted:
    def act(mail: Mail) -> None:
        raise error

    return Scripted(act)


def test_what_is_ready_is_sent_once(committed: Sessions, tmp_path: Path) -> None:
    ids = put(committed, 5)
    channel = FileChannel(tmp_path, SENDER)
    assert delivery.deliver(committed, channel) == 5
    assert delivery.deliver(committed, channel) == 0
    assert {path.stem for path in tmp_path.iterdir()} == {str(id_) for id_ in ids}
    assert set(states(committed)) == {State.SENT}


def test_a_sent_message_keeps_where_when_and_how(committed: Sessions) -> None:
    put(committed)
    delivery.deliver(committed, Scripted())
    (message,) = stored(committed)
    assert (message.address, message.channel, message.attempts, message.reason) == (
        "a@example.org",
        "scripted",
        1,
        None,
    )
    assert message.sent_at is not None


def test_the_mail_greets_by_name_with_its_apostrophe(committed: Sessions) -> None:
    put(committed)
    mails = list[Mail]()
    delivery.deliver(committed, Scripted(mails.append))
    assert mails[0].text.startswith("Hello Ann O'Neill,\n\nIt is 1234567.\n")


@pytest.mark.parametrize("state", [state for state in State if state is not State.READY])
def test_nothing_but_what_is_ready_is_sent(committed: Sessions, state: State) -> None:
    put(committed, state=state.value, claimed_at=datetime.now(UTC))
    assert delivery.deliver(committed, Scripted()) == 0
    assert states(committed) == [state]


def test_two_loops_at_once_send_each_message_once(committed: Sessions) -> None:
    ids = put(committed, 30)
    channels = [Scripted(lambda mail: eventlet.sleep(0.001)) for _ in range(2)]
    loops = [eventlet.spawn(delivery.deliver, committed, channel) for channel in channels]
    assert sum(loop.wait() for loop in loops) == 30
    assert sorted(channels[0].given + channels[1].given) == sorted(ids)
    assert all(channel.given for channel in channels)


def test_a_refused_mail_has_failed_with_the_reason(committed: Sessions) -> None:
    put(committed)
    delivery.deliver(committed, failing(Refused("recipient_refused: 550")))
    (message,) = stored(committed)
    assert (message.state, message.reason) == (State.FAILED, "recipient_refused: 550")


def test_a_refused_mail_does_not_hold_up_the_others(committed: Sessions) -> None:
    first, *others = put(committed, 5)

    def act(mail: Mail) -> None:
        if mail.message_id == first:
            raise Refused("recipient_refused: 550")

    assert delivery.deliver(committed, Scripted(act)) == 4
    assert states(committed) == [State.FAILED, *[State.SENT] * len(others)]


def test_a_server_that_is_away_is_tried_again_later_and_costs_the_others_no_attempt(
    committed: Sessions,
) -> None:
    put(committed, 3)
    delivery.deliver(committed, failing(ServerAway("server_away")))
    first, *others = stored(committed)
    assert (first.state, first.attempts) == (State.READY, 1)
    assert first.retry_at
    assert first.retry_at > datetime.now(UTC)
    assert [(message.state, message.attempts) for message in others] == [(State.READY, 0)] * 2


def test_a_recipient_who_is_not_served_now_holds_up_nobody_else(committed: Sessions) -> None:
    first, *_ = put(committed, 3)

    def act(mail: Mail) -> None:
        if mail.message_id == first:
            raise NotReached("recipient_refused: 450")

    assert delivery.deliver(committed, Scripted(act)) == 2


def test_a_mail_whose_pause_is_not_over_is_left_alone(committed: Sessions) -> None:
    put(committed, retry_at=datetime.now(UTC) + timedelta(minutes=1))
    assert delivery.deliver(committed, Scripted()) == 0


def test_after_the_last_attempt_a_mail_has_failed(committed: Sessions) -> None:
    put(committed, attempts=MOST_ATTEMPTS - 1)
    delivery.deliver(committed, failing(NotReached("recipient_refused: 450")))
    (message,) = stored(committed)
    assert (message.state, message.attempts) == (State.FAILED, MOST_ATTEMPTS)
    assert message.reason == "recipient_refused: 450"


def test_a_mail_is_never_given_up_because_the_server_is_away(committed: Sessions) -> None:
    put(committed, attempts=MOST_ATTEMPTS - 1)
    delivery.deliver(committed, failing(ServerAway("server_away")))
    (message,) = stored(committed)
    assert (message.state, message.reason) == (State.READY, "server_away")
    assert message.retry_at


def test_a_sender_that_the_server_does_not_take_fails_no_mail(committed: Sessions) -> None:
    put(committed, 3)
    with MailServer({"MAIL": "550 not you"}) as server:
        delivery.deliver(committed, SmtpChannel(server.url, SENDER))
    assert states(committed) == [State.READY] * 3


def test_an_address_of_another_alphabet_does_not_harm_its_neighbour(committed: Sessions) -> None:
    put(committed, email="jo@exämple.org")
    put(committed, email="é@example.org")
    put(committed)
    with MailServer() as server:
        delivery.deliver(committed, SmtpChannel(server.url, SENDER))
    assert states(committed) == [State.SENT, State.FAILED, State.SENT]


def test_an_unknown_outcome_stays_unknown_and_is_not_repeated(committed: Sessions) -> None:
    put(committed)
    channel = failing(OutcomeLost("no_answer_to_data"))
    delivery.deliver(committed, channel)
    delivery.deliver(committed, channel)
    assert states(committed) == [State.UNKNOWN]
    assert len(channel.given) == 1


def test_a_fault_of_ours_fails_the_mail_and_not_the_loop(committed: Sessions) -> None:
    put(committed, 2)
    delivery.deliver(committed, failing(KeyError("x")))
    assert [(message.state, message.reason) for message in stored(committed)] == [(State.FAILED, "fault")] * 2


def test_a_mail_server_gets_each_mail_once_even_when_it_hangs_up(committed: Sessions) -> None:
    put(committed, 2)
    with MailServer({"body": HANG_UP}) as server:
        delivery.deliver(committed, SmtpChannel(server.url, SENDER))
        delivery.deliver(committed, SmtpChannel(server.url, SENDER))
        assert len(server.taken) == 2
    assert states(committed) == [State.UNKNOWN, State.UNKNOWN]


def test_what_lost_its_address_waits_for_another(committed: Sessions) -> None:
    put(committed, email=None)
    assert delivery.deliver(committed, Scripted()) == 0
    assert states(committed) == [State.WAITING]


def test_what_lost_its_address_is_given_up_as_if_it_had_never_had_one(committed: Sessions) -> None:
    put(committed, 2, email=None)
    delivery.deliver(committed, Scripted())
    with committed() as session, session.begin():
        (due,) = session.execute(select(DUE)).all()
        assert (due.kind, due.at) == ("no_address_came", datetime(2026, 2, 10, tzinfo=UTC))
        telling.no_address_came(session, due.at)
    assert [(m.state, m.reason) for m in stored(committed)] == [(State.FAILED, "no_address")] * 2


def test_a_merged_person_is_mailed_at_the_address_of_the_other_id(committed: Sessions) -> None:
    other = new_id()
    put(committed, email="known@example.org")
    put(committed, email=None, recipient_id=other)
    with committed() as session, session.begin():
        known = session.scalar(select(Contact.person_id).where(Contact.email.is_not(None)))
        assert known is not None
        record_merge(session, fact(PersonMerged(occurred_at=NOON, person_id=known, merged_id=other)))
    assert delivery.deliver(committed, Scripted()) == 2


@pytest.mark.parametrize(("channel", "state"), [("file", State.SENT), ("smtp", State.UNKNOWN)])
def test_the_claim_of_a_process_that_is_gone_is_taken_over(
    committed: Sessions, channel: str, state: State
) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=CLAIM_S + 1)
    put(committed, state=State.SENDING.value, claimed_at=long_ago, channel=channel, attempts=1)
    delivery.deliver(committed, Scripted())
    assert states(committed) == [state]


def test_a_claim_that_may_still_live_is_left_alone(committed: Sessions) -> None:
    lately = datetime.now(UTC) - timedelta(seconds=CLAIM_S - 60)
    put(committed, state=State.SENDING.value, claimed_at=lately, channel="file", attempts=1)
    delivery.deliver(committed, Scripted())
    assert states(committed) == [State.SENDING]


def test_who_comes_late_with_an_outcome_changes_nothing(committed: Sessions) -> None:
    (message_id,) = put(committed, state=State.UNKNOWN.value, attempts=1)
    with committed() as session, session.begin():
        sending.settle(session, [Outcome(message_id, "accepted")])
    assert states(committed) == [State.UNKNOWN]


def test_when_time_is_up_the_rest_is_put_back(committed: Sessions) -> None:
    put(committed, 3)
    seconds = [0.0]
    channel = Scripted(lambda mail: seconds.append(11.0))
    delivery.deliver(committed, channel, budget_s=10.0, clock=lambda: seconds[-1])
    messages = stored(committed)
    assert [message.state for message in messages] == [State.SENT, State.READY, State.READY]
    assert [message.attempts for message in messages] == [1, 0, 0]


def test_a_loop_that_is_killed_in_the_middle_leaves_a_claim_and_no_doubt(committed: Sessions) -> None:
    put(committed)
    loop = eventlet.spawn(delivery.deliver, committed, Scripted(lambda mail: eventlet.sleep(60)))
    eventlet.sleep(0.2)
    loop.kill()
    (message,) = stored(committed)
    assert (message.state, message.attempts, message.channel) == (State.SENDING, 1, "scripted")
