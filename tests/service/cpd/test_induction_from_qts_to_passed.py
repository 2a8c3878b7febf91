"""The main path: QTS, a post, a period, six terms, a recommendation, a decision."""

from datetime import date
from uuid import UUID

import pytest

from services.cpd.handlers.records import required
from shared.audit import audit_trail
from shared.events import cpd as events
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.policy import Role
from shared.testing import principal
from tests.service.cpd.conftest import BODY, HEAD, SCHOOL, SIX_TERMS, Cpd, Teacher, assess_all


def test_a_teacher_goes_from_qts_to_induction_passed(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    mentor, tutor = new_id(), new_id()
    cpd.on(date(2024, 8, 30))(BODY, "agree_induction", person_id=teacher.id)
    cpd(HEAD, "assign_mentor", period_id=proposed, mentor_id=mentor, tutor_id=tutor)
    assess_all(cpd, proposed, SIX_TERMS)
    recommended = cpd(HEAD, "recommend_outcome", period_id=proposed, recommendation="pass")
    decided = cpd.on(date(2026, 8, 3))(BODY, "decide_induction", period_id=proposed, decision="pass")
    assert recommended["decision_due_on"] == "2026-08-18"
    assert (decided["state"], decided["result_on"]) == ("passed", "2026-08-03")
    assert cpd(teacher.principal, "get_induction", person_id=teacher.id)["status"] == "Passed"
    assert cpd.types() == [
        "induction.due",
        "induction.proposed",
        "induction.opened",
        "induction.mentor_assigned",
        *["induction.term_assessed"] * 6,
        "induction.recommended",
        "induction.passed",
        "contribution.recorded",
    ]
    assert [
        a.kind for a in cpd.told(events.TermAssessed)
    ] == "progress progress formal progress progress formal".split()
    assert [a.terms_served_hundredths for a in cpd.told(events.TermAssessed)] == [
        100,
        200,
        300,
        400,
        500,
        600,
    ]
    (passed,), (contribution,) = cpd.told(events.InductionPassed), cpd.told(events.ContributionRecorded)
    assert (passed.mentor_id, passed.school_urn) == (mentor, SCHOOL)
    assert (contribution.person_id, contribution.kind, contribution.people_reached) == (mentor, "mentored", 1)


def test_a_proposal_tells_what_the_appropriate_body_needs(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    (told,) = cpd.told(events.InductionProposed)
    assert (told.person_id, str(told.period_id), told.appropriate_body) == (
        teacher.id,
        proposed,
        "north-tyne",
    )
    assert (told.starts_on, told.rule_set, told.terms_required_hundredths) == (
        date(2024, 9, 2),
        "early_career",
        600,
    )


def test_a_period_is_shown_with_its_progress_and_dates(cpd: Cpd, opened: str) -> None:
    shown = cpd.on(date(2025, 1, 10))(HEAD, "get_period", period_id=opened)
    assert (shown["served_hundredths"], shown["total_hundredths"]) == (107, 600)
    assert (shown["current_term"], shown["last_term"], shown["timetable_max_percent"]) == (2, 6, 90)
    assert (shown["completes_on"], shown["recommendation_due_on"]) == ("2026-07-22", "2026-08-04")
    assert (shown["first_names"], shown["last_name"], shown["trn"]) == ("Amina", "Okafor", "1234567")
    assert shown["recommended_late"] is False


def test_served_terms_stand_still_after_the_recommendation(cpd: Cpd, served: str) -> None:
    cpd(HEAD, "recommend_outcome", period_id=served, recommendation="pass")
    cpd(BODY, "decide_induction", period_id=served, decision="pass")
    shown = cpd.on(date(2028, 1, 10))(HEAD, "get_period", period_id=served)
    assert shown["served_hundredths"] == 600
    assert "completes_on" not in shown


def test_a_late_recommendation_is_taken_and_shown_as_late(cpd: Cpd, served: str) -> None:
    cpd.on(date(2026, 9, 1))(HEAD, "recommend_outcome", period_id=served, recommendation="pass")
    assert cpd(HEAD, "get_period", period_id=served)["recommended_late"] is True


def test_a_schools_own_terms_move_the_day_of_completion(cpd: Cpd, opened: str) -> None:
    own = {"starts_on": date(2026, 4, 20), "ends_on": date(2026, 7, 17), "name": "summer"}
    assert cpd(HEAD, "set_school_terms", school_urn=SCHOOL, terms=[own]) == [
        {"starts_on": "2026-04-20", "ends_on": "2026-07-17", "name": "summer"}
    ]
    assert cpd(HEAD, "get_period", period_id=opened)["completes_on"] == "2026-07-17"
    cpd(HEAD, "set_school_terms", school_urn=SCHOOL, terms=[])
    assert cpd(HEAD, "get_period", period_id=opened)["completes_on"] == "2026-07-22"


def test_where_the_calendar_ends_before_the_induction_no_date_is_shown(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    cpd.on(date(2039, 9, 5)).hears(teacher.qts(date(2039, 7, 10)))
    cpd.hears(teacher.begins(date(2039, 9, 5)))
    (period,) = cpd(teacher.principal, "get_induction", person_id=teacher.id)["periods"]
    assert "completes_on" not in period


def test_a_contribution_is_told_once_for_each_mentor(cpd: Cpd, served: str) -> None:
    first, second = sorted([new_id(), new_id()])
    for mentor in (first, second, second):
        cpd(HEAD, "assign_mentor", period_id=served, mentor_id=mentor)
    cpd(HEAD, "recommend_outcome", period_id=served, recommendation="pass")
    cpd(BODY, "decide_induction", period_id=served, decision="pass")
    assert [c.person_id for c in cpd.told(events.ContributionRecorded)] == [first, second]
    assert len(cpd.told(events.MentorAssigned)) == 2


def test_every_command_is_in_the_audit(cpd: Cpd, served: str) -> None:
    trail = audit_trail(cpd.session, f"induction_period/{served}")
    assert [r.action for r in trail] == ["induction.agree", *["induction.assess"] * 6]
    assert trail[1].personal == {"evidence": "term 1"}
    assert trail[0].who == BODY.id


def test_a_mentor_and_a_tutor_read_the_period_that_they_support(cpd: Cpd, opened: str) -> None:
    mentor, tutor = principal(Role.MENTOR), principal(Role.TUTOR)
    cpd(HEAD, "assign_mentor", period_id=opened, mentor_id=mentor.id, tutor_id=tutor.id)
    assert cpd(mentor, "get_period", period_id=opened)["mentor_id"] == mentor.id
    assert cpd(tutor, "list_periods")["items"][0]["id"] == opened


def test_a_mentor_and_a_tutor_are_known_by_any_of_their_ids(cpd: Cpd, opened: str) -> None:
    old_mentor, old_tutor = new_id(), new_id()
    cpd(HEAD, "assign_mentor", period_id=opened, mentor_id=old_mentor, tutor_id=old_tutor)
    mentor, tutor = principal(Role.MENTOR), principal(Role.TUTOR)
    for old, by in ((old_mentor, mentor), (old_tutor, tutor)):
        cpd.hears(PersonMerged(occurred_at=cpd.now, person_id=UUID(by.id), merged_id=old))
    assert cpd(mentor, "get_period", period_id=opened)["mentor_id"] == str(old_mentor)
    assert cpd(tutor, "list_periods")["items"][0]["id"] == opened
    given = {"term": 1, "outcome": "satisfactory", "evidence": "file"}
    assert cpd.on(date(2024, 12, 20))(tutor, "assess_term", period_id=opened, **given)["kind"] == "progress"


def test_a_date_that_a_state_cannot_be_without_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="cannot be without"):
        required(None)
