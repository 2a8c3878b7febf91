"""A fact becomes one message for each person who should hear of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notifications.domain.messages import State
from services.notifications.handlers import contacts, preferences, telling
from services.notifications.models import Contact, Message
from shared.database.tables import SUBSCRIPTION
from shared.events import Event, Person
from shared.events.cpd import ActivityOffered, BookingCancelled, BookingMovedUp, InductionFailed, TermAssessed
from shared.events.itt import (
    PlacementArranged,
    PlacementCompleted,
    TraineeChanged,
    TraineeRegistered,
    TrnReceived,
)
from shared.events.people import PersonMerged, RoleBegun
from shared.ids import new_id
from shared.messaging import Fact
from shared.policy import Role
from shared.testing import fact, principal

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 12, 23, 30, tzinfo=UTC)
MORNING = datetime(2026, 1, 13, 7, tzinfo=UTC)
TRAINEE, MENTOR = new_id(), new_id()
SIOBHAN = Person(first_names="Siobhan", last_name="O'Neill", email="siobhan@example.org")
IBRAHIM = Person(first_names="Ibrahim", last_name="Khan", email="ibrahim@example.org")


def registered(
    at: datetime = NOON, person: Person | None = SIOBHAN, person_id: UUID = TRAINEE
) -> TraineeRegistered:
    return TraineeRegistered(
        occurred_at=at,
        trainee_id=new_id(),
        person_id=person_id,
        provider_code="2A5",
        training_route="provider_led_postgrad",
        qualification="QTS",
        course_subjects=("mathematics",),
        itt_start_date=date(2025, 9, 1),
        itt_end_date=date(2026, 7, 17),
        person=person,
    )


def trn_received(at: datetime = NOON, person_id: UUID = TRAINEE) -> TrnReceived:
    return TrnReceived(
        occurred_at=at,
        trainee_id=new_id(),
        person_id=person_id,
        provider_code="2A5",
        trn="1234567",
        state="trn_received",
    )


def placed(at: datetime = NOON, mentor: Person | None = IBRAHIM) -> PlacementArranged:
    return PlacementArranged(
        occurred_at=at,
        trainee_id=new_id(),
        person_id=TRAINEE,
        placement_id=new_id(),
        number=1,
        school_urn="100000",
        starts_on=date(2026, 2, 2),
        ends_on=date(2026, 3, 27),
        mentor_id=MENTOR,
        person=mentor,
    )


def failed(person_id: UUID = TRAINEE) -> InductionFailed:
    return InductionFailed(
        occurred_at=NOON,
        person_id=person_id,
        period_id=new_id(),
        failed_on=date(2026, 1, 12),
        appeal_until=date(2026, 2, 11),
    )


def hears(session: Session, event: Event, now: datetime | None = None, **envelope: Any) -> Fact[Event]:
    """What the service does with an event: its projections, then its reactions."""
    heard = fact(event, now=now, **envelope)
    contacts.contact_told(session, heard)
    telling.address_came(session, heard)
    telling.tell(session, heard)
    return heard


def messages(session: Session, **by: Any) -> list[Message]:
    session.expire_all()
    return list(session.scalars(select(Message).filter_by(**by).order_by(Message.id)))


def message(session: Session, **by: Any) -> Message:
    (only,) = messages(session, **by)
    return only


def due(session: Session) -> list[tuple[str, datetime]]:
    return [(kind, at) for kind, at in session.execute(text("SELECT kind, at FROM due ORDER BY at"))]


def test_a_registered_trainee_is_told_and_mailed(session: Session) -> None:
    heard = hears(session, registered())
    made = message(session)
    assert (made.recipient_id, made.template, made.event_id) == (TRAINEE, "trainee_registered", heard.id)
    assert (made.state, made.created_at, made.read_at) == (State.READY, NOON, None)
    assert made.subject == "You are registered as a trainee teacher"


def test_a_fact_that_comes_twice_tells_once(session: Session) -> None:
    heard = hears(session, registered())
    telling.tell(session, heard)
    assert len(messages(session)) == 1


def test_two_facts_of_one_kind_tell_twice(session: Session) -> None:
    hears(session, trn_received())
    hears(session, trn_received())
    assert len(messages(session)) == 2


def test_a_placement_tells_the_trainee_of_the_mentor_and_the_mentor_of_the_trainee(session: Session) -> None:
    hears(session, registered())
    hears(session, placed())
    to_trainee = message(session, template="placement_arranged")
    to_mentor = message(session, template="placement_arranged_mentor")
    assert (to_trainee.recipient_id, to_mentor.recipient_id) == (TRAINEE, MENTOR)
    assert "Your mentor there is Ibrahim Khan (ibrahim@example.org)." in to_trainee.body
    assert to_mentor.subject == "You will mentor Siobhan O'Neill from 2 February 2026"
    assert to_mentor.state == State.READY


def test_a_mentor_is_told_of_a_trainee_whose_name_is_not_known_yet(session: Session) -> None:
    hears(session, placed())
    assert message(session, template="placement_arranged_mentor").subject.startswith(
        "You will mentor a trainee from"
    )


def test_a_message_waits_for_an_address_and_goes_when_it_comes(session: Session) -> None:
    hears(session, trn_received())
    assert message(session).state == State.WAITING
    hears(session, registered())
    assert message(session, template="trn_received").state == State.READY


def test_the_address_of_somebody_else_lets_nothing_go(session: Session) -> None:
    hears(session, trn_received())
    hears(session, registered(person_id=new_id()))
    assert message(session, template="trn_received").state == State.WAITING


def test_a_name_without_an_address_lets_nothing_go(session: Session) -> None:
    hears(session, trn_received())
    hears(session, registered(person=Person(first_names="Siobhan", last_name="O'Neill")))
    assert message(session, template="trn_received").state == State.WAITING


@pytest.mark.parametrize("blanked", [registered(person=None), placed(mentor=None)])
def test_an_event_whose_personal_data_was_blanked_brings_no_contact(session: Session, blanked: Event) -> None:
    hears(session, blanked)
    assert session.scalars(select(Contact)).all() == []
    assert {made.state for made in messages(session)} == {State.WAITING}


def test_an_address_that_comes_at_night_lets_go_in_the_morning(session: Session) -> None:
    hears(session, trn_received())
    hears(session, registered(at=NIGHT))
    waiting = message(session, template="trn_received")
    assert (waiting.state, waiting.held_until) == (State.HELD, MORNING)


def test_a_role_brings_the_address_of_a_teacher_without_a_message_of_its_own(session: Session) -> None:
    begun = RoleBegun(
        occurred_at=NOON,
        person_id=TRAINEE,
        role_period_id=new_id(),
        role="teacher",
        school_urn="100000",
        begins_on=date(2026, 9, 1),
        person=SIOBHAN,
    )
    hears(session, trn_received())
    hears(session, begun)
    assert message(session).state == State.READY


def test_what_happens_at_night_is_mailed_in_the_morning(session: Session) -> None:
    hears(session, registered(at=NIGHT))
    assert (message(session).state, message(session).held_until) == (State.HELD, MORNING)
    assert due(session) == [("quiet_hours_over", MORNING)]


def test_in_the_morning_everything_goes_that_was_held_until_then(session: Session) -> None:
    hears(session, registered(at=NIGHT))
    hears(session, placed(at=NIGHT + timedelta(days=1)))
    telling.quiet_hours_over(session, MORNING)
    states = {made.template: made.state for made in messages(session)}
    assert states == {
        "trainee_registered": State.READY,
        "placement_arranged": State.HELD,
        "placement_arranged_mentor": State.HELD,
    }
    telling.quiet_hours_over(session, MORNING)


def test_many_messages_of_one_night_have_one_deadline(session: Session) -> None:
    for _ in range(3):
        hears(session, registered(at=NIGHT, person_id=new_id()))
    assert len(due(session)) == 1


def test_an_address_that_never_comes_is_given_up_after_four_weeks(session: Session) -> None:
    hears(session, trn_received())
    ((kind, at),) = due(session)
    assert (kind, at) == ("no_address_came", datetime(2026, 2, 10, tzinfo=UTC))
    telling.no_address_came(session, NOON + timedelta(days=27))
    assert message(session).state == State.WAITING
    telling.no_address_came(session, at)
    assert (message(session).state, message(session).reason) == (State.FAILED, "no_address")


def test_what_is_heard_of_long_after_it_happened_stays_in_the_app(session: Session) -> None:
    hears(session, registered())
    hears(session, trn_received(), now=NOON + timedelta(days=15))
    assert message(session, template="trn_received").state == State.IN_APP_ONLY


@pytest.mark.parametrize(
    ("listening_for", "state"),
    [
        (timedelta(days=90), State.READY),  # this service, or the broker, was away
        (timedelta(days=-1), State.IN_APP_ONLY),  # published before this service listened to it
        (None, State.IN_APP_ONLY),  # the past of a new subscription is being read
    ],
)
def test_a_notice_that_comes_late_is_mailed_but_not_the_past_of_a_new_subscription(
    session: Session, listening_for: timedelta | None, state: State
) -> None:
    hears(session, registered())
    since = datetime.now(UTC) - listening_for if listening_for else None
    listening = {"source": "cpd", "type": InductionFailed.TYPE, "since": "beginning", "backfilled_at": since}
    session.execute(SUBSCRIPTION.insert().values(listening))
    hears(session, failed(), now=NOON + timedelta(days=30))
    assert message(session, template="induction_failed").state == state


def test_who_wants_no_mail_of_a_kind_gets_it_in_the_app_alone(session: Session) -> None:
    by = principal(Role.TRAINEE, id=str(TRAINEE))
    hears(session, registered())
    preferences.change_preferences(
        session, NOON, by, person_id=TRAINEE, email={"training": False, "induction": False}
    )
    hears(session, trn_received())
    hears(session, failed())
    states = {made.template: made.state for made in messages(session)}
    assert states["trn_received"] == State.IN_APP_ONLY
    assert states["induction_failed"] == State.READY, (
        "a decision about a person is mailed whatever they prefer"
    )


def test_at_risk_is_told_in_words_of_its_own(session: Session) -> None:
    for at_risk in (False, True):
        assessed = TermAssessed(
            occurred_at=NOON,
            person_id=TRAINEE,
            period_id=new_id(),
            term=2,
            kind="progress",
            at_risk=at_risk,
            assessed_on=date(2026, 1, 12),
            terms_served_hundredths=200,
        )
        hears(session, assessed)
    assert [made.template for made in messages(session)] == ["term_assessed", "term_at_risk"]


def test_a_booking_is_told_with_the_title_of_its_activity(session: Session) -> None:
    activity_id = new_id()
    offered = ActivityOffered(
        occurred_at=NOON,
        activity_id=activity_id,
        offered_by=MENTOR,
        kind="workshop",
        area="mathematics",
        title="Modelling & metacognition",
        school_urn=None,
        starts_at=datetime(2026, 6, 30, 15, 30, tzinfo=UTC),
        ends_at=datetime(2026, 6, 30, 17, tzinfo=UTC),
        capacity=12,
    )
    contacts.activity_offered(session, fact(offered))
    ids: dict[str, Any] = {"activity_id": activity_id, "booking_id": new_id(), "person_id": TRAINEE}
    hears(session, BookingMovedUp(occurred_at=NOON, **ids))
    hears(session, BookingCancelled(occurred_at=NOON, **ids | {"activity_id": new_id()}))
    up, cancelled = messages(session)
    assert up.subject == "A place is free for you: Modelling & metacognition"
    assert "Tuesday 30 June 2026 at 16:30" in up.body
    assert cancelled.subject == "Your booking is cancelled"


def test_the_latest_name_and_address_stand_in_any_order_of_arrival(session: Session) -> None:
    married = Person(first_names="Siobhan", last_name="Murphy", email=None)
    moved = Person(first_names="Siobhan", last_name="O'Neill", email="new@example.org")
    facts = [
        fact(registered(at=NOON + timedelta(days=day), person=p))
        for day, p in enumerate((SIOBHAN, moved, married))
    ]
    for heard in (facts[2], facts[0], facts[1], facts[0]):
        contacts.contact_told(session, heard)
    contact = session.get_one(Contact, TRAINEE)
    assert (contact.last_name, contact.email) == ("Murphy", "new@example.org")


def test_a_changed_address_is_where_later_mail_goes(session: Session) -> None:
    changed = TraineeChanged(
        occurred_at=NOON + timedelta(hours=1),
        trainee_id=new_id(),
        person_id=TRAINEE,
        provider_code="2A5",
        changed=("email",),
        person=Person(first_names="Siobhan", last_name="O'Neill", email="new@example.org"),
    )
    hears(session, registered())
    hears(session, changed)
    assert session.get_one(Contact, TRAINEE).email == "new@example.org"
    assert [made.template for made in messages(session)] == ["trainee_registered"]


def test_an_activity_that_is_told_late_does_not_overwrite_a_newer_title(session: Session) -> None:
    activity_id = new_id()

    def offered(title: str, at: datetime) -> Fact[ActivityOffered]:
        event = ActivityOffered(
            occurred_at=at,
            activity_id=activity_id,
            offered_by=MENTOR,
            kind="workshop",
            area="mathematics",
            title=title,
            school_urn=None,
            starts_at=NOON,
            ends_at=NOON,
            capacity=1,
        )
        return fact(event)

    contacts.activity_offered(session, offered("new", NOON + timedelta(hours=1)))
    contacts.activity_offered(session, offered("old", NOON))
    hears(
        session,
        BookingMovedUp(occurred_at=NOON, activity_id=activity_id, booking_id=new_id(), person_id=TRAINEE),
    )
    assert message(session).subject == "A place is free for you: new"


def merged(person_id: UUID, merged_id: UUID) -> PersonMerged:
    return PersonMerged(occurred_at=NOON, person_id=person_id, merged_id=merged_id)


def merge(session: Session, event: PersonMerged) -> None:
    from shared.aliases import record_merge

    record_merge(session, fact(event))
    telling.person_merged(session, fact(event))


def test_a_merge_gives_one_id_the_address_of_the_other(session: Session) -> None:
    other = new_id()
    hears(session, trn_received(person_id=other))
    hears(session, registered())
    merge(session, merged(TRAINEE, other))
    assert message(session, template="trn_received").state == State.READY


def test_after_a_merge_messages_to_either_id_find_the_address(session: Session) -> None:
    other = new_id()
    hears(session, registered(person_id=other))
    merge(session, merged(TRAINEE, other))
    hears(session, trn_received())
    assert message(session, template="trn_received").state == State.READY


def test_a_completed_placement_thanks_the_mentor_by_the_trainees_name(session: Session) -> None:
    hears(session, registered())
    hears(
        session,
        PlacementCompleted(
            occurred_at=NOON,
            trainee_id=new_id(),
            person_id=TRAINEE,
            placement_id=new_id(),
            school_urn="100000",
            mentor_id=MENTOR,
            completed_on=date(2026, 1, 12),
            days=1,
        ),
    )
    thanks = message(session, template="placement_completed_mentor")
    assert thanks.subject == "Thank you for mentoring Siobhan O'Neill"
    assert "after 1 day in school" in thanks.body


def test_an_address_told_of_one_id_lets_go_what_waits_for_the_other(session: Session) -> None:
    other = new_id()
    merge(session, merged(TRAINEE, other))
    hears(session, trn_received(person_id=other))
    hears(session, registered())
    assert message(session, template="trn_received").state == State.READY
