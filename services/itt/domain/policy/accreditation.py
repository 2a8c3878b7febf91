"""Who may do what to the accreditation of school-led providers.

The lead school writes and sends its application, the nation's analysts and operators convene the panel, its members
declare and vote, the chair records the decision and, as operators do, lifts a conflict of interest. Nobody but the
applicant (and operators) knows of a draft.
"""

from collections.abc import Iterable
from uuid import UUID

from services.itt.domain.policy.organisations import provider
from shared.policy import ANY, Principal, Role

APPLICANT, SENT, SITS, CHAIRS = "applicant", "sent", "sits", "chairs"

_APPLICANTS = (
    "accreditation.begin",
    "accreditation.save",
    "accreditation.submit",
    "accreditation.withdraw",
)
_CONVENERS = ("accreditation.convene", "accreditation.invite", "accreditation.change_panel")
_MEMBERS = ("accreditation.declare", "accreditation.vote")

ROWS: tuple[tuple[str, Role, str], ...] = (
    *((action, Role.LEAD_SCHOOL, APPLICANT) for action in _APPLICANTS),
    *((action, Role.NATIONAL_ANALYST, SENT) for action in _CONVENERS),
    *((action, Role.OPERATOR, ANY) for action in _CONVENERS),
    *((action, Role.PANEL_MEMBER, SITS) for action in _MEMBERS),
    ("accreditation.decide", Role.PANEL_MEMBER, CHAIRS),
    ("accreditation.lift_conflict", Role.PANEL_MEMBER, CHAIRS),
    ("accreditation.lift_conflict", Role.OPERATOR, ANY),
    ("accreditation.annul", Role.OPERATOR, ANY),
    ("accreditation.read", Role.LEAD_SCHOOL, APPLICANT),
    ("accreditation.read", Role.ACCREDITED_PROVIDER, APPLICANT),
    ("accreditation.read", Role.PANEL_MEMBER, SITS),
    ("accreditation.read", Role.NATIONAL_ANALYST, SENT),
    ("accreditation.read", Role.OPERATOR, ANY),
    ("accreditation.read_votes", Role.PANEL_MEMBER, CHAIRS),
    ("accreditation.read_votes", Role.NATIONAL_ANALYST, SENT),
    ("accreditation.read_votes", Role.OPERATOR, ANY),
)


def accreditation_relations(
    by: Principal, provider_code: str, member_ids: Iterable[UUID], chair_ids: Iterable[UUID], *, sent: bool
) -> set[str]:
    """How the principal stands to an application; the ids are all that mean the members' and the chair's persons."""
    holds = {
        APPLICANT: by.belongs(provider(provider_code)),
        SENT: sent,
        SITS: any(by.is_person(id_) for id_ in member_ids),
        CHAIRS: any(by.is_person(id_) for id_ in chair_ids),
    }
    return {name for name, held in holds.items() if held}
