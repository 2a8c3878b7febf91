"""Deadlines of applications: going inactive, and the three ends of a cycle, in batches until nothing is left.

Every date is checked again when it fires: too early, late, twice or on two replicas it does no harm.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import deadlines
from services.itt.domain.applications import Application, Candidacy, inactivate
from services.itt.domain.cycles import cycle
from services.itt.domain.deadlines import ENDS
from services.itt.handlers import candidacies
from services.itt.handlers.after_decisions import INACTIVE
from services.itt.handlers.candidacies import Held
from shared.database.tables import DUE
from shared.errors import NotFound
from shared.policy import Principal, Role
from shared.timers import schedule

ENDS_KIND = "cycle_ends"
CANDIDATES_AT_ONCE = 200
TIMER = Principal("itt", frozenset({Role.SERVICE}))


def expect(session: Session, now: datetime, year: int) -> None:
    """Set the ends of a cycle, once: the first application of the cycle does."""
    subjects = {f"cycle/{year}/{what}": deadlines.ends_at(cycle(year), what) for what in ENDS}
    known = select(DUE.c.subject).where(DUE.c.kind == ENDS_KIND, DUE.c.subject.in_(list(subjects)))
    missing = subjects.keys() - set(session.scalars(known))
    for subject in sorted(missing):
        schedule(session, max(now, subjects[subject]), ENDS_KIND, subject)


def go_inactive(session: Session, now: datetime, subject: str) -> None:
    """Timer: the provider has not decided in time."""
    try:
        held = candidacies.hold(session, UUID(subject.removeprefix("application/")))
    except NotFound:
        return
    due = held.mine.inactive_due_at
    if due is not None and now < due:
        schedule(session, due, INACTIVE, subject)
    change = inactivate(held.mine, now)
    candidacies.changed(session, now, TIMER, held, [change], action="application.inactivate")


def end_cycle(session: Session, now: datetime, subject: str, *, at_once: int = CANDIDATES_AT_ONCE) -> None:
    """Timer: an end of a cycle for the next candidates; it fires again at once while there may be more."""
    _, year, what = subject.split("/")
    moment = deadlines.ends_at(cycle(int(year)), what)
    if now < moment:
        schedule(session, moment, ENDS_KIND, subject)
        return
    ids = _next(session, int(year), what, at_once)
    if len(ids) == at_once:
        schedule(session, now, ENDS_KIND, subject)
    _end(session, now, ids, int(year), what)


def _next(session: Session, year: int, what: str, at_once: int) -> list[UUID]:
    """The candidates who are next, locked in the order of their ids."""
    table, who = models.Application, models.Candidate
    states = [state.value for state in ENDS[what]]
    open_ = exists().where(table.candidate_id == who.id, table.cycle == year, table.state.in_(states))
    chosen = select(who.id).where(open_).order_by(who.id).limit(at_once)
    return list(session.scalars(chosen.with_for_update()))


def _end(session: Session, now: datetime, candidate_ids: Sequence[UUID], year: int, what: str) -> None:
    who = models.Candidate
    found = session.scalars(
        select(who).where(who.id.in_(candidate_ids)).execution_options(populate_existing=True)
    )
    candidates = {row.id: row for row in found}
    rows = candidacies.rows_of(session, list(candidate_ids))
    known = candidacies.loaded(session, rows.values(), candidates)
    theirs: dict[UUID, list[Application]] = {}
    for each in known:
        theirs.setdefault(each.candidate_id, []).append(each)
    ended = []
    for candidate_id, listed in theirs.items():
        held = Held(candidates[candidate_id], rows, Candidacy(tuple(listed)), listed[0])
        ended.append((held, [deadlines.end(each, what, now) for each in listed if each.cycle == year]))
    candidacies.changed_many(session, now, TIMER, ended, action=f"application.{what}")
