"""Every call about an application, by everybody: who may, who is refused, who may not know that it is there."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from shared.errors import Conflict, ContinuumError, Invalid, NotAllowed, NotFound
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.applications_kit import a_course, accepted, chosen, ready, registered, sent
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    LEAD,
    NOW,
    OTHER_ACCREDITED,
    OTHER_LEAD,
    PARTNER,
    load_schools,
    register_providers,
)

OPERATOR = ADMIN
OTHER_PARTNER = principal(Role.TRAINING_PARTNER, "school:990102", id="other-partner")
ANALYST = principal(Role.NATIONAL_ANALYST, id="analyst")
MAY, KNOWS, NOT = "may", "knows that it is there", "does not know of it"
CANDIDATES = ("send_application", "accept_offer", "decline_offer", "withdraw_application", "remove_choice")
DECIDERS = (
    "arrange_interview",
    "add_note",
    "make_offer",
    "withdraw_offer",
    "reject_application",
    "mark_condition",
    "confirm_conditions_met",
    "conditions_not_met",
    "recruit_with_pending_conditions",
    "defer_offer",
    "reinstate_offer",
    "withdraw_for_candidate",
)
GIVEN: dict[str, Any] = {
    "withdraw_application": {"reasons": ["apply_in_the_future"]},
    "arrange_interview": {"provider_code": "2LS", "at": NOW + timedelta(days=1), "location": "Hall"},
    "add_note": {"message": "Keen"},
    "withdraw_offer": {"reason": "A mistake"},
    "reject_application": {"reasons": [{"code": "R08"}]},
    "mark_condition": {"condition_id": uuid4(), "state": "met"},
    "reinstate_offer": {"conditions_met": True},
}
WHO = {
    "candidate": (MAY, KNOWS),
    "another candidate": (NOT, NOT),
    "lead school": (KNOWS, MAY),
    "another lead school": (NOT, NOT),
    "accredited provider": (KNOWS, MAY),
    "another accredited provider": (NOT, NOT),
    "training partner": (KNOWS, KNOWS),
    "another training partner": (NOT, NOT),
    "operator": (KNOWS, KNOWS),
    "analyst": (NOT, NOT),
}


@pytest.fixture
def people(session: Session) -> dict[str, Principal]:
    register_providers(session)
    load_schools(session)
    return {
        "candidate": ready(session),
        "another candidate": registered(session, "Ben Carter"),
        "lead school": LEAD,
        "another lead school": OTHER_LEAD,
        "accredited provider": ACCREDITED,
        "another accredited provider": OTHER_ACCREDITED,
        "training partner": PARTNER,
        "another training partner": OTHER_PARTNER,
        "operator": OPERATOR,
        "analyst": ANALYST,
    }


def _told(itt: Itt, by: Principal, method: str, application_id: UUID) -> str:
    """What the answer tells of permission: done, or refused by the state or a value, means that one may."""
    try:
        itt.asked(by, method, application_id=application_id, **GIVEN.get(method, {}))
    except NotFound:
        return NOT
    except NotAllowed:
        return KNOWS
    except (Conflict, Invalid):
        return MAY
    return MAY


@pytest.mark.parametrize("who", WHO)
def test_each_call_is_for_whom_it_is_meant(
    itt: Itt, session: Session, people: dict[str, Principal], who: str
) -> None:
    by_candidate, by_provider = WHO[who]
    expected = dict.fromkeys(CANDIDATES, by_candidate) | dict.fromkeys(DECIDERS, by_provider)
    expected["application_equality"] = KNOWS if who == "lead school" else by_provider
    option_id, told = a_course(session, places=50), {}
    candidate = people["candidate"]
    application_id = sent(session, candidate, option_id)
    for method in expected:
        by = candidate if who == "candidate" else people[who]
        told[method] = _told(itt, by, method, application_id)
        if told[method] == MAY:
            candidate = ready(session)
            application_id = sent(session, candidate, option_id)
    assert told == expected


READS = {
    "candidate": True,
    "another candidate": False,
    "lead school": True,
    "another lead school": False,
    "accredited provider": True,
    "another accredited provider": False,
    "training partner": True,
    "another training partner": False,
    "operator": True,
    "analyst": False,
}


@pytest.mark.parametrize("who", READS)
def test_an_application_is_read_and_listed_by_the_same_people(
    itt: Itt, session: Session, people: dict[str, Principal], who: str
) -> None:
    application_id, by = sent(session, people["candidate"]), people[who]
    try:
        read = bool(itt.asked(by, "get_application", application_id=application_id))
    except NotFound:
        read = False
    assert read is READS[who]
    if "candidate" not in who:
        assert bool(_listed(itt, by)) is READS[who]


def _listed(itt: Itt, by: Principal) -> list[Any]:
    try:
        return list(itt.asked(by, "list_applications")["items"])
    except ContinuumError:
        return []


def test_an_unsent_application_does_not_exist_for_providers(
    itt: Itt, session: Session, people: dict[str, Principal]
) -> None:
    application_id = chosen(session, people["candidate"])
    for who in ("lead school", "accredited provider", "training partner"):
        with pytest.raises(NotFound):
            itt.asked(people[who], "get_application", application_id=application_id)
        assert _listed(itt, people[who]) == []
    assert itt.asked(LEAD, "application_changes")["items"] == []


def test_a_training_partner_sees_nothing_that_is_sensitive(
    itt: Itt, session: Session, people: dict[str, Principal]
) -> None:
    by = people["candidate"]
    told = {"has_issues": True, "details": "A caution of long ago"}
    itt.asked(by, "save_section", section="safeguarding", content=told, completed=True)
    more = {"further_information": "Jury service", "disability_disclosure": "Dyslexia"}
    itt.asked(by, "save_section", section="further_information", content=more, completed=True)
    application_id = accepted(session, by)
    itt.asked(LEAD, "add_note", application_id=application_id, message="Keen")
    theirs = str(itt.asked(PARTNER, "get_application", application_id=application_id))
    for secret in ("caution", "Dyslexia", "Keen", "referee1@example.com"):
        assert secret not in theirs
    ours = str(itt.asked(LEAD, "get_application", application_id=application_id))
    for shown in ("caution", "Dyslexia", "Keen", "referee1@example.com", "Jury service"):
        assert shown in ours


def test_equality_data_is_for_the_return_of_who_recruited(
    itt: Itt, session: Session, people: dict[str, Principal]
) -> None:
    itt.asked(people["candidate"], "save_equality", sex="10", ethnicity="103", disabilities=["51"])
    application_id = accepted(session, people["candidate"])
    seen = itt.asked(ACCREDITED, "application_equality", application_id=application_id)
    assert (seen["sex"], seen["ethnicity"], seen["disabilities"]) == ("10", "103", ["51"])
    with pytest.raises(NotAllowed):
        itt.asked(LEAD, "application_equality", application_id=application_id)
