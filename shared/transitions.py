"""State machines as one table of (state, event, state): what runs, what is printed, what is drawn."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from shared.errors import TransitionNotAllowed, join

S = TypeVar("S", bound=StrEnum)
Move = tuple[S, str, S]


class Transitions(Generic[S]):
    """The moves of one machine, named ``service.subject``; ``corrections`` are listed, and stand outside the table."""

    registry: ClassVar["dict[str, Transitions[StrEnum]]"] = {}

    def __init__(self, name: str, *moves: Move[S], corrections: Sequence[str] = ()) -> None:
        self.name, self.moves, self.corrections = name, moves, tuple(corrections)
        self._to = {(source, event): target for source, event, target in moves}
        if len(self._to) != len(moves):
            raise ValueError(f"{name}: one event from one state leads to two states")
        self.registry[name] = self  # type: ignore[assignment]

    def __iter__(self) -> Iterator[Move[S]]:
        return iter(self.moves)

    @property
    def states(self) -> tuple[S, ...]:
        """All states of the machine, as its enumeration orders them, also those that no move leads to."""
        return tuple(type(self.moves[0][0]))

    def allowed(self, state: S) -> list[str]:
        """The events that are possible in this state, as the table orders them."""
        return [event for source, event, _ in self.moves if source == state]

    def next(self, state: S, event: str) -> S:
        """The state after the event. Raises TransitionNotAllowed, which names both."""
        if (target := self._to.get((state, event))) is not None:
            return target
        allowed = self.allowed(state)
        possible = join([_words(each) for each in allowed])
        right = f"possible here: {possible}" if allowed else "nothing is possible here any more"
        subject = _words(self.name.rpartition(".")[2])
        raise TransitionNotAllowed(
            f"The {subject} is in the state “{_words(state.value)}”: “{_words(event)}” is not possible; {right}",
            machine=self.name,
            state=state.value,
            event=event,
            allowed=allowed,
        )


def _words(code: str) -> str:
    """``trn_received`` reads ``trn received``."""
    return code.replace("_", " ")
