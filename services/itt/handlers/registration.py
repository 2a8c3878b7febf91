"""Trainees by single calls: registering, editing, asking for the TRN."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import details as national
from services.itt.domain import policy, rules, trainees
from services.itt.domain.csv_files import clean
from services.itt.domain.dates import today
from services.itt.domain.details import COLUMNS, EQUALITY, Details
from services.itt.domain.duplicates import keys
from services.itt.domain.registration import draft, registered
from services.itt.domain.trainees import Trainee
from services.itt.handlers import records
from services.itt.handlers.catalogue import ACCREDITED
from services.itt.handlers.edits import invalid
from services.itt.handlers.views import View, view
from shared.database.equality import equality_role
from shared.errors import Conflict, Invalid
from shared.events import Event
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def register_trainee(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    details: Mapping[str, str],
    trainee_id: UUID | None = None,
    submit: bool = True,
    confirmed: bool = False,
) -> View:
    """Register one trainee. Raises Invalid by column, Conflict with ``matches`` unless a person has ``confirmed``.

    The same ``trainee_id`` again gives the same trainee.
    """
    policy.PERMISSIONS.require(by, "trainee.register", policy.provider_relations(by, provider_code))
    if trainee_id and (known := session.get(models.Trainee, trainee_id)):
        if known.provider_code != provider_code:
            raise Conflict(f"The trainee {trainee_id} is of another provider")
        return view(session, now, by, records.readable(session, by, "trainee.read", known.id))
    check_provider(session, provider_code)
    record = _read(details, today(now))
    lock_provider(session, provider_code)
    if not confirmed and (found := matches(session, provider_code, {0: record})):
        raise Conflict("This trainee may be registered already: look at the matches", matches=found)
    made, events = begin(trainee_id or new_id(), provider_code, record, None, now, submit=submit)
    (row,) = add(session, now, [(made, record)])
    records.note(session, now, by, row.id, "trainee.register", {"state": (None, made.state)})
    for event in events:
        publish(session, event)
    return view(session, now, by, row)


def check_provider(session: Session, provider_code: str) -> None:
    """Raises Invalid for a code that nobody has, once providers are registered; without any, every code is taken.

    And for a lead school: its trainees stand in the records of their accredited provider.
    """
    known = session.get(models.Provider, provider_code)
    if known is not None and known.kind not in ACCREDITED:
        raise Invalid.field(
            "provider_code", f"{provider_code} is a lead school; say the code of the accredited provider"
        )
    if known is None and session.scalar(select(exists(models.Provider))):
        raise Invalid.field(
            "provider_code", f"{provider_code} is no provider that is registered here; check the code"
        )


def lock_provider(session: Session, provider_code: str) -> None:
    """One at a time registers trainees of a provider: two calls at once cannot both find no duplicate."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"itt {provider_code}", 0))))


def begin(
    trainee_id: UUID,
    provider_code: str,
    record: Details,
    import_id: UUID | None,
    now: datetime,
    *,
    submit: bool,
) -> tuple[Trainee, list[Event]]:
    """A new trainee, with the facts of it; ``submit``: the register is asked for the TRN at once."""
    made = draft(trainee_id, new_id(), provider_code, record)
    events: list[Event] = [registered(made, record, import_id, now)]
    if submit:
        made, more = trainees.submit_for_trn(made, now)
        events += more
    return made, events


def add(
    session: Session,
    now: datetime,
    new: Sequence[tuple[Trainee, Details]],
    import_id: UUID | None = None,
    numbers: Sequence[int | None] = (None,),
) -> list[models.Trainee]:
    """Store new trainees in bulk, with equality data, placements and deadlines; ``numbers``: their rows in the file."""
    rows = [records.new_row(made, record, now, import_id) for made, record in new]
    for row, number in zip(rows, numbers, strict=True):
        row.import_row = number
    session.add_all(rows)
    session.flush()
    session.add_all(placed for made, record in new for placed in _placements(made, record))
    if apart := [said for made, record in new for said in _equality(made, record)]:
        with equality_role(session):
            session.add_all(apart)
    session.flush()
    records.expect_new(session, [made for made, _ in new], now)
    return rows


def _equality(made: Trainee, record: Details) -> Iterator[models.TraineeEquality]:
    if any(getattr(record, name) for name in EQUALITY):
        values = {name: getattr(record, name) for name in EQUALITY}
        yield models.TraineeEquality(trainee_id=made.id, **values)


def _placements(made: Trainee, record: Details) -> Iterator[models.Placement]:
    for number, urn in record.placement_urns.items():
        yield models.Placement(id=new_id(), trainee_id=made.id, number=number, school_urn=urn)


def matches(session: Session, provider_code: str, found: Mapping[int, Details]) -> list[dict[str, Any]]:
    """The trainees of the provider that records (by row number) may be duplicates of; one query for all."""
    births = {record.date_of_birth for record in found.values()}
    known = select(models.Trainee).where(
        models.Trainee.provider_code == provider_code,
        models.Trainee.date_of_birth.in_(births),
        models.Trainee.discarded_at.is_(None),
    )
    by_key: dict[tuple[object, ...], models.Trainee] = {}
    for row in session.scalars(known.order_by(models.Trainee.id)):
        for key in keys(row):
            by_key.setdefault(key, row)
    pairs = ((number, next((by_key[k] for k in keys(r) if k in by_key), None)) for number, r in found.items())
    return [_match(number, row) for number, row in pairs if row is not None]


def _match(number: int, row: models.Trainee) -> dict[str, Any]:
    return {
        "row": number,
        "trainee_id": row.id,
        "person_id": row.person_id,
        "first_names": row.first_names,
        "last_name": row.last_name,
        "state": row.state,
        "trn": row.trn,
        "provider_code": row.provider_code,
    }


def _read(given: Mapping[str, str], on: Any) -> Details:
    if strange := sorted(set(given) - set(COLUMNS)):
        raise Invalid(
            f"There is no column {', '.join(strange)}", fields={name: ["unknown"] for name in strange}
        )
    cells = {name: clean(value) for name, value in given.items()}
    if wrong := rules.problems(cells, on):
        raise invalid(wrong)
    return national.read(cells)
