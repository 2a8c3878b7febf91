"""What a batch holds in its session: facts to be stored by one statement, and the people whose facts it folds.

One statement a batch instead of several a fact is most of the rate at which people follows the other services.
A person is locked and read once; what the batch adds to their facts is added here too. A merge or a
separation changes who belongs together: everything held is stored and read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from services.people.domain import facts as domain
from services.people.handlers.persons import ensured, family
from services.people.models import Person, PersonFact

_ROWS, _HELD = "people.rows", "people.held"
FOLDED_TYPES = sorted({*domain.EFFECTS, domain.VOIDING})
_FOLDED = (
    PersonFact.event_id,
    PersonFact.type,
    PersonFact.subject,
    PersonFact.sequence,
    PersonFact.occurred_at,
    PersonFact.part,
    PersonFact.details,
)
COLUMNS = (
    ("event_id", "uuid"),
    ("part", "text"),
    ("person_id", "uuid"),
    ("type", "text"),
    ("subject", "text"),
    ("source", "text"),
    ("sequence", "bigint"),
    ("occurred_at", "timestamptz"),
    ("actor", "text"),
    ("details", "text"),
)
_NAMES = ", ".join(name for name, _ in COLUMNS)
_STORE = (
    f"INSERT INTO {PersonFact.__tablename__} ({_NAMES})"
    f" SELECT {_NAMES.replace('details', 'details::jsonb')}"
    f" FROM unnest({', '.join(f'%s::{kind}[]' for _, kind in COLUMNS)}) AS f({_NAMES})"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A person, locked, under every id that means them, with the facts that the fold needs."""

    person: Person
    ids: frozenset[UUID]
    facts: dict[UUID, domain.PersonFact]


def held(session: Session, person_id: UUID) -> Held:
    """The person, read once in a session; made if there is none."""
    everybody: dict[UUID, Held] = session.info.setdefault(_HELD, {})
    if (found := everybody.get(person_id)) is None:
        found = _read(session, person_id)
        everybody.update(dict.fromkeys(found.ids, found))
    return found


def keep(session: Session, row: Sequence[Any]) -> None:
    """Store the row (in the order of ``COLUMNS``) before the commit; one that is there already stays as it is."""
    session.info.setdefault(_ROWS, []).append(row)


def store(session: Session) -> None:
    """Store what is kept now: the caller is about to read facts."""
    if rows := session.info.pop(_ROWS, None):
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        session.connection().exec_driver_sql(_STORE, columns)


def regroup(session: Session) -> None:
    """Other ids belong together from now on."""
    store(session)
    session.info.pop(_HELD, None)


def _read(session: Session, person_id: UUID) -> Held:
    present, ids = family(session, person_id)
    person = ensured(session, present)
    statement = select(*_FOLDED).where(
        PersonFact.person_id.in_(ids), PersonFact.part == "person_id", PersonFact.type.in_(FOLDED_TYPES)
    )
    facts = (domain.PersonFact(*row) for row in session.execute(statement))
    return Held(person, frozenset(ids), {fact.id: fact for fact in facts})


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    regroup(session)


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    session.info.pop(_ROWS, None)
    session.info.pop(_HELD, None)
