"""Notes on applications: what a provider writes down for itself, and what it changes or removes of that."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.applications import Application, about
from services.itt.domain.policy.applications import note_relations
from services.itt.handlers import candidacies, feed
from services.itt.handlers.application_views import View, view
from services.itt.handlers.candidacies import Held
from shared.audit import audit, audit_trail
from shared.errors import Conflict, Invalid, NotFound
from shared.events.applications import ApplicationNoted
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal, Role

MAX_NOTE = 500
WRITE, CHANGE = "application.note", "application.change_note"


def add_note(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    message: str,
    author: str | None = None,
    note_id: UUID | None = None,
) -> View:
    """A note of up to 500 characters, which the candidate does not see; the same again changes nothing.

    Raises Invalid, Conflict when the id is another note's, or of one that was removed.
    """
    held = candidacies.locked(session, by, WRITE, application_id)
    said = _said(message)
    known = session.get(models.ApplicationNote, note_id) if note_id else None
    if known is not None and (known.application_id != application_id or not _said_so(session, known, said)):
        raise Conflict(f"The note {note_id} is already written, with something else in it or elsewhere")
    if known is not None and known.removed_at:
        raise Conflict(f"The note {note_id} was removed; write it anew")
    if known is not None:
        return view(session, now, by, held)
    row = models.ApplicationNote(
        id=note_id or new_id(),
        application_id=application_id,
        author=author or by.actor,
        organisation=_organisation(by, held.mine),
        message=said,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    _noted(session, now, by, held, WRITE, row)
    publish(session, ApplicationNoted(**about(held.mine, now), note_id=row.id))
    return view(session, now, by, held)


def _said_so(session: Session, row: models.ApplicationNote, said: str) -> bool:
    """Whether the note has this text, or had it before it was changed: who repeats a call may come late.

    Of a first text that was blanked nobody can tell.
    """
    if said == row.message:
        return True
    trail = audit_trail(session, candidacies.subject(row.application_id))
    changes = [one for one in trail if one.action == CHANGE and one.changes.get("note_id") == str(row.id)]
    if not changes:
        return False
    first = (changes[0].personal or {}).get("message")
    return first is None or said == first[0]


def change_note(session: Session, now: datetime, by: Principal, *, note_id: UUID, message: str) -> View:
    """Another text of a note; who wrote it first stays its author. Raises Invalid, Conflict when it was removed."""
    held, row = _note(session, by, note_id)
    said, was = _said(message), row.message
    if row.removed_at:
        raise Conflict("This note was removed; write it anew")
    if said != was:
        row.message, row.updated_at = said, now
        _noted(session, now, by, held, CHANGE, row, message=[was, said])
    return view(session, now, by, held)


def remove_note(session: Session, now: datetime, by: Principal, *, note_id: UUID) -> View:
    """The note should not stand there. One that was removed already changes nothing."""
    held, row = _note(session, by, note_id)
    if row.removed_at is None:
        row.removed_at = now
        _noted(session, now, by, held, "application.remove_note", row, message=[row.message, None])
    return view(session, now, by, held)


def _said(message: str) -> str:
    """A note has 500 characters (domain page, "notes"). Raises Invalid."""
    said = message.strip()
    if not said or len(said) > MAX_NOTE:
        raise Invalid.field("message", f"has {len(said)} characters; a note has 1 to {MAX_NOTE}")
    return said


def _organisation(by: Principal, mine: Application) -> str | None:
    """For which provider the author writes: the one of the course, else the one that ratifies it."""
    codes = (mine.course.provider_code, mine.course.content.accredited_code)
    names = [policy.provider(code) for code in codes if code]
    return next((name for name in names if by.belongs(name)), None)


def _note(session: Session, by: Principal, note_id: UUID) -> tuple[Held, models.ApplicationNote]:
    """A note with its application, locked. Raises NotFound to who reads no notes, NotAllowed for another's."""
    unknown = NotFound(f"There is no note {note_id}")
    row = session.get(models.ApplicationNote, note_id)
    if row is None:
        raise unknown
    held = candidacies.hold(session, row.application_id)
    session.refresh(row)
    if not _may_know(session, by, held.mine):
        raise unknown
    policy.PERMISSIONS.require(by, CHANGE, note_relations(by, row.organisation))
    return held, row


def _may_know(session: Session, by: Principal, mine: Application) -> bool:
    """Notes are never the candidate's or a training partner's to know of."""
    relations = candidacies.relations_of(session, by, mine)
    return by.has(Role.OPERATOR) or policy.PERMISSIONS.allows(by, WRITE, relations)


def _noted(
    session: Session,
    now: datetime,
    by: Principal,
    held: Held,
    action: str,
    row: models.ApplicationNote,
    **personal: Any,
) -> None:
    """Audit it; what a note says goes into the part that can be blanked. Pollers of the application see it."""
    subject, changes = candidacies.subject(row.application_id), {"note_id": row.id}
    audit(session, by, now, action=action, subject=subject, changes=changes, personal=personal)
    feed.touch_one(session, row.application_id)
