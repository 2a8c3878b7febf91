"""What callers see of training beside the trainee's own record."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import absences, checks, concerns, policy, school_days
from services.itt.domain.absences import Absence
from services.itt.domain.checks import Check
from services.itt.domain.concerns import Concern
from services.itt.domain.dates import today
from services.itt.domain.placements import Placement
from services.itt.domain.school_days import Progress
from services.itt.handlers import records, training_rows
from shared.policy import Principal

View = dict[str, Any]


def training_view(
    session: Session, now: datetime, by: Principal, row: models.Trainee, placed: list[Placement]
) -> View:
    """Days, absences, concerns and checks, each as far as the principal may see it, and what to mind."""
    relations = records.relations_of(session, by, row)
    made = training_rows.checks_of_one(session, row.id)
    sees_checks = policy.PERMISSIONS.allows(by, "trainee.read_checks", relations)
    sees_kinds = policy.PERMISSIONS.allows(by, "trainee.read_absence_kinds", relations)
    entries = training_rows.entries(session, row.id)
    known = training_rows.concerns_of(session, row.id)
    progress = Progress(school_days.done(placed, entries), training_rows.days_needed(session, row))
    missing = list(checks.missing(made, today(now)))
    return {
        "checks": [check_view(check, today(now)) for check in made] if sees_checks else None,
        "checks_missing": missing if sees_checks else None,
        "school_days": progress.done,
        "school_days_needed": progress.needed,
        "school_days_left": progress.left,
        "school_day_entries": [_entry(entry) for entry in entries],
        **_absences(training_rows.absences_of(session, row.id), today(now), with_kinds=sees_kinds),
        "concerns": [concern_view(concern) for concern in known],
        "warnings": _warnings(progress, known, missing if sees_checks else []),
    }


def check_view(check: Check, on: date) -> View:
    """One check; ``holds`` is whether it lets the trainee into a school on that day."""
    return asdict(check) | {"holds": check.holds(on)}


def _entry(entry: school_days.Entry) -> View:
    return {("entry_id" if name == "id" else name): value for name, value in asdict(entry).items()}


def _absences(known: list[Absence], on: date, *, with_kinds: bool) -> View:
    """Why somebody is away is for the trainee, the provider and the lead school; others see when."""
    hidden = {} if with_kinds else {"kind": None, "note": None}
    shown = [asdict(one) | {"absence_id": one.id} | hidden for one in known]
    return {"absences": shown, "absence_days": absences.days(known, on)}


def concern_view(concern: Concern) -> View:
    """A concern with its plan."""
    allowed = concerns.TRANSITIONS.allowed(concern.state)
    return asdict(concern) | {"concern_id": concern.id, "possible": allowed}


def _warnings(progress: Progress, known: list[Concern], missing: list[str]) -> list[str]:
    """What to mind before a recommendation; none of it stands in its way."""
    told = [f"The check is missing: {kind.replace('_', ' ')}" for kind in missing]
    if progress.left:
        told.append(f"{progress.left} of {progress.needed} days in schools are left")
    still_open = sum(concern.state in concerns.OPEN for concern in known)
    if still_open:
        told.append(f"{still_open} cause{'s' if still_open > 1 else ''} for concern open")
    return told
