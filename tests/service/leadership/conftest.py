"""Facts reach leadership as in the service: projections first, then reactions; calls pass through their schemas."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.leadership.service import LeadershipService
from shared.database.tables import DUE
from shared.events import Event, cpd, itt, training
from shared.ids import new_id
from shared.messaging import Fact, declared
from shared.policy import Principal
from shared.rpc import Call, Rpc
from shared.rpc.call import Transaction
from shared.rpc.endpoint import Endpoint
from shared.testing import fact

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)


class Leadership:
    """The service on one session; ``at`` is its business time."""

    def __init__(self, session: Session) -> None:
        self.session, self.at, self.entrypoints = session, AT, object.__new__(LeadershipService)

    def hears(self, event: Event, *, only_projections: bool = False, **overrides: Any) -> Fact[Any]:
        """Deliver an event now."""
        heard = fact(event, now=self.at, **overrides)
        self.take(heard, only_projections=only_projections)
        return heard

    def take(self, heard: Fact[Any], *, only_projections: bool = False) -> None:
        """Run what listens to the fact."""
        for subscription in declared(LeadershipService):
            if subscription.type == heard.type and (subscription.projects or not only_projections):
                self.session.publishing = not subscription.projects  # type: ignore[attr-defined]
                getattr(self.entrypoints, subscription.method)(self.session, heard)
                self.session.publishing = True  # type: ignore[attr-defined]

    def asked(self, by: Principal, method: str, **arguments: Any) -> Any:
        """Call a method as RPC does."""
        function = getattr(LeadershipService, method)
        (terms,) = [e.terms for e in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR) if isinstance(e, Rpc)]
        endpoint = Endpoint(method, function, terms)
        call = Call(by, self.at, 0, Transaction(lambda: self.session, 0))
        call.transaction._session = self.session
        return endpoint.dump(function(self.entrypoints, call, **endpoint.load((), arguments)))

    def waits_until(self, at: datetime) -> int:
        """Fire the timers that are due; gives how many were."""
        self.at = at
        rows = self.session.execute(select(DUE).where(DUE.c.at <= at).order_by(DUE.c.at)).all()
        for row in rows:
            self.session.execute(DUE.delete().where(DUE.c.id == row.id))
            getattr(self.entrypoints, row.kind)(self.session, at, row.subject)
        return len(rows)


@pytest.fixture
def service(session: Session) -> Leadership:
    return Leadership(session)


def passed(person_id: UUID, mentor_id: UUID | None = None) -> cpd.InductionPassed:
    return cpd.InductionPassed(
        occurred_at=AT,
        person_id=person_id,
        period_id=new_id(),
        passed_on=AT.date(),
        school_urn="123456",
        mentor_id=mentor_id,
    )


def mentored(mentor_id: UUID, trainee_id: UUID | None = None) -> itt.PlacementCompleted:
    return itt.PlacementCompleted(
        occurred_at=AT,
        trainee_id=trainee_id or new_id(),
        person_id=new_id(),
        placement_id=new_id(),
        school_urn="123456",
        mentor_id=mentor_id,
        completed_on=AT.date(),
        days=60,
    )


def placement_corrected(known: itt.PlacementCompleted, mentor_id: UUID) -> training.PlacementCorrected:
    """The placement was of this mentor."""
    was = known.mentor_id if known.mentor_id != mentor_id else None
    return training.PlacementCorrected(**_of(known), mentor_id=mentor_id, from_mentor_id=was, days=known.days)


def placement_removed(known: itt.PlacementCompleted) -> training.PlacementRemoved:
    """The placement was none."""
    return training.PlacementRemoved(**_of(known), mentor_id=known.mentor_id, days=known.days)


def _of(known: itt.PlacementCompleted) -> dict[str, Any]:
    names = ("occurred_at", "trainee_id", "person_id", "placement_id", "school_urn", "completed_on")
    days = {"number": 1, "starts_on": known.completed_on, "ends_on": known.completed_on}
    return {name: getattr(known, name) for name in names} | days


def led(person_id: UUID, **more: Any) -> cpd.ContributionRecorded:
    values: dict[str, Any] = {
        "occurred_at": AT,
        "contribution_id": new_id(),
        "person_id": person_id,
        "kind": "led",
        "what": "Fractions",
        "school_urn": "123456",
        "contributed_on": AT.date(),
        "people_reached": 6,
        "hours_hundredths": 200,
    }
    return cpd.ContributionRecorded(**(values | more))


def evaluated(offered_by: UUID, score: int = 4, person_id: UUID | None = None) -> cpd.EvaluationRecorded:
    return cpd.EvaluationRecorded(
        occurred_at=AT,
        activity_id=new_id(),
        person_id=person_id or new_id(),
        offered_by=offered_by,
        level=1,
        score=score,
        recorded_on=AT.date(),
    )
