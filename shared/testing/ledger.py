"""The ledger of the test services: where each event is, and whether its effects happened once and in order."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]
Sql = Callable[..., list[Row]]

MADE = """
SELECT event_id::text, subject, sequence FROM event_log WHERE type = %s
UNION SELECT event_id::text, subject, sequence FROM outbox WHERE type = %s
"""


@dataclass(frozen=True)
class Side:
    """One source and its one consumer. ``effects`` are in the order in which they happened."""

    type: str
    made: dict[str, tuple[str, int]]
    waiting: int
    inbox: list[str]
    failures: dict[str, str]
    effects: list[tuple[str, str, int]]

    @property
    def lost(self) -> set[str]:
        """What was made and is nowhere at the consumer (yet)."""
        return set(self.made) - set(self.inbox) - set(self.failures)

    @property
    def settled(self) -> bool:
        """Nothing waits, and nothing will be tried again."""
        open_ = [state for state in self.failures.values() if state == "retrying"]
        return not self.waiting and not open_ and set(self.made) == set(self.inbox) | set(self.failures)

    def mistakes(self, *, ordered: bool) -> list[str]:
        """What is wrong, in words; empty if every event is in one place and had its effects once, in order."""
        known, failed = set(self.inbox), set(self.failures)
        times = Counter(id_ for id_, _, _ in self.effects)
        wrong = {
            "lost": self.lost,
            "from nowhere": (known | failed) - set(self.made),
            "in two places": known & failed,
            "handled without effect": known - set(times),
            "effect without being handled": set(times) - known,
            "effect more than once": {id_ for id_, n in times.items() if n > 1},
        }
        said = [f"{self.type}: {len(ids)} {what}" for what, ids in wrong.items() if ids]
        return said + self._gaps() + (self._out_of_order() if ordered else [])

    def _gaps(self) -> list[str]:
        sequences: dict[str, list[int]] = {}
        for subject, sequence in self.made.values():
            sequences.setdefault(subject, []).append(sequence)
        return [
            f"{self.type}: the sequence of {subject} is not 1 to {len(numbers)}"
            for subject, numbers in sequences.items()
            if sorted(numbers) != list(range(1, len(numbers) + 1))
        ]

    def _out_of_order(self) -> list[str]:
        last: dict[str, int] = {}
        for _, subject, sequence in self.effects:
            if sequence <= last.get(subject, 0):
                return [f"{self.type}: {subject} had {sequence} after {last[subject]}"]
            last[subject] = sequence
        return []


class Ledger:
    """Both sides: words from the speaker to the listener, and the answers back."""

    def __init__(self, sql: Sql) -> None:
        self.words = _side(sql, "speaker", "speaker.word.said.v1", "listener")
        self.answers = _side(sql, "listener", "listener.word.heard.v1", "speaker")
        self.said = int(sql("speaker", "SELECT count(*) FROM said")[0][0])
        self.last = {s: n for s, n in sql("listener", "SELECT subject, sequence FROM last_word")}

    @property
    def settled(self) -> bool:
        return self.words.settled and self.answers.settled and len(self.answers.made) == len(self.words.inbox)

    def mistakes(self, *, ordered: bool = True) -> list[str]:
        """What is wrong on either side, and between rows and events of one transaction."""
        wrong = self.words.mistakes(ordered=ordered) + self.answers.mistakes(ordered=ordered)
        if self.said != len(self.words.made):
            wrong.append(f"{self.said} rows said, {len(self.words.made)} events")
        if len(self.answers.made) != len(self.words.inbox):
            wrong.append(f"{len(self.words.inbox)} words handled, {len(self.answers.made)} answers")
        return wrong + self._projection()

    def _projection(self) -> list[str]:
        highest: dict[str, int] = {}
        for _, subject, sequence in self.words.effects:
            highest[subject] = max(sequence, highest.get(subject, 0))
        return [] if highest == self.last else ["the projection is not the fold of what was handled"]

    def state(self) -> str:
        """Numbers, for the message of a test that failed."""
        return "\n".join(
            f"{side.type}: {len(side.made)} made, {side.waiting} in the outbox, {len(side.inbox)} in the inbox, "
            f"failures {dict(Counter(side.failures.values()))}, {len(side.effects)} effects"
            for side in (self.words, self.answers)
        )


def _side(sql: Sql, source: str, type_: str, consumer: str) -> Side:
    return Side(
        type_,
        {id_: (subject, sequence) for id_, subject, sequence in sql(source, MADE, type_, type_)},
        int(sql(source, "SELECT count(*) FROM outbox")[0][0]),
        [id_ for (id_,) in sql(consumer, "SELECT message_id::text FROM inbox")],
        dict(sql(consumer, "SELECT message_id::text, state FROM inbox_failure WHERE source <> 'unknown'")),
        sql(consumer, "SELECT message_id::text, subject, sequence FROM effect ORDER BY id"),
    )
