"""Offers and their conditions: made, amended, withdrawn, declined; and what happens to conditions after acceptance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.itt.domain.applications import (
    EXPECTED,
    Application,
    Candidacy,
    Change,
    Condition,
    ConditionState,
    State,
    about,
    moved,
)
from services.itt.domain.courses import Course, Option
from services.itt.domain.courses import State as CourseState
from services.itt.domain.limits import refuse_no_room
from shared.errors import Conflict, Invalid
from shared.events.applications import (
    ConditionChanged,
    ConditionsConfirmed,
    ConditionsNotMet,
    OfferDeclined,
    OfferMade,
    OfferWithdrawn,
)

MOST_CONDITIONS = 20
MAX_FIRST, MAX_OTHERS = 2_000, 255
MAX_REASON = 10_240
NewId = Callable[[], UUID]


def conditions(texts: Sequence[str], known: Sequence[Condition], new_id: NewId) -> tuple[Condition, ...]:
    """The conditions in this order; what stood there already keeps its id and its state.

    At most 20, the first of up to 2,000 characters, the others of up to 255. Raises Invalid.
    """
    said = [text.strip() for text in texts]
    if problems := _wrong(said):
        raise Invalid("; ".join(f"conditions: {each}" for each in problems), fields={"conditions": problems})
    before = {condition.text: condition for condition in known}
    return tuple(before.get(text) or Condition(id=new_id(), text=text) for text in said)


def _wrong(texts: Sequence[str]) -> list[str]:
    found = []
    if len(texts) > MOST_CONDITIONS:
        found.append(f"there are {len(texts)}; an offer has at most {MOST_CONDITIONS}")
    if len(set(texts)) < len(texts):
        found.append("one stands there twice")
    for number, text in enumerate(texts, start=1):
        most = MAX_FIRST if number == 1 else MAX_OTHERS
        if not text:
            found.append(f"number {number} is blank")
        elif len(text) > most:
            found.append(f"number {number} has {len(text)} characters; shorten it to {most}")
    return found


def make_offer(
    application: Application,
    others: Candidacy,
    course: Course,
    option: Option,
    wanted: tuple[Condition, ...],
    now: datetime,
) -> Change:
    """Offer a course, the chosen one or another; asked again it amends, and the same offer changes nothing.

    Raises TransitionNotAllowed, Conflict (the cycle is over, the candidate has a place or no room, the course).
    """
    offered = moved(application, "make_offer")
    amended = application.state is State.OFFER
    if amended and (option.id, wanted) == (application.option.id, application.conditions):
        return application, ()
    _refuse_offer(application, others, now)
    _refuse_course(application, course)
    after = replace(
        offered,
        course=course,
        option=option,
        conditions=wanted if amended else tuple(replace(c, state=ConditionState.PENDING) for c in wanted),
        offered_at=application.offered_at if amended else now,
        offer_changed_at=now if amended else None,
        rejected_at=None,
        rejection_reasons=(),
        offer_withdrawn_at=None,
        offer_withdrawal_reason=None,
        ended_because=None,
    )
    said = {"conditions": len(wanted), "amended": amended}
    due = application.timetable.decline_by_default_at
    return after, (OfferMade(**about(after, now, **said), decline_by_default_at=due),)


def _refuse_offer(application: Application, others: Candidacy, now: datetime) -> None:
    if now >= application.timetable.decline_by_default_at:
        raise Conflict(f"The cycle {application.cycle} is over: offers are declined by default")
    rest = others.others(application)
    if any(other.state in EXPECTED and other.current_cycle >= application.cycle for other in rest):
        raise Conflict("The candidate has accepted another offer")
    refuse_no_room(application, others)


def _refuse_course(application: Application, course: Course) -> None:
    if course.id == application.course.id:
        return
    if course.state is not CourseState.PUBLISHED or course.cycle != application.current_cycle:
        raise Invalid.field("course_option_id", f"is not on offer in the cycle {application.current_cycle}")
    if course.content.accredited_code != application.course.content.accredited_code:
        raise Invalid.field("course_option_id", "is ratified by another accredited provider")


def withdraw_offer(application: Application, reason: str, now: datetime) -> Change:
    """The provider takes the offer back, with a reason that the candidate sees. Raises Invalid for a blank one."""
    if not reason.strip():
        raise Invalid.field("reason", "is missing; the candidate sees why the offer is taken back")
    if len(reason) > MAX_REASON:
        raise Invalid.field("reason", f"has {len(reason)} characters; shorten it to {MAX_REASON}")
    after = moved(
        application, "withdraw_offer", offer_withdrawn_at=now, offer_withdrawal_reason=reason.strip()
    )
    return after, (OfferWithdrawn(**about(after, now)),)


def decline(application: Application, because: str, now: datetime) -> Change:
    """The candidate does not want it; ``because`` is candidate, for_candidate or another_accepted."""
    after = moved(application, "decline", declined_at=now, ended_because=because)
    return after, (OfferDeclined(**about(after, now), because=because),)


def decline_by_default(application: Application, now: datetime) -> Change:
    """Nobody answered the offer. Nothing happens before the cycle's date, or once it is answered."""
    if application.state is not State.OFFER or now < application.timetable.decline_by_default_at:
        return application, ()
    after = moved(application, "decline_by_default", declined_at=now, ended_because="by_default")
    return after, (OfferDeclined(**about(after, now), because="by_default"),)


def mark(application: Application, condition_id: UUID, state: ConditionState, now: datetime) -> Change:
    """Say that one condition is met, or pending again. The state of the application stays. Raises Conflict, Invalid.

    What was not met ends the application: ``conditions_not_met``.
    """
    if application.state not in (State.PENDING_CONDITIONS, State.RECRUITED):
        raise Conflict(f"Conditions are marked after acceptance; this one is {application.state.value}")
    if condition_id not in {condition.id for condition in application.conditions}:
        raise Invalid.field("condition_id", f"{condition_id} is no condition of this offer")
    after = replace(
        application,
        conditions=tuple(
            replace(c, state=state) if c.id == condition_id else c for c in application.conditions
        ),
    )
    if after == application:
        return application, ()
    said = {"condition_id": condition_id, "condition_state": state.value}
    return after, (ConditionChanged(**about(after, now, **said)),)


def confirm_met(application: Application, now: datetime) -> Change:
    """All conditions are met of who was recruited before they were; said twice it changes nothing."""
    after = replace(moved(application, "confirm_conditions_met"), conditions=all_met(application))
    if after == application:
        return application, ()
    return after, (ConditionsConfirmed(**about(after, now)),)


def all_met(application: Application) -> tuple[Condition, ...]:
    """The conditions, each of them met."""
    return tuple(replace(condition, state=ConditionState.MET) for condition in application.conditions)


def not_met(application: Application, condition_ids: Sequence[UUID], now: datetime) -> Change:
    """The candidate has not met the conditions that are named, or any that was pending."""
    unknown = set(condition_ids) - {condition.id for condition in application.conditions}
    if unknown:
        raise Invalid.field("condition_ids", f"{min(map(str, unknown))} is no condition of this offer")
    failed = set(condition_ids) or {condition.id for condition in application.pending}
    marked = tuple(
        replace(c, state=ConditionState.NOT_MET) if c.id in failed else c for c in application.conditions
    )
    after = moved(application, "conditions_not_met", conditions=marked, conditions_not_met_at=now)
    return after, (ConditionsNotMet(**about(after, now)),)
