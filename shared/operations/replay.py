"""Build a service's projections again from the logs of its sources; its reactions never run again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from shared.errors import NotFound
from shared.messaging.subscriptions import declared
from shared.operations.reading import reading
from shared.service_names import SERVICES, service_class

COUNT = """
SELECT count(*) FROM event_log
WHERE type = ANY(:types) AND created_at >= coalesce(:since, '-infinity'::timestamptz)
"""
Call = Callable[[str, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A page was run: so many events of a source."""

    source: str
    events: int


def sources_of(service: str) -> dict[str, list[str]]:
    """Source -> the types that the service projects. Raises NotFound for an unknown service, or one without any."""
    if service not in SERVICES:
        raise NotFound(f"there is no service {service!r}; there are {', '.join(SERVICES)}")
    found: dict[str, set[str]] = {}
    for subscription in declared(service_class(service)):
        if subscription.projects:
            found.setdefault(subscription.source, set()).add(subscription.type)
    if not found:
        raise NotFound(f"{service} has no projections: there is nothing to build again")
    return {source: sorted(types) for source, types in sorted(found.items())}


def expected(service: str, since: datetime | None) -> dict[str, int]:
    """Source -> how many events a replay will run."""
    counts = {}
    for source, types in sources_of(service).items():
        with reading(source) as session:
            counts[source] = int(session.execute(text(COUNT), {"types": types, "since": since}).scalar_one())
    return counts


def replay(call: Call, service: str, since: datetime | None) -> Iterator[Replayed]:
    """Page by page, each in one transaction of the service. It may be stopped at any time, and begun again."""
    for source in sources_of(service):
        after: int | None = 0
        while after is not None:
            asked: dict[str, Any] = {"source": source, "after": after}
            if since is not None:
                asked["since"] = since.isoformat()
            page = call(service, "replay_page", asked)
            after = page["last"]
            yield Replayed(source, page["replayed"])
