"""Permissions: what the table says is allowed, and nothing else."""

from uuid import UUID

import pytest

from shared.errors import NotAllowed
from shared.policy import ANONYMOUS, ANY, Permissions, Principal, Role
from shared.testing import principal

TABLE = Permissions(
    "example",
    ("trainee.withdraw", Role.ACCREDITED_PROVIDER, "own_provider"),
    ("trainee.read", Role.ACCREDITED_PROVIDER, "own_provider"),
    ("trainee.read", Role.TRAINEE, "self"),
    ("trainee.count", Role.NATIONAL_ANALYST, ANY),
)
PROVIDER, TRAINEE = principal(Role.ACCREDITED_PROVIDER), principal(Role.TRAINEE)
ANALYST, BOTH = principal(Role.NATIONAL_ANALYST), principal(Role.TRAINEE, Role.ACCREDITED_PROVIDER)


@pytest.mark.parametrize(
    ("by", "action", "relations", "allowed"),
    [
        (PROVIDER, "trainee.withdraw", {"own_provider"}, True),
        (PROVIDER, "trainee.withdraw", set(), False),
        (PROVIDER, "trainee.withdraw", {"self"}, False),
        (TRAINEE, "trainee.withdraw", {"own_provider"}, False),
        (TRAINEE, "trainee.read", {"self"}, True),
        (TRAINEE, "trainee.read", {"own_provider"}, False),
        (BOTH, "trainee.read", {"own_provider"}, True),
        (ANALYST, "trainee.count", set(), True),
        (ANONYMOUS, "trainee.count", {"self", "own_provider"}, False),
    ],
)
def test_only_a_role_in_its_relation_may_do_it(
    by: Principal, action: str, relations: set[str], allowed: bool
) -> None:
    assert TABLE.allows(by, action, relations) is allowed


def test_what_is_allowed_raises_nothing() -> None:
    TABLE.require(PROVIDER, "trainee.withdraw", {"own_provider"})


def test_the_refusal_says_whose_action_it_is() -> None:
    with pytest.raises(NotAllowed, match=r"it is for accredited_provider or trainee") as refused:
        TABLE.require(ANALYST, "trainee.read")
    assert refused.value.details == {
        "action": "trainee.read",
        "roles": ["accredited_provider", "trainee"],
    }


def test_the_refusal_says_which_relation_does_not_hold() -> None:
    with pytest.raises(NotAllowed, match="it is for whom it is about"):
        TABLE.require(TRAINEE, "trainee.read", {"own_provider"})


def test_an_action_that_no_row_names_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="no permission names the action"):
        TABLE.allows(PROVIDER, "trainee.eat")


def test_a_permission_stands_in_the_table_once() -> None:
    row = ("trainee.read", Role.TRAINEE, "self")
    with pytest.raises(ValueError, match="twice"):
        Permissions("twice", row, row)


def test_the_table_can_be_read_row_by_row() -> None:
    assert [tuple(row) for row in TABLE][3] == ("trainee.count", Role.NATIONAL_ANALYST, "any")
    assert Permissions.registry["example"] is TABLE


def test_a_person_is_recognised_by_id_in_either_form() -> None:
    known = UUID("01890000-0000-7000-8000-000000000001")
    by = principal(Role.TRAINEE, id=str(known))
    assert by.is_person(known)
    assert by.is_person(str(known))
    assert not by.is_person(UUID(int=1))


def test_a_service_is_no_person_whomever_it_acts_for() -> None:
    by = Principal("cpd", frozenset({Role.SERVICE}), on_behalf_of="somebody")
    assert not by.is_person("somebody")
    assert not by.is_person("cpd")
    assert by.actor == "somebody"


def test_a_principal_speaks_for_its_organisations_alone() -> None:
    by = principal(Role.SCHOOL_LEADER, "school:123456")
    assert by.belongs("school:123456")
    assert not by.belongs("school:123457")
    assert by.has(Role.TEACHER, Role.SCHOOL_LEADER)
    assert not by.has(Role.TEACHER)
