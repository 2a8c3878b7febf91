from datetime import date
from uuid import UUID

import pytest

from services.cpd.domain.facts import Post, Standing
from services.cpd.domain.periods import State
from services.cpd.domain.record import InductionRecord, Obstacle
from services.cpd.domain.rules import RuleSet
from services.cpd.domain.status import Status
from tests.unit.cpd.build import ECT_START, OTHER_SCHOOL, PERSON, award, period, post, progress, record

DAY = date(2025, 1, 10)


def exempt(**more: object) -> Standing:
    return Standing(**{"person_id": PERSON, "exempt_from": date(2025, 1, 1), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "status"),
    [
        (record(awards=[]), "None"),
        (record(awards=[award(removed=True)]), "None"),
        (record(awards=[award(awarded_on=None)]), "None"),
        (record(), "RequiredToComplete"),
        (record(period(State.PROPOSED)), "RequiredToComplete"),
        (record(period(State.OPEN)), "InProgress"),
        (record(period(State.RECOMMENDED)), "InProgress"),
        (record(period(State.RELEASED)), "RequiredToComplete"),
        (record(period(State.OPEN_TO_APPEAL)), "InProgress"),  # not listed as failed yet
        (record(period(State.APPEALED)), "InProgress"),
        (record(period(State.FAILED)), "Failed"),
        (record(period(State.PASSED)), "Passed"),
        (record(standing=exempt()), "Exempt"),
        (record(period(State.OPEN), standing=exempt()), "Exempt"),
        (record(period(State.PASSED), standing=exempt()), "Passed"),
        (record(standing=exempt(exempt_until=DAY)), "RequiredToComplete"),
        (record(standing=exempt(exempt_from=date(2025, 2, 1))), "RequiredToComplete"),
        (record(standing=Standing(person_id=PERSON, failed_in_wales_on=DAY)), "FailedInWales"),
    ],
)
def test_status_shown(of: InductionRecord, status: str) -> None:
    assert of.status(DAY) == Status(status)


@pytest.mark.parametrize(
    ("of", "here", "obstacle"),
    [
        (record(), post(), None),
        (record(), post(begins_on=None), Obstacle.POST_ENDED),
        (record(), post(ended_on=DAY), Obstacle.POST_ENDED),
        (record(), post(relevant=False), Obstacle.NOT_A_TEACHING_POST),
        (record(), post(role="headteacher"), Obstacle.NOT_A_TEACHING_POST),
        (record(awards=[]), post(), Obstacle.NO_QTS),
        (record(standing=exempt()), post(), Obstacle.EXEMPT),
        (record(period(State.PASSED)), post(), Obstacle.ALREADY_DECIDED),
        (record(period(State.FAILED)), post(), Obstacle.ALREADY_DECIDED),
        (record(period(State.OPEN_TO_APPEAL)), post(), Obstacle.ALREADY_DECIDED),
        (record(period(State.OPEN)), post(), Obstacle.PERIOD_LIVE),
        (record(period(State.PROPOSED)), post(), Obstacle.PERIOD_LIVE),
        (record(period(State.REFUSED)), post(), Obstacle.REFUSED_BEFORE),
        (record(period(State.REFUSED)), post(role_period_id=UUID(int=77)), None),
        (record(period(State.RELEASED)), post(), None),
        (record(period(State.DROPPED)), post(), None),
    ],
)
def test_what_stands_against_a_proposal(of: InductionRecord, here: Post, obstacle: Obstacle | None) -> None:
    assert of.obstacle(here, DAY) is obstacle


def test_qts_is_of_the_first_award_that_stands() -> None:
    two = [award(), award(awarded_on=date(2023, 7, 1), removed=True), award(awarded_on=date(2024, 6, 1))]
    assert record(awards=two).qts_awarded_on == date(2024, 6, 1)


def test_an_older_fact_about_an_award_is_recognised() -> None:
    assert award(sequence=5).is_older(4)
    assert not award(sequence=5).is_older(6)


def test_a_period_starts_with_the_post_but_not_before_qts() -> None:
    assert record(awards=[award(awarded_on=date(2024, 9, 20))]).earliest_start(post()) == date(2024, 9, 20)


def test_a_resumed_period_starts_after_the_last_one_ended() -> None:
    left = period(State.RELEASED, released_on=date(2025, 1, 31))
    assert record(left).earliest_start(post(begins_on=date(2025, 1, 6))) == date(2025, 2, 1)


