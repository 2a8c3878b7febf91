"""Which requests this process is at, and what it answered lately: for those that the broker delivers again."""

from typing import Any

REMEMBERED_BYTES = 8 * 1024 * 1024
Key = tuple[str, str]  # reply_to and correlation id of a request


class Replies:
    """Deliveries under way by the key of their request, and the latest replies.

    ``most`` replies at most, up to ``REMEMBERED_BYTES``. The broker hands over so many deliveries ahead of their
    acknowledgements, and what it delivers again after a lost connection are those whose acknowledgements it did not
    get: the latest, since they go out in the order of the replies.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._at_work: dict[Key, Any] = {}
        self._sent: dict[Key, bytes] = {}
        self._bytes = 0

    def begin(self, key: Key, message: Any) -> bool:
        """Note that the request is being worked on; False: so is another with the same key."""
        return self._at_work.setdefault(key, message) is message

    def end(self, key: Key, body: bytes) -> Any:
        """Remember the reply; the delivery that is to be acknowledged, which may be a later one."""
        while self._sent and (len(self._sent) >= self._most or self._bytes + len(body) > REMEMBERED_BYTES):
            self._bytes -= len(self._sent.pop(next(iter(self._sent))))
        self._sent[key] = body
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
        body = self._sent.pop(key, None)
        if body is not None:
            self._sent[key] = body
        return body
