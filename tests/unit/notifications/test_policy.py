"""Who may read and change what."""

from uuid import uuid4

import pytest

from services.notifications.domain.policy import (
    LEADERS,
    MEMBERS,
    OF_ORGANISATION,
    OWN,
    PEOPLE,
    PERMISSIONS,
    organisation_relations,
    relations,
)
from shared.policy import Role
from shared.testing import principal

PERSON = uuid4()


@pytest.mark.parametrize("action", OWN)
@pytest.mark.parametrize("role", PEOPLE)
def test_people_have_their_own(action: str, role: Role) -> None:
    assert PERMISSIONS.allows(principal(role, id=str(PERSON)), action, {"self"})
    assert not PERMISSIONS.allows(principal(role), action, set())


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("inbox.read", True),
        ("inbox.mark_read", False),
        ("preferences.read", True),
        ("preferences.change", False),
        ("deliveries.read", True),
        ("deliveries.send_again", True),
    ],
)
def test_an_operator_reads_and_sends_again_and_does_not_decide_for_people(action: str, allowed: bool) -> None:
    assert PERMISSIONS.allows(principal(Role.OPERATOR), action) == allowed


@pytest.mark.parametrize("role", [Role.SERVICE, Role.NATIONAL_ANALYST, Role.REGIONAL_ANALYST])
def test_nobody_else_reads_an_inbox(role: Role) -> None:
    assert not PERMISSIONS.allows(principal(role), "inbox.read", {"self"})


def test_a_person_is_themself_by_each_of_their_ids() -> None:
    by = principal(Role.TEACHER, id=str(PERSON))
    assert relations(by, [uuid4(), PERSON]) == {"self"}
    assert relations(by, [uuid4()]) == set()


@pytest.mark.parametrize("role", list(Role))
def test_members_read_what_an_organisation_is_told_and_its_leaders_say_who_is_written_to(role: Role) -> None:
    by = principal(role, "provider:2A5")
    member = organisation_relations(by, "provider:2A5")
    reads = [PERMISSIONS.allows(by, action, member) for action in OF_ORGANISATION]
    operator = role is Role.OPERATOR
    assert reads == [role in MEMBERS or operator, role in MEMBERS, role in MEMBERS or operator]
    assert PERMISSIONS.allows(by, "organisation_contacts.change", member) is (role in LEADERS or operator)


def test_nobody_speaks_for_an_organisation_that_is_not_theirs() -> None:
    by = principal(Role.ACCREDITED_PROVIDER, "provider:2A5")
    assert organisation_relations(by, "provider:2LS") == set()
    assert organisation_relations(by, "school:123456") == set()
