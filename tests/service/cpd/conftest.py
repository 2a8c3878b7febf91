"""The service as others see it: facts reach it, calls go through its schemas, timers fire when they are due."""

from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

import pytest
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.cpd.service import CpdService
from shared.database.tables import DUE
from shared.events import Event, Person, itt, people
from shared.ids import new_id
from shared.messaging import declared
from shared.policy import Principal, Role
from shared.rpc import Call, Rpc
from shared.rpc.call import Transaction
from shared.rpc.endpoint import Endpoint
from shared.testing import fact, principal, published

E = TypeVar("E", bound=Event)
SCHOOL, OTHER_SCHOOL = "100001", "100002"
TIMERS = {
    "appeal_time_over": CpdService.appeal_time_over,
    "evaluation_due": CpdService.evaluation_due,
    "post_over": CpdService.post_over,
}

OPERATOR = principal(Role.OPERATOR, id="operator")
HEAD = principal(Role.SCHOOL_LEADER, f"school:{SCHOOL}")
OTHER_HEAD = principal(Role.SCHOOL_LEADER, f"school:{OTHER_SCHOOL}")
BODY = principal(Role.APPROPRIATE_BODY, "body:north-tyne")
OTHER_BODY = principal(Role.APPROPRIATE_BODY, "body:mersey")
STRANGER = principal(Role.TEACHER)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def peer(person_id: UUID | None = None) -> Principal:
    return principal(Role.TEACHER, id=str(person_id or new_id()))


class Cpd:
    """The service on one session, at a business time that the test sets."""

    def __init__(self, session: Session) -> None:
        self.session, self.now, self.service = session, noon(date(2024, 7, 1)), object.__new__(CpdService)

    def on(self, day: date) -> "Cpd":
        """It is noon of that day; what became due before has fired."""
        self.now = noon(day)
        self.fire()
        return self

    def fire(self) -> int:
        """Fire what is due, oldest first, each at its own time."""
        due = self.session.execute(select(DUE).where(DUE.c.at <= self.now).order_by(DUE.c.at, DUE.c.id)).all()
        for row in due:
            self.session.execute(delete(DUE).where(DUE.c.id == row.id))
            TIMERS[row.kind](self.service, self.session, row.at, row.subject)
        return len(due)

    def hears(self, event: Event, **overrides: Any) -> None:
        """Deliver an event: projections first, then reactions."""
        heard = fact(event, now=self.now, **overrides)
        for subscription in sorted(declared(CpdService), key=lambda s: not s.projects):
            if subscription.type == heard.type:
                self.session.publishing = not subscription.projects  # type: ignore[attr-defined]
                getattr(self.service, subscription.method)(self.session, heard)
                self.session.publishing = True  # type: ignore[attr-defined]

    def __call__(self, by: Principal, method: str, **arguments: Any) -> Any:
        """Call a method as RPC does: arguments and result through their schemas."""
        function = getattr(CpdService, method)
        (terms,) = [e.terms for e in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR) if isinstance(e, Rpc)]
        endpoint = Endpoint(method, function, terms)
        call = Call(by, self.now, 0, Transaction(lambda: self.session, 0))
        call.transaction._session = self.session
        answer = endpoint.dump(function(self.service, call, **endpoint.load((), plain(arguments))))
        self.session.flush()
        return answer

    def told(self, type_: type[E]) -> list[E]:
        """The events of that type that were published."""
        return [event for event in published(self.session) if isinstance(event, type_)]

    def types(self) -> list[str]:
        """The types of all that was published, in order, without service and version."""
        return [event.TYPE.removeprefix("cpd.").removesuffix(".v1") for event in published(self.session)]

    def bodies(self) -> None:
        """Two appropriate bodies; the first is the one of both schools."""
        given = {"code": "north-tyne", "name": "North Tyne", "school_urns": [SCHOOL, OTHER_SCHOOL]}
        self(OPERATOR, "register_appropriate_body", **given)
        self(OPERATOR, "register_appropriate_body", code="mersey", name="Mersey", provider_code="1M1")


def plain(value: Any) -> Any:
    """Arguments as they travel."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


@pytest.fixture
def cpd(session: Session) -> Cpd:
    return Cpd(session)


class Teacher:
    """Somebody whose facts can be told in any order."""

    def __init__(self) -> None:
        self.id, self.trainee_id, self.post_id = new_id(), new_id(), new_id()
        self.principal = peer(self.id)
        self.person = Person(first_names="Amina", last_name="Okafor")

    def qts(self, on: date = date(2024, 7, 10), **more: Any) -> itt.QtsAwarded:
        given: dict[str, Any] = {
            "trainee_id": self.trainee_id,
            "person_id": self.id,
            "provider_code": "2A5",
            "trn": "1234567",
            "training_route": "school_direct_tuition_fee",
            "course_subjects": ("mathematics",),
            "trained_at_urns": ("100009",),
            "person": self.person,
        }
        return itt.QtsAwarded(**{**given, "occurred_at": noon(on), "awarded_on": on, **more})

    def undone(self, qualification: str = "QTS") -> itt.AwardUndone:
        given: dict[str, Any] = {
            "trainee_id": self.trainee_id,
            "person_id": self.id,
            "provider_code": "2A5",
            "state": "recommended",
        }
        return itt.AwardUndone(**given, qualification=qualification, occurred_at=noon(date(2024, 8, 1)))

    def begins(self, on: date = date(2024, 9, 2), **more: Any) -> people.RoleBegun:
        given: dict[str, Any] = {
            "person_id": self.id,
            "role_period_id": self.post_id,
            "role": "teacher",
            "school_urn": SCHOOL,
            "person": self.person,
        }
        return people.RoleBegun(**{**given, "occurred_at": noon(on), "begins_on": on, **more})

    def ends(self, on: date, **more: Any) -> people.RoleEnded:
        given: dict[str, Any] = {
            "person_id": self.id,
            "role_period_id": self.post_id,
            "role": "teacher",
            "school_urn": SCHOOL,
        }
        return people.RoleEnded(**{**given, "occurred_at": noon(on), "ended_on": on, **more})


@pytest.fixture
def teacher() -> Teacher:
    return Teacher()


@pytest.fixture
def proposed(cpd: Cpd, teacher: Teacher) -> str:
    """A proposed period of the teacher; gives its id."""
    cpd.bodies()
    cpd.on(date(2024, 7, 10)).hears(teacher.qts())
    cpd.hears(teacher.begins())
    period_id: str = cpd(teacher.principal, "get_induction", person_id=teacher.id)["periods"][0]["id"]
    return period_id


@pytest.fixture
def opened(cpd: Cpd, proposed: str) -> str:
    """An open period, from 2 September 2024."""
    cpd.on(date(2024, 8, 30))(BODY, "agree_induction", period_id=proposed)
    return proposed


@pytest.fixture
def served(cpd: Cpd, opened: str) -> str:
    """All six terms are served and assessed; it is the last day, 22 July 2026."""
    assess_all(cpd, opened, SIX_TERMS)
    return opened


SIX_TERMS = [
    date(2024, 12, 20),
    date(2025, 4, 4),
    date(2025, 7, 22),
    date(2025, 12, 19),
    date(2026, 4, 2),
    date(2026, 7, 22),
]


def assess_all(cpd: Cpd, period_id: str, ends: list[date]) -> None:
    """Assess each term on its last day."""
    for term, day in enumerate(ends, 1):
        given = {"term": term, "outcome": "satisfactory", "evidence": f"term {term}"}
        cpd.on(day)(HEAD, "assess_term", period_id=period_id, **given)
