"""Who may do what to funding: the table is public, and an operator's to change; a trainee's funding is not."""

from services.itt.domain.policy.trainees import OWN_PROVIDER, PARTNER, SELF
from shared.policy import ANY, Role

ROWS: tuple[tuple[str, Role, str], ...] = (
    ("funding.load", Role.OPERATOR, ANY),
    ("funding.trainee", Role.ACCREDITED_PROVIDER, OWN_PROVIDER),
    ("funding.trainee", Role.LEAD_SCHOOL, PARTNER),
    ("funding.trainee", Role.TRAINEE, SELF),
    ("funding.trainee", Role.OPERATOR, ANY),
    ("funding.list", Role.ACCREDITED_PROVIDER, OWN_PROVIDER),
    ("funding.list", Role.OPERATOR, ANY),
)
