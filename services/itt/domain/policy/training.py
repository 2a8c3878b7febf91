"""Who may do what to training beside the trainee's own record.

The accredited provider answers for all of it. The lead school of a trainee records checks too; a mentor records what
they see, and corrects what they recorded themselves.
"""

from services.itt.domain.policy.trainees import MENTORS, OWN_PROVIDER, PARTNER, SELF
from shared.policy import Role

AUTHOR = "author"

_PROVIDER_ACTIONS = (
    "trainee.list_checks",
    "trainee.read_checks",
    "trainee.record_checks",
    "trainee.read_absence_kinds",
    "trainee.record_days",
    "trainee.correct_days",
    "trainee.record_absence",
    "trainee.correct_absence",
    "trainee.correct_placement",
    "trainee.correct_observation",
    "trainee.correct_review",
    "concern.raise",
    "concern.review_plan",
    "concern.agree_plan",
    "concern.escalate",
    "concern.resolve",
    "concern.withdraw",
)
_LEAD_SCHOOL_ACTIONS = (
    "trainee.list_checks",
    "trainee.read_checks",
    "trainee.record_checks",
    "trainee.read_absence_kinds",
)
_MENTOR_ACTIONS = ("trainee.record_days", "trainee.record_absence", "concern.raise", "concern.review_plan")
_AUTHOR_ACTIONS = (
    "trainee.correct_days",
    "trainee.correct_absence",
    "trainee.correct_observation",
    "trainee.correct_review",
    "concern.withdraw",
)

ROWS: tuple[tuple[str, Role, str], ...] = (
    *((action, Role.ACCREDITED_PROVIDER, OWN_PROVIDER) for action in _PROVIDER_ACTIONS),
    *((action, Role.LEAD_SCHOOL, PARTNER) for action in _LEAD_SCHOOL_ACTIONS),
    *((action, Role.MENTOR, MENTORS) for action in _MENTOR_ACTIONS),
    *((action, Role.MENTOR, AUTHOR) for action in _AUTHOR_ACTIONS),
    ("trainee.read_checks", Role.TRAINEE, SELF),
    ("trainee.read_absence_kinds", Role.TRAINEE, SELF),
)
