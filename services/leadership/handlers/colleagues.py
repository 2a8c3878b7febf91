"""Reading what leadership holds of a person, under every id that means them."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.leadership.models import Colleague, Employment

LONDON = ZoneInfo("Europe/London")


def london(moment: datetime) -> date:
    """The day that people in England mean by a moment."""
    return moment.astimezone(LONDON).date()


def end_of(day: date) -> datetime:
    """The moment at which the day is over in England."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def hold(session: Session, person_id: UUID) -> None:
    """One decision about a person at a time: their row is locked, and made if there is none."""
    session.execute(insert(Colleague).values(id=person_id).on_conflict_do_nothing())
    session.execute(select(Colleague.id).where(Colleague.id == person_id).with_for_update())


def rows_of(session: Session, ids: Collection[UUID]) -> list[Colleague]:
    """What is known under these ids."""
    return list(
        session.scalars(
            select(Colleague).where(Colleague.id.in_(ids)).execution_options(populate_existing=True)
        )
    )


def schools_of(session: Session, ids: Collection[UUID], on: date) -> set[str]:
    """The schools at which the person works on that day."""
    rows = session.scalars(select(Employment).where(Employment.person_id.in_(ids)))
    return {row.school_urn for row in rows if row.ended_on is None or on < row.ended_on}