def test_the_rules_of_a_resumed_induction_are_those_it_started_with() -> None:
    left = period(State.RELEASED, RuleSet.NEWLY_QUALIFIED, released_on=date(2015, 7, 1))
    assert record(left).rule_set(date(2024, 9, 2)) is RuleSet.NEWLY_QUALIFIED


def test_a_resumed_induction_keeps_the_length_that_was_decided() -> None:
    left = period(State.RELEASED, terms_required_hundredths=500)
    assert record(left).terms_required_hundredths(RuleSet.EARLY_CAREER) == 500
    assert record().terms_required_hundredths(RuleSet.EARLY_CAREER) == 600


def test_history_follows_the_person() -> None:
    first = period(State.RELEASED, school_urn=OTHER_SCHOOL, starts_on=date(2024, 9, 2))
    second = period(starts_on=date(2025, 9, 1))
    of = record(second, first, period(State.PROPOSED, starts_on=date(2025, 9, 1)))
    assert of.served_at == [OTHER_SCHOOL, second.school_urn]
    assert of.has_started
    assert of.live is second


def left_after(length: int, served: int, rule_set: RuleSet, year: int) -> object:
    starts_on = date(year, 9, 1)
    return period(
        State.RELEASED, rule_set, starts_on=starts_on, length_hundredths=length, served_hundredths=served
    )


@pytest.mark.parametrize(
    ("rule_set", "earlier", "carried"),
    [
        (RuleSet.NEWLY_QUALIFIED, [(99, 99)], 0),
        (RuleSet.NEWLY_QUALIFIED, [(100, 100)], 100),
        (RuleSet.NEWLY_QUALIFIED, [(100, 50)], 50),  # a term at half time
        (RuleSet.NEWLY_QUALIFIED, [(100, 100), (60, 60)], 100),
        (RuleSet.EARLY_CAREER, [(60, 60)], 0),
        (RuleSet.EARLY_CAREER, [(100, 100), (60, 60)], 160),
        (RuleSet.EARLY_CAREER, [(60, 60), (100, 100)], 100),
    ],
)
def test_the_shortest_period_that_counts(
    rule_set: RuleSet, earlier: list[tuple[int, int]], carried: int
) -> None:
    left = [left_after(length, served, rule_set, 2013 + n) for n, (length, served) in enumerate(earlier)]
    present = period(State.OPEN, rule_set, starts_on=date(2018, 9, 3))
    of = record(*left, present)  # type: ignore[arg-type]
    assert of.carried_hundredths(present) == carried


def test_a_period_that_never_opened_carries_all_that_was_served() -> None:
    left = left_after(100, 100, RuleSet.EARLY_CAREER, 2024)
    assert record(left).carried_hundredths(period(State.PROPOSED)) == 100  # type: ignore[arg-type]


def test_the_first_day_of_being_told_counts() -> None:
    told = [period(at_risk_told_on=date(2025, 3, 1)), period(at_risk_told_on=date(2025, 2, 1)), period()]
    assert record(*told).at_risk_told_on == date(2025, 2, 1)


def test_progress_over_six_terms() -> None:
    of = progress(period())
    assert of.completes_on() == date(2026, 7, 22)
    assert of.recommendation_due_on() == date(2026, 8, 4)
    assert [of.term_on(date(2024, 12, 19)), of.term_on(date(2025, 1, 6)), of.term_on(date(2027, 1, 5))] == [
        1,
        2,
        6,
    ]
    assert [of.part_on(date(2025, 7, 21)), of.part_on(date(2025, 9, 1))] == [1, 2]


def test_absence_delays_completion_and_adds_no_term() -> None:
    of = progress(period(absence_hundredths=100))
    assert of.completes_on() == date(2026, 12, 18)
    assert of.term_on(date(2026, 12, 1)) == 6


def test_progress_counts_what_was_carried() -> None:
    of = progress(period(starts_on=date(2025, 9, 1)), carried_hundredths=300)
    assert of.served_hundredths(date(2025, 12, 19)) == 400
    assert of.reached_on(300) == date(2025, 9, 1)
    assert of.reached_on(400) == date(2025, 12, 19)
    assert record().progress(of.period, of.calendar).carried_hundredths == 0


def test_nothing_is_served_after_leaving() -> None:
    of = progress(period(State.RELEASED, released_on=date(2024, 12, 20), fte_percent=50))
    assert of.served_hundredths(date(2025, 7, 1)) == 50
    assert of.length_hundredths(date(2025, 7, 1)) == 100
    assert ECT_START == of.period.starts_on
