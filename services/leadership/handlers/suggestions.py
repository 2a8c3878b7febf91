"""Suggestions: made when signals meet a threshold, answered by the person alone, run out, or lapse with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.leadership.domain import signals as signals_domain
from services.leadership.domain import suggestions as domain
from services.leadership.domain.nominations import LIVE, Source
from services.leadership.domain.policy import PERMISSIONS, relations
from services.leadership.domain.stages import is_held
from services.leadership.handlers.colleagues import end_of, hold, london, rows_of
from services.leadership.handlers.nominations import make
from services.leadership.models import Colleague, Nomination, Signal, Suggestion
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.blanking import blank
from shared.errors import NotFound
from shared.events import Event
from shared.events.leadership import ConsentGiven, ConsentRefused, SuggestionExpired, SuggestionMade
from shared.events.people import StageChanged
from shared.events.training import PlacementCorrected, PlacementRemoved
from shared.ids import new_id
from shared.messaging import Fact, publish
from shared.policy import Principal
from shared.timers import cancel, schedule

EXPIRES = "suggestion_expires"
ABOUT = ("person_id", "offered_by", "mentor_id")
TAKEN_BACK = "taken_back"


def suggest(session: Session, fact: Fact[Event]) -> None:
    """Reaction to every signal: suggest whom it is about, when the reasons suffice and nothing forbids it."""
    if isinstance(fact.event, StageChanged) and is_held(fact.event.stage, fact.event.flag):
        return
    named: list[UUID] = [id_ for part in ABOUT if (id_ := getattr(fact.event, part, None)) is not None]
    for person_id in sorted({resolve(session, id_) for id_ in named}):
        if _reasons(session, person_id, fact.now):
            hold(session, person_id)
            _suggest(session, person_id, fact.now)


def consent(session: Session, now: datetime, by: Principal, *, suggestion_id: UUID) -> dict[str, Any]:
    """The person agrees: the suggestion becomes a nomination. Asked again, it is so already.

    Raises NotFound (also for somebody else's), TransitionNotAllowed (refused, or run out), Conflict (too late).
    """
    row = _own(session, by, suggestion_id)
    if row.state != domain.SuggestionState.CONSENTED:
        if row.state == domain.SuggestionState.OPEN:
            domain.check_in_time(_to_domain(row).open_until, london(now))
        person_id = _close(session, row, "consent", now)
        publish(session, ConsentGiven(occurred_at=now, suggestion_id=row.id, person_id=person_id))
        make(session, now, person_id, Source.SUGGESTION, proposed_by=None, suggestion_id=row.id)
        audit(session, by, now, action="suggestion.consent", subject=f"suggestion/{row.id}")
    made = session.scalars(select(Nomination).where(Nomination.suggestion_id == row.id)).one()
    return {"suggestion_id": row.id, "state": row.state, "nomination_id": made.id}


def refuse(session: Session, now: datetime, by: Principal, *, suggestion_id: UUID) -> dict[str, Any]:
    """The person does not want it: the reasons are blanked, and a year of peace begins. Asked again, it is so already.

    Raises NotFound (also for somebody else's), TransitionNotAllowed (consented, or run out).
    """
    row = _own(session, by, suggestion_id)
    if row.state != domain.SuggestionState.REFUSED:
        person_id = _close(session, row, "refuse", now)
        publish(session, ConsentRefused(occurred_at=now, suggestion_id=row.id, person_id=person_id))
        audit(session, by, now, action="suggestion.refuse", subject=f"suggestion/{row.id}")
    return {"suggestion_id": row.id, "state": row.state, "nomination_id": None}


def expire_suggestion(session: Session, now: datetime, subject: str) -> None:
    """Timer: 28 days are over, and the person did not answer."""
    row = session.get(Suggestion, UUID(subject.removeprefix("suggestion/")), with_for_update=True)
    if row is not None and row.state == domain.SuggestionState.OPEN:
        person_id = _close(session, row, "expire", now)
        publish(session, SuggestionExpired(occurred_at=now, suggestion_id=row.id, person_id=person_id))


def lapse(session: Session, fact: Fact[PlacementCorrected] | Fact[PlacementRemoved]) -> None:
    """Reaction to a placement that was not this mentor's: an open suggestion has the reasons that are left, or ends.

    Nobody failed to answer it, so no year of peace follows.
    """
    event = fact.event
    was = event.from_mentor_id if isinstance(event, PlacementCorrected) else event.mentor_id
    ids = known_as(session, was) if was is not None else set()
    for row in _open(session, ids):
        left = signals_domain.reasons(_signals(session, ids), london(fact.now))
        row.reasons = list(left)
        if not left:
            person_id = _close(session, row, "lapse", fact.now)
            lapsed = SuggestionExpired(
                occurred_at=fact.now, suggestion_id=row.id, person_id=person_id, cause=TAKEN_BACK
            )
            publish(session, lapsed)


def _open(session: Session, ids: set[UUID]) -> list[Suggestion]:
    """The open suggestions of these ids, locked."""
    state = domain.SuggestionState.OPEN
    which = select(Suggestion).where(Suggestion.person_id.in_(ids), Suggestion.state == state)
    locked = which.order_by(Suggestion.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def _suggest(session: Session, person_id: UUID, now: datetime) -> None:
    """Ask once more, now that nobody else decides about the person, and store what is suggested."""
    if not (reasons := _reasons(session, person_id, now)):
        return
    made = domain.Suggestion(new_id(), person_id, london(now), reasons)
    session.add(_row(made))
    session.flush()
    schedule(session, end_of(made.open_until), EXPIRES, f"suggestion/{made.id}")
    publish(
        session,
        SuggestionMade(
            occurred_at=now,
            suggestion_id=made.id,
            person_id=person_id,
            reasons=reasons,
            open_until=made.open_until,
        ),
    )


def _reasons(session: Session, person_id: UUID, now: datetime) -> tuple[str, ...]:
    ids = known_as(session, person_id)
    rows = rows_of(session, ids)
    if not any(row.passed_on for row in rows):
        return ()  # Most people whom a signal names are no teachers yet: no more is read about them.
    return domain.reasons_to_suggest(_signaller(session, ids, rows), london(now))


def _signaller(session: Session, ids: set[UUID], rows: list[Colleague]) -> domain.Signaller:
    latest = max((r for r in rows if r.stage_at), key=lambda r: (r.stage_at, r.stage_sequence), default=None)
    nominated = select(Nomination.id).where(Nomination.person_id.in_(ids), Nomination.state.in_(LIVE))
    earlier = session.scalars(select(Suggestion).where(Suggestion.person_id.in_(ids)))
    return domain.Signaller(
        passed_induction=any(row.passed_on for row in rows),
        suspended=latest is not None and is_held(latest.stage, latest.flag),
        is_nominated=session.scalars(nominated.limit(1)).first() is not None,
        signals=_signals(session, ids),
        earlier=[_to_domain(row) for row in earlier],
    )


def _signals(session: Session, ids: set[UUID]) -> list[signals_domain.Signal]:
    given = session.scalars(select(Signal).where(Signal.person_id.in_(ids)))
    return [signals_domain.Signal(s.id, signals_domain.Kind(s.kind), s.on, s.amount) for s in given]


def _own(session: Session, by: Principal, suggestion_id: UUID) -> Suggestion:
    """The suggestion, locked, of the caller. Raises NotFound."""
    row = session.get(Suggestion, suggestion_id, with_for_update=True)
    ids = known_as(session, row.person_id) if row is not None else set()
    if row is None or not PERMISSIONS.allows(by, "suggestion.answer", relations(by, ids)):
        raise NotFound(f"You have no suggestion {suggestion_id}.")
    return row


def _close(session: Session, row: Suggestion, event: str, now: datetime) -> UUID:
    """Move the row; gives the id that the person goes by now."""
    moved = _to_domain(row).move(event, london(now))
    row.state, row.reasons, row.closed_on = moved.state, list(moved.reasons), moved.closed_on
    cancel(session, EXPIRES, f"suggestion/{row.id}")
    if not row.reasons:
        blank(session, f"suggestion/{row.id}")
    return resolve(session, row.person_id)


def _row(made: domain.Suggestion) -> Suggestion:
    return Suggestion(
        id=made.id,
        person_id=made.person_id,
        made_on=made.made_on,
        reasons=list(made.reasons),
        state=made.state,
    )


def _to_domain(row: Suggestion) -> domain.Suggestion:
    return domain.Suggestion(
        row.id,
        row.person_id,
        row.made_on,
        tuple(row.reasons),
        domain.SuggestionState(row.state),
        row.closed_on,
    )
