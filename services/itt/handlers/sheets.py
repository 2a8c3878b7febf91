"""The national sheets: recommending and placing many trainees at once, all rows or none."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import bulk_placements, bulk_recommendation, csv_files, policy
from services.itt.domain.checks import missing
from services.itt.domain.codes import labels
from services.itt.domain.csv_files import RowError
from services.itt.domain.dates import today
from services.itt.domain.on_sheets import Listed
from services.itt.domain.placements import Placement
from services.itt.domain.routes import phase
from services.itt.handlers import records
from services.itt.handlers.outcomes import recommend
from services.itt.handlers.training_rows import checks_of
from shared.errors import Conflict
from shared.ids import new_id
from shared.policy import Principal

View = dict[str, Any]


def recommendation_sheet(session: Session, now: datetime, by: Principal, *, provider_code: str) -> View:
    """The sheet to fill in for a provider's trainees, packed."""
    _require(by, provider_code)
    text = bulk_recommendation.sheet(_listed(session, provider_code, today(now)))
    return _file(f"recommendations-{provider_code}.csv", text)


def placement_sheet(session: Session, now: datetime, by: Principal, *, provider_code: str) -> View:
    """The sheet to fill in for a provider's placements, packed."""
    _require(by, provider_code)
    return _file(
        f"placements-{provider_code}.csv", bulk_placements.sheet(_listed(session, provider_code, today(now)))
    )


def recommend_trainees(
    session: Session, now: datetime, by: Principal, *, provider_code: str, content: str, dry_run: bool = False
) -> View:
    """Recommend everybody on a sheet who has a date, or nobody when anything is wrong."""
    _require(by, provider_code)
    listed = _listed(session, provider_code, today(now))
    found = bulk_recommendation.parse(csv_files.unpack(content), listed, now)
    chosen = [] if found.errors else sorted(found.met_on)
    for trainee_id in [] if dry_run else chosen:
        recommend(session, now, by, trainee_id=trainee_id, standards_met_on=found.met_on[trainee_id])
    return _answer(found.row_count, found.errors, chosen)


def place_trainees(
    session: Session, now: datetime, by: Principal, *, provider_code: str, content: str, dry_run: bool = False
) -> View:
    """Give the placement schools on a sheet to the trainees, or none when anything is wrong."""
    _require(by, provider_code)
    found = bulk_placements.parse(csv_files.unpack(content), _listed(session, provider_code, today(now)))
    chosen = [] if found.errors else sorted(id_ for id_, urns in found.schools.items() if urns)
    for trainee_id in [] if dry_run else chosen:
        row = records.locked(session, by, "trainee.arrange_placement", trainee_id)
        place(session, now, by, row, found.schools[trainee_id])
    return _answer(found.row_count, found.errors, chosen)


def place(
    session: Session, now: datetime, by: Principal, row: models.Trainee, schools: dict[int, str]
) -> None:
    """Name the schools; dates and mentors are arranged for each. Raises Conflict for one that was settled just now."""
    known = select(models.Placement).where(
        models.Placement.trainee_id == row.id, models.Placement.removed_at.is_(None)
    )
    placed = {one.number: one for one in session.scalars(known)}
    changes: records.Changes = {}
    for number, urn in schools.items():
        stored = placed.get(number)
        if stored is None:
            session.add(models.Placement(id=new_id(), trainee_id=row.id, number=number, school_urn=urn))
            changes[f"placement_{number}_urn"] = (None, urn)
        elif stored.school_urn != urn:
            if problem := bulk_placements.settled(records.placement(stored), urn):
                raise Conflict(f"{bulk_placements.PLACEMENTS[number - 1]} {problem}")
            changes[f"placement_{number}_urn"] = (stored.school_urn, urn)
            stored.school_urn = urn
    if changes:
        row.moved_on = True
        records.note(session, now, by, row.id, "trainee.arrange_placement", changes)


def _require(by: Principal, provider_code: str) -> None:
    relations = policy.provider_relations(by, provider_code)
    policy.PERMISSIONS.require(by, "trainee.recommend", relations)


def _listed(session: Session, provider_code: str, on: date) -> list[Listed]:
    """The provider's trainees with a TRN, with their placements, in the order of their names."""
    table = models.Trainee
    known = select(table).where(
        table.provider_code == provider_code, table.discarded_at.is_(None), table.trn.is_not(None)
    )
    rows = session.scalars(known.order_by(table.sort_name, table.id)).all()
    ids = [row.id for row in rows]
    placed, checked = placements_of(session, ids), checks_of(session, ids)
    return [_one(row, placed.get(row.id, []), missing(checked[row.id], on)) for row in rows]


def placements_of(session: Session, trainee_ids: list[UUID]) -> dict[UUID, list[Placement]]:
    """The placements of many trainees that stand, by one query."""
    table = models.Placement
    found: dict[UUID, list[Placement]] = {}
    known = select(table).where(table.trainee_id.in_(trainee_ids), table.removed_at.is_(None))
    for row in session.scalars(known.order_by(table.trainee_id, table.number)):
        found.setdefault(row.trainee_id, []).append(records.placement(row))
    return found


def _one(row: models.Trainee, placed: list[Placement], unchecked: tuple[str, ...]) -> Listed:
    known = records.trainee(row)
    return Listed(
        trainee=known,
        hesa_id=row.hesa_id or "",
        provider_trainee_id=row.provider_trainee_id or "",
        training_partner_urn=row.training_partner_urn or "",
        phase=phase(known.route, row.course_age_range),
        age_range=labels("course_age_range")[row.course_age_range],
        placements=placed,
        unchecked=unchecked,
    )


def _file(name: str, text: str) -> View:
    rows = max(0, len(text.splitlines()) - 2)
    return {"file_name": name, "rows": rows, "content": csv_files.pack(text.encode())}


def _answer(rows: int, errors: tuple[RowError, ...], chosen: list[UUID]) -> View:
    said = [{"row": e.row, "column": e.column, "value": e.value[:100], "message": e.message} for e in errors]
    return {"rows": rows, "error_count": len(said), "errors": said[:1000], "trainee_ids": chosen}
