"""Which requests this process is at, and what it answered lately: for those that the broker delivers again."""

from collections.abc import Callable
from time import monotonic
from typing import Any

REMEMBERED_BYTES = 8 * 1024 * 1024
Key = tuple[str, str]  # reply_to and correlation id of a request


class Replies:
    """Deliveries under way by the key of their request, and replies that may be asked for again.

    The broker hands over so many deliveries ahead of their acknowledgements; after a lost connection it delivers those
    again whose acknowledgements it did not get, as soon as it has noticed the loss: several heartbeats later, while the
    next connection has calls already. So the ``most`` latest replies are remembered, and for ``held_s`` seconds those
    apart whose acknowledgement could not be sent, or may have been lost. All together up to ``REMEMBERED_BYTES``.
    """

    def __init__(self, most: int, held_s: float, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._held_s, self._clock = most, held_s, clock
        self._at_work: dict[Key, Any] = {}
        self._latest: dict[Key, bytes] = {}
        self._held: dict[Key, tuple[float, bytes]] = {}  # until when, in this order
        self._bytes = 0

    def begin(self, key: Key, message: Any) -> bool:
        """Note that the request is being worked on; False: so is another with the same key."""
        return self._at_work.setdefault(key, message) is message

    def end(self, key: Key, body: bytes) -> Any:
        """Remember the reply; the delivery that is to be acknowledged, which may be a later one."""
        self._forget(key)
        self._make_room(len(body))
        self._latest[key] = body
        self._bytes += len(body)
        return self._at_work.pop(key)

    def give_up(self, key: Key) -> None:
        """The work on it is over, whether it came to a reply or not."""
        self._at_work.pop(key, None)

    def again(self, key: Key, message: Any) -> bool:
        """Whether it is being worked on since before the connection was lost: then this delivery counts now."""
        at_work = self._at_work.get(key)
        if at_work is None or at_work.channel is message.channel:
            return False
        self._at_work[key] = message
        return True

    def sent(self, key: Key) -> bytes | None:
        """The reply that was given already; it is the latest again, since it is about to be sent again."""
        body = self._forget(key)
        if body is not None:
            self._latest[key] = body
            self._bytes += len(body)
        return body

    def hold(self, key: Key) -> None:
        """The reply could not be acknowledged: however many follow, it is there when the request comes again."""
        if (body := self._latest.pop(key, None)) is not None:
            self._held[key] = self._clock() + self._held_s, body

    def hold_all(self) -> None:
        """The connection was lost, and nobody knows which of the latest acknowledgements with it."""
        for key in list(self._latest):
            self.hold(key)

    def _make_room(self, size: int) -> None:
        """What is acknowledged goes first."""
        while self._held and next(iter(self._held.values()))[0] < self._clock():
            self._forget(next(iter(self._held)))
        while self._latest and (len(self._latest) >= self._most or self._bytes + size > REMEMBERED_BYTES):
            self._forget(next(iter(self._latest)))
        while self._held and self._bytes + size > REMEMBERED_BYTES:
            self._forget(next(iter(self._held)))

    def _forget(self, key: Key) -> bytes | None:
        body = self._latest.pop(key, None)
        if body is None and key in self._held:
            _, body = self._held.pop(key)
        self._bytes -= len(body or b"")
        return body
