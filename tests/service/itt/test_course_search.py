"""Candidates find courses: what is published, while find is open, by what they look for and how far it is."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.courses import Degree, Funding, Level, Qualification, StudyMode
from services.itt.handlers import courses, places
from shared.errors import Conflict, Invalid, NotFound
from shared.policy import ANONYMOUS
from shared.rpc import Rpc
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    LEAD,
    NOW,
    SCHOOLS,
    draft,
    load_schools,
    published,
    register_providers,
    with_places,
)

FIND_IS_CLOSED = datetime(2027, 10, 4, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _names(itt: Itt, **criteria: Any) -> list[str]:
    return [item["name"] for item in itt.asked(ANONYMOUS, "search_courses", **criteria)["items"]]


SALARIED = {"funding": "salary", "route": "school_direct_salaried", "fee_pence": None}
UNDERGRADUATE = {"route": "provider_led_undergrad", "degree_required": "not_required"}
PRIMARY = {
    "level": "primary",
    "subjects": ["100511"],
    "gcse": {subject: ["at_application"] for subject in ("english", "maths", "science")},
}
BY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"subjects": ["100403", "100425"]}, {"subjects": ["100425", "100346"]}),
    (PRIMARY, {"level": "primary"}),
    (PRIMARY, {"subjects": ["100511"]}),
    (SALARIED, {"funding": "salary"}),
    ({"visa_sponsorship": True}, {"visa_sponsorship": True}),
    ({"qualification": "qts"}, {"qualification": "qts"}),
    ({"study_mode": "part_time"}, {"study_mode": "part_time"}),
    ({"degree_required": "third"}, {"degree": "third"}),
    (UNDERGRADUATE, {"degree": "none"}),
]


@pytest.mark.parametrize(("unlike", "criteria"), BY)
def test_courses_are_found_by(
    session: Session, itt: Itt, unlike: dict[str, Any], criteria: dict[str, Any]
) -> None:
    published(session, name="Alike")
    published(session, name="Unlike", **unlike)
    assert _names(itt, **criteria) == ["Unlike"]
    assert _names(itt) == ["Alike", "Unlike"]


def test_courses_with_vacancies_are_found_until_the_last_place_is_taken(session: Session, itt: Itt) -> None:
    option_id = published(session, {"990101": 1})["sites"][0]["option_id"]
    assert _names(itt, vacancies=True) == ["Mathematics"]
    places.take(session, option_id)
    assert _names(itt, vacancies=True) == []
    (shown,) = itt.asked(ANONYMOUS, "search_courses")["items"]
    assert shown["has_vacancies"] is False
    places.give_back(session, option_id)
    assert _names(itt, vacancies=True) == ["Mathematics"]


def test_drafts_and_withdrawn_courses_are_not_found(session: Session, itt: Itt) -> None:
    with_places(session, draft(session), {"990101": 1})
    course_id = UUID(str(published(session)["course_id"]))
    courses.withdraw_course(session, NOW, LEAD, course_id=course_id, why="no")
    assert itt.asked(ANONYMOUS, "search_courses") == {"items": [], "next": None, "total": 0, "cycle": 2027}
    with pytest.raises(NotFound):
        itt.asked(ANONYMOUS, "show_course", course_id=course_id)
    with pytest.raises(NotFound):
        itt.asked(ANONYMOUS, "show_course", course_id=uuid4())


def test_nothing_is_shown_while_find_is_closed(session: Session, itt: Itt) -> None:
    course_id = published(session)["course_id"]
    with pytest.raises(Conflict):
        itt.asked(ANONYMOUS, "search_courses", FIND_IS_CLOSED)
    with pytest.raises(Conflict):
        itt.asked(ANONYMOUS, "show_course", FIND_IS_CLOSED, course_id=course_id)


def test_a_cycle_that_has_not_opened_is_not_shown(session: Session, itt: Itt) -> None:
    published(session)
    earlier = datetime(2026, 9, 28, 12, tzinfo=UTC)
    assert itt.asked(ANONYMOUS, "search_courses", earlier)["cycle"] == 2026
    assert itt.asked(ANONYMOUS, "search_courses", earlier)["items"] == []


def _at_each_school(session: Session) -> None:
    for urn, name in (("990104", "Far"), ("990101", "Here"), ("990103", "Near")):
        published(session, {urn: 1}, name=name)


NEAR_THE_FIRST = [
    {"urn": "990101"},
    {"postcode": "NE5 9ZZ"},
    {"postcode": "ne5"},
    # The first school's place, brought from the grid to degrees by the inverse formulas of the same guide.
    {"latitude": 54.9790, "longitude": -1.6890},
]


@pytest.mark.parametrize("near", NEAR_THE_FIRST, ids=lambda near: "-".join(near))
def test_courses_are_sorted_by_the_distance_from_a_school_a_postcode_or_a_point(
    session: Session, itt: Itt, near: dict[str, Any]
) -> None:
    _at_each_school(session)
    found = itt.asked(ANONYMOUS, "search_courses", near=near)["items"]
    assert [(item["name"], round(item["distance_miles"])) for item in found] == [
        ("Here", 0),
        ("Near", 2),
        ("Far", 6),
    ]
    assert _names(itt, near=near, within_miles=3) == ["Here", "Near"]


def test_the_distance_is_that_of_the_nearest_site_that_fits(session: Session, itt: Itt) -> None:
    shown = published(session, {"990101": 1, "990104": 1})
    near = {"urn": "990101"}
    (found,) = itt.asked(ANONYMOUS, "search_courses", near=near, vacancies=True)["items"]
    assert found["distance_miles"] == 0.0
    places.take(session, next(s["option_id"] for s in shown["sites"] if s["site_urn"] == "990101"))
    (found,) = itt.asked(ANONYMOUS, "search_courses", near=near, vacancies=True)["items"]
    assert found["distance_miles"] == 6.2


def test_the_other_end_of_the_country_is_far_away(session: Session, itt: Itt) -> None:
    published(session, {"990101": 1})
    cornwall = session.get_one(models.School, "990104")
    cornwall.easting, cornwall.northing = 140_000, 25_000
    session.flush()
    (found,) = itt.asked(ANONYMOUS, "search_courses", near={"urn": "990104"})["items"]
    assert found["distance_miles"] == 378.0


def test_a_course_whose_school_has_no_coordinates_comes_last_and_is_not_within_any_distance(
    session: Session, itt: Itt
) -> None:
    _at_each_school(session)
    nearest = session.get_one(models.School, "990101")
    nearest.easting = nearest.northing = None
    session.flush()
    near = {"urn": "990103"}
    assert _names(itt, near=near) == ["Near", "Far", "Here"]
    assert itt.asked(ANONYMOUS, "search_courses", near=near)["items"][-1]["distance_miles"] is None
    assert _names(itt, near=near, within_miles=200) == ["Near", "Far"]


WRONG_PLACES = [
    ({"postcode": "ZZ99 9ZZ"}, "not known here"),
    ({"postcode": "Newcastle"}, "no postcode"),
    ({"urn": "999999"}, "not known here"),
    ({"latitude": 48.85, "longitude": 2.35}, "outside Great Britain"),
]


@pytest.mark.parametrize(("near", "told"), WRONG_PLACES)
def test_a_place_that_is_not_known_is_a_clear_error(itt: Itt, near: dict[str, Any], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        itt.asked(ANONYMOUS, "search_courses", near=near)


@pytest.mark.parametrize(
    "near", [{}, {"latitude": 54.0}, {"urn": "990101", "postcode": "NE5 3RN"}], ids=["none", "half", "two"]
)
def test_a_place_is_said_in_exactly_one_way(itt: Itt, near: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        itt.asked(ANONYMOUS, "search_courses", near=near)


@pytest.mark.parametrize("criteria", [{"sort": "distance"}, {"within_miles": 5}])
def test_a_distance_needs_to_be_from_somewhere(itt: Itt, criteria: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="from where"):
        itt.asked(ANONYMOUS, "search_courses", **criteria)


@pytest.mark.parametrize("sort", ["name", "provider", "distance"])
def test_pages_hold_every_course_once_and_tell_how_many_there_are(
    session: Session, itt: Itt, sort: str
) -> None:
    urns = list(SCHOOLS)
    for number in range(7):
        published(session, {urns[number % 2]: 1}, name=f"Course {number % 3}")
    found, after = [], None
    while True:
        page = itt.asked(ANONYMOUS, "search_courses", near={"urn": "990101"}, sort=sort, limit=3, after=after)
        assert page["total"] == 7
        found += page["items"]
        if (after := page["next"]) is None:
            break
    assert len({item["course_id"] for item in found}) == len(found) == 7
    keys = {
        "name": lambda i: i["name"],
        "provider": lambda i: i["provider_name"],
        "distance": lambda i: i["distance_miles"],
    }
    assert [keys[sort](item) for item in found] == sorted(keys[sort](item) for item in found)


def test_candidates_see_what_they_choose_by_and_not_how_many_places_there_are(
    session: Session, itt: Itt
) -> None:
    shown = published(session, {"990101": 2, "990102": 0})
    seen = itt.asked(ANONYMOUS, "show_course", course_id=shown["course_id"])
    assert (seen["provider_name"], seen["accredited_name"]) == ("Provider 2LS", "Provider 2A5")
    assert (seen["subject_labels"], seen["age_range_label"]) == (["Mathematics"], "Eleven to sixteen")
    assert [site["site_name"] for site in seen["sites"]] == ["Alder Grove Primary"]
    assert not {"places", "accepted", "allocated_places"} & (seen.keys() | seen["sites"][0].keys())


@pytest.mark.parametrize(
    "method",
    ["search_courses", "show_course", "recruitment_cycle", "list_providers", "list_partnerships", "names_of"],
)
def test_searching_needs_no_account(method: str) -> None:
    from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

    from services.itt.service import IttService

    (entrypoint,) = getattr(getattr(IttService, method), ENTRYPOINT_EXTENSIONS_ATTR)
    assert isinstance(entrypoint, Rpc)
    assert entrypoint.terms.public


def test_the_timetable_of_a_cycle_is_told(itt: Itt) -> None:
    told = itt.asked(ANONYMOUS, "recruitment_cycle")
    assert (told["cycle"], told["can_find"], told["can_apply"]) == (2027, True, True)
    assert told["provisional"] is False
    assert told["apply_deadline_at"] == "2027-09-21T17:00:00+00:00"
    assert itt.asked(ANONYMOUS, "recruitment_cycle", cycle=2026)["can_apply"] is False


some_criteria = st.fixed_dictionaries(
    {},
    optional={
        "subjects": st.lists(st.sampled_from(["100403", "100425", "999999"]), max_size=3),
        "level": st.sampled_from([*Level, "other"]),
        "funding": st.sampled_from(list(Funding)),
        "qualification": st.sampled_from(list(Qualification)),
        "study_mode": st.sampled_from(list(StudyMode)),
        "degree": st.sampled_from([*Degree, "none"]),
        "visa_sponsorship": st.booleans(),
        "vacancies": st.booleans(),
        "sort": st.sampled_from(["name", "provider", "distance"]),
        "within_miles": st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 300),
        "limit": st.integers(-1, 300),
        "after": st.text(max_size=20),
        "near": st.fixed_dictionaries(
            {},
            optional={
                "urn": st.sampled_from(["990101", "1", ""]),
                "postcode": st.text(max_size=8),
                "latitude": st.floats(allow_nan=False, allow_infinity=False),
                "longitude": st.floats(allow_nan=False, allow_infinity=False),
            },
        ),
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(criteria=some_criteria)
def test_any_search_gives_an_answer_or_says_what_is_wrong(
    session: Session, itt: Itt, criteria: dict[str, Any]
) -> None:
    try:
        with session.begin_nested():
            answer = itt.asked(ANONYMOUS, "search_courses", **criteria)
    except Invalid:
        return
    assert answer["cycle"] == 2027
