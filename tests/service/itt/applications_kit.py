"""Candidates, forms and applications, for tests of the handlers."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.form import NEEDED, Section
from services.itt.handlers import candidates, choices, decisions
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.courses_kit import LEAD, NOW, published
from tests.unit.itt.test_form import COMPLETE

View = dict[str, Any]


def somebody() -> Principal:
    """A candidate who has no account yet."""
    return principal(Role.CANDIDATE, id=str(new_id()))


def registered(session: Session, name: str = "Amina Okafor") -> Principal:
    """A candidate with an account and nothing written."""
    by, (first, _, last) = somebody(), name.partition(" ")
    candidates.register_candidate(
        session,
        NOW,
        by,
        email=f"{first}.{last}@example.com".lower(),
        first_names=first,
        last_name=last,
    )
    return by


def ready(session: Session, name: str = "Amina Okafor", cycle: int = 2027) -> Principal:
    """A candidate whose form is complete, with two referees."""
    by = registered(session, name)
    fill_in(session, by, name, cycle)
    return by


def fill_in(session: Session, by: Principal, name: str = "Amina Okafor", cycle: int = 2027) -> None:
    """Every section and two referees, stored at once; no postcode, so that nobody is a duplicate."""
    who = session.query(models.Candidate).filter_by(person_id=UUID(by.id)).one()
    first, _, last = name.partition(" ")
    key = {"candidate_id": who.id, "cycle": cycle}
    who.date_of_birth = date(2002, 5, 14)
    if session.get(models.CandidateForm, (who.id, cycle)) is None:
        session.add(models.CandidateForm(**key, created_at=NOW))
        session.flush()
    for section in NEEDED:
        more = {"first_names": first, "last_name": last} if section is Section.PERSONAL_DETAILS else {}
        said = {"content": COMPLETE[section] | more, "completed": True, "updated_at": NOW}
        session.add(models.FormSection(**key, section=section.value, **said))
    for number in (1, 2):
        named = {"name": f"Referee {number}", "email": f"referee{number}@example.com"}
        named |= {"relationship": "My head teacher", "referee_type": "professional"}
        session.add(models.Reference(**key, id=new_id(), state="not_requested", chasers=0, **named))
    session.flush()


def a_course(session: Session, places: int = 2, **more: Any) -> UUID:
    """The one option of a published course of 2LS with so many places."""
    shown = published(session, {"990101": places}, **more)
    return UUID(str(shown["sites"][0]["option_id"]))


def chosen(session: Session, by: Principal, option_id: UUID | None = None) -> UUID:
    """An application that was not sent."""
    made = choices.choose_course(session, NOW, by, course_option_id=option_id or a_course(session))
    return UUID(str(made["application_id"]))


def sent(session: Session, by: Principal, option_id: UUID | None = None) -> UUID:
    """An application that awaits a decision."""
    application_id = chosen(session, by, option_id)
    choices.send_application(session, NOW, by, application_id=application_id)
    return application_id


def offered(session: Session, by: Principal, *conditions: str, option_id: UUID | None = None) -> UUID:
    """An application with an offer."""
    application_id = sent(session, by, option_id)
    decisions.make_offer(session, NOW, LEAD, application_id=application_id, conditions=list(conditions))
    return application_id


def accepted(session: Session, by: Principal, *conditions: str, option_id: UUID | None = None) -> UUID:
    """An application with an offer that was accepted."""
    application_id = offered(session, by, *conditions, option_id=option_id)
    choices.accept_offer(session, NOW, by, application_id=application_id)
    return application_id


def state_of(session: Session, application_id: UUID) -> str:
    """The state of an application as it is stored."""
    session.flush()
    row = session.get_one(models.Application, application_id, populate_existing=True)
    return row.state


def taken(session: Session, option_id: UUID) -> int:
    """How many places of an option are accepted."""
    session.flush()
    return session.get_one(models.CourseOption, option_id, populate_existing=True).accepted
