"""An activity that a peer offers: offered, cancelled, registered, closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain import evaluation
from services.cpd.domain.activities import TRANSITIONS, Activity
from services.cpd.domain.bookings import LIVE, Booking
from services.cpd.domain.bookings import State as BookingState
from services.cpd.domain.evaluation import Evaluation
from services.cpd.domain.policy import PERMISSIONS, SELF, activity_relations
from services.cpd.handlers.bookings import bookings_of, locked_activity, tell_cancelled
from services.cpd.handlers.contributions import contribute
from services.cpd.handlers.evaluations import plan
from services.cpd.handlers.records import ids_of, own_person_id
from shared.aliases import resolve
from shared.audit import audit
from shared.calendar import london_day
from shared.errors import Conflict, Invalid
from shared.events.cpd import ActivityAttended, ActivityCancelled, ActivityClosed, ActivityOffered
from shared.messaging import publish
from shared.policy import Principal


def offer(session: Session, now: datetime, by: Principal, *, activity_id: UUID, **given: Any) -> Activity:
    """Offer an activity to peers. The same id again gives it as it is. Raises NotAllowed, Invalid, Conflict."""
    PERMISSIONS.require(by, "activity.offer", {SELF})
    if (there := session.get(Activity, activity_id)) is not None:
        return _own(session, by, there)
    activity = Activity(id=activity_id, offered_by=own_person_id(by), **given)
    activity.check(now)
    session.add(activity)
    session.flush()
    audit(
        session,
        by,
        now,
        action="activity.offer",
        subject=f"activity/{activity.id}",
        changes={"title": activity.title},
    )
    publish(session, _offered(activity, now))
    return activity


def _own(session: Session, by: Principal, activity: Activity) -> Activity:
    if activity.offered_by not in ids_of(session, by):
        raise Conflict("this id belongs to somebody else's activity")
    return activity


def _offered(activity: Activity, now: datetime) -> ActivityOffered:
    return ActivityOffered(
        occurred_at=now,
        activity_id=activity.id,
        offered_by=activity.offered_by,
        kind=activity.kind,
        area=activity.area,
        title=activity.title,
        school_urn=activity.school_urn,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        capacity=activity.capacity,
    )


def cancel(session: Session, now: datetime, by: Principal, *, activity_id: UUID, why: str) -> Activity:
    """The offerer calls it off; every booking is cancelled with it. Raises NotFound, NotAllowed, Conflict."""
    activity = locked_activity(session, activity_id)
    PERMISSIONS.require(by, "activity.cancel", activity_relations(by, activity, ids_of(session, by)))
    activity.move("cancel")
    audit(session, by, now, action="activity.cancel", subject=f"activity/{activity.id}", why=why)
    for booking in bookings_of(session, activity):
        if booking.state in LIVE:
            tell_cancelled(session, booking, now)
    fact = ActivityCancelled(
        occurred_at=now, activity_id=activity.id, offered_by=activity.offered_by, title=activity.title
    )
    publish(session, fact)
    return activity


def record_attendance(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    activity_id: UUID,
    attended: Sequence[UUID],
    hours_hundredths: int | None,
) -> Activity:
    """The offerer's register: those named were there, the others with a place were not.

    Taken again it can only add people who were noted absent; hours are counted once.
    Raises NotFound, NotAllowed, Invalid (no booking, too many hours), Conflict (not begun, cancelled, closed).
    """
    activity = locked_activity(session, activity_id)
    PERMISSIONS.require(by, "activity.register", activity_relations(by, activity, ids_of(session, by)))
    if now < activity.starts_at:
        raise Conflict(
            "the register is taken when the activity has begun", starts_at=activity.starts_at.isoformat()
        )
    hours = activity.hours_hundredths if hours_hundredths is None else hours_hundredths
    if hours > activity.hours_hundredths:
        raise Invalid.field("hours_hundredths", f"the activity takes {activity.hours_hundredths}")
    bookings = bookings_of(session, activity)
    present = _present(session, bookings, attended)
    _hold(session, activity, bookings, present, now)
    counted = [b for b in present if b.attend(hours)]
    for booking in counted:
        _attended(session, activity, booking, now)
    if counted:
        _contribute(session, activity, bookings, now)
    audit(
        session,
        by,
        now,
        action="activity.register",
        subject=f"activity/{activity.id}",
        changes={"counted": len(counted)},
    )
    return activity


def _present(session: Session, bookings: Sequence[Booking], attended: Sequence[UUID]) -> list[Booking]:
    had_place = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.ABSENT)
    places = {resolve(session, b.person_id): b for b in bookings if b.state in had_place}
    wanted = {resolve(session, person_id) for person_id in attended}
    if unknown := wanted - places.keys():
        raise Invalid.field("attended", f"no place was booked for {', '.join(sorted(map(str, unknown)))}")
    return [booking for person_id, booking in places.items() if person_id in wanted]


def _hold(
    session: Session,
    activity: Activity,
    bookings: Sequence[Booking],
    present: Sequence[Booking],
    now: datetime,
) -> None:
    """The first register ends the waiting list, and notes who stayed away."""
    if activity.state == "held":
        return
    activity.move("hold")
    for booking in bookings:
        if booking.state is BookingState.WAITING:
            tell_cancelled(session, booking, now)
        elif booking.state is BookingState.BOOKED and booking not in present:
            booking.move("miss")


def _attended(session: Session, activity: Activity, booking: Booking, now: datetime) -> None:
    attended_on = london_day(activity.starts_at)
    publish(
        session,
        ActivityAttended(
            occurred_at=now,
            activity_id=activity.id,
            booking_id=booking.id,
            person_id=booking.person_id,
            hours_hundredths=booking.hours_hundredths,
            attended_on=attended_on,
            title=activity.title,
        ),
    )
    plan(session, activity, booking.person_id, attended_on, now)


def _contribute(session: Session, activity: Activity, bookings: Sequence[Booking], now: datetime) -> None:
    reached = sum(b.state is BookingState.ATTENDED for b in bookings)
    activity.contribution_id = contribute(
        session,
        now,
        source=f"activity/{activity.id}",
        person_id=activity.offered_by,
        kind=activity.contribution_kind,
        what=activity.title,
        school_urn=activity.school_urn,
        contributed_on=london_day(activity.starts_at),
        people_reached=reached,
        hours_hundredths=activity.hours_hundredths,
        activity_id=activity.id,
    )


def close(session: Session, now: datetime, by: Principal, *, activity_id: UUID) -> Activity:
    """Close it when evaluation is done; never on level 1 alone. Raises NotFound, NotAllowed, Conflict."""
    activity = locked_activity(session, activity_id)
    PERMISSIONS.require(by, "activity.close", activity_relations(by, activity, ids_of(session, by)))
    closed = TRANSITIONS.next(activity.state, "close")
    asked = session.scalars(select(Evaluation).where(m.EVALUATION.c.activity_id == activity.id))
    evaluation.check_may_close(asked)
    activity.state = closed
    audit(session, by, now, action="activity.close", subject=f"activity/{activity.id}")
    fact = ActivityClosed(
        occurred_at=now, activity_id=activity.id, offered_by=activity.offered_by, closed_on=london_day(now)
    )
    publish(session, fact)
    return activity
