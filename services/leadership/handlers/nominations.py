"""Nominations: by self, by a peer or by the head, and with the person's consent only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.leadership.domain import nominations as domain
from services.leadership.domain.nominations import LIVE, NominationState, Source
from services.leadership.domain.policy import PERMISSIONS, is_head_of, relations
from services.leadership.domain.suggestions import check_in_time
from services.leadership.handlers.colleagues import end_of, hold, london, rows_of, schools_of
from services.leadership.models import Nomination
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.blanking import blank
from shared.errors import NotFound
from shared.events.leadership import NominationLapsed, NominationMade, NominationProposed
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import cancel, schedule

EXPIRES = "nomination_expires"


def nominate(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, source: str | None = None
) -> dict[str, Any]:
    """Nominate oneself, or a colleague, whose consent is then asked for. Asked again, it is so already.

    Raises NotFound (nobody has that id), NotAllowed, Invalid (the caller is not what ``source`` says).
    """
    PERMISSIONS.require(by, "nomination.make")
    present = resolve(session, person_id)
    ids = known_as(session, present)
    is_self = "self" in relations(by, ids)
    if not is_self and not any(row.known for row in rows_of(session, ids)):
        raise NotFound(f"There is no person {person_id}.")
    is_head = is_head_of(by, schools_of(session, ids, london(now)))
    found = domain.source_of(is_self=is_self, is_head=is_head, wanted=Source(source) if source else None)
    hold(session, present)
    if (live := _live(session, ids, by.actor)) is not None:
        return shown(live)
    row = make(session, now, present, found, proposed_by=by.actor)
    audit(
        session, by, now, action="nomination.make", subject=f"nomination/{row.id}", changes={"source": found}
    )
    return shown(row)


def consent_to_nomination(
    session: Session, now: datetime, by: Principal, *, nomination_id: UUID
) -> dict[str, Any]:
    """The person agrees to what a colleague proposed. Asked again, it is so already.

    Raises NotFound (also for somebody else's, and once it was refused or ran out), Conflict (too late).
    """
    row, person_id = _own(session, by, nomination_id)
    if row.state != NominationState.MADE:
        check_in_time(_to_domain(row).open_until, london(now))
        _move(session, row, "consent")
        publish(session, _made(row, person_id, now))
        audit(session, by, now, action="nomination.consent", subject=f"nomination/{row.id}")
    return shown(row)


def refuse_nomination(
    session: Session, now: datetime, by: Principal, *, nomination_id: UUID
) -> dict[str, Any]:
    """The person does not want it: name and proposer are blanked.

    Raises NotFound (also for somebody else's, and once it was refused or ran out), TransitionNotAllowed (made).
    """
    row, person_id = _own(session, by, nomination_id)
    _move(session, row, "refuse")
    lapsed = NominationLapsed(occurred_at=now, nomination_id=row.id, person_id=person_id, cause="refused")
    publish(session, lapsed)
    audit(session, by, now, action="nomination.refuse", subject=f"nomination/{row.id}")
    return shown(row)


def expire_nomination(session: Session, now: datetime, subject: str) -> None:
    """Timer: 28 days are over, and the person did not answer."""
    row = session.get(Nomination, UUID(subject.removeprefix("nomination/")), with_for_update=True)
    if row is None or row.person_id is None or row.state != NominationState.AWAITING_CONSENT:
        return
    person_id = resolve(session, row.person_id)
    _move(session, row, "expire")
    publish(
        session,
        NominationLapsed(occurred_at=now, nomination_id=row.id, person_id=person_id, cause="expired"),
    )


def make(
    session: Session,
    now: datetime,
    person_id: UUID,
    source: Source,
    *,
    proposed_by: str | None,
    suggestion_id: UUID | None = None,
) -> Nomination:
    """Store a nomination and publish it: as made where the person has consented by it, else as proposed."""
    row = Nomination(
        id=new_id(),
        person_id=person_id,
        proposed_by=proposed_by,
        source=source,
        proposed_on=london(now),
        state=domain.first_state(source),
        suggestion_id=suggestion_id,
    )
    session.add(row)
    session.flush()
    if row.state == NominationState.MADE:
        publish(session, _made(row, person_id, now))
        return row
    until = _to_domain(row).open_until
    schedule(session, end_of(until), EXPIRES, f"nomination/{row.id}")
    publish(
        session,
        NominationProposed(
            occurred_at=now, nomination_id=row.id, person_id=person_id, source=source, open_until=until
        ),
    )
    return row


def shown(row: Nomination) -> dict[str, Any]:
    """A nomination as its person, and who proposed it, read it."""
    names = ("person_id", "proposed_by", "source", "proposed_on", "state", "suggestion_id")
    values = {name: getattr(row, name) for name in names}
    return {"nomination_id": row.id, "open_until": _to_domain(row).open_until, **values}


def _made(row: Nomination, person_id: UUID, now: datetime) -> NominationMade:
    return NominationMade(
        occurred_at=now,
        nomination_id=row.id,
        person_id=person_id,
        source=row.source,
        nominated_on=london(now),
    )


def _live(session: Session, ids: set[UUID], proposed_by: str) -> Nomination | None:
    statement = select(Nomination).where(
        Nomination.person_id.in_(ids), Nomination.proposed_by == proposed_by, Nomination.state.in_(LIVE)
    )
    return session.scalars(statement.order_by(Nomination.id)).first()


def _own(session: Session, by: Principal, nomination_id: UUID) -> tuple[Nomination, UUID]:
    """The nomination of the caller, locked, and the id they go by. Raises NotFound."""
    row = session.get(Nomination, nomination_id, with_for_update=True)
    if row is not None and row.person_id is not None:
        ids = known_as(session, row.person_id)
        if PERMISSIONS.allows(by, "nomination.answer", relations(by, ids)):
            return row, resolve(session, row.person_id)
    raise NotFound(f"You have no nomination {nomination_id}.")


def _move(session: Session, row: Nomination, event: str) -> None:
    moved = _to_domain(row).move(event)
    row.state, row.person_id, row.proposed_by = moved.state, moved.person_id, moved.proposed_by
    cancel(session, EXPIRES, f"nomination/{row.id}")
    session.flush()
    if row.person_id is None:
        blank(session, f"nomination/{row.id}")


def _to_domain(row: Nomination) -> domain.Nomination:
    return domain.Nomination(
        row.id,
        row.person_id,
        row.proposed_by,
        Source(row.source),
        row.proposed_on,
        NominationState(row.state),
        row.suggestion_id,
    )
