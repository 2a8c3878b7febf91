"""Identity: whoever is met for the first time is somebody new, somebody known, or for a person to decide."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from services.people.domain.details import described_part
from services.people.domain.identity import (
    MATCH_TRANSITIONS,
    Likeness,
    MatchState,
    Verdict,
    decide,
    likeness,
    ni_number_hash,
)
from services.people.domain.names import Names
from services.people.domain.policy import PERMISSIONS, person_relations
from services.people.domain.synonyms import meanings
from services.people.handlers import batch
from services.people.handlers.persons import family, identity_of, locked, one_locked
from services.people.hash_key import hash_key
from services.people.models import Match, Person
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.database.tables import PERSON_ALIAS
from shared.errors import Conflict, Invalid, NotFound
from shared.events.people import PersonIdentified, PersonMerged, PersonSeparated
from shared.ids import new_id
from shared.messaging import Fact, publish
from shared.paging import page
from shared.policy import Principal

MIDDLE_NAME_TOO = 3


def meet(session: Session, fact: Fact[Any]) -> None:
    """Reaction to an event that describes a person: confirm a new one, merge a definite match, queue possible ones."""
    person_id: UUID = getattr(fact.event, described_part(type(fact.event)))
    if fact.event.person is None or resolve(session, person_id) != person_id:
        return
    if _consider(session, session.get_one(Person, person_id), fact.now) is None:
        _identify(session, one_locked(session, person_id), fact.now, met_by=fact.source)


def give_ni_number(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, national_insurance_number: str
) -> Person:
    """Add the NI number to the match; it is kept as a keyed hash alone. Gives the person, merged or not.

    Raises NotFound, NotAllowed, Invalid (not an NI number).
    """
    present = resolve(session, person_id)
    PERMISSIONS.require(by, "ni_number.give", person_relations(by, known_as(session, present)))
    hashed = ni_number_hash(hash_key(), national_insurance_number)
    person = session.get(Person, present)
    if person is None:
        raise NotFound(f"There is no person {person_id}.")
    _lock_number(session, hashed)
    if hashed != person.ni_number_hash:
        person.ni_number_hash = hashed
        _consider(session, person, now)
        audit(session, by, now, action="person.give_ni_number", subject=f"person/{present}")
    return one_locked(session, resolve(session, present))


def _lock_number(session: Session, hashed: str) -> None:
    """One at a time: two people who give the same number at once cannot both find nobody."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(hashed, 0))))


def duplicates(
    session: Session, now: datetime, by: Principal, *, limit: int = 50, after: str | None = None
) -> dict[str, Any]:
    """Pairs that wait for a decision, the likeliest first."""
    PERMISSIONS.require(by, "match.list")
    waiting = select(Match).where(Match.state == MatchState.WAITING)
    found = page(session, waiting, order=(Match.score, Match.id), limit=limit, after=after, descending=True)
    ids = {id_ for match in found["items"] for id_ in (match.one_id, match.other_id)}
    people = {p.id: p for p in session.scalars(select(Person).where(Person.id.in_(ids)))}
    return {"items": [_pair(match, people) for match in found["items"]], "next": found["next"]}


def merge(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, merged_id: UUID, reason: str
) -> dict[str, Any]:
    """A person decides: ``merged_id`` is the same person as ``person_id``, who stays. Asked again, it is so already.

    Raises NotFound, NotAllowed, Invalid (one id twice).
    """
    PERMISSIONS.require(by, "match.decide")
    if person_id == merged_id:
        raise Invalid.field("merged_id", "must be another id than person_id")
    stays, goes = _both(session, person_id, merged_id)
    if stays != goes:
        _merge(session, now, stays, goes)
        _audit(session, now, by, "person.merge", stays, goes, reason)
    return {"person_id": stays, "merged_id": goes if goes != stays else merged_id}


