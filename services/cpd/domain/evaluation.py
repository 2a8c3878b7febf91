"""Evaluation at Guskey's five levels (Guskey 2000): each is asked, none is inferred from another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.cpd.domain.activities import Activity
from shared.errors import Conflict


class Level(IntEnum):
    """What the question is about."""

    REACTIONS = 1
    LEARNING = 2
    ORGANISATION = 3
    USE = 4
    PUPIL_OUTCOMES = 5


LATER = (Level.ORGANISATION, Level.USE, Level.PUPIL_OUTCOMES)


@dataclass(eq=False, kw_only=True)
class Evaluation:
    """One level asked of one person; ``score`` 1 to 5 once answered. ``requested_at`` is None until it is due."""

    id: UUID
    activity_id: UUID
    person_id: UUID
    level: Level
    due_on: date
    requested_at: datetime | None = None
    score: int | None = None
    comment: str = ""
    recorded_on: date | None = None

    @property
    def is_later(self) -> bool:
        """Whether a timer asks for it."""
        return self.level in LATER

    def request(self, now: datetime) -> bool:
        """Ask; false when it was asked before."""
        if self.requested_at is not None:
            return False
        self.requested_at = now
        return True

    def record(self, score: int, comment: str, now: datetime, today: date) -> bool:
        """The answer, once it is asked for; false when the same was recorded before. Raises Conflict."""
        if self.requested_at is None or self.requested_at > now:
            raise Conflict(
                f"level {self.level.value} is asked on {self.due_on}", due_on=self.due_on.isoformat()
            )
        if self.score is not None:
            if (self.score, self.comment) != (score, comment):
                raise Conflict(f"level {self.level.value} was answered on {self.recorded_on}")
            return False
        self.score, self.comment, self.recorded_on = score, comment, today
        return True


@dataclass(frozen=True)
class LevelSummary:
    """What is known at one level: how many were asked, how many answered, and their mean in hundredths."""

    level: int
    asked: int
    answered: int
    mean_score_hundredths: int | None


def due_dates(activity: Activity, attended_on: date) -> dict[Level, date]:
    """Levels 1 and 2 after attending, levels 3 to 5 at the activity's weeks."""
    later = dict(zip(LATER, activity.evaluation_weeks, strict=True))
    return {level: attended_on + timedelta(weeks=later.get(level, 0)) for level in Level}


def summary(evaluations: Iterable[Evaluation]) -> list[LevelSummary]:
    """Each level by its own answers alone; a level without answers has no mean."""
    rows = list(evaluations)
    return [_summarise(level, [e for e in rows if e.level == level]) for level in Level]


def _summarise(level: Level, rows: list[Evaluation]) -> LevelSummary:
    scores = [e.score for e in rows if e.score is not None]
    mean = sum(scores) * 100 // len(scores) if scores else None
    return LevelSummary(level.value, sum(e.requested_at is not None for e in rows), len(scores), mean)


def check_may_close(evaluations: Iterable[Evaluation]) -> None:
    """Every level was asked, and something above level 1 was answered. Raises Conflict."""
    levels = summary(evaluations)
    if unasked := [s.level for s in levels if not s.asked]:
        raise Conflict(
            f"levels {unasked} are asked later; the activity stays open until then", levels=unasked
        )
    if not any(s.answered for s in levels if s.level > Level.REACTIONS):
        raise Conflict("an activity does not close on level 1 alone")
