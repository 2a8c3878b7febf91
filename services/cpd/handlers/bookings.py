"""Places and the waiting list. The activity's row is the lock: capacity is never exceeded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain.activities import Activity
from services.cpd.domain.bookings import LIVE, Booking, State, check_no_clash, first_state, move_up
from services.cpd.domain.policy import PERMISSIONS, SELF, person_relations
from services.cpd.handlers.records import own_person_id
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.errors import Invalid, NotFound
from shared.events.cpd import BookingCancelled, BookingMade, BookingMovedUp
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def locked_activity(session: Session, activity_id: UUID) -> Activity:
    """The activity, so that its places cannot change before this transaction ends. Raises NotFound."""
    activity = session.get(Activity, activity_id, with_for_update=True, populate_existing=True)
    if activity is None:
        raise NotFound("there is no such activity")
    return activity


def bookings_of(session: Session, activity: Activity) -> list[Booking]:
    """Everybody who ever asked for a place, in the order of asking."""
    statement = select(Booking).where(m.BOOKING.c.activity_id == activity.id).order_by(m.BOOKING.c.number)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def book(session: Session, now: datetime, by: Principal, *, activity_id: UUID) -> Booking:
    """Take a place, or stand on the waiting list when there is none. Asked again: the same booking.

    Raises NotFound, NotAllowed, Invalid (one's own activity), Conflict (begun, or booked elsewhere then).
    """
    PERMISSIONS.require(by, "activity.book", {SELF})
    person_id, activity = own_person_id(by), locked_activity(session, activity_id)
    themselves, made = known_as(session, person_id), bookings_of(session, activity)
    if (same := next((b for b in made if b.person_id in themselves and b.state in LIVE), None)) is not None:
        return same
    if activity.offered_by in themselves:
        raise Invalid.field("activity_id", "nobody takes a place at their own activity")
    activity.check_open(now)
    _check_diary(session, activity, person_id)
    booking = Booking(
        id=new_id(),
        activity_id=activity.id,
        person_id=person_id,
        number=len(made) + 1,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        state=first_state(activity, made),
    )
    session.add(booking)
    audit(
        session,
        by,
        now,
        action="activity.book",
        subject=f"activity/{activity.id}",
        changes={"booking_id": booking.id},
    )
    publish(session, _made(activity, booking, now))
    return booking


def _check_diary(session: Session, activity: Activity, person_id: UUID) -> None:
    """The person's row in the diary is the lock that two bookings at the same time both want."""
    diary, present_id = m.DIARY, resolve(session, person_id)
    session.execute(insert(diary).values(person_id=present_id).on_conflict_do_nothing())
    session.execute(select(diary).where(diary.c.person_id == present_id).with_for_update())
    ids = known_as(session, person_id)
    check_no_clash(activity, session.scalars(select(Booking).where(m.BOOKING.c.person_id.in_(ids))))


def _made(activity: Activity, booking: Booking, now: datetime) -> BookingMade:
    return BookingMade(
        occurred_at=now,
        activity_id=activity.id,
        booking_id=booking.id,
        person_id=booking.person_id,
        waiting=booking.state is State.WAITING,
        starts_at=activity.starts_at,
        title=activity.title,
    )


def cancel_booking(session: Session, now: datetime, by: Principal, *, booking_id: UUID) -> Booking:
    """Give the place back until the activity begins; who waits moves up. Cancelled twice is cancelled once.

    Raises NotFound (also somebody else's), Conflict (the activity has begun).
    """
    activity_id = session.scalar(select(m.BOOKING.c.activity_id).where(m.BOOKING.c.id == booking_id))
    if activity_id is None:
        raise NotFound("there is no such booking")
    activity = locked_activity(session, activity_id)
    made = bookings_of(session, activity)
    booking = next(b for b in made if b.id == booking_id)
    if not PERMISSIONS.allows(
        by, "activity.book", person_relations(by, known_as(session, booking.person_id))
    ):
        raise NotFound("there is no such booking")
    if booking.state is not State.CANCELLED:
        activity.check_open(now)
        tell_cancelled(session, booking, now)
        audit(
            session,
            by,
            now,
            action="activity.cancel_booking",
            subject=f"activity/{activity.id}",
            changes={"id": booking_id},
        )
        for lucky in move_up(activity, made):
            publish(session, _moved_up(activity, lucky, now))
    return booking


def tell_cancelled(session: Session, booking: Booking, now: datetime) -> None:
    """Cancel the booking, and say so."""
    booking.move("cancel")
    publish(
        session,
        BookingCancelled(
            occurred_at=now,
            activity_id=booking.activity_id,
            booking_id=booking.id,
            person_id=booking.person_id,
        ),
    )


def _moved_up(activity: Activity, booking: Booking, now: datetime) -> BookingMovedUp:
    return BookingMovedUp(
        occurred_at=now,
        activity_id=activity.id,
        booking_id=booking.id,
        person_id=booking.person_id,
        title=activity.title,
    )
