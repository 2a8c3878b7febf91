"""``@handles`` and ``@projects``: what a service listens to, declared on its methods."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, Entrypoint

from shared.events import Event
from shared.messaging.consumer import InboxConsumer

Since = Literal["beginning", "now"]
Method = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event type that a method of a service listens to."""

    type: str
    method: str
    projects: bool
    since: Since

    @property
    def source(self) -> str:
        """The service that publishes it."""
        return self.type.split(".", 1)[0]


class EventEntrypoint(Entrypoint):
    """Declares that a method listens; the service's one consumer calls it inside its own transactions."""

    consumer = InboxConsumer()
    projecting = False

    def __init__(self, *events: type[Event], since: Since = "beginning", **kwargs: Any) -> None:
        if not events or not all(isinstance(e, type) and issubclass(e, Event) for e in events):
            raise TypeError("name the event classes: @handles(QtsAwarded), not an instance or nothing")
        self.events, self.since = events, since
        super().__init__(**kwargs)

    def subscriptions(self, method: str) -> list[Subscription]:
        """What this decorator declares for the method of that name."""
        return [Subscription(e.TYPE, method, self.projecting, self.since) for e in self.events]


class Handles(EventEntrypoint):
    """A reaction: runs once for each event, may publish and store; a replay never runs it again."""


class Projects(EventEntrypoint):
    """A projection: idempotent, may be run again in any order by a replay; it may not publish."""

    projecting = True


M = TypeVar("M", bound=Method)


def handles(*events: type[Event], since: Since = "beginning") -> Callable[[M], M]:
    """React to these events: ``(self, session, fact)`` runs once for each, and may publish."""
    return _marks(Handles, events, since)


def projects(*events: type[Event], since: Since = "beginning") -> Callable[[M], M]:
    """Project these events: ``(self, session, fact)`` is idempotent, in any order, and does not publish."""
    return _marks(Projects, events, since)


def _marks(
    entrypoint: type[EventEntrypoint], events: tuple[type[Event], ...], since: Since
) -> Callable[[M], M]:
    def mark(method: M) -> M:
        entrypoint.decorator(*events, since=since)(method)
        return method

    return mark


def declared(cls: type[Any]) -> list[Subscription]:
    """Everything that a service class listens to, projections first: they run before reactions."""
    found: list[Subscription] = []
    for name in dir(cls):
        method = getattr(cls, name)
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()):
            if isinstance(entrypoint, EventEntrypoint):
                found += entrypoint.subscriptions(name)
    return sorted(found, key=lambda s: (s.type, not s.projects, s.method))
