"""Whatever a lead school writes of a course is stored and read back as it was, or refused by field."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from services.itt.domain.courses import (
    CONTENT,
    Degree,
    Funding,
    GcseSubject,
    GcseWay,
    Level,
    Qualification,
    StudyMode,
)
from services.itt.domain.routes import Route
from shared.errors import Conflict, Invalid
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ANALYST, LEAD, draft, load_schools, register_providers, with_places

numbers = st.integers(-(2**70), 2**70) | st.integers(0, 2000)
days = st.dates() | st.dates(date(2026, 1, 1), date(2029, 1, 1))
texts = st.text(max_size=40)
CONTENTS: dict[str, st.SearchStrategy[Any]] = {
    "name": texts,
    "about": texts | st.none(),
    "accredited_code": st.sampled_from(["2A5", "1TZ", "2LS", "ZZZ", "2a5", None]),
    "level": st.sampled_from([*Level, "nursery", None]),
    "subjects": st.lists(st.sampled_from(["100403", "100425", "999999", "x"]), max_size=3),
    "age_range": st.sampled_from(["13918", "99999", "x", None]),
    "study_mode": st.sampled_from([*StudyMode, None]),
    "funding": st.sampled_from([*Funding, None]),
    "route": st.sampled_from([*Route, None]),
    "qualification": st.sampled_from([*Qualification, None]),
    "start_month": days | st.none(),
    "starts_on": days | st.none(),
    "ends_on": days | st.none(),
    "school_days": numbers | st.none(),
    "degree_required": st.sampled_from([*Degree, None]),
    "gcse": st.dictionaries(
        st.sampled_from([*GcseSubject, "art"]), st.lists(st.sampled_from([*GcseWay, "never"]), max_size=4)
    ),
    "fee_pence": numbers | st.none(),
    "visa_sponsorship": st.booleans() | st.none(),
}
contents = st.fixed_dictionaries({}, optional=CONTENTS)
sites = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["A", "B", "-", "MAIN1", "a", "LONGER"]),
            "urn": st.sampled_from(["990101", "990102", "999999", "1"]),
            "study_mode": st.sampled_from(list(StudyMode)),
            "places": numbers,
        }
    ),
    max_size=4,
)
in_one_database = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def test_every_field_of_a_course_is_tried() -> None:
    assert set(CONTENTS) == set(CONTENT)


@in_one_database
@given(content=contents)
def test_any_content_is_read_back_as_it_was_written_or_refused_by_field(
    session: Session, itt: Itt, content: dict[str, Any]
) -> None:
    try:
        with session.begin_nested():
            made = itt.asked(LEAD, "create_course", provider_code="2LS", cycle=2027, content=content)
    except Invalid as refused:
        told = {".".join(field.split(".")[:2]) for field in refused.fields}
        assert told <= {"accredited_code", *(f"content.{name}" for name in content)}
        return
    written = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in content.items()
    }
    shown = itt.asked(LEAD, "get_course", course_id=made["course_id"])
    assert {name: shown[name] for name in written} == written


one_change = st.sampled_from(sorted(CONTENTS)).flatmap(
    lambda name: st.fixed_dictionaries({name: CONTENTS[name]})
)


@in_one_database
@given(change=one_change)
def test_a_draft_is_published_exactly_when_nothing_is_missing(
    session: Session, itt: Itt, change: dict[str, Any]
) -> None:
    course_id = draft(session)
    with_places(session, course_id, {"990101": 1})
    try:
        before = itt.asked(LEAD, "change_course", course_id=course_id, changes=change)
    except Invalid:
        return
    try:
        itt.asked(LEAD, "publish_course", course_id=course_id)
    except Invalid as refused:
        assert refused.fields == before["missing_to_publish"] != {}
    else:
        assert before["missing_to_publish"] == {}


@in_one_database
@given(wanted=sites, allocated=st.integers(0, 3000))
def test_any_sites_are_stored_within_the_allocation_or_refused(
    session: Session, itt: Itt, wanted: list[dict[str, Any]], allocated: int
) -> None:
    course_id = draft(session)
    try:
        with session.begin_nested():
            itt.asked(ANALYST, "allocate_places", course_id=course_id, places=allocated)
            shown = itt.asked(LEAD, "spread_places", course_id=course_id, sites=wanted)
    except (Invalid, Conflict):
        return
    told = {(site["site_code"], site["study_mode"], site["places"]) for site in shown["sites"]}
    assert told == {(site["code"], site["study_mode"], site["places"]) for site in wanted}
    assert shown["places"] <= allocated
