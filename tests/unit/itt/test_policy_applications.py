"""Who may do what to applications: role x action, written by hand from the domain page."""

from uuid import UUID

import pytest

from services.itt.domain.policy import PERMISSIONS
from services.itt.domain.policy.applications import (
    ROWS,
    application_relations,
    note_relations,
    reference_relations,
)
from shared.policy import Principal, Role

PERSON, REFERENCE = UUID(int=7), UUID(int=8)


def _somebody(name: str, role: Role, *organisations: str) -> Principal:
    return Principal(name, frozenset({role}), frozenset(organisations))


SELF = _somebody(str(PERSON), Role.CANDIDATE)
OTHER = _somebody("other candidate", Role.CANDIDATE)
LEAD = _somebody("lead", Role.LEAD_SCHOOL, "provider:2LS")
OTHER_LEAD = _somebody("other lead", Role.LEAD_SCHOOL, "provider:3LS")
RATIFIER = _somebody("ratifier", Role.ACCREDITED_PROVIDER, "provider:2A5")
OTHER_RATIFIER = _somebody("other ratifier", Role.ACCREDITED_PROVIDER, "provider:1TZ")
PARTNER = _somebody("partner", Role.TRAINING_PARTNER, "school:990101")
OTHER_PARTNER = _somebody("other partner", Role.TRAINING_PARTNER, "school:990102")
REFEREE = _somebody(str(REFERENCE), Role.REFEREE)
ANALYST = _somebody("analyst", Role.NATIONAL_ANALYST)
OPERATOR = _somebody("operator", Role.OPERATOR)
SERVICE = _somebody("service", Role.SERVICE)
EVERYBODY = (
    SELF,
    OTHER,
    LEAD,
    OTHER_LEAD,
    RATIFIER,
    OTHER_RATIFIER,
    PARTNER,
    OTHER_PARTNER,
    REFEREE,
    ANALYST,
    OPERATOR,
    SERVICE,
)
DECIDERS = [LEAD, RATIFIER]
# On an application of PERSON to a course of 2LS at school 990101 that 2A5 ratifies.
EXPECTED = {
    "candidate.register": [SELF, OTHER],
    "candidate.read": [SELF, OPERATOR],
    "candidate.write": [SELF],
    "candidate.equality": [SELF],
    "candidate.decide_duplicate": [OPERATOR],
    "application.choose": [SELF],
    "application.remove": [SELF],
    "application.send": [SELF],
    "application.accept": [SELF],
    "application.decline": [SELF],
    "application.withdraw": [SELF],
    "application.read": [SELF, *DECIDERS, PARTNER, OPERATOR],
    "application.timeline": [SELF, *DECIDERS, OPERATOR],
    "application.read_sensitive": DECIDERS,
    "application.feed": DECIDERS,
    "application.interview": DECIDERS,
    "application.offer": DECIDERS,
    "application.withdraw_offer": DECIDERS,
    "application.reject": DECIDERS,
    "application.conditions": DECIDERS,
    "application.recruit": DECIDERS,
    "application.defer": DECIDERS,
    "application.reinstate": DECIDERS,
    "application.withdraw_for_candidate": DECIDERS,
    "application.note": DECIDERS,
    "application.change_note": [],
    "application.equality": [RATIFIER],
    "reference.answer": [REFEREE],
}


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: str(by.id))
def test_the_table_allows_exactly_who_may(action: str, by: Principal) -> None:
    holds = application_relations(by, [PERSON], "2LS", "2A5", "990101", visible=True)
    holds |= reference_relations(by, REFERENCE)
    assert PERMISSIONS.allows(by, action, holds) is (by in EXPECTED[action])


@pytest.mark.parametrize(
    ("organisation", "expected"),
    [("provider:2LS", [LEAD]), ("provider:2A5", [RATIFIER]), ("provider:9ZZ", []), (None, [OPERATOR])],
)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: str(by.id))
def test_a_note_is_changed_by_the_organisation_that_wrote_it(
    organisation: str | None, expected: list[Principal], by: Principal
) -> None:
    """Where nobody knows which one that was, by an operator alone."""
    holds = application_relations(by, [PERSON], "2LS", "2A5", "990101", visible=True)
    holds |= note_relations(by, organisation)
    assert PERMISSIONS.allows(by, "application.change_note", holds) is (by in expected)


def test_every_action_of_the_table_is_expected_of_somebody() -> None:
    assert {action for action, _, _ in ROWS} == EXPECTED.keys()


@pytest.mark.parametrize("by", [LEAD, RATIFIER, PARTNER], ids=lambda by: str(by.id))
def test_what_was_not_sent_does_not_exist_for_providers(by: Principal) -> None:
    assert application_relations(by, [PERSON], "2LS", "2A5", "990101", visible=False) == set()
