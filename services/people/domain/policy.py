"""Who may do what with people: one table, and the relations that it names.

"The person sees all of theirs" (domain page, "The professional continuum"). A school's leader begins and
ends the roles of their own school and reads its staff, a person who is claimed as staff only once the role is
confirmed or vouched for (``sight``); a provider reads its own trainees.
"""

from collections.abc import Collection
from uuid import UUID

from shared.policy import Permissions, Principal, Role

PERSONAL_ROLES = (
    Role.CANDIDATE,
    Role.TRAINEE,
    Role.TEACHER,
    Role.MENTOR,
    Role.TUTOR,
    Role.SCHOOL_LEADER,
    Role.PANEL_MEMBER,
)
OWN_ACTIONS = ("person.read", "timeline.read", "ni_number.give")

PERMISSIONS = Permissions(
    "people",
    # action, role, relation that must hold
    ("role.begin", Role.SCHOOL_LEADER, "own_school"),
    ("role.begin", Role.OPERATOR, "any"),
    *(("role.confirm", role, "self") for role in PERSONAL_ROLES),
    ("role.confirm", Role.SCHOOL_LEADER, "former_school"),
    ("role.confirm", Role.OPERATOR, "any"),
    ("role.end", Role.SCHOOL_LEADER, "own_school"),
    ("role.end", Role.OPERATOR, "any"),
    *((action, role, "self") for action in OWN_ACTIONS for role in PERSONAL_ROLES),
    ("person.read", Role.SCHOOL_LEADER, "own_school"),
    ("person.read", Role.ACCREDITED_PROVIDER, "own_provider"),
    ("person.read", Role.OPERATOR, "any"),
    ("person.read", Role.SERVICE, "any"),
    ("person.find", Role.OPERATOR, "any"),
    ("person.find", Role.SERVICE, "any"),
    ("timeline.read", Role.OPERATOR, "any"),
    ("stage.count", Role.OPERATOR, "any"),
    ("stage.count", Role.SERVICE, "any"),
    ("stage.count", Role.NATIONAL_ANALYST, "any"),
    ("stage.count", Role.REGIONAL_ANALYST, "any"),
    ("match.list", Role.OPERATOR, "any"),
    ("match.decide", Role.OPERATOR, "any"),
    ("ni_number.give", Role.OPERATOR, "any"),
    ("fact.void", Role.OPERATOR, "any"),
    ("prohibition.record", Role.OPERATOR, "any"),
)


def school_relations(by: Principal, school_urn: str) -> set[str]:
    """How the caller stands to a school."""
    return {"own_school"} if by.belongs(f"school:{school_urn}") else set()


def person_relations(
    by: Principal,
    ids: Collection[UUID],
    *,
    school_urns: Collection[str] = (),
    provider_codes: Collection[str] = (),
) -> set[str]:
    """How the caller stands to a person: ``ids`` are all that the person is known by."""
    schools = {relation for urn in school_urns for relation in school_relations(by, urn)}
    providers = {"own_provider" for code in provider_codes if by.belongs(f"provider:{code}")}
    return schools | providers | ({"self"} if any(by.is_person(id_) for id_ in ids) else set())
