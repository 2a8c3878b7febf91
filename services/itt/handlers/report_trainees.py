"""Reports on trainees as they stand now: the census and the performance profile, by one heading."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from services.itt.domain import census, returns
from services.itt.domain.dates import academic_year as academic_year_of
from services.itt.domain.dates import today
from services.itt.domain.reports import (
    NEAR,
    TOTAL,
    Format,
    Report,
    academic_year_in_words,
    day_in_words,
    in_words,
    percent,
    summed,
    titled,
)
from services.itt.domain.returns import Kind
from services.itt.handlers import report_counts
from services.itt.handlers.report_scope import scope
from shared.policy import Principal

View = dict[str, Any]


def census_report(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    academic_year: int | None = None,
    on: date | None = None,
    by_what: str = "route",
    provider_code: str | None = None,
    format: Format = Format.JSON,
) -> View:
    """Who is training on a day of the census, by route, subject, region or study mode; new entrants among them.

    By default on the second Wednesday of October, before it today. Regions are those of the accredited provider. It
    counts what is recorded now; what a provider has signed off stands in its return. Raises NotAllowed, Invalid
    (``on``).
    """
    year = academic_year or returns.current_year(Kind.CENSUS, now)
    within = scope(session, by, "report.census", provider_code, runs=report_counts.Table.provider_code)
    day = on or returns.census_day(year, now)
    returns.check_census_day(year, day, now)
    counts = report_counts.census(session, year, day, within)
    report = Report(
        name="census",
        title=titled(
            f"Census of {academic_year_in_words(year)}",
            f"counted on {day_in_words(day)}",
            in_words(by_what),
            provider=provider_code,
        ),
        about=(year, by_what, provider_code),
        columns=("code", "name", *census.CENSUS_COUNTS),
        rows=census.by(counts, by_what, census.CENSUS_COUNTS),
        totals=_total(counts, census.CENSUS_COUNTS),
        empty=None if counts else nobody_on(day),
        notes=(census.CENSUS_NOTE, *([census.REGION_NOTE] if by_what == "region" else [])),
        elsewhere=[] if counts else _with_census(session, now, year, within),
    )
    return report.shown(format)


def profile_report(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    academic_year: int | None = None,
    by_what: str = "route",
    provider_code: str | None = None,
    format: Format = Format.JSON,
) -> View:
    """What has become of the trainees whose course was to end in an academic year, by route or subject.

    It counts what is recorded now; what a provider has signed off stands in its return. Raises NotAllowed.
    """
    year = academic_year or returns.current_year(Kind.PERFORMANCE_PROFILE, now)
    runs = report_counts.Table.provider_code
    within = scope(session, by, "report.performance_profile", provider_code, runs=runs)
    counts = report_counts.profile(session, year, within)
    rows = census.by(counts, by_what, census.PROFILE_COUNTS)
    report = Report(
        name="performance-profile",
        title=titled(
            f"Performance profile of {academic_year_in_words(year)}",
            in_words(by_what),
            provider=provider_code,
        ),
        about=(year, by_what, provider_code),
        columns=("code", "name", *census.PROFILE_COUNTS, "awarded_percent"),
        rows=[_share(row) for row in rows],
        totals=[_share(row) for row in _total(counts, census.PROFILE_COUNTS)],
        empty=None
        if counts
        else f"No training was to end in the academic year {academic_year_in_words(year)}",
        notes=(census.PROFILE_NOTE,),
        elsewhere=[] if counts else _with_profile(session, now, year, within),
    )
    return report.shown(format)


def nobody_on(day: date) -> str:
    """The sentence where there is nothing to report."""
    return f"Nobody was training on {day}"


def _with_census(session: Session, now: datetime, asked: int, within: ColumnElement[bool]) -> list[int]:
    """The other years whose census has somebody, each on its own day."""
    latest = returns.current_year(Kind.CENSUS, now)
    days = {year: returns.census_day(year, now) for year in range(latest - NEAR, latest + 1) if year != asked}
    who = {year: report_counts.training_on(day) for year, day in days.items()}
    return report_counts.with_somebody(session, who, within)


def _with_profile(session: Session, now: datetime, asked: int, within: ColumnElement[bool]) -> list[int]:
    """The other years in which somebody's training was to end."""
    this = academic_year_of(today(now))
    years = [year for year in range(this - NEAR, this + NEAR + 1) if year != asked]
    who = {year: report_counts.ending_in(year) for year in years}
    return report_counts.with_somebody(session, who, within)


def _share(row: View) -> View:
    return row | {"awarded_percent": percent(row["awarded"], row["trainees"])}


def _total(counts: Sequence[View], numbers: Sequence[str]) -> list[View]:
    return [{"code": TOTAL, "name": "Total"} | summed(counts, numbers)] if counts else []
