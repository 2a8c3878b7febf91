"""Role periods: somebody holds a role at a school from a day until a day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.transitions import Transitions

DAYS_AHEAD = 366
DAYS_BACK = 366 * 50


class Role(StrEnum):
    """The roles of ``people.role.begun.v1``; the order is the rank."""

    TEACHER = "teacher"
    MIDDLE_LEADER = "middle_leader"
    SENIOR_LEADER = "senior_leader"
    HEADTEACHER = "headteacher"
    EXECUTIVE_HEAD = "executive_head"


class RoleState(StrEnum):
    """A role period is open until its end is recorded."""

    OPEN = "open"
    ENDED = "ended"


ROLE_TRANSITIONS = Transitions("people.role_period", (RoleState.OPEN, "end", RoleState.ENDED))


@dataclass(frozen=True, slots=True)
class RolePeriod:
    """``ended_on`` is the first day on which the role is not held any more."""

    id: UUID
    person_id: UUID
    role: Role
    school_urn: str
    begins_on: date
    full_time_equivalent_percent: int = 100
    state: RoleState = RoleState.OPEN
    ended_on: date | None = None

    def same_as(self, other: "RolePeriod") -> bool:
        """Whether the other asks for what this one already is."""
        return (self.begins_on, self.full_time_equivalent_percent) == (
            other.begins_on,
            other.full_time_equivalent_percent,
        )

    def end(self, on: date) -> "RolePeriod":
        """The role period, ended. Raises TransitionNotAllowed, Invalid (before it began)."""
        state = ROLE_TRANSITIONS.next(self.state, "end")
        if on < self.begins_on:
            raise Invalid.field("ended_on", f"must not be before {self.begins_on.isoformat()}, when it began")
        return replace(self, state=state, ended_on=on)


def check_begin(begins_on: date, full_time_equivalent_percent: int, today: date) -> None:
    """A role begins within a year from now or in the last fifty; part time is 1 to 100 percent. Raises Invalid."""
    if not today - timedelta(DAYS_BACK) <= begins_on <= today + timedelta(DAYS_AHEAD):
        raise Invalid.field("begins_on", "must be in the last fifty years or within a year from today")
    if not 1 <= full_time_equivalent_percent <= 100:
        raise Invalid.field("full_time_equivalent_percent", "must be from 1 to 100")


def check_no_other(wanted: RolePeriod, open_one: RolePeriod | None) -> None:
    """One open period of a role at a school for each person. Raises Conflict when another one differs."""
    if open_one is not None and not open_one.same_as(wanted):
        raise Conflict(
            f"This person already is {wanted.role.value.replace('_', ' ')} there"
            f" since {open_one.begins_on.isoformat()}; end that first.",
            role_period_id=str(open_one.id),
        )
