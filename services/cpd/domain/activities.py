"""Development among peers: an activity that somebody offers, until it closes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.transitions import Transitions

DEFAULT_WEEKS = (6, 12, 26)


class Kind(StrEnum):
    """What peers offer each other."""

    SESSION = "session"
    WORKSHOP = "workshop"
    COACHING_PAIR = "coaching_pair"
    LESSON_STUDY = "lesson_study"
    OBSERVATION_VISIT = "observation_visit"
    MENTORING = "mentoring"
    JOB_SWAP = "job_swap"


# A pair is the coach and one more, a lesson study triad the leader and two, a swap the offerer and one.
MOST_PLACES = {Kind.COACHING_PAIR: 1, Kind.LESSON_STUDY: 2, Kind.JOB_SWAP: 1}
CONTRIBUTION = {Kind.COACHING_PAIR: "coached", Kind.MENTORING: "mentored"}


class Area(StrEnum):
    """Ofsted's headings; the specialism under one is free text."""

    LEADERSHIP_AND_MANAGEMENT = "leadership_and_management"
    PUPIL_ACHIEVEMENT = "pupil_achievement"
    QUALITY_OF_TEACHING = "quality_of_teaching"
    BEHAVIOUR_AND_SAFETY = "behaviour_and_safety"


class State(StrEnum):
    """Held once the register is taken; closed when its evaluation is done."""

    OFFERED = "offered"
    HELD = "held"
    CLOSED = "closed"
    CANCELLED = "cancelled"


TRANSITIONS = Transitions(
    "cpd.activity",
    (State.OFFERED, "cancel", State.CANCELLED),
    (State.OFFERED, "hold", State.HELD),
    (State.HELD, "close", State.CLOSED),
)


@dataclass(eq=False, kw_only=True)
class Activity:
    """``pupil_outcome`` is what shall be different for pupils: evaluation is planned backwards from it.

    ``school_urn`` None means online; ``evaluation_weeks`` are for levels 3, 4 and 5, from the day it is held.
    """

    id: UUID
    offered_by: UUID
    kind: Kind
    area: Area
    title: str
    pupil_outcome: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    specialism: str = ""
    description: str = ""
    evidence: str = ""
    school_urn: str | None = None
    cost_pence: int = 0
    evaluation_weeks: list[int] = field(default_factory=lambda: list(DEFAULT_WEEKS))
    state: State = State.OFFERED
    contribution_id: UUID | None = None

    def move(self, event: str) -> None:
        """Take the move of the table. Raises TransitionNotAllowed."""
        self.state = TRANSITIONS.next(self.state, event)

    @property
    def hours_hundredths(self) -> int:
        """How long it takes, in hundredths of an hour."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 36

    @property
    def contribution_kind(self) -> str:
        """What its leader does for others: coached, mentored, or led."""
        return CONTRIBUTION.get(self.kind, "led")

    def check(self, now: datetime) -> None:
        """What can be offered. Raises Invalid, by field."""
        most = MOST_PLACES.get(self.kind)
        if not now < self.starts_at < self.ends_at:
            raise Invalid.field("starts_at", "in the future, and before ends_at")
        if self.capacity < 1 or (most and self.capacity > most):
            raise Invalid.field("capacity", f"from 1 to {most} for {self.kind}" if most else "1 or more")
        self._check_weeks()

    def _check_weeks(self) -> None:
        weeks = self.evaluation_weeks
        if len(weeks) != len(DEFAULT_WEEKS) or weeks != sorted(set(weeks)) or weeks[0] < 1:
            raise Invalid.field("evaluation_weeks", "three rising numbers of weeks, for levels 3, 4 and 5")

    def check_open(self, now: datetime) -> None:
        """Bookings are made and given back until it begins. Raises Conflict."""
        if self.state is not State.OFFERED or now >= self.starts_at:
            raise Conflict(
                f"bookings end when the activity begins; it is {self.state}", state=self.state.value
            )
