"""What a course must say to be published, and what may be done in which state (itt.md, "Courses and places")."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain import courses, places
from services.itt.domain.courses import (
    CONTENT,
    TRANSITIONS,
    Content,
    Course,
    Degree,
    Funding,
    Level,
    Option,
    Qualification,
    State,
    StudyMode,
    next_code,
    problems,
)
from services.itt.domain.places import Site, allocate, spread
from services.itt.domain.routes import Route
from shared.errors import Conflict, Invalid, TransitionNotAllowed

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PARTNERS = {"2A5"}
FULL_TIME, PART_TIME = StudyMode.FULL_TIME, StudyMode.PART_TIME
CONTENT_ = Content(
    name="Mathematics",
    accredited_code="2A5",
    level=Level.SECONDARY,
    subjects=("100403",),
    age_range="13918",
    study_mode=FULL_TIME,
    funding=Funding.FEE,
    route=Route.SCHOOL_DIRECT_TUITION_FEE,
    qualification=Qualification.PGCE_WITH_QTS,
    start_month=date(2027, 9, 1),
    ends_on=date(2028, 7, 14),
    degree_required=Degree.LOWER_SECOND,
    gcse={"english": ["at_application"], "maths": ["before_training", "equivalence_test"]},
    fee_pence=925_000,
    visa_sponsorship=False,
)


def said(**changes: Any) -> Content:
    """The course's words with others."""
    return replace(CONTENT_, **changes)


def option(number: int = 1, **changes: Any) -> Option:
    made = Option(
        id=UUID(int=number), site_code="A", site_urn="990101", study_mode=FULL_TIME, places=2, accepted=0
    )
    return replace(made, **changes)


def course(state: State = State.DRAFT, *, content: Content = CONTENT_, **changes: Any) -> Course:
    made = Course(
        id=UUID(int=9),
        cycle=2027,
        provider_code="2LS",
        code="3CVK",
        state=state,
        content=content,
        allocated_places=5,
        options=(option(),),
    )
    return replace(made, **changes)


MOVES = {("draft", "publish"): "published", ("published", "withdraw"): "withdrawn"}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", ["publish", "withdraw"])
def test_each_state_and_event_leads_where_the_table_says_or_nowhere(state: State, event: str) -> None:
    if (after := MOVES.get((state.value, event))) is not None:
        assert TRANSITIONS.next(state, event) == after
        return
    with pytest.raises(TransitionNotAllowed, match=state.value):
        TRANSITIONS.next(state, event)


def test_a_course_that_says_everything_is_published() -> None:
    assert problems(course(), PARTNERS) == {}
    after = courses.publish(course(), PARTNERS, NOW)
    assert (after.state, after.published_at) == (State.PUBLISHED, NOW)


def test_a_course_is_withdrawn_at_a_moment() -> None:
    after = courses.withdraw(course(State.PUBLISHED), NOW)
    assert (after.state, after.withdrawn_at) == (State.WITHDRAWN, NOW)


# Every field of content, and whether a course can be published without it.
MANDATORY = {
    "name",
    "accredited_code",
    "level",
    "subjects",
    "age_range",
    "study_mode",
    "funding",
    "route",
    "qualification",
    "start_month",
    "ends_on",
    "degree_required",
    "gcse",
    "fee_pence",
    "visa_sponsorship",
}
OPTIONAL = {"about", "starts_on", "school_days"}


def test_every_field_is_mandatory_or_optional() -> None:
    assert set(CONTENT) == MANDATORY | OPTIONAL


@pytest.mark.parametrize("name", sorted(MANDATORY))
def test_what_is_missing_is_told_by_its_field(name: str) -> None:
    blank: Any = {"name": "", "subjects": (), "gcse": {}}.get(name)
    found = problems(course(content=said(**{name: blank})), PARTNERS)
    assert name in found


@pytest.mark.parametrize("name", sorted(OPTIONAL))
def test_what_is_optional_is_not_asked_for(name: str) -> None:
    assert problems(course(content=said(**{name: None})), PARTNERS) == {}


