"""A trainee from the draft to the award: 7 states, 12 transitions (Register service)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.itt.domain.codes import labels
from services.itt.domain.dates import today
from services.itt.domain.routes import CODES, EYTS, RULES, Route, Rules
from services.itt.domain.rules import too_far
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events import Event, Person
from shared.events.itt import (
    EytsAwarded,
    QtsAwarded,
    TraineeDeferred,
    TraineeReinstated,
    TraineeSubmittedForTrn,
    TrainingStarted,
    TrnReceived,
)
from shared.transitions import Transitions

MAX_DEFER_REASON = 500
TRN_MISSING_DAYS, TRN_MISSING_DAYS_OCTOBER = 4, 10
OCTOBER = 10
TRN_DIGITS = 7


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED_FOR_TRN = "submitted_for_trn"
    TRN_RECEIVED = "trn_received"
    RECOMMENDED_FOR_AWARD = "recommended_for_award"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    AWARDED = "awarded"


TRANSITIONS = Transitions(
    "itt.trainee",
    (State.DRAFT, "submit_for_trn", State.SUBMITTED_FOR_TRN),
    (State.DEFERRED, "submit_for_trn", State.SUBMITTED_FOR_TRN),
    (State.SUBMITTED_FOR_TRN, "receive_trn", State.TRN_RECEIVED),
    (State.DEFERRED, "receive_trn", State.TRN_RECEIVED),
    (State.TRN_RECEIVED, "receive_trn", State.TRN_RECEIVED),
    (State.TRN_RECEIVED, "recommend_for_award", State.RECOMMENDED_FOR_AWARD),
    (State.SUBMITTED_FOR_TRN, "withdraw", State.WITHDRAWN),
    (State.TRN_RECEIVED, "withdraw", State.WITHDRAWN),
    (State.DEFERRED, "withdraw", State.WITHDRAWN),
    (State.SUBMITTED_FOR_TRN, "defer", State.DEFERRED),
    (State.TRN_RECEIVED, "defer", State.DEFERRED),
    (State.RECOMMENDED_FOR_AWARD, "award", State.AWARDED),
    corrections=(
        "undo_withdrawal",
        "undo_recommendation",
        "undo_award",
        "correct_course",
        "move_to_provider",
        "discard",
    ),
)
CLOSED_TO_EDITS = frozenset({State.RECOMMENDED_FOR_AWARD, State.WITHDRAWN, State.AWARDED})
STATE_STAYS_WHEN_TRN_COMES = frozenset({State.DEFERRED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """One person on one course with one provider; codes and dates are those of the national record.

    ``from_application_id`` is the application that recruited them here, None for who came by a file or a call.
    """

    id: UUID
    person_id: UUID
    provider_code: str
    state: State
    person: Person
    training_route: str
    course_subjects: tuple[str, ...]
    itt_start_date: date
    itt_end_date: date
    trainee_start_date: date | None = None
    employing_school_urn: str | None = None
    has_degree: bool = False
    trn: str | None = None
    submitted_on: date | None = None
    started_on: date | None = None
    deferred_on: date | None = None
    defer_reason: str | None = None
    reinstated_on: date | None = None
    withdrawn_on: date | None = None
    withdrawn_by: str | None = None
    withdrawal_reasons: tuple[str, ...] = ()
    withdrawal_text: str | None = None
    future_interest: str | None = None
    assessed_on: date | None = None
    assessment_passed: bool | None = None
    standards_met_on: date | None = None
    recommended_on: date | None = None
    awarded_on: date | None = None
    discarded_at: datetime | None = None
    discard_code: str | None = None
    from_application_id: UUID | None = None

    @property
    def route(self) -> Route:
        return CODES[self.training_route]

    @property
    def rules(self) -> Rules:
        return RULES[self.route]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The course's subjects in words, as facts carry them."""
        return tuple(labels("course_subject")[code] for code in self.course_subjects)

    @property
    def starts_on(self) -> date:
        """The first day of this trainee: their own start, else the course's; never before a reinstatement."""
        own = self.trainee_start_date or self.itt_start_date
        return max(own, self.reinstated_on or own)

    def has_begun(self, on: date) -> bool:
        """Whether the training began by this day. A draft was never submitted: no training of it ever begins."""
        return self.state is not State.DRAFT and (self.started_on is not None or self.starts_on <= on)


