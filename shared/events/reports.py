"""Facts of ``services/itt`` about what providers sign off: the census and the performance profile. They name nobody."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.events.base import Event, event_type


@dataclass(frozen=True, kw_only=True)
class AboutReturn(Event):
    """``academic_year`` is the year in which it began; ``last_day`` until when the return may be signed off."""

    return_id: UUID
    provider_code: str
    academic_year: int
    last_day: date


@event_type("itt.census.signed_off.v1", subject="census", key="return_id")
class CensusSignedOff(AboutReturn):
    """A provider says that its census is right; ``number`` counts its sign-offs. The counts are kept as they were."""

    number: int
    counted_on: date
    trainees: int
    new_entrants: int


@event_type("itt.census.reopened.v1", subject="census", key="return_id")
class CensusReopened(AboutReturn):
    """The census of a provider is to be signed off again, or for the first time although its window is over."""


@event_type("itt.census.due.v1", subject="census", key="return_id")
class CensusDue(AboutReturn):
    """A provider has so many days left to sign its census off."""

    days_left: int


@event_type("itt.performance_profile.signed_off.v1", subject="performance_profile", key="return_id")
class PerformanceProfileSignedOff(AboutReturn):
    """A provider says that the outcomes of its trainees of the year are right; ``number`` counts its sign-offs."""

    number: int
    trainees: int
    awarded: int


@event_type("itt.performance_profile.reopened.v1", subject="performance_profile", key="return_id")
class PerformanceProfileReopened(AboutReturn):
    """The performance profile of a provider is to be signed off again, or although its window is over."""


@event_type("itt.performance_profile.due.v1", subject="performance_profile", key="return_id")
class PerformanceProfileDue(AboutReturn):
    """A provider has so many days left to sign its performance profile off."""

    days_left: int