primary = {"level": Level.PRIMARY}
science = {**CONTENT_.gcse, "science": ["at_application"]}
salaried = {"route": Route.SCHOOL_DIRECT_SALARIED, "fee_pence": None}
degree_apprenticeship = {
    "route": Route.TEACHER_DEGREE_APPRENTICESHIP,
    "funding": Funding.APPRENTICESHIP,
    "fee_pence": None,
    "qualification": Qualification.QTS,
}
early_years = {"route": Route.EARLY_YEARS_POSTGRAD}
WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"subjects": ("100403", "100425")}, set()),
    ({"subjects": ("100403", "100403")}, {"subjects"}),
    ({"subjects": ("100403", "100425", "100346")}, {"subjects"}),
    ({"subjects": ("999999",)}, {"subjects"}),
    ({"age_range": "99999"}, {"age_range"}),
    ({"start_month": date(2027, 9, 2)}, {"start_month"}),
    ({"starts_on": date(2027, 9, 6)}, set()),
    ({"starts_on": date(2027, 10, 1)}, {"starts_on"}),
    ({"ends_on": date(2027, 9, 1)}, {"ends_on"}),
    ({"accredited_code": "1TZ"}, {"accredited_code"}),
    (primary, {"gcse"}),
    (primary | {"gcse": science}, set()),
    ({"gcse": science}, set()),
    ({"fee_pence": 0}, {"fee_pence"}),
    (salaried, {"funding", "fee_pence"}),
    (salaried | {"funding": Funding.SALARY}, set()),
    (salaried | {"funding": Funding.SALARY, "fee_pence": 1}, {"fee_pence"}),
    (degree_apprenticeship, set()),
    (degree_apprenticeship | {"degree_required": Degree.NOT_REQUIRED}, set()),
    ({"degree_required": Degree.NOT_REQUIRED}, set()),
    (early_years, {"qualification"}),
    (early_years | {"qualification": Qualification.EYTS}, set()),
    ({"qualification": Qualification.EYTS}, {"qualification"}),
    ({"study_mode": PART_TIME}, {"sites"}),
    ({"study_mode": StudyMode.EITHER}, set()),
]


@pytest.mark.parametrize(("changes", "fields"), WRONG)
def test_what_does_not_fit_is_told_by_its_field(changes: dict[str, Any], fields: set[str]) -> None:
    assert set(problems(course(content=said(**changes)), PARTNERS)) == fields


@pytest.mark.parametrize("options", [(), (option(places=0),)])
def test_a_course_needs_a_site_with_a_place(options: tuple[Option, ...]) -> None:
    with pytest.raises(Invalid) as raised:
        courses.publish(course(options=options), PARTNERS, NOW)
    assert list(raised.value.fields) == ["sites"]


@pytest.mark.parametrize(
    ("month", "wrong"),
    [
        (date(2026, 12, 1), True),
        (date(2027, 1, 1), False),
        (date(2028, 7, 1), False),
        (date(2028, 8, 1), True),
    ],
)
def test_a_course_starts_from_january_of_its_cycle_to_july_of_the_next_year(month: date, wrong: bool) -> None:
    found = problems(course(content=said(start_month=month, ends_on=date(2029, 7, 1))), PARTNERS)
    words = f"is {month:%B %Y}; courses of the cycle 2027 start from January 2027 to July 2028"
    assert found == ({"start_month": [words]} if wrong else {})


def test_a_published_course_is_not_moved_out_of_its_cycle() -> None:
    with pytest.raises(Invalid, match="of the cycle 2027"):
        courses.change(
            course(State.PUBLISHED), said(start_month=date(2028, 9, 1), ends_on=date(2029, 7, 1)), PARTNERS
        )


@pytest.mark.parametrize("name", sorted(courses.FIXED_ONCE_PUBLISHED))
def test_what_candidates_chose_a_course_for_stays(name: str) -> None:
    other: Any = {"accredited_code": "1TZ", "subjects": ("100425",)}.get(name, None)
    with pytest.raises(Invalid) as raised:
        courses.change(course(State.PUBLISHED), said(**{name: other}), {"2A5", "1TZ"})
    assert list(raised.value.fields) == [name]


