"""When a draft of an application is given up for a trainee who is registered already: a person has said so."""

from services.itt.domain.trainees import State, Trainee
from shared.errors import Conflict

IN_TRAINING = frozenset({State.DRAFT, State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED})


def refuse(draft: Trainee, other: Trainee) -> None:
    """Raises Conflict when the application cannot belong to the other: it is live, and so must its trainee be."""
    if draft.state is not State.DRAFT:
        raise Conflict(f"This trainee is {draft.state.value} already: only a draft is given up for another")
    if other.provider_code != draft.provider_code:
        raise Conflict(f"The other trainee is with {other.provider_code} now: move one of them first")
    if other.from_application_id is not None:
        raise Conflict("The other trainee comes from an application, too: withdraw one of the applications")
    if other.state not in IN_TRAINING:
        raise Conflict(f"The other trainee is {other.state.value}: the application needs one in training")
