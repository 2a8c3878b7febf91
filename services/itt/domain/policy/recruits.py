"""Who may do what to recruited candidates who become trainees: what applications offer, the provider decides."""

from services.itt.domain.policy.trainees import OWN_PROVIDER
from shared.policy import ANY, Role

_PROVIDER_ACTIONS = ("correction.list", "correction.accept", "correction.dismiss", "trainee.settle_match")

ROWS: tuple[tuple[str, Role, str], ...] = (
    *((action, Role.ACCREDITED_PROVIDER, OWN_PROVIDER) for action in _PROVIDER_ACTIONS),
    ("correction.list", Role.OPERATOR, ANY),
    ("recruit.draft_missing", Role.OPERATOR, ANY),
)
