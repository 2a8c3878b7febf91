"""Referees are asked and reminded by e-mail, until they have answered or need not any more."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notifications.domain.messages import State
from services.notifications.domain.telling import referee
from services.notifications.handlers import answering, contacts
from services.notifications.models import Contact, Message, OrganisationContact
from shared.database.tables import SUBSCRIPTION
from shared.events import Event, Person
from shared.events.accreditation import AccreditationMemberInvited
from shared.events.applications import (
    AboutReference,
    CandidateRegistered,
    ReferenceCancelled,
    ReferenceChaserDue,
    ReferenceProvided,
    ReferenceRefused,
    ReferenceRequested,
)
from shared.events.itt import PlacementArranged
from shared.events.training import PlacementCorrected
from shared.ids import new_id
from shared.policy import Role
from shared.testing import fact, principal
from tests.service.notifications.test_calls import ask
from tests.service.notifications.test_organisations import hears, put

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 12, 23, tzinfo=UTC)
REFERENCE, CANDIDATE, PERSON = new_id(), new_id(), new_id()
REFEREE = referee(REFERENCE)
RUTH = Person(first_names="Ruth", last_name="Hall", email="ruth@example.org")
ANN = Person(first_names="Ann", last_name="O'Neill", email="ann@example.org")


def told(event: type[AboutReference], at: datetime = NOON, **more: Any) -> Any:
    values: dict[str, Any] = {
        "occurred_at": at,
        "reference_id": REFERENCE,
        "candidate_id": CANDIDATE,
        "person_id": PERSON,
        "cycle": 2026,
        "person": RUTH,
        "about": ANN,
    }
    return event(**(values | more))


def chased(number: int = 1, at: datetime = NOON, **more: Any) -> Any:
    return told(ReferenceChaserDue, at, number=number, **more)


def mails(session: Session) -> dict[str, str]:
    """The state of the latest message of each template."""
    rows = session.execute(select(Message.template, Message.state).order_by(Message.id))
    return {template: state for template, state in rows}


@pytest.fixture(autouse=True)
def candidate(session: Session) -> None:
    hears(
        session,
        CandidateRegistered(occurred_at=NOON, candidate_id=CANDIDATE, person_id=PERSON, person=ANN),
    )


def test_a_referee_is_asked_by_mail_at_an_id_made_of_the_reference(session: Session) -> None:
    hears(session, told(ReferenceRequested))
    (message,) = session.scalars(select(Message))
    assert (message.recipient_id, message.audience, message.state) == (REFEREE, "referee", State.READY)
    assert message.subject == "Ann O'Neill has asked you for a reference"
    assert session.get_one(Contact, REFEREE).email == "ruth@example.org"


def test_a_chaser_reminds_the_referee_and_tells_the_candidate(session: Session) -> None:
    hears(session, chased(2))
    assert mails(session) == {"reference_chaser_referee": State.READY, "reference_chaser": State.READY}
    to_candidate = session.scalars(select(Message).filter_by(recipient_id=PERSON)).one()
    assert to_candidate.body.startswith("Ruth Hall has not answered yet. We have reminded them.")


def test_no_reminder_goes_within_48_hours_of_another(session: Session) -> None:
    hears(session, chased(1))
    hears(session, chased(2, NOON + timedelta(hours=47)), sequence=2)
    assert mails(session)["reference_chaser_referee"] == State.IN_APP_ONLY
    hears(session, chased(3, NOON + timedelta(hours=48)), sequence=3)
    assert mails(session)["reference_chaser_referee"] == State.READY


def test_reminders_of_two_referees_reach_a_candidate_once_in_two_days(session: Session) -> None:
    hears(session, chased())
    hears(session, chased(reference_id=new_id()))
    to_candidate = session.scalars(select(Message.state).filter_by(recipient_id=PERSON).order_by(Message.id))
    assert list(to_candidate) == [State.READY, State.IN_APP_ONLY]
    to_referees = session.scalars(select(Message.state).filter_by(audience="referee"))
    assert list(to_referees) == [State.READY, State.READY]


@pytest.mark.parametrize("end", [ReferenceProvided, ReferenceRefused, ReferenceCancelled])
def test_an_answer_stops_what_is_not_sent_yet_and_the_referee_is_forgotten(
    session: Session, end: type[AboutReference]
) -> None:
    hears(session, chased(1, NIGHT))
    assert set(mails(session).values()) == {State.HELD}
    hears(session, told(end, NIGHT + timedelta(hours=1)), sequence=2)
    asking = {name: state for name, state in mails(session).items() if "chaser" in name}
    assert set(asking.values()) == {State.IN_APP_ONLY}
    forgotten = session.get_one(Contact, REFEREE)
    assert (forgotten.email, forgotten.last_name) == (None, "")


def test_a_reminder_that_comes_after_the_answer_reminds_nobody(session: Session) -> None:
    hears(session, told(ReferenceProvided), sequence=3)
    hears(session, chased(), sequence=2)
    hears(session, told(ReferenceRequested), sequence=1)
    assert mails(session) == {}


def test_who_is_asked_anew_after_a_cancellation_is(session: Session) -> None:
    later = NOON + timedelta(days=3)
    hears(session, told(ReferenceRequested), sequence=1)
    hears(session, told(ReferenceCancelled, NOON + timedelta(days=1)), sequence=2)
    hears(session, told(ReferenceRequested, later), sequence=3)
    states = session.scalars(select(Message.state).filter_by(audience="referee").order_by(Message.id))
    assert list(states)[-1] == State.READY
    assert session.get_one(Contact, REFEREE).email == "ruth@example.org"


def test_names_stand_as_the_latest_fact_says_in_any_order_of_arrival(session: Session) -> None:
    facts = [
        fact(told(ReferenceRequested), sequence=1),
        fact(told(ReferenceProvided, NOON + timedelta(days=1)), sequence=2),
    ]
    for heard in (facts[1], facts[0], facts[1]):
        if isinstance(heard.event, ReferenceProvided):
            answering.referee_answered(session, heard)
        else:
            contacts.contact_told(session, heard)
    session.expire_all()
    assert session.get_one(Contact, REFEREE).email is None


def test_a_fact_that_comes_twice_asks_once(session: Session) -> None:
    heard: Event = told(ReferenceRequested)
    hears(session, heard, id=(first := new_id()))
    from tests.service.notifications.test_organisations import again

    again(session, fact(heard, id=first))
    assert session.query(Message).count() == 1


def test_referees_who_were_asked_before_this_service_listened_are_not_asked_again(session: Session) -> None:
    listening = {
        "source": "itt",
        "type": ReferenceRequested.TYPE,
        "since": "beginning",
        "backfilled_at": None,
    }
    session.execute(SUBSCRIPTION.insert().values(listening))
    hears(session, told(ReferenceRequested))
    assert mails(session) == {"reference_requested_referee": State.IN_APP_ONLY}


def test_a_referee_reads_their_own_messages(session: Session) -> None:
    hears(session, told(ReferenceRequested))
    by = principal(Role.REFEREE, id=str(REFERENCE))
    (item,) = ask(session, by, "inbox", person_id=str(REFERENCE))["items"]
    assert ask(session, by, "mark_read", person_id=str(REFERENCE), message_ids=[item["id"]])["marked"] == 1


def test_a_reference_by_the_id_of_a_person_reaches_nothing_of_that_person(session: Session) -> None:
    hears(session, told(ReferenceRequested, reference_id=PERSON))
    assert session.get_one(Contact, PERSON).email == "ann@example.org"
    as_referee = ask(session, principal(Role.REFEREE, id=str(PERSON)), "inbox", person_id=str(PERSON))
    assert {item["template"] for item in as_referee["items"]} == {"reference_requested_referee"}
    as_person = ask(session, principal(Role.CANDIDATE, id=str(PERSON)), "inbox", person_id=str(PERSON))
    assert as_person["items"] == []
    hears(session, told(ReferenceCancelled, NOON + timedelta(days=1), reference_id=PERSON), sequence=2)
    assert session.get_one(Contact, PERSON).email == "ann@example.org"


def placed(person_id: UUID, at: datetime, email: str = "eve@evil.example") -> PlacementArranged:
    return PlacementArranged(
        occurred_at=at,
        trainee_id=new_id(),
        person_id=new_id(),
        placement_id=new_id(),
        number=1,
        school_urn="123456",
        starts_on=at.date(),
        ends_on=at.date(),
        mentor_id=person_id,
        person=Person(first_names="Eve", last_name="Evil", email=email),
    )


def invited(person_id: UUID, at: datetime) -> AccreditationMemberInvited:
    return AccreditationMemberInvited(
        occurred_at=at,
        accreditation_id=new_id(),
        provider_code="2A5",
        person_id=person_id,
        meets_on=at.date(),
        chair=False,
        person=Person(first_names="Eve", last_name="Evil", email="eve@evil.example"),
    )


def corrected(person_id: UUID, at: datetime) -> PlacementCorrected:
    known = placed(person_id, at)
    return PlacementCorrected(**{field.name: getattr(known, field.name) for field in fields(known)})


@pytest.mark.parametrize("says", [placed, corrected, invited])
def test_what_others_say_of_a_person_never_replaces_what_a_better_source_says(
    session: Session, says: Callable[[UUID, datetime], Event]
) -> None:
    hears(session, says(PERSON, NOON + timedelta(days=1)))
    known = session.get_one(Contact, PERSON)
    assert (known.last_name, known.email) == ("O'Neill", "ann@example.org")


def test_what_others_say_stands_until_a_better_source_speaks(session: Session) -> None:
    hears(session, placed(mentor := new_id(), NOON + timedelta(days=1), "first@example.org"))
    hears(session, placed(mentor, NOON + timedelta(days=2), "second@example.org"))
    assert session.get_one(Contact, mentor).email == "second@example.org"
    own = CandidateRegistered(occurred_at=NOON, candidate_id=new_id(), person_id=mentor, person=RUTH)
    hears(session, own)
    session.expire_all()
    assert session.get_one(Contact, mentor).email == "ruth@example.org"


def test_no_fact_changes_whom_an_organisation_has_named(session: Session) -> None:
    put(session, {"name": "Office", "email": "office@school.example", "kinds": ["applications"]})
    contact_id = session.scalars(select(OrganisationContact.id)).one()
    late = NOON + timedelta(days=9000)
    hears(
        session,
        CandidateRegistered(occurred_at=late, candidate_id=new_id(), person_id=contact_id, person=RUTH),
    )
    hears(session, told(ReferenceCancelled, late, reference_id=contact_id))
    session.expire_all()
    assert session.get_one(Contact, contact_id).email == "office@school.example"
