"""Observations and reviews that were wrong, a trainee who moves, and early years to the award."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.itt.domain import bulk_recommendation
from services.itt.domain.standards import EARLY_YEARS_STANDARDS
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotFound
from shared.events.itt import EytsAwarded, TraineeMoved, TraineeRecommended
from shared.events.training import ReviewCorrected
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal, published
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    TODAY,
    arranged,
    checked,
    judged,
    last,
    nth,
    ready,
    recommended,
    types,
    with_trn,
)
from tests.service.itt.test_sheets import filled

LESSON = {"observed_on": "2026-11-20", "school_urn": "123456", "observer": "Ruth O'Hall", "notes": "Clear"}
GOOD = {"1": {"met": True, "evidence": "Lesson"}}
BAD = {"1": {"met": False, "evidence": "Noise"}}


def test_an_observation_is_amended_and_removed_and_the_history_keeps_it(itt: Itt, session: Session) -> None:
    trainee_id, id_ = with_trn(session), new_id()
    itt.asked(PROVIDER, "record_observation", trainee_id=trainee_id, observation_id=id_, **LESSON)
    ask = {"observation_id": id_, "notes": "Clear and calm", "reason": "Half a sentence"}
    shown = itt.asked(PROVIDER, "correct_observation", **ask)
    assert shown["observations"][0]["notes"] == "Clear and calm"
    trail = len(audit_trail(session, f"trainee/{trainee_id}"))
    assert itt.asked(PROVIDER, "correct_observation", **ask) == shown
    assert len(audit_trail(session, f"trainee/{trainee_id}")) == trail
    for _ in range(2):
        shown = itt.asked(PROVIDER, "remove_observation", observation_id=id_, reason="Another trainee's")
    assert shown["observations"] == []
    items = itt.asked(PROVIDER, "trainee_history", trainee_id=trainee_id)["items"]
    removed = next(item for item in items if item["what"] == "trainee.remove_observation")
    assert (removed["why"], removed["details"]["notes"]) == ("Another trainee's", ["Clear and calm", None])
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "correct_observation", **ask)
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "record_observation", trainee_id=trainee_id, observation_id=id_, **LESSON)


def test_a_review_is_amended_and_removed_and_the_standards_follow(itt: Itt, session: Session) -> None:
    trainee_id, id_ = with_trn(session), new_id()
    asked = {"trainee_id": trainee_id, "review_id": id_, "reviewed_on": "2026-11-20"}
    itt.asked(PROVIDER, "record_review", **asked, standards=GOOD)
    ask = {"review_id": id_, "standards": BAD, "reason": "The wrong box"}
    shown = itt.asked(PROVIDER, "correct_review", **ask)
    assert shown["standards"]["1"] is False
    event = last(session)
    assert isinstance(event, ReviewCorrected)
    assert (event.standards_not_yet_met, event.removed) == (("1",), False)
    assert itt.asked(PROVIDER, "correct_review", **ask) == shown
    assert types(session).count("itt.review.corrected.v1") == 1
    for _ in range(2):
        shown = itt.asked(PROVIDER, "remove_review", review_id=id_, reason="Another trainee's")
    assert (shown["reviews"], shown["standards"]["1"]) == ([], None)
    assert types(session).count("itt.review.corrected.v1") == 2
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "correct_review", **ask)
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "record_review", **asked, standards=GOOD)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("correct_observation", {"reason": "x"}),
        ("correct_observation", {"reason": "", "notes": "y"}),
        ("correct_observation", {"reason": " ", "notes": "y"}),
        ("correct_observation", {"reason": "x", "observed_on": "2026-11-24"}),
        ("correct_observation", {"reason": "x", "school_urn": "12"}),
        ("correct_review", {"reason": "x"}),
        ("correct_review", {"reason": "x", "reviewed_on": "2026-11-24"}),
        ("correct_review", {"reason": "x", "standards": {"9": {"met": True, "evidence": "x"}}}),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    itt: Itt, session: Session, method: str, given: dict[str, Any]
) -> None:
    trainee_id, id_ = with_trn(session), new_id()
    asked = {"trainee_id": trainee_id, "reviewed_on": "2026-11-20", "standards": GOOD}
    itt.asked(PROVIDER, "record_observation", trainee_id=trainee_id, observation_id=id_, **LESSON)
    itt.asked(PROVIDER, "record_review", review_id=id_, **asked)
    before = itt.shown(PROVIDER, trainee_id)
    name = "observation_id" if "observation" in method else "review_id"
    with pytest.raises(Invalid):
        itt.asked(PROVIDER, method, **{name: id_}, **given)
    assert itt.shown(PROVIDER, trainee_id) == before


def test_a_final_assessment_is_not_corrected_but_followed_by_another(itt: Itt, session: Session) -> None:
    trainee_id, id_ = with_trn(session), new_id()
    asked = {"trainee_id": trainee_id, "assessment_id": id_, "assessed_on": TODAY}
    itt.asked(PROVIDER, "record_final_assessment", **asked, standards=judged())
    with pytest.raises(Conflict, match="record another"):
        itt.asked(PROVIDER, "remove_review", review_id=id_, reason="x")


def test_a_review_of_somebody_who_is_recommended_stays(itt: Itt, session: Session) -> None:
    trainee_id, id_ = recommended(session), new_id()
    with pytest.raises(NotFound):
        itt.asked(PROVIDER, "remove_review", review_id=id_, reason="x")
    with pytest.raises(Conflict):
        itt.asked(PROVIDER, "record_observation", trainee_id=trainee_id, **LESSON)


# --- a trainee who moves


def test_everything_goes_along_and_both_providers_access_changes_at_once(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, with_trn(session, training_partner_urn="654321"))
    placed = arranged(session, trainee_id, 1, "123456")["placements"][0]
    mentor = principal(Role.MENTOR, id=str(placed["mentor"]["person_id"]))
    days = {"placement_id": placed["placement_id"], "first_on": "2026-09-14", "last_on": "2026-09-18"}
    itt.asked(PROVIDER, "record_school_days", **days)
    itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, kind="sickness", starts_on="2026-11-20")
    concern_id = new_id()
    asked = {"concern_id": concern_id, "standards": ["7"], "description": "Noise"}
    itt.asked(PROVIDER, "raise_concern", trainee_id=trainee_id, **asked)
    before = itt.shown(PROVIDER, trainee_id)

    ask = {"trainee_id": trainee_id, "provider_code": "1TZ", "reason": "Closed"}
    itt.asked(ADMIN, "move_trainee", **ask, training_partner_urn="111111")

    after = itt.shown(OTHER_PROVIDER, trainee_id)
    kept = ("checks", "placements", "school_day_entries", "absences", "concerns", "started_on", "trn")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["checks_missing"] == []
    event = last(session)
    assert isinstance(event, TraineeMoved)
    assert event.training_partner_urn == "111111"
    old_lead, new_lead = (principal(Role.LEAD_SCHOOL, f"school:{urn}") for urn in ("654321", "111111"))
    for by in (PROVIDER, old_lead):
        with pytest.raises(NotFound):
            itt.shown(by, trainee_id)
        with pytest.raises(NotFound):
            itt.asked(by, "resolve_concern", concern_id=concern_id, outcome="x")
        assert str(trainee_id) not in str(itt.asked(by, "list_checks"))
    for by in (OTHER_PROVIDER, new_lead, mentor):
        assert itt.shown(by, trainee_id)["concerns"]
    itt.asked(OTHER_PROVIDER, "escalate_concern", concern_id=concern_id, escalation="No better")
    assert audit_trail(session, f"trainee/{trainee_id}")[-2].changes["training_partner_urn"] == [
        "654321",
        "111111",
    ]


def test_the_lead_school_stays_unless_another_is_named(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session, training_partner_urn="654321")
    ask = {"trainee_id": trainee_id, "provider_code": "1TZ", "reason": "Closed"}
    assert itt.asked(ADMIN, "move_trainee", **ask)["training_partner_urn"] == "654321"
    count = len(types(session))
    assert itt.asked(ADMIN, "move_trainee", **ask)["provider_code"] == "1TZ"
    assert len(types(session)) == count


def test_a_partner_on_a_route_that_has_none_is_refused(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session, training_route="16")
    with pytest.raises(Invalid, match="no training partner"):
        itt.asked(
            ADMIN,
            "move_trainee",
            trainee_id=trainee_id,
            provider_code="1TZ",
            reason="x",
            training_partner_urn="111111",
        )


# --- early years


@pytest.mark.parametrize("route", ["17", "18", "19", "20"])
def test_an_early_years_route_goes_from_the_register_to_eyts(itt: Itt, session: Session, route: str) -> None:
    employed = {"employing_school_urn": "100001"} if route == "20" else {}
    details = nth(1, training_route=route, **employed) | ({"study_mode": ""} if route == "17" else {})
    made = itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=details)
    trainee_id = made["trainee_id"]
    itt.fires("request_trn", trainee_id)
    checked(session, trainee_id)
    shown = itt.shown(PROVIDER, trainee_id)
    assert (shown["qualification"], shown["placements_needed"], set(shown["standards"])) == (
        "EYTS",
        0,
        set(EARLY_YEARS_STANDARDS),
    )
    asked = {"trainee_id": trainee_id, "assessed_on": TODAY}
    with pytest.raises(Invalid, match="part_two is no standard"):
        itt.asked(PROVIDER, "record_final_assessment", **asked, standards=judged())
    itt.asked(PROVIDER, "record_final_assessment", **asked, standards=judged(of=EARLY_YEARS_STANDARDS))
    itt.asked(PROVIDER, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)
    event = last(session)
    assert isinstance(event, TraineeRecommended)
    assert event.qualification == "EYTS"
    itt.fires("award", trainee_id, NOW + timedelta(days=1))
    assert itt.shown(PROVIDER, trainee_id)["state"] == "awarded"
    assert isinstance(last(session), EytsAwarded)
    assert "itt.qts.awarded.v1" not in types(session)


def test_early_years_and_qts_are_recommended_on_one_sheet(itt: Itt, session: Session) -> None:
    ids = {
        str(
            ready(
                session,
                first_names="Ann",
                email="ann@example.com",
                training_route="19",
                employing_school_urn="",
            )
        ),
        str(ready(session, first_names="Bob", email="bob@example.com")),
    }
    sheet = itt.asked(PROVIDER, "recommendation_sheet", provider_code="2A5")
    content = filled(sheet, **{bulk_recommendation.MET_ON: "20/11/2026"})
    done = itt.asked(PROVIDER, "recommend_trainees", provider_code="2A5", content=content)
    assert (set(done["trainee_ids"]), done["errors"]) == (ids, [])
    recommended_for = [e.qualification for e in published(session) if isinstance(e, TraineeRecommended)]
    assert sorted(recommended_for) == ["EYTS", "QTS"]
