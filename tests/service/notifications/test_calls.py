"""The service as others see it: what it listens to, what can be called, and tables that match the models."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import eventlet
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from nameko.containers import ServiceContainer
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.domain.telling import CONTACTS, TOLD
from services.notifications.models import Activity, Base, Contact, Message
from services.notifications.service import NotificationsService
from shared import maintenance
from shared.config import settings
from shared.database.tables import SHARED
from shared.errors import Conflict, Invalid
from shared.events import Event, Person
from shared.events.cpd import ActivityOffered
from shared.events.itt import TraineeChanged, TrnReceived
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.messaging import declared
from shared.policy import Principal, Role
from shared.rpc import Call, Rpc
from shared.rpc.call import Transaction
from shared.rpc.endpoint import Endpoint
from shared.testing import fact, principal

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
PERSON = new_id()
BY = principal(Role.TRAINEE, id=str(PERSON))
OPERATOR = principal(Role.OPERATOR)


def ask(session: Session, by: Principal, method: str, **arguments: Any) -> Any:
    """Call a method as RPC does: arguments and result through their schemas."""
    function = getattr(NotificationsService, method)
    (terms,) = [e.terms for e in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR) if isinstance(e, Rpc)]
    endpoint = Endpoint(method, function, terms)
    transaction = Transaction(lambda: session, 0)
    transaction._session = session
    service = object.__new__(NotificationsService)
    return endpoint.dump(function(service, Call(by, NOON, 0, transaction), **endpoint.load((), arguments)))


def _message(**more: Any) -> Message:
    values: dict[str, Any] = {
        "id": new_id(),
        "event_id": new_id(),
        "event_type": "itt.trainee.trn_received.v1",
        "recipient_id": PERSON,
        "template": "trn_received",
        "kind": "training",
        "notice": False,
        "subject": "Your TRN",
        "body": "It is 1234567.",
        "occurred_at": NOON,
        "created_at": NOON,
        "state": "failed",
    }
    return Message(**(values | more))


@pytest.fixture
def message_id(session: Session) -> UUID:
    message = _message()
    session.add(message)
    session.flush()
    return message.id


def test_the_service_listens_to_all_that_it_tells_and_to_all_contacts() -> None:
    listened = {(s.type, s.method) for s in declared(NotificationsService)}
    assert {(event.TYPE, "tell") for event in TOLD} <= listened
    assert {(event.TYPE, "contact_told") for event in CONTACTS} <= listened
    assert {(event.TYPE, "address_came") for event in CONTACTS} <= listened


def hear(session: Session, event: Event) -> None:
    """Everything that the service does with an event, projections first."""
    heard, service = fact(event), object.__new__(NotificationsService)
    for subscription in declared(NotificationsService):
        if subscription.type == event.TYPE:
            getattr(service, subscription.method)(session, heard)


def test_what_the_service_hears_becomes_a_message_that_its_timers_let_go(session: Session) -> None:
    night, morning = NOON.replace(hour=23), NOON.replace(day=13, hour=7)
    person = Person(first_names="Ann", last_name="O'Neill", email="ann@example.org")
    ids: dict[str, Any] = {"trainee_id": new_id(), "provider_code": "2A5"}
    other, service = new_id(), object.__new__(NotificationsService)
    received = TrnReceived(occurred_at=night, person_id=other, trn="1234567", state="trn_received", **ids)
    changed = TraineeChanged(occurred_at=night, person_id=PERSON, changed=("email",), person=person, **ids)
    for event in (received, changed, PersonMerged(occurred_at=night, person_id=PERSON, merged_id=other)):
        hear(session, event)
    service.quiet_hours_over(session, morning, morning.isoformat())
    service.no_address_came(session, morning, "2026-01-12")
    message = session.scalars(select(Message)).one()
    session.refresh(message)
    assert message.state == "ready"


def test_the_name_of_an_activity_is_kept(session: Session) -> None:
    activity_id = new_id()
    offered = ActivityOffered(
        occurred_at=NOON,
        activity_id=activity_id,
        offered_by=PERSON,
        kind="workshop",
        area="mathematics",
        title="Modelling",
        school_urn=None,
        starts_at=NOON,
        ends_at=NOON,
        capacity=1,
    )
    hear(session, offered)
    assert session.get_one(Activity, activity_id).title == "Modelling"


def test_a_message_is_read_over_rpc_as_plain_json(session: Session, message_id: UUID) -> None:
    page = ask(session, BY, "inbox", person_id=str(PERSON))
    assert page == {
        "items": [
            {
                "id": str(message_id),
                "kind": "training",
                "template": "trn_received",
                "subject": "Your TRN",
                "body": "It is 1234567.",
                "notice": False,
                "occurred_at": "2026-01-12T12:00:00+00:00",
                "created_at": "2026-01-12T12:00:00+00:00",
                "read_at": None,
            }
        ],
        "next": None,
        "unread": 1,
    }


def test_messages_are_marked_read_over_rpc(session: Session, message_id: UUID) -> None:
    arguments = {"person_id": str(PERSON), "message_ids": [str(message_id)]}
    assert ask(session, BY, "mark_read", **arguments) == {"marked": 1, "unread": 0}


def test_preferences_are_changed_over_rpc(session: Session) -> None:
    changed = ask(session, BY, "change_preferences", person_id=str(PERSON), email={"activities": False})
    assert changed == ask(session, BY, "preferences", person_id=str(PERSON))
    assert changed["email"]["activities"] is False


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("inbox", {"person_id": "nobody"}, "person_id"),
        ("inbox", {"person_id": str(PERSON), "limit": 201}, "limit"),
        ("inbox", {"person_id": str(PERSON), "after": "nonsense"}, "after"),
        ("mark_read", {"person_id": str(PERSON), "message_ids": []}, "message_ids"),
        ("change_preferences", {"person_id": str(PERSON), "email": {}}, "email"),
        ("change_preferences", {"person_id": str(PERSON), "email": {"spam": True}}, "email.spam"),
        (
            "change_preferences",
            {"person_id": str(PERSON), "email": {"training": True}, "digest": "daily"},
            "digest",
        ),
        ("deliveries", {"state": "lost"}, "state"),
        ("deliveries", {"template": "unknown"}, "template"),
        ("send_again", {"message_id": str(PERSON)}, "reason"),
        ("send_all_again", {"state": "sent", "reason": "because"}, "state"),
        ("send_all_again", {"state": "failed", "reason": ""}, "reason"),
        ("send_all_again", {"state": "failed", "reason": "because", "limit": 0}, "limit"),
    ],
)
def test_wrong_arguments_are_told_by_name(
    session: Session, method: str, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        ask(session, BY, method, **arguments)
    assert field in raised.value.fields


def test_an_operator_sees_and_counts_deliveries_over_rpc(session: Session, message_id: UUID) -> None:
    (item,) = ask(session, OPERATOR, "deliveries", state="failed")["items"]
    assert (item["id"], item["state"], item["recipient_id"]) == (str(message_id), "failed", str(PERSON))
    assert ask(session, OPERATOR, "counts")["states"]["failed"] == 1
    with pytest.raises(Conflict, match="no address"):
        ask(session, OPERATOR, "send_again", message_id=str(message_id), reason="it was lost")


def test_the_migrated_tables_are_those_of_the_models(session: Session) -> None:
    ours = set(Base.metadata.tables)
    options = {
        "include_object": lambda item, name, kind, *_: kind != "table" or name in ours,
        "compare_type": True,
    }
    context = MigrationContext.configure(session.connection(), opts=options)
    assert not ours & set(SHARED.tables)
    assert compare_metadata(context, Base.metadata) == []


def ready_mail(committed: sessionmaker[Session]) -> Path:
    """A message that may go; gives the file that it becomes."""
    message_id = new_id()
    with committed() as session, session.begin():
        session.add(
            Contact(
                person_id=PERSON,
                first_names="Ann",
                last_name="O'Neill",
                names_as_of="1",
                email="ann@example.org",
                email_as_of="1",
            )
        )
        session.add(_message(id=message_id, state="ready"))
    return settings().data_dir / "mail" / f"{message_id}.eml"


def test_a_running_service_delivers_by_itself(committed: sessionmaker[Session]) -> None:
    mail = ready_mail(committed)
    container = ServiceContainer(NotificationsService, {})
    container.start()
    try:
        with eventlet.Timeout(10):
            while not mail.exists():
                eventlet.sleep(0.05)
    finally:
        container.stop()


def test_no_mail_leaves_in_maintenance_and_afterwards_it_does(
    committed: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "FRESH_S", -1.0)
    mail, service = ready_mail(committed), object.__new__(NotificationsService)
    with committed() as session, session.begin():
        maintenance.begin(session, NOON, OPERATOR, "a new disk", 30)
    service.deliver()
    assert not mail.exists()
    with committed() as session, session.begin():
        maintenance.end(session, NOON, OPERATOR)
    service.deliver()
    assert mail.exists()
