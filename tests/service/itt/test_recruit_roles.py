"""Every call about trainees who come from applications, by everybody: who may, who is refused, who knows of none."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from shared.audit import audit_trail
from shared.errors import Conflict, ContinuumError, Invalid, NotAllowed, NotFound
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    ANALYST,
    CANDIDATE,
    LEAD,
    OTHER_ACCREDITED,
    OTHER_LEAD,
    load_schools,
    register_providers,
)
from tests.service.itt.kit import types
from tests.service.itt.recruits_kit import LEAD_URN, known, recruited

LEAD_SCHOOL = principal(Role.LEAD_SCHOOL, "provider:2LS", f"school:{LEAD_URN}", id="lead-school")
TRAINEE = principal(Role.TRAINEE, id="trainee")  # its id becomes the trainee's person
MAY, KNOWS, NOT = "may", "knows that it is there", "does not know of it"
EVERYBODY: dict[str, Principal] = {
    "provider": ACCREDITED,
    "operator": ADMIN,
    "lead school": LEAD_SCHOOL,
    "trainee": TRAINEE,
    "other provider": OTHER_ACCREDITED,
    "lead of the course": LEAD,
    "other lead": OTHER_LEAD,
    "analyst": ANALYST,
    "candidate": CANDIDATE,
}
READERS = {"operator": KNOWS, "lead school": KNOWS, "lead of the course": KNOWS, "trainee": KNOWS}
TABLE: dict[str, dict[str, str]] = {
    "list_offered_corrections": READERS | {"provider": MAY, "operator": MAY},
    "accept_corrections": READERS | {"provider": MAY},
    "dismiss_corrections": READERS | {"provider": MAY},
    "settle_match": READERS | {"provider": MAY},
}
GIVEN: dict[str, dict[str, Any]] = {
    "list_offered_corrections": {},
    "accept_corrections": {"correction_ids": [UUID(int=1)]},
    "dismiss_corrections": {"correction_ids": [UUID(int=1)], "why": "No"},
    "settle_match": {"other_trainee_id": UUID(int=1), "same": False, "why": "No"},
}
CASES = [(call, who) for call in TABLE for who in EVERYBODY]


def _outcome(itt: Itt, by: Principal, call: str, **given: Any) -> str:
    try:
        itt.asked(by, call, **given)
    except NotFound:
        return NOT
    except NotAllowed:
        return KNOWS
    except (Conflict, Invalid):
        return MAY
    except ContinuumError as error:
        return str(error)
    return MAY


@pytest.fixture
def row(session: Session) -> models.Trainee:
    register_providers(session)
    load_schools(session)
    known(session)
    return recruited(session)[2]


@pytest.mark.parametrize(("call", "who"), CASES)
def test_everybody_may_what_the_table_says(itt: Itt, row: models.Trainee, call: str, who: str) -> None:
    by = EVERYBODY[who]
    if who == "trainee":
        by = principal(Role.TRAINEE, id=str(row.person_id))
    assert _outcome(itt, by, call, trainee_id=row.id, **GIVEN[call]) == TABLE[call].get(who, NOT)


@pytest.mark.parametrize("who", list(EVERYBODY))
def test_missing_drafts_are_an_operators_to_make(itt: Itt, row: models.Trainee, who: str) -> None:
    assert _outcome(itt, EVERYBODY[who], "draft_missing_trainees") == (MAY if who == "operator" else KNOWS)


@pytest.mark.parametrize("who", list(EVERYBODY))
def test_a_list_of_all_is_for_providers_and_operators(itt: Itt, row: models.Trainee, who: str) -> None:
    may = {"provider", "other provider", "operator"}
    assert _outcome(itt, EVERYBODY[who], "list_offered_corrections") == (MAY if who in may else KNOWS)


def _ids(answer: Any) -> list[str]:
    return [each["trainee_id"] for each in answer["items"]]


@pytest.mark.parametrize("urn", [LEAD_URN, None])
def test_a_lead_school_reads_the_trainees_of_its_courses_with_and_without_a_urn(
    session: Session, itt: Itt, row: models.Trainee, urn: str | None
) -> None:
    session.get_one(models.Provider, "2LS").urn = row.training_partner_urn = urn
    session.flush()
    checks = {"identity": {"outcome": "passed", "checked_by": "The office", "checked_on": "2026-11-20"}}

    assert itt.asked(LEAD, "get_trainee", trainee_id=row.id)["trainee_id"] == str(row.id)
    assert _ids(itt.asked(LEAD, "list_trainees")) == _ids(itt.asked(LEAD, "list_checks")) == [str(row.id)]
    assert itt.asked(LEAD, "record_checks_of_many", trainees=[{"trainee_id": row.id, "checks": checks}])
    assert _ids(itt.asked(OTHER_LEAD, "list_trainees")) == _ids(itt.asked(OTHER_LEAD, "list_checks")) == []
    with pytest.raises(NotFound):
        itt.asked(OTHER_LEAD, "get_trainee", trainee_id=row.id)
    with pytest.raises(NotAllowed):
        itt.asked(LEAD, "change_trainee", trainee_id=row.id, changes={"fund_code": "7"})


def test_a_record_with_another_training_partner_is_that_schools_to_read(
    session: Session, itt: Itt, row: models.Trainee
) -> None:
    row.training_partner_urn = "990104"
    session.flush()

    with pytest.raises(NotFound):
        itt.asked(LEAD, "get_trainee", trainee_id=row.id)
    assert _ids(itt.asked(LEAD, "list_trainees")) == []


def _unread(itt: Itt, by: Principal, row: models.Trainee) -> bool:
    """Whether somebody neither finds the trainee in any list nor gets the record."""
    with pytest.raises(NotFound):
        itt.asked(by, "get_trainee", trainee_id=row.id)
    return _ids(itt.asked(by, "list_trainees")) == _ids(itt.asked(by, "list_checks")) == []


def test_a_provider_that_ratifies_its_own_course_leads_nobody_who_is_with_another_now(
    session: Session, itt: Itt, row: models.Trainee
) -> None:
    session.get_one(models.Provider, "2LS").urn = row.training_partner_urn = None
    session.get_one(models.Application, row.from_application_id).accredited_code = "2LS"
    row.provider_code = "1TZ"
    session.flush()
    assert _unread(itt, principal(Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER, "provider:2LS"), row)


@pytest.mark.parametrize(
    ("urn", "route"),
    [(LEAD_URN, "02"), (None, "16")],
    ids=["the provider took the partner out", "the route has no partner"],
)
def test_a_record_without_a_training_partner_is_no_lead_schools_that_could_be_named(
    session: Session, itt: Itt, row: models.Trainee, urn: str | None, route: str
) -> None:
    session.get_one(models.Provider, "2LS").urn = urn
    row.training_partner_urn, row.training_route = None, route
    session.flush()
    assert _unread(itt, LEAD, row)


def test_who_is_led_by_a_school_without_a_urn_is_still_led_when_it_has_one(
    session: Session, itt: Itt, row: models.Trainee
) -> None:
    session.get_one(models.Provider, "2LS").urn = row.training_partner_urn = None
    session.flush()
    assert _ids(itt.asked(LEAD, "list_trainees")) == [str(row.id)]

    school = {"code": "2LS", "name": "A lead school", "kind": "lead_school", "urn": LEAD_URN}
    for _ in range(2):
        itt.asked(ADMIN, "register_providers", providers=[school])

    session.refresh(row)
    assert row.training_partner_urn == LEAD_URN
    assert _ids(itt.asked(LEAD, "list_trainees")) == [str(row.id)]
    changed = [event for event in types(session) if event == "itt.trainee.changed.v1"]
    assert len(changed) == 1
    assert audit_trail(session, f"trainee/{row.id}")[-1].action == "trainee.partner_named"
