"""A prohibition from teaching, as the Department lists it: it suspends every stage until it is lifted."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.errors import Invalid
from shared.transitions import Transitions


class ProhibitionState(StrEnum):
    """A prohibition stands until it is lifted."""

    IMPOSED = "imposed"
    LIFTED = "lifted"


PROHIBITION_TRANSITIONS = Transitions(
    "people.prohibition", (ProhibitionState.IMPOSED, "lift", ProhibitionState.LIFTED)
)


@dataclass(frozen=True, slots=True)
class Prohibition:
    """``lifted_on`` is the first day on which the person may teach again."""

    id: UUID
    person_id: UUID
    imposed_on: date
    state: ProhibitionState = ProhibitionState.IMPOSED
    lifted_on: date | None = None

    def lift(self, on: date) -> "Prohibition":
        """The prohibition, lifted. Raises TransitionNotAllowed, Invalid (before it was imposed)."""
        state = PROHIBITION_TRANSITIONS.next(self.state, "lift")
        if on < self.imposed_on:
            raise Invalid.field(
                "lifted_on", f"must not be before {self.imposed_on.isoformat()}, when it was imposed"
            )
        return replace(self, state=state, lifted_on=on)
