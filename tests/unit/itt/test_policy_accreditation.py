"""Who may do what to an application for accreditation: role x action, written by hand."""

from uuid import UUID

import pytest

from services.itt.domain.policy import PERMISSIONS
from services.itt.domain.policy.accreditation import ROWS, accreditation_relations
from shared.policy import Principal, Role

CHAIR_ID, MEMBER_ID, OTHER_ID = (UUID(int=number) for number in (1, 2, 3))
LEAD = Principal("lead", frozenset({Role.LEAD_SCHOOL}), frozenset({"provider:2LS"}))
OTHER_LEAD = Principal("other lead", frozenset({Role.LEAD_SCHOOL}), frozenset({"provider:3LS"}))
ACCREDITED = Principal("accredited", frozenset({Role.ACCREDITED_PROVIDER}), frozenset({"provider:2LS"}))
CHAIR = Principal(str(CHAIR_ID), frozenset({Role.PANEL_MEMBER}))
MEMBER = Principal(str(MEMBER_ID), frozenset({Role.PANEL_MEMBER}))
OTHER_MEMBER = Principal(str(OTHER_ID), frozenset({Role.PANEL_MEMBER}))
NATIONAL = Principal("national", frozenset({Role.NATIONAL_ANALYST}))
REGIONAL = Principal("regional", frozenset({Role.REGIONAL_ANALYST}))
OPERATOR = Principal("operator", frozenset({Role.OPERATOR}))
CANDIDATE = Principal("candidate", frozenset({Role.CANDIDATE}))
EVERYBODY = (
    LEAD,
    OTHER_LEAD,
    ACCREDITED,
    CHAIR,
    MEMBER,
    OTHER_MEMBER,
    NATIONAL,
    REGIONAL,
    OPERATOR,
    CANDIDATE,
)
EXPECTED = {
    "accreditation.begin": [LEAD],
    "accreditation.save": [LEAD],
    "accreditation.submit": [LEAD],
    "accreditation.withdraw": [LEAD],
    "accreditation.convene": [NATIONAL, OPERATOR],
    "accreditation.invite": [NATIONAL, OPERATOR],
    "accreditation.change_panel": [NATIONAL, OPERATOR],
    "accreditation.declare": [CHAIR, MEMBER],
    "accreditation.vote": [CHAIR, MEMBER],
    "accreditation.decide": [CHAIR],
    "accreditation.lift_conflict": [CHAIR, OPERATOR],
    "accreditation.annul": [OPERATOR],
    "accreditation.read": [LEAD, ACCREDITED, CHAIR, MEMBER, NATIONAL, OPERATOR],
    "accreditation.read_votes": [CHAIR, NATIONAL, OPERATOR],
}


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: by.id)
def test_the_table_allows_exactly_who_may(action: str, by: Principal) -> None:
    holds = accreditation_relations(by, "2LS", [CHAIR_ID, MEMBER_ID], [CHAIR_ID], sent=True)
    assert PERMISSIONS.allows(by, action, holds) is (by in EXPECTED[action])


def test_every_action_of_the_table_is_expected_of_somebody() -> None:
    assert {action for action, _, _ in ROWS} == EXPECTED.keys()


def test_an_analyst_does_not_know_of_a_draft() -> None:
    holds = accreditation_relations(NATIONAL, "2LS", (), (), sent=False)
    assert not PERMISSIONS.allows(NATIONAL, "accreditation.read", holds)
