"""What every service of Continuum is: relay, inbox and timers beside it, and the operations that each offers.

class CpdService(Service):
    name = "cpd"
"""

from datetime import datetime
from typing import Any, ClassVar

from nameko.extensions import DependencyProvider
from sqlalchemy.orm import Session

from shared import aliases, maintenance
from shared.config import settings
from shared.errors import NotAllowed
from shared.events.people import PersonMerged, PersonSeparated
from shared.health.counted import Counted
from shared.messaging import Fact, projects
from shared.messaging.consumer import InboxConsumer
from shared.messaging.relay import Relay
from shared.operations import handlers, parked_timers, schemas
from shared.rpc import Call, ServiceRpc, rpc
from shared.timers import ErrandLoop, TimerLoop


class Machinery(DependencyProvider):
    """The consumer and the timers of this process, for the operations."""

    consumer = InboxConsumer()
    timers = TimerLoop()
    errands = ErrandLoop()

    def get_dependency(self, worker_ctx: Any) -> "Machinery":
        return self


class Service:
    """The base of every service. Its entrypoints are for operators and for other services."""

    name: ClassVar[str]
    counted: ClassVar[tuple[Counted, ...]] = ()
    relay = Relay()
    others = ServiceRpc()
    machinery = Machinery()

    # --- everybody's projection: who is who

    @projects(PersonMerged)
    def person_merged(self, session: Session, fact: Fact[PersonMerged]) -> None:
        aliases.record_merge(session, fact)

    @projects(PersonSeparated)
    def person_separated(self, session: Session, fact: Fact[PersonSeparated]) -> None:
        aliases.record_separation(session, fact)

    # --- time, under the demo clock alone

    @rpc(schemas.Advance, schemas.Advanced)
    def advance(self, call: Call, now: datetime) -> dict[str, Any]:
        """Fire every timer that is due until ``now``. Refused without CONTINUUM_DEMO_CLOCK=1."""
        handlers.require_operator(call.principal, "advance")
        if not settings().demo_clock:
            raise NotAllowed("time is moved by hand under CONTINUUM_DEMO_CLOCK=1 alone")
        return {"fired": self.machinery.timers.fire(now) + self.machinery.errands.fire(now)}

    @rpc(None, schemas.NextDue, idempotent=True)
    def next_due(self, call: Call) -> dict[str, Any]:
        """When the next timer is due, if any; how many of each kind are due at that moment."""
        handlers.require_insider(call.principal, "next_due")
        return handlers.next_due(call.session)

    # --- facts

    @rpc(None, schemas.Backlog, idempotent=True)
    def backlog(self, call: Call) -> dict[str, Any]:
        """How many events wait in the outbox, were made, were handled, failed: cheap enough to poll."""
        handlers.require_insider(call.principal, "backlog")
        return handlers.backlog(call.session)

    @rpc(schemas.EventPage, idempotent=True)
    def event_page(self, call: Call, **page: Any) -> dict[str, Any]:
        """A page of this service's log, for backfill and replay."""
        handlers.require_insider(call.principal, "event_page")
        return handlers.event_page(call.session, **page)

    @rpc(schemas.ReplayPage, schemas.ReplayedPage, idempotent=True)
    def replay_page(self, call: Call, source: str, after: int, since: datetime | None) -> dict[str, Any]:
        """Run the projections again over one page of a source's log; reactions never run again."""
        handlers.require_operator(call.principal, "replay_page")
        return handlers.replay_page(self.name, self.machinery.consumer, self.others, source, after, since)

    @rpc(schemas.Digest, schemas.Buckets, idempotent=True)
    def log_digest(self, call: Call, types: list[str], since: datetime | None, source: str | None) -> Any:
        """Count and hash of what this service published, for each type and hour."""
        handlers.require_insider(call.principal, "log_digest")
        return handlers.log_digest(call.session, types, since)

    @rpc(schemas.Digest, schemas.Buckets, idempotent=True)
    def inbox_digest(self, call: Call, types: list[str], since: datetime | None, source: str | None) -> Any:
        """Count and hash of what this service knows of a source's events, for each type and hour."""
        handlers.require_insider(call.principal, "inbox_digest")
        return handlers.inbox_digest(call.session, source or "", types, since)

    @rpc(schemas.Bucket, schemas.EventIds, idempotent=True)
    def log_ids(self, call: Call, **bucket: Any) -> Any:
        """The ids of one bucket of the log."""
        handlers.require_insider(call.principal, "log_ids")
        return handlers.log_ids(call.session, **bucket)

    @rpc(schemas.Bucket, schemas.EventIds, idempotent=True)
    def inbox_ids(self, call: Call, **bucket: Any) -> Any:
        """The ids of one bucket of the inbox."""
        handlers.require_insider(call.principal, "inbox_ids")
        return handlers.inbox_ids(call.session, **bucket)

    @rpc(schemas.Verified)
    def mark_verified(self, call: Call, **verified: Any) -> dict[str, Any]:
        """Note how far this inbox was compared with a source's log."""
        handlers.require_operator(call.principal, "mark_verified")
        return handlers.mark_verified(call.session, **verified)

    @rpc(schemas.Resend, schemas.Resent)
    def resend(self, call: Call, event_ids: list[Any]) -> dict[str, Any]:
        """Publish events of the log again; who has them already does nothing."""
        handlers.require_operator(call.principal, "resend")
        return handlers.resend(call.session, call.now, call.principal, event_ids)

    @rpc(None, schemas.Latencies, idempotent=True)
    def latencies(self, call: Call) -> dict[str, Any]:
        """The latest times from commit to effect in this process, by event."""
        handlers.require_insider(call.principal, "latencies")
        return handlers.latencies(self.name)

    # --- maintenance

    @rpc(schemas.MaintenanceOn, schemas.MaintenanceState)
    def maintenance_on(self, call: Call, reason: str, retry_after_s: int) -> dict[str, Any]:
        """Change nothing from now on, for anybody but operators; events and deadlines wait."""
        handlers.require_operator(call.principal, "maintenance_on")
        maintenance.begin(call.session, call.now, call.principal, reason, retry_after_s)
        return {"on": True}

    @rpc(None, schemas.MaintenanceState)
    def maintenance_off(self, call: Call) -> dict[str, Any]:
        """Go on with everything."""
        handlers.require_operator(call.principal, "maintenance_off")
        maintenance.end(call.session, call.now, call.principal)
        return {"on": False}

    # --- failures

    @rpc(schemas.ParkedRetry, schemas.Changed)
    def parked_retry(self, call: Call, **which: Any) -> dict[str, Any]:
        """Try parked events again, from the first attempt."""
        return handlers.parked_retry(call.session, call.now, call.principal, **which)

    @rpc(schemas.ParkedDiscard, schemas.Changed)
    def parked_discard(self, call: Call, **which: Any) -> dict[str, Any]:
        """Give an event up, with a reason; what waits behind it goes on."""
        return handlers.parked_discard(call.session, call.now, call.principal, **which)

    @rpc(None, schemas.Changed)
    def timers_retry(self, call: Call) -> dict[str, Any]:
        """Fire parked timers again, from the first attempt."""
        return parked_timers.retry(call.session, call.now, call.principal)
