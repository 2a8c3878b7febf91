"""Applications for tests of the domain: complete, to be changed where a test wants it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.itt.domain import courses
from services.itt.domain.applications import Application, Condition, State
from services.itt.domain.courses import Content, Course, Level, Option, StudyMode
from services.itt.domain.interviews import Interview
from services.itt.domain.references import RefereeType, Reference
from services.itt.domain.references import State as ReferenceState
from services.itt.domain.routes import Route
from shared.events import Person
from shared.events.applications import Recruit

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CANDIDATE_ID, PERSON_ID = UUID(int=11), UUID(int=12)
WHO = Person(first_names="Amina Grace", last_name="Okafor", email="amina@example.com")
RECRUIT = Recruit(first_names="Amina Grace", last_name="Okafor", email="amina@example.com")
CONTENT = Content(
    name="Mathematics",
    accredited_code="2A5",
    level=Level.SECONDARY,
    subjects=("100403",),
    age_range="13918",
    study_mode=StudyMode.FULL_TIME,
    funding=courses.Funding.FEE,
    route=Route.SCHOOL_DIRECT_TUITION_FEE,
    qualification=courses.Qualification.PGCE_WITH_QTS,
    start_month=date(2027, 9, 1),
    ends_on=date(2028, 7, 14),
    fee_pence=925_000,
)


def an_option(**changes: Any) -> Option:
    """A site with two places."""
    known = Option(id=uuid4(), site_code="A", site_urn="990101", study_mode=StudyMode.FULL_TIME, places=2)
    return replace(known, **changes)


def a_course(**changes: Any) -> Course:
    """A published course of 2LS that 2A5 ratifies."""
    known = Course(
        id=uuid4(),
        cycle=2027,
        provider_code="2LS",
        code="3CVK",
        state=courses.State.PUBLISHED,
        content=CONTENT,
        options=(an_option(),),
    )
    return replace(known, **changes)


def an_application(state: State = State.AWAITING, **changes: Any) -> Application:
    """An application in this state, sent on 23 November 2026 unless it never was."""
    course = changes.pop("course", None) or a_course()
    option = changes.pop("option", None) or course.options[0]
    known = Application(
        id=uuid4(),
        candidate_id=CANDIDATE_ID,
        person_id=PERSON_ID,
        person=WHO,
        state=state,
        cycle=2027,
        current_cycle=2027,
        course=course,
        option=option,
        chosen_course_id=course.id,
        chosen_option_id=option.id,
        sent_at=None if state in (State.UNSUBMITTED, State.NOT_SENT) else NOW,
    )
    return replace(known, **changes)


def a_condition(text: str = "Pass the test", **changes: Any) -> Condition:
    """A condition that is pending."""
    return replace(Condition(id=uuid4(), text=text), **changes)


def an_interview(application: Application, **changes: Any) -> Interview:
    """An interview with the lead school in a week."""
    known = Interview(
        id=uuid4(),
        application_id=application.id,
        provider_code="2LS",
        at=NOW + timedelta(days=7),
        location="Main hall",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(known, **changes)


def a_reference(state: ReferenceState = ReferenceState.NOT_REQUESTED, **changes: Any) -> Reference:
    """A reference by a head teacher."""
    known = Reference(
        id=uuid4(),
        candidate_id=CANDIDATE_ID,
        person_id=PERSON_ID,
        candidate=WHO,
        cycle=2027,
        state=state,
        name="Julia Wild",
        email="julia@example.com",
        relationship="My head teacher",
        referee_type=RefereeType.PROFESSIONAL,
    )
    return replace(known, **changes)
