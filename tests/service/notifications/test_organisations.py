"""What providers and schools are told: in their inbox at once, by e-mail to the contacts whom they name."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications import delivery
from services.notifications.domain.messages import State
from services.notifications.domain.organisations import (
    TO_ORGANISATIONS,
    OrganisationKind,
    OrganisationTelling,
)
from services.notifications.handlers import deliveries, organisation_telling, organisations, telling
from services.notifications.models import Contact, Message, OrganisationContact
from services.notifications.service import NotificationsService
from shared.audit import audit_trail
from shared.database.tables import INBOX
from shared.errors import Invalid, NotAllowed, NotFound
from shared.events import Event, Person
from shared.events.applications import ApplicationSent, DuplicateSuspected, OfferAccepted
from shared.events.itt import PlacementArranged, TraineeWithdrawn
from shared.ids import new_id
from shared.messaging import Fact, declared
from shared.policy import Principal, Role
from shared.testing import fact, principal
from tests.service.notifications.test_calls import ask
from tests.unit.notifications.test_telling import an

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 12, 23, 30, tzinfo=UTC)
MORNING = datetime(2026, 1, 13, 7, tzinfo=UTC)
ANN = Person(first_names="Ann", last_name="O'Neill", email="ann@example.org")
PROVIDER, LEAD, SCHOOL = "provider:2A5", "provider:2LS", "school:123456"
LEADER = principal(Role.ACCREDITED_PROVIDER, PROVIDER)
RUTH = {"name": "Ruth Hall", "email": "Ruth.Hall@example.ac.uk", "kinds": ["applications", "offers"]}
TOM = {"name": "Tom Ó Sé", "email": "tom@example.ac.uk", "kinds": ["trainees"]}


def about(event: type[Event], at: datetime = NOON, **more: Any) -> Any:
    """A fact about one application."""
    values: dict[str, Any] = {
        "occurred_at": at,
        "application_id": new_id(),
        "candidate_id": new_id(),
        "person_id": new_id(),
        "cycle": 2026,
        "course_id": new_id(),
        "course_code": "3CXP",
        "course_name": "Physics",
        "provider_code": "2LS",
        "accredited_code": "2A5",
        "site_urn": "123456",
        "state": "offer",
        "person": ANN,
    }
    return event(**(values | more))


def sent(at: datetime = NOON, **more: Any) -> ApplicationSent:
    made: ApplicationSent = about(ApplicationSent, at, sent_at=at, inactive_due_at=at, **more)
    return made


def hears(session: Session, event: Event, **more: Any) -> Fact[Event]:
    """As the inbox does: its id is noted first, then everything that listens runs."""
    heard = fact(event, **more)
    known = {"message_id": heard.id, "source": heard.source, "type": heard.type}
    session.execute(insert(INBOX).values(**known, subject=heard.subject, sequence=heard.sequence))
    again(session, heard)
    return heard


def again(session: Session, heard: Fact[Any]) -> None:
    for subscription in declared(NotificationsService):
        if subscription.type == heard.type:
            getattr(NotificationsService, subscription.method)(SimpleNamespace(), session, heard)
    session.expire_all()


def put(
    session: Session, *contacts: dict[str, Any], organisation: str = PROVIDER, by: Principal = LEADER
) -> Any:
    return organisations.set_organisation_contacts(
        session, NOON, by, organisation=organisation, contacts=contacts
    )


def inbox(session: Session, organisation: str = PROVIDER, by: Principal = LEADER, **more: Any) -> Any:
    given: dict[str, Any] = {"unread": False, "limit": 50, "after": None}
    return organisations.organisation_inbox(session, by, organisation=organisation, **(given | more))


def mails(session: Session) -> dict[str, str]:
    """Whose mail is in which state."""
    rows = select(OrganisationContact.name, Message.state)
    joined = rows.join(Message, Message.recipient_id == OrganisationContact.id)
    return {name: state for name, state in session.execute(joined)}


def test_without_contacts_the_message_stands_in_the_inbox_and_no_mail_goes(session: Session) -> None:
    hears(session, sent())
    (item,) = inbox(session)["items"]
    assert (item.subject, item.state) == ("New application: Physics (3CXP)", State.IN_APP_ONLY)
    assert item.body.startswith("Ann O'Neill has applied for Physics (3CXP).")
    (other,) = inbox(session, LEAD, principal(Role.LEAD_SCHOOL, LEAD))["items"]
    assert other.id != item.id
    assert session.query(Message).filter_by(audience="contact").count() == 0


def test_each_contact_who_wants_the_kind_gets_one_mail_a_fact(session: Session) -> None:
    put(session, RUTH, TOM)
    heard = hears(session, sent())
    again(session, heard)
    assert mails(session) == {"Ruth Hall": State.READY}
    assert len(inbox(session)["items"]) == 1, "mail to a contact is no message of its own in the inbox"


def test_what_happens_at_night_is_mailed_in_the_morning(session: Session) -> None:
    put(session, RUTH)
    hears(session, sent(NIGHT))
    assert mails(session) == {"Ruth Hall": State.HELD}
    telling.quiet_hours_over(session, MORNING)
    assert mails(session) == {"Ruth Hall": State.READY}


def test_what_is_heard_of_long_after_stands_in_the_inbox_alone(session: Session) -> None:
    put(session, RUTH)
    hears(session, sent(), now=NOON + timedelta(days=15))
    assert (mails(session), len(inbox(session)["items"])) == ({}, 1)


def test_the_placement_school_is_told_who_comes(session: Session) -> None:
    trainee_id, person_id = new_id(), new_id()
    hears(session, sent(person_id=person_id))
    placed = PlacementArranged(
        occurred_at=NOON,
        trainee_id=trainee_id,
        person_id=person_id,
        placement_id=new_id(),
        number=1,
        school_urn="123456",
        starts_on=date(2026, 2, 2),
        ends_on=date(2026, 3, 27),
        mentor_id=new_id(),
        person=Person(first_names="Ruth", last_name="Hall"),
    )
    hears(session, placed)
    (item,) = inbox(session, SCHOOL, principal(Role.SCHOOL_LEADER, SCHOOL))["items"]
    assert item.body.startswith("Ann O'Neill has a placement at your school from 2 February 2026")
    assert "The mentor is Ruth Hall." in item.body


def test_an_employing_school_is_told_of_a_withdrawal_even_of_somebody_without_a_name(
    session: Session,
) -> None:
    left = TraineeWithdrawn(
        occurred_at=NOON,
        trainee_id=new_id(),
        person_id=new_id(),
        provider_code="2A5",
        withdrawn_on=date(2026, 1, 12),
        withdrawn_by="trainee",
        reasons=(),
        future_interest="no",
        employing_school_urn="123456",
    )
    hears(session, left)
    (item,) = inbox(session, SCHOOL, principal(Role.SCHOOL_LEADER, SCHOOL))["items"]
    assert item.subject == "A trainee teacher has left the training"


def test_a_suspected_duplicate_names_the_applicant_and_not_the_other(session: Session) -> None:
    person_id = new_id()
    hears(session, sent(person_id=person_id))
    suspected = DuplicateSuspected(
        occurred_at=NOON,
        candidate_id=new_id(),
        person_id=person_id,
        duplicate_id=new_id(),
        other_candidate_id=new_id(),
        other_person_id=new_id(),
        cycle=2026,
        provider_codes=("2A5",),
    )
    hears(session, suspected)
    (newest, _) = inbox(session)["items"]
    assert newest.body.startswith("Ann O'Neill, who has applied to you, has the same last name")


def test_an_event_whose_personal_data_was_blanked_tells_of_a_candidate(session: Session) -> None:
    hears(session, sent(person=None))
    assert inbox(session)["items"][0].body.startswith("A candidate has applied")


# --- contacts


def test_contacts_are_those_who_were_named_last_and_keep_their_ids(session: Session) -> None:
    first = put(session, RUTH, TOM)
    assert [each["name"] for each in first["contacts"]] == ["Ruth Hall", "Tom Ó Sé"]
    second = put(session, RUTH | {"email": "RUTH.hall@example.ac.uk", "kinds": ["references"]})
    assert [(each["contact_id"], each["kinds"]) for each in second["contacts"]] == [
        (first["contacts"][0]["contact_id"], ["references"])
    ]
    assert second == organisations.organisation_contacts(session, LEADER, organisation=PROVIDER)


def test_what_changes_nothing_is_not_audited_and_what_does_keeps_names_apart(session: Session) -> None:
    put(session, RUTH)
    put(session, RUTH)
    (record,) = audit_trail(session, f"organisation/{PROVIDER}")
    assert (record.changes, record.who) == ({"contacts": [0, 1]}, LEADER.id)
    assert record.personal is not None and "Ruth Hall" in str(record.personal)


def test_who_is_removed_gets_nothing_any_more_and_is_forgotten(session: Session) -> None:
    contact_id = put(session, RUTH)["contacts"][0]["contact_id"]
    hears(session, sent(NIGHT))
    session.query(Message).filter_by(recipient_id=contact_id).update({"address": "ruth.hall@example.ac.uk"})
    put(session)
    session.expire_all()
    (kept,) = session.scalars(select(Message).filter_by(recipient_id=contact_id))
    assert (kept.state, kept.address) == (State.IN_APP_ONLY, None)
    assert session.get(Contact, contact_id) is None
    hears(session, sent())
    assert session.query(Message).filter_by(recipient_id=contact_id).count() == 1


def test_a_kind_that_is_not_wanted_any_more_is_not_sent(session: Session) -> None:
    put(session, RUTH)
    hears(session, sent(NIGHT))
    hears(session, about(OfferAccepted, NIGHT, conditions=0))
    put(session, RUTH | {"kinds": ["offers"]})
    states = dict(
        session.execute(select(Message.template, Message.state).filter_by(audience="contact")).all()
    )
    assert states == {
        "application_sent_provider": State.IN_APP_ONLY,
        "offer_accepted_provider": State.HELD,
    }


def test_an_address_stands_once(session: Session) -> None:
    with pytest.raises(Invalid, match="named twice") as raised:
        put(session, RUTH, TOM | {"email": "ruth.hall@EXAMPLE.ac.uk"})
    assert "contacts.1.email" in raised.value.fields
    assert organisations.organisation_contacts(session, LEADER, organisation=PROVIDER)["contacts"] == []


def test_two_who_name_contacts_at_once_leave_one_list_and_not_both(committed: sessionmaker[Session]) -> None:
    def name(contact: dict[str, Any]) -> None:
        with committed() as session, session.begin():
            put(session, contact)
            eventlet.sleep(0.1)

    for thread in [eventlet.spawn(name, each) for each in (RUTH, TOM)]:
        thread.wait()
    with committed() as session, session.begin():
        assert session.query(OrganisationContact).count() == 1


def test_a_contacts_mail_names_its_organisation(committed: sessionmaker[Session]) -> None:
    taken: list[Any] = []

    class Kept:
        name, batch = "kept", 10

        def hand_over(self, mail: Any) -> None:
            taken.append(mail)

        def close(self) -> None:
            """Nothing is held."""

    with committed() as session, session.begin():
        put(session, RUTH)
        again(session, fact(sent()))
    delivery.deliver(committed, Kept())
    (mail,) = [each for each in taken if each.name == "Ruth Hall"]
    assert (mail.address, mail.text.splitlines()[0]) == ("Ruth.Hall@example.ac.uk", "Hello Ruth Hall,")
    assert "a contact of provider 2A5" in " ".join(mail.text.split())


def test_an_operator_sees_mail_to_contacts_and_counts_each_message_once(session: Session) -> None:
    put(session, RUTH)
    hears(session, sent(accredited_code="2A5", provider_code="2A5"))
    operator = principal(Role.OPERATOR)
    assert deliveries.counts(session, operator)["unread"] == 2, "the candidate's and the organisation's"
    found = ask(session, operator, "deliveries", template="application_sent_provider")["items"]
    assert {(each["audience"], each["organisation"]) for each in found} == {
        ("contact", PROVIDER),
        ("organisation", PROVIDER),
    }


# --- reading


def test_what_one_has_read_is_read_for_all(session: Session) -> None:
    hears(session, sent())
    (item,) = inbox(session, unread=True)["items"]
    marked = organisations.mark_organisation_read(
        session, NOON, LEADER, organisation=PROVIDER, message_ids=[item.id]
    )
    assert marked == {"marked": 1, "unread": 0}
    assert inbox(session, unread=True, by=principal(Role.TUTOR, PROVIDER))["items"] == []


def test_a_message_of_another_organisation_is_not_there(session: Session) -> None:
    hears(session, sent())
    other = inbox(session, LEAD, principal(Role.LEAD_SCHOOL, LEAD))["items"][0].id
    with pytest.raises(NotFound):
        organisations.mark_organisation_read(
            session, NOON, LEADER, organisation=PROVIDER, message_ids=[other]
        )


WHO: dict[str, tuple[Principal, bool, bool]] = {
    "accredited provider": (LEADER, True, True),
    "lead school": (principal(Role.LEAD_SCHOOL, PROVIDER), True, True),
    "school leader": (principal(Role.SCHOOL_LEADER, PROVIDER), True, True),
    "training partner": (principal(Role.TRAINING_PARTNER, PROVIDER), True, False),
    "tutor": (principal(Role.TUTOR, PROVIDER), True, False),
    "mentor": (principal(Role.MENTOR, PROVIDER), False, False),
    "teacher": (principal(Role.TEACHER, PROVIDER), False, False),
    "candidate": (principal(Role.CANDIDATE), False, False),
    "another provider": (principal(Role.ACCREDITED_PROVIDER, "provider:1TZ"), False, False),
    "a school of that number": (principal(Role.SCHOOL_LEADER, "school:2A5"), False, False),
    "analyst": (principal(Role.NATIONAL_ANALYST), False, False),
    "service": (principal(Role.SERVICE), False, False),
    "operator": (principal(Role.OPERATOR), True, True),
}


@pytest.mark.parametrize("who", WHO)
def test_members_read_and_leaders_say_who_is_written_to(session: Session, who: str) -> None:
    by, reads, changes = WHO[who]
    hears(session, sent())
    message_id = inbox(session)["items"][0].id
    given: dict[str, dict[str, Any]] = {
        "organisation_inbox": {},
        "organisation_contacts": {},
        "mark_organisation_read": {"message_ids": [str(message_id)]},
        "set_organisation_contacts": {"contacts": [RUTH]},
    }
    may = dict.fromkeys(given, reads) | {"set_organisation_contacts": changes}
    may["mark_organisation_read"] = reads and who != "operator"
    for method, arguments in given.items():
        if may[method]:
            assert ask(session, by, method, organisation=PROVIDER, **arguments)
        else:
            with pytest.raises(NotAllowed):
                ask(session, by, method, organisation=PROVIDER, **arguments)


def contact(**wrong: Any) -> dict[str, Any]:
    return {"contacts": [RUTH | wrong]}


@pytest.mark.parametrize(
    ("method", "given", "field"),
    [
        ("organisation_inbox", {"organisation": "2A5"}, "organisation"),
        ("organisation_inbox", {"organisation": "school:12345"}, "organisation"),
        ("organisation_inbox", {"organisation": "provider:2A5\n"}, "organisation"),
        ("organisation_inbox", {"limit": 201}, "limit"),
        ("organisation_inbox", {"after": "nonsense"}, "after"),
        ("organisation_contacts", {"organisation": "body:north"}, "organisation"),
        ("mark_organisation_read", {"message_ids": []}, "message_ids"),
        ("mark_organisation_read", {"message_ids": ["x"]}, "message_ids.0"),
        ("set_organisation_contacts", {}, "contacts"),
        ("set_organisation_contacts", contact(email="nobody"), "contacts.0.email"),
        ("set_organisation_contacts", contact(email="a@example.org\nBcc: b@example.org"), "contacts.0.email"),
        ("set_organisation_contacts", contact(name=" "), "contacts.0.name"),
        ("set_organisation_contacts", contact(name="Ruth\nHall"), "contacts.0.name"),
        ("set_organisation_contacts", contact(name="R\0"), "contacts.0.name"),
        ("set_organisation_contacts", contact(name="x" * 121), "contacts.0.name"),
        ("set_organisation_contacts", contact(kinds=[]), "contacts.0.kinds"),
        ("set_organisation_contacts", contact(kinds=["gossip"]), "contacts.0.kinds.0"),
        ("set_organisation_contacts", contact(phone="1"), "contacts.0.phone"),
        (
            "set_organisation_contacts",
            {"contacts": [RUTH | {"email": f"r{n}@example.org"} for n in range(21)]},
            "contacts",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    session: Session, method: str, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        ask(session, LEADER, method, **({"organisation": PROVIDER} | given))
    assert field in raised.value.fields
    assert session.query(OrganisationContact).count() == 0


def test_who_names_no_kinds_wants_all(session: Session) -> None:
    plain = {name: RUTH[name] for name in ("name", "email")}
    made = ask(session, LEADER, "set_organisation_contacts", organisation=PROVIDER, contacts=[plain])
    assert made["contacts"][0]["kinds"] == [kind.value for kind in OrganisationKind]
    assert UUID(made["contacts"][0]["contact_id"])


@pytest.mark.parametrize("row", TO_ORGANISATIONS, ids=lambda row: row.template)
def test_each_row_of_the_table_is_told_to_the_inbox_of_each_organisation(
    session: Session, row: OrganisationTelling
) -> None:
    condition: dict[str, Any] = {"by_default": True, "reinstated": False}
    if row.template == "placement_corrected_school":
        condition["from_school_urn"] = None
    event = an(
        row.event,
        **{name: value for name, value in condition.items() if name in row.event.__dataclass_fields__},
    )

    organisation_telling.tell_organisations(session, fact(event, now=NOON))

    told = session.scalars(select(Message).where(Message.template == row.template)).all()
    assert told
    assert {message.organisation for message in told} == set(row.organisations(event))
