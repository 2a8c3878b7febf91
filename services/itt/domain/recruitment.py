"""From the offer to the place: accepting settles everything else, conditions are met, the candidate is recruited."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from services.itt.domain.applications import (
    INTERVIEWABLE,
    Application,
    Candidacy,
    Change,
    State,
    about,
    moved,
)
from services.itt.domain.dates import today
from services.itt.domain.leaving import ANOTHER_ACCEPTED, withdraw
from services.itt.domain.offers import all_met, confirm_met, decline
from shared.errors import Conflict
from shared.events.applications import OfferAccepted, OfferReinstated, Recruit, Recruited


def accept(application: Application, known: Candidacy, who: Recruit, now: datetime) -> list[Change]:
    """Accept an offer, and settle the others: those with an offer are declined, those that wait are withdrawn.

    Without conditions the candidate is recruited at once. What was not sent stays, and can no longer be sent (Apply).
    """
    move = "accept" if application.conditions else "accept_unconditional_offer"
    after = moved(application, move, accepted_at=now)
    events = [OfferAccepted(**about(after, now), conditions=len(application.conditions))]
    if after.state is State.RECRUITED:
        after = replace(after, recruited_at=now)
        return [(after, (*events, _recruited(after, who, now))), *_settled(application, known, now)]
    return [(after, tuple(events)), *_settled(application, known, now)]


def _settled(accepted: Application, known: Candidacy, now: datetime) -> list[Change]:
    others = known.others(accepted)
    declined = [decline(o, ANOTHER_ACCEPTED, now) for o in others if o.state is State.OFFER]
    waiting = [o for o in others if o.state in INTERVIEWABLE]
    return declined + [withdraw(o, (), None, ANOTHER_ACCEPTED, now) for o in waiting]


def confirm_conditions(application: Application, who: Recruit, now: datetime) -> Change:
    """All conditions are met: recruited, or confirmed of who was recruited with pending ones."""
    if application.state is State.RECRUITED:
        return confirm_met(application, now)
    after = moved(application, "confirm_conditions_met", conditions=all_met(application), recruited_at=now)
    return after, (_recruited(after, who, now),)


def recruit_with_pending(application: Application, who: Recruit, now: datetime) -> Change:
    """Recruit before every condition is met. Raises TransitionNotAllowed, Conflict when none is pending."""
    after = moved(application, "recruit_with_pending_conditions", recruited_at=now)
    if not application.pending:
        raise Conflict("No condition is pending; confirm that they are met")
    return after, (_recruited(after, who, now),)


def reinstate(after: Application, conditions_met: bool, who: Recruit, now: datetime) -> Change:
    """The facts of a deferred place that is taken up; ``after`` is what became of it."""
    reinstated = OfferReinstated(**about(after, now), conditions_met=conditions_met)
    if after.state is not State.RECRUITED:
        return after, (reinstated,)
    return after, (reinstated, _recruited(after, who, now, reinstated=True))


def _recruited(after: Application, who: Recruit, now: datetime, *, reinstated: bool = False) -> Recruited:
    content = after.course.content
    shared = about(after, now)
    del shared["person"]
    return Recruited(
        **shared,
        level=_word(content.level),
        subjects=content.subjects,
        age_range=content.age_range or "",
        study_mode=after.option.study_mode.value,
        funding=_word(content.funding),
        route=_word(content.route),
        qualification=_word(content.qualification),
        start_month=content.start_month,
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        school_days=content.school_days,
        fee_pence=content.fee_pence,
        site_code=after.option.site_code,
        recruited_on=today(now),
        conditions_pending=len(after.pending),
        reinstated=reinstated,
        person=who,
    )


def _word(value: StrEnum | None) -> str:
    """A course that candidates could choose says all of these."""
    return value.value if value is not None else ""
