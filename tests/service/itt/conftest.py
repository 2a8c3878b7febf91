"""The service as a caller meets it: entrypoints with their schemas, and its deadlines, on one session."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.service import IttService
from shared.database import database_url, make_engine
from shared.events import Event
from shared.messaging import declared
from shared.messaging.outbox import OutboxSession
from shared.policy import Principal
from shared.rpc import Call, Rpc
from shared.rpc.call import Transaction
from shared.rpc.endpoint import Endpoint
from shared.rpc.wire import dumps
from shared.testing import fact
from shared.timers.entrypoints import Timer
from tests.service.itt.courses_kit import load_schools, register_providers
from tests.service.itt.kit import NOW, truncate


class Itt:
    """Calls methods as RPC does: arguments and results through their schemas and through JSON."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._timers = {
            extension.kind: getattr(IttService, name)
            for name in dir(IttService)
            for extension in getattr(getattr(IttService, name), ENTRYPOINT_EXTENSIONS_ATTR, ())
            if isinstance(extension, Timer)
        }

    def asked(self, by: Principal, method: str, now: datetime = NOW, /, **arguments: Any) -> Any:
        """Call a method as this principal."""
        function = getattr(IttService, method)
        (terms,) = [e.terms for e in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR) if isinstance(e, Rpc)]
        endpoint = Endpoint(method, function, terms)
        call = Call(by, now, 0, Transaction(lambda: self.session, 0))
        call.transaction._session = self.session
        loaded = endpoint.load((), json.loads(dumps(arguments)))
        return json.loads(dumps(endpoint.dump(function(SimpleNamespace(), call, **loaded))))

    def fires(self, kind: str, about: UUID | str, now: datetime = NOW) -> None:
        """A deadline has come: of a trainee by id, else of the subject that is named."""
        subject = about if isinstance(about, str) and "/" in about else f"trainee/{about}"
        self._timers[kind](SimpleNamespace(), self.session, now, subject)

    def hears(self, event: Event, **more: Any) -> None:
        """A fact of another service, to all that listen to it."""
        heard = fact(event, now=NOW, **more)
        for subscription in declared(IttService):
            if subscription.type == heard.type:
                self.session.publishing = not subscription.projects  # type: ignore[attr-defined]
                getattr(IttService, subscription.method)(SimpleNamespace(), self.session, heard)
                self.session.publishing = True  # type: ignore[attr-defined]

    def shown(self, by: Principal, trainee_id: UUID | str, now: datetime = NOW) -> Any:
        """The trainee as this principal sees it."""
        return self.asked(by, "get_trainee", now, trainee_id=trainee_id)


@pytest.fixture
def itt(session: Session) -> Itt:
    return Itt(session)


Kept = Callable[[Callable[[Session], Any]], Any]
CONNECTIONS = 20
FILLED_BY_MIGRATIONS = {"funding_rate"}


@pytest.fixture
def kept(service_database: str) -> Iterator[Kept]:
    """Carry work out in a transaction that is committed; everything is removed at the end."""
    engine = make_engine(database_url(service_database), "tests", pool=CONNECTIONS, overflow=0)

    def carry_out(work: Callable[[Session], Any]) -> Any:
        with OutboxSession(engine, info={"service": service_database}) as session, session.begin():
            return work(session)

    with engine.begin() as connection:
        set_by_migrations = connection.exec_driver_sql("SELECT at, kind, subject FROM due").all()
    carry_out(register_providers)
    carry_out(load_schools)
    yield carry_out
    tables = {table.name for table in models.Base.metadata.sorted_tables} - FILLED_BY_MIGRATIONS
    names = ", ".join(sorted(tables))
    truncate(f"{names}, outbox, subject_sequence, audit, due")
    with engine.begin() as connection:
        for deadline in set_by_migrations:
            connection.exec_driver_sql(
                "INSERT INTO due (at, kind, subject) VALUES (%s, %s, %s)", tuple(deadline)
            )
    engine.dispose()
