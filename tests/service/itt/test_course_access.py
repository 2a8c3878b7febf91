"""Who reads and who edits a lead school's course: role by action, through the handlers (itt.md, "Who")."""

import pytest
from sqlalchemy.orm import Session

from services.itt.handlers import course_lists, courses, places
from shared.errors import NotAllowed, NotFound
from shared.policy import Principal
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    ANALYST,
    CANDIDATE,
    LEAD,
    NOW,
    OTHER_ACCREDITED,
    OTHER_LEAD,
    PARTNER,
    draft,
    load_schools,
    register_providers,
    with_places,
)


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


READERS = {LEAD.id, ACCREDITED.id, PARTNER.id, ANALYST.id, ADMIN.id}
EVERYBODY = (
    LEAD,
    OTHER_LEAD,
    ACCREDITED,
    OTHER_ACCREDITED,
    PARTNER,
    ANALYST,
    ADMIN,
    CANDIDATE,
)


@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: by.id)
def test_a_draft_is_read_by_those_who_offer_ratify_or_train_it(session: Session, by: Principal) -> None:
    course_id = draft(session)
    with_places(session, course_id, {"990101": 1})
    if by.id in READERS:
        assert course_lists.get_course(session, NOW, by, course_id=course_id)["state"] == "draft"
        assert len(course_lists.list_courses(session, NOW, by)["items"]) == 1
        return
    with pytest.raises(NotFound):
        course_lists.get_course(session, NOW, by, course_id=course_id)
    if by is CANDIDATE:
        with pytest.raises(NotAllowed):
            course_lists.list_courses(session, NOW, by)
    else:
        assert course_lists.list_courses(session, NOW, by)["items"] == []


@pytest.mark.parametrize("by", [each for each in EVERYBODY if each is not LEAD], ids=lambda by: by.id)
def test_nobody_but_the_lead_school_edits_its_course(session: Session, by: Principal) -> None:
    course_id = draft(session)
    with_places(session, course_id, {"990101": 1})
    refused = NotAllowed if by.id in READERS else NotFound
    with pytest.raises(refused):
        courses.change_course(session, NOW, by, course_id=course_id, changes={"name": "Mine"})
    with pytest.raises(refused):
        courses.publish_course(session, NOW, by, course_id=course_id)
    with pytest.raises(NotAllowed):
        courses.create_course(session, NOW, by, provider_code="2LS", cycle=2027, content={})


@pytest.mark.parametrize("by", [LEAD, ACCREDITED, PARTNER, CANDIDATE], ids=lambda by: by.id)
def test_a_lead_school_does_not_allocate_places_to_itself(session: Session, by: Principal) -> None:
    course_id = draft(session)
    with pytest.raises(NotAllowed):
        places.allocate_places(session, NOW, by, course_id=course_id, places=100)