Change = tuple[Trainee, tuple[Event, ...]]


def about(trainee: Trainee, now: datetime) -> dict[str, Any]:
    """What every fact about a trainee begins with."""
    return {"occurred_at": now, "trainee_id": trainee.id, "person_id": trainee.person_id}


def submit_for_trn(trainee: Trainee, now: datetime) -> Change:
    """Ask the teacher register for a TRN; a deferred trainee comes back by ``reinstate`` alone."""
    if trainee.state is State.DEFERRED:
        raise TransitionNotAllowed(
            "itt.trainee: a deferred trainee is reinstated, which asks for the TRN again",
            machine=TRANSITIONS.name,
            state=trainee.state.value,
            event="submit_for_trn",
            allowed=["reinstate", "withdraw"],
        )
    state = TRANSITIONS.next(trainee.state, "submit_for_trn")
    after = replace(trainee, state=state, submitted_on=today(now))
    return after, (_submitted(after, now),)


def _submitted(trainee: Trainee, now: datetime) -> TraineeSubmittedForTrn:
    return TraineeSubmittedForTrn(
        **about(trainee, now),
        provider_code=trainee.provider_code,
    )


def receive_trn(trainee: Trainee, trn: str | None, now: datetime) -> Change:
    """The register's answer. A blank or the number that is known already changes nothing; the state of a deferred
    or withdrawn trainee stays. Raises Invalid for what is not seven digits."""
    if not trn or trn == trainee.trn:
        return trainee, ()
    if not (len(trn) == TRN_DIGITS and trn.isascii() and trn.isdigit()):
        raise Invalid.field("trn", f"{trn!r} is not a TRN; it has seven digits")
    state = trainee.state
    if state not in STATE_STAYS_WHEN_TRN_COMES:
        state = TRANSITIONS.next(state, "receive_trn")
    after = replace(trainee, trn=trn, state=state)
    event = TrnReceived(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        trn=trn,
        state=state.value,
    )
    return after, (event,)


def trn_still_missing(state: State, trn: str | None, submitted_on: date | None, on: date) -> bool:
    """Whether to show "TRN still missing": after 4 days, 10 when asked in October (Register service)."""
    if state is not State.SUBMITTED_FOR_TRN or trn or submitted_on is None:
        return False
    return (on - submitted_on) >= trn_patience(submitted_on)


def trn_patience(submitted_on: date) -> timedelta:
    """How long an answer may take before somebody should look."""
    return timedelta(days=TRN_MISSING_DAYS_OCTOBER if submitted_on.month == OCTOBER else TRN_MISSING_DAYS)


def start_training(trainee: Trainee, cleared_on: date | None, now: datetime) -> Change:
    """The first day has come. Nothing happens before it, twice, or to a trainee who is deferred or gone.

    ``cleared_on`` is the day of the last of the checks before training, None while one is missing: nobody starts in a
    school without them, and who is cleared late starts on that day.
    """
    waiting = trainee.state in {State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED} and trainee.discarded_at is None
    if not waiting or trainee.started_on or cleared_on is None:
        return trainee, ()
    first = max(trainee.starts_on, cleared_on)
    if today(now) < first:
        return trainee, ()
    event = TrainingStarted(**about(trainee, now), provider_code=trainee.provider_code, started_on=first)
    return replace(trainee, started_on=first), (event,)


