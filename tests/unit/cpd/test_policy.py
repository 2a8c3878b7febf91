from uuid import UUID

import pytest

from services.cpd.domain.policy import (
    PERMISSIONS,
    activity_relations,
    period_relations,
    person_relations,
    school_relations,
)
from shared.errors import NotAllowed
from shared.policy import Principal, Role
from tests.unit.cpd.build import MENTOR, PERSON, SCHOOL, activity, period

HEAD, BODY, TEACHER, TUTOR = Role.SCHOOL_LEADER, Role.APPROPRIATE_BODY, Role.TEACHER, Role.TUTOR


def somebody(role: Role, *organisations: str, id: str = "someone") -> Principal:
    return Principal(id=id, roles=frozenset({role}), organisations=frozenset(organisations))


@pytest.mark.parametrize(
    ("action", "role", "relation", "allowed"),
    [
        ("induction.propose", HEAD, "own_school", True),
        ("induction.propose", HEAD, "any", False),
        ("induction.propose", BODY, "own_body", False),
        ("induction.agree", BODY, "own_body", True),
        ("induction.agree", BODY, "any", False),
        ("induction.agree", HEAD, "own_school", False),
        ("induction.decide", HEAD, "own_school", False),
        ("induction.decide", BODY, "own_body", True),
        ("induction.assess", HEAD, "own_school", True),
        ("induction.assess", TUTOR, "tutors", True),
        ("induction.assess", Role.MENTOR, "mentors", False),
        ("induction.recommend", TUTOR, "tutors", False),
        ("induction.reduce", BODY, "own_body", True),
        ("induction.appeal", TEACHER, "self", True),
        ("induction.appeal", TEACHER, "any", False),
        ("induction.decide_appeal", Role.OPERATOR, "any", True),
        ("induction.decide_appeal", BODY, "own_body", False),
        ("induction.read", TEACHER, "self", True),
        ("induction.read", Role.MENTOR, "mentors", True),
        ("induction.read", Role.MENTOR, "any", False),
        ("induction.read", Role.OPERATOR, "any", True),
        ("activity.offer", Role.TRAINEE, "self", False),
        ("activity.book", Role.TRAINEE, "self", True),
        ("activity.register", TEACHER, "offerer", True),
        ("activity.register", TEACHER, "self", False),
        ("booking.read", HEAD, "any", False),
    ],
)
def test_who_may_do_what(action: str, role: Role, relation: str, allowed: bool) -> None:
    assert PERMISSIONS.allows(somebody(role), action, {relation}) is allowed


def test_a_refusal_says_who_may() -> None:
    with pytest.raises(NotAllowed, match="appropriate_body"):
        PERMISSIONS.require(somebody(HEAD), "induction.decide", {"own_school"})


def test_relations_to_a_school() -> None:
    assert school_relations(somebody(HEAD, f"school:{SCHOOL}"), SCHOOL) == {"any", "own_school"}
    assert school_relations(somebody(HEAD, "school:100002"), SCHOOL) == {"any"}
    assert school_relations(somebody(HEAD), None) == {"any"}


def test_a_person_is_known_by_any_of_their_ids() -> None:
    assert person_relations(somebody(TEACHER, id=str(PERSON)), {MENTOR, PERSON}) == {"any", "self"}
    assert person_relations(somebody(TEACHER, id=str(UUID(int=99))), {PERSON}) == {"any"}


def test_relations_to_a_period() -> None:
    of = period(mentor_id=MENTOR, tutor_id=PERSON)
    assert period_relations(somebody(BODY, "body:north-tyne"), of) == {"any", "own_body"}
    assert period_relations(somebody(Role.MENTOR, id=str(MENTOR)), of) == {"any", "mentors"}
    assert period_relations(somebody(TUTOR, id=str(PERSON)), of) == {"any", "tutors"}
    assert period_relations(somebody(TUTOR), period()) == {"any"}


def test_relations_to_an_activity() -> None:
    assert activity_relations(somebody(TEACHER, id=str(MENTOR)), activity()) == {"any", "offerer"}
    assert activity_relations(somebody(TEACHER), activity()) == {"any"}
