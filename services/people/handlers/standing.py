"""The standing of a person: folded into the row, and told when it is another than the one told last."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from services.people.domain import facts as domain
from services.people.domain.folding import days_to_fold_again, fold
from services.people.domain.words import LONDON, london
from services.people.handlers import batch
from services.people.models import Person
from shared.events import Event
from shared.events.people import PersonSeparated, StageChanged
from shared.messaging import Fact, publish
from shared.timers import schedule

FOLD_AGAIN = "fold_again"


def stand(session: Session, person_id: UUID, now: datetime) -> None:
    """Fold the person's facts, those of every id that means them, into the row of the id they go by."""
    held = batch.held(session, person_id)
    person = held.person
    person.as_of = max(now, person.as_of or now)
    standing = fold(held.facts.values(), london(person.as_of))
    person.stage, person.stage_rank = standing.stage, standing.stage.rank
    person.flag, person.gaps = standing.flag, list(standing.gaps)


def tell_stage(session: Session, fact: Fact[Event]) -> None:
    """Reaction to whatever may move a stage: publish the change, and set the timer for role periods to come."""
    ids = [fact.event.person_id]  # type: ignore[attr-defined]
    if isinstance(fact.event, PersonSeparated):
        ids.append(fact.event.merged_id)
    for held in (batch.held(session, id_) for id_ in sorted(ids)):
        _tell(session, held.person, fact.now)
        if domain.may_change_later(fact.type):
            _schedule(session, held, fact.now)


def fold_again(session: Session, now: datetime, subject: str) -> None:
    """Timer: a role period or an exemption began or ended by its date."""
    held = batch.held(session, UUID(subject.removeprefix("person/")))
    stand(session, held.person.id, now)
    _tell(session, held.person, now)
    _schedule(session, held, now)


def _tell(session: Session, person: Person, now: datetime) -> None:
    """Publish the stage when it is not the one told last. The row was locked when it was folded."""
    if (person.stage, person.flag) != (person.told_stage, person.told_flag):
        change = StageChanged(
            occurred_at=now,
            person_id=person.id,
            from_stage=person.told_stage,
            stage=person.stage,
            flag=person.flag,
        )
        publish(session, change)
        person.told_stage, person.told_flag = person.stage, person.flag


def _schedule(session: Session, held: batch.Held, now: datetime) -> None:
    days = days_to_fold_again(held.facts.values(), london(now))
    if days:
        schedule(session, _beginning_of(days[0]), FOLD_AGAIN, f"person/{held.person.id}")


def _beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
