"""Leading, coaching and mentoring are recorded for the person: leadership listens."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.cpd import models as m
from shared.events.cpd import ContributionRecorded
from shared.ids import new_id
from shared.messaging import publish


def contribute(
    session: Session,
    now: datetime,
    *,
    source: str,
    person_id: UUID,
    kind: str,
    what: str,
    school_urn: str | None,
    contributed_on: date,
    people_reached: int,
    hours_hundredths: int,
    activity_id: UUID | None = None,
) -> UUID:
    """Tell a contribution; told again with other figures it keeps its id. Gives the id."""
    row = {"source": source, "person_id": person_id, "kind": kind, "contributed_on": contributed_on}
    session.execute(insert(m.CONTRIBUTION).values(**row, id=new_id()).on_conflict_do_nothing())
    id_: UUID = session.execute(
        select(m.CONTRIBUTION.c.id).where(m.CONTRIBUTION.c.source == source)
    ).scalar_one()
    publish(
        session,
        ContributionRecorded(
            occurred_at=now,
            contribution_id=id_,
            person_id=person_id,
            kind=kind,
            what=what,
            school_urn=school_urn,
            contributed_on=contributed_on,
            people_reached=people_reached,
            hours_hundredths=hours_hundredths,
            activity_id=activity_id,
        ),
    )
    return id_
