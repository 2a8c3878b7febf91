"""What candidates do with their applications: choose, remove, send, accept, decline, withdraw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import choices, leaving, offers, recruitment
from services.itt.domain.applications import Candidacy, State
from services.itt.domain.form import Section
from services.itt.handlers import (
    application_rows,
    candidacies,
    candidate_duplicates,
    candidates,
    cycle_ends,
    forms,
)
from services.itt.handlers.application_views import View, view
from services.itt.handlers.candidacies import Held
from services.itt.handlers.recruit_records import who
from shared.errors import Conflict, NotFound
from shared.events.applications import Recruit
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def choose_course(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    course_option_id: UUID,
    application_id: UUID | None = None,
) -> View:
    """Add a course, at a site and a way of study, to the form of its cycle. Raises NotFound, Conflict with problems.

    Asked again with the same ``application_id`` it is the same choice.
    """
    candidate = candidates.own(session, by, "application.choose", lock=True)
    rows = candidacies.rows_of(session, [candidate.id])
    if application_id is not None and application_id in rows:
        if rows[application_id].course_option_id != course_option_id:
            raise Conflict(f"The application {application_id} is for another course")
        return view(session, now, by, candidacies.hold(session, application_id))
    if application_id is not None and session.get(models.Application, application_id) is not None:
        raise Conflict(f"The application {application_id} is somebody else's")
    found = candidacies.options_of(session, [course_option_id]).get(course_option_id)
    if found is None or found[0].state == "draft":
        raise NotFound(f"There is no course option {course_option_id}")
    known = Candidacy(tuple(candidacies.loaded(session, rows.values(), {candidate.id: candidate})))
    row = _draft(now, candidate, *found, application_id or new_id())
    mine = application_rows.application(row, candidate, *found)
    _, events = choices.choose(mine, known, now)
    forms.opened(session, now, candidate, row.cycle)
    session.add(row)
    session.flush()
    differs: dict[str, list[Any]] = {"state": [None, row.state], "course_option_id": [None, course_option_id]}
    candidacies.note(session, now, by, row.id, "application.choose", differs)
    for event in events:
        publish(session, event)
    cycle_ends.expect(session, now, row.cycle)
    return view(session, now, by, candidacies.hold(session, row.id))


def _draft(
    now: datetime,
    candidate: models.Candidate,
    course: models.Course,
    option: models.CourseOption,
    application_id: UUID,
) -> models.Application:
    return models.Application(
        id=application_id,
        candidate_id=candidate.id,
        cycle=course.cycle,
        current_cycle=course.cycle,
        state=State.UNSUBMITTED.value,
        created_at=now,
        course_option_id=option.id,
        course_id=course.id,
        chosen_option_id=option.id,
        chosen_course_id=course.id,
        provider_code=course.provider_code,
        accredited_code=course.accredited_code or course.provider_code,
        site_code=option.site_code,
        recorded_at=func.clock_timestamp(),
        conditions=[],
        rejection_reasons=[],
        withdrawal_reasons=[],
        **application_rows.names(candidate),
    )


def remove_choice(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """Take a course that was not sent from the form. Raises NotFound, Conflict."""
    held = candidacies.locked(session, by, "application.remove", application_id)
    fact = choices.remove(held.mine, now)
    candidacies.note(session, now, by, application_id, "application.remove", {})
    publish(session, fact)
    session.delete(held.row)
    session.flush()
    return {"application_id": application_id}


def send_application(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """Send it to the provider. Raises Conflict with ``problems``, or Invalid with what the form lacks, by section."""
    held = candidacies.locked(session, by, "application.send", application_id)
    year = held.mine.cycle
    sections = forms.sections_of(session, held.candidate.id, year)
    statement = sections.get(Section.PERSONAL_STATEMENT.value, ({}, False))[0].get("text") or ""
    unfinished = forms.unfinished(session, held.candidate, year)
    change = choices.send(held.mine, held.known, unfinished, statement, now)
    candidacies.changed(session, now, by, held, [change], action="application.send")
    candidate_duplicates.look(session, now, held.candidate, year)
    return view(session, now, by, held)


def accept_offer(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """Accept an offer: takes the place, and settles all other applications. Raises Conflict when no place is left."""
    held = candidacies.locked(session, by, "application.accept", application_id)
    changes = recruitment.accept(held.mine, held.known, recruit(session, held), now)
    candidacies.changed(session, now, by, held, changes, action="application.accept")
    return view(session, now, by, held)


def recruit(session: Session, held: Held) -> Recruit:
    """The candidate as a trainee's record needs them; what the form does not say comes from the account."""
    return who(held.candidate, forms.sections_of(session, held.candidate.id, held.mine.cycle))


def decline_offer(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """Say no to an offer. Raises TransitionNotAllowed."""
    held = candidacies.locked(session, by, "application.decline", application_id)
    change = offers.decline(held.mine, leaving.CANDIDATE, now)
    candidacies.changed(session, now, by, held, [change], action="application.decline")
    return view(session, now, by, held)


def withdraw_application(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    reasons: Sequence[str],
    text: str | None = None,
) -> View:
    """Withdraw, for one or more reasons; a place that was taken is free again. Raises Invalid, TransitionNotAllowed."""
    held = candidacies.locked(session, by, "application.withdraw", application_id)
    why, said = leaving.reasons(reasons, text)
    change = leaving.withdraw(held.mine, why, said, leaving.CANDIDATE, now)
    candidacies.changed(session, now, by, held, [change], action="application.withdraw")
    return view(session, now, by, held)
