"""Who may do what with suggestions and nominations.

No gatekeeper: everybody may nominate themselves or a colleague, and consent is the person's alone. Nobody
else reads what is held without consent (domain page, "Identify potential").
"""

from collections.abc import Collection
from uuid import UUID

from shared.policy import Permissions, Principal, Role

PERSONAL_ROLES = (
    Role.TRAINEE,
    Role.TEACHER,
    Role.MENTOR,
    Role.TUTOR,
    Role.SCHOOL_LEADER,
    Role.PANEL_MEMBER,
)

PERMISSIONS = Permissions(
    "leadership",
    # action, role, relation that must hold
    *(("suggestion.answer", role, "self") for role in PERSONAL_ROLES),
    *(("nomination.answer", role, "self") for role in PERSONAL_ROLES),
    *(("nomination.make", role, "any") for role in PERSONAL_ROLES),
    *(("own.read", role, "self") for role in PERSONAL_ROLES),
)


def relations(by: Principal, ids: Collection[UUID]) -> set[str]:
    """How the caller stands to a person: ``ids`` are all that the person is known by."""
    return {"self"} if any(by.is_person(id_) for id_ in ids) else set()


def is_head_of(by: Principal, school_urns: Collection[str]) -> bool:
    """Whether the caller leads a school at which the person works."""
    return by.has(Role.SCHOOL_LEADER) and any(by.belongs(f"school:{urn}") for urn in school_urns)
