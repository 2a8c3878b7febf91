"""Who may do what in this service: one table, its rows by area."""

from services.itt.domain.policy import (
    accreditation,
    applications,
    courses,
    funding,
    recruits,
    reports,
    trainees,
    training,
)
from services.itt.domain.policy.organisations import codes, provider, school
from services.itt.domain.policy.trainees import (
    MENTORS,
    OWN_PROVIDER,
    PARTNER,
    SELF,
    provider_relations,
    relations,
)
from services.itt.domain.policy.training import AUTHOR
from shared.policy import Permissions

PERMISSIONS = Permissions(
    "itt",
    *trainees.ROWS,
    *courses.ROWS,
    *applications.ROWS,
    *recruits.ROWS,
    *training.ROWS,
    *accreditation.ROWS,
    *funding.ROWS,
    *reports.ROWS,
)

__all__ = [
    "AUTHOR",
    "MENTORS",
    "OWN_PROVIDER",
    "PARTNER",
    "PERMISSIONS",
    "SELF",
    "codes",
    "provider",
    "provider_relations",
    "relations",
    "school",
]
