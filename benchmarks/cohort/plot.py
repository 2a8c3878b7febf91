"""What candidates and providers want, at which moments and how often: the shares of a real cycle.

About half of all applications are rejected, a sixth is withdrawn, of four candidates one is recruited or has a place
with conditions, and some thousands are open when the cycle ends (Apply service, monthly statistics).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from benchmarks.cohort.offer import Seat
from benchmarks.cohort.spans import FIRST, SECOND
from benchmarks.cohort.story import Note, Story
from services.itt.domain import (
    choices,
    deadlines,
    deferrals,
    interviews,
    leaving,
    offers,
    recruitment,
    references,
    rejections,
)
from services.itt.domain.applications import INTERVIEWABLE, Application, ConditionState, State, about
from services.itt.domain.cycles import cycle
from services.itt.domain.interviews import Interview
from shared.errors import Conflict
from shared.events.applications import ApplicationNoted

APART, TRIES, AGAIN_DAYS = 4, 6, 20
CONDITIONS = ("Degree certificate", "DBS check", "Fitness to train", "GCSE in science", "References")
REASONS = tuple(code for code in rejections.CODES if code != rejections.OTHER)
WHY_WITHDRAWN = tuple(code for code in leaving.REASONS if code != leaving.OTHER)
PROVIDER_USER = "user of {}"


@dataclass(frozen=True, slots=True)
class Shares:
    """How often what happens, of those to whom it can; ``decided`` is by the provider before the cycle ends."""

    sent: float = 0.94
    decided: float = 0.9
    interviewed: float = 0.5
    cancelled_interview: float = 0.08
    offered: float = 0.3
    withdrawn: float = 0.14
    noted: float = 0.25
    offered_again: float = 0.01
    kept_from_the_past: float = 0.001


@dataclass(slots=True)
class Plot:
    """Plans the steps of a story; every step looks again at how things stand."""

    story: Story
    shares: Shares
    count: int

    def lay(self) -> Story:
        """All that will be tried: so many applications, and the ends of the cycle."""
        self.story.begin()
        for nth in range(self.count):
            at = self.story.who.created_at + self._days(1, 14) + timedelta(days=60 * (nth // APART))
            deadline = cycle(self.story.who.year).apply_deadline_at
            self.story.plan(min(at, deadline - self._days(1, 3)), self._choose)
        for what in deadlines.ENDS:
            at = deadlines.ends_at(cycle(self.story.who.year), what)
            self.story.plan(at, partial(self.story.end, what))
        self.story.tell()
        return self.story

    @property
    def _random(self) -> Random:
        return self.story.random

    def _days(self, least: float, most: float) -> timedelta:
        """Some days, by working hours no rounder than they are."""
        return timedelta(seconds=int(self._random.uniform(least, most) * 86_400))

    def _happens(self, share: float) -> bool:
        return self._random.random() < share

    def _mine(self, application_id: UUID) -> Application:
        return self.story.applications[application_id]

    def _provider(self, mine: Application) -> str:
        return PROVIDER_USER.format(mine.course.provider_code)

    # --- the candidate chooses and sends

    def _choose(self, at: datetime) -> None:
        story, who = self.story, self.story.who
        seat = story.offer.drawn(self._random, who.year)
        made = self._draft(seat, at)
        story.add(at, choices.choose(made, story.known, at))
        if self._happens(self.shares.kept_from_the_past):
            story.forget(made.id)
        elif self._happens(self.shares.sent):
            story.plan(at + self._days(0.01, 5), partial(self._send, made.id, TRIES))

    def _draft(self, seat: Seat, at: datetime) -> Application:
        who = self.story.who
        return Application(
            id=self.story.new_id(at),
            candidate_id=who.id,
            person_id=who.person_id,
            person=who.person,
            state=State.UNSUBMITTED,
            cycle=who.year,
            current_cycle=who.year,
            course=seat.course,
            option=seat.option,
            chosen_course_id=seat.course.id,
            chosen_option_id=seat.option.id,
        )

    def _send(self, id_: UUID, tries: int, at: datetime) -> None:
        """With four in progress one waits until another is decided."""
        story = self.story
        try:
            if story.seat(self._mine(id_)).is_full:
                raise Conflict("the course has no vacancies at this site")
            change = choices.send(self._mine(id_), story.known, {}, story.who.statement, at)
        except Conflict:
            if tries:
                story.plan(at + self._days(5, AGAIN_DAYS), partial(self._send, id_, tries - 1))
            return
        story.changed(at, story.own, "application.send", [change])
        self._wait(id_, at)

    def _wait(self, id_: UUID, at: datetime) -> None:
        story, chance = self.story, self._random.random()
        if self._happens(self.shares.noted):
            story.plan(at + self._days(1, 20), partial(self._write_down, id_))
        if chance < self.shares.withdrawn:
            story.plan(at + self._days(2, 60), partial(self._withdraw, id_))
        if not self._happens(self.shares.decided):
            return
        wait = self._days(3, 45)
        if self._happens(self.shares.interviewed):
            story.plan(at + wait / 2, partial(self._interview, id_))
        story.plan(at + wait, partial(self._decide, id_))

    # --- the provider

    def _write_down(self, id_: UUID, at: datetime) -> None:
        mine, by = self._mine(id_), self._provider(self._mine(id_))
        note = Note(self.story.new_id(at), id_, by, "A strong statement; to be interviewed.", at)
        self.story.notes.append(note)
        self.story.facts.append((ApplicationNoted(**about(mine, at), note_id=note.id), by))
        self.story.touch(id_, at)

    def _interview(self, id_: UUID, at: datetime) -> None:
        mine = self._mine(id_)
        made = Interview(
            id=self.story.new_id(at),
            application_id=id_,
            provider_code=mine.course.provider_code,
            at=at + self._days(2, 12),
            location="Main Hall",
            created_at=at,
            updated_at=at,
        )
        change = interviews.arrange(mine, self.story.known, made, at)
        self.story.interviews[made.id] = made
        self.story.changed(at, self._provider(mine), "application.arrange_interview", [change])
        if self._happens(self.shares.cancelled_interview):
            self.story.plan(at + self._days(0.5, 1.5), partial(self._cancel, id_, made.id))

    def _cancel(self, id_: UUID, interview_id: UUID, at: datetime) -> None:
        story, mine = self.story, self._mine(id_)
        one, all_ = story.interviews[interview_id], story.interviews_of(mine)
        gone, change = interviews.cancel(mine, one, all_, "Illness", at)
        story.interviews[interview_id] = gone
        story.changed(at, self._provider(mine), "application.cancel_interview", [change])

    def _decide(self, id_: UUID, at: datetime) -> None:
        mine = self._mine(id_)
        if mine.state not in INTERVIEWABLE:
            return
        if self._happens(self.shares.offered):
            self._offer(id_, at)
            return
        why = rejections.reasons([(self._random.choice(REASONS), "Your answers did not show it yet.")])
        change = rejections.reject(mine, why, at)
        self.story.changed(at, self._provider(mine), "application.reject", [change])
        if self._happens(self.shares.offered_again):
            self.story.plan(at + self._days(5, 30), partial(self._offer, id_))

    def _offer(self, id_: UUID, at: datetime) -> None:
        mine, new_id = self._mine(id_), lambda: self.story.new_id(at)
        texts = CONDITIONS[: self._random.choice((0, 1, 2, 2, 3, 4))]
        wanted = offers.conditions(texts, mine.conditions, new_id)
        change = offers.make_offer(mine, self.story.known, mine.course, mine.option, wanted, at)
        self.story.changed(at, self._provider(mine), "application.offer", [change])
        self._answer(id_, at)

    def _answer(self, id_: UUID, at: datetime) -> None:
        step, most_days = self._random.choices(
            [(self._accept, 25), (self._decline, 25), (self._take_back, 15), (self._amend, 5), (None, 0)],
            [62, 18, 4, 6, 10],
        )[0]
        if step is not None:
            self.story.plan(at + self._days(1, most_days), partial(step, id_))

    def _amend(self, id_: UUID, at: datetime) -> None:
        if self._mine(id_).state is State.OFFER:
            self._offer(id_, at)

    def _take_back(self, id_: UUID, at: datetime) -> None:
        mine = self._mine(id_)
        change = offers.withdraw_offer(mine, "The course does not run.", at)
        self.story.changed(at, self._provider(mine), "application.withdraw_offer", [change])

    # --- the candidate answers

    def _decline(self, id_: UUID, at: datetime) -> None:
        change = offers.decline(self._mine(id_), leaving.CANDIDATE, at)
        self.story.changed(at, self.story.own, "application.decline", [change])

    def _withdraw(self, id_: UUID, at: datetime) -> None:
        mine = self._mine(id_)
        if mine.state is State.OFFER:
            raise Conflict("An offer is declined")
        why = (self._random.choice(WHY_WITHDRAWN),)
        change = leaving.withdraw(mine, why, None, leaving.CANDIDATE, at)
        self.story.changed(at, self.story.own, "application.withdraw", [change])

    def _accept(self, id_: UUID, at: datetime) -> None:
        story = self.story
        changes = recruitment.accept(self._mine(id_), story.known, story.who.recruit, at)
        story.changed(at, story.own, "application.accept", changes)
        for each in list(story.references):
            story.plan(at + self._days(1, 24), partial(self._refer, each))
        for step, share, least, most in (
            (self._mark, 0.3, 10, 40),
            (self._recruit_early, 0.05, 20, 90),
            (self._confirm, 0.62, 30, 150),
            (self._fail, 0.08, 30, 150),
            (self._defer, 0.05, 20, 200),
            (self._withdraw, 0.06, 10, 200),
        ):
            if self._happens(share):
                story.plan(at + self._days(least, most), partial(step, id_))

    def _refer(self, reference_id: UUID, at: datetime) -> None:
        story, known = self.story, self.story.references[reference_id]
        if self._happens(0.1):
            return
        if self._happens(0.04):
            story.refer(at, str(reference_id), references.refuse(known, at))
            return
        story.refer(at, str(reference_id), references.provide(known, "Committed and kind.", False, False, at))
        for each in story.applications.values():
            if each.sent_at is not None:
                story.touch(each.id, at)

    # --- after acceptance

    def _mark(self, id_: UUID, at: datetime) -> None:
        mine = self._mine(id_)
        if mine.pending:
            change = offers.mark(mine, mine.pending[0].id, ConditionState.MET, at)
            self.story.changed(at, self._provider(mine), "application.mark_condition", [change])

    def _recruit_early(self, id_: UUID, at: datetime) -> None:
        change = recruitment.recruit_with_pending(self._mine(id_), self.story.who.recruit, at)
        self.story.changed(at, self._provider(self._mine(id_)), "application.recruit", [change])

    def _confirm(self, id_: UUID, at: datetime) -> None:
        change = recruitment.confirm_conditions(self._mine(id_), self.story.who.recruit, at)
        self.story.changed(at, self._provider(self._mine(id_)), "application.confirm_conditions", [change])

    def _fail(self, id_: UUID, at: datetime) -> None:
        change = offers.not_met(self._mine(id_), (), at)
        self.story.changed(at, self._provider(self._mine(id_)), "application.conditions_not_met", [change])

    def _defer(self, id_: UUID, at: datetime) -> None:
        mine = self._mine(id_)
        self.story.changed(at, self._provider(mine), "application.defer", [deferrals.defer(mine, at)])
        if mine.current_cycle == FIRST and self._happens(0.6):
            again = max(at, cycle(SECOND).apply_opens_at) + self._days(60, 300)
            self.story.plan(again, partial(self._reinstate, id_))

    def _reinstate(self, id_: UUID, at: datetime) -> None:
        story, mine = self.story, self._mine(id_)
        seat = story.offer.next_year(story.seat(mine))
        if seat is None:
            return
        met = self._happens(0.7)
        change = deferrals.reinstate(mine, seat.course, seat.option, met, story.who.recruit, at)
        story.changed(at, self._provider(mine), "application.reinstate", [change])
