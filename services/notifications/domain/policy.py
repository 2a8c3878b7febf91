"""Who may read and change what: a person their own, an organisation's members its own, an operator the deliveries.

A referee goes by the id of the reference.
"""

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
LEADERS = (Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER, Role.SCHOOL_LEADER)
MEMBERS = (*LEADERS, Role.TRAINING_PARTNER, Role.TUTOR)
OF_ORGANISATION = ("organisation_inbox.read", "organisation_inbox.mark_read", "organisation_contacts.read")
OWN = ("inbox.read", "inbox.mark_read", "preferences.read", "preferences.change")

PERMISSIONS = Permissions(
    "notifications",
    *((action, role, "self") for action in OWN for role in PEOPLE),
    *((action, role, "member") for action in OF_ORGANISATION for role in MEMBERS),
    *(("organisation_contacts.change", role, "member") for role in LEADERS),
    ("organisation_inbox.read", Role.OPERATOR, "any"),
    ("organisation_contacts.read", Role.OPERATOR, "any"),
    ("organisation_contacts.change", Role.OPERATOR, "any"),
    ("inbox.read", Role.REFEREE, "self"),
    ("inbox.mark_read", Role.REFEREE, "self"),
    ("inbox.read", Role.OPERATOR, "any"),
    ("preferences.read", Role.OPERATOR, "any"),
    ("deliveries.read", Role.OPERATOR, "any"),
    ("deliveries.send_again", Role.OPERATOR, "any"),
)


def recipients(by: Principal, ids_of_person: Collection[UUID], referee: UUID) -> set[UUID]:
    """Whose messages the id that was given stands for: those of a person, or, for a referee, of a reference."""
    people = set(ids_of_person) if by.has(*PEOPLE, Role.OPERATOR) else set()
    return people | ({referee} if by.has(Role.REFEREE, Role.OPERATOR) else set())


def relations(by: Principal, ids_of_person: Collection[UUID]) -> set[str]:
    """``self`` when the principal is the person, by whichever of the person's ids."""
    return {"self"} if any(by.is_person(person_id) for person_id in ids_of_person) else set()


def organisation_relations(by: Principal, organisation: str) -> set[str]:
    """``member`` when the principal speaks for the organisation."""
    return {"member"} if by.belongs(organisation) else set()
