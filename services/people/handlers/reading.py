"""Questions about people: who they are, where they stand, what happened to them."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.people.domain import timeline as lines
from services.people.domain import trns
from services.people.domain.facts import PersonFact as Fact
from services.people.domain.names import search_text, search_words
from services.people.domain.policy import PERMISSIONS, person_relations
from services.people.domain.stages import Flag, Stage
from services.people.handlers.sight import providers_of, schools_that_see, to_domain
from services.people.models import Person, PersonFact, PersonTrn, RolePeriod
from shared.aliases import known_as, resolve
from shared.database.tables import PERSON_ALIAS
from shared.errors import Invalid, NotFound
from shared.paging import page
from shared.policy import Principal

TRN = re.compile(r"[0-9]{7}\Z")
MAX_CANDIDATES = 50


def timeline(session: Session, now: datetime, by: Principal, *, query: str) -> dict[str, Any]:
    """Everything that happened to the person of that name, TRN or id; for a name of several people, who they are.

    Raises NotFound (also for somebody whom the caller may not read), Invalid (nothing to look for).
    """
    found = [p for p in _matching(session, query) if _may(session, by, "timeline.read", p.id)]
    if not found:
        raise NotFound(f"Nobody is known as {query!r}.")
    if len(found) > 1:
        return {"person": None, "entries": [], "candidates": _summaries(session, found)}
    return _timeline(session, by, found[0])


def my_timeline(session: Session, now: datetime, by: Principal) -> dict[str, Any]:
    """The caller's own timeline, with what nobody else sees. Raises NotFound when the caller is not a known person."""
    return _timeline(session, by, _present(session, _own_id(by)))


def find(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    search: str = "",
    stage: str | None = None,
    sort: str = "name",
    limit: int = 50,
    after: str | None = None,
) -> dict[str, Any]:
    """People whose name, TRN or id fits, in pages sorted by ``name`` or ``stage``."""
    PERMISSIONS.require(by, "person.find")
    statement = select(Person).where(_is_present(), Person.identified_at.is_not(None))
    if search.strip():
        statement = statement.where(_fits(session, search))
    if stage is not None:
        statement = statement.where(Person.stage == stage)
    by_name = (Person.sort_name, Person.id)
    order = by_name if sort == "name" else (Person.stage_rank, *by_name)
    found = page(session, statement, order=order, limit=limit, after=after)
    return {"items": _summaries(session, found["items"]), "next": found["next"]}


def get_person(session: Session, now: datetime, by: Principal, *, person_id: UUID) -> dict[str, Any]:
    """The person whom the id means now, with stage and role periods. Raises NotFound (also for who may not be read)."""
    person = _present(session, person_id)
    if not _may(session, by, "person.read", person.id):
        raise NotFound(f"There is no person {person_id}.")
    ids = known_as(session, person.id)
    roles = (
        select(RolePeriod).where(RolePeriod.person_id.in_(ids)).order_by(RolePeriod.begins_on, RolePeriod.id)
    )
    (summary,) = _summaries(session, [person])
    return {
        **summary,
        "email": person.email,
        "gaps": person.gaps,
        "roles": list(session.scalars(roles)),
        "known_as": sorted(ids - {person.id}),
    }


def stage_counts(session: Session, now: datetime, by: Principal) -> dict[str, Any]:
    """How many people stand at each stage, and how many of them are paused, barred or suspended."""
    PERMISSIONS.require(by, "stage.count")
    statement = (
        select(Person.stage, Person.flag, func.count())
        .where(_is_present(), Person.identified_at.is_not(None))
        .group_by(Person.stage, Person.flag)
    )
    counted = {(stage, flag): number for stage, flag, number in session.execute(statement)}
    stages = [_count(stage, {flag: counted.get((stage, flag), 0) for flag in Flag}) for stage in Stage]
    return {"stages": stages, "people": sum(counted.values())}


def _count(stage: Stage, of_flag: dict[Flag, int]) -> dict[str, Any]:
    flagged = {flag.value: number for flag, number in of_flag.items() if flag is not Flag.NONE}
    people = sum(of_flag.values())
    return {"stage": stage, "label": stage.label, "rank": stage.rank, "people": people, **flagged}


def _timeline(session: Session, by: Principal, person: Person) -> dict[str, Any]:
    ids = known_as(session, person.id)
    rows = session.scalars(select(PersonFact).where(PersonFact.person_id.in_(ids)))
    facts = [lines.Recorded(to_domain(row), row.source, row.actor) for row in rows]
    own = any(by.is_person(id_) for id_ in ids)
    entries = lines.entries(facts, own=own, names=_names(session, {f.actor for f in facts}))
    (summary,) = _summaries(session, [person])
    return {"person": summary, "entries": entries, "candidates": []}


