"""Courses of one cycle become drafts of the next (itt.md, "Courses and places": rolled over)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import rollover
from services.itt.handlers import courses, places
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.ids import new_id
from shared.policy import Principal
from tests.service.itt.applications_kit import accepted, ready
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    CANDIDATE,
    LEAD,
    NOW,
    OTHER_LEAD,
    PARTNER,
    load_schools,
    published,
    register_providers,
)

DATES: dict[str, Any] = {"start_month": date(2026, 9, 1), "ends_on": date(2027, 7, 16)}


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _of_2026(session: Session, state: str = "published", **content: Any) -> models.Course:
    """A course of the cycle before, with two sites and somebody accepted at the first."""
    shown = published(session, {"990101": 2, "990102": 1}, **content)
    row = session.get_one(models.Course, UUID(str(shown["course_id"])))
    row.cycle, row.state, row.start_month, row.ends_on = 2026, state, DATES["start_month"], DATES["ends_on"]
    places.take(session, shown["sites"][0]["option_id"])
    session.flush()
    return row


def _rolled(itt: Itt, by: Principal = LEAD, **more: Any) -> Any:
    given = {"provider_code": "2LS", "cycle": 2026} | more
    return itt.asked(by, "roll_over_courses", **given)


def test_everything_comes_along_a_year_later_and_nobody_is_accepted(session: Session, itt: Itt) -> None:
    before = _of_2026(session, about="Why to train here", school_days=130)
    (made,) = _rolled(itt)["courses"]
    after = session.get_one(models.Course, UUID(made["course_id"]))
    for name in rollover.COMES_ALONG:
        assert getattr(after, name) == getattr(before, name) is not None, name
    assert (after.start_month, after.starts_on, after.ends_on) == (date(2027, 9, 1), None, date(2028, 7, 16))
    assert (after.cycle, after.state, after.rolled_over_from) == (2027, "draft", before.id)
    sites = itt.asked(LEAD, "get_course", course_id=after.id)["sites"]
    assert [(site["site_code"], site["places"], site["accepted"]) for site in sites] == [
        ("A", 2, 0),
        ("B", 1, 0),
    ]


def test_a_place_is_deferred_to_a_cycle_that_is_not_announced_and_taken_up_there(
    session: Session, itt: Itt
) -> None:
    """Domain page, "defer: to the next cycle; reinstated with conditions met or still pending"."""
    application_id = accepted(session, ready(session))
    itt.asked(LEAD, "defer_offer", application_id=application_id)
    (made,) = _rolled(itt, cycle=2027)["courses"]
    assert itt.asked(LEAD, "recruitment_cycle", cycle=2028)["provisional"] is True
    next_autumn = datetime(2027, 10, 5, 9, tzinfo=UTC)
    shown = itt.asked(LEAD, "publish_course", next_autumn, course_id=made["course_id"])
    again = {"application_id": application_id, "conditions_met": True}
    option_id = shown["sites"][0]["option_id"]
    with pytest.raises(Conflict, match="2028, which opens later"):
        itt.asked(LEAD, "reinstate_offer", course_option_id=option_id, **again)
    shown = itt.asked(LEAD, "reinstate_offer", next_autumn, course_option_id=option_id, **again)
    assert (shown["state"], shown["current_cycle"]) == ("recruited", 2028)
    listed = itt.asked(LEAD, "list_applications", next_autumn)["items"]
    assert [one["application_id"] for one in listed] == [str(application_id)]


def test_what_was_rolled_over_can_be_published_at_once(session: Session, itt: Itt) -> None:
    _of_2026(session)
    (made,) = _rolled(itt)["courses"]
    shown = itt.asked(LEAD, "publish_course", course_id=made["course_id"])
    assert (shown["state"], shown["vacancies"]) == ("published", 3)


def test_by_default_what_candidates_saw_comes_along_and_a_draft_by_name(session: Session, itt: Itt) -> None:
    for state, code in (("published", "P001"), ("withdrawn", "W001"), ("draft", "D001")):
        _of_2026(session, state, code=code)
    assert [course["code"] for course in _rolled(itt)["courses"]] == ["P001", "W001"]
    a_draft = session.scalars(select(models.Course.id).where(models.Course.code == "D001")).one()
    assert [c["code"] for c in _rolled(itt, course_ids=[a_draft])["courses"]] == ["D001"]


def test_rolling_over_again_makes_nothing_twice(session: Session, itt: Itt) -> None:
    row = _of_2026(session)
    _rolled(itt)
    assert _rolled(itt) == {"cycle": 2027, "courses": [], "already_there": [row.code]}


def test_the_course_of_the_old_cycle_stays_as_it_was(session: Session, itt: Itt) -> None:
    row = _of_2026(session)
    _rolled(itt)
    before = itt.asked(LEAD, "get_course", course_id=row.id)
    assert (before["state"], before["places"], before["accepted"]) == ("published", 3, 1)


def test_a_cycle_whose_dates_are_not_known_gets_no_courses(itt: Itt) -> None:
    with pytest.raises(Invalid, match="2038"):
        _rolled(itt, cycle=2037)


def test_a_course_that_is_not_the_providers_is_not_found(session: Session, itt: Itt) -> None:
    with pytest.raises(NotFound):
        _rolled(itt, course_ids=[new_id()])


@pytest.mark.parametrize("by", [OTHER_LEAD, ACCREDITED, PARTNER, ADMIN, CANDIDATE], ids=lambda by: by.id)
def test_nobody_but_the_lead_school_rolls_over(session: Session, itt: Itt, by: Principal) -> None:
    _of_2026(session)
    with pytest.raises(NotAllowed):
        _rolled(itt, by)


def test_a_draft_that_was_rolled_over_can_be_deleted(session: Session, itt: Itt) -> None:
    row = _of_2026(session)
    (made,) = _rolled(itt)["courses"]
    courses.delete_course(session, NOW, LEAD, course_id=UUID(made["course_id"]))
    assert session.get(models.Course, row.id) is not None
