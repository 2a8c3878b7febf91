"""Who may read and change what: a person their own messages and preferences, an operator the deliveries."""

from collections.abc import Collection
from uuid import UUID

from shared.policy import Permissions, Principal, Role

PEOPLE = (
    Role.CANDIDATE,
    Role.TRAINEE,
    Role.TEACHER,
    Role.MENTOR,
    Role.TUTOR,
    Role.SCHOOL_LEADER,
    Role.LEAD_SCHOOL,
    Role.TRAINING_PARTNER,
    Role.ACCREDITED_PROVIDER,
    Role.APPROPRIATE_BODY,
    Role.PANEL_MEMBER,
    Role.ALLIANCE_LEAD,
    Role.BROKER,
)
OWN = ("inbox.read", "inbox.mark_read", "preferences.read", "preferences.change")

PERMISSIONS = Permissions(
    "notifications",
    *((action, role, "self") for action in OWN for role in PEOPLE),
    ("inbox.read", Role.OPERATOR, "any"),
    ("preferences.read", Role.OPERATOR, "any"),
    ("deliveries.read", Role.OPERATOR, "any"),
    ("deliveries.send_again", Role.OPERATOR, "any"),
)


def relations(by: Principal, ids_of_person: Collection[UUID]) -> set[str]:
    """``self`` when the principal is the person, by whichever of the person's ids."""
    return {"self"} if any(by.is_person(person_id) for person_id in ids_of_person) else set()
