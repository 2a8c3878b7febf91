"""Every call about an accreditation by everybody, and what cannot be asked."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from shared.errors import Conflict, ContinuumError, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.policy import ANONYMOUS, Principal
from tests.service.itt.accreditation_kit import (
    CHAIR,
    FOURTH,
    SECOND,
    View,
    a_member,
    begun,
    convened,
    decided,
    voted,
)
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    ANALYST,
    CANDIDATE,
    LEAD,
    OTHER_LEAD,
    PARTNER,
    load_schools,
    register_providers,
)
from tests.service.itt.kit import types


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)


MAY, KNOWS, NOT = "may", "knows that it is there", "does not know of it"
GIVEN: dict[str, View] = {
    "save_accreditation": {"sections": {}},
    "submit_accreditation": {},
    "withdraw_accreditation": {"reason": " "},
    "convene_panel": {"meets_on": "2026-11-23", "chair_id": CHAIR.id, "members": [a_member(CHAIR)]},
    "invite_panel_member": {"member": a_member(CHAIR)},
    "change_panel": {},
    "declare_interests": {"conflict": True},
    "lift_conflict": {"person_id": SECOND.id, "reason": "x"},
    "vote_on_accreditation": {"vote": "accredited", "score": 3},
    "decide_accreditation": {"outcome": "accredited", "reasons": "x"},
    "annul_accreditation_decision": {"reason": "x"},
    "get_accreditation": {},
}
APPLICANTS = {"save_accreditation", "submit_accreditation", "withdraw_accreditation", "get_accreditation"}
CONVENERS = {"convene_panel", "invite_panel_member", "change_panel", "get_accreditation"}
SITTING = {"declare_interests", "vote_on_accreditation", "get_accreditation"}
WHO: list[tuple[Principal, set[str], str]] = [
    (LEAD, APPLICANTS, KNOWS),
    (OTHER_LEAD, set(), NOT),
    (ACCREDITED, set(), NOT),
    (CHAIR, SITTING | {"lift_conflict", "decide_accreditation"}, KNOWS),
    (SECOND, SITTING, KNOWS),
    (FOURTH, set(), NOT),
    (ANALYST, CONVENERS, KNOWS),
    (ADMIN, CONVENERS | {"lift_conflict", "annul_accreditation_decision"}, KNOWS),
    (CANDIDATE, set(), NOT),
    (PARTNER, set(), NOT),
    (ANONYMOUS, set(), NOT),
]


def _told(itt: Itt, by: Principal, method: str, id_: str) -> str:
    """What the answer tells of permission: done, or refused by the state or a value, means that one may."""
    try:
        itt.asked(by, method, accreditation_id=id_, **GIVEN[method])
    except NotFound:
        return NOT
    except NotAllowed:
        return KNOWS
    except (Conflict, Invalid):
        return MAY
    return MAY


@pytest.mark.parametrize(("by", "may", "else_"), WHO, ids=lambda value: getattr(value, "id", ""))
def test_each_call_is_for_whom_it_is_meant(itt: Itt, by: Principal, may: set[str], else_: str) -> None:
    id_ = convened(itt)
    told = {method: _told(itt, by, method, id_) for method in GIVEN}
    assert told == {method: MAY if method in may else else_ for method in GIVEN}


@pytest.mark.parametrize("by", [by for by, _, _ in WHO if by is not LEAD], ids=lambda by: by.id)
def test_nobody_else_begins_in_its_name(itt: Itt, by: Principal) -> None:
    with pytest.raises(NotAllowed):
        begun(itt, by)


@pytest.mark.parametrize("by", [ANALYST, CHAIR, CANDIDATE], ids=lambda by: by.id)
def test_a_draft_is_the_applicants_own(itt: Itt, by: Principal) -> None:
    id_ = begun(itt)
    with pytest.raises(NotFound):
        itt.asked(by, "get_accreditation", accreditation_id=id_)


# --- bad input

WRONG: list[tuple[str, View, str]] = [
    ("save_accreditation", {"sections": {"ofsted_grade": "superb"}}, "sections.ofsted_grade"),
    ("save_accreditation", {"sections": {"partners": [{"urn": "12"}]}}, "sections.partners.0.urn"),
    ("save_accreditation", {"sections": {"case": "nul\0"}}, "sections.case"),
    ("save_accreditation", {"sections": {"motto": "x"}}, "sections.motto"),
    ("withdraw_accreditation", {"reason": ""}, "reason"),
    ("convene_panel", {"meets_on": "soon", "chair_id": CHAIR.id, "members": [a_member(CHAIR)]}, "meets_on"),
    ("convene_panel", {"meets_on": "2026-11-23", "chair_id": CHAIR.id, "members": []}, "members"),
    ("invite_panel_member", {"member": a_member(FOURTH, email="nobody")}, "member.email"),
    ("invite_panel_member", {"member": a_member(FOURTH, organisations=["2A5"])}, "member.organisations"),
    ("invite_panel_member", {"member": a_member(FOURTH, organisations=["provider:2LS"])}, "member"),
    ("lift_conflict", {"person_id": SECOND.id, "reason": ""}, "reason"),
    ("lift_conflict", {"person_id": "x", "reason": "x"}, "person_id"),
    ("vote_on_accreditation", {"vote": "perhaps", "score": 3}, "vote"),
    ("vote_on_accreditation", {"vote": "accredited", "score": 6}, "score"),
    ("decide_accreditation", {"outcome": "accredited", "reasons": ""}, "reasons"),
    ("decide_accreditation", {"outcome": "accredited", "reasons": "x"}, "accredited_from"),
]


@pytest.mark.parametrize(("method", "given", "field"), WRONG)
def test_what_cannot_be_is_refused_by_its_field_and_not_half_stored(
    itt: Itt, session: Session, method: str, given: View, field: str
) -> None:
    id_ = begun(itt) if method == "save_accreditation" else voted(itt)
    by = {"withdraw_accreditation": LEAD, "save_accreditation": LEAD, "convene_panel": ADMIN}.get(method)
    by = by or (ADMIN if method == "invite_panel_member" else CHAIR)
    before, told = itt.asked(ADMIN, "get_accreditation", accreditation_id=id_), len(types(session))
    with pytest.raises(Invalid) as wrong:
        itt.asked(by, method, accreditation_id=id_, **given)
    assert {name.removesuffix(".0") for name in wrong.value.fields} == {field}
    assert itt.asked(ADMIN, "get_accreditation", accreditation_id=id_) == before
    assert len(types(session)) == told


def test_an_application_that_was_decided_is_neither_withdrawn_nor_decided_again(itt: Itt) -> None:
    id_ = voted(itt)
    decided(itt, id_)
    errors: list[type[ContinuumError]] = []
    for by, method in ((LEAD, "withdraw_accreditation"), (CHAIR, "vote_on_accreditation")):
        with pytest.raises(Conflict) as told:
            itt.asked(
                by,
                method,
                accreditation_id=id_,
                **(GIVEN[method] | {"reason": "x"} if by is LEAD else GIVEN[method]),
            )
        errors.append(type(told.value))
    assert errors == [TransitionNotAllowed, Conflict]
    assert date.fromisoformat(itt.asked(LEAD, "get_accreditation", accreditation_id=id_)["accredited_from"])
