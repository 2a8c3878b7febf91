"""The two rule sets of statutory induction, chosen by the date on which induction starts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EARLY_CAREER_FROM = date(2021, 9, 1)
LEAST_HUNDREDTHS = 100
ABSENCE_THRESHOLD_DAYS = 30
SCHOOL_DAYS_A_YEAR, TERMS_A_YEAR = 190, 3  # SI 1999/3181, reg. 3: 380 sessions.


class RuleSet(StrEnum):
    """Which rules hold for the whole of somebody's induction."""

    NEWLY_QUALIFIED = "newly_qualified"
    EARLY_CAREER = "early_career"


class AbsenceKind(StrEnum):
    """Why somebody was away: statutory leave has its own rule."""

    SICKNESS = "sickness"
    MATERNITY = "maternity"
    PATERNITY = "paternity"
    SHARED_PARENTAL = "shared_parental"
    ADOPTION = "adoption"
    PARENTAL_BEREAVEMENT = "parental_bereavement"
    CARERS = "carers"
    OTHER = "other"


class AssessmentKind(StrEnum):
    """Formal against the standards, a progress review, or interim on leaving."""

    FORMAL = "formal"
    PROGRESS = "progress"
    INTERIM = "interim"


@dataclass(frozen=True)
class Rules:
    """One column of the table of induction; terms in hundredths, timetables in percent by term."""

    terms_hundredths: int
    any_length_after_first_term: bool
    timetable_percent: tuple[int, ...]
    every_term_formal: bool
    leave_at_wish: frozenset[AbsenceKind]
    absence_by_part: bool
    part_time_reduction: bool
    representations_working_days: int | None
    short_supply_years: int | None


RULES = {
    RuleSet.NEWLY_QUALIFIED: Rules(
        terms_hundredths=300,
        any_length_after_first_term=False,
        timetable_percent=(90, 90, 90),
        every_term_formal=True,
        leave_at_wish=frozenset({AbsenceKind.MATERNITY}),
        absence_by_part=False,
        part_time_reduction=False,
        representations_working_days=10,
        short_supply_years=None,
    ),
    RuleSet.EARLY_CAREER: Rules(
        terms_hundredths=600,
        any_length_after_first_term=True,
        timetable_percent=(90, 90, 90, 95, 95, 95),
        every_term_formal=False,
        leave_at_wish=frozenset(AbsenceKind) - {AbsenceKind.SICKNESS, AbsenceKind.OTHER},
        absence_by_part=True,
        part_time_reduction=True,
        representations_working_days=None,
        short_supply_years=5,
    ),
}


def rule_set_of(starts_on: date) -> RuleSet:
    """Early career for induction that starts from 1 September 2021, newly qualified before (reg. 7)."""
    return RuleSet.EARLY_CAREER if starts_on >= EARLY_CAREER_FROM else RuleSet.NEWLY_QUALIFIED


def timetable_percent(rule_set: RuleSet, term: int) -> int:
    """The most that may be taught in that term, in percent of a comparable teacher's timetable (reg. 10)."""
    percents = RULES[rule_set].timetable_percent
    return percents[min(term, len(percents)) - 1]


def assessment_kind(rule_set: RuleSet, term: int, last_term: int) -> AssessmentKind:
    """What ends the term. Early career: formal in terms 3 and 6 and in the last, progress reviews else."""
    formal = RULES[rule_set].every_term_formal or term % TERMS_A_YEAR == 0 or term == last_term
    return AssessmentKind.FORMAL if formal else AssessmentKind.PROGRESS


def short_supply_until(rule_set: RuleSet, qts_awarded_on: date) -> date | None:
    """The end of the years in which supply of under one term is possible without induction (Sch. 1, para. 4)."""
    if (years := RULES[rule_set].short_supply_years) is None:
        return None
    if (qts_awarded_on.month, qts_awarded_on.day) == (2, 29):
        return date(qts_awarded_on.year + years, 3, 1)
    return qts_awarded_on.replace(year=qts_awarded_on.year + years)
