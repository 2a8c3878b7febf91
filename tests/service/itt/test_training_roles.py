"""Every call about training, by everybody: who may, who is refused, who may not know that the trainee is there."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    OTHER_PROVIDER,
    PROVIDER,
    arranged,
    checked,
    five_checks,
    judged,
    with_trn,
)

MAY, KNOWS, NOT = "may", "knows that it is there", "does not know of it"
PROVIDER_ALONE = (
    "agree_support_plan",
    "correct_placement",
    "remove_placement",
    "escalate_concern",
    "resolve_concern",
    "recommend",
    "record_final_assessment",
)
PROVIDER_OR_MENTOR = (
    "record_school_days",
    "record_absence",
    "raise_concern",
    "review_support_plan",
    "record_observation",
    "record_review",
)
PROVIDER_OR_AUTHOR = (
    "correct_school_days",
    "remove_school_days",
    "correct_absence",
    "remove_absence",
    "withdraw_concern",
    "correct_observation",
    "remove_observation",
    "correct_review",
    "remove_review",
)
PROVIDER_OR_LEAD = ("record_checks", "correct_check", "remove_check")
WHO = {
    "provider": (MAY, MAY, MAY, MAY),
    "another provider": (NOT, NOT, NOT, NOT),
    "lead school": (KNOWS, KNOWS, KNOWS, MAY),
    "another lead school": (NOT, NOT, NOT, NOT),
    "mentor": (KNOWS, MAY, KNOWS, KNOWS),
    "another mentor": (NOT, NOT, NOT, NOT),
    "trainee": (KNOWS, KNOWS, KNOWS, KNOWS),
    "another trainee": (NOT, NOT, NOT, NOT),
    "operator": (KNOWS, KNOWS, KNOWS, KNOWS),
    "analyst": (NOT, NOT, NOT, NOT),
}
DAYS = {"first_on": "2026-09-14", "last_on": "2026-09-18"}
NEXT_DAYS = {"first_on": "2026-09-21", "last_on": "2026-09-25"}
REVIEW = {"reviewed_on": "2026-11-20", "standards": {"1": {"met": True, "evidence": "Seen"}}}
LESSON = {"observed_on": "2026-11-20", "school_urn": "123456", "observer": "Ruth Hall", "notes": "Clear"}
PLAN = {
    "actions": [{"what": "Observe", "who": "Ruth", "due_on": "2026-12-01"}],
    "review_on": "2026-12-07",
}


@pytest.fixture
def ids(itt: Itt, session: Session) -> dict[str, Any]:
    """A trainee with one of everything, recorded by the provider."""
    trainee_id = checked(session, with_trn(session, training_partner_urn="654321"))
    placed = arranged(session, trainee_id, 1, "123456")["placements"][0]
    known: dict[str, Any] = {
        name: new_id() for name in ("entry_id", "absence_id", "concern_id", "observation_id", "review_id")
    }
    known |= {"trainee_id": trainee_id, "placement_id": placed["placement_id"]}
    known["mentor_id"] = placed["mentor"]["person_id"]
    known["person_id"] = itt.shown(PROVIDER, trainee_id)["person_id"]

    def ask(method: str, *names: str, **given: Any) -> None:
        itt.asked(PROVIDER, method, **{name: known[name] for name in names}, **given)

    ask("record_school_days", "placement_id", "entry_id", **DAYS)
    ask("record_absence", "trainee_id", "absence_id", kind="sickness", starts_on="2026-10-05")
    ask("raise_concern", "trainee_id", "concern_id", standards=["7"], description="Noise")
    ask("record_observation", "trainee_id", "observation_id", **LESSON)
    ask("record_review", "trainee_id", "review_id", **REVIEW)
    return known


@pytest.fixture
def people(ids: dict[str, Any]) -> dict[str, Principal]:
    return {
        "provider": PROVIDER,
        "another provider": OTHER_PROVIDER,
        "lead school": principal(Role.LEAD_SCHOOL, "school:654321"),
        "another lead school": principal(Role.LEAD_SCHOOL, "school:111111"),
        "mentor": principal(Role.MENTOR, id=str(ids["mentor_id"])),
        "another mentor": principal(Role.MENTOR),
        "trainee": principal(Role.TRAINEE, id=str(ids["person_id"])),
        "another trainee": principal(Role.TRAINEE),
        "operator": ADMIN,
        "analyst": principal(Role.NATIONAL_ANALYST),
    }


def _asked(method: str, ids: dict[str, Any]) -> dict[str, Any]:
    """What a call is asked with."""
    why = {"reason": "A mistake"}
    of = {name: {name: id_} for name, id_ in ids.items()}
    given: dict[str, dict[str, Any]] = {
        "record_checks": of["trainee_id"] | {"checks": five_checks()},
        "correct_check": of["trainee_id"] | {"kind": "identity", "reference": "X"} | why,
        "remove_check": of["trainee_id"] | {"kind": "identity"} | why,
        "record_school_days": of["placement_id"] | NEXT_DAYS,
        "correct_school_days": of["entry_id"] | {"days": 4} | why,
        "remove_school_days": of["entry_id"] | why,
        "record_absence": of["trainee_id"] | {"kind": "authorised", "starts_on": "2026-09-14"},
        "correct_absence": of["absence_id"] | {"ends_on": "2026-10-09"} | why,
        "remove_absence": of["absence_id"] | why,
        "raise_concern": of["trainee_id"] | {"standards": ["1"], "description": "Late"},
        "agree_support_plan": of["concern_id"] | PLAN,
        "review_support_plan": of["concern_id"] | {"note": "Better", "review_on": "2027-01-11"},
        "escalate_concern": of["concern_id"] | {"escalation": "No better"},
        "resolve_concern": of["concern_id"] | {"outcome": "Met"},
        "withdraw_concern": of["concern_id"] | {"outcome": "In error"},
        "correct_placement": of["placement_id"] | {"ends_on": "2026-12-11"} | why,
        "remove_placement": of["placement_id"] | why,
        "correct_observation": of["observation_id"] | {"notes": "Clearer"} | why,
        "remove_observation": of["observation_id"] | why,
        "correct_review": of["review_id"] | {"reviewed_on": "2026-11-19"} | why,
        "remove_review": of["review_id"] | why,
        "record_observation": of["trainee_id"] | LESSON,
        "record_review": of["trainee_id"] | REVIEW,
        "record_final_assessment": of["trainee_id"] | {"assessed_on": "2026-11-20", "standards": judged()},
        "recommend": of["trainee_id"] | {"standards_met_on": "2026-11-20"},
    }
    return given[method]


def _told(itt: Itt, by: Principal, method: str, ids: dict[str, Any]) -> str:
    """What the answer tells of permission: done, or refused by the state or a value, means that one may."""
    try:
        itt.asked(by, method, **_asked(method, ids))
    except NotFound:
        return NOT
    except NotAllowed:
        return KNOWS
    except (Conflict, Invalid):
        return MAY
    return MAY


@pytest.mark.parametrize("who", WHO)
def test_each_call_is_for_whom_it_is_meant(
    itt: Itt, ids: dict[str, Any], people: dict[str, Principal], who: str
) -> None:
    groups = (PROVIDER_ALONE, PROVIDER_OR_MENTOR, PROVIDER_OR_AUTHOR, PROVIDER_OR_LEAD)
    expected = {method: told for group, told in zip(groups, WHO[who], strict=True) for method in group}
    assert {method: _told(itt, people[who], method, ids) for method in expected} == expected


LESSONS_SHOWN = {"provider", "lead school", "mentor", "trainee", "operator"}


@pytest.mark.parametrize("who", WHO)
def test_observed_lessons_are_listed_to_whoever_may_read_the_trainee(
    itt: Itt, ids: dict[str, Any], people: dict[str, Principal], who: str
) -> None:
    if who not in LESSONS_SHOWN:
        with pytest.raises(NotFound):
            itt.asked(people[who], "list_observations", trainee_id=ids["trainee_id"])
        return
    (lesson,) = itt.asked(people[who], "list_observations", trainee_id=ids["trainee_id"])["items"]
    assert lesson == LESSON | {"observation_id": str(ids["observation_id"])}


CHECKS_SHOWN = {"provider", "lead school", "trainee"}


@pytest.mark.parametrize("who", ["provider", "lead school", "mentor", "trainee", "operator"])
def test_checks_and_kinds_of_absence_are_for_provider_lead_school_and_trainee(
    itt: Itt, ids: dict[str, Any], people: dict[str, Principal], who: str
) -> None:
    shown = itt.shown(people[who], ids["trainee_id"])
    assert (shown["checks"] is not None) is (who in CHECKS_SHOWN)
    assert (shown["checks_missing"] is not None) is (who in CHECKS_SHOWN)
    assert (shown["absences"][0]["kind"] is not None) is (who in CHECKS_SHOWN)


def test_the_school_that_trained_never_recommends_by_whatever_roles_it_holds(
    itt: Itt, ids: dict[str, Any]
) -> None:
    school = principal(Role.LEAD_SCHOOL, Role.SCHOOL_LEADER, Role.MENTOR, "school:654321", "school:123456")
    assert _told(itt, school, "recommend", ids) == KNOWS
    wears_two_hats = principal(Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER, "school:654321", "provider:1TZ")
    assert _told(itt, wears_two_hats, "recommend", ids) == KNOWS


def test_who_recorded_something_corrects_it_while_they_mentor(
    itt: Itt, session: Session, ids: dict[str, Any], people: dict[str, Principal]
) -> None:
    mentor, lesson, review = people["mentor"], new_id(), new_id()
    itt.asked(mentor, "record_observation", trainee_id=ids["trainee_id"], observation_id=lesson, **LESSON)
    itt.asked(mentor, "record_review", trainee_id=ids["trainee_id"], review_id=review, **REVIEW)
    own = ids | {"observation_id": lesson, "review_id": review}
    for method in ("correct_observation", "correct_review", "remove_observation", "remove_review"):
        assert _told(itt, mentor, method, own) == MAY
    other = {"first_names": "Sam", "last_name": "Poe", "email": "sam@example.sch.uk"}
    arranged(session, UUID(str(ids["trainee_id"])), 1, "123456", mentor=other)
    assert _told(itt, mentor, "correct_review", own) == NOT
