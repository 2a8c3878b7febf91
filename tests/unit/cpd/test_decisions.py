from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.cpd.domain import decisions
from services.cpd.domain.absences import Absence
from services.cpd.domain.periods import TRANSITIONS, Outcome, Period, RefusalCode, State
from services.cpd.domain.rules import AbsenceKind, RuleSet
from services.cpd.domain.terms import national_calendar
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from tests.unit.cpd.build import ECT_START, PERSON, formal, period, post, progress, record

DONE, AFTER = date(2026, 7, 22), date(2026, 7, 24)


def test_the_table_of_a_period() -> None:
    assert {s: TRANSITIONS.allowed(s) for s in State} == {
        "proposed": ["agree", "refuse", "drop"],
        "refused": [],
        "dropped": [],
        "open": ["release", "recommend"],
        "released": [],
        "recommended": ["pass", "extend", "fail"],
        "passed": [],
        "open_to_appeal": ["appeal", "waive_appeal", "time_to_appeal_over"],
        "appealed": ["dismiss", "allow", "extend_on_appeal"],
        "failed": [],
    }


@pytest.mark.parametrize(
    ("proposed", "asked", "agreed", "starts_on"),
    [
        (date(2024, 9, 2), None, date(2024, 7, 1), date(2024, 9, 2)),
        (
            date(2024, 9, 2),
            None,
            date(2024, 9, 16),
            date(2024, 9, 16),
        ),  # never an earlier start than the agreement
        (date(2024, 9, 2), date(2024, 9, 9), date(2024, 7, 1), date(2024, 9, 9)),
    ],
)
def test_a_period_opens_when_the_body_agrees(
    proposed: date, asked: date | None, agreed: date, starts_on: date
) -> None:
    of = period(State.PROPOSED, starts_on=proposed)
    decisions.agree(record(of), of, decisions.start_of(record(of), of, asked, agreed), agreed)
    assert (of.state, of.starts_on, of.opened_on) == (State.OPEN, starts_on, agreed)


@pytest.mark.parametrize("asked", [date(2024, 9, 1), date(2024, 9, 15)])
def test_a_period_never_opens_with_an_earlier_start(asked: date) -> None:
    of = period(State.PROPOSED)
    with pytest.raises(Invalid, match="never before 2024-09-16"):
        decisions.start_of(record(of), of, asked, date(2024, 9, 16))


@pytest.mark.parametrize(("ended_on", "opens"), [(date(2024, 9, 17), True), (date(2024, 9, 16), False)])
def test_a_period_opens_while_its_post_lasts(ended_on: date, opens: bool) -> None:
    of = period(State.PROPOSED)
    known = record(of, posts=[post(role_period_id=UUID(int=77), ended_on=ECT_START), post(ended_on=ended_on)])
    if opens:
        assert decisions.start_of(known, of, None, date(2024, 9, 16)) == date(2024, 9, 16)
        return
    with pytest.raises(Conflict, match="the post ends on 2024-09-16"):
        decisions.start_of(known, of, None, date(2024, 9, 16))


def test_the_day_on_which_induction_really_starts_chooses_the_rules() -> None:
    of = period(State.PROPOSED, RuleSet.NEWLY_QUALIFIED, starts_on=date(2021, 7, 1))
    decisions.agree(record(of), of, date(2021, 9, 6), date(2021, 9, 6))
    assert (of.rule_set, of.terms_required_hundredths) == (RuleSet.EARLY_CAREER, 600)


def test_a_resumed_period_keeps_its_rules_and_length() -> None:
    left = period(State.RELEASED, RuleSet.NEWLY_QUALIFIED, released_on=date(2015, 1, 9))
    of = period(
        State.PROPOSED, RuleSet.NEWLY_QUALIFIED, starts_on=date(2024, 9, 2), terms_required_hundredths=400
    )
    decisions.agree(record(left, of), of, date(2024, 9, 2), date(2024, 9, 2))
    assert (of.rule_set, of.terms_required_hundredths) == (RuleSet.NEWLY_QUALIFIED, 400)


def test_a_refusal_has_a_code() -> None:
    of = period(State.PROPOSED)
    decisions.refuse(of, RefusalCode.UNSUITABLE_POST)
    assert (of.state, of.refusal_code) == (State.REFUSED, "unsuitable_post")


@pytest.mark.parametrize(
    ("left_on", "length", "served", "interim_due"),
    [
        (date(2024, 12, 20), 100, 50, False),  # the last day of term
        (date(2024, 10, 25), 50, 25, True),
        (date(2024, 12, 27), 100, 50, False),  # in the holidays
        (date(2024, 8, 30), 0, 0, False),  # before it started
    ],
)
def test_leaving_keeps_what_was_served(left_on: date, length: int, served: int, interim_due: bool) -> None:
    of = period(fte_percent=50)
    decisions.release(progress(of), left_on)
    assert (of.state, of.released_on) == (State.RELEASED, left_on)
    assert (of.length_hundredths, of.served_hundredths, of.interim_due) == (length, served, interim_due)


