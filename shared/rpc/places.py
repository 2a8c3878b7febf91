"""How many calls a service takes at a time: so many at work, so many in line, and no more."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eventlet.event import Event

from shared.config import Settings
from shared.errors import Busy, DeadlineExceeded
from shared.policy import Principal, Role
from shared.rpc import limits
from shared.rpc.call import remaining_s


class Line:
    """At most ``most_at_work`` calls at a time; at most ``most_waiting`` more wait, first come first served."""

    def __init__(self, most_at_work: int, most_waiting: int) -> None:
        self.most_at_work, self.most_waiting = most_at_work, most_waiting
        self.at_work = 0
        self._line: deque[Any] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._line)

    @property
    def is_full(self) -> bool:
        """Whether who comes now must wait."""
        return self.at_work >= self.most_at_work

    @contextmanager
    def place(self, deadline: float) -> Iterator[None]:
        """A place to work. Raises Busy when the line is full, DeadlineExceeded (unix seconds) when none came free."""
        if self.is_full:
            self._wait(deadline)
        else:
            self.at_work += 1
        try:
            yield
        finally:
            self._leave()

    def _wait(self, deadline: float) -> None:
        if self.waiting >= self.most_waiting:
            raise Busy(
                f"{self.at_work} calls are at work and {self.waiting} wait; nothing was done",
                retry_after_s=limits.RETRY_AFTER_S,
            )
        turn = Event()
        self._line.append(turn)
        try:
            turn.wait(remaining_s(deadline))
        except BaseException:  # It was killed, perhaps when its turn had come already.
            self._give_up(turn)
            raise
        if not turn.ready():
            self._line.remove(turn)
            raise DeadlineExceeded("the caller's time was over before a place was free; nothing was done")

    def _give_up(self, turn: Any) -> None:
        if turn.ready():
            self._leave()
        else:
            self._line.remove(turn)

    def _leave(self) -> None:
        """The place goes to whoever has waited longest."""
        if self._line:
            self._line.popleft().send(True)
        else:
            self.at_work -= 1


class Places:
    """The places of one service: those for everybody, and a few that are kept for operators."""

    def __init__(self, settings: Settings) -> None:
        self._for_all = Line(settings.rpc_max_workers, settings.rpc_max_waiting)
        self._for_operators = Line(limits.RESERVED_AT_WORK, limits.RESERVED_WAITING)

    def place(self, by: Principal, deadline: float) -> Any:
        """A place to work, as a context. Raises Busy, DeadlineExceeded."""
        kept = self._for_all.is_full and by.has(Role.OPERATOR)
        return (self._for_operators if kept else self._for_all).place(deadline)

    def at_work(self) -> int:
        """How many calls are being worked on."""
        return self._for_all.at_work + self._for_operators.at_work

    def waiting(self) -> int:
        """How many calls wait for a place."""
        return self._for_all.waiting + self._for_operators.waiting


def most_deliveries(settings: Settings) -> int:
    """Calls that the broker hands over at a time: all that have a place or wait, and those that are being refused."""
    kept = limits.RESERVED_AT_WORK + limits.RESERVED_WAITING
    return settings.rpc_max_workers + settings.rpc_max_waiting + kept + limits.REFUSED_AT_ONCE
