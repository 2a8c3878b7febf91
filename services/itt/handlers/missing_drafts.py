"""Applications recruited before drafts were made by themselves: an operator's command makes them, in parts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.applications import State
from services.itt.handlers import candidacies, recruits
from shared.database.tables import AUDIT
from shared.errors import Conflict
from shared.policy import Principal

View = dict[str, Any]
Table = models.Application


def draft_missing(session: Session, now: datetime, by: Principal, *, limit: int = 100) -> View:
    """Make up to ``limit`` drafts; asked again until ``left`` is 0 it has made all, and then changes nothing.

    ``refused`` tells why, by application, where the course or the form lacks what every trainee has.
    """
    policy.PERMISSIONS.require(by, "recruit.draft_missing")
    made, refused = list[UUID](), dict[str, str]()
    wanted = select(Table.candidate_id, Table.id).where(_missing()).order_by(Table.candidate_id, Table.id)
    for _, application_id in session.execute(wanted.limit(limit)).all():
        try:
            made += _draft(session, now, by, application_id)
        except Conflict as error:
            refused[str(application_id)] = error.message
    left = session.scalar(select(func.count()).select_from(Table).where(_missing())) or 0
    return {"trainee_ids": made, "left": left, "refused": refused}


def _missing() -> ColumnElement[bool]:
    trainee = models.Trainee
    has_one = exists().where(trainee.from_application_id == Table.id, trainee.discarded_at.is_(None))
    return (Table.state == State.RECRUITED) & ~has_one & ~_moved_away()


def _moved_away() -> ColumnElement[bool]:
    """Its trainee went on at another provider, which the audit knows."""
    left = AUDIT.c.changes["from_application_id"][0].astext == cast(Table.id, Text)
    return exists().where(AUDIT.c.action == "trainee.move", left)


def _draft(session: Session, now: datetime, by: Principal, application_id: UUID) -> list[UUID]:
    """One draft; none when somebody else was faster."""
    held = candidacies.hold(session, application_id)
    if held.mine.state is not State.RECRUITED or recruits.live(session, application_id) is not None:
        return []
    return [recruits.make_draft(session, now, by, held.mine).id]
