"""What providers decide: offers and conditions, rejection, recruitment, deferral, and what candidates ask them to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import deferrals, leaving, offers, policy, recruitment, rejections
from services.itt.domain.applications import Application, Change, ConditionState, State
from services.itt.domain.courses import Course, Option
from services.itt.domain.policy.applications import application_relations
from services.itt.handlers import candidacies, catalogue
from services.itt.handlers.application_views import View, view
from services.itt.handlers.candidacies import Held
from services.itt.handlers.choices import recruit
from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.policy import Principal


def _decide(
    session: Session,
    now: datetime,
    by: Principal,
    application_id: UUID,
    action: str,
    decision: Callable[[Held], Change],
) -> View:
    """One decision on one application: lock, decide, store, show."""
    held = candidacies.locked(session, by, action, application_id)
    candidacies.changed(session, now, by, held, [decision(held)], action=action)
    return view(session, now, by, held)


def make_offer(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    conditions: Sequence[str] = (),
    course_option_id: UUID | None = None,
) -> View:
    """Offer the place, on this course or another of the provider's; again amends it, the same changes nothing.

    Raises TransitionNotAllowed, Conflict, Invalid (conditions, course_option_id).
    """

    def decision(held: Held) -> Change:
        wanted = offers.conditions(conditions, held.mine.conditions, new_id)
        course, option = _offered(session, by, held.mine, course_option_id)
        return offers.make_offer(held.mine, held.known, course, option, wanted, now)

    return _decide(session, now, by, application_id, "application.offer", decision)


def _offered(
    session: Session, by: Principal, mine: Application, option_id: UUID | None
) -> tuple[Course, Option]:
    """The course of an offer: another one must be one that this principal decides on, too."""
    if option_id is None or option_id == mine.option.id:
        return mine.course, mine.option
    found = candidacies.options_of(session, [option_id]).get(option_id)
    if found is None:
        raise Invalid.field("course_option_id", "is not known")
    course, option = found
    accredited = course.accredited_code or course.provider_code
    relations = application_relations(by, (), course.provider_code, accredited, option.site_urn, visible=True)
    if not policy.PERMISSIONS.allows(by, "application.offer", relations):
        raise Invalid.field("course_option_id", "is of a course that you do not decide on")
    made = catalogue.offered(course, option)
    return made, made.options[0]


def withdraw_offer(
    session: Session, now: datetime, by: Principal, *, application_id: UUID, reason: str
) -> View:
    """Take an offer back, with a reason that the candidate sees."""
    decision = lambda held: offers.withdraw_offer(held.mine, reason, now)
    return _decide(session, now, by, application_id, "application.withdraw_offer", decision)


def reject_application(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    reasons: Sequence[Mapping[str, Any]],
) -> View:
    """Say no, for one or more coded reasons with their text. Raises Invalid, TransitionNotAllowed."""
    why = rejections.reasons([(each["code"], each.get("details")) for each in reasons])
    decision = lambda held: rejections.reject(held.mine, why, now)
    return _decide(session, now, by, application_id, "application.reject", decision)


def mark_condition(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    condition_id: UUID,
    state: str,
) -> View:
    """Say that one condition is met, or pending again; what is not met is ``conditions_not_met``."""
    decision = lambda held: offers.mark(held.mine, condition_id, ConditionState(state), now)
    return _decide(session, now, by, application_id, "application.conditions", decision)


def confirm_conditions_met(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """All conditions are met: the candidate is recruited. Said again it changes nothing."""
    decision = lambda held: recruitment.confirm_conditions(held.mine, recruit(session, held), now)
    return _decide(session, now, by, application_id, "application.conditions", decision)


def conditions_not_met(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    condition_ids: Sequence[UUID] = (),
) -> View:
    """The conditions named, or any that was pending, are not met: the candidate loses the place."""
    decision = lambda held: offers.not_met(held.mine, condition_ids, now)
    return _decide(session, now, by, application_id, "application.conditions", decision)


def recruit_with_pending_conditions(
    session: Session, now: datetime, by: Principal, *, application_id: UUID
) -> View:
    """Recruit before every condition is met; they are confirmed later."""
    decision = lambda held: recruitment.recruit_with_pending(held.mine, recruit(session, held), now)
    return _decide(session, now, by, application_id, "application.recruit", decision)


def defer_offer(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """Put the place off to the next cycle; this cycle's place is free again."""
    decision = lambda held: deferrals.defer(held.mine, now)
    return _decide(session, now, by, application_id, "application.defer", decision)


def reinstate_offer(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    conditions_met: bool,
    course_option_id: UUID | None = None,
) -> View:
    """Take a deferred place up in its cycle, on the same course or another. Raises Conflict when no place is left."""

    def decision(held: Held) -> Change:
        option_id = course_option_id or same_again(session, held.mine)
        course, option = _offered(session, by, held.mine, option_id)
        who = recruit(session, held)
        return deferrals.reinstate(held.mine, course, option, conditions_met, who, now)

    return _decide(session, now, by, application_id, "application.reinstate", decision)


def same_again(session: Session, mine: Application) -> UUID:
    """The same course, site and way of study in the next cycle. Raises NotFound when there is none."""
    course, option = models.Course, models.CourseOption
    found: UUID | None = session.scalar(
        select(option.id)
        .join(course, course.id == option.course_id)
        .where(
            course.cycle == (mine.deferred_to or mine.current_cycle + 1),
            course.provider_code == mine.course.provider_code,
            course.code == mine.course.code,
            option.site_code == mine.option.site_code,
            option.study_mode == mine.option.study_mode.value,
        )
    )
    if mine.state is State.OFFER_DEFERRED and found is None:
        raise NotFound("The course does not run at this site in the next cycle; name another course option")
    return found or mine.option.id


def withdraw_for_candidate(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """The candidate has told the provider: an offer is declined, anything else is withdrawn."""

    def decision(held: Held) -> Change:
        if held.mine.state is State.OFFER:
            return offers.decline(held.mine, leaving.FOR_CANDIDATE, now)
        return leaving.withdraw(held.mine, (), None, leaving.FOR_CANDIDATE, now)

    return _decide(session, now, by, application_id, "application.withdraw_for_candidate", decision)
