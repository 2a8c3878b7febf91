"""Courses from the draft to the withdrawal, as everybody meets them (itt.md, "Courses and places")."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import courses, places, providers
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotFound, TransitionNotAllowed
from shared.events.courses import CourseChanged, CoursePlacesChanged, CoursePublished, CourseWithdrawn
from shared.testing import kit as testing
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    ANALYST,
    FULL,
    LEAD,
    NOW,
    agree,
    draft,
    load_schools,
    published,
    register_providers,
    with_places,
)


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _facts(session: Session, kind: type[Any]) -> list[Any]:
    return [event for event in testing.published(session) if isinstance(event, kind)]


def test_a_course_goes_from_the_draft_to_candidates_and_back(session: Session, itt: Itt) -> None:
    content = FULL | {"start_month": "2027-09-01", "ends_on": "2028-07-14"}
    made = itt.asked(LEAD, "create_course", provider_code="2LS", cycle=2027, code="3CVK", content=content)
    course_id = made["course_id"]
    assert (made["state"], made["accredited_code"], made["missing_to_publish"]) == (
        "draft",
        "2A5",
        {"sites": ["at least one site needs a place"]},
    )
    itt.asked(ANALYST, "allocate_places", course_id=course_id, places=5)
    site = {"code": "A", "urn": "990101", "study_mode": "full_time", "places": 3}
    itt.asked(LEAD, "spread_places", course_id=course_id, sites=[site])
    shown = itt.asked(LEAD, "publish_course", course_id=course_id)
    assert (shown["state"], shown["vacancies"], shown["possible"]) == (
        "published",
        3,
        ["change", "spread_places", "withdraw", "roll_over"],
    )
    gone = itt.asked(LEAD, "withdraw_course", course_id=course_id, why="Nobody to teach it")
    assert (gone["state"], gone["vacancies"]) == ("withdrawn", 0)
    assert [type(event) for event in testing.published(session)] == [CoursePublished, CourseWithdrawn]


def test_a_course_that_is_published_is_told_with_what_others_need(session: Session) -> None:
    published(session, {"990101": 2, "990103": 1})
    (fact,) = _facts(session, CoursePublished)
    assert (fact.provider_code, fact.accredited_code, fact.cycle, fact.places) == ("2LS", "2A5", 2027, 3)
    assert (fact.subjects, fact.start_month, fact.site_urns) == (
        ("100403",),
        date(2027, 9, 1),
        ("990101", "990103"),
    )


def test_a_draft_is_published_when_nothing_is_missing_and_every_problem_is_told_by_field(
    session: Session,
) -> None:
    made = courses.create_course(
        session, NOW, LEAD, provider_code="2LS", cycle=2027, content={"level": "primary", "funding": "fee"}
    )
    with pytest.raises(Invalid) as raised:
        courses.publish_course(session, NOW, LEAD, course_id=made["course_id"])
    assert set(raised.value.fields) == {
        "name",
        "subjects",
        "age_range",
        "study_mode",
        "route",
        "qualification",
        "start_month",
        "ends_on",
        "degree_required",
        "visa_sponsorship",
        "gcse",
        "fee_pence",
        "sites",
    }


def test_a_course_without_a_code_takes_the_next_free_one(session: Session) -> None:
    draft(session, "A100")
    second = draft(session)
    assert session.get_one(models.Course, second).code == "A101"


def test_a_code_stands_once_in_a_cycle_of_a_provider(session: Session) -> None:
    draft(session, "3CVK")
    with pytest.raises(Conflict, match="3CVK"):
        draft(session, "3CVK")


def test_creating_a_course_twice_with_one_id_gives_one_course(session: Session) -> None:
    given: dict[str, Any] = {"provider_code": "2LS", "cycle": 2027, "content": FULL, "course_id": uuid4()}
    first = courses.create_course(session, NOW, LEAD, **given)
    assert courses.create_course(session, NOW, LEAD, **given)["code"] == first["code"]


def test_a_course_is_not_created_for_a_cycle_that_is_over(session: Session) -> None:
    with pytest.raises(Conflict, match="2026"):
        draft(session, cycle=2026)


def test_the_accredited_provider_is_not_guessed_where_there_are_two(session: Session) -> None:
    agree(session, "2LS", "1TZ")
    made = courses.create_course(session, NOW, LEAD, provider_code="2LS", cycle=2027, content=FULL)
    assert made["missing_to_publish"]["accredited_code"] == ["is missing"]


def test_a_course_needs_a_partnership_that_is_valid_on_the_day(session: Session) -> None:
    course_id = draft(session)
    with_places(session, course_id, {"990101": 2})
    providers.end_partnership(
        session, NOW, ADMIN, lead_code="2LS", accredited_code="2A5", until_on=date(2026, 11, 22)
    )
    with pytest.raises(Invalid) as raised:
        courses.publish_course(session, NOW, LEAD, course_id=course_id)
    assert list(raised.value.fields) == ["accredited_code"]
    agree(session, "2LS", "2A5", from_on=date(2026, 11, 23))
    assert courses.publish_course(session, NOW, LEAD, course_id=course_id)["state"] == "published"


def test_a_lead_school_does_not_ratify(session: Session) -> None:
    with pytest.raises(Invalid) as raised:
        draft(session, accredited_code="3LS")
    assert list(raised.value.fields) == ["accredited_code"]


def test_an_accredited_provider_offers_courses_of_its_own(session: Session) -> None:
    made = courses.create_course(session, NOW, ACCREDITED, provider_code="2A5", cycle=2027, content=FULL)
    assert made["accredited_code"] == "2A5"
    assert list(made["missing_to_publish"]) == ["sites"]


def test_only_a_published_course_is_withdrawn_and_only_a_draft_is_deleted(session: Session) -> None:
    a_draft, shown = draft(session), UUID(str(published(session)["course_id"]))
    with pytest.raises(TransitionNotAllowed, match="draft"):
        courses.withdraw_course(session, NOW, LEAD, course_id=a_draft, why="no")
    with pytest.raises(Conflict, match="withdrawn"):
        courses.delete_course(session, NOW, LEAD, course_id=shown)
    courses.delete_course(session, NOW, LEAD, course_id=a_draft)
    assert session.get(models.Course, a_draft) is None
    courses.withdraw_course(session, NOW, LEAD, course_id=shown, why="no")
    with pytest.raises(TransitionNotAllowed, match="withdrawn"):
        courses.withdraw_course(session, NOW, LEAD, course_id=shown, why="no")


def test_a_published_course_is_changed_and_keeps_what_candidates_chose_it_for(session: Session) -> None:
    course_id = UUID(str(published(session)["course_id"]))
    after = courses.change_course(session, NOW, LEAD, course_id=course_id, changes={"fee_pence": 900_000})
    assert after["fee_pence"] == 900_000
    (fact,) = _facts(session, CourseChanged)
    assert fact.changed == ("fee_pence",)
    with pytest.raises(Invalid) as raised:
        courses.change_course(session, NOW, LEAD, course_id=course_id, changes={"subjects": ["100425"]})
    assert list(raised.value.fields) == ["subjects"]
    with pytest.raises(Invalid):
        courses.change_course(session, NOW, LEAD, course_id=course_id, changes={"name": ""})


def test_a_change_that_changes_nothing_tells_nobody(session: Session) -> None:
    course_id = UUID(str(published(session)["course_id"]))
    before = len(audit_trail(session, f"course/{course_id}"))
    courses.change_course(session, NOW, LEAD, course_id=course_id, changes={"fee_pence": FULL["fee_pence"]})
    assert _facts(session, CourseChanged) == []
    assert len(audit_trail(session, f"course/{course_id}")) == before


def test_a_withdrawn_course_is_not_changed_any_more(session: Session) -> None:
    course_id = UUID(str(published(session)["course_id"]))
    courses.withdraw_course(session, NOW, LEAD, course_id=course_id, why="no")
    with pytest.raises(Conflict):
        courses.change_course(session, NOW, LEAD, course_id=course_id, changes={"fee_pence": 1})
    with pytest.raises(Conflict):
        places.allocate_places(session, NOW, ANALYST, course_id=course_id, places=9)


def test_places_stay_within_the_allocation(session: Session) -> None:
    course_id = draft(session)
    site = {"code": "A", "urn": "990101", "study_mode": "full_time", "places": 3}
    with pytest.raises(Invalid, match="no places yet"):
        places.spread_places(session, NOW, LEAD, course_id=course_id, sites=[site])
    places.allocate_places(session, NOW, ANALYST, course_id=course_id, places=2)
    with pytest.raises(Invalid, match="2 places"):
        places.spread_places(session, NOW, LEAD, course_id=course_id, sites=[site])
    places.spread_places(session, NOW, LEAD, course_id=course_id, sites=[site | {"places": 2}])
    with pytest.raises(Conflict, match="1 of"):
        places.allocate_places(session, NOW, ANALYST, course_id=course_id, places=1)


def test_places_never_fall_below_what_is_accepted(session: Session) -> None:
    shown = published(session, {"990101": 2, "990102": 1})
    course_id, option_id = UUID(str(shown["course_id"])), shown["sites"][0]["option_id"]
    places.take(session, option_id)
    with pytest.raises(Conflict, match="accepted"):
        with_places(session, course_id, {"990101": 0})
    after = with_places(session, course_id, {"990101": 1})
    assert [(s["places"], s["accepted"], s["vacancies"]) for s in after["sites"]] == [(1, 1, 0), (0, 0, 0)]


def test_other_places_of_a_published_course_are_told_and_those_of_a_draft_are_not(session: Session) -> None:
    course_id = draft(session)
    with_places(session, course_id, {"990101": 2})
    assert _facts(session, CoursePlacesChanged) == []
    courses.publish_course(session, NOW, LEAD, course_id=course_id)
    with_places(session, course_id, {"990101": 1})
    with_places(session, course_id, {"990101": 1})
    (fact,) = _facts(session, CoursePlacesChanged)
    assert (fact.places, fact.allocated_places) == (1, 2)


def test_a_site_of_a_draft_goes_and_one_that_candidates_saw_stays_without_places(session: Session) -> None:
    course_id = draft(session)
    with_places(session, course_id, {"990101": 1, "990102": 1})
    assert len(with_places(session, course_id, {"990101": 1})["sites"]) == 1
    courses.publish_course(session, NOW, LEAD, course_id=course_id)
    places.allocate_places(session, NOW, ANALYST, course_id=course_id, places=2)
    site = {"code": "Z", "urn": "990103", "study_mode": "full_time", "places": 1}
    after = places.spread_places(session, NOW, LEAD, course_id=course_id, sites=[site])
    assert [(s["site_code"], s["places"]) for s in after["sites"]] == [("A", 0), ("Z", 1)]


def test_a_site_is_a_school_of_the_register_that_is_not_closed(session: Session) -> None:
    course_id = draft(session)
    with pytest.raises(Invalid, match="no school 999999"):
        with_places(session, course_id, {"999999": 1})
    session.get_one(models.School, "990102").status = "Closed"
    with pytest.raises(Invalid, match="990102 is closed"):
        with_places(session, course_id, {"990102": 1})


def test_a_place_is_taken_while_one_is_left_and_given_back_once(session: Session) -> None:
    option_id = published(session, {"990101": 2})["sites"][0]["option_id"]
    assert [places.take(session, option_id), places.take(session, option_id)] == [1, 2]
    with pytest.raises(Conflict, match="no place left"):
        places.take(session, option_id)
    assert [places.give_back(session, option_id), places.give_back(session, option_id)] == [1, 0]
    with pytest.raises(Conflict):
        places.give_back(session, option_id)
    with pytest.raises(NotFound):
        places.take(session, uuid4())


def test_courses_are_listed_in_pages_and_by_filters(session: Session, itt: Itt) -> None:
    for code in ("B001", "B002", "B003"):
        draft(session, code, name=f"Physics {code}")
    first = itt.asked(LEAD, "list_courses", limit=2)
    rest = itt.asked(LEAD, "list_courses", limit=2, after=first["next"])
    assert [item["code"] for item in first["items"] + rest["items"]] == ["B001", "B002", "B003"]
    assert rest["next"] is None
    assert itt.asked(LEAD, "list_courses", state="published")["items"] == []
    assert [item["code"] for item in itt.asked(LEAD, "list_courses", search="b002")["items"]] == ["B002"]


def test_every_command_stands_in_the_audit(session: Session) -> None:
    course_id = UUID(str(published(session)["course_id"]))
    courses.withdraw_course(session, NOW, LEAD, course_id=course_id, why="Nobody to teach it")
    trail = audit_trail(session, f"course/{course_id}")
    assert [(entry.action, entry.who) for entry in trail] == [
        ("course.create", "lead-user"),
        ("course.allocate_places", "analyst"),
        ("course.spread_places", "lead-user"),
        ("course.publish", "lead-user"),
        ("course.withdraw", "lead-user"),
    ]
    assert trail[-1].why == "Nobody to teach it"
