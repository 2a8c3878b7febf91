"""The embedded bus: the consumers of this process, called by the relays without a broker."""

from collections.abc import Sequence

from sqlalchemy import select

from shared.database import sessions
from shared.database.tables import SUBSCRIBER
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox, Stopping

_inboxes: dict[str, tuple[Inbox, frozenset[str]]] = {}
_declared: dict[str, frozenset[tuple[str, str]]] = {}


class Absent(ConnectionError):
    """Somebody who is declared to listen is not there (yet): the relay tries again, as with a broker that is away."""


def join(inbox: Inbox, types: frozenset[str]) -> None:
    """The service listens from now on."""
    _inboxes[inbox.service] = (inbox, types)
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
    for inbox, types in list(_inboxes.values()):
        if wanted := [e for e in envelopes if e.type in types]:
            try:
                inbox.deliver(wanted)
            except Stopping:
                raise Absent(f"{inbox.service} is going down") from None
    types_here = {e.type for e in envelopes}
    for type_, consumer in _listeners(envelopes[0].source) if envelopes else ():
        if type_ in types_here and not present(consumer):
            raise Absent(f"{consumer} is declared to listen to {type_}, and is not here")


def _listeners(source: str) -> frozenset[tuple[str, str]]:
    """(type, consumer) for everybody who is declared to listen to the source."""
    if source not in _declared:
        with sessions(source)() as session, session.begin():
            rows = session.execute(select(SUBSCRIBER.c.type, SUBSCRIBER.c.consumer)).all()
        _declared[source] = frozenset((row.type, row.consumer) for row in rows)
    return _declared[source]
