"""A published course that is changed: who has applied keeps what they applied for, and goes on as before."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.courses import CONTENT, FIXED_ONCE_PUBLISHED
from services.itt.handlers import application_lists, choices, courses, decisions
from shared.errors import Invalid
from shared.policy import Principal
from tests.service.itt.applications_kit import a_course, accepted, offered, ready, sent, state_of
from tests.service.itt.courses_kit import LEAD, NOW, load_schools, register_providers, with_places
from tests.service.itt.recruits_kit import recruited, trainee_of

# Everything that may be changed of a published course, said otherwise.
CHANGES: dict[str, Any] = {
    "name": "Mathematics (September)",
    "about": "Three schools by the sea",
    "age_range": "13919",
    "study_mode": "full_time_or_part_time",
    "start_month": date(2027, 10, 1),
    "starts_on": date(2027, 10, 4),
    "ends_on": date(2028, 7, 21),
    "school_days": 130,
    "degree_required": "two_one",
    "gcse": {"english": ["equivalence_test"], "maths": ["equivalence_test"], "science": ["at_application"]},
    "fee_pence": 990_000,
    "visa_sponsorship": True,
}
# What an application keeps, whatever its course says.
KEPT = (
    "state",
    "cycle",
    "course_id",
    "course_option_id",
    "course_code",
    "provider_code",
    "accredited_code",
    "site_code",
    "site_urn",
    "study_mode",
    "sent_at",
    "inactive_due_at",
    "offered_at",
    "conditions",
    "personal_statement",
)


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def course_of(session: Session, option_id: UUID) -> UUID:
    return session.get_one(models.CourseOption, option_id).course_id


def change(session: Session, option_id: UUID, **changes: Any) -> None:
    course_id = course_of(session, option_id)
    courses.change_course(session, NOW, LEAD, course_id=course_id, changes=changes or CHANGES)


def shown(session: Session, by: Principal, application_id: UUID) -> dict[str, Any]:
    seen = application_lists.get_application(session, NOW, by, application_id=application_id)
    return {name: seen[name] for name in KEPT}


def test_every_field_is_fixed_or_tried_here() -> None:
    assert set(CONTENT) == FIXED_ONCE_PUBLISHED | CHANGES.keys()


@pytest.mark.parametrize("stage", [sent, offered])
def test_an_application_keeps_what_it_was_sent_with_and_ends_in_a_trainee(
    session: Session, stage: Any
) -> None:
    by, option_id = ready(session), a_course(session)
    application_id = stage(session, by, option_id=option_id)
    before = shown(session, by, application_id)

    change(session, option_id)

    assert shown(session, by, application_id) == before
    if stage is sent:
        decisions.make_offer(session, NOW, LEAD, application_id=application_id, conditions=[])
    choices.accept_offer(session, NOW, by, application_id=application_id)
    row = trainee_of(session, application_id)
    assert (row.itt_start_date, row.study_mode, row.course_subject_1) == (date(2027, 10, 4), "01", "100403")


def test_an_accepted_offer_keeps_its_conditions_and_its_place(session: Session) -> None:
    by, option_id = ready(session), a_course(session, 1)
    application_id = accepted(session, by, "Pass the check", option_id=option_id)
    before = shown(session, by, application_id)

    change(session, option_id)

    assert shown(session, by, application_id) == before
    decisions.confirm_conditions_met(session, NOW, LEAD, application_id=application_id)
    assert state_of(session, application_id) == "recruited"


def test_the_way_of_study_stays_possible_where_somebody_has_a_place(session: Session) -> None:
    option_id = a_course(session)
    accepted(session, ready(session), "Pass the check", option_id=option_id)

    with pytest.raises(Invalid) as raised:
        change(session, option_id, study_mode="part_time")
    assert list(raised.value.fields) == ["sites"]


def test_a_site_that_was_chosen_stays_the_school_that_it_was(session: Session) -> None:
    option_id = a_course(session)
    sent(session, ready(session), option_id)

    with pytest.raises(Invalid, match="use another code for another school"):
        with_places(session, course_of(session, option_id), {"990102": 2})


def test_a_trainee_keeps_the_record_and_the_provider_is_offered_what_the_course_says(
    session: Session,
) -> None:
    option_id = a_course(session)
    _, _, row = recruited(session, option_id=option_id)

    change(session, option_id, ends_on=date(2028, 7, 21))

    assert row.itt_end_date == date(2028, 7, 14)
