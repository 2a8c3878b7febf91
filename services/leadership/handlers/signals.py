"""Projections: what people did, and what leadership must know of them. Replayable in any order."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.leadership.domain.signals import Kind, is_leading
from services.leadership.models import Colleague, Employment, Signal
from shared.database.tables import INBOX
from shared.events.cpd import ContributionRecorded, EvaluationRecorded, InductionPassed
from shared.events.itt import PlacementCompleted
from shared.events.people import PersonIdentified, RoleBegun, RoleEnded, StageChanged
from shared.events.training import PlacementCorrected, PlacementRemoved
from shared.messaging import Fact


def record_contribution(session: Session, fact: Fact[ContributionRecorded]) -> None:
    """Something was led, or peers were coached or mentored: for so many people."""
    event = fact.event
    if is_leading(event.kind, of_activity=event.activity_id is not None):
        _signal(
            session,
            fact,
            event.contribution_id,
            event.person_id,
            Kind.LED,
            event.contributed_on,
            event.people_reached,
        )


def record_evaluation(session: Session, fact: Fact[EvaluationRecorded]) -> None:
    """A peer evaluated an activity; one's own word on one's own activity is no evidence."""
    event = fact.event
    if event.person_id != event.offered_by:
        _signal(session, fact, fact.id, event.offered_by, Kind.EVALUATED, event.recorded_on, event.score)


def record_mentoring(
    session: Session, fact: Fact[PlacementCompleted] | Fact[PlacementCorrected] | Fact[PlacementRemoved]
) -> None:
    """A trainee was mentored through a placement: by whom the latest word says, and by nobody when it was removed."""
    event = fact.event
    if event.completed_on is not None:
        _drop_kept_by_event(session, fact)
        kind = Kind.TAKEN_BACK if isinstance(event, PlacementRemoved) else Kind.TRAINEE_MENTORED
        _signal(session, fact, event.placement_id, event.mentor_id, kind, event.completed_on, event.days or 0)


def _drop_kept_by_event(
    session: Session, fact: Fact[PlacementCompleted] | Fact[PlacementCorrected] | Fact[PlacementRemoved]
) -> None:
    """A signal may still go by the id of the event that completed its placement: it gives way to the placement's.

    Which one a correction or removal is about is known by its trainee and its mentor, and best by its day and its days,
    which a correction may change. The first word about a placement takes one of them, and one alone.
    """
    event = fact.event
    if isinstance(event, PlacementCompleted):
        session.execute(delete(Signal).where(Signal.id == fact.id))
    elif session.get(Signal, event.placement_id) is None:
        was = event.from_mentor_id if isinstance(event, PlacementCorrected) else None
        completions = select(INBOX.c.message_id).where(
            INBOX.c.source == fact.source,
            INBOX.c.subject == fact.subject,
            INBOX.c.type == PlacementCompleted.TYPE,
        )
        kept = select(Signal.id).where(
            Signal.id.in_(completions), Signal.person_id == (was or event.mentor_id)
        )
        alike = (Signal.on == event.completed_on).desc(), (Signal.amount == (event.days or 0)).desc()
        one = kept.order_by(*alike, Signal.id).limit(1)
        session.execute(delete(Signal).where(Signal.id.in_(one.scalar_subquery())))


def record_induction(session: Session, fact: Fact[InductionPassed]) -> None:
    """Somebody is a teacher now, and a mentor brought them there."""
    event = fact.event
    passed = insert(Colleague).values(id=event.person_id, passed_on=event.passed_on)
    earliest = func.least(Colleague.passed_on, event.passed_on)
    session.execute(passed.on_conflict_do_update(index_elements=[Colleague.id], set_={"passed_on": earliest}))
    if event.mentor_id is not None:
        _signal(session, fact, fact.id, event.mentor_id, Kind.INDUCTION_MENTORED, event.passed_on, 1)


def record_known(session: Session, fact: Fact[PersonIdentified]) -> None:
    """The id stands for a person, who can be nominated."""
    known = insert(Colleague).values(id=fact.event.person_id, known=True)
    session.execute(known.on_conflict_do_update(index_elements=[Colleague.id], set_={"known": True}))


def record_stage(session: Session, fact: Fact[StageChanged]) -> None:
    """Where the person stands: the latest word counts."""
    row = {
        "stage": fact.event.stage,
        "flag": fact.event.flag,
        "stage_at": fact.occurred_at,
        "stage_sequence": fact.sequence,
    }
    statement = insert(Colleague).values(id=fact.event.person_id, **row)
    known_before = tuple_(Colleague.stage_at, Colleague.stage_sequence)
    newer = or_(Colleague.stage_at.is_(None), known_before < tuple_(fact.occurred_at, fact.sequence))
    session.execute(statement.on_conflict_do_update(index_elements=[Colleague.id], set_=row, where=newer))


def record_employment(session: Session, fact: Fact[RoleBegun] | Fact[RoleEnded]) -> None:
    """Somebody works at a school, or does no longer."""
    event = fact.event
    row: dict[str, Any] = {
        "role_period_id": event.role_period_id,
        "person_id": event.person_id,
        "school_urn": event.school_urn,
    }
    if isinstance(event, RoleEnded):
        row["ended_on"] = event.ended_on
    statement = insert(Employment).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=[Employment.role_period_id], set_=row))


def _signal(
    session: Session, fact: Fact[Any], id_: UUID, person_id: UUID, kind: Kind, on: date, amount: int
) -> None:
    """The latest word counts: all that is said of one signal has one subject, so its sequence says which that is."""
    row = {
        "id": id_,
        "person_id": person_id,
        "kind": kind,
        "on": on,
        "amount": amount,
        "occurred_at": fact.occurred_at,
        "sequence": fact.sequence,
    }
    statement = insert(Signal).values(row)
    newer = Signal.sequence < statement.excluded.sequence
    session.execute(statement.on_conflict_do_update(index_elements=[Signal.id], set_=row, where=newer))
