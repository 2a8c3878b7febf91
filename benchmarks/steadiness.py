"""Whether something grows: samples over time, of which the last third is compared with the first."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Sample = Mapping[str, float]
OUTBOX_AGE, OUTBOX_ROWS, DEAD, OUTBOX_MB = (
    "oldest in the outbox, s",
    "rows in the outbox",
    "dead tuples",
    "outbox, MB",
)
BEHIND, CONNECTIONS, CHANNELS = "effects behind", "connections to the database", "connections to the broker"
MEMORY = "memory of"


@dataclass(frozen=True)
class Bound:
    """The median of the last third may be ``times`` that of the first third, and ``plus`` more."""

    times: float
    plus: float

    def allows(self, first: float, last: float) -> bool:
        """Whether that is no growth."""
        return last <= first * self.times + self.plus

    def __str__(self) -> str:
        return f"{self.times:g} x first + {self.plus:g}"


# Dead tuples and the file of the outbox go up and down with the analyst's query and the vacuum after it, so that a
# third may hold one query more than another. Beyond their pools two processes of a service open two more connections
# each while they have much to do. Memory of a process finds its level in some minutes.
BOUNDS = {
    OUTBOX_AGE: Bound(2, 1),
    OUTBOX_ROWS: Bound(2, 500),
    BEHIND: Bound(2, 1_000),
    DEAD: Bound(1.5, 20_000),
    OUTBOX_MB: Bound(1.25, 8),
    CONNECTIONS: Bound(1, 4),
    CHANNELS: Bound(1, 0),
    MEMORY: Bound(1.1, 8),
}


@dataclass(frozen=True)
class Verdict:
    """One quantity over the whole time."""

    name: str
    start: float
    first: float
    last: float
    end: float
    highest: float
    bound: Bound

    @property
    def grows(self) -> bool:
        """Whether the last third is beyond the bound."""
        return not self.bound.allows(self.first, self.last)


def verdicts(samples: Sequence[Sample]) -> list[Verdict]:
    """For each quantity. ValueError: fewer than three samples."""
    if len(samples) < 3:
        raise ValueError("three samples are the least that can be compared")
    third = len(samples) // 3
    return [_verdict(name, [sample[name] for sample in samples], third) for name in samples[0]]


def _verdict(name: str, values: Sequence[float], third: int) -> Verdict:
    bound = next(bound for known, bound in BOUNDS.items() if name.startswith(known))
    first, last = statistics.median(values[:third]), statistics.median(values[-third:])
    return Verdict(name, values[0], first, last, values[-1], max(values), bound)
