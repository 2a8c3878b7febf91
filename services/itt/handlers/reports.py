"""Reports on applications: recruitment against allocation, and the funnel by week.

Each of them is one or two statements, however many applications there are.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import cycles
from services.itt.domain.applications import State
from services.itt.domain.codes import labels
from services.itt.domain.courses import State as CourseState
from services.itt.domain.reports import (
    NOT_KNOWN,
    REACHED,
    TOTAL,
    Format,
    Report,
    in_words,
    iso_week,
    percent,
    summed,
    titled,
)
from services.itt.domain.routes import RULES, Route
from services.itt.handlers.report_history import DATES, entries
from services.itt.handlers.report_scope import REGION, Runs, located, scope
from shared.policy import Principal

View = dict[str, Any]
Course, Application = models.Course, models.Application
BY: dict[str, ColumnElement[Any]] = {
    "provider": Course.provider_code,  # type: ignore[dict-item]
    "subject": Course.subjects[1],
    "route": Course.route,  # type: ignore[dict-item]
    "region": REGION,
}
NAMES: dict[str, Callable[[str], str | None]] = {
    "subject": lambda code: labels("course_subject").get(code),
    "route": lambda code: labels("training_route")[RULES[Route(code)].code],
    "region": lambda code: code,
}
COUNTS = ("allocated", "sent", "offered", "accepted", "recruited", "deferred")
FILTERS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "subject": lambda value: Course.subjects[1] == value,
    "route": lambda value: Course.route == value,
    "region": lambda value: value == REGION,
    "level": lambda value: Course.level == value,
}


def recruitment_report(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    cycle: int | None = None,
    by_what: str = "provider",
    provider_code: str | None = None,
    format: Format = Format.JSON,
    **filters: Any,
) -> View:
    """Recruitment against allocation, by provider, subject, route or region, for the courses of a cycle.

    A course counts by its first subject ("X with Y" as X). ``sent``, ``offered`` and ``accepted`` are applications
    that ever were; ``recruited`` and ``deferred`` those that are now. A place that was put off counts in the cycle in
    which it is taken up. Drafts have no allocation yet, withdrawn courses none any more. Raises NotAllowed.
    """
    year = cycles.known_year(cycle, now)
    courses = _courses(session, by, "report.recruitment", provider_code, filters)
    known = courses.where(Course.cycle == year)
    made = _applications_of(year)
    allocated = func.sum(Course.allocated_places).filter(Course.state == CourseState.PUBLISHED)
    sums = [func.sum(made.c[name]) for name in COUNTS[1:]]
    known = known.outerjoin(made, made.c.course_id == Course.id).with_only_columns(
        BY[by_what], func.max(Runs.name), allocated, *sums, maintain_column_froms=True
    )
    known = known.where((Course.state != CourseState.DRAFT) | made.c.sent.is_not(None))
    found = session.execute(known.group_by(BY[by_what]).order_by(BY[by_what])).all()
    rows = [_recruited(by_what, code, name, counts) for code, name, *counts in found]
    total = summed(rows, COUNTS)
    report = Report(
        name="recruitment",
        title=titled(f"Recruitment in cycle {year}", in_words(by_what), provider=provider_code),
        about=(year, by_what, provider_code),
        columns=("code", "name", *COUNTS, "accepted_percent", "recruited_percent"),
        rows=rows,
        totals=[_shares({"code": TOTAL, "name": "Total", **total})] if rows else [],
        empty=None if rows else f"There are no courses in cycle {year}",
        elsewhere=[] if rows else _with_courses(session, year, courses),
    )
    return report.shown(format)


def _with_courses(session: Session, year: int, courses: Select[Any]) -> Sequence[int]:
    """The other cycles of which there would be something to report."""
    sent = exists().where(
        Application.course_id == Course.id,
        Application.current_cycle == Course.cycle,
        Application.sent_at.is_not(None),
    )
    known = courses.where(Course.cycle != year, (Course.state != CourseState.DRAFT) | sent)
    return _cycles(session, known, Course.cycle)


def _cycles(session: Session, known: Select[Any], cycle: Any) -> Sequence[int]:
    return session.scalars(
        known.with_only_columns(cycle, maintain_column_froms=True).distinct().order_by(cycle)
    ).all()


def _courses(
    session: Session, by: Principal, action: str, provider_code: str | None, filters: View
) -> Select[Any]:
    """The courses whose applications the principal may have counted."""
    within = scope(
        session, by, action, provider_code, runs=Course.provider_code, ratifies=Course.accredited_code
    )
    wanted = [FILTERS[name](value) for name, value in filters.items() if value]
    return located(select(Course.id), Course.provider_code).where(within, *wanted)


def _applications_of(year: int) -> Any:
    """How far the applications of each course of the cycle came."""
    counted = select(
        Application.course_id,
        func.count().label("sent"),
        func.count(Application.offered_at).label("offered"),
        func.count(Application.accepted_at).label("accepted"),
        func.count().filter(Application.state == State.RECRUITED).label("recruited"),
        func.count().filter(Application.state == State.OFFER_DEFERRED).label("deferred"),
    ).where(Application.current_cycle == year, Application.sent_at.is_not(None))
    return counted.group_by(Application.course_id).subquery()


def _recruited(by_what: str, code: str | None, provider: str | None, counts: list[Any]) -> View:
    name = provider if by_what == "provider" else NAMES[by_what](code) if code else None
    row = {"code": code or NOT_KNOWN, "name": name or "Not known"}
    return _shares(row | {key: int(count or 0) for key, count in zip(COUNTS, counts, strict=True)})


def _shares(row: View) -> View:
    return row | {
        f"{name}_percent": percent(row[name], row["allocated"]) for name in ("accepted", "recruited")
    }


FUNNEL_NOTE = (
    "reached: so many came into the state for the first time; again: so many came into it once more (offered again,"
    " reinstated and the like); now: so many are in it today."
)
SHOWN = ("id", "state", "provider_code", "inactive_due_at", "ended_because", *DATES.values())


def funnel_report(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    cycle: int | None = None,
    provider_code: str | None = None,
    format: Format = Format.JSON,
    **filters: Any,
) -> View:
    """How many applications of a cycle reached each state in each week, from Monday to Sunday in London.

    ``reached``: for the first time; ``again``: offered again, reinstated and the like, which is no second conversion.
    The totals say what became of all that were sent; ``now`` is how many are in the state. Filters: subject and level
    (phase) of the course, provider. Raises NotAllowed.
    """
    year = cycles.known_year(cycle, now)
    mine = sent(session, by, "report.funnel", year, provider_code, filters)
    weeks = [_week(*row) for row in session.execute(entries(mine))]
    now_in = select(mine.c.state, func.count()).group_by(mine.c.state)
    states: dict[str, int] = {state: count for state, count in session.execute(now_in)}
    report = Report(
        name="funnel",
        title=titled(f"Applications of cycle {year}", "by week and state", provider=provider_code),
        about=(year, provider_code),
        columns=("week", "week_begins", "state", "reached", "again", "now", "percent_of_sent"),
        rows=weeks,
        totals=_conversion(weeks, states),
        empty=None if states else none_sent(year),
        notes=(FUNNEL_NOTE,),
        elsewhere=[] if states else cycles_with(session, by, "report.funnel", year, provider_code, filters),
    )
    return report.shown(format)


def sent(
    session: Session, by: Principal, action: str, year: int, provider_code: str | None, filters: View
) -> Any:
    """The applications of a cycle that were sent and that the principal may have counted."""
    columns = [getattr(Application, name) for name in SHOWN]
    known = _sent_ever(session, by, action, provider_code, filters)
    known = known.with_only_columns(*columns, maintain_column_froms=True)
    return known.where(Application.cycle == year).cte("mine")


def cycles_with(
    session: Session, by: Principal, action: str, year: int, provider_code: str | None, filters: View
) -> Sequence[int]:
    """The other cycles in which such applications were sent."""
    known = _sent_ever(session, by, action, provider_code, filters).where(Application.cycle != year)
    return _cycles(session, known, Application.cycle)


def _sent_ever(
    session: Session, by: Principal, action: str, provider_code: str | None, filters: View
) -> Select[Any]:
    theirs = _courses(session, by, action, provider_code, filters)
    known = theirs.join(Application, Application.course_id == Course.id)
    return known.where(Application.state.in_(REACHED))


def _week(monday: Any, state: str, reached: int, again: int) -> View:
    return {
        "week": iso_week(monday),
        "week_begins": monday.isoformat(),
        "state": state,
        "reached": reached,
        "again": again,
    }


def _conversion(weeks: list[View], states: dict[str, int]) -> list[View]:
    """All weeks together, by state in the order in which applications move."""
    sent = sum(states.values())
    if not sent:
        return []
    found = [(state, [week for week in weeks if week["state"] == state]) for state in REACHED]
    return [
        {"week": TOTAL, "state": state, "now": states.get(state, 0)}
        | (counts := summed(mine, ("reached", "again")))
        | {"percent_of_sent": percent(counts["reached"], sent)}
        for state, mine in found
        if mine or state in states
    ]


def none_sent(year: int) -> str:
    """The sentence where there is nothing to report."""
    return f"No applications were sent in cycle {year}"
