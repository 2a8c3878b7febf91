"""Merged people: rows keep the id that they came with, and aliases are resolved on read, so a merge can be undone."""

from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database.tables import PERSON_ALIAS as A
from shared.events.people import PersonMerged, PersonSeparated
from shared.messaging.envelope import Fact


def resolve(session: Session, person_id: UUID) -> UUID:
    """The id that the person goes by now."""
    seen = {person_id}
    while (found := _merged_into(session, person_id)) is not None and found not in seen:
        seen.add(found)
        person_id = found
    return person_id


def _merged_into(session: Session, person_id: UUID) -> UUID | None:
    into: UUID | None = session.scalar(
        select(A.c.person_id).where(A.c.merged_id == person_id, A.c.separated == 0)
    )
    return into


def known_as(session: Session, person_id: UUID) -> set[UUID]:
    """Every id that means this person: the present one and all that were merged into it."""
    ids = {resolve(session, person_id)}
    while True:
        merged = set(session.scalars(select(A.c.merged_id).where(A.c.person_id.in_(ids), A.c.separated == 0)))
        if merged <= ids:
            return ids
        ids |= merged


def record_merge(session: Session, fact: Fact[PersonMerged]) -> None:
    """Projection of a merge: the latest word about a merged id stands, in any order of arrival."""
    _record(session, fact, separated=0)


def record_separation(session: Session, fact: Fact[PersonSeparated]) -> None:
    """Projection of a merge undone."""
    _record(session, fact, separated=1)


def _record(session: Session, fact: Fact[PersonMerged] | Fact[PersonSeparated], *, separated: int) -> None:
    row = {
        "merged_id": fact.event.merged_id,
        "person_id": fact.event.person_id,
        "separated": separated,
        "occurred_at": fact.occurred_at,
        "sequence": fact.sequence,
    }
    newer = tuple_(A.c.occurred_at, A.c.sequence) < tuple_(fact.occurred_at, fact.sequence)
    statement = insert(A).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=[A.c.merged_id], set_=row, where=newer))
