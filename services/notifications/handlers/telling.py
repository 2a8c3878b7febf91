"""Reactions: a fact becomes a message for each person who should hear of it; messages wait for an address."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.domain.messages import (
    STALE_AFTER,
    WAIT_FOR_ADDRESS,
    State,
    after_address,
    first_state,
    leaving,
    target,
    waits_until,
)
from services.notifications.domain.organisations import OrganisationTelling
from services.notifications.domain.telling import ASKED, Audience, Telling, contact_in, tellings_of
from services.notifications.handlers import contacts
from services.notifications.handlers.answering import is_answered
from services.notifications.handlers.known import ids_that_may_wait, recipient
from services.notifications.handlers.providers import names_of
from services.notifications.models import Activity, Message
from services.notifications.rendering import provider_codes, render
from shared.aliases import known_as
from shared.database.tables import SUBSCRIPTION
from shared.events import Event
from shared.events.people import PersonMerged
from shared.ids import made_at, new_id
from shared.messaging import Fact
from shared.timers import schedule

QUIET_HOURS_OVER, NO_ADDRESS_CAME = "quiet_hours_over", "no_address_came"
_TELL = insert(Message.__table__).on_conflict_do_nothing()


def tell(session: Session, fact: Fact[Event]) -> None:
    """One message for each person whom the fact concerns; asked again, nothing more."""
    if type(fact.event) in ASKED and is_answered(session, fact):
        return
    for telling, recipient_id in tellings_of(fact.event):
        state, held_until = _first_state(session, fact, telling, recipient_id)
        row = written(session, fact, telling, _about(session, fact.event, telling)) | {
            "recipient_id": recipient_id,
            "audience": telling.audience.value,
            "state": state.value,
            "held_until": held_until,
        }
        if session.execute(_TELL, new(row)).rowcount:  # type: ignore[attr-defined]
            set_deadline(session, fact.now, state, held_until)


def _first_state(
    session: Session, fact: Fact[Event], telling: Telling, recipient_id: UUID
) -> tuple[State, datetime | None]:
    known = recipient(session, recipient_id, telling.kind)
    if telling.apart and _was_told(session, fact, telling, recipient_id):
        return State.IN_APP_ONLY, None
    if telling.audience is Audience.REFEREE and _was_published_before(session, fact):
        return State.IN_APP_ONLY, None
    return first_state(
        happened_at=fact.occurred_at,
        now=fact.now,
        has_address=known.has_address,
        wants_mail=known.wants_mail,
        notice=telling.notice and not _is_past(session, fact),
    )


def _was_told(session: Session, fact: Fact[Event], telling: Telling, recipient_id: UUID) -> bool:
    """Whether the recipient was told the same so lately that another mail would be too much."""
    since = fact.now - (telling.apart or timedelta())
    which = (Message.recipient_id == recipient_id, Message.template == telling.template)
    lately = (Message.created_at > since, Message.event_id != fact.id, Message.state != State.IN_APP_ONLY)
    return session.scalar(select(Message.id).where(*which, *lately).limit(1)) is not None


def _is_past(session: Session, fact: Fact[Event]) -> bool:
    """Whether the fact is old, and was published before this service listened to its type."""
    return fact.now - fact.occurred_at > STALE_AFTER and _was_published_before(session, fact)


def _was_published_before(session: Session, fact: Fact[Event]) -> bool:
    """Whether this service did not listen to its type yet: the fact's id says when it was published."""
    listening = select(SUBSCRIPTION.c.backfilled_at).where(
        SUBSCRIPTION.c.source == fact.source, SUBSCRIPTION.c.type == fact.type
    )
    row = session.execute(listening).one_or_none()
    return row is not None and (row.backfilled_at is None or made_at(fact.id) < row.backfilled_at)


def new(row: dict[str, Any]) -> dict[str, Any]:
    """The row with an id of its own."""
    return {"id": new_id()} | row


def written(
    session: Session, fact: Fact[Event], telling: Telling | OrganisationTelling, about: str | None
) -> dict[str, Any]:
    """What a message says and what of; not yet to whom."""
    activity = _activity(session, fact.event)
    names = names_of(session, provider_codes(fact.event))
    subject, body = render(telling.template, fact.event, about=about, activity=activity, names=names)
    return {
        "event_id": fact.id,
        "event_type": fact.type,
        "template": telling.template,
        "kind": telling.kind.value,
        "notice": telling.notice,
        "subject": subject,
        "body": body,
        "occurred_at": fact.occurred_at,
        "created_at": fact.now,
    }


def _about(session: Session, event: Event, telling: Telling) -> str | None:
    """Whom a message to somebody else is about."""
    return None if telling.to == "person_id" else contacts.name_of(session, event.person_id)  # type: ignore[attr-defined]


def _activity(session: Session, event: Event) -> dict[str, Any] | None:
    activity_id = getattr(event, "activity_id", None)
    found = session.get(Activity, activity_id) if activity_id else None
    return {"title": found.title, "starts_at": found.starts_at} if found else None


def set_deadline(session: Session, now: datetime, state: State, held_until: datetime | None) -> None:
    """One deadline for all that is held until the same morning, or that began to wait on the same day."""
    if state is State.HELD and held_until is not None:
        schedule(session, held_until, QUIET_HOURS_OVER, held_until.isoformat())
    if state is State.WAITING:
        wait_for_address(session, now)


def wait_for_address(session: Session, began_at: datetime) -> None:
    """Set the deadline at which what began then is given up."""
    until = waits_until(began_at)
    schedule(session, until, NO_ADDRESS_CAME, until.date().isoformat())


def address_came(session: Session, fact: Fact[Event]) -> None:
    """Let go what waited for the address that this fact brought."""
    if (person_id := contact_in(fact.event)) is not None:
        _release(session, fact.now, ids_that_may_wait(session, person_id))


def person_merged(session: Session, fact: Fact[PersonMerged]) -> None:
    """Two ids are one person: the address of one is the address of both."""
    _release(session, fact.now, known_as(session, fact.event.person_id))


def _release(session: Session, now: datetime, person_ids: Collection[UUID]) -> None:
    if not person_ids:
        return
    waiting = _locked(session, Message.recipient_id.in_(person_ids), Message.state == State.WAITING)
    contact = contacts.find(session, person_ids) if waiting else None
    if contact is not None and contact.email is not None:
        state, held_until = after_address(now)
        _move(session, waiting, state=state.value, held_until=held_until)
        set_deadline(session, now, state, held_until)


def quiet_hours_over(session: Session, now: datetime) -> None:
    """Let go what was held for the night."""
    held = _locked(session, Message.state.in_(leaving(QUIET_HOURS_OVER)), Message.held_until <= now)
    _move(session, held, state=target(QUIET_HOURS_OVER).value)


def no_address_came(session: Session, now: datetime) -> None:
    """Give up what has waited too long for an address; the person still finds it in the app."""
    since = now - WAIT_FOR_ADDRESS
    old = _locked(session, Message.state.in_(leaving(NO_ADDRESS_CAME)), Message.created_at <= since)
    _move(session, old, state=target(NO_ADDRESS_CAME).value, reason="no_address")


def _locked(session: Session, *which: Any) -> list[UUID]:
    return list(session.scalars(select(Message.id).where(*which).order_by(Message.id).with_for_update()))


def _move(session: Session, message_ids: list[UUID], **change: Any) -> None:
    if message_ids:
        session.execute(update(Message).where(Message.id.in_(message_ids)).values(**change))
