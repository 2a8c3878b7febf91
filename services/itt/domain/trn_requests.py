"""What the teacher register is asked, and what becomes of its answer (Register service; Teaching Record System, v3).

A trainee has one request for ever, so that asking again is never asking for a second number.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.itt.domain.trainees import TRN_DIGITS, Trainee, about, trn_still_missing
from shared.events import Event
from shared.events.itt import TrnDelayed
from shared.transitions import Transitions


class State(StrEnum):
    """``pending``: somebody at the register decides; ``problem``: somebody here has to look."""

    TO_ASK = "to_ask"
    PENDING = "pending"
    ANSWERED = "answered"
    PROBLEM = "problem"
    NOT_NEEDED = "not_needed"


TRANSITIONS = Transitions(
    "itt.trn_request",
    (State.TO_ASK, "left_pending", State.PENDING),
    (State.PENDING, "left_pending", State.PENDING),
    (State.TO_ASK, "answered", State.ANSWERED),
    (State.PENDING, "answered", State.ANSWERED),
    (State.TO_ASK, "found_wrong", State.PROBLEM),
    (State.PENDING, "found_wrong", State.PROBLEM),
    (State.TO_ASK, "dropped", State.NOT_NEEDED),
    (State.PENDING, "dropped", State.NOT_NEEDED),
    (State.TO_ASK, "ask_again", State.TO_ASK),
    (State.PENDING, "ask_again", State.PENDING),
    (State.PROBLEM, "ask_again", State.TO_ASK),
    (State.NOT_NEEDED, "ask_again", State.TO_ASK),
    (State.ANSWERED, "ask_again", State.TO_ASK),
    (State.PROBLEM, "settled", State.ANSWERED),
)
OPEN = frozenset({State.TO_ASK, State.PENDING})


class Problem(StrEnum):
    """Why a TRN does not come. All but ``still_missing`` stop the asking until somebody has looked."""

    STILL_MISSING = "still_missing"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    NOT_A_TRN = "not_a_trn"
    SOMEBODY_ELSES = "somebody_elses"
    ANOTHER_NUMBER = "another_number"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whom the register is asked about: what it finds people by."""

    first_names: str
    last_name: str
    date_of_birth: date
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrnRequest:
    """``id`` is the register's key to it: asked twice by one id, it gives the same answer."""

    id: UUID
    trainee_id: UUID
    state: State
    problem: Problem | None = None
    answers: int = 0
    asked_at: datetime | None = None


def moved(request: TrnRequest, move: str, problem: Problem | None = None) -> TrnRequest:
    """The request after a move. Raises TransitionNotAllowed."""
    return replace(request, state=TRANSITIONS.next(request.state, move), problem=problem)


def told(request: TrnRequest, move: str, now: datetime, problem: Problem | None = None) -> TrnRequest:
    """The request after an answer of the register."""
    return replace(moved(request, move, problem), answers=request.answers + 1, asked_at=now)


def fault(trn: str, trainee: Trainee, known: str | None) -> Problem | None:
    """What is wrong with a number; ``known`` is the person's number so far, which is never overwritten."""
    if not (len(trn) == TRN_DIGITS and trn.isascii() and trn.isdigit()):
        return Problem.NOT_A_TRN
    if trn != (trainee.trn or known or trn):
        return Problem.ANOTHER_NUMBER
    return None


def delayed(trainee: Trainee, problem: Problem, now: datetime) -> Event:
    """The fact that a TRN does not come by itself."""
    return TrnDelayed(**about(trainee, now), provider_code=trainee.provider_code, because=problem.value)


def overdue(trainee: Trainee, on: date, now: datetime) -> tuple[Event, ...]:
    """The fact that the TRN is still missing, once it is: after 4 days, 10 in October (Register service)."""
    if not trn_still_missing(trainee.state, trainee.trn, trainee.submitted_on, on):
        return ()
    return (delayed(trainee, Problem.STILL_MISSING, now),)
