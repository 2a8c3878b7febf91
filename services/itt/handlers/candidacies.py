"""Applications between the tables and the domain: lock a candidate with all applications, decide, store what changed.

Locks are taken in one order everywhere: the candidate, the applications by id, the trainees by id, the course (to read
it), the course options by id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.applications import (
    TAKES_A_PLACE,
    Application,
    Candidacy,
    Change,
)
from services.itt.domain.limits import refuse_too_many
from services.itt.domain.policy.applications import application_relations, candidate_relations
from services.itt.handlers import application_rows, catalogue, places
from services.itt.handlers.after_decisions import follow_up
from shared.aliases import known_as
from shared.audit import audit, audit_many
from shared.errors import NotFound
from shared.messaging import publish
from shared.policy import Principal

PRIVATE = frozenset(
    {"personal_statement", "withdrawal_text", "rejection_reasons", "offer_withdrawal_reason", "conditions"}
)


def subject(application_id: UUID) -> str:
    """The name of an application in audit, timers and facts."""
    return f"application/{application_id}"


@dataclass(slots=True)
class Held:
    """A candidate with all applications, locked; ``mine`` is the one that a command is about."""

    candidate: models.Candidate
    rows: dict[UUID, models.Application]
    known: Candidacy
    mine: Application

    @property
    def row(self) -> models.Application:
        """The row of the application that the command is about, as it is now."""
        return self.rows[self.mine.id]


def find_candidate(session: Session, candidate_id: UUID, *, lock: bool = False) -> models.Candidate:
    """The row of a candidate. Raises NotFound."""
    statement = select(models.Candidate).where(models.Candidate.id == candidate_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row: models.Candidate | None = session.scalar(statement)
    if row is None:
        raise NotFound(f"There is no candidate {candidate_id}")
    return row


def find(session: Session, application_id: UUID) -> models.Application:
    """The row of an application. Raises NotFound."""
    row = session.get(models.Application, application_id)
    if row is None:
        raise NotFound(f"There is no application {application_id}")
    return row


def locked(session: Session, by: Principal, action: str, application_id: UUID) -> Held:
    """An application for a command of this principal. Raises NotFound to who may not read it, else NotAllowed."""
    held = hold(session, application_id)
    relations = relations_of(session, by, held.mine)
    if not policy.PERMISSIONS.allows(by, "application.read", relations):
        raise NotFound(f"There is no application {application_id}")
    policy.PERMISSIONS.require(by, action, relations)
    return held


def hold(session: Session, application_id: UUID) -> Held:
    """An application with all others of its candidate, locked. Raises NotFound."""
    candidate = find_candidate(session, find(session, application_id).candidate_id, lock=True)
    rows = rows_of(session, [candidate.id])
    if application_id not in rows:
        raise NotFound(f"There is no application {application_id}")
    known = Candidacy(tuple(loaded(session, rows.values(), {candidate.id: candidate})))
    mine = next(application for application in known.applications if application.id == application_id)
    return Held(candidate, rows, known, mine)


def rows_of(session: Session, candidate_ids: Sequence[UUID]) -> dict[UUID, models.Application]:
    """All applications of candidates who are locked, locked in the order of their ids."""
    table = models.Application
    statement = select(table).where(table.candidate_id.in_(candidate_ids)).order_by(table.id)
    rows = session.scalars(statement.with_for_update().execution_options(populate_existing=True))
    return {row.id: row for row in rows}


def loaded(
    session: Session, rows: Iterable[models.Application], candidates: Mapping[UUID, models.Candidate]
) -> list[Application]:
    """The domain's applications of rows, in their order."""
    listed = list(rows)
    options = options_of(session, {row.course_option_id for row in listed})
    return [
        application_rows.application(row, candidates[row.candidate_id], *options[row.course_option_id])
        for row in listed
    ]


Offered = tuple[models.Course, models.CourseOption]


