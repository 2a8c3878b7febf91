"""The embedded bus: the consumers of this process, called by the relays without a broker."""

from collections.abc import Sequence

from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox

_inboxes: dict[str, tuple[Inbox, frozenset[str]]] = {}


def join(inbox: Inbox, types: frozenset[str]) -> None:
    """The service listens from now on."""
    _inboxes[inbox.service] = (inbox, types)


def leave(service: str) -> None:
    """The service is gone: relays hold what is for it."""
    _inboxes.pop(service, None)


def present(service: str) -> bool:
    """Whether the service listens in this process."""
    return service in _inboxes


def deliver(envelopes: Sequence[Envelope]) -> None:
    """Call every consumer with what it listens to; returns when all have committed."""
    for inbox, types in list(_inboxes.values()):
        if wanted := [e for e in envelopes if e.type in types]:
            inbox.deliver(wanted)
