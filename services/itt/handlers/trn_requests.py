"""A national register is asked in three steps: read in a transaction, ask outside of any, note in another.

Between reading and noting the trainee may have changed, gone, or got a TRN by another way: what is noted is decided
then, under the trainee's lock.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.itt import models
from services.itt.domain import policy, trainees, trn_requests
from services.itt.domain.dates import LONDON, today
from services.itt.domain.trainees import trn_patience
from services.itt.domain.trn_requests import OPEN, Applicant, Problem, State, TrnRequest
from services.itt.handlers import records
from services.itt.handlers.finding import words
from services.itt.register import EmbeddedRegister, OutsideRegister, RegisterProblem
from shared.aliases import known_as
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.messaging import publish
from shared.paging import page
from shared.policy import Principal, Role
from shared.timers import cancel, schedule

ASK_AGAIN = timedelta(hours=1)
ASK, OVERDUE = "ask_register", "trn_overdue"
REGISTER = Principal("teacher register", frozenset({Role.SERVICE}))
COLUMNS = ("id", "trainee_id", "state", "problem", "answers", "asked_at")
Note = Callable[[Session], None]
View = dict[str, Any]


def open_request(session: Session, now: datetime, row: models.Trainee) -> None:
    """There is something to ask for this trainee (locked): an errand asks, and another deadline says if none came."""
    found = _of(session, row.id)
    if found is None:
        session.add(
            models.TrnRequest(id=new_id(), trainee_id=row.id, state=State.TO_ASK.value, opened_at=now)
        )
    elif State(found.state) not in OPEN:
        _store(found, trn_requests.moved(_request(found), "ask_again"))
    schedule(session, now, ASK, records.subject(row.id))
    if row.submitted_on is not None:
        last = row.submitted_on + trn_patience(row.submitted_on)
        schedule(session, datetime.combine(last, time.min, LONDON), OVERDUE, records.subject(row.id))


def ask_register(
    make_session: sessionmaker[Session], now: datetime, subject: str, register: OutsideRegister | None
) -> Note:
    """Errand: ask for a trainee's TRN, and give back what is to be noted. Raises RegisterAway."""
    with make_session() as session, session.begin():
        asked = _asked(session, subject)
    if asked is None:
        return partial(_drop, now=now, subject=subject)
    if register is None:  # the settings name none any more
        return lambda session: schedule(session, now, "request_trn", subject)
    request, applicant = asked
    try:
        trn = register.ask(request.id, applicant, known=request.state is State.PENDING)
    except RegisterProblem as error:
        return partial(_note_problem, now=now, subject=subject, problem=error.problem)
    return partial(_note, now=now, subject=subject, trn=trn)


def _asked(session: Session, subject: str) -> tuple[TrnRequest, Applicant] | None:
    """What to ask, if it is still wanted."""
    try:
        row = records.find(session, records.trainee_id_of(subject))
    except NotFound:
        return None
    found = _of(session, row.id)
    if row.trn or found is None or State(found.state) not in OPEN:
        return None
    return _request(found), Applicant(row.first_names, row.last_name, row.date_of_birth, row.email)


def _note(session: Session, *, now: datetime, subject: str, trn: str | None) -> None:
    """The register's answer: a blank changes nothing, a number is noted, what cannot be is somebody's to look at."""
    if (locked := _locked(session, subject)) is None:
        return
    row, found = locked
    if not trn:
        _store(found, trn_requests.told(_request(found), "left_pending", now))
        schedule(session, now + ASK_AGAIN, ASK, subject)
    elif problem := _received(session, now, row, trn):
        _note_problem(session, now=now, subject=subject, problem=problem, answer=trn)
    else:
        _store(found, trn_requests.told(_request(found), "answered", now))
        cancel(session, OVERDUE, subject)


def _received(session: Session, now: datetime, row: models.Trainee, trn: str) -> Problem | None:
    """Note the number as this person's, unless something is wrong with it."""
    ids = known_as(session, row.person_id) | {row.person_id}
    register, known = EmbeddedRegister(session), records.trainee(row)
    if problem := trn_requests.fault(trn, known, register.known(ids)):
        return problem
    after, events = trainees.receive_trn(known, trn, now)
    try:
        register.note(trn, ids, now)
    except Conflict:
        return Problem.SOMEBODY_ELSES
    records.changed(session, now, REGISTER, row, after, events, action="trainee.receive_trn")
    return None


def _note_problem(
    session: Session, *, now: datetime, subject: str, problem: Problem, answer: str | None = None
) -> None:
    """Somebody has to look: the provider is told, and nothing is asked until then."""
    if (locked := _locked(session, subject)) is None:
        return
    row, found = locked
    _store(found, trn_requests.told(_request(found), "found_wrong", now, problem))
    audit(
        session,
        REGISTER,
        now,
        action="trainee.trn_problem",
        subject=subject,
        changes={"problem": problem.value},
        personal={"answer": answer[:20]} if answer else None,
    )
    publish(session, trn_requests.delayed(records.trainee(row), problem, now))


