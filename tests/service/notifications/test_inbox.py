"""What people read and choose, and what operators see and do."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications import schemas
from services.notifications.domain.messages import State
from services.notifications.handlers import deliveries, inbox, preferences
from services.notifications.models import Contact, Message
from shared.aliases import record_merge
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing import fact, principal

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
OPERATOR = principal(Role.OPERATOR, id="op-1")


@pytest.fixture
def person_id() -> UUID:
    return new_id()


@pytest.fixture
def person(person_id: UUID) -> Principal:
    return principal(Role.TRAINEE, id=str(person_id))


def put(
    session: Session, recipient_id: UUID, state: State = State.READY, minutes: int = 0, **more: Any
) -> Message:
    at = NOON + timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "id": new_id(),
        "event_id": new_id(),
        "event_type": "itt.trainee.trn_received.v1",
        "recipient_id": recipient_id,
        "template": "trn_received",
        "kind": "training",
        "notice": False,
        "subject": f"subject {minutes}",
        "body": "body",
        "occurred_at": at,
        "created_at": at,
        "state": state.value,
    }
    message = Message(**(values | more))
    session.add(message)
    session.flush()
    return message


def know(session: Session, person_id: UUID) -> None:
    session.add(
        Contact(
            person_id=person_id,
            first_names="Siobhan",
            last_name="O'Neill",
            names_as_of="1",
            email="siobhan@example.org",
            email_as_of="1",
        )
    )
    session.flush()


def read(session: Session, by: Principal, person_id: UUID, **more: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"unread": False, "limit": 50, "after": None}
    return inbox.inbox(session, by, person_id=person_id, **(arguments | more))


def listed(session: Session, by: Principal = OPERATOR, **more: Any) -> list[UUID]:
    arguments = schemas.Deliveries().load(more)
    return [message.id for message in deliveries.deliveries(session, by, **arguments)["items"]]


def test_a_person_reads_their_messages_newest_first(
    session: Session, person: Principal, person_id: UUID
) -> None:
    for minutes in (1, 3, 2):
        put(session, person_id, minutes=minutes)
    put(session, new_id())
    page = read(session, person, person_id)
    assert [message.subject for message in page["items"]] == ["subject 3", "subject 2", "subject 1"]
    assert (page["next"], page["unread"]) == (None, 3)


def test_a_long_inbox_comes_in_pages_that_lose_nothing(
    session: Session, person: Principal, person_id: UUID
) -> None:
    for minutes in (0, 1, 1, 1, 2, 3, 3):
        put(session, person_id, minutes=minutes)
    seen, after = list[UUID](), None
    while True:
        page = read(session, person, person_id, limit=2, after=after)
        seen += [message.id for message in page["items"]]
        if (after := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_1_to_200_messages(
    session: Session, person: Principal, person_id: UUID, limit: int
) -> None:
    with pytest.raises(Invalid):
        read(session, person, person_id, limit=limit)


def test_what_was_read_is_left_out_when_asked_for_unread(
    session: Session, person: Principal, person_id: UUID
) -> None:
    first, second = put(session, person_id), put(session, person_id, minutes=1)
    told = inbox.mark_read(session, NOON, person, person_id=person_id, message_ids=[first.id])
    assert told == {"marked": 1, "unread": 1}
    assert [message.id for message in read(session, person, person_id, unread=True)["items"]] == [second.id]


def test_reading_twice_keeps_the_first_time_and_is_noted_once(
    session: Session, person: Principal, person_id: UUID
) -> None:
    message = put(session, person_id)
    for hours in (1, 2):
        at = NOON + timedelta(hours=hours)
        inbox.mark_read(session, at, person, person_id=person_id, message_ids=[message.id])
    assert message.read_at == NOON + timedelta(hours=1)
    assert [row.action for row in audit_trail(session, f"person/{person_id}")] == ["inbox.mark_read"]


def test_nobody_marks_the_message_of_another(session: Session, person: Principal, person_id: UUID) -> None:
    other = put(session, new_id())
    with pytest.raises(NotFound) as raised:
        inbox.mark_read(session, NOON, person, person_id=person_id, message_ids=[other.id])
    assert raised.value.details["message_ids"] == [str(other.id)]


def test_nobody_reads_the_inbox_of_another(session: Session, person: Principal) -> None:
    with pytest.raises(NotAllowed):
        read(session, person, new_id())


def test_an_operator_reads_an_inbox_and_marks_nothing(session: Session, person_id: UUID) -> None:
    message = put(session, person_id)
    assert len(read(session, OPERATOR, person_id)["items"]) == 1
    with pytest.raises(NotAllowed):
        inbox.mark_read(session, NOON, OPERATOR, person_id=person_id, message_ids=[message.id])


def test_after_a_merge_one_inbox_holds_the_messages_of_both(session: Session, person_id: UUID) -> None:
    other = new_id()
    put(session, person_id)
    put(session, other, minutes=1)
    record_merge(session, fact(PersonMerged(occurred_at=NOON, person_id=person_id, merged_id=other)))
    for known in (person_id, other):
        by = principal(Role.TEACHER, id=str(known))
        assert len(read(session, by, person_id)["items"]) == 2
        assert len(read(session, by, other)["items"]) == 2


def test_everything_comes_by_mail_until_somebody_says_otherwise(
    session: Session, person: Principal, person_id: UUID
) -> None:
    chosen = preferences.preferences(session, person, person_id=person_id)
    assert chosen["email"] == {"training": True, "induction": True, "activities": True, "leadership": True}
    assert (chosen["digest"], chosen["quiet_hours"]) == ("none", "22:00 to 07:00, London time")


def test_a_choice_stands_until_it_is_changed(session: Session, person: Principal, person_id: UUID) -> None:
    for wanted in (False, True, False):
        preferences.change_preferences(
            session, NOON, person, person_id=person_id, email={"leadership": wanted}
        )
    chosen = preferences.preferences(session, person, person_id=person_id)["email"]
    assert chosen == {"training": True, "induction": True, "activities": True, "leadership": False}
    assert len(audit_trail(session, f"person/{person_id}")) == 3


def test_a_choice_that_changes_nothing_is_not_noted(
    session: Session, person: Principal, person_id: UUID
) -> None:
    preferences.change_preferences(session, NOON, person, person_id=person_id, email={"training": True})
    assert audit_trail(session, f"person/{person_id}") == []


def test_switching_a_kind_off_stops_what_is_not_sent_yet_but_no_notice(
    session: Session, person: Principal, person_id: UUID
) -> None:
    states = {state: put(session, person_id, state) for state in State}
    notice = put(session, person_id, notice=True)
    other_kind, other_person = put(session, person_id, kind="induction"), put(session, new_id())
    preferences.change_preferences(session, NOON, person, person_id=person_id, email={"training": False})
    session.expire_all()
    stopped = {state for state, message in states.items() if message.state == State.IN_APP_ONLY}
    assert stopped == {State.IN_APP_ONLY, State.WAITING, State.HELD, State.READY}
    assert {message.state for message in (notice, other_kind, other_person)} == {State.READY}


def test_nobody_chooses_for_another(session: Session, person: Principal, person_id: UUID) -> None:
    with pytest.raises(NotAllowed):
        preferences.change_preferences(session, NOON, person, person_id=new_id(), email={"training": False})
    with pytest.raises(NotAllowed):
        preferences.change_preferences(
            session, NOON, OPERATOR, person_id=person_id, email={"training": False}
        )
    with pytest.raises(NotAllowed):
        preferences.preferences(session, person, person_id=new_id())


def test_after_a_merge_the_latest_choice_stands(session: Session, person: Principal, person_id: UUID) -> None:
    other = new_id()
    by_other = principal(Role.TEACHER, id=str(other))
    preferences.change_preferences(session, NOON, person, person_id=person_id, email={"training": False})
    later = NOON + timedelta(hours=1)
    choice = {"training": False, "activities": False}
    preferences.change_preferences(session, NOON, by_other, person_id=other, email=choice)
    preferences.change_preferences(session, later, by_other, person_id=other, email={"training": True})
    record_merge(session, fact(PersonMerged(occurred_at=NOON, person_id=person_id, merged_id=other)))
    chosen = preferences.preferences(session, person, person_id=person_id)["email"]
    assert (chosen["training"], chosen["activities"]) == (True, False)


def test_an_operator_finds_deliveries_by_state_template_person_and_event(
    session: Session, person_id: UUID
) -> None:
    failed = put(session, person_id, State.FAILED)
    placed = put(session, new_id(), template="placement_arranged", minutes=1)
    assert listed(session) == [placed.id, failed.id]
    assert listed(session, oldest_first=True) == [failed.id, placed.id]
    assert listed(session, state="failed") == [failed.id]
    assert listed(session, template="placement_arranged") == [placed.id]
    assert listed(session, person_id=str(person_id)) == [failed.id]
    assert listed(session, event_id=str(placed.event_id)) == [placed.id]


def test_deliveries_show_neither_text_nor_address() -> None:
    shown = set(schemas.Delivery().fields)
    assert not shown & {"subject", "body", "address", "email"}


def test_only_operators_see_deliveries(session: Session, person: Principal, person_id: UUID) -> None:
    for ask in (
        lambda: listed(session, person),
        lambda: deliveries.counts(session, person),
        lambda: deliveries.send_again(session, NOON, person, message_id=new_id(), reason="because"),
        lambda: send_all_again(session, State.FAILED, by=person),
    ):
        with pytest.raises(NotAllowed):
            ask()


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN, State.SENT])
def test_an_operator_sends_again_with_a_reason(session: Session, person_id: UUID, state: State) -> None:
    know(session, person_id)
    message = put(session, person_id, state, attempts=6, reason="server_away")
    deliveries.send_again(session, NOON, OPERATOR, message_id=message.id, reason="the server is back")
    assert (message.state, message.attempts, message.reason) == (State.READY, 0, None)
    (row,) = audit_trail(session, f"message/{message.id}")
    assert (row.who, row.why, row.changes) == ("op-1", "the server is back", {"state": [state, "ready"]})


@pytest.mark.parametrize("state", [State.IN_APP_ONLY, State.WAITING, State.HELD, State.READY, State.SENDING])
def test_what_is_on_its_way_or_not_wanted_is_not_sent_again(
    session: Session, person_id: UUID, state: State
) -> None:
    know(session, person_id)
    message = put(session, person_id, state)
    with pytest.raises(TransitionNotAllowed):
        deliveries.send_again(session, NOON, OPERATOR, message_id=message.id, reason="because")


def test_without_an_address_nothing_is_sent_again(session: Session, person_id: UUID) -> None:
    message = put(session, person_id, State.FAILED)
    with pytest.raises(Conflict, match="no address"):
        deliveries.send_again(session, NOON, OPERATOR, message_id=message.id, reason="because")


def test_what_does_not_exist_is_not_sent_again(session: Session) -> None:
    with pytest.raises(NotFound):
        deliveries.send_again(session, NOON, OPERATOR, message_id=new_id(), reason="because")


def send_all_again(session: Session, state: State, by: Principal = OPERATOR, **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"state": state.value, "reason": "the server is back", "limit": 50, "after": None}
    return deliveries.send_all_again(session, NOON, by, **(asked | more))


def test_an_operator_sends_all_again_that_failed_but_those_without_an_address(
    session: Session, person_id: UUID
) -> None:
    know(session, person_id)
    failed = [put(session, person_id, State.FAILED, attempts=6) for _ in range(2)]
    unknown, nowhere = put(session, person_id, State.UNKNOWN), put(session, new_id(), State.FAILED)
    answer = send_all_again(session, State.FAILED)
    assert answer == {"changed": 2, "without_address": 1, "next": None}
    assert {(message.state, message.attempts) for message in failed} == {(State.READY, 0)}
    assert (unknown.state, nowhere.state) == (State.UNKNOWN, State.FAILED)
    for message in failed:
        (row,) = audit_trail(session, f"message/{message.id}")
        assert (row.action, row.why) == ("deliveries.send_again", "the server is back")


def test_all_are_sent_again_page_by_page_whatever_stays(session: Session, person_id: UUID) -> None:
    know(session, person_id)
    for recipient in (new_id(), person_id, new_id(), person_id, person_id):
        put(session, recipient, State.UNKNOWN)
    changed, after = list[int](), None
    while not changed or after:
        answer = send_all_again(session, State.UNKNOWN, limit=2, after=after)
        changed.append(answer["changed"])
        after = answer["next"]
    assert (len(changed), sum(changed)) == (3, 3)


def test_counts_name_every_state(session: Session, person_id: UUID) -> None:
    know(session, person_id)
    put(session, person_id, State.SENT, read_at=NOON)
    put(session, person_id, State.UNKNOWN)
    counted = deliveries.counts(session, OPERATOR)
    assert (counted["messages"], counted["unread"], counted["contacts"]) == (2, 1, 1)
    assert counted["states"] == {state.value: int(state in (State.SENT, State.UNKNOWN)) for state in State}
    assert counted["templates"] == {"trn_received": 2}


def test_the_database_refuses_to_tell_one_fact_twice(session: Session, person_id: UUID) -> None:
    first = put(session, person_id)
    with pytest.raises(Exception, match="uq_message_event_id_recipient_id_template"), session.begin_nested():
        put(session, person_id, event_id=first.event_id)
    assert session.scalar(text("SELECT count(*) FROM message")) == 1
