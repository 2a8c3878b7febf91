from datetime import date

import pytest

from services.cpd.domain.assessments import Assessment, TermOutcome, assess, formal_terms_missing
from services.cpd.domain.periods import State
from services.cpd.domain.rules import RuleSet
from shared.errors import Conflict, Invalid
from tests.unit.cpd.build import formal, period, progress

TODAY = date(2026, 12, 1)


def assessed(
    of: object, term: int, on: date, outcome: str = "satisfactory", told_on: date | None = None
) -> Assessment:
    return assess(
        progress(of),  # type: ignore[arg-type]
        term=term,
        outcome=TermOutcome(outcome),
        evidence="observations",
        assessed_on=on,
        today=TODAY,
        told_on=told_on,
    )


@pytest.mark.parametrize(
    ("term", "on", "kind", "served"),
    [
        (1, date(2024, 12, 19), "progress", 98),
        (2, date(2025, 4, 4), "progress", 200),
        (3, date(2025, 7, 22), "formal", 300),
        (6, date(2026, 7, 22), "formal", 600),
    ],
)
def test_an_early_career_teacher_is_assessed_by_term(term: int, on: date, kind: str, served: int) -> None:
    done = assessed(period(), term, on)
    assert (done.kind, done.served_hundredths) == (kind, served)


def test_a_newly_qualified_teacher_is_assessed_formally_each_term() -> None:
    assert assessed(period(rule_set=RuleSet.NEWLY_QUALIFIED), 1, date(2014, 12, 18)).kind == "formal"


def test_a_term_that_has_not_begun_is_not_assessed() -> None:
    with pytest.raises(Conflict, match="in term 1, not yet in 2") as error:
        assessed(period(), 2, date(2024, 12, 19))
    assert error.value.details == {"begins_after": "2024-12-20"}


@pytest.mark.parametrize(
    ("term", "on", "fte_percent", "earliest"),
    [
        (1, date(2024, 9, 2), 100, "2024-12-09"),
        (1, date(2024, 12, 6), 100, "2024-12-09"),
        (3, date(2025, 4, 22), 100, "2025-07-09"),
        (1, date(2024, 12, 20), 50, "2025-03-24"),
    ],
)
def test_a_term_is_assessed_at_its_end(term: int, on: date, fte_percent: int, earliest: str) -> None:
    with pytest.raises(Conflict, match=f"term {term} is assessed at its end") as error:
        assessed(period(fte_percent=fte_percent), term, on)
    assert error.value.details["assessed_from"] == earliest
    assert assessed(period(fte_percent=fte_percent), term, date.fromisoformat(earliest)).term == term


def test_a_term_may_be_assessed_after_its_end() -> None:
    assert assessed(period(), 1, date(2025, 2, 3)).term == 1


@pytest.mark.parametrize(
    ("term", "on"),
    [(0, date(2024, 12, 1)), (7, date(2026, 7, 22)), (1, date(2024, 9, 1)), (1, date(2026, 12, 2))],
)
def test_an_assessment_is_of_a_term_within_the_period(term: int, on: date) -> None:
    with pytest.raises(Invalid):
        assessed(period(), term, on)


@pytest.mark.parametrize("state", [State.PROPOSED, State.RECOMMENDED, State.PASSED, State.RELEASED])
def test_a_term_is_assessed_while_the_period_is_open(state: State) -> None:
    with pytest.raises(Conflict, match=f"it is {state}"):
        assessed(period(state), 1, date(2024, 12, 1))


def test_leaving_in_the_middle_of_a_term_gets_an_interim_assessment() -> None:
    left = period(State.RELEASED, released_on=date(2024, 11, 1), interim_due=True)
    assert assessed(left, 1, date(2024, 11, 5)).kind == "interim"


@pytest.mark.parametrize("told_on", [None, date(2025, 7, 15)])
def test_a_failing_assessment_is_never_the_first_word(told_on: date | None) -> None:
    with pytest.raises(Conflict, match="at risk first"):
        assessed(period(), 3, date(2025, 7, 15), "unsatisfactory", told_on)


def test_a_failing_assessment_follows_being_told() -> None:
    done = assessed(period(), 3, date(2025, 7, 15), "unsatisfactory", date(2025, 4, 1))
    assert done.outcome is TermOutcome.UNSATISFACTORY


def test_an_assessment_at_risk_tells_the_teacher_once() -> None:
    of = period()
    assessed(of, 1, date(2024, 12, 10), "at_risk")
    assessed(of, 2, date(2025, 4, 1), "at_risk")
    assert of.at_risk_told_on == date(2024, 12, 10)


@pytest.mark.parametrize(
    ("done", "carried", "missing"),
    [((), 0, [3, 6]), ((3,), 0, [6]), ((3, 6), 0, []), ((6,), 300, []), ((), 250, [3, 6]), ((), 600, [])],
)
def test_formal_assessments_that_are_missing(done: tuple[int, ...], carried: int, missing: list[int]) -> None:
    assert formal_terms_missing(progress(period(), carried), formal(*done)) == missing
