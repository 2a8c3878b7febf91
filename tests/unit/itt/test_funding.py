"""What the table gives, and why: every amount written by hand from the rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.itt.domain import funding
from services.itt.domain.courses import Funding
from services.itt.domain.funding import Kind, Rate, entitlement
from services.itt.domain.routes import Route
from services.itt.domain.trainees import State
from tests.unit.itt.funding_builders import BIOLOGY, DANCE, MATHS, PHYSICS, TABLE, rate, studied

SCHOLARSHIP = rate("Physics", PHYSICS, 31_000, kind=Kind.SCHOLARSHIP)
GRANT = rate("Physics", PHYSICS, 24_000, kind=Kind.GRANT, routes=(Route.SCHOOL_DIRECT_SALARIED,))


def test_a_physicist_reads_why_in_order() -> None:
    found = entitlement(studied(), TABLE)
    assert (found.amount_pence, found.full_amount_pence, found.subject_code) == (
        2_900_000,
        2_900_000,
        PHYSICS,
    )
    assert found.rate == TABLE[0]
    assert found.sentences == (
        "The training starts on 1 September 2026, in the academic year 2026 to 2027.",
        "School Direct tuition fee is a route for which the table of 2026 to 2027 has rates.",
        "The subject is Physics.",
        (
            "Physics has a bursary of 29,000 pounds for who starts from 1 August 2026 until 31 July 2027"
            " (the table)."
        ),
    )
    assert found.to_check == ()


SUBJECTS: list[tuple[tuple[str, ...], str | None, int, str]] = [
    ((PHYSICS, BIOLOGY), "Physics with Biology", 2_900_000, "Physics with Biology counts as Physics."),
    ((BIOLOGY, PHYSICS), "Biology with Physics", 500_000, "Biology with Physics counts as Biology."),
    (
        (BIOLOGY, PHYSICS),
        "Biology and Physics",
        2_900_000,
        (
            "Physics and Biology are in equal parts: the higher counts, Physics"
            " (29,000 pounds against 5,000 pounds)."
        ),
    ),
    (
        (PHYSICS, MATHS),
        "Physics and Mathematics",
        2_900_000,
        (
            "Physics and Mathematics are in equal parts: the higher counts, Physics"
            " (29,000 pounds against 29,000 pounds)."
        ),
    ),
    (
        (DANCE, BIOLOGY),
        "Dance and Biology",
        500_000,
        "Biology and Dance are in equal parts: the higher counts, Biology (5,000 pounds against 0 pounds).",
    ),
    (
        (BIOLOGY, DANCE),
        None,
        500_000,
        "Biology is named first, so it counts as Biology; Dance beside it does not count.",
    ),
    ((MATHS, "100511"), None, 0, "Primary Teaching counts, whatever is specialised in beside it."),
]


@pytest.mark.parametrize(("subjects", "name", "pence", "sentence"), SUBJECTS)
def test_one_subject_counts(subjects: tuple[str, ...], name: str | None, pence: int, sentence: str) -> None:
    found = entitlement(studied(*subjects, course_name=name), TABLE)
    assert (found.amount_pence, found.sentences[2], found.to_check) == (pence, sentence, ())


def test_a_record_that_cannot_tell_equal_parts_is_to_be_checked_when_it_matters() -> None:
    found = entitlement(studied(BIOLOGY, PHYSICS), TABLE)
    assert found.amount_pence == 500_000
    assert found.to_check == (
        (
            "Nothing says whether the subjects are in equal parts; if they are, the higher counts:"
            " Physics, 29,000 pounds."
        ),
    )


NOTHING: list[tuple[dict[str, Any], str]] = [
    (
        {"subjects": (DANCE,)},
        "No bursary or grant is known for Dance on School Direct tuition fee in 2026 to 2027",
    ),
    ({"route": Route.INTERNATIONAL_QTS}, "No rate is known for iQTS in 2026 to 2027"),
    ({"route": Route.EARLY_YEARS_POSTGRAD}, "No rate is known for Early years postgrad in 2026 to 2027"),
    ({"route": Route.SCHOOL_DIRECT_SALARIED}, "On School Direct salaried a school pays a salary"),
    ({"route": Route.TEACHING_APPRENTICESHIP}, "On Postgraduate teaching apprenticeship a school pays"),
    ({"funding": Funding.SALARY}, "On School Direct tuition fee a school pays a salary"),
    ({"funding": Funding.APPRENTICESHIP}, "On School Direct tuition fee a school pays a salary"),
    ({"starts_on": date(2026, 7, 31)}, "No rate is known for 2025 to 2026"),
    ({"starts_on": date(2027, 8, 1)}, "No rate is known for 2027 to 2028"),
]


@pytest.mark.parametrize(("changes", "sentence"), NOTHING)
def test_what_no_rate_is_known_for_gives_nothing_and_says_so(changes: dict[str, Any], sentence: str) -> None:
    found = entitlement(replace(studied(), **changes), TABLE)
    assert (found.amount_pence, found.full_amount_pence, found.rate) == (0, 0, None)
    assert found.sentences[-1].startswith(sentence)
    assert found.sentences[-1].endswith("so nothing is due by this table.")


def test_the_year_is_that_of_the_start() -> None:
    for day in (date(2026, 8, 1), date(2027, 7, 31)):
        assert entitlement(studied(starts_on=day), TABLE).amount_pence == 2_900_000


def test_a_rate_is_for_who_starts_within_its_days() -> None:
    table = (
        rate("Physics", PHYSICS, 29_000, valid_until=date(2026, 12, 31)),
        rate("Physics", PHYSICS, 10_000, valid_from=date(2027, 1, 1)),
    )
    given = {
        day: entitlement(studied(starts_on=day), table).amount_pence
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(given.values()) == [2_900_000, 1_000_000]


def test_a_scholarship_is_due_to_who_was_given_one() -> None:
    table = (*TABLE, SCHOLARSHIP)
    found = {method: entitlement(studied(method=method), table) for method in ("4", "D", None)}
    assert [each.amount_pence for each in found.values()] == [3_100_000, 2_900_000, 2_900_000]
    assert [each.to_check for each in found.values()] == [(), (), ()]


def test_a_scholarship_that_no_table_knows_is_nothing_by_the_table_and_to_be_checked() -> None:
    found = entitlement(studied(method="4"), TABLE)
    assert found.amount_pence == 0
    assert "No rate is known" in found.sentences[-1]
    assert found.to_check == ("The record says “Scholarship”, for which the table has no rate.",)


def test_a_route_with_a_salary_has_what_a_table_grants_it() -> None:
    salaried = studied(route=Route.SCHOOL_DIRECT_SALARIED, method="E")
    found = entitlement(salaried, (*TABLE, GRANT))
    assert found.amount_pence == 2_400_000
    assert "Physics has a grant of 24,000 pounds" in found.sentences[-1]


def test_a_bursary_goes_before_a_grant_unless_the_record_says_grant() -> None:
    table = (rate("Physics", PHYSICS, 1_000, kind=Kind.GRANT), *TABLE)
    assert entitlement(studied(), table).amount_pence == 2_900_000
    assert entitlement(studied(method="E"), table).amount_pence == 100_000


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.DEFERRED])
def test_of_part_of_a_course_the_table_cannot_tell(state: State) -> None:
    found = entitlement(studied(state=state), TABLE)
    assert (found.amount_pence, found.full_amount_pence) == (None, 2_900_000)
    assert found.to_check == (
        f"The trainee is {state.value}: the table gives a whole course, and cannot tell which part is due.",
    )
    assert entitlement(studied(DANCE, state=state), TABLE).amount_pence == 0


RECORDS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"method": "D", "fund_code": "7"}, ()),
    (
        {"method": "6"},
        ("The record says “No bursary, scholarship or grant awarded”, while the table gives a bursary.",),
    ),
    ({"method": "6", "subjects": (DANCE,)}, ()),
    (
        {"method": "D", "subjects": (DANCE,)},
        ("The record says “Postgraduate bursary”, for which the table has no rate.",),
    ),
    ({"method": "X", "subjects": (DANCE,)}, ("The record says “X”, for which the table has no rate.",)),
    (
        {"fund_code": "2"},
        (
            (
                "The record says “Not eligible for student finance”; whether a bursary is due all the same,"
                " the table cannot tell."
            ),
        ),
    ),
    ({"fund_code": "2", "subjects": (DANCE,)}, ()),
]


@pytest.mark.parametrize(("changes", "told"), RECORDS)
def test_what_the_record_says_otherwise_is_to_be_checked(
    changes: dict[str, Any], told: tuple[str, ...]
) -> None:
    assert entitlement(replace(studied(), **changes), TABLE).to_check == told


ONE = TABLE[0]
OVERLAPS: list[tuple[Rate, bool]] = [
    (replace(ONE, subject="Also physics", amount_pence=1), True),
    (replace(ONE, subject_codes=("100425", "101060"), routes=(Route.PROVIDER_LED_POSTGRAD,)), True),
    (replace(ONE, valid_from=date(2027, 7, 31)), True),
    (replace(ONE, kind=Kind.SCHOLARSHIP), False),
    (replace(ONE, academic_year=2027), False),
    (replace(ONE, subject_codes=("101060",)), False),
    (replace(ONE, routes=(Route.INTERNATIONAL_QTS,)), False),
]


@pytest.mark.parametrize(("other", "overlaps"), OVERLAPS)
def test_rows_overlap_when_somebody_could_get_both(other: Rate, overlaps: bool) -> None:
    assert funding.overlap(ONE, other) is funding.overlap(other, ONE) is overlaps


def test_rows_one_after_the_other_do_not_overlap() -> None:
    first = replace(ONE, valid_until=date(2026, 12, 31))
    second = replace(ONE, valid_from=date(2027, 1, 1))
    assert not funding.overlap(first, second)
    assert not funding.overlap(second, first)


def test_a_table_replaces_the_years_in_it_and_leaves_the_others() -> None:
    old = replace(ONE, academic_year=2025)
    dearer = replace(TABLE[1], amount_pence=1)
    added, ended = funding.difference((old, *TABLE), (TABLE[0], dearer))
    assert (added, ended) == ([dearer], sorted(TABLE[1:]))
    assert funding.difference(TABLE, TABLE) == ([], [])


@pytest.mark.parametrize(
    ("pence", "said"), [(2_900_000, "29,000 pounds"), (50, "0.50 pounds"), (123_405, "1,234.05 pounds")]
)
def test_money_is_said_in_pounds(pence: int, said: str) -> None:
    assert funding.pounds(pence) == said