def test_a_reduction_leaves_one_term_at_least() -> None:
    of = period()
    decisions.reduce(of, 100, part_time=False, consents=True)
    assert (of.terms_required_hundredths, of.last_term) == (100, 1)


@pytest.mark.parametrize("hundredths", [99, 600, 700])
def test_a_reduction_is_a_reduction(hundredths: int) -> None:
    with pytest.raises(Invalid):
        decisions.reduce(period(), hundredths, part_time=False, consents=True)


@pytest.mark.parametrize(
    ("of", "part_time", "consents", "why"),
    [
        (period(State.RECOMMENDED), False, True, "while the period is open"),
        (period(), False, False, "consent only"),
        (period(), True, True, "part-time posts"),
        (period(rule_set=RuleSet.NEWLY_QUALIFIED, fte_percent=50), True, True, "early career"),
    ],
)
def test_reductions_that_are_refused(of: Period, part_time: bool, consents: bool, why: str) -> None:
    with pytest.raises(Conflict, match=why):
        decisions.reduce(of, 200, part_time=part_time, consents=consents)


def test_the_part_time_reduction() -> None:
    of = period(fte_percent=50)
    decisions.reduce(of, 450, part_time=True, consents=True)
    assert of.terms_required_hundredths == 450


def test_absence_lengthens_once_for_the_same_total() -> None:
    of = period()
    away = Absence(
        id=PERSON,
        person_id=PERSON,
        period_id=of.id,
        kind=AbsenceKind.SICKNESS,
        starts_on=of.starts_on,
        days=30,
    )
    with_absence = record(of, absences=[away])
    assert decisions.lengthen_for_absence(with_absence, of)
    assert of.total_hundredths == 648
    assert not decisions.lengthen_for_absence(with_absence, of)


def recommended(of: Period, on: date = AFTER, outcome: Outcome = Outcome.PASS, **more: Any) -> Period:
    given = record(of, **{"assessments": formal(1, 2, 3, 6), **more})
    decisions.recommend(given, of, national_calendar(), outcome, on, AFTER)
    return of


def test_the_head_recommends_when_induction_is_served() -> None:
    of = recommended(period(), DONE)
    assert (of.state, of.recommendation, of.recommended_on) == (State.RECOMMENDED, Outcome.PASS, DONE)
    assert of.decision_due_on == date(2026, 8, 18)


@pytest.mark.parametrize("on", [date(2026, 7, 21), date(2026, 7, 25)])
def test_no_recommendation_before_induction_is_served_or_for_a_day_to_come(on: date) -> None:
    with pytest.raises(Conflict, match="induction is served on 2026-07-22"):
        recommended(period(), on)


def test_no_recommendation_without_the_formal_assessments() -> None:
    with pytest.raises(Conflict, match="formal assessment of term 6 is missing"):
        recommended(period(), assessments=formal(3))


def test_recommending_to_fail_needs_that_the_teacher_was_told() -> None:
    with pytest.raises(Conflict, match="at risk first"):
        recommended(period(), outcome=Outcome.FAIL)
    assert recommended(period(at_risk_told_on=DONE), outcome=Outcome.FAIL).recommendation is Outcome.FAIL


def nqt(**more: Any) -> Period:
    fixed = {"recommendation": Outcome.FAIL, "recommended_on": date(2015, 7, 20)}
    return period(rule_set=RuleSet.NEWLY_QUALIFIED, **{"state": State.RECOMMENDED, **fixed, **more})


def ect(**more: Any) -> Period:
    fixed = {"state": State.RECOMMENDED, "recommendation": Outcome.PASS, "recommended_on": DONE}
    return period(**{**fixed, **more})


def test_a_newly_qualified_teacher_makes_representations_within_ten_working_days() -> None:
    of = nqt()
    assert of.representations_until == date(2015, 7, 31)
    decisions.represent(of, "I was ill", date(2015, 7, 31))
    assert (of.representations, of.represented_on) == ("I was ill", date(2015, 7, 31))


@pytest.mark.parametrize(
    ("of", "on", "why"),
    [
        (nqt(), date(2015, 8, 3), "ended on 2015-07-31"),
        (nqt(state=State.OPEN), date(2015, 7, 21), "on a recommendation only"),
        (ect(), AFTER, "newly qualified"),
    ],
)
def test_representations_that_are_refused(of: Period, on: date, why: str) -> None:
    with pytest.raises(Conflict, match=why):
        decisions.represent(of, "text", on)


def decide(of: Period, outcome: Outcome, on: date = AFTER, **more: Any) -> Period:
    decisions.decide(of, outcome, **{"decided_on": on, "notice_sent_on": on, "today": on, **more})
    return of


def test_the_body_passes() -> None:
    of = decide(ect(), Outcome.PASS)
    assert (of.state, of.decision, of.result_on) == (State.PASSED, Outcome.PASS, AFTER)
    assert of.notice_due_on == date(2026, 7, 28)
    assert of.appeal_until is None


