"""What happens while a period is open, and how it ends."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services.cpd.handlers import outcomes
from shared.database.tables import DUE
from shared.errors import Conflict, Invalid, NotFound, TransitionNotAllowed
from shared.events import cpd as events
from shared.ids import new_id
from shared.policy import Role
from shared.testing import principal
from tests.service.cpd.conftest import BODY, HEAD, OPERATOR, SIX_TERMS, Cpd, Teacher, assess_all, noon

TERM = {"term": 1, "outcome": "satisfactory", "evidence": "observations"}


def shown(cpd: Cpd, period_id: str) -> Any:
    return cpd(HEAD, "get_period", period_id=period_id)


def test_an_assessment_made_twice_is_made_once(cpd: Cpd, opened: str) -> None:
    cpd.on(date(2024, 12, 20))(HEAD, "assess_term", period_id=opened, **TERM)
    again = cpd(HEAD, "assess_term", period_id=opened, **TERM)
    assert (again["kind"], again["served_hundredths"]) == ("progress", 100)
    assert len(cpd.told(events.TermAssessed)) == 1
    with pytest.raises(Conflict, match="term 1 was assessed on 2024-12-20"):
        cpd(HEAD, "assess_term", period_id=opened, **{**TERM, "evidence": "other"})


def test_the_tutor_assesses_and_the_mentor_does_not(cpd: Cpd, opened: str) -> None:
    mentor, tutor = principal(Role.MENTOR), principal(Role.TUTOR)
    cpd(HEAD, "assign_mentor", period_id=opened, mentor_id=mentor.id, tutor_id=tutor.id)
    cpd.on(date(2024, 12, 20))(tutor, "assess_term", period_id=opened, **TERM)
    with pytest.raises(Exception, match="not allowed"):
        cpd(mentor, "assess_term", period_id=opened, **TERM)


def test_at_risk_is_told_before_a_failing_assessment(cpd: Cpd, opened: str) -> None:
    failing = {"term": 3, "outcome": "unsatisfactory", "evidence": "file"}
    with pytest.raises(Conflict, match="at risk first"):
        cpd.on(date(2025, 7, 22))(HEAD, "assess_term", period_id=opened, **failing)
    cpd(HEAD, "tell_at_risk", period_id=opened, told_on=date(2025, 5, 2), support="Weekly observation")
    cpd(HEAD, "tell_at_risk", period_id=opened, told_on=date(2025, 5, 2), support="Weekly observation")
    cpd(HEAD, "assess_term", period_id=opened, **failing)
    assert [t.told_on for t in cpd.told(events.AtRiskTold)] == [date(2025, 5, 2)]
    assert [(a.at_risk, a.kind) for a in cpd.told(events.TermAssessed)] == [(True, "formal")]


def test_telling_at_risk_has_its_time(cpd: Cpd, proposed: str) -> None:
    with pytest.raises(Conflict, match="while the period is open"):
        cpd(HEAD, "tell_at_risk", period_id=proposed, support="x")
    cpd.on(date(2024, 8, 30))(BODY, "agree_induction", period_id=proposed)
    with pytest.raises(Invalid, match="told_on"):
        cpd(HEAD, "tell_at_risk", period_id=proposed, support="x")


def away(cpd: Cpd, period_id: str, days: int, **more: Any) -> Any:
    given = {"absence_id": new_id(), "kind": "sickness", "starts_on": date(2024, 10, 1), "days": days}
    return cpd(HEAD, "record_absence", period_id=period_id, **{**given, **more})


def test_thirty_days_of_absence_extend_by_the_total(cpd: Cpd, opened: str) -> None:
    cpd.on(date(2025, 3, 3))
    assert away(cpd, opened, 20)["absence_hundredths"] == 0
    absence_id = new_id()
    for _ in range(2):
        away(cpd, opened, 12, absence_id=absence_id, starts_on=date(2025, 1, 13))
    (told,) = cpd.told(events.InductionExtended)
    assert (told.cause, told.terms_required_hundredths) == ("absence", 651)
    period = shown(cpd, opened)
    assert (period["completes_on"] > "2026-09-01", len(period["absences"])) == (True, 2)


def test_maternity_leave_extends_only_when_she_wishes(cpd: Cpd, opened: str) -> None:
    cpd.on(date(2025, 3, 3))
    assert away(cpd, opened, 90, kind="maternity")["absence_hundredths"] == 0
    assert away(cpd, opened, 90, kind="maternity", extends_at_wish=True)["absence_hundredths"] == 143


def test_absence_lies_in_an_open_period(cpd: Cpd, proposed: str) -> None:
    with pytest.raises(Conflict, match="while the period is open"):
        away(cpd, proposed, 5)
    cpd.on(date(2024, 8, 30))(BODY, "agree_induction", period_id=proposed)
    with pytest.raises(Invalid, match="starts on 2024-09-02"):
        away(cpd, proposed, 5, starts_on=date(2024, 8, 1))


def test_a_reduction_is_agreed_by_the_body_with_consent(cpd: Cpd, opened: str) -> None:
    given = {"terms_required_hundredths": 300, "teacher_consents": True, "why": "Taught abroad for years"}
    for _ in range(2):
        reduced = cpd(BODY, "reduce_induction", period_id=opened, **given)
    assert reduced["terms_required_hundredths"] == 300
    assert [r.terms_required_hundredths for r in cpd.told(events.InductionReduced)] == [300]
    assert shown(cpd, opened)["completes_on"] == "2025-07-22"


def test_mentor_and_tutor_are_two_people_and_neither_is_the_teacher(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    mentor = new_id()
    with pytest.raises(Invalid, match="two people"):
        cpd(HEAD, "assign_mentor", period_id=opened, mentor_id=mentor, tutor_id=mentor)
    with pytest.raises(Invalid, match="own induction"):
        cpd(HEAD, "assign_mentor", period_id=opened, mentor_id=teacher.id)


def test_nobody_is_assigned_when_the_period_is_over(cpd: Cpd, teacher: Teacher, opened: str) -> None:
    cpd.on(date(2025, 1, 2)).hears(teacher.ends(date(2024, 12, 31)))
    with pytest.raises(Conflict, match="released"):
        cpd(HEAD, "assign_mentor", period_id=opened, mentor_id=new_id())


def test_recommending_twice_is_recommending_once(cpd: Cpd, served: str) -> None:
    for _ in range(2):
        cpd(HEAD, "recommend_outcome", period_id=served, recommendation="pass")
    assert len(cpd.told(events.InductionRecommended)) == 1


def test_the_body_extends_and_the_induction_ends_later(cpd: Cpd, served: str) -> None:
    cpd(HEAD, "recommend_outcome", period_id=served, recommendation="extend")
    extension = {"decision": "extend", "extension_hundredths": 100}
    cpd(BODY, "decide_induction", period_id=served, **extension)
    (told,) = cpd.told(events.InductionExtended)
    assert (told.cause, told.terms_required_hundredths) == ("decision", 700)
    assert (shown(cpd, served)["state"], shown(cpd, served)["completes_on"]) == ("open", "2026-12-18")
    more = {"term": 7, "outcome": "satisfactory", "evidence": "file"}
    assert cpd.on(date(2026, 12, 18))(HEAD, "assess_term", period_id=served, **more)["kind"] == "formal"
    cpd(HEAD, "recommend_outcome", period_id=served, recommendation="pass")
    assert cpd(BODY, "decide_induction", period_id=served, decision="pass")["state"] == "passed"


def test_an_extension_after_the_post_has_ended_goes_on_in_the_next_post(
    cpd: Cpd, teacher: Teacher, served: str
) -> None:
    cpd(HEAD, "recommend_outcome", period_id=served, recommendation="extend")
    cpd.on(date(2026, 7, 31)).hears(teacher.ends(date(2026, 7, 31)))
    assert shown(cpd, served)["state"] == "recommended"
    cpd.hears(teacher.begins(date(2026, 9, 1), role_period_id=new_id()))
    cpd(BODY, "decide_induction", period_id=served, decision="extend", extension_hundredths=100)
    assert shown(cpd, served)["state"] == "released"
    resumed = cpd.told(events.InductionProposed)[1]
    assert (resumed.starts_on, resumed.terms_required_hundredths) == (date(2026, 9, 1), 700)
    assert cpd(BODY, "get_period", period_id=str(resumed.period_id))["completes_on"] == "2026-12-18"


@pytest.fixture
def failing(cpd: Cpd, served: str) -> str:
    """Failed on 24 July 2026: the time to appeal ends on 21 August."""
    cpd(HEAD, "tell_at_risk", period_id=served, told_on=date(2026, 2, 2), support="Weekly observation")
    cpd.on(date(2026, 7, 24))(HEAD, "recommend_outcome", period_id=served, recommendation="fail")
    cpd(BODY, "decide_induction", period_id=served, decision="fail", why="Standards 2 and 7")
    return served


def status(cpd: Cpd, teacher: Teacher) -> str:
    return str(cpd(teacher.principal, "get_induction", person_id=teacher.id)["status"])


def test_somebody_is_listed_as_failed_only_when_the_time_to_appeal_is_over(
    cpd: Cpd, teacher: Teacher, failing: str
) -> None:
    (told,) = cpd.told(events.InductionFailed)
    assert (told.failed_on, told.appeal_until) == (date(2026, 7, 24), date(2026, 8, 21))
    assert status(cpd.on(date(2026, 8, 21)), teacher) == "InProgress"
    assert status(cpd.on(date(2026, 8, 22)), teacher) == "Failed"
    (listed,) = cpd.told(events.FailureListed)
    assert listed.listed_on == date(2026, 8, 21)
    assert shown(cpd, failing)["dismissal_due_on"] == "2026-09-04"


def test_the_timer_fired_early_twice_or_for_nobody_does_no_harm(cpd: Cpd, failing: str) -> None:
    for now in (noon(date(2026, 8, 1)), noon(date(2026, 9, 1)), noon(date(2026, 9, 2))):
        outcomes.appeal_time_over(cpd.session, now, cpd.told(events.InductionFailed)[0].period_id)
    outcomes.appeal_time_over(cpd.session, now, new_id())
    assert len(cpd.told(events.FailureListed)) == 1


def test_an_appeal_stops_the_clock_and_can_be_dismissed(cpd: Cpd, teacher: Teacher, failing: str) -> None:
    cpd.on(date(2026, 8, 20))(teacher.principal, "appeal", period_id=failing)
    assert not cpd.session.execute(select(DUE)).all()
    assert status(cpd.on(date(2026, 12, 1)), teacher) == "InProgress"
    cpd(OPERATOR, "decide_appeal", period_id=failing, decision="fail", why="Dismissed")
    assert status(cpd, teacher) == "Failed"
    assert [e.appealed_on for e in cpd.told(events.InductionAppealed)] == [date(2026, 8, 20)]


def test_an_appeal_can_be_allowed(cpd: Cpd, teacher: Teacher, failing: str) -> None:
    cpd.on(date(2026, 8, 20))(teacher.principal, "appeal", period_id=failing)
    cpd(OPERATOR, "decide_appeal", period_id=failing, decision="pass", why="Allowed")
    assert status(cpd, teacher) == "Passed"
    assert len(cpd.told(events.InductionPassed)) == 1


def test_waiving_the_appeal_makes_it_final(cpd: Cpd, teacher: Teacher, failing: str) -> None:
    cpd.on(date(2026, 8, 3))(teacher.principal, "waive_appeal", period_id=failing)
    assert status(cpd, teacher) == "Failed"
    assert cpd.told(events.FailureListed)[0].listed_on == date(2026, 8, 3)


def test_there_is_one_attempt_only(cpd: Cpd, teacher: Teacher, failing: str) -> None:
    cpd.on(date(2026, 9, 1)).hears(teacher.ends(date(2026, 8, 31)))
    cpd.hears(teacher.begins(date(2026, 9, 1), role_period_id=new_id()))
    assert len(cpd.told(events.InductionProposed)) == 1
    with pytest.raises(Conflict, match="induction_already_decided"):
        cpd(HEAD, "propose_induction", person_id=teacher.id)


def test_a_decision_needs_a_recommendation(cpd: Cpd, opened: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        cpd(BODY, "decide_induction", period_id=opened, decision="pass")


@pytest.fixture
def newly_qualified(cpd: Cpd, teacher: Teacher) -> str:
    """Three terms from September 2014 are served, and the head recommends to fail, on 20 July 2015."""
    cpd.bodies()
    cpd.on(date(2014, 8, 20)).hears(teacher.qts(date(2014, 7, 10)))
    cpd.hears(teacher.begins(date(2014, 9, 1)))
    period_id: str = cpd(BODY, "agree_induction", person_id=teacher.id)["id"]
    assess_all(cpd, period_id, [date(2014, 12, 19), date(2015, 4, 2), date(2015, 7, 22)])
    cpd(HEAD, "tell_at_risk", period_id=period_id, told_on=date(2015, 3, 2), support="Weekly observation")
    cpd(HEAD, "recommend_outcome", period_id=period_id, recommendation="fail")
    return period_id


def test_a_newly_qualified_teacher_is_heard(cpd: Cpd, teacher: Teacher, newly_qualified: str) -> None:
    assert [a.kind for a in cpd.told(events.TermAssessed)] == ["formal"] * 3
    with pytest.raises(Conflict, match="representations until 2015-08-04"):
        cpd(BODY, "decide_induction", period_id=newly_qualified, decision="fail")
    cpd(teacher.principal, "make_representations", period_id=newly_qualified, text="I was ill")
    assert (
        cpd(BODY, "decide_induction", period_id=newly_qualified, decision="fail")["state"] == "open_to_appeal"
    )


def test_an_exemption_covers_the_status_and_gives_it_back(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    given = {"person_id": teacher.id, "exempt_from": date(2024, 7, 15), "why": "Qualified elsewhere"}
    for _ in range(2):
        cpd.on(date(2024, 7, 20))(OPERATOR, "exempt", **given)
    assert status(cpd, teacher) == "Exempt"
    assert cpd.told(events.InductionDropped)[0].code == "exempted"
    with pytest.raises(Conflict, match="exempt since"):
        cpd(OPERATOR, "exempt", **{**given, "exempt_from": date(2024, 7, 16)})
    with pytest.raises(Invalid, match="ended_on"):
        cpd(OPERATOR, "end_exemption", person_id=teacher.id, ended_on=date(2024, 7, 15), why="Mistake")
    for _ in range(2):
        cpd(OPERATOR, "end_exemption", person_id=teacher.id, ended_on=date(2024, 7, 20), why="Mistake")
    assert status(cpd, teacher) == "RequiredToComplete"
    assert [e.status for e in cpd.told(events.ExemptionEnded)] == ["RequiredToComplete"]
    assert len(cpd.told(events.InductionExempted)) == 1
    assert len(cpd.told(events.InductionProposed)) == 2


def test_there_must_be_an_exemption_to_end(cpd: Cpd) -> None:
    with pytest.raises(Conflict, match="no exemption"):
        cpd(OPERATOR, "end_exemption", person_id=new_id(), ended_on=date(2024, 7, 20), why="x")


def test_a_failure_in_wales_is_shown(cpd: Cpd, teacher: Teacher) -> None:
    cpd.hears(teacher.qts())
    given = {"person_id": teacher.id, "failed_on": date(2024, 1, 1), "why": "Welsh register"}
    assert cpd(OPERATOR, "record_failure_in_wales", **given)["failed_in_wales_on"] == "2024-01-01"
    assert status(cpd, teacher) == "FailedInWales"


def test_somebody_without_a_persons_id_is_nobody(cpd: Cpd, opened: str) -> None:
    nobody = principal(Role.MENTOR, id="not-a-person")
    assert cpd(nobody, "list_periods")["items"] == []
    with pytest.raises(NotFound):
        cpd(nobody, "get_period", period_id=opened)


def test_all_six_terms_are_there(served: str, cpd: Cpd) -> None:
    assert [a["assessed_on"] for a in shown(cpd, served)["assessments"]] == [d.isoformat() for d in SIX_TERMS]