def _names(session: Session, actors: set[str | None]) -> dict[str, str]:
    """What the actors who are people are called."""
    ids = {id_ for actor in actors if (id_ := _as_id(actor or "")) is not None}
    rows = session.scalars(select(Person).where(Person.id.in_(ids), Person.last_name != ""))
    return {str(row.id): f"{row.first_names} {row.last_name}" for row in rows}


def _matching(session: Session, query: str) -> list[Person]:
    if not query.strip():
        raise Invalid.field("query", "must be a name, a teacher reference number or an id")
    statement = select(Person).where(_is_present(), _fits(session, query))
    found = list(session.scalars(statement.order_by(Person.sort_name, Person.id).limit(MAX_CANDIDATES)))
    exact = [p for p in found if p.search_text == search_text(query)]
    return exact if len(exact) == 1 else found


def _fits(session: Session, query: str) -> Any:
    """The condition that a person is meant: by id, by TRN, or by every word of the name (also a merged id's)."""
    if (id_ := _as_id(query)) is not None:
        return Person.id == resolve(session, id_)
    if TRN.match(query.strip()):
        given = session.scalars(select(PersonTrn.person_id).where(PersonTrn.trn == query.strip()))
        return Person.id.in_({resolve(session, person_id) for person_id in given})
    words = search_words(query)
    merged = aliased(Person)
    of_merged = (
        select(PERSON_ALIAS.c.person_id)
        .join(merged, merged.id == PERSON_ALIAS.c.merged_id)
        .where(PERSON_ALIAS.c.separated == 0, *(merged.search_text.like(f"% {word}%") for word in words))
    )
    by_name = [Person.search_text.like(f"% {word}%") for word in words]
    return or_(_all(by_name), Person.id.in_(of_merged)) if words else Person.id.is_(None)


def _all(conditions: Iterable[Any]) -> Any:
    first, *others = conditions
    for condition in others:
        first = first & condition
    return first


def _is_present() -> Any:
    """Not merged into somebody."""
    return ~exists().where(PERSON_ALIAS.c.merged_id == Person.id, PERSON_ALIAS.c.separated == 0)


def _present(session: Session, person_id: UUID) -> Person:
    person = session.get(Person, resolve(session, person_id))
    if person is None:
        raise NotFound(f"There is no person {person_id}.")
    return person


def _own_id(by: Principal) -> UUID:
    id_ = _as_id(by.id)
    if id_ is None:
        raise NotFound(
            "You are not a person of the continuum: a person's own timeline is asked for by that person."
        )
    return id_


def _may(session: Session, by: Principal, action: str, person_id: UUID) -> bool:
    if PERMISSIONS.allows(by, action):
        return True
    ids = known_as(session, person_id)
    relations = person_relations(
        by, ids, school_urns=schools_that_see(session, ids), provider_codes=providers_of(session, ids)
    )
    return PERMISSIONS.allows(by, action, relations)


def _summaries(session: Session, people: list[Person]) -> list[dict[str, Any]]:
    numbers = _trns(session, people)
    return [
        {
            "person_id": person.id,
            "first_names": person.first_names,
            "last_name": person.last_name,
            "trn": next(iter(numbers[person.id]), None),
            "other_trns": numbers[person.id][1:],
            "stage": person.stage,
            "stage_label": Stage(person.stage).label,
            "flag": person.flag,
        }
        for person in people
    ]


def _trns(session: Session, people: list[Person]) -> dict[UUID, list[str]]:
    """Each person's teacher reference numbers, those of merged ids too; the one that counts comes first."""
    ids = {person.id: person.id for person in people}
    statement: Select[Any] = select(PERSON_ALIAS.c.merged_id, PERSON_ALIAS.c.person_id).where(
        PERSON_ALIAS.c.person_id.in_(list(ids)), PERSON_ALIAS.c.separated == 0
    )
    ids |= {merged_id: person_id for merged_id, person_id in session.execute(statement)}
    given: dict[UUID, set[str]] = {person.id: set() for person in people}
    for row in session.scalars(select(PersonTrn).where(PersonTrn.person_id.in_(ids))):
        given[ids[row.person_id]].add(row.trn)
    facts: dict[UUID, list[Fact]] = {person.id: [] for person in people}
    telling = select(PersonFact).where(PersonFact.person_id.in_(ids), PersonFact.type.in_(trns.TELLING))
    for fact in session.scalars(telling):
        facts[ids[fact.person_id]].append(to_domain(fact))
    return {id_: trns.in_order(given[id_], facts[id_]) for id_ in given}


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
