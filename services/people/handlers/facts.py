"""Projections: every fact about a person is stored once, and moves the standing when its type may.

Replayable in any order: rows are keyed by the event's id, and the standing is folded from all of them.
"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.people.domain.details import HEARSAY, Detail, described_part
from services.people.domain.facts import PersonFact as FoldedFact
from services.people.domain.facts import moves_stage
from services.people.domain.identity import birth_hash
from services.people.domain.timeline import details_of, parts_of
from services.people.handlers import batch
from services.people.handlers.persons import store_detail
from services.people.handlers.standing import stand
from services.people.hash_key import hash_key
from services.people.models import PersonFact, PersonTrn
from shared import aliases
from shared.events import Event, Person
from shared.events.leadership import NominationLapsed, NominationProposed
from shared.events.people import PersonMerged, PersonSeparated
from shared.messaging import Fact


def record_fact(session: Session, fact: Fact[Event]) -> None:
    """Store the fact for each person whom it names, and fold those whose stage it may move."""
    _record_alias(session, fact)
    for part in parts_of(type(fact.event)):
        person_id: UUID | None = getattr(fact.event, part)
        if person_id is not None:
            _record(session, fact, part, person_id)
    if moves_stage(fact.type):
        for person_id in _moved(fact.event):
            stand(session, person_id, fact.now)


def record_details(session: Session, fact: Fact[Any]) -> None:
    """Keep what the event tells of a name and contact; the date of birth only as a keyed hash."""
    told: Person | None = fact.event.person
    if told is None:
        return
    detail = Detail(
        id=fact.id,
        at=fact.occurred_at,
        sequence=fact.sequence,
        first_names=told.first_names,
        last_name=told.last_name,
        email=told.email,
        sex=told.sex,
        birth=birth_hash(hash_key(), told.date_of_birth),
        hearsay=fact.type in HEARSAY,
    )
    store_detail(session, getattr(fact.event, described_part(type(fact.event))), detail)


def record_trn(session: Session, fact: Fact[Any]) -> None:
    """Keep to whom a teacher reference number belongs."""
    row = {"trn": fact.event.trn, "person_id": fact.event.person_id}
    session.execute(insert(PersonTrn).values(row).on_conflict_do_nothing())


def _record(session: Session, fact: Fact[Event], part: str, person_id: UUID) -> None:
    details = details_of(fact.event, part)
    if moves_stage(fact.type, part):
        stored = FoldedFact(fact.id, fact.type, fact.subject, fact.sequence, fact.occurred_at, part, details)
        batch.held(session, person_id).facts.setdefault(fact.id, stored)
    row = (str(fact.id), part, str(person_id), fact.type, fact.subject, fact.source, fact.sequence)
    batch.keep(session, (*row, fact.occurred_at, _actor(session, fact), json.dumps(details)))


def _actor(session: Session, fact: Fact[Event]) -> str | None:
    """Who made the fact known; of a nomination that lapsed nobody, whichever of its facts comes first."""
    if isinstance(fact.event, NominationLapsed):
        batch.store(session)
        session.execute(update(PersonFact).where(PersonFact.subject == fact.subject).values(actor=None))
        return None
    if isinstance(fact.event, NominationProposed):
        lapsed = exists().where(
            PersonFact.person_id == fact.event.person_id,
            PersonFact.subject == fact.subject,
            PersonFact.type == NominationLapsed.TYPE,
        )
        batch.store(session)
        return None if session.scalar(select(lapsed)) else fact.actor
    return fact.actor


def _record_alias(session: Session, fact: Fact[Any]) -> None:
    """A merge is folded with the alias that it makes, also when the alias's own projection comes later."""
    if isinstance(fact.event, PersonMerged):
        aliases.record_merge(session, fact)
        batch.regroup(session)
    elif isinstance(fact.event, PersonSeparated):
        aliases.record_separation(session, fact)
        batch.regroup(session)


def _moved(event: Any) -> list[UUID]:
    return [event.person_id, *([event.merged_id] if isinstance(event, PersonSeparated) else [])]
