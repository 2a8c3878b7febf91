"""Choosing courses and sending applications: what keeps somebody from it, all of it at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.itt.domain.applications import (
    EXPECTED,
    REAPPLY,
    Application,
    Candidacy,
    Change,
    State,
    about,
    moved,
)
from services.itt.domain.courses import Course
from services.itt.domain.courses import State as CourseState
from services.itt.domain.cycles import cycle
from services.itt.domain.deadlines import inactive_due_at
from services.itt.domain.limits import MOST_A_CYCLE, MOST_IN_PROGRESS, counted
from shared.errors import Conflict, Invalid
from shared.events.applications import ApplicationSent, ChoiceRemoved, CourseChosen

STANDS = {
    State.UNSUBMITTED: "that is not sent yet",
    State.AWAITING: "that waits for the provider's decision",
    State.INTERVIEWING: "that waits for the provider's decision after an interview",
    State.INACTIVE: "that the provider has not decided in time, but still may",
    State.OFFER: "that has an offer",
    State.PENDING_CONDITIONS: "whose offer was accepted",
    State.RECRUITED: "whose offer was accepted",
    State.OFFER_DEFERRED: "whose place is deferred",
    State.CONDITIONS_NOT_MET: "whose conditions were not met",
    State.NOT_SENT: "that was not sent in time",
}


def choose(application: Application, known: Candidacy, now: datetime) -> Change:
    """Add a course to the form of its cycle. Raises Conflict with everything that is in the way."""
    others = known.others(application)
    drafts = sum(o.state is State.UNSUBMITTED and o.cycle == application.cycle for o in others)
    found = [
        *_not_on_offer(application.course, now),
        *_again(application, others),
        *_taken(application, others),
    ]
    if counted(others, application.cycle) + drafts >= MOST_A_CYCLE:
        found.append(f"there are {MOST_A_CYCLE} applications in the cycle {application.cycle} already")
    _refuse("This course cannot be chosen", found)
    return application, (CourseChosen(**about(application, now)),)


def remove(application: Application, now: datetime) -> ChoiceRemoved:
    """Take a course that was not sent from the form. Raises Conflict for one that was."""
    if application.state is not State.UNSUBMITTED:
        raise Conflict(f"This application is {application.state.value}; only an unsent one is removed")
    return ChoiceRemoved(**about(application, now))


def send(
    application: Application,
    known: Candidacy,
    unfinished: Mapping[str, Sequence[str]],
    personal_statement: str,
    now: datetime,
) -> Change:
    """Send it to the provider, with the personal statement as it is now.

    ``unfinished`` is what the form lacks, by section. Raises TransitionNotAllowed, Conflict with ``problems``, or
    Invalid by section.
    """
    sent = moved(application, "send_to_provider")
    _refuse("This application cannot be sent", list(_in_the_way(application, known, now)))
    if unfinished:
        names = ", ".join(unfinished)
        fields = {section: list(lacks) for section, lacks in unfinished.items()}
        raise Invalid(f"The form is not complete: {names}", fields=fields)
    due = inactive_due_at(now, application.timetable)
    after = replace(sent, personal_statement=personal_statement, sent_at=now, inactive_due_at=due)
    return after, (ApplicationSent(**about(after, now), sent_at=now, inactive_due_at=due),)


def _in_the_way(application: Application, known: Candidacy, now: datetime) -> Iterator[str]:
    others = known.others(application)
    yield from _cycle_closed(application, now)
    yield from _not_on_offer(application.course, now)
    if application.option.vacancies <= 0:
        yield "the course has no vacancies at this site"
    yield from _again(application, [other for other in others if other.state is not State.UNSUBMITTED])
    yield from _taken(application, others)
    if known.in_progress >= MOST_IN_PROGRESS:
        yield f"{MOST_IN_PROGRESS} applications are in progress already"
    if counted(others, application.cycle) >= MOST_A_CYCLE:
        yield f"there are {MOST_A_CYCLE} applications in the cycle {application.cycle} already"


def _cycle_closed(application: Application, now: datetime) -> Iterator[str]:
    if not application.timetable.can_apply(now):
        yield f"applications of the cycle {application.cycle} are not open now"


def _not_on_offer(course: Course, now: datetime) -> list[str]:
    if course.state is not CourseState.PUBLISHED:
        return ["the course is not on offer"]
    if now >= cycle(course.cycle).apply_deadline_at:
        return [f"the deadline of the cycle {course.cycle} is over"]
    return []


def _again(application: Application, others: Sequence[Application]) -> Iterator[str]:
    """The same course again only after it was rejected, cancelled, withdrawn, declined, or its offer withdrawn."""
    for other in others:
        if other.course_ids & application.course_ids and other.state not in REAPPLY:
            yield f"there is an application to this course {STANDS[other.state]}"


def _taken(application: Application, others: Sequence[Application]) -> Iterator[str]:
    """Who has accepted an offer sends no others; a place of an earlier cycle is over."""
    if any(other.state in EXPECTED and other.current_cycle >= application.cycle for other in others):
        yield "an offer has been accepted"
    elif any(other.state is State.OFFER_DEFERRED for other in others):
        yield "a deferred place is waiting"


def _refuse(what: str, problems: Sequence[str]) -> None:
    if problems:
        raise Conflict(f"{what}: {'; '.join(problems)}", problems=list(problems))
