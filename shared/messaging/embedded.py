"""The embedded bus: the consumers of this process, called by the relays without a broker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from shared.database import sessions
from shared.database.tables import SUBSCRIBER
from shared.ids import made_at
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox, Stopping

Alone = Callable[[Envelope], None]


@dataclass(frozen=True, slots=True)
class _Consumer:
    inbox: Inbox
    types: frozenset[str]
    alone: Alone | None
    since: datetime

    def deliver(self, envelopes: Sequence[Envelope]) -> None:
        """What is older than this process may have brought the last one down: each of those runs by itself."""
        together: list[Envelope] = []
        for envelope in envelopes:
            if self.alone is not None and made_at(envelope.id) < self.since:
                self.inbox.deliver(together)
                together = []
                self.alone(envelope)
            else:
                together.append(envelope)
        self.inbox.deliver(together)


_inboxes: dict[str, _Consumer] = {}
_declared: dict[str, frozenset[tuple[str, str]]] = {}


class Absent(ConnectionError):
    """Somebody who is declared to listen is not there (yet): the relay tries again, as with a broker that is away."""


def join(inbox: Inbox, types: frozenset[str], alone: Alone | None = None) -> None:
    """The service listens from now on; ``alone`` settles an event that may have brought a process down."""
    known = _inboxes.get(inbox.service)
    since = known.since if known is not None and known.inbox is inbox else datetime.now(UTC)
    _inboxes[inbox.service] = _Consumer(inbox, types, alone, since)
    _declared.clear()


def leave(service: str) -> None:
    """The service is gone: relays hold what is for it."""
    _inboxes.pop(service, None)


def present(service: str) -> bool:
    """Whether the service listens in this process."""
    return service in _inboxes


def deliver(envelopes: Sequence[Envelope]) -> None:
    """Call every consumer with what it listens to; returns when all have committed.

    Raises Absent when one of them is not in this process: what the others committed they will know again.
    """
    here = dict(_inboxes)  # whoever joins while this runs has not got these
    for consumer in here.values():
        if wanted := [e for e in envelopes if e.type in consumer.types]:
            try:
                consumer.deliver(wanted)
            except Stopping:
                raise Absent(f"{consumer.inbox.service} is going down") from None
    types = {e.type for e in envelopes}
    for type_, name in _listeners(envelopes[0].source) if envelopes else ():
        if type_ in types and name not in here:
            raise Absent(f"{name} is declared to listen to {type_}, and is not here")


def _listeners(source: str) -> frozenset[tuple[str, str]]:
    """(type, consumer) for everybody who is declared to listen to the source."""
    if source not in _declared:
        with sessions(source)() as session, session.begin():
            rows = session.execute(select(SUBSCRIBER.c.type, SUBSCRIBER.c.consumer)).all()
        _declared[source] = frozenset((row.type, row.consumer) for row in rows)
    return _declared[source]
