"""One candidate's applications as they happen: each step is decided by the domain, and noted with what it told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.cohort.offer import Offer, Seat
from benchmarks.cohort.people import Applicant
from benchmarks.cohort.spans import Span, an_id
from services.itt.domain import deadlines
from services.itt.domain.applications import (
    EXPECTED,
    TAKES_A_PLACE,
    Application,
    Candidacy,
    Change,
    State,
    inactivate,
)
from services.itt.domain.interviews import BECAUSE, Interview, cancel_upcoming
from services.itt.domain.references import Change as ReferenceChange
from services.itt.domain.references import RefereeType, Reference, cancel, chase, next_chaser_at, request
from services.itt.domain.references import State as ReferenceState
from shared.errors import Conflict
from shared.events import Event, Person
from shared.events.applications import CandidateRegistered

TIMER = "itt"
Step = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """A command that was carried out."""

    at: datetime
    by: str
    action: str
    subject: str
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """What a provider wrote down."""

    id: UUID
    application_id: UUID
    author: str
    message: str
    at: datetime


@dataclass(slots=True)
class Story:
    """A candidate, and all that became of the applications so far."""

    who: Applicant
    offer: Offer
    span: Span
    random: Random
    applications: dict[UUID, Application] = field(default_factory=dict)
    created: dict[UUID, datetime] = field(default_factory=dict)
    touched: dict[UUID, datetime] = field(default_factory=dict)
    interviews: dict[UUID, Interview] = field(default_factory=dict)
    references: dict[UUID, Reference] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    facts: list[tuple[Event, str]] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    _coming: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _planned: int = 0

    def begin(self) -> None:
        """The account, and two referees in the form."""
        about: dict[str, Any] = {
            "candidate_id": self.who.id,
            "person_id": self.who.person_id,
            "person": self.who.person,
        }
        self.facts.append((CandidateRegistered(occurred_at=self.who.created_at, **about), self.own))
        subject = f"candidate/{self.who.id}"
        self.deeds.append(Deed(self.who.created_at, self.own, "candidate.register", subject, {}))
        for number in (1, 2):
            made = self._referee(number)
            self.references[made.id] = made

    def plan(self, at: datetime, step: Step) -> None:
        """Something is to happen then."""
        self._planned += 1
        heappush(self._coming, (at, self._planned, step))

    def tell(self) -> None:
        """Let everything happen until the end of the span; what the rules refuse does not."""
        while self._coming and self._coming[0][0] < self.span.ends:
            at, _, step = heappop(self._coming)
            try:
                step(at)
            except Conflict:
                continue

    @property
    def own(self) -> str:
        """The candidate as who does something."""
        return str(self.who.person_id)

    @property
    def known(self) -> Candidacy:
        """All applications, as commands lock them."""
        return Candidacy(tuple(self.applications.values()))

    def new_id(self, at: datetime) -> UUID:
        """An id that was made then."""
        return an_id(self.random, self.span.wall(at))

    def add(self, at: datetime, change: Change) -> None:
        """A course that was chosen."""
        made, events = change
        self.applications[made.id], self.created[made.id] = made, at
        self._note(at, self.own, "application.choose", made, None)
        self.facts += [(event, self.own) for event in events]

    def changed(self, at: datetime, by: str, action: str, changes: Sequence[Change]) -> None:
        """What ``candidacies.changed`` does. Raises Conflict when a place is wanted and none is left."""
        for after, events in changes:
            before = self.applications[after.id]
            if after == before and not events:
                continue
            self._move_places(before, after)
            self.applications[after.id] = after
            self._note(at, by, action, after, before)
            self.facts += [(event, by) for event in events]
            self._follow_up(before, after, at)

    def _note(
        self, at: datetime, by: str, action: str, after: Application, before: Application | None
    ) -> None:
        self.touched[after.id] = at
        states = {"state": [before and before.state.value, after.state.value]}
        self.deeds.append(Deed(at, by, action, f"application/{after.id}", states))

    def seat(self, mine: Application) -> Seat:
        """Where the application is for."""
        return self.offer.seats[mine.option.id]

    def _move_places(self, before: Application, after: Application) -> None:
        had = self.seat(before) if before.state in TAKES_A_PLACE else None
        has = self.seat(after) if after.state in TAKES_A_PLACE else None
        if had is has:
            return
        if has is not None:
            if has.is_full:
                raise Conflict("There is no place left")
            has.taken += 1
        if had is not None:
            had.taken -= 1

    def _follow_up(self, before: Application, after: Application, at: datetime) -> None:
        due = after.inactive_due_at
        if after.state is State.AWAITING and due is not None:
            self.plan(max(at, due), partial(self._go_inactive, after.id))
        if before.state is State.INTERVIEWING and after.state in BECAUSE:
            for gone, event in cancel_upcoming(after, self.interviews_of(after), at):
                self.interviews[gone.id] = gone
                self.facts.append((event, TIMER))
        if after.state in EXPECTED and before.state not in EXPECTED:
            self._each_reference(at, request)
        if before.state in EXPECTED and after.state not in EXPECTED:
            self._each_reference(at, cancel)

    def _go_inactive(self, application_id: UUID, at: datetime) -> None:
        change = inactivate(self.applications[application_id], at)
        self.changed(at, TIMER, "application.inactivate", [change])

    def end(self, what: str, at: datetime) -> None:
        """An end of the cycle."""
        mine = [each for each in self.applications.values() if each.cycle == self.who.year]
        self.changed(at, TIMER, f"application.{what}", [deadlines.end(each, what, at) for each in mine])

    # --- interviews and references

    def interviews_of(self, mine: Application) -> list[Interview]:
        """Those of an application, by their time."""
        return sorted(
            (each for each in self.interviews.values() if each.application_id == mine.id),
            key=lambda each: each.at,
        )

    def _referee(self, number: int) -> Reference:
        return Reference(
            id=self.new_id(self.who.created_at),
            candidate_id=self.who.id,
            person_id=self.who.person_id,
            candidate=Person(
                first_names=self.who.first_names, last_name=self.who.last_name, email=self.who.email
            ),
            cycle=self.who.year,
            state=ReferenceState.NOT_REQUESTED,
            name=f"Referee {number}",
            email=f"referee{number}.{self.who.email}",
            relationship="My head teacher",
            referee_type=RefereeType.PROFESSIONAL,
        )

    def _each_reference(self, at: datetime, decide: Callable[[Reference, datetime], ReferenceChange]) -> None:
        for each in list(self.references.values()):
            self.refer(at, TIMER, decide(each, at))

    def refer(self, at: datetime, by: str, change: ReferenceChange) -> None:
        """What became of a reference; its next reminder is due."""
        after, events = change
        if not events:
            return
        before, self.references[after.id] = self.references[after.id], after
        states = {"state": [before.state.value, after.state.value]}
        self.deeds.append(Deed(at, by, "reference.change", f"reference/{after.id}", states))
        self.facts += [(event, by) for event in events]
        if (due := next_chaser_at(after)) is not None:
            self.plan(due, partial(self._chase, after.id))

    def _chase(self, reference_id: UUID, at: datetime) -> None:
        self.refer(at, TIMER, chase(self.references[reference_id], at))

    def touch(self, application_id: UUID, at: datetime) -> None:
        """Something that providers read of a sent application has changed."""
        self.touched[application_id] = at

    def forget(self, application_id: UUID) -> None:
        """It is kept from the past, as cancelled: a state that nothing leads to any more."""
        mine = self.applications[application_id]
        self.applications[application_id] = replace(mine, state=State.CANCELLED)