def _drop(session: Session, *, now: datetime, subject: str) -> None:
    """Nothing is to be asked any more: there is a TRN, or no trainee."""
    found = _of(session, records.trainee_id_of(subject), lock=True)
    if found is not None and State(found.state) in OPEN:
        _store(found, trn_requests.moved(_request(found), "dropped"))


def settle(session: Session, row: models.Trainee) -> None:
    """Somebody has looked, and noted the right number: that ends the problem."""
    found = _of(session, row.id, lock=True)
    if found is not None and State(found.state) is State.PROBLEM:
        _store(found, trn_requests.moved(_request(found), "settled"))


def trn_overdue(session: Session, now: datetime, subject: str) -> None:
    """Timer: the TRN is still missing when it should have come; the provider is told once."""
    try:
        row = records.find(session, records.trainee_id_of(subject), lock=True)
    except NotFound:
        return
    for event in trn_requests.overdue(records.trainee(row), today(now), now):
        publish(session, event)


def ask_register_again(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, reason: str
) -> View:
    """Somebody has looked: ask once more, under the same id. Raises NotFound, NotAllowed, Conflict (there is a TRN)."""
    row = records.locked(session, by, "trainee.ask_register_again", trainee_id)
    found = _of(session, row.id, lock=True)
    if found is None:
        raise NotFound(f"No register was asked for trainee {trainee_id}")
    if row.trn:
        raise Conflict("The TRN has come; there is nothing to ask for")
    before = found.state
    _store(found, trn_requests.moved(_request(found), "ask_again"))
    schedule(session, now, ASK, records.subject(row.id))
    changes = {"trn_request": (before, found.state)}
    records.note(session, now, by, row.id, "trainee.ask_register_again", changes, reason)
    return _view(found)


SORTS = {
    "opened": (models.TrnRequest.opened_at, models.TrnRequest.id),
    "state": (models.TrnRequest.state, models.TrnRequest.opened_at, models.TrnRequest.id),
}


def list_trn_requests(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str | None,
    state: str | None,
    limit: int,
    after: str | None,
    search: str | None = None,
    sort: str = "opened",
    descending: bool = False,
) -> View:
    """What the register was asked for a provider's trainees, or by an operator for all, oldest first.

    ``search``: every word is in what the list of trainees searches.
    """
    relations = policy.provider_relations(by, provider_code) if provider_code else set[str]()
    policy.PERMISSIONS.require(by, "trainee.list_trn_requests", relations)
    wanted, trainee = select(models.TrnRequest), models.Trainee
    if provider_code is not None or search:
        wanted = wanted.join(trainee, trainee.id == models.TrnRequest.trainee_id)
        wanted = wanted.where(*words(trainee.search_text, search))
    if provider_code is not None:
        wanted = wanted.where(trainee.provider_code == provider_code)
    if state is not None:
        wanted = wanted.where(models.TrnRequest.state == state)
    found = page(session, wanted, order=SORTS[sort], limit=limit, after=after, descending=descending)
    return {"items": [_view(row) for row in found["items"]], "next": found["next"]}


def _locked(session: Session, subject: str) -> tuple[models.Trainee, models.TrnRequest] | None:
    """The trainee and its open request, locked; None when nothing is to be noted any more."""
    try:
        row = records.find(session, records.trainee_id_of(subject), lock=True)
    except NotFound:
        return None
    found = _of(session, row.id, lock=True)
    return None if found is None or State(found.state) not in OPEN else (row, found)


def _of(session: Session, trainee_id: UUID, *, lock: bool = False) -> models.TrnRequest | None:
    mine = select(models.TrnRequest).where(models.TrnRequest.trainee_id == trainee_id)
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    found: models.TrnRequest | None = session.scalar(mine)
    return found


def _request(row: models.TrnRequest) -> TrnRequest:
    known = {name: getattr(row, name) for name in COLUMNS}
    problem = Problem(row.problem) if row.problem else None
    return TrnRequest(**known | {"state": State(row.state), "problem": problem})


def _store(row: models.TrnRequest, after: TrnRequest) -> None:
    problem = after.problem.value if after.problem else None
    values = {"problem": problem, "answers": after.answers, "asked_at": after.asked_at}
    records.assign(row, {"state": after.state.value} | values)


def _view(row: models.TrnRequest) -> View:
    known = {name: getattr(row, name) for name in COLUMNS if name != "id"}
    return known | {"request_id": row.id, "opened_at": row.opened_at}
