from datetime import date
from itertools import combinations

import pytest

from services.cpd.domain.absences import Absence, days_to_hundredths, extension_days
from services.cpd.domain.rules import (
    RULES,
    AbsenceKind,
    RuleSet,
    assessment_kind,
    rule_set_of,
    short_supply_until,
    timetable_percent,
)
from services.cpd.domain.status import Status, shown
from tests.unit.cpd.build import PERSON

NQT, ECT = RuleSet.NEWLY_QUALIFIED, RuleSet.EARLY_CAREER


@pytest.mark.parametrize(
    ("starts_on", "rule_set"),
    [(date(2012, 9, 1), NQT), (date(2021, 8, 31), NQT), (date(2021, 9, 1), ECT), (date(2030, 1, 1), ECT)],
)
def test_the_date_on_which_induction_starts_chooses_the_rules(starts_on: date, rule_set: RuleSet) -> None:
    assert rule_set_of(starts_on) is rule_set


@pytest.mark.parametrize(("rule_set", "hundredths"), [(NQT, 300), (ECT, 600)])
def test_full_time_length(rule_set: RuleSet, hundredths: int) -> None:
    assert RULES[rule_set].terms_hundredths == hundredths


@pytest.mark.parametrize(("rule_set", "percents"), [(NQT, [90, 90, 90]), (ECT, [90, 90, 90, 95, 95, 95, 95])])
def test_the_timetable_is_reduced(rule_set: RuleSet, percents: list[int]) -> None:
    assert [timetable_percent(rule_set, term) for term in range(1, len(percents) + 1)] == percents


@pytest.mark.parametrize(
    ("rule_set", "last_term", "kinds"),
    [
        (NQT, 3, "formal formal formal"),
        (ECT, 6, "progress progress formal progress progress formal"),
        (ECT, 4, "progress progress formal formal"),
        (ECT, 8, "progress progress formal progress progress formal progress formal"),
    ],
)
def test_each_term_ends_with_the_right_kind_of_assessment(
    rule_set: RuleSet, last_term: int, kinds: str
) -> None:
    assert [assessment_kind(rule_set, t, last_term) for t in range(1, last_term + 1)] == kinds.split()


@pytest.mark.parametrize(
    ("rule_set", "awarded_on", "until"),
    [
        (NQT, date(2015, 7, 1), None),
        (ECT, date(2024, 7, 1), date(2029, 7, 1)),
        (ECT, date(2024, 2, 29), date(2029, 3, 1)),
    ],
)
def test_short_supply_is_possible_for_five_years(
    rule_set: RuleSet, awarded_on: date, until: date | None
) -> None:
    assert short_supply_until(rule_set, awarded_on) == until


def absence(
    days: int, kind: AbsenceKind = AbsenceKind.SICKNESS, part: int = 1, wish: bool = False
) -> Absence:
    given = {"id": PERSON, "person_id": PERSON, "period_id": PERSON, "starts_on": date(2024, 10, 1)}
    return Absence(**given, kind=kind, days=days, part=part, extends_at_wish=wish)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule_set", "absences", "days"),
    [
        (NQT, [absence(29)], 0),
        (NQT, [absence(30)], 30),
        (NQT, [absence(20), absence(15, part=2)], 35),  # in all
        (ECT, [absence(20), absence(15, part=2)], 0),  # in a year
        (ECT, [absence(20), absence(15), absence(29, part=2)], 35),
        (NQT, [absence(90, AbsenceKind.MATERNITY)], 0),
        (NQT, [absence(90, AbsenceKind.MATERNITY, wish=True)], 90),
        (NQT, [absence(40, AbsenceKind.PATERNITY)], 40),  # only maternity leave is at her wish
        (ECT, [absence(40, AbsenceKind.PATERNITY)], 0),
        (ECT, [absence(40, AbsenceKind.CARERS, wish=True)], 40),
        (ECT, [absence(90, AbsenceKind.ADOPTION), absence(31)], 31),
    ],
)
def test_absence_extends_by_the_total_from_thirty_days(
    rule_set: RuleSet, absences: list[Absence], days: int
) -> None:
    assert extension_days(absences, rule_set) == days


@pytest.mark.parametrize(("days", "hundredths"), [(0, 0), (30, 48), (63, 100), (190, 300)])
def test_a_school_year_of_190_days_is_three_terms(days: int, hundredths: int) -> None:
    assert days_to_hundredths(days) == hundredths


PRIORITY = "Failed Passed Exempt InProgress FailedInWales RequiredToComplete None".split()


@pytest.mark.parametrize(("higher", "lower"), list(combinations(PRIORITY, 2)))
def test_the_status_of_higher_priority_is_shown(higher: str, lower: str) -> None:
    assert shown([Status(lower), Status(higher)]) == higher


def test_nothing_known_shows_none() -> None:
    assert shown([]) is Status.NONE
