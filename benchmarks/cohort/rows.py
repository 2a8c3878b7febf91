"""A story as rows of the service's tables."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from benchmarks.cohort.story import TIMER, Story
from benchmarks.cohort.trainees import enrolled, row_of
from services.itt import models
from services.itt.domain.applications import HIDDEN_FROM_PROVIDERS, IN_PROGRESS, Application
from services.itt.domain.references import Reference, next_chaser_at
from services.itt.handlers import application_rows, referees
from services.itt.handlers.after_decisions import INACTIVE, INTERVIEW
from shared.events import Event
from shared.events.conversion import dumped

Row = dict[str, Any]
dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Counted:
    """What must be told apart across stories: the places in the feed that are given, and the ids of the log."""

    feed: set[int] = field(default_factory=set)
    highest: int = 0
    log: int = 0

    def position(self, begins: datetime, at: datetime) -> int:
        """The place of a change in the feed: in the order of their moments, with gaps, as a sequence may have."""
        wanted = int((at - begins).total_seconds() * 1_000_000)
        while wanted in self.feed:
            wanted += 1
        self.feed.add(wanted)
        self.highest = max(self.highest, wanted)
        return wanted

    def next_in_log(self) -> int:
        self.log += 1
        return self.log


def rows_of(story: Story, counted: Counted) -> Iterator[tuple[str, Row]]:
    """Every row of a story, by table, in the order in which they may be stored."""
    yield from _form(story)
    who = story.who
    named = models.Candidate(first_names=who.first_names, last_name=who.last_name, email=who.email)
    names = application_rows.names(named)
    for application in story.applications.values():
        yield "application", _application(story, counted, application, names)
    for interview in story.interviews.values():
        yield "interview", {name: getattr(interview, name) for name in INTERVIEW}
    for note in story.notes:
        said = {"author": note.author, "message": note.message}
        when = {"created_at": note.at, "updated_at": note.at}
        yield "application_note", {"id": note.id, "application_id": note.application_id} | said | when
    for trainee in list(enrolled(story)):
        yield "trainee", row_of(trainee)
    yield from _facts(story, counted)
    for deed in story.deeds:
        yield (
            "audit",
            {
                "id": story.new_id(deed.at),
                "at": deed.at,
                "recorded_at": story.span.wall(deed.at),
                "who": deed.by,
                "action": deed.action,
                "subject": deed.subject,
                "changes": dumps(deed.changes),
                "correlation_id": str(story.who.id),
            },
        )
    yield from _due(story)


def _form(story: Story) -> Iterator[tuple[str, Row]]:
    who = story.who
    named = {"email": who.email, "first_names": who.first_names, "last_name": who.last_name}
    yield (
        "candidate",
        named
        | {
            "id": who.id,
            "person_id": who.person_id,
            "created_at": who.created_at,
            "date_of_birth": who.date_of_birth,
            "in_progress": sum(each.state in IN_PROGRESS for each in story.applications.values()),
        },
    )
    mine = {"candidate_id": who.id, "cycle": who.year}
    yield "candidate_form", mine | {"created_at": who.created_at, "duplicate_key": who.duplicate_key}
    for section, content in who.sections.items():
        said = {"content": dumps(content), "completed": True, "updated_at": who.created_at}
        yield "form_section", mine | {"section": section.value} | said
    for reference in story.references.values():
        yield "reference", mine | _reference(reference)


def _reference(reference: Reference) -> Row:
    values = {name: getattr(reference, name) for name in referees.COLUMNS}
    plain = {"state": reference.state.value, "referee_type": reference.referee_type.value}
    return values | plain | {"id": reference.id}


def _application(story: Story, counted: Counted, mine: Application, names: Row) -> Row:
    span = story.span
    recorded_at = span.wall(story.touched[mine.id])
    told = mine.sent_at is not None and mine.state not in HIDDEN_FROM_PROVIDERS
    values = application_rows.columns(mine)
    for name in ("conditions", "rejection_reasons", "withdrawal_reasons"):
        values[name] = dumps(values[name])
    return {
        **values,
        "id": mine.id,
        "candidate_id": mine.candidate_id,
        "cycle": mine.cycle,
        "created_at": story.created[mine.id],
        "chosen_option_id": mine.chosen_option_id,
        "chosen_course_id": mine.chosen_course_id,
        "recorded_at": recorded_at,
        "feed_position": counted.position(span.wall(span.begins), recorded_at) if told else None,
        "feed_at": recorded_at if told else None,
        **names,
    }


def _facts(story: Story, counted: Counted) -> Iterator[tuple[str, Row]]:
    sequences = Counter[str]()
    for event, by in story.facts:
        sequences[event.subject] += 1
        yield "event_log", _fact(story, event, by, sequences[event.subject], counted.next_in_log())
    for subject, last in sequences.items():
        yield "subject_sequence", {"subject": subject, "last": last}


def _fact(story: Story, event: Event, by: str, sequence: int, id_: int) -> Row:
    stored_at = story.span.wall(event.occurred_at)
    noted = {"time": event.occurred_at.isoformat(), "correlationid": str(story.who.id)}
    return {
        "id": id_,
        "event_id": story.new_id(event.occurred_at),
        "type": event.TYPE,
        "subject": event.subject,
        "sequence": sequence,
        "headers": dumps(noted if by == TIMER else noted | {"actor": by}),
        "payload": dumps(dumped(event)),
        "created_at": stored_at,
        "published_at": stored_at,
    }


def _due(story: Story) -> Iterator[tuple[str, Row]]:
    """What is still to come; the deadline of an application stays until it has fired, decided or not."""
    for mine in story.applications.values():
        if mine.inactive_due_at is not None and mine.inactive_due_at >= story.span.ends:
            yield "due", _timer(mine.inactive_due_at, INACTIVE, "application", mine.id)
    for reference in story.references.values():
        if (at := next_chaser_at(reference)) is not None and at >= story.span.ends:
            yield "due", _timer(at, referees.CHASE, "reference", reference.id)


def _timer(at: datetime, kind: str, what: str, id_: UUID) -> Row:
    return {"at": at, "kind": kind, "subject": f"{what}/{id_}"}
