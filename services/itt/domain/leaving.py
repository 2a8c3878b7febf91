"""Withdrawing an application: the candidate's decision, for reasons, or the provider's note of it."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType

from services.itt.domain.applications import Application, Change, about, moved
from shared.errors import Invalid
from shared.events.applications import ApplicationWithdrawn

CANDIDATE, FOR_CANDIDATE, ANOTHER_ACCEPTED = "candidate", "for_candidate", "another_accepted"
MAX_TEXT = 10_240
OTHER = "other"
# What candidates are asked (Apply service, withdrawal reasons, the first level of its list).
REASONS = MappingProxyType(
    {
        "applying_to_another_provider": "I am going to apply, or have applied, to a different provider",
        "change_or_update_application": "I am going to change or update my application with this provider",
        "apply_in_the_future": "I plan to apply for teacher training in the future",
        "do_not_want_to_train_anymore": "I do not want to train to teach any more",
        OTHER: "Other",
    }
)


def reasons(given: Sequence[str], text: str | None) -> tuple[tuple[str, ...], str | None]:
    """The candidate's reasons, at least one, and a text for "other". Raises Invalid."""
    unknown = [code for code in given if code not in REASONS]
    if unknown or not given:
        raise Invalid.field("reasons", f"choose at least one of {', '.join(REASONS)}")
    said = (text or "").strip() or None
    if OTHER in given and said is None:
        raise Invalid.field("text", "is missing; say what the other reason is")
    if said is not None and len(said) > MAX_TEXT:
        raise Invalid.field("text", f"has {len(said)} characters; shorten it to {MAX_TEXT}")
    return tuple(dict.fromkeys(given)), said


def withdraw(
    application: Application, why: tuple[str, ...], text: str | None, because: str, now: datetime
) -> Change:
    """End the application; ``because`` is candidate, for_candidate or another_accepted. Raises TransitionNotAllowed."""
    after = moved(
        application,
        "withdraw",
        withdrawn_at=now,
        withdrawal_reasons=why,
        withdrawal_text=text,
        ended_because=because,
    )
    said = {"state_before": application.state.value, "because": because, "reasons": why}
    return after, (ApplicationWithdrawn(**about(after, now, **said)),)
