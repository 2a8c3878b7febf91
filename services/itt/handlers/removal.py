"""Removing a trainee whose course has not begun: out of every list, kept in the audit."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import corrections
from services.itt.domain import details as national
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.details import EQUALITY
from services.itt.handlers import records
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import cancel

TIMERS = ("request_trn", "ask_register", "trn_overdue", "training_starts", "award")


def remove(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    code: DiscardCode,
    why: str,
    more: records.Changes | None = None,
) -> None:
    """Discard the record: out of every list, without equality data and deadlines; ``more`` is noted with it."""
    after, events = corrections.discard(records.trainee(row), code, now)
    record = national.write(records.whole(session, row))
    records.store(row, after)
    personal = records.PRIVATE - {*EQUALITY}
    kept = {name: (value, None) for name, value in record.items() if value and name in personal}
    changes = {"discard_code": (None, code)} | kept | (more or {})
    records.note(session, now, by, row.id, "trainee.discard", changes, why)
    if (equality := session.get(models.TraineeEquality, row.id)) is not None:
        session.delete(equality)
    for kind in TIMERS:
        cancel(session, kind, records.subject(row.id))
    for event in events:
        publish(session, event)
