"""The teacher reference number: asked of the register by a timer, noted when it comes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import details as national
from services.itt.domain import rules, trainees
from services.itt.domain.dates import today
from services.itt.handlers import records, trn_requests
from services.itt.handlers.edits import invalid
from services.itt.handlers.trn_requests import ASK_AGAIN, REGISTER
from services.itt.handlers.views import View, view
from services.itt.http_register import outside_register
from services.itt.register import EmbeddedRegister, TeacherRegister
from shared.aliases import known_as
from shared.errors import NotFound
from shared.policy import Principal
from shared.timers import schedule


def submit_for_trn(session: Session, now: datetime, by: Principal, *, trainee_id: UUID) -> View:
    """Submit a draft: its record is checked as on the day it came."""
    row = records.locked(session, by, "trainee.submit_for_trn", trainee_id)
    if wrong := rules.problems(national.write(records.whole(session, row)), today(now)):
        raise invalid(wrong)
    after, events = trainees.submit_for_trn(records.trainee(row), now)
    records.changed(session, now, by, row, after, events, action="trainee.submit_for_trn")
    records.expect(session, after, now)
    return view(session, now, by, row)


def request_trn(
    session: Session, now: datetime, subject: str, register: TeacherRegister | None = None
) -> None:
    """Timer: ask the register for the TRN; an answer that is not there yet is asked for again in an hour.

    A register outside is not asked in this transaction: that is an errand's.
    """
    try:
        row = records.find(session, records.trainee_id_of(subject), lock=True)
    except NotFound:
        return
    if row.trn:
        return
    if register is None and outside_register() is not None:
        trn_requests.open_request(session, now, row)
        return
    trn = (register or EmbeddedRegister(session)).request(
        known_as(session, row.person_id) | {row.person_id}, now
    )
    if trn is None:
        schedule(session, now + ASK_AGAIN, "request_trn", subject)
        return
    _receive(session, now, REGISTER, row, trn)


def receive_trn(session: Session, now: datetime, by: Principal, *, trainee_id: UUID, trn: str) -> View:
    """Note a TRN that came by another way. Raises Conflict when it is somebody else's."""
    row = records.locked(session, by, "trainee.receive_trn", trainee_id)
    after, _ = trainees.receive_trn(records.trainee(row), trn, now)
    if after.trn == trn:
        EmbeddedRegister(session).note(trn, known_as(session, row.person_id) | {row.person_id}, now)
    _receive(session, now, by, row, trn)
    trn_requests.settle(session, row)
    return view(session, now, by, row)


def _receive(session: Session, now: datetime, by: Principal, row: models.Trainee, trn: str) -> None:
    after, events = trainees.receive_trn(records.trainee(row), trn, now)
    records.changed(session, now, by, row, after, events, action="trainee.receive_trn")
