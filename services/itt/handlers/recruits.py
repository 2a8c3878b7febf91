"""The trainee who comes from an application, in the transaction of its move: drafted, deferred, reinstated, gone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import along, corrections_offered, trainees, withdrawals
from services.itt.domain import details as national
from services.itt.domain.along import Step
from services.itt.domain.applications import EXPECTED, Application, State
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.dates import today
from services.itt.domain.registration import draft, registered
from services.itt.domain.trainees import Trainee
from services.itt.handlers import offered, records, recruit_records, registration
from services.itt.handlers.removal import remove
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

WHY = {
    DiscardCode.APPLICATION_WITHDRAWN: "The application was withdrawn",
    DiscardCode.APPLICATION_DEFERRED: "The application was deferred",
}


def follow(session: Session, now: datetime, by: Principal, before: Application, after: Application) -> None:
    """The trainee goes along with a move of the application (the candidate is locked). Raises Conflict.

    Who is there already stays: a move that began with the trainee changes nothing here.
    """
    recruited = after.state is State.RECRUITED and before.state is not State.RECRUITED
    left = before.state in EXPECTED and after.state in {*along.GONE, State.OFFER_DEFERRED}
    if not (recruited or left):
        return
    session.flush()
    row = live(session, after.id)
    known = records.trainee(row) if row is not None else None
    wanted = along.step(after.state, known, today(now))
    if row is None or known is None:
        if wanted is Step.DRAFT:
            make_draft(session, now, by, after)
        return
    along.refuse_qualified(after.state, known)
    _carry_out(session, now, by, row, known, after, wanted)
    session.flush()


def live(session: Session, application_id: UUID) -> models.Trainee | None:
    """The trainee of an application, locked; one that was discarded is none any more."""
    table = models.Trainee
    mine = select(table).where(table.from_application_id == application_id, table.discarded_at.is_(None))
    row: models.Trainee | None = session.scalar(
        mine.with_for_update().execution_options(populate_existing=True)
    )
    return row


def make_draft(session: Session, now: datetime, by: Principal, application: Application) -> models.Trainee:
    """A draft with all that is known, with the accredited provider of the course.

    Trainees of the provider who may be the same one are marked, for a person to decide: the draft is not lost.
    """
    record = recruit_records.whole(session, application)
    provider = application.course.content.accredited_code or application.course.provider_code
    registration.lock_provider(session, provider)
    found = registration.matches(session, provider, {0: record})
    made = draft(new_id(), application.person_id, provider, record, application.id)
    (row,) = registration.add(session, now, [(made, record)])
    row.application_says = corrections_offered.said(national.write(record))
    row.matches = [str(each["trainee_id"]) for each in found]
    differs = {"state": (None, made.state), "from_application_id": (None, application.id)}
    records.note(session, now, by, row.id, "trainee.draft", differs)
    publish(session, registered(made, record, None, now))
    session.flush()
    return row


def _carry_out(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    known: Trainee,
    after: Application,
    wanted: Step,
) -> None:
    if wanted is Step.DISCARD:
        code = along.discard_code(after.state)
        remove(session, now, by, [row], code, WHY[code])
    elif wanted is Step.WITHDRAW:
        change = withdrawals.withdraw(known, along.withdrawal(after, known, now), now)
        records.changed(session, now, by, row, *change, action="trainee.withdraw")
    elif wanted is Step.DEFER:
        change = trainees.defer(known, today(now), along.WHY_DEFERRED, now)
        records.changed(session, now, by, row, *change, action="trainee.defer")
    elif after.state is State.RECRUITED:
        _again(session, now, by, row, known, after, wanted)


def _again(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    known: Trainee,
    after: Application,
    wanted: Step,
) -> None:
    """Who was deferred is back, from the start of the course on; what the course says otherwise is offered."""
    said = recruit_records.record(session, after)
    if wanted is Step.REINSTATE:
        back_on = max(today(now), said.itt_start_date, known.deferred_on or today(now))
        change = trainees.reinstate(known, back_on, said.itt_end_date, now)
        records.changed(session, now, by, row, *change, action="trainee.reinstate")
        records.expect(session, change[0], now)
    offered.keep_up(session, now, by, row, said)
