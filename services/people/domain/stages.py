"""The stages of the professional continuum and the flags beside them (domain page, "The professional continuum")."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where somebody stands; the order is the rank. The first five are gates, passed in order."""

    CANDIDATE = "candidate"
    TRAINEE = "trainee"
    QUALIFIED = "qualified"
    EARLY_CAREER = "early_career"
    TEACHER = "teacher"
    MIDDLE_LEADER = "middle_leader"
    SENIOR_LEADER = "senior_leader"
    HEADTEACHER = "headteacher"
    EXECUTIVE_HEAD = "executive_head"

    @property
    def rank(self) -> int:
        """0 for a candidate to 8 for an executive head."""
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


RANKS = {stage: rank for rank, stage in enumerate(Stage)}

LABELS = {
    Stage.CANDIDATE: "Candidate",
    Stage.TRAINEE: "Trainee",
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

    stage: Stage = Stage.CANDIDATE
    flag: Flag = Flag.NONE
    gaps: tuple[str, ...] = ()
