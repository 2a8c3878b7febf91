"""A place at an activity, or a place on its waiting list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.cpd.domain.activities import Activity
from shared.errors import Conflict
from shared.transitions import Transitions


class State(StrEnum):
    """Absent can become attended, when the register was wrong; hours are counted once."""

    WAITING = "waiting"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    ABSENT = "absent"


LIVE = frozenset({State.WAITING, State.BOOKED})

TRANSITIONS = Transitions(
    "cpd.booking",
    (State.WAITING, "move_up", State.BOOKED),
    (State.WAITING, "cancel", State.CANCELLED),
    (State.BOOKED, "cancel", State.CANCELLED),
    (State.BOOKED, "attend", State.ATTENDED),
    (State.BOOKED, "miss", State.ABSENT),
    (State.ABSENT, "attend", State.ATTENDED),
)


@dataclass(eq=False, kw_only=True)
class Booking:
    """``number`` is the order of asking within the activity; the times are the activity's, for clashes."""

    id: UUID
    activity_id: UUID
    person_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    state: State
    hours_hundredths: int = 0

    def move(self, event: str) -> None:
        """Take the move of the table. Raises TransitionNotAllowed."""
        self.state = TRANSITIONS.next(self.state, event)

    def attend(self, hours_hundredths: int) -> bool:
        """Count the hours; false, and no hours, when they were counted before. Raises TransitionNotAllowed."""
        if self.state is State.ATTENDED:
            return False
        self.move("attend")
        self.hours_hundredths = hours_hundredths
        return True


def first_state(activity: Activity, bookings: Iterable[Booking]) -> State:
    """A place while there is one free, else the waiting list: capacity is never exceeded."""
    taken = sum(b.state is State.BOOKED for b in bookings)
    return State.BOOKED if taken < activity.capacity else State.WAITING


def move_up(activity: Activity, bookings: Sequence[Booking]) -> list[Booking]:
    """Give free places to those who wait, in the order in which they asked; those who got one."""
    free = activity.capacity - sum(b.state is State.BOOKED for b in bookings)
    waiting = sorted((b for b in bookings if b.state is State.WAITING), key=lambda b: b.number)
    lucky = waiting[: max(free, 0)]
    for booking in lucky:
        booking.move("move_up")
    return lucky


def check_no_clash(activity: Activity, own: Iterable[Booking]) -> None:
    """One person is not booked twice at the same time, waiting included. Raises Conflict."""
    for booking in own:
        if (
            booking.state in LIVE
            and booking.starts_at < activity.ends_at
            and activity.starts_at < booking.ends_at
        ):
            raise Conflict("this person has a booking at the same time", booking_id=str(booking.id))