def options_of(session: Session, option_ids: Iterable[UUID]) -> dict[UUID, Offered]:
    """Courses and options, by the id of the option."""
    statement = select(models.Course, models.CourseOption).join(
        models.CourseOption, models.CourseOption.course_id == models.Course.id
    )
    named = statement.options(joinedload(models.Course.provider, innerjoin=True))
    found = session.execute(named.where(models.CourseOption.id.in_(list(option_ids))))
    return {option.id: (course, option) for course, option in found}


def person_ids(session: Session, person_id: UUID) -> set[UUID]:
    """All ids that mean this person."""
    return known_as(session, person_id) | {person_id}


def relations_of(session: Session, by: Principal, mine: Application) -> set[str]:
    """How the principal stands to an application."""
    return application_relations(
        by,
        person_ids(session, mine.person_id),
        mine.course.provider_code,
        mine.course.content.accredited_code or mine.course.provider_code,
        mine.option.site_urn,
        visible=mine.is_visible_to_providers,
    )


def candidate_relations_of(session: Session, by: Principal, candidate: models.Candidate) -> set[str]:
    """How the principal stands to a candidate."""
    return candidate_relations(by, person_ids(session, candidate.person_id))


def changed(
    session: Session,
    now: datetime,
    by: Principal,
    held: Held,
    changes: Sequence[Change],
    *,
    action: str,
    why: str | None = None,
) -> None:
    """The end of a command: store, take or give back places, audit, publish. What changes nothing leaves no trace."""
    changed_many(session, now, by, [(held, changes)], action=action, why=why)


def changed_many(
    session: Session,
    now: datetime,
    by: Principal,
    all_: Iterable[tuple[Held, Sequence[Change]]],
    *,
    action: str,
    why: str | None = None,
) -> None:
    """The same for many candidates at once, by a few statements."""
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    notes: list[dict[str, Any]] = []
    moves: list[tuple[UUID, int]] = []
    with session.no_autoflush:
        for held, changes in all_:
            before = {each.id: each for each in held.known.applications}
            for after, events in changes:
                row, old = held.rows[after.id], before[after.id]
                differs = catalogue.assign(row, application_rows.columns(after))
                if not differs and not events:
                    continue
                row.recorded_at, row.feed_position, before[after.id] = moment, None, after
                notes.append(_note(after.id, action, differs, why))
                moves += _places(old, after)
                for event in events:
                    publish(session, event)
                follow_up(session, now, by, old, after)
            _settle(held, before)
    session.flush()
    audit_many(session, by, now, notes)
    for option_id, move in sorted(moves, key=lambda each: each[0]):
        (places.take if move > 0 else places.give_back)(session, option_id)


def _settle(held: Held, after: Mapping[UUID, Application]) -> None:
    held.known = Candidacy(tuple(after.values()))
    refuse_too_many(held.known)
    held.mine = after[held.mine.id]
    held.candidate.in_progress = held.known.in_progress


def _places(before: Application, after: Application) -> list[tuple[UUID, int]]:
    """Which option's place is given back, and which one's is taken."""
    had = before.option.id if before.state in TAKES_A_PLACE else None
    has = after.option.id if after.state in TAKES_A_PLACE else None
    if had == has:
        return []
    return [(id_, move) for id_, move in ((had, -1), (has, 1)) if id_ is not None]


def note(
    session: Session,
    now: datetime,
    by: Principal,
    application_id: UUID,
    action: str,
    differs: Mapping[str, Sequence[Any]],
    why: str | None = None,
) -> None:
    """Audit a command on an application; what people wrote goes into the part that can be blanked."""
    audit(session, by, now, **_note(application_id, action, differs, why))


def _note(
    application_id: UUID, action: str, differs: Mapping[str, Sequence[Any]], why: str | None
) -> dict[str, Any]:
    return {
        "action": action,
        "subject": subject(application_id),
        "why": why,
        "changes": {name: list(pair) for name, pair in differs.items() if name not in PRIVATE},
        "personal": {name: list(pair) for name, pair in differs.items() if name in PRIVATE},
    }
