"""A recruited candidate as a national record: what the form and the course say, and nothing that they do not."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.itt.domain import details as national
from services.itt.domain import rules
from services.itt.domain.applications import Application, State
from services.itt.domain.courses import Funding, Qualification, StudyMode
from services.itt.domain.funding import Kind, Rate
from services.itt.domain.recruits import Known, equality, record
from services.itt.domain.routes import Route
from shared.errors import Conflict
from shared.events.applications import Degree, Recruit
from tests.unit.itt.application_builders import an_application as application
from tests.unit.itt.builders import TODAY
from tests.unit.itt.funding_builders import DANCE, PHYSICS, TABLE, rate

UK = Degree(
    uk=True,
    degree_type="051",
    subject="100403",
    grade="02",
    graduation_year="2024",
    institution="0117",
    country="GB",
)
ABROAD = Degree(uk=False, degree_type="051", subject="100403", graduation_year="2020", country="FR")
WHO = Recruit(
    first_names=" Amina ",
    last_name="O'Kafor",
    date_of_birth=date(2002, 5, 14),
    email="amina@example.com",
    nationalities=("FR", "GB"),
    degrees=(UK,),
)
KNOWN = Known(who=WHO, lead_urn="990103", fee_payer="02", sex="10")


def on(**content: Any) -> Application:
    """A recruited application to a course that says this."""
    made = application(State.RECRUITED)
    dates = {"start_month": date(2026, 9, 1), "starts_on": None, "ends_on": date(2027, 7, 16)}
    said = replace(made.course.content, **(dates | content))
    return replace(made, course=replace(made.course, content=said))


def test_only_what_nobody_said_is_missing() -> None:
    cells = national.write(record(on(), KNOWN))
    assert [each.column for each in rules.problems(cells, TODAY)] == ["hesa_id", "funding_method"]


def test_names_are_without_space_around_them_and_the_first_nationality_counts() -> None:
    made = record(on(), KNOWN)
    assert (made.first_names, made.last_name, made.previous_last_name) == ("Amina", "O'Kafor", None)
    assert made.nationality == "FR"


@pytest.mark.parametrize(
    ("route", "code", "partner", "employer", "mode"),
    [
        (Route.SCHOOL_DIRECT_TUITION_FEE, "02", True, False, "01"),
        (Route.SCHOOL_DIRECT_SALARIED, "03", True, True, "01"),
        (Route.TEACHING_APPRENTICESHIP, "10", True, True, "01"),
        (Route.TEACHER_DEGREE_APPRENTICESHIP, "14", True, True, "01"),
        (Route.EARLY_YEARS_SALARIED, "20", True, True, "01"),
        (Route.PROVIDER_LED_POSTGRAD, "12", True, False, "01"),
        (Route.PROVIDER_LED_UNDERGRAD, "11", True, False, "01"),
        (Route.EARLY_YEARS_UNDERGRAD, "18", True, False, "01"),
        (Route.INTERNATIONAL_QTS, "15", True, False, "01"),
        (Route.OPT_IN_UNDERGRAD, "09", False, False, "01"),
        (Route.ASSESSMENT_ONLY, "16", False, False, None),
        (Route.EARLY_YEARS_ASSESSMENT_ONLY, "17", False, False, None),
        (Route.EARLY_YEARS_POSTGRAD, "19", False, False, "01"),
        (Route.HIGH_POTENTIAL, "21", False, False, "01"),
    ],
)
def test_a_route_has_the_schools_that_belong_to_it(
    route: Route, code: str, partner: bool, employer: bool, mode: str | None
) -> None:
    applied = on(route=route)
    made = record(applied, KNOWN)
    assert made.training_route == code
    assert made.training_partner_urn == ("990103" if partner else None)
    assert made.employing_school_urn == (applied.option.site_urn if employer else None)
    assert made.study_mode == mode


@pytest.mark.parametrize(
    ("qualification", "aim", "academic"),
    [
        (Qualification.QTS, "201", None),
        (Qualification.EYTS, "201", None),
        (Qualification.PGCE_WITH_QTS, "202", "020"),
        (Qualification.PGDE_WITH_QTS, "202", "021"),
    ],
)
def test_the_qualification_is_the_aim(qualification: Qualification, aim: str, academic: str | None) -> None:
    made = record(on(qualification=qualification), KNOWN)
    assert (made.itt_aim, made.itt_qualification_aim) == (aim, academic)


@pytest.mark.parametrize(
    ("funding", "fee_payer", "code"),
    [
        (Funding.FEE, "02", "7"),
        (Funding.FEE, "99", None),
        (Funding.FEE, None, None),
        (Funding.SALARY, "02", "2"),
        (Funding.APPRENTICESHIP, None, "2"),
    ],
)
def test_student_finance_is_for_courses_with_a_fee(
    funding: Funding, fee_payer: str | None, code: str | None
) -> None:
    made = record(on(funding=funding), replace(KNOWN, fee_payer=fee_payer))
    assert (made.fund_code, made.funding_method) == (code, None)


NONE = "6"  # "No bursary, scholarship or grant awarded"
GRANT = rate("Physics", PHYSICS, 24_000, kind=Kind.GRANT, routes=(Route.SCHOOL_DIRECT_SALARIED,))
SALARIED: dict[str, Any] = {"route": Route.SCHOOL_DIRECT_SALARIED, "funding": Funding.SALARY}
SCHOLARSHIP = rate("Dance", DANCE, 1_000, kind=Kind.SCHOLARSHIP)


@pytest.mark.parametrize(
    ("content", "rates", "method"),
    [
        ({"subjects": (DANCE,)}, TABLE, NONE),
        ({"subjects": (PHYSICS,)}, TABLE, None),
        ({"subjects": (DANCE, PHYSICS)}, TABLE, None),
        ({"subjects": (DANCE,)}, (*TABLE, SCHOLARSHIP), None),
        ({"subjects": (DANCE,)}, (), None),
        ({"subjects": (DANCE,), "start_month": date(2027, 9, 1), "ends_on": date(2028, 7, 14)}, TABLE, None),
        ({"subjects": (DANCE,), "route": Route.PROVIDER_LED_UNDERGRAD}, TABLE, None),
        (SALARIED | {"subjects": (PHYSICS,)}, TABLE, None),
        (SALARIED | {"subjects": (DANCE,)}, (*TABLE, GRANT), NONE),
        (SALARIED | {"subjects": (PHYSICS,)}, (*TABLE, GRANT), None),
    ],
)
def test_that_nothing_is_awarded_is_filled_in_where_the_table_of_the_year_knows_it(
    content: dict[str, Any], rates: tuple[Rate, ...], method: str | None
) -> None:
    assert record(on(**content), replace(KNOWN, rates=rates)).funding_method == method


def test_a_placement_is_arranged_and_not_guessed() -> None:
    assert record(on(), KNOWN).placement_urns == {}


@pytest.mark.parametrize(
    ("starts_on", "start_month", "begins", "year"),
    [
        (date(2026, 9, 7), date(2026, 9, 1), date(2026, 9, 7), "2026"),
        (None, date(2026, 9, 1), date(2026, 9, 1), "2026"),
        (None, date(2027, 1, 1), date(2027, 1, 1), "2026"),
    ],
)
def test_the_course_year_is_that_of_the_academic_year(
    starts_on: date | None, start_month: date, begins: date, year: str
) -> None:
    made = record(on(starts_on=starts_on, start_month=start_month), KNOWN)
    assert (made.itt_start_date, made.course_year) == (begins, year)


def test_who_studies_part_time_is_part_time_and_two_subjects_are_two() -> None:
    applied = on(subjects=("100403", "100425"))
    made = record(replace(applied, option=replace(applied.option, study_mode=StudyMode.PART_TIME)), KNOWN)
    assert (made.study_mode, made.subjects) == ("31", ("100403", "100425"))


@pytest.mark.parametrize(
    ("degrees", "uk", "non_uk", "institution", "country"),
    [
        ((UK,), "051", None, "0117", None),
        ((ABROAD,), None, "051", None, "FR"),
        ((ABROAD, UK), "051", None, "0117", None),
        ((Degree(uk=True), ABROAD), None, "051", None, "FR"),
        ((), None, None, None, None),
    ],
)
def test_the_degree_of_which_most_is_said_is_recorded(
    degrees: tuple[Degree, ...],
    uk: str | None,
    non_uk: str | None,
    institution: str | None,
    country: str | None,
) -> None:
    made = record(on(), replace(KNOWN, who=replace(WHO, degrees=degrees)))
    assert (made.uk_degree, made.non_uk_degree) == (uk, non_uk)
    assert (made.awarding_institution, made.degree_country) == (institution, country)


def test_equality_data_has_nine_columns_for_disabilities() -> None:
    said = equality("120", [str(number) for number in range(51, 62)])
    assert (said["ethnicity"], said["disability1"], said["disability9"], len(said)) == ("120", "51", "59", 10)


@pytest.mark.parametrize("name", ["route", "qualification", "ends_on", "start_month"])
def test_a_course_that_does_not_say_enough_makes_no_trainee(name: str) -> None:
    with pytest.raises(Conflict, match="a course with route"):
        record(on(**{name: None}), KNOWN)


def test_somebody_without_a_birthday_makes_no_trainee() -> None:
    with pytest.raises(Conflict, match="a date of birth"):
        record(on(), replace(KNOWN, who=replace(WHO, date_of_birth=None)))
