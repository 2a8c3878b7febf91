"""Placements, observed lessons, reviews and the final assessment."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.database import engine
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.itt import FinalAssessmentRecorded, PlacementArranged, PlacementCompleted, ReviewRecorded
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    MENTOR,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    TODAY,
    arranged,
    checked,
    judged,
    last,
    register,
    types,
    with_trn,
)

PLACEMENT: dict[str, Any] = {
    "number": 1,
    "school_urn": "123456",
    "starts_on": "2026-09-07",
    "ends_on": "2026-12-18",
    "mentor": MENTOR,
}


def test_a_placement_is_arranged_and_its_mentor_gets_an_id(itt: Itt, session: Session) -> None:
    shown = itt.asked(PROVIDER, "arrange_placement", trainee_id=with_trn(session), **PLACEMENT)
    (one,) = shown["placements"]
    event = last(session)
    assert isinstance(event, PlacementArranged)
    assert (one["school_urn"], one["mentor"]["person_id"]) == ("123456", str(event.mentor_id))
    assert event.person is not None
    assert event.person.email == MENTOR["email"]


def test_the_same_placement_again_changes_nothing(itt: Itt, session: Session) -> None:
    trainee_id, id_ = with_trn(session), new_id()
    first = itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, placement_id=id_, **PLACEMENT)
    again = itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, placement_id=id_, **PLACEMENT)
    assert first == again
    assert first["placements"][0]["placement_id"] == str(id_)
    assert types(session).count("itt.placement.arranged.v1") == 1


def test_a_placement_that_moves_says_which_school_and_mentor_it_leaves(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    first = itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, **PLACEMENT)
    another = PLACEMENT | {
        "school_urn": "345678",
        "mentor": {"first_names": "Ann", "last_name": "O'Neill", "email": "ann@example.sch.uk"},
    }
    itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, **another)
    fact = last(session)
    assert isinstance(fact, PlacementArranged)
    mentor_id = first["placements"][0]["mentor"]["person_id"]
    assert (fact.from_school_urn, str(fact.from_mentor_id)) == (PLACEMENT["school_urn"], mentor_id)


def test_two_placements_at_once_do_not_both_find_their_mentor_new(
    session: Session, service_database: str
) -> None:
    key = func.hashtextextended(f"itt mentor {MENTOR['email']}", 0)
    trainee_id = with_trn(session)
    with engine(service_database).connect() as other, other.begin():
        assert other.scalar(select(func.pg_try_advisory_xact_lock(key)))
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            arranged(session, trainee_id, 1, "123456")


def test_a_mentor_without_an_address_is_the_same_when_asked_again(itt: Itt, session: Session) -> None:
    given = PLACEMENT | {"mentor": {"first_names": "Ruth", "last_name": "Hall"}}
    trainee_id = with_trn(session)
    first = itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, **given)
    again = itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, **given)
    assert first == again
    assert types(session).count("itt.placement.arranged.v1") == 1


def test_a_mentor_is_known_by_the_e_mail_address(itt: Itt, session: Session) -> None:
    one = arranged(session, with_trn(session), 1, "123456")
    other = arranged(
        session, register(session), 2, "123456", mentor=MENTOR | {"email": "RUTH.HALL@example.sch.uk"}
    )
    assert one["placements"][0]["mentor"]["person_id"] == other["placements"][0]["mentor"]["person_id"]


def test_a_mentor_may_come_with_an_id(session: Session) -> None:
    id_ = new_id()
    shown = arranged(session, with_trn(session), 1, "123456", mentor=MENTOR | {"person_id": id_})
    assert shown["placements"][0]["mentor"]["person_id"] == id_


def test_a_placement_that_came_with_the_file_is_arranged_under_its_number(itt: Itt, session: Session) -> None:
    trainee_id, id_ = register(session, placement_1_urn="654321"), new_id()
    (before,) = itt.shown(PROVIDER, trainee_id)["placements"]
    assert (before["school_urn"], before["mentor"]) == ("654321", None)
    shown = itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, placement_id=id_, **PLACEMENT)
    assert [(one["placement_id"], one["school_urn"]) for one in shown["placements"]] == [(str(id_), "123456")]


def test_an_arranged_placement_keeps_its_id(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    arranged(session, trainee_id, 1, "123456")
    with pytest.raises(Conflict, match="already arranged"):
        itt.asked(PROVIDER, "arrange_placement", trainee_id=trainee_id, placement_id=new_id(), **PLACEMENT)


def test_an_id_means_one_placement(itt: Itt, session: Session) -> None:
    id_ = new_id()
    itt.asked(PROVIDER, "arrange_placement", trainee_id=with_trn(session), placement_id=id_, **PLACEMENT)
    with pytest.raises(Conflict, match="somebody else"):
        itt.asked(PROVIDER, "arrange_placement", trainee_id=register(session), placement_id=id_, **PLACEMENT)


def test_a_completed_placement_tells_the_mentors_days(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, with_trn(session))
    id_ = arranged(session, trainee_id, 1, "123456")["placements"][0]["placement_id"]
    ask = {"placement_id": id_, "completed_on": "2026-11-20"}
    shown = itt.asked(PROVIDER, "complete_placement", **ask)
    event = last(session)
    assert isinstance(event, PlacementCompleted)
    assert (event.days, shown["school_days"], shown["school_days_needed"]) == (55, 55, 120)
    assert itt.asked(PROVIDER, "complete_placement", **ask) == shown
    assert types(session).count("itt.placement.completed.v1") == 1
    with pytest.raises(Conflict, match="was completed"):
        itt.asked(PROVIDER, "complete_placement", placement_id=id_, completed_on="2026-11-19")
    with pytest.raises(Conflict, match="was completed"):
        arranged(session, trainee_id, 1, "999999")


def test_a_placement_that_is_not_there_or_is_not_the_callers_is_not_completed(
    itt: Itt, session: Session
) -> None:
    theirs = arranged(session, with_trn(session), 1, "123456")["placements"][0]["placement_id"]
    for by, id_ in ((PROVIDER, new_id()), (OTHER_PROVIDER, theirs)):
        with pytest.raises(NotFound) as answer:
            itt.asked(by, "complete_placement", placement_id=id_, completed_on="2026-11-20")
        assert answer.value.message == f"There is no placement {id_}"


def test_a_review_is_recorded_once_with_its_evidence(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    ask: dict[str, Any] = {
        "trainee_id": trainee_id,
        "review_id": new_id(),
        "reviewed_on": "2026-11-20",
        "standards": {"1": {"met": True, "evidence": "Lesson"}, "7": {"met": False, "evidence": "Noise"}},
    }
    shown = itt.asked(PROVIDER, "record_review", **ask)
    event = last(session)
    assert isinstance(event, ReviewRecorded)
    assert (event.standards_met, event.standards_not_yet_met) == (("1",), ("7",))
    assert (shown["standards"]["1"], shown["standards"]["7"], shown["standards"]["part_two"]) == (
        True,
        False,
        None,
    )
    assert itt.asked(PROVIDER, "record_review", **ask) == shown
    assert types(session).count("itt.review.recorded.v1") == 1
    with pytest.raises(Conflict, match="something else"):
        itt.asked(PROVIDER, "record_review", **ask | {"reviewed_on": "2026-11-19"})


def test_a_later_review_says_where_a_standard_stands(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    for on, met in [("2026-11-20", True), ("2026-10-20", False)]:
        given = {"4": {"met": met, "evidence": "x"}}
        itt.asked(PROVIDER, "record_review", trainee_id=trainee_id, reviewed_on=on, standards=given)
    assert itt.shown(PROVIDER, trainee_id)["standards"]["4"] is True


def test_the_mentor_may_review_and_observe_but_not_assess(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    mentor_id = arranged(session, trainee_id, 1, "123456")["placements"][0]["mentor"]["person_id"]
    mentor = principal(Role.MENTOR, id=str(mentor_id))
    given = {"4": {"met": True, "evidence": "x"}}
    assert itt.asked(mentor, "record_review", trainee_id=trainee_id, reviewed_on=TODAY, standards=given)
    with pytest.raises(NotAllowed):
        itt.asked(
            mentor, "record_final_assessment", trainee_id=trainee_id, assessed_on=TODAY, standards=judged()
        )
    with pytest.raises(NotFound):
        stranger = principal(Role.MENTOR)
        itt.asked(stranger, "record_review", trainee_id=trainee_id, reviewed_on=TODAY, standards=given)


def test_a_final_assessment_that_was_not_passed_may_be_followed_by_one_that_is(
    itt: Itt, session: Session
) -> None:
    trainee_id = with_trn(session)
    ask: dict[str, Any] = {"trainee_id": trainee_id, "assessment_id": new_id(), "assessed_on": TODAY}
    failed = itt.asked(PROVIDER, "record_final_assessment", **ask, standards=judged("3"))
    assert (failed["assessment_passed"], failed["standards"]["3"]) == (False, False)
    assert itt.asked(PROVIDER, "record_final_assessment", **ask, standards=judged("3")) == failed
    again = ask | {"assessment_id": new_id()}
    passed = itt.asked(
        PROVIDER, "record_final_assessment", NOW + timedelta(hours=1), **again, standards=judged()
    )
    assert (passed["assessment_passed"], len(passed["final_assessments"])) == (True, 2)
    event = last(session)
    assert isinstance(event, FinalAssessmentRecorded)
    assert event.passed


@pytest.mark.parametrize(
    "standards",
    [{"1": {"met": True}}, {"1": {"met": True, "evidence": ""}}, {"1": {"met": "perhaps", "evidence": "x"}}],
)
def test_a_standard_without_evidence_is_refused(
    itt: Itt, session: Session, standards: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        itt.asked(
            PROVIDER, "record_review", trainee_id=with_trn(session), reviewed_on=TODAY, standards=standards
        )


def test_an_observed_lesson_is_noted_once(itt: Itt, session: Session) -> None:
    ask: dict[str, Any] = {
        "trainee_id": with_trn(session),
        "observation_id": new_id(),
        "observed_on": "2026-11-20",
        "school_urn": "123456",
        "observer": "Ruth Hall",
        "notes": "Clear explanations",
    }
    for _ in range(2):
        shown = itt.asked(PROVIDER, "record_observation", **ask)
    assert [lesson["notes"] for lesson in shown["observations"]] == ["Clear explanations"]
    with pytest.raises(Conflict, match="somebody else"):
        itt.asked(PROVIDER, "record_observation", **ask | {"trainee_id": register(session)})
    with pytest.raises(Invalid, match="future"):
        itt.asked(
            PROVIDER,
            "record_observation",
            **ask | {"observed_on": date(2026, 11, 24), "observation_id": None},
        )
