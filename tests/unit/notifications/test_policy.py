"""Who may read and change what."""

from uuid import uuid4

import pytest

from services.notifications.domain.policy import OWN, PEOPLE, PERMISSIONS, relations
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
