"""Counting trainees for the census and the performance profile: one statement each, by all headings at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.census import CENSUS_BY, PROFILE_BY, STUDY_MODES, year_days
from services.itt.domain.trainees import State
from services.itt.handlers.report_scope import REGION, located

View = dict[str, Any]
Table = models.Trainee
HEADINGS: dict[str, ColumnElement[Any]] = {
    "route": Table.training_route,  # type: ignore[dict-item]
    "subject": Table.course_subject_1,  # type: ignore[dict-item]
    "region": REGION,
    "study_mode": case(dict(STUDY_MODES), value=Table.study_mode),
}
REGISTERED = Table.discarded_at.is_(None) & (Table.state != State.DRAFT)


def training_on(day: date) -> ColumnElement[bool]:
    """Who is training on that day (``domain.census``)."""
    over = (Table.deferred_on, Table.withdrawn_on, Table.awarded_on)
    begun = func.coalesce(Table.trainee_start_date, Table.itt_start_date) <= day
    clauses = [or_(ended.is_(None), ended > day) for ended in over]
    return and_(REGISTERED, begun, Table.itt_end_date >= day, *clauses)


def ending_in(year: int) -> ColumnElement[bool]:
    """Whose course was to end in that academic year."""
    return REGISTERED & Table.itt_end_date.between(*year_days(year))


def census(session: Session, year: int, on: date, within: ColumnElement[bool] | None = None) -> list[View]:
    """The census of a day: trainees and new entrants by route, subject, region and study mode."""
    first, last = year_days(year)
    new = func.count().filter(Table.itt_start_date.between(first, last))
    counts = {"trainees": func.count(), "new_entrants": new}
    return _counted(session, CENSUS_BY, counts, training_on(on), within)


def profile(session: Session, year: int, within: ColumnElement[bool] | None = None) -> list[View]:
    """What became of whose course was to end in the year: by route and subject."""
    ended = {state.value: func.count().filter(Table.state == state) for state in _ENDED}
    training = func.count().filter(Table.state.not_in([state.value for state in _ENDED]))
    counts = {"trainees": func.count(), **ended, "still_training": training}
    return _counted(session, PROFILE_BY, counts, ending_in(year), within)


def with_somebody(
    session: Session, years: Mapping[int, ColumnElement[bool]], within: ColumnElement[bool]
) -> list[int]:
    """The years in which there is somebody to count, by who is counted in each."""
    counts: list[Any] = [func.count().filter(who) for who in years.values()]
    found = session.execute(located(select(*counts), Table.provider_code).where(within)).one()
    return [year for year, count in zip(years, found, strict=True) if count]


_ENDED = (State.AWARDED, State.WITHDRAWN, State.DEFERRED)


def _counted(
    session: Session,
    by: tuple[str, ...],
    counts: View,
    who: ColumnElement[bool],
    within: ColumnElement[bool] | None,
) -> list[View]:
    headings = [HEADINGS[name] for name in by]
    known = located(select(*headings, *counts.values()), Table.provider_code)
    known = known.where(who, true() if within is None else within)
    rows = session.execute(known.group_by(*headings).order_by(*headings)).all()
    return [dict(zip((*by, *counts), row, strict=True)) for row in rows]