def defer(trainee: Trainee, deferred_on: date, reason: str, now: datetime) -> Change:
    """Pause the training. ``reason``: up to 500 characters, and may not be blank."""
    state = TRANSITIONS.next(trainee.state, "defer")
    if not reason.strip():
        raise Invalid.field("reason", "is missing; say why the training pauses")
    if len(reason) > MAX_DEFER_REASON:
        raise Invalid.field("reason", f"has {len(reason)} characters; shorten it to {MAX_DEFER_REASON}")
    event = TraineeDeferred(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        deferred_on=deferred_on,
        employing_school_urn=trainee.employing_school_urn,
    )
    return replace(trainee, state=state, deferred_on=deferred_on, defer_reason=reason.strip()), (event,)


def refuse_future(field: str, day: date, now: datetime) -> None:
    """Raises Invalid for a deferral or a return that somebody records before it has happened."""
    if day > today(now):
        raise Invalid.field(field, f"is in the future; give a date up to {today(now)}")


def reinstate(trainee: Trainee, reinstated_on: date, itt_end_date: date | None, now: datetime) -> Change:
    """Take the training up again: ``trn_received`` if there is a TRN, else ``submitted_for_trn``."""
    if trainee.state is not State.DEFERRED:
        raise Conflict(f"Only a deferred trainee is reinstated; this one is {trainee.state.value}")
    if trainee.deferred_on and reinstated_on < trainee.deferred_on:
        raise Invalid.field(
            "reinstated_on", f"is before the deferral; give a date from {trainee.deferred_on}"
        )
    ends = itt_end_date or trainee.itt_end_date
    if ends <= trainee.itt_start_date:
        raise Invalid.field(
            "itt_end_date", f"is not after the start; give a date after {trainee.itt_start_date}"
        )
    if itt_end_date and (wrong := too_far(itt_end_date, today(now))):
        raise Invalid.field("itt_end_date", wrong)
    move = "receive_trn" if trainee.trn else "submit_for_trn"
    back = replace(
        trainee,
        state=TRANSITIONS.next(trainee.state, move),
        itt_end_date=ends,
        deferred_on=None,
        defer_reason=None,
        reinstated_on=reinstated_on,
    )
    event = TraineeReinstated(
        **about(back, now),
        provider_code=back.provider_code,
        reinstated_on=reinstated_on,
        state=back.state.value,
        itt_end_date=ends,
    )
    if back.trn:
        return back, (event,)
    asked = replace(back, submitted_on=today(now))
    return asked, (event, _submitted(asked, now))


def award(trainee: Trainee, awarded_on: date, trained_at_urns: tuple[str, ...], now: datetime) -> Change:
    """QTS, or EYTS on the early years routes, by the Department: only after a recommendation."""
    state = TRANSITIONS.next(trainee.state, "award")
    after = replace(trainee, state=state, awarded_on=awarded_on)
    return after, (_awarded(after, awarded_on, trained_at_urns, now),)


def _awarded(trainee: Trainee, awarded_on: date, urns: tuple[str, ...], now: datetime) -> Event:
    known: dict[str, Any] = {
        **about(trainee, now),
        "provider_code": trainee.provider_code,
        "trn": trainee.trn or "",
        "awarded_on": awarded_on,
        "training_route": trainee.route.value,
        "employing_school_urn": trainee.employing_school_urn,
    }
    if trainee.rules.award == EYTS:
        return EytsAwarded(**known)
    extra: dict[str, Any] = {
        "course_subjects": trainee.subjects,
        "trained_at_urns": urns,
        "person": trainee.person,
    }
    return QtsAwarded(**known, **extra)


def refuse_edits_when_closed(trainee: Trainee) -> None:
    """A recommended, withdrawn or awarded trainee is not edited: a correction is an administrator's command."""
    if trainee.state in CLOSED_TO_EDITS:
        raise Conflict(f"A trainee who is {trainee.state.value} cannot be changed", state=trainee.state.value)
