"""How long decisions take: from an application to its first decision, by provider, in one statement."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, cast, func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import cycles
from services.itt.domain.applications import INTERVIEWABLE, State
from services.itt.domain.reports import TOTAL, Format, Report, percent, titled, working_day_numbers
from services.itt.handlers.report_history import decided_at
from services.itt.handlers.reports import cycles_with, none_sent, sent
from shared.policy import Principal

View = dict[str, Any]
DAYS_NOTE = (
    "Half of the decisions took at most the median, nine in ten at most the figure beside it (p90 in files)."
)
DECISIONS = (
    "sent",
    "decided",
    "decided_in_time",
    "decided_in_time_percent",
    "median_working_days",
    "p90_working_days",
    "median_days",
    "p90_days",
    "waiting",
    "waiting_too_long",
    "rejected_by_default",
)


def decisions_report(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    cycle: int | None = None,
    provider_code: str | None = None,
    format: Format = Format.JSON,
) -> View:
    """How long each provider takes from an application to its first decision, an offer or a rejection of its own.

    Days of the calendar and working days of applications, both in London; the day it was sent does not count.
    ``decided_in_time``: by the day on which it goes inactive, of all whose day has come or that are decided. What was
    withdrawn before is left out; what the end of the cycle rejected was not decided. Raises NotAllowed.
    """
    year = cycles.known_year(cycle, now)
    mine = sent(session, by, "report.decisions", year, provider_code, {})
    found = session.execute(_decisions(mine, year, now)).all()
    rows = [_decided(*row) for row in found if row[0] is not None]
    report = Report(
        name="decisions",
        title=titled(f"Time to decision in cycle {year}", provider=provider_code),
        about=(year, provider_code),
        columns=("code", "name", *DECISIONS),
        rows=rows,
        totals=[_decided(TOTAL, "Total", *row[2:]) for row in found if row[0] is None and rows],
        empty=None if rows else none_sent(year),
        notes=(DAYS_NOTE,),
        elsewhere=[] if rows else cycles_with(session, by, "report.decisions", year, provider_code, {}),
    )
    return report.shown(format)


def _decisions(mine: Any, year: int, now: datetime) -> Any:
    """One row a provider, and one of all."""
    decided = decided_at(mine)
    days, numbers = working_day_numbers(cycles.cycle(year))
    calendar = func.unnest(days, numbers).table_valued("day", "number")
    first, last = (calendar.render_derived(name=name) for name in ("first", "last"))
    at, due = decided.c.at, mine.c.inactive_due_at
    waits = at.is_(None) & mine.c.state.in_([state.value for state in INTERVIEWABLE])
    by_default = at.is_(None) & (mine.c.state == State.REJECTED)
    in_time, late = at <= due, (waits & (due < now)) | by_default
    lengths = (last.c.number - first.c.number, _london(at) - _london(mine.c.sent_at))
    spans = [
        func.percentile_cont(share).within_group(cast(length, Float))
        for length in lengths
        for share in (0.5, 0.9)
    ]
    counted = [func.count(), func.count(at), func.count().filter(in_time), func.count().filter(late)]
    counted += [func.count().filter(each) for each in (waits, waits & (due < now), by_default)]
    provider = models.Provider
    known = (
        select(mine.c.provider_code, func.max(provider.name), *counted, *spans)
        .outerjoin(decided, decided.c.id == mine.c.id)
        .outerjoin(first, first.c.day == _london(mine.c.sent_at))
        .outerjoin(last, last.c.day == _london(at))
        .outerjoin(provider, provider.code == mine.c.provider_code)
    )
    return known.group_by(func.rollup(mine.c.provider_code)).order_by(mine.c.provider_code)


def _london(moment: Any) -> Any:
    """The day in London."""
    return func.date(func.timezone("Europe/London", moment))


def _decided(code: str, name: str | None, *found: Any) -> View:
    sent, decided, in_time, late, waiting, too_long, by_default, *spans = found
    rounded = [None if span is None else round(span, 1) for span in spans]
    values = (
        sent,
        decided,
        in_time,
        percent(in_time, decided + late),
        *rounded,
        waiting,
        too_long,
        by_default,
    )
    return {"code": code, "name": name or "Not known"} | dict(zip(DECISIONS, values, strict=True))
