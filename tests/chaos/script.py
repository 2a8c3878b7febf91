"""The script of days: who does what when, and what must have come to rest before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cli.demo.names import BODIES
from cli.demo.stage import office_hours
from tests.chaos.job import TERM_DAYS, Job
from tests.chaos.people import ENDS, STARTS, One


@dataclass(frozen=True)
class Phase:
    """A day of the script. ``who`` takes part; those of one ``group`` come one after another.

    Before one with ``at_rest`` everything that is due by then happens, and comes to rest: it depends on timers, or on
    reactions that nobody could ask for again.
    """

    day: date
    what: str
    step: Callable[["Job", Any, datetime], None]
    who: Callable[["Job"], list[Any]]
    at_rest: bool = False
    group: Callable[[Any], Any] = field(default=lambda each: id(each))


def _terms() -> list[Phase]:
    def step(term: int) -> Callable[[Job, One, datetime], None]:
        return lambda job, one, now: job.assess_term(one, now, term)

    return [Phase(day, f"assess term {n}", step(n), Job.staying) for n, day in enumerate(TERM_DAYS, start=1)]


def _arranging(nth: int) -> Phase:
    day = STARTS + timedelta(days=nth)
    return Phase(
        day,
        f"arrange placement {nth}",
        lambda job, one, now: job.arrange(one, now, nth),
        Job.everybody,
        group=lambda one: one.placed_at(nth),
    )


SCRIPT = [
    Phase(date(2024, 8, 19), "register bodies", Job.register_body, lambda job: list(BODIES)),
    Phase(date(2024, 8, 19), "import", Job.import_file, Job.files),
    Phase(date(2024, 8, 26), "checks", Job.check_file, Job.files),
    _arranging(1),
    _arranging(2),
    Phase(date(2024, 12, 16), "first placement", Job.first_winter, Job.everybody),
    Phase(
        date(2025, 5, 30),
        "second placement",
        lambda job, one, now: job.complete(one, now, 2),
        Job.staying,
    ),
    Phase(date(2025, 6, 20), "final assessment", Job.assess, Job.staying),
    Phase(ENDS, "recommend", Job.recommend, Job.staying, at_rest=True),
    Phase(date(2025, 7, 15), "take on", Job.take_on, Job.staying, at_rest=True),
    Phase(date(2025, 8, 25), "agree", Job.agree, Job.staying),
    *_terms(),
    Phase(date(2027, 7, 28), "recommend outcome", Job.recommend_outcome, Job.staying),
    Phase(date(2027, 8, 9), "decide", Job.decide, Job.staying),
    Phase(date(2027, 9, 20), "offer", Job.offer, Job.leaders),
    Phase(date(2027, 10, 6), "book", Job.book, Job.leaders, group=lambda _: 1),
    Phase(date(2027, 10, 28), "attend", Job.attend, Job.leaders, at_rest=True),
    Phase(date(2027, 11, 8), "answer suggestions", Job.answer, Job.leaders, at_rest=True),
    Phase(date(2027, 12, 20), "evaluate at level 3", Job.evaluate_later, Job.leaders, at_rest=True),
    Phase(date(2027, 12, 21), "promote", Job.promote, Job.leaders, at_rest=True),
    Phase(date(2028, 1, 10), "the end", lambda job, one, now: None, lambda job: [], at_rest=True),
]


def moment(phase: Phase) -> datetime:
    """Ten in the morning of its day."""
    return office_hours(phase.day)
