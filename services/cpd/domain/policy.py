"""Who may do what in ``services/cpd``: action x role x relation."""

from collections.abc import Collection, Iterable
from uuid import UUID

from services.cpd.domain.activities import Activity
from services.cpd.domain.periods import Period
from shared.policy import ANY, Permissions, Principal, Role

SELF, OWN_SCHOOL, OWN_BODY, MENTORS, TUTORS, OFFERER = (
    "self",
    "own_school",
    "own_body",
    "mentors",
    "tutors",
    "offerer",
)


READERS = (
    (Role.OPERATOR, ANY),
    (Role.CANDIDATE, SELF),
    (Role.TRAINEE, SELF),
    (Role.TEACHER, SELF),
    (Role.SCHOOL_LEADER, OWN_SCHOOL),
    (Role.APPROPRIATE_BODY, OWN_BODY),
    (Role.MENTOR, MENTORS),
    (Role.TUTOR, TUTORS),
)
PEERS = (Role.TEACHER, Role.MENTOR, Role.TUTOR, Role.SCHOOL_LEADER)
HEAD_ACTIONS = (
    "induction.propose",
    "induction.assign_mentor",
    "induction.assess",
    "induction.tell_at_risk",
    "induction.record_absence",
    "induction.recommend",
    "school.choose_appropriate_body",
    "school.set_terms",
)
BODY_ACTIONS = ("induction.agree", "induction.refuse", "induction.reduce", "induction.decide")
TEACHER_ACTIONS = ("induction.represent", "induction.appeal", "induction.waive_appeal")
OPERATOR_ACTIONS = (
    "body.register",
    "school.mark_intervention",
    "induction.decide_appeal",
    "induction.exempt",
    "induction.record_failure_in_wales",
)

PERMISSIONS = Permissions(
    "cpd",
    *(("induction.read", role, relation) for role, relation in READERS),
    *((action, Role.SCHOOL_LEADER, OWN_SCHOOL) for action in HEAD_ACTIONS),
    *((action, Role.TUTOR, TUTORS) for action in ("induction.assess", "induction.tell_at_risk")),
    *((action, Role.APPROPRIATE_BODY, OWN_BODY) for action in BODY_ACTIONS),
    *((action, Role.TEACHER, SELF) for action in TEACHER_ACTIONS),
    *((action, Role.OPERATOR, ANY) for action in OPERATOR_ACTIONS),
    *(
        (action, role, SELF)
        for action in ("activity.offer", "activity.book", "activity.evaluate")
        for role in PEERS
    ),
    ("activity.book", Role.TRAINEE, SELF),
    ("activity.evaluate", Role.TRAINEE, SELF),
    *(
        (action, role, OFFERER)
        for action in ("activity.register", "activity.cancel", "activity.close")
        for role in PEERS
    ),
    *(("booking.read", role, SELF) for role in (*PEERS, Role.TRAINEE)),
    ("booking.read", Role.OPERATOR, ANY),
)


def school_relations(by: Principal, school_urn: str | None) -> set[str]:
    """Whether the caller belongs to the school."""
    return {ANY, OWN_SCHOOL} if school_urn and by.belongs(f"school:{school_urn}") else {ANY}


def person_relations(by: Principal, person_ids: Iterable[UUID]) -> set[str]:
    """Whether the caller is the person, by any of the ids that mean them."""
    return {ANY, SELF} if any(by.is_person(person_id) for person_id in person_ids) else {ANY}


def period_relations(by: Principal, period: Period, ids: Collection[UUID] = ()) -> set[str]:
    """How the caller stands to a period, the teacher's own relation apart; ``ids`` are all that mean the caller."""
    relations = school_relations(by, period.school_urn)
    found = {
        OWN_BODY: by.belongs(f"body:{period.appropriate_body}"),
        MENTORS: period.mentor_id is not None and _is(by, period.mentor_id, ids),
        TUTORS: period.tutor_id is not None and _is(by, period.tutor_id, ids),
    }
    return relations | {name for name, holds in found.items() if holds}


def activity_relations(by: Principal, activity: Activity, ids: Collection[UUID] = ()) -> set[str]:
    """Whether the caller offers the activity; ``ids`` are all that mean the caller."""
    return {ANY, OFFERER} if _is(by, activity.offered_by, ids) else {ANY}


def _is(by: Principal, person_id: UUID, ids: Collection[UUID]) -> bool:
    return by.is_person(person_id) or person_id in ids
