"""What the demonstration knows: the people, what is to happen on which day, and whom it asks."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import eventlet

from cli.demo import cast
from cli.demo.applicants import Applicant
from cli.demo.names import BODIES, SCHOOLS
from cli.installation import Caller
from shared.context import Context, bound, new_correlation_id
from shared.errors import ContinuumError, Unavailable
from shared.policy import Principal

LONDON = ZoneInfo("Europe/London")
OFFICE_HOURS = time(10, 0)
PATIENCE, PAUSE_S = 5, 0.5
Answer = dict[str, Any]


class Fate(StrEnum):
    """What sets somebody's way apart; most go straight on."""

    STRAIGHT = "straight"
    WITHDRAWS = "withdraws"
    WITHDRAWN_BY_MISTAKE = "withdrawn by mistake"
    DEFERS = "defers"
    ASSESSED_TWICE = "assessed twice"
    NEVER_MEETS_STANDARDS = "never meets the standards"
    GOES_ELSEWHERE = "goes elsewhere"
    PART_TIME = "part time"
    ABSENT = "absent"
    MOVES_SCHOOL = "moves school"
    EXTENDED = "extended"
    FAILS_INDUCTION = "fails induction"
    MET_TWICE = "met twice"
    REFUSED_FIRST = "refused first"


@dataclass(slots=True)
class Player:
    """One trainee, of the file or recruited. ``post`` and ``period`` are what the services answered last."""

    number: int
    name: str
    person_id: str
    trainee: Answer
    fate: Fate
    random: Random
    school: str = ""
    post: Answer = field(default_factory=dict)
    period: Answer = field(default_factory=dict)
    nominated: bool = False

    @property
    def myself(self) -> Principal:
        """The person as a caller."""
        return cast.teacher(self.person_id)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that a service refused: the script goes on without it."""

    day: date
    who: str
    error: ContinuumError


Step = Callable[["Stage"], None]


class Stage:
    """The heap of steps and the clock's day. A step may put further steps on later days."""

    def __init__(self, call: Caller, provider_code: str, seed: int) -> None:
        self.call, self.provider_code, self.seed = call, provider_code, seed
        self.now = datetime.now(UTC)
        self.players: list[Player] = []
        self.applicants: list[Applicant] = []
        self.mentors: dict[str, list[str]] = {}
        self.troubles: list[Trouble] = []
        self.done = 0
        self._heap: list[tuple[date, int, str, Step]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def today(self) -> date:
        """The day in England."""
        return self.now.astimezone(LONDON).date()

    def at(self, day: date, who: str, step: Step) -> None:
        """Put a step on a day, never before today. Steps of one ``who`` on one day belong together."""
        heapq.heappush(self._heap, (max(day, self.today), next(self._order), who, step))

    def next_day(self) -> date | None:
        """The day of the next step."""
        return self._heap[0][0] if self._heap else None

    def take(self, day: date) -> Mapping[str, list[Step]]:
        """The steps of that day, by who."""
        found: dict[str, list[Step]] = {}
        while self._heap and self._heap[0][0] <= day:
            _, _, who, step = heapq.heappop(self._heap)
            found.setdefault(who, []).append(step)
        return found

    def run(self, who: str, steps: list[Step]) -> None:
        """Run them; what a service refuses is noted, and ends the day for this ``who``."""
        try:
            for step in steps:
                step(self)
                self.done += 1
        except ContinuumError as error:
            self.troubles.append(Trouble(self.today, who, error))

    def ask(self, by: Principal, service: str, method: str, **arguments: Any) -> Any:
        """Call a service as somebody, now in business time; what is away for a moment is asked again.

        Each request is a story of its own, which ``continuum trace`` tells.
        """
        plain = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in arguments.items()
        }
        with bound(Context(new_correlation_id())):
            for _ in range(PATIENCE):
                try:
                    return self.call(service, method, plain, by=by, now=self.now)
                except Unavailable:
                    eventlet.sleep(PAUSE_S)
            return self.call(service, method, plain, by=by, now=self.now)

    @property
    def provider(self) -> Principal:
        """The accredited provider of the file."""
        return cast.provider(self.provider_code)


def office_hours(day: date) -> datetime:
    """Ten in the morning in London."""
    return datetime.combine(day, OFFICE_HOURS, LONDON).astimezone(UTC)


def body_of(urn: str) -> str:
    """The appropriate body that a school of the demonstration has chosen."""
    codes = tuple(BODIES)
    return codes[tuple(SCHOOLS).index(urn) * len(codes) // len(SCHOOLS)]


def other_body(code: str) -> str:
    """Another one."""
    codes = tuple(BODIES)
    return codes[(codes.index(code) + 1) % len(codes)]


def weekday(day: date, wanted: int) -> date:
    """That weekday (Monday is 0) on or before the day."""
    return day - timedelta(days=(day.weekday() - wanted) % 7)


def fates(number: int, random: Random) -> Iterator[Fate]:
    """A fate for each of so many people: the unusual ones a few times in sixty, one at least of a handful."""
    wanted = [fate for fate, in_sixty in UNUSUAL for _ in range(round(in_sixty * number / 60))]
    chosen = (wanted + [Fate.STRAIGHT] * number)[:number]
    random.shuffle(chosen)
    yield from chosen


UNUSUAL = (
    (Fate.WITHDRAWS, 3),
    (Fate.WITHDRAWN_BY_MISTAKE, 1),
    (Fate.DEFERS, 4),
    (Fate.ASSESSED_TWICE, 2),
    (Fate.NEVER_MEETS_STANDARDS, 1),
    (Fate.GOES_ELSEWHERE, 2),
    (Fate.PART_TIME, 3),
    (Fate.ABSENT, 3),
    (Fate.MOVES_SCHOOL, 3),
    (Fate.EXTENDED, 1),
    (Fate.FAILS_INDUCTION, 1),
    (Fate.MET_TWICE, 2),
    (Fate.REFUSED_FIRST, 1),
)
