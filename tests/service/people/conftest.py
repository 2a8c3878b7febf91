"""Facts reach people as in the service: projections first, then reactions, and its own facts come back to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy.orm import Session

from services.people.handlers import batch
from services.people.service import PeopleService
from shared.events import Event, Person, cpd, itt
from shared.ids import new_id
from shared.messaging import Fact, declared
from shared.policy import Principal
from shared.rpc import Call, Rpc
from shared.rpc.call import Transaction
from shared.rpc.endpoint import Endpoint
from shared.testing import fact, published

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)


class People:
    """The listening side of the service on one session."""

    def __init__(self, session: Session) -> None:
        self.session, self.came_back, self.entrypoints = session, 0, object.__new__(PeopleService)

    def hears(self, event: Event, **overrides: Any) -> Fact[Any]:
        """Deliver an event, and everything that people published because of it."""
        heard = fact(event, **overrides)
        self.take(heard)
        self.settle()
        return heard

    def take(self, heard: Fact[Any], *, only_projections: bool = False) -> None:
        """Run what listens to the fact."""
        for subscription in declared(PeopleService):
            if subscription.type == heard.type and (subscription.projects or not only_projections):
                self.session.publishing = not subscription.projects  # type: ignore[attr-defined]
                getattr(self.entrypoints, subscription.method)(self.session, heard)
                self.session.publishing = True  # type: ignore[attr-defined]

    def asked(self, by: Principal, method: str, **arguments: Any) -> Any:
        """Call a method as RPC does: arguments and result through their schemas, at the time of these tests."""
        function = getattr(PeopleService, method)
        (terms,) = [e.terms for e in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR) if isinstance(e, Rpc)]
        endpoint = Endpoint(method, function, terms)
        call = Call(by, AT, 0, Transaction(lambda: self.session, 0))
        call.transaction._session = self.session
        answer = endpoint.dump(function(self.entrypoints, call, **endpoint.load((), arguments)))
        self.settle()
        return answer

    def settle(self) -> None:
        """People hears what it published itself; then the batch is over, as before a commit."""
        while self.came_back < len(published(self.session)):
            event = published(self.session)[self.came_back]
            self.came_back += 1
            self.take(fact(event, sequence=self.came_back))
        batch.regroup(self.session)


@pytest.fixture
def service(session: Session) -> People:
    return People(session)


def somebody(first_names: str = "Zoë", last_name: str = "O'Brien", **more: Any) -> Person:
    known: dict[str, Any] = {"date_of_birth": date(2001, 2, 3), "sex": "female", "email": "zoe@example.org"}
    return Person(first_names=first_names, last_name=last_name, **(known | more))


def registered(person: Person | None = None, **more: Any) -> itt.TraineeRegistered:
    values: dict[str, Any] = {
        "occurred_at": AT,
        "trainee_id": new_id(),
        "person_id": new_id(),
        "provider_code": "2A5",
        "training_route": "school_direct_tuition_fee",
        "qualification": "QTS",
        "course_subjects": ("mathematics",),
        "itt_start_date": date(2026, 9, 7),
        "itt_end_date": date(2027, 7, 2),
        "person": person or somebody(),
    }
    return itt.TraineeRegistered(**(values | more))


def career(of: itt.TraineeRegistered) -> list[Event]:
    """From registration to a passed induction: eight facts, a day apart."""
    ids: dict[str, Any] = {"trainee_id": of.trainee_id, "person_id": of.person_id, "provider_code": "2A5"}
    period: dict[str, Any] = {"person_id": of.person_id, "period_id": UUID(int=of.person_id.int ^ 1)}
    days = (AT + timedelta(days=n) for n in range(1, 9))
    on = AT.date()
    return [
        of,
        itt.TrnReceived(occurred_at=next(days), trn="1234567", state="trn_received", **ids),
        itt.TrainingStarted(occurred_at=next(days), started_on=on, **ids),
        itt.TraineeDeferred(occurred_at=next(days), deferred_on=on, **ids),
        itt.TraineeReinstated(
            occurred_at=next(days), reinstated_on=on, state="trn_received", itt_end_date=on, **ids
        ),
        itt.QtsAwarded(
            occurred_at=next(days),
            trn="1234567",
            awarded_on=on,
            training_route="school_direct_tuition_fee",
            course_subjects=("mathematics",),
            **ids,
        ),
        cpd.InductionOpened(
            occurred_at=next(days),
            school_urn="123456",
            appropriate_body="north-tyne",
            starts_on=on,
            rule_set="early_career",
            terms_required_hundredths=600,
            **period,
        ),
        cpd.InductionPassed(occurred_at=next(days), passed_on=on, school_urn="123456", **period),
    ]
