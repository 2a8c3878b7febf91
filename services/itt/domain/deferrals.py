"""A place put off to the next cycle, and taken up there on the same or another course."""

from dataclasses import replace
from datetime import datetime

from services.itt.domain.applications import (
    Application,
    Change,
    State,
    about,
    moved,
)
from services.itt.domain.courses import Course, Option
from services.itt.domain.courses import State as CourseState
from services.itt.domain.cycles import cycle
from services.itt.domain.offers import all_met
from services.itt.domain.recruitment import reinstate as reinstated_facts
from shared.errors import Conflict, Invalid
from shared.events.applications import OfferDeferred, Recruit


def defer(application: Application, now: datetime) -> Change:
    """Put the place off to the next cycle; who takes it up again says so there. Raises TransitionNotAllowed."""
    after = moved(
        application,
        "defer_offer",
        deferred_at=now,
        state_before_deferral=application.state,
        deferred_to=application.current_cycle + 1,
    )
    said = {"state_before": application.state.value, "deferred_to": after.deferred_to}
    return after, (OfferDeferred(**about(after, now, **said)),)


def reinstate(
    application: Application,
    course: Course,
    option: Option,
    conditions_met: bool,
    who: Recruit,
    now: datetime,
) -> Change:
    """Take the place up in the cycle that it was deferred to, with the conditions met or still pending.

    Raises TransitionNotAllowed, Conflict before that cycle opens, Invalid for a course that is not of that cycle.
    """
    move = "reinstate_conditions_met" if conditions_met else "reinstate_pending_conditions"
    after = moved(application, move)
    wanted = application.deferred_to or application.current_cycle + 1
    if now < cycle(wanted).find_opens_at:
        raise Conflict(f"The place was deferred to the cycle {wanted}, which opens later")
    if course.cycle != wanted or course.state is not CourseState.PUBLISHED:
        raise Invalid.field("course_option_id", f"is not on offer in the cycle {wanted}")
    recruited = after.state is State.RECRUITED
    again = replace(
        after,
        course=course,
        option=option,
        current_cycle=wanted,
        conditions=all_met(application) if conditions_met else application.conditions,
        recruited_at=now if recruited else None,
    )
    return reinstated_facts(again, conditions_met, who, now)
