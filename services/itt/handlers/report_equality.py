"""Equality data in numbers alone: a fixed set of tables, small numbers not shown, nothing to filter by.

What could be worked out from two tables is prevented by what can be asked: a provider has one table of its own and
never another's, a national analyst the whole by stage, route and region, made safe beside each other
(``domain.suppression``), an analyst of a region the same counts of that region and no others, and nothing by provider.
Nobody is found by reading today and again tomorrow: applications count from the month after they were sent, each by how
far it had come when this month began; trainees from the month after they were registered, when the census day is over.
Each reading is audited, because tables of different months could still be compared.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import array, distinct_on
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import cycles, returns
from services.itt.domain.applications import State
from services.itt.domain.dates import today
from services.itt.domain.details import DISABILITIES
from services.itt.domain.equality import (
    AGE_BANDS,
    DISABILITY_NOT_PROVIDED,
    NO_DISABILITY,
    NOT_PROVIDED,
    SEXES,
    YOUNGEST,
    age_on,
    ethnic_group_codes,
)
from services.itt.domain.reports import (
    NEAR,
    NOT_KNOWN,
    Format,
    academic_year_in_words,
    day_in_words,
    titled,
)
from services.itt.domain.routes import RULES
from services.itt.handlers import equality_tables, report_counts
from services.itt.handlers.report_history import entered
from services.itt.handlers.report_scope import REGION, equality_scope, located
from services.itt.handlers.report_trainees import nobody_on
from shared.audit import audit
from shared.calendar import start_of
from shared.errors import Conflict
from shared.policy import Principal

View = dict[str, Any]
Application, Trainee = models.Application, models.Trainee


def equality_of_applications(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    cycle: int | None = None,
    provider_code: str | None = None,
    format: Format = Format.JSON,
) -> View:
    """Candidates of a cycle by sex, ethnic group, disability and age, by how far they came; ``c`` is not shown.

    Everybody counts once, by the application that had come furthest before this month: not offered, offered (and not
    recruited), recruited. Who sees the whole gets it by route and region, too, who sees a region that region's part.
    Raises NotAllowed, Invalid (``provider_code`` is missing).
    """
    year = cycles.known_year(cycle, now)
    course = models.Course
    within, whole = equality_scope(
        session,
        by,
        "report.equality_of_applications",
        "report.own_equality_of_applications",
        provider_code,
        runs=course.provider_code,
        ratifies=course.accredited_code,
    )
    until = start_of(today(now).replace(day=1))

    def of(cycle: int) -> Any:
        return _candidates(cycle, until).where(within, Application.sent_at < until)

    headings = ("stage", "route", "region") if whole else ("stage",)
    said = f"No applications were sent in cycle {year} before {today(until)}"
    audit(session, by, now, action="report.equality_of_applications", subject=f"cycle/{year}")
    about = ("equality-applications", year, provider_code)
    title = titled(
        f"Candidates of cycle {year} in equality data",
        f"who applied before {day_in_words(today(until))}",
        provider=provider_code,
    )
    report = equality_tables.answer(session, of(year), headings, about, title, said, whole)
    if report.empty:
        elsewhere = equality_tables.with_enough(
            session, {each: of(each) for each in cycles.CYCLES if each != year}, whole
        )
        report = replace(report, elsewhere=elsewhere)
    return report.shown(format)


def _candidates(year: int, until: datetime) -> Any:
    """One row a candidate: the application that had come furthest by that moment, of these the latest."""
    who, theirs, course = models.Candidate, models.CandidateEquality, models.Course
    stage = _stage(until)
    route = case({route.value: rules.code for route, rules in RULES.items()}, value=course.route)
    known = select(
        array([literal(each) for each in equality_tables.STAGES])[stage + 1].label("stage"),
        func.coalesce(route, NOT_KNOWN).label("route"),
        func.coalesce(REGION, NOT_KNOWN).label("region"),
        *_characteristics(theirs.sex, theirs.ethnicity, _codes(theirs.disabilities), who.date_of_birth, year),
    ).select_from(Application)
    known = known.join(course, course.id == Application.course_id)
    known = known.join(who, who.id == Application.candidate_id)
    known = located(known.outerjoin(theirs, theirs.candidate_id == who.id), course.provider_code)
    order = (Application.candidate_id, stage.desc(), Application.sent_at.desc(), Application.id)
    return known.where(Application.cycle == year).ext(distinct_on(Application.candidate_id)).order_by(*order)


def _stage(until: datetime) -> Any:
    """How far an application had come: what a decision of today changes would name one person. The dates are the last
    ones, and the audit keeps the earlier ones."""
    came, offered = (State.RECRUITED, State.OFFER_DEFERRED), (State.OFFER,)
    return case(
        (Application.recruited_at < until, 2),
        (Application.deferred_at < until, 2),
        (entered(Application.id, came, until), 2),
        (Application.offered_at < until, 1),
        (entered(Application.id, offered, until), 1),
        else_=0,
    )


def _codes(listed: Any) -> Any:
    """A list of codes as text: they are of two digits, so that one is found in it by its quotation marks."""
    return func.coalesce(cast(listed, Text), "")


def equality_of_trainees(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    academic_year: int | None = None,
    provider_code: str | None = None,
    format: Format = Format.JSON,
) -> View:
    """Trainees of the census day by sex, ethnic group, disability and age, by route; ``c`` is not shown.

    By default of the last census day that is over. They are those whom the census counts (``domain.census``), each from
    the month after the registration on. Who sees the whole gets it by region, too. Raises NotAllowed, Invalid
    (``provider_code`` is missing), Conflict until the census day is over.
    """
    year = academic_year or returns.last_census(now)
    within, whole = equality_scope(
        session,
        by,
        "report.equality_of_trainees",
        "report.own_equality_of_trainees",
        provider_code,
        runs=Trainee.provider_code,
    )
    day = returns.counted_day(year)
    if today(now) <= day:
        raise Conflict(f"The census of {year} counts {day}; ask from the day after on")
    month = today(now).replace(day=1)

    def of(year: int) -> Any:
        return _trainees(year).where(report_counts.training_on(returns.counted_day(year)), within)

    def known(year: int) -> Any:
        return of(year).where(Trainee.created_at < start_of(month))

    headings = ("route", "region") if whole else ("route",)
    audit(session, by, now, action="report.equality_of_trainees", subject=f"census/{year}")
    about = ("equality-trainees", year, provider_code)
    title = titled(
        f"Trainees of the census of {academic_year_in_words(year)} in equality data",
        f"counted on {day_in_words(day)}",
        f"registered before {day_in_words(month)}",
        provider=provider_code,
    )
    report = equality_tables.answer(session, known(year), headings, about, title, nobody_on(day), whole)
    if report.empty == nobody_on(day) and equality_tables.people(session, of(year), whole):
        report = replace(report, empty=_from_next_month(day, month))
    if report.empty:
        latest = returns.last_census(now)
        years = [each for each in range(latest - NEAR, latest + 1) if each != year]
        report = replace(
            report,
            elsewhere=equality_tables.with_enough(session, {each: known(each) for each in years}, whole),
        )
    return report.shown(format)


def _from_next_month(day: date, month: date) -> str:
    following = (month + timedelta(days=31)).replace(day=1)
    return f"Whoever was training on {day} was registered this month, and counts from {day_in_words(following)} on"


def _trainees(year: int) -> Any:
    """One row a trainee."""
    theirs = models.TraineeEquality
    codes = func.concat_ws(",", *(_quoted(getattr(theirs, each)) for each in DISABILITIES))
    known = select(
        Trainee.training_route.label("route"),
        func.coalesce(REGION, NOT_KNOWN).label("region"),
        *_characteristics(Trainee.sex, theirs.ethnicity, codes, Trainee.date_of_birth, year),
    ).select_from(Trainee)
    return located(known.outerjoin(theirs, theirs.trainee_id == Trainee.id), Trainee.provider_code)


def _quoted(code: Any) -> Any:
    return '"' + code + '"'


def _characteristics(sex: Any, ethnicity: Any, codes: Any, born: Any, year: int) -> Sequence[Any]:
    """What somebody is, in the groups that are published; ``codes`` are those of disabilities, each in quotation
    marks."""
    age = func.date_part("year", func.age(age_on(year), born))
    bands = [(age >= least, band) for least, band in sorted(AGE_BANDS.items(), reverse=True)]
    unsaid = [*DISABILITY_NOT_PROVIDED, NO_DISABILITY]
    disabled = func.regexp_replace(codes, '"(' + "|".join(sorted(unsaid)) + ')"', "", "g").op("~")("[0-9]")
    return (
        case(dict(SEXES), value=sex, else_=NOT_PROVIDED).label("sex"),
        case(dict(ethnic_group_codes()), value=ethnicity, else_=NOT_PROVIDED).label("ethnicity"),
        case(
            (disabled, "disabled"),
            (codes.contains(f'"{NO_DISABILITY}"'), "not_disabled"),
            else_=NOT_PROVIDED,
        ).label("disability"),
        case((born.is_(None), NOT_PROVIDED), *bands, else_=YOUNGEST).label("age"),
    )