def separate(
    session: Session, now: datetime, by: Principal, *, merged_id: UUID, reason: str
) -> dict[str, Any]:
    """Undo a merge: ``merged_id`` is a person of their own again.

    Raises NotFound, NotAllowed, Conflict (it is not merged into anybody).
    """
    PERMISSIONS.require(by, "match.decide")
    stays, merged = _merged_into(session, merged_id)
    at = _note_alias(session, now, merged_id, stays, separated=1)
    _decide(session, now, stays, merged_id, "separate")
    publish(session, PersonSeparated(occurred_at=at, person_id=stays, merged_id=merged_id))
    _identify(session, merged, now, met_by="people")
    _audit(session, now, by, "person.separate", stays, merged_id, reason)
    return {"person_id": stays, "merged_id": merged_id}


def _both(session: Session, one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The ids that two people go by, locked: who waited for the rows asks again what they mean. Raises NotFound."""
    while True:
        present = resolve(session, one), resolve(session, other)
        if missing := set(present) - locked(session, present).keys():
            raise NotFound(f"There is no person {missing.pop()}.")
        if present == (resolve(session, one), resolve(session, other)):
            return present


def _merged_into(session: Session, merged_id: UUID) -> tuple[UUID, Person]:
    """Whom the id was merged into, and the person of the id; both locked. Raises Conflict."""
    into = select(PERSON_ALIAS.c.person_id).where(
        PERSON_ALIAS.c.merged_id == merged_id, PERSON_ALIAS.c.separated == 0
    )
    while (stays := session.scalar(into)) is not None:
        merged = locked(session, {stays, merged_id})[merged_id]
        if session.scalar(into) == stays:
            return stays, merged
    raise Conflict(f"{merged_id} is not merged into anybody.")


def keep_apart(
    session: Session, now: datetime, by: Principal, *, match_id: UUID, reason: str
) -> dict[str, Any]:
    """A person decides: these are two. Raises NotFound, NotAllowed, TransitionNotAllowed."""
    PERMISSIONS.require(by, "match.decide")
    match = session.get(Match, match_id, with_for_update=True)
    if match is None:
        raise NotFound(f"There is no match {match_id}.")
    match.state, match.decided_at = MATCH_TRANSITIONS.next(MatchState(match.state), "keep_apart"), now
    _audit(session, now, by, "match.keep_apart", match.one_id, match.other_id, reason)
    return {"match_id": match.id, "state": match.state}


def _identify(session: Session, person: Person, now: datetime, *, met_by: str) -> None:
    if person.identified_at is None:
        person.identified_at = now
        publish(session, PersonIdentified(occurred_at=now, person_id=person.id, met_by=met_by))


def _consider(session: Session, person: Person, now: datetime) -> UUID | None:
    """Compare with those who may be the same; gives the id of a definite match, into which the person was merged."""
    verdict = _verdict(session, person)
    if verdict.same_as is not None:
        stays, goes = _both(session, verdict.same_as, person.id)
        if stays != goes:
            _merge(session, now, stays, goes)
        return stays
    for other_id, alike in verdict.possible:
        _wait(session, now, person.id, other_id, alike)
    return None


def _verdict(session: Session, person: Person) -> Verdict:
    _, own = family(session, person.id)
    candidates = session.scalars(select(Person).where(_may_be(person), Person.id.not_in(own)))
    known = [identity_of(row, resolve(session, row.id)) for row in candidates]
    apart = _kept_apart(session, own)
    return decide(identity_of(person), [k for k in known if k.person_id not in apart])


def _may_be(person: Person) -> Any:
    """Everybody who could share enough, found by indexes: birth, NI number, e-mail, or all three names."""
    names = Names.of(person.first_names, person.last_name).given
    ways = [Person.birth_hash == person.birth_hash] if person.birth_hash else []
    ways += [Person.ni_number_hash == person.ni_number_hash] if person.ni_number_hash else []
    ways += [Person.email_key == person.email_key] if person.email_key else []
    if len(names) == MIDDLE_NAME_TOO:
        ways.append(
            and_(*(Person.name_keys.op("?|")(cast(sorted(meanings(name)), ARRAY(Text))) for name in names))
        )
    return or_(False, *ways)


def _kept_apart(session: Session, own: set[UUID]) -> set[UUID]:
    pairs = select(Match).where(
        or_(Match.one_id.in_(own), Match.other_id.in_(own)), Match.state == MatchState.APART
    )
    others = [m.other_id if m.one_id in own else m.one_id for m in session.scalars(pairs)]
    return {resolve(session, id_) for id_ in others}


def _wait(session: Session, now: datetime, person_id: UUID, other_id: UUID, alike: Likeness) -> None:
    """The pair waits for a decision; one that was decided stays decided."""
    row = {
        "id": new_id(),
        "one_id": min(person_id, other_id),
        "other_id": max(person_id, other_id),
        "state": MatchState.WAITING,
        "score": alike.score,
        "shared": alike.shared,
        "found_at": now,
    }
    statement = (
        insert(Match)
        .values(row)
        .on_conflict_do_update(
            index_elements=[Match.one_id, Match.other_id],
            set_={"score": alike.score, "shared": alike.shared},
            where=Match.state == MatchState.WAITING,
        )
    )
    session.execute(statement)


def _merge(session: Session, now: datetime, stays: UUID, goes: UUID) -> None:
    """Publish it, and know it at once: the next event of this batch may be about the same person."""
    one, other = (session.get_one(Person, id_) for id_ in (stays, goes))
    _wait(session, now, stays, goes, likeness(identity_of(one), identity_of(other)))
    _decide(session, now, stays, goes, "merge")
    at = _note_alias(session, now, goes, stays, separated=0)
    publish(session, PersonMerged(occurred_at=at, person_id=stays, merged_id=goes))


def _decide(session: Session, now: datetime, one: UUID, other: UUID, event: str) -> None:
    """Move every match between the ids of two people: their own pair, and those of ids merged into them."""
    ones, others = known_as(session, one), known_as(session, other)
    between = or_(
        and_(Match.one_id.in_(ones), Match.other_id.in_(others)),
        and_(Match.one_id.in_(others), Match.other_id.in_(ones)),
    )
    for match in session.scalars(select(Match).where(between).order_by(Match.id).with_for_update()):
        state = MatchState(match.state)
        if event in MATCH_TRANSITIONS.allowed(state):
            match.state, match.decided_at = MATCH_TRANSITIONS.next(state, event), now
    session.flush()


def _note_alias(
    session: Session, now: datetime, merged_id: UUID, person_id: UUID, *, separated: int
) -> datetime:
    """Gives when it happened: after the last word about the id, for by that everybody knows the latest."""
    said = session.scalar(select(PERSON_ALIAS.c.occurred_at).where(PERSON_ALIAS.c.merged_id == merged_id))
    at = now if said is None or said < now else said + timedelta(microseconds=1)
    row = {
        "merged_id": merged_id,
        "person_id": person_id,
        "separated": separated,
        "occurred_at": at,
        "sequence": 0,
    }
    statement = insert(PERSON_ALIAS).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["merged_id"], set_=row))
    batch.regroup(session)
    return at


def _audit(
    session: Session, now: datetime, by: Principal, action: str, one: UUID, other: UUID, reason: str
) -> None:
    for subject, told in ((one, other), (other, one)):
        audit(
            session, by, now, action=action, subject=f"person/{subject}", why=reason, changes={"other": told}
        )


def _pair(match: Match, people: dict[UUID, Person]) -> dict[str, Any]:
    return {
        "match_id": match.id,
        "score": match.score,
        "shared": match.shared,
        "found_at": match.found_at,
        "one": people[match.one_id],
        "other": people[match.other_id],
    }
