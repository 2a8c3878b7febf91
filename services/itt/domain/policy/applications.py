"""Who may do what to applications.

A candidate has their own; a lead school decides on its own courses, the accredited provider on what it runs or
ratifies, and alone reads equality data, for its statutory return; a training partner reads only, and never what is
sensitive; a referee writes the one reference they were asked for, as the principal whose id is the reference's. A note
is changed by the organisation that wrote it, and by an operator where nobody knows which one that was.
"""

from collections.abc import Iterable
from uuid import UUID

from services.itt.domain.policy.courses import AT_SITE, OWN_COURSE, RATIFIES, course_relations
from shared.policy import ANY, Principal, Role

SELF, REFEREE_OF = "self", "referee_of"
OWN_NOTE, UNSIGNED_NOTE = "own_note", "unsigned_note"

CANDIDATES_OWN = (
    "candidate.read",
    "candidate.write",
    "candidate.equality",
    "application.choose",
    "application.remove",
    "application.send",
    "application.accept",
    "application.decline",
    "application.withdraw",
    "application.read",
    "application.timeline",
)
DECIDERS_OWN = (
    "application.read",
    "application.read_sensitive",
    "application.feed",
    "application.timeline",
    "application.interview",
    "application.offer",
    "application.withdraw_offer",
    "application.reject",
    "application.conditions",
    "application.recruit",
    "application.defer",
    "application.reinstate",
    "application.withdraw_for_candidate",
    "application.note",
)
_DECIDERS = (
    (Role.LEAD_SCHOOL, OWN_COURSE),
    (Role.ACCREDITED_PROVIDER, OWN_COURSE),
    (Role.ACCREDITED_PROVIDER, RATIFIES),
)

ROWS: tuple[tuple[str, Role, str], ...] = (
    ("candidate.register", Role.CANDIDATE, ANY),
    *((action, Role.CANDIDATE, SELF) for action in CANDIDATES_OWN),
    *((action, role, relation) for action in DECIDERS_OWN for role, relation in _DECIDERS),
    ("application.change_note", Role.LEAD_SCHOOL, OWN_NOTE),
    ("application.change_note", Role.ACCREDITED_PROVIDER, OWN_NOTE),
    ("application.change_note", Role.OPERATOR, UNSIGNED_NOTE),
    ("application.equality", Role.ACCREDITED_PROVIDER, OWN_COURSE),
    ("application.equality", Role.ACCREDITED_PROVIDER, RATIFIES),
    ("application.read", Role.TRAINING_PARTNER, OWN_COURSE),
    ("application.read", Role.TRAINING_PARTNER, AT_SITE),
    ("application.read", Role.OPERATOR, ANY),
    ("application.timeline", Role.OPERATOR, ANY),
    ("candidate.read", Role.OPERATOR, ANY),
    ("candidate.decide_duplicate", Role.OPERATOR, ANY),
    ("reference.answer", Role.REFEREE, REFEREE_OF),
)


def candidate_relations(by: Principal, person_ids: Iterable[UUID]) -> set[str]:
    """How the principal stands to a candidate; ``person_ids`` are all ids that mean the candidate's person."""
    return {SELF} if any(by.is_person(id_) for id_ in person_ids) else set()


def application_relations(
    by: Principal,
    person_ids: Iterable[UUID],
    provider_code: str,
    accredited_code: str,
    site_urn: str,
    *,
    visible: bool,
) -> set[str]:
    """How the principal stands to an application; to a provider one that was not sent does not exist."""
    theirs = course_relations(by, provider_code, accredited_code, [site_urn]) if visible else set()
    return theirs | candidate_relations(by, person_ids)


def note_relations(by: Principal, organisation: str | None) -> set[str]:
    """How the principal stands to a note of this organisation; None where nobody knows whose it is."""
    if organisation is None:
        return {UNSIGNED_NOTE}
    return {OWN_NOTE} if by.belongs(organisation) else set()


def reference_relations(by: Principal, reference_id: UUID) -> set[str]:
    """How the principal stands to a reference."""
    return {REFEREE_OF} if by.is_person(reference_id) else set()
