"""The standing of a person: folded into the row, and told when it is another than the one told last."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.people.domain import facts as domain
from services.people.domain.folding import days_to_fold_again, fold
from services.people.domain.words import LONDON, london
from services.people.handlers.persons import ensure, locked
from services.people.models import Person, PersonFact
from shared.aliases import known_as, resolve
from shared.events import Event
from shared.events.people import PersonSeparated, StageChanged
from shared.messaging import Fact, publish
from shared.timers import schedule

FOLD_AGAIN = "fold_again"
FOLDED_TYPES = sorted({*domain.EFFECTS, domain.VOIDING})


def stand(session: Session, person_id: UUID, now: datetime) -> None:
    """Fold the person's facts, those of every id that means them, into the row of the id they go by."""
    present = resolve(session, person_id)
    ensure(session, present)
    person = locked(session, [present])[present]
    person.as_of = max(now, person.as_of or now)
    standing = fold(facts_of(session, present), london(person.as_of))
    person.stage, person.stage_rank = standing.stage, standing.stage.rank
    person.flag, person.gaps = standing.flag, list(standing.gaps)
    session.flush()


def facts_of(session: Session, person_id: UUID) -> list[domain.PersonFact]:
    """What the fold needs of a person's facts."""
    statement = select(PersonFact).where(
        PersonFact.person_id.in_(known_as(session, person_id)),
        PersonFact.part == "person_id",
        PersonFact.type.in_(FOLDED_TYPES),
    )
    return [to_domain(row) for row in session.scalars(statement)]


def to_domain(row: PersonFact) -> domain.PersonFact:
    """A stored fact as the domain knows it."""
    return domain.PersonFact(
        row.event_id, row.type, row.subject, row.sequence, row.occurred_at, row.part, row.details
    )


def tell_stage(session: Session, fact: Fact[Event]) -> None:
    """Reaction to whatever may move a stage: publish the change, and set the timer for role periods to come."""
    ids = {fact.event.person_id}  # type: ignore[attr-defined]
    if isinstance(fact.event, PersonSeparated):
        ids.add(fact.event.merged_id)
    for person_id in sorted({resolve(session, id_) for id_ in ids}):
        _tell(session, person_id, fact.now)


def fold_again(session: Session, now: datetime, subject: str) -> None:
    """Timer: a role period began or ended by its date."""
    person_id = resolve(session, UUID(subject.removeprefix("person/")))
    stand(session, person_id, now)
    _tell(session, person_id, now)


def _tell(session: Session, person_id: UUID, now: datetime) -> None:
    person = locked(session, [person_id])[person_id]
    if (person.stage, person.flag) != (person.told_stage, person.told_flag):
        publish(session, _change(person, now))
        person.told_stage, person.told_flag = person.stage, person.flag
    days = days_to_fold_again(facts_of(session, person_id), london(person.as_of or now))
    if days:
        schedule(session, _beginning_of(days[0]), FOLD_AGAIN, f"person/{person_id}")


def _change(person: Person, now: datetime) -> StageChanged:
    return StageChanged(
        occurred_at=now,
        person_id=person.id,
        from_stage=person.told_stage,
        stage=person.stage,
        flag=person.flag,
    )


def _beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