def test_a_draft_may_say_anything_and_what_changed_is_told() -> None:
    after, changed = courses.change(course(), said(name="", fee_pence=None), PARTNERS)
    assert changed == ("name", "fee_pence")
    assert after.content.name == ""


def test_only_a_published_course_has_vacancies() -> None:
    options = (option(places=3, accepted=1), option(2, site_code="B", places=2))
    assert course(State.PUBLISHED, options=options).vacancies == 4
    assert course(State.WITHDRAWN, options=options).vacancies == 0


def test_a_free_code_is_a_letter_and_three_digits() -> None:
    assert next_code(set()) == "A100"
    assert next_code({"A100", "A101", "A103"}) == "A102"
    assert next_code({f"A{number}" for number in range(100, 1000)}) == "B100"


# --- places


def site(code: str = "A", places_: int = 2, urn: str = "990101", mode: StudyMode = FULL_TIME) -> Site:
    return Site(code=code, urn=urn, study_mode=mode, places=places_)


def test_an_allocation_is_not_less_than_what_is_spread() -> None:
    assert allocate(course(), 2).allocated_places == 2
    with pytest.raises(Conflict, match="take 1 of"):
        allocate(course(), 1)


WRONG_SITES: list[tuple[list[Site], str]] = [
    ([site(), site()], "twice"),
    ([site("A", 1), site("A", 1, "990102", PART_TIME)], "one school"),
    ([site(mode=StudyMode.EITHER)], "full_time or part_time"),
    ([site(mode=PART_TIME)], "not studied part_time"),
    ([site(places_=6)], "more than the allocation: 5 places"),
]


@pytest.mark.parametrize(("sites", "told"), WRONG_SITES)
def test_sites_that_cannot_be_are_refused(sites: list[Site], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        spread(course(), sites)


def test_a_site_that_candidates_chose_stays_the_same_school() -> None:
    moved = [site(urn="990102")]
    assert spread(course(), moved).kept[0].site_urn == "990102"
    with pytest.raises(Invalid, match="990101"):
        spread(course(State.PUBLISHED), moved)


def test_a_course_with_both_modes_has_places_for_each() -> None:
    either = course(content=said(study_mode=StudyMode.EITHER))
    decided = spread(either, [site(), site(mode=PART_TIME, places_=1)])
    assert [(new.study_mode, new.places) for new in decided.new] == [(PART_TIME, 1)]


codes = st.sampled_from("ABC")
options = st.lists(
    st.builds(
        lambda code, most, taken: option(
            ord(code), site_code=code, site_urn=f"99010{ord(code)}", places=most, accepted=min(most, taken)
        ),
        codes,
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=3,
    unique_by=lambda o: o.site_code,
)
wanted = st.lists(
    st.builds(lambda code, count: site(code, count, f"99010{ord(code)}"), codes, st.integers(0, 6)),
    max_size=4,
)


@given(state=st.sampled_from(State), options=options, sites=wanted, allocated=st.none() | st.integers(0, 15))
def test_whatever_is_asked_places_stay_within_the_allocation_and_above_what_is_accepted(
    state: State, options: list[Option], sites: list[Site], allocated: int | None
) -> None:
    before = course(state, options=tuple(options), allocated_places=allocated)
    try:
        after = places.spread(before, sites)
    except (Conflict, Invalid):
        return
    assert state is not State.WITHDRAWN
    assert sum(o.places for o in after.kept) + sum(s.places for s in after.new) <= (allocated or 0)
    assert all(o.accepted <= o.places for o in after.kept)
    assert {o.id for o in after.kept} | {o.id for o in after.gone} == {o.id for o in options}
    assert not after.gone or state is State.DRAFT
    assert {(s.code, s.places) for s in sites} <= {(o.site_code, o.places) for o in after.kept} | {
        (s.code, s.places) for s in after.new
    }
