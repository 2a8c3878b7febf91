"""Facts of ``services/itt`` about the funding of trainees."""

from dataclasses import dataclass
from datetime import date

from shared.events.base import Event, event_type


@dataclass(frozen=True, kw_only=True, slots=True)
class FundingRate:
    """What a trainee gets who starts from a day until a day; codes are national ones, routes go by name."""

    kind: str
    subject: str
    subject_codes: tuple[str, ...]
    routes: tuple[str, ...]
    amount_pence: int
    valid_from: date
    valid_until: date
    source: str


@event_type("itt.funding.rates_changed.v1", subject="funding", key="academic_year")
class FundingRatesChanged(Event):
    """The table of an academic year (by the year in which it begins) is now this one."""

    academic_year: int
    added: int
    ended: int
    rates: tuple[FundingRate, ...]
