"""What candidates search courses by."""

from enum import StrEnum

from services.itt.domain.courses import Degree
from services.itt.domain.geography import METRES_A_MILE

FARTHEST_MILES = 200


class Held(StrEnum):
    """The degree that a candidate has."""

    UPPER_SECOND = "two_one"
    LOWER_SECOND = "two_two"
    THIRD = "third"
    NONE = "none"


class Sort(StrEnum):
    NAME = "name"
    PROVIDER = "provider"
    DISTANCE = "distance"


_FROM_THE_HIGHEST = (Held.UPPER_SECOND, Held.LOWER_SECOND, Held.THIRD)


def open_to(held: Held) -> tuple[Degree, ...]:
    """What a course may require of somebody with this degree: it, one below it, or none at all."""
    if held is Held.NONE:
        return (Degree.NOT_REQUIRED,)
    enough = _FROM_THE_HIGHEST[_FROM_THE_HIGHEST.index(held) :]
    return (*(Degree(each.value) for each in enough), Degree.NOT_REQUIRED)


def metres(miles: float) -> int:
    """Miles as whole metres."""
    return round(miles * METRES_A_MILE)


def miles(metres: float) -> float:
    """Metres as miles, to a tenth."""
    return round(metres / METRES_A_MILE, 1)
