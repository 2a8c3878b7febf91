"""The stages of the professional continuum and the flags beside them (domain page, "The professional continuum")."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where somebody stands, in the order in which lists show it; candidate to teacher are gates, passed in order.

    Three stand beside the numbered stages: who is *known* without an application or training here (a mentor), who
    has *withdrawn* ("stays known"), and an early years teacher, whose status (EYTS) has no induction.
    """

    KNOWN = "known"
    WITHDRAWN = "withdrawn"
    CANDIDATE = "candidate"
    TRAINEE = "trainee"
    EARLY_YEARS = "early_years"
    QUALIFIED = "qualified"
    EARLY_CAREER = "early_career"
    TEACHER = "teacher"
    MIDDLE_LEADER = "middle_leader"
    SENIOR_LEADER = "senior_leader"
    HEADTEACHER = "headteacher"
    EXECUTIVE_HEAD = "executive_head"

    @property
    def rank(self) -> int:
        """The number of the stage: 0 for a candidate, and who is known alone, to 8 for an executive head."""
        return RANKS[self]

    @property
    def label(self) -> str:
        """The stage as people read it."""
        return LABELS[self]


class Flag(StrEnum):
    """What holds a person at their stage: an interruption, a failed induction, a prohibition; or nothing."""

    NONE = ""
    PAUSED = "paused"
    BARRED = "barred"
    SUSPENDED = "suspended"


RANKS = {
    Stage.KNOWN: 0,
    Stage.WITHDRAWN: 0,
    Stage.CANDIDATE: 0,
    Stage.TRAINEE: 1,
    Stage.EARLY_YEARS: 2,
    Stage.QUALIFIED: 2,
    Stage.EARLY_CAREER: 3,
    Stage.TEACHER: 4,
    Stage.MIDDLE_LEADER: 5,
    Stage.SENIOR_LEADER: 6,
    Stage.HEADTEACHER: 7,
    Stage.EXECUTIVE_HEAD: 8,
}

LABELS = {
    Stage.KNOWN: "Known, not through training",
    Stage.WITHDRAWN: "Left training",
    Stage.CANDIDATE: "Candidate",
    Stage.TRAINEE: "Trainee",
    Stage.EARLY_YEARS: "Early years teacher",
    Stage.QUALIFIED: "Qualified, induction due",
    Stage.EARLY_CAREER: "Early career teacher",
    Stage.TEACHER: "Teacher",
    Stage.MIDDLE_LEADER: "Specialist or middle leader",
    Stage.SENIOR_LEADER: "Senior leader",
    Stage.HEADTEACHER: "Headteacher",
    Stage.EXECUTIVE_HEAD: "Executive head",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The result of folding a person's facts. ``gaps`` are sentences: facts that wait for an earlier gate."""

    stage: Stage = Stage.KNOWN
    flag: Flag = Flag.NONE
    gaps: tuple[str, ...] = ()
