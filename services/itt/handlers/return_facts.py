"""The facts about returns, by what the return is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.itt.domain.returns import Kind, Return
from shared.events import Event
from shared.events.reports import (
    CensusDue,
    CensusReopened,
    CensusSignedOff,
    PerformanceProfileDue,
    PerformanceProfileReopened,
    PerformanceProfileSignedOff,
)


def signed_off(known: Return, counted_on: date, totals: Mapping[str, int], now: datetime) -> Event:
    """The provider says that the counts are right."""
    said = _about(known, now) | {"number": known.sign_offs, "trainees": totals["trainees"]}
    if known.kind is Kind.CENSUS:
        return CensusSignedOff(**said, counted_on=counted_on, new_entrants=totals["new_entrants"])
    return PerformanceProfileSignedOff(**said, awarded=totals["awarded"])


def reopened(known: Return, now: datetime) -> Event:
    """It is to be signed off again."""
    if known.kind is Kind.CENSUS:
        return CensusReopened(**_about(known, now))
    return PerformanceProfileReopened(**_about(known, now))


def due(known: Return, days_left: int, now: datetime) -> Event:
    """So many days are left."""
    if known.kind is Kind.CENSUS:
        return CensusDue(**_about(known, now), days_left=days_left)
    return PerformanceProfileDue(**_about(known, now), days_left=days_left)


def _about(known: Return, now: datetime) -> dict[str, Any]:
    return {
        "occurred_at": now,
        "return_id": known.id,
        "provider_code": known.provider_code,
        "academic_year": known.academic_year,
        "last_day": known.last_day(),
    }
