"""What was written for one cycle stands in the form of the next: sections, referees, and not the courses."""

from collections.abc import Iterable

from services.itt.domain.applications import CARRY_OVER, EXPECTED, Application
from shared.errors import Conflict


def stays_open(cycle: int, applications: Iterable[Application]) -> bool:
    """Whether the form of a cycle that is over may still be changed: the candidate is expected with it.

    Who accepted a place, or put it off, still gives referees and keeps the details right; nothing is carried over.
    """
    return any(a.cycle == cycle and a.state in EXPECTED for a in applications)


def refuse(from_cycle: int, cycle: int, applications: Iterable[Application]) -> None:
    """Raises Conflict while an application of the earlier cycle is not over, or when the cycle is no later one."""
    if from_cycle >= cycle:
        raise Conflict(f"The form of the cycle {from_cycle} is not carried over to {cycle}")
    going_on = [a for a in applications if a.cycle == from_cycle and a.state not in CARRY_OVER]
    if going_on:
        states = sorted({application.state.value for application in going_on})
        raise Conflict(
            f"An application of the cycle {from_cycle} is not over: {', '.join(states)}", states=states
        )
