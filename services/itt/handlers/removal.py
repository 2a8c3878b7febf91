"""Removing a trainee whose course has not begun: out of every list, kept in the audit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import corrections
from services.itt.domain import details as national
from services.itt.domain.corrections import DiscardCode
from services.itt.handlers import records
from shared.database.equality import equality_role
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import cancel

TIMERS = ("request_trn", "ask_register", "trn_overdue", "training_starts", "award")


def remove(
    session: Session,
    now: datetime,
    by: Principal,
    rows: Sequence[models.Trainee],
    code: DiscardCode,
    why: str,
    more: records.Changes | None = None,
) -> None:
    """Discard records: out of every list, without equality data and deadlines; ``more`` is noted with each."""
    _forget_equality(session, rows)
    for row in rows:
        after, events = corrections.discard(records.trainee(row), code, now)
        record = national.write(records.details(row, None, records.placements(session, row.id)))
        records.store(row, after)
        kept = {name: (value, None) for name, value in record.items() if value and name in records.PRIVATE}
        changes = {"discard_code": (None, code)} | kept | (more or {})
        records.note(session, now, by, row.id, "trainee.discard", changes, why)
        for kind in TIMERS:
            cancel(session, kind, records.subject(row.id))
        for event in events:
            publish(session, event)


def _forget_equality(session: Session, rows: Sequence[models.Trainee]) -> None:
    theirs = models.TraineeEquality.trainee_id.in_([row.id for row in rows])
    with equality_role(session):
        session.execute(delete(models.TraineeEquality).where(theirs))