def test_the_body_extends_and_the_period_is_open_again() -> None:
    of = decide(ect(), Outcome.EXTEND, extension_hundredths=200)
    assert (of.state, of.terms_required_hundredths, of.last_term, of.result_on) == (State.OPEN, 800, 8, None)
    assert (of.decision, of.recommendation, of.recommended_on) == (Outcome.EXTEND, None, None)


def test_an_extension_says_how_long() -> None:
    of = ect()
    with pytest.raises(Invalid, match="extension_hundredths"):
        decide(of, Outcome.EXTEND)
    with pytest.raises(Invalid, match="extension_hundredths"):
        decisions.decide_appeal(failing(state=State.APPEALED), Outcome.EXTEND, AFTER)
    assert (of.state, of.decision) == (State.RECOMMENDED, None)  # what is refused changes nothing


def test_failing_waits_for_the_time_to_appeal() -> None:
    of = decide(ect(), Outcome.FAIL)
    assert (of.state, of.result_on) == (State.OPEN_TO_APPEAL, None)
    assert of.appeal_until == date(2026, 8, 21)  # from 26 July, the second day after Friday 24 July


def test_a_newly_qualified_teacher_is_heard_before_failing() -> None:
    with pytest.raises(Conflict, match="may make representations until 2015-07-31"):
        decide(nqt(), Outcome.FAIL, date(2015, 7, 31))
    assert (
        decide(nqt(represented_on=date(2015, 7, 22)), Outcome.FAIL, date(2015, 7, 24)).decision
        is Outcome.FAIL
    )
    assert decide(nqt(), Outcome.FAIL, date(2015, 8, 3)).decision is Outcome.FAIL


@pytest.mark.parametrize(
    ("field", "dates"),
    [
        ("decided_on", {"decided_on": date(2026, 7, 21)}),
        ("decided_on", {"decided_on": date(2026, 7, 25)}),
        ("notice_sent_on", {"notice_sent_on": date(2026, 7, 23)}),
        ("notice_sent_on", {"notice_sent_on": date(2026, 7, 25)}),
        ("notice_sent_on", {"notice_sent_on": date(2026, 7, 29), "today": date(2026, 7, 31)}),
    ],
)
def test_dates_of_a_decision_that_are_refused(field: str, dates: dict[str, date]) -> None:
    with pytest.raises(Invalid, match=field):
        decide(ect(), Outcome.PASS, **dates)


def failing(**more: Any) -> Period:
    fixed = {"decision": Outcome.FAIL, "decided_on": AFTER, "notice_sent_on": AFTER, "recommended_on": DONE}
    return period(**{"state": State.OPEN_TO_APPEAL, **fixed, **more})


def test_an_appeal_in_time() -> None:
    of = failing()
    decisions.appeal(of, date(2026, 8, 21))
    assert (of.state, of.appealed_on) == (State.APPEALED, date(2026, 8, 21))


def test_an_appeal_that_is_too_late() -> None:
    with pytest.raises(Conflict, match="ended on 2026-08-21"):
        decisions.appeal(failing(), date(2026, 8, 24))


def test_somebody_is_listed_as_failed_when_the_time_to_appeal_is_over() -> None:
    of = failing()
    assert not decisions.list_as_failed(of, date(2026, 8, 21))
    assert decisions.list_as_failed(of, date(2026, 8, 22))
    assert not decisions.list_as_failed(of, date(2026, 8, 23))
    assert (of.state, of.result_on, of.dismissal_due_on) == (
        State.FAILED,
        date(2026, 8, 21),
        date(2026, 9, 4),
    )


def test_a_notice_that_there_is_no_appeal_makes_it_final() -> None:
    of = failing()
    decisions.waive_appeal(of, date(2026, 8, 3))
    assert (of.state, of.result_on, of.dismissal_due_on) == (
        State.FAILED,
        date(2026, 8, 3),
        date(2026, 8, 14),
    )


@pytest.mark.parametrize(
    ("outcome", "state", "result_on"),
    [
        (Outcome.PASS, State.PASSED, date(2026, 10, 1)),
        (Outcome.FAIL, State.FAILED, date(2026, 10, 1)),
        (Outcome.EXTEND, State.OPEN, None),
    ],
)
def test_an_appeal_is_decided(outcome: Outcome, state: State, result_on: date | None) -> None:
    of = failing(state=State.APPEALED)
    decisions.decide_appeal(of, outcome, date(2026, 10, 1), extension_hundredths=100)
    assert (of.state, of.result_on) == (state, result_on)


def test_a_period_without_a_result_has_no_dates_of_one() -> None:
    of = period()
    assert (of.decision_due_on, of.representations_until, of.notice_due_on) == (None, None, None)
    assert (of.appeal_until, of.dismissal_due_on) == (None, None)


def test_what_is_decided_is_not_decided_again() -> None:
    with pytest.raises(TransitionNotAllowed, match="nothing is possible here any more"):
        decide(ect(state=State.PASSED), Outcome.PASS)
