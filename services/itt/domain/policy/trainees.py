"""Who may do what to trainees: changing them is the accredited provider's, corrections an administrator's."""

from collections.abc import Iterable
from uuid import UUID

from services.itt.domain.policy.organisations import provider, school
from services.itt.domain.trainees import State, Trainee
from shared.policy import ANY, Principal, Role

OWN_PROVIDER, SELF, MENTORS, PARTNER = "own_provider", "self", "mentors", "training_partner"
OWN_DRAFT = "own_draft"

_PROVIDER_ACTIONS = (
    "import.upload",
    "import.read",
    "trainee.export",
    "trainee.list",
    "trainee.register",
    "trainee.read",
    "trainee.history",
    "trainee.change",
    "trainee.submit_for_trn",
    "trainee.list_trn_requests",
    "trainee.ask_register_again",
    "trainee.arrange_placement",
    "trainee.complete_placement",
    "trainee.observe",
    "trainee.review",
    "trainee.assess",
    "trainee.recommend",
    "trainee.defer",
    "trainee.reinstate",
    "trainee.withdraw",
)
_OPERATOR_ACTIONS = (
    "import.read",
    "trainee.list",
    "trainee.read",
    "trainee.history",
    "trainee.receive_trn",
    "trainee.list_trn_requests",
    "trainee.ask_register_again",
    "trainee.award",
    "trainee.undo_withdrawal",
    "trainee.undo_recommendation",
    "trainee.undo_award",
    "trainee.correct_course",
    "trainee.move",
    "trainee.discard",
)

ROWS: tuple[tuple[str, Role, str], ...] = (
    *((action, Role.ACCREDITED_PROVIDER, OWN_PROVIDER) for action in _PROVIDER_ACTIONS),
    *((action, Role.OPERATOR, ANY) for action in _OPERATOR_ACTIONS),
    ("trainee.discard", Role.ACCREDITED_PROVIDER, OWN_DRAFT),
    ("trainee.read", Role.TRAINEE, SELF),
    ("trainee.read", Role.LEAD_SCHOOL, PARTNER),
    ("trainee.read", Role.MENTOR, MENTORS),
    ("trainee.observe", Role.MENTOR, MENTORS),
    ("trainee.review", Role.MENTOR, MENTORS),
    ("trainee.equality", Role.TRAINEE, SELF),
)


def relations(
    by: Principal,
    trainee: Trainee,
    person_ids: Iterable[UUID],
    mentor_ids: Iterable[UUID],
    partner_urn: str | None,
    lead_code: str | None,
) -> set[str]:
    """How the principal stands to a trainee; ``person_ids`` are all ids that mean the trainee's person.

    ``lead_code`` is the lead school whose course recruited them: it reads the trainees of its courses as the training
    partner of the record does, who is known by a URN.
    """
    own = by.belongs(provider(trainee.provider_code))
    holds = {
        OWN_PROVIDER: own,
        OWN_DRAFT: own and trainee.state is State.DRAFT,
        SELF: any(by.is_person(id_) for id_ in person_ids),
        MENTORS: any(by.is_person(id_) for id_ in mentor_ids),
        PARTNER: (partner_urn is not None and by.belongs(school(partner_urn)))
        or (lead_code is not None and by.belongs(provider(lead_code))),
    }
    return {name for name, held in holds.items() if held}


def provider_relations(by: Principal, provider_code: str) -> set[str]:
    """How the principal stands to a provider."""
    return {OWN_PROVIDER} if by.belongs(provider(provider_code)) else set()
