"""Persons as rows: found, locked in id order, and their details folded."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.people.domain.details import Detail, fold_details
from services.people.domain.identity import Identity, tidy_email
from services.people.domain.names import Names
from services.people.models import Person, PersonDetail
from shared.aliases import known_as, resolve
from shared.database.tables import PERSON_ALIAS as ALIAS
from shared.errors import NotFound


def ensure(session: Session, person_id: UUID) -> None:
    """There is a row for the id: facts may come before the fact that introduces the person."""
    session.execute(insert(Person).values(id=person_id).on_conflict_do_nothing())


def family(session: Session, person_id: UUID) -> tuple[UUID, set[UUID]]:
    """The id that the person goes by, and every id that means them; for most people one question finds that out."""
    both = or_(ALIAS.c.merged_id == person_id, ALIAS.c.person_id == person_id)
    if session.scalar(select(exists().where(both, ALIAS.c.separated == 0))):
        return resolve(session, person_id), known_as(session, person_id)
    return person_id, {person_id}


def ensured(session: Session, person_id: UUID) -> Person:
    """The person of the id, locked; made if there is none."""
    if (found := locked(session, [person_id]).get(person_id)) is None:
        ensure(session, person_id)
        found = one_locked(session, person_id)
    return found


def locked(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The persons of these ids, locked in id order."""
    statement = select(Person).where(Person.id.in_(list(ids))).order_by(Person.id).with_for_update()
    rows = session.scalars(statement.execution_options(populate_existing=True))
    return {row.id: row for row in rows}


def one_locked(session: Session, person_id: UUID) -> Person:
    """The person, locked. Raises NotFound."""
    if (row := locked(session, [person_id]).get(person_id)) is None:
        raise NotFound(f"There is no person {person_id}.")
    return row


def store_detail(session: Session, person_id: UUID, detail: Detail) -> None:
    """Keep what was told, once, and fold the person's details again."""
    ensure(session, person_id)
    values = {
        "id": detail.id,
        "person_id": person_id,
        "at": detail.at,
        "sequence": detail.sequence,
        "first_names": detail.first_names,
        "last_name": detail.last_name,
        "email": detail.email,
        "sex": detail.sex,
        "birth_hash": detail.birth,
        "hearsay": detail.hearsay,
    }
    kept = session.execute(
        insert(PersonDetail).values(values).on_conflict_do_nothing().returning(PersonDetail.id)
    )
    if kept.scalar() is not None:
        _fold(session, person_id)


def _fold(session: Session, person_id: UUID) -> None:
    person = one_locked(session, person_id)
    rows = session.scalars(select(PersonDetail).where(PersonDetail.person_id == person_id))
    details = fold_details(_detail(row) for row in rows)
    person.first_names, person.last_name = details.first_names, details.last_name
    person.email, person.sex, person.birth_hash = details.email, details.sex, details.birth
    person.search_text, person.sort_name = details.search_text, details.sort_name
    person.name_keys, person.email_key = sorted(details.names.keys), tidy_email(details.email)
    session.flush()


def _detail(row: PersonDetail) -> Detail:
    told = (row.id, row.at, row.sequence, row.first_names, row.last_name, row.email, row.sex, row.birth_hash)
    return Detail(*told, hearsay=row.hearsay)


def identity_of(person: Person, known_by: UUID | None = None) -> Identity:
    """What matching compares; ``known_by`` is the id that the person goes by now."""
    return Identity(
        known_by or person.id,
        Names.of(person.first_names, person.last_name),
        person.birth_hash,
        person.email_key,
        person.sex,
        person.ni_number_hash,
    )
