"""What all services together declare: who listens to whom, in the databases and at the broker; and who may what."""

from collections.abc import Sequence
from contextlib import closing

from shared.broker.permissions import of_caller, of_service
from shared.broker.users import Management
from shared.config import settings
from shared.database import OPERATOR, connect, database_url, name_of
from shared.events import event_types
from shared.keys import CLI
from shared.messaging.broker import open_connection
from shared.messaging.subscriptions import Subscription, declared
from shared.messaging.topology import declare_exchanges, declare_inbox, remove_stale
from shared.service_names import SERVICES, service_class


def subscriptions() -> dict[str, list[Subscription]]:
    """Consumer -> what it listens to, of every service of the project."""
    return {service: declared(service_class(service)) for service in SERVICES}


def consumers_of(source: str) -> dict[str, list[str]]:
    """Type -> the services that listen to it, for the types that ``source`` publishes."""
    found: dict[str, set[str]] = {}
    for consumer, listed in subscriptions().items():
        for subscription in listed:
            if subscription.source == source:
                found.setdefault(subscription.type, set()).add(consumer)
    return {type_: sorted(names) for type_, names in sorted(found.items())}


def note_subscribers(service: str) -> None:
    """Write into the service's database who listens to it, and into its subscriptions what is new to it.

    A new subscription from the beginning is backfilled before live events, unless its source has no past.
    """
    listeners = [(t, c) for t, names in consumers_of(service).items() for c in names]
    with (
        closing(connect(database_url(service), "migrate")) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM subscriber")
        for row in listeners:
            cursor.execute("INSERT INTO subscriber (type, consumer) VALUES (%s, %s)", row)
        mine = {(s.source, s.type): s.since for s in subscriptions()[service]}
        cursor.execute("SELECT source, type FROM subscription")
        known = set(cursor.fetchall())
        for (source, type_), since in mine.items():
            if (source, type_) not in known:
                done = since == "now" or not _has_past(source, type_)
                cursor.execute(
                    "INSERT INTO subscription (source, type, since, backfilled_at)"
                    " VALUES (%s, %s, %s, CASE WHEN %s THEN clock_timestamp() END)",
                    (source, type_, since, done),
                )
        for source, type_ in known - mine.keys():
            cursor.execute("DELETE FROM subscription WHERE source = %s AND type = %s", (source, type_))


def _has_past(source: str, type_: str) -> bool:
    with closing(connect(database_url(source), "migrate")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM event_log WHERE type = %s) OR EXISTS (SELECT FROM outbox WHERE type = %s)",
            (type_, type_),
        )
        return bool((cursor.fetchone() or (False,))[0])


def make_users(services: Sequence[str]) -> None:
    """A user at the broker for each service and for operators, as far as their passwords are configured.

    Raises ManagementAway. Without AMQP_API_URL whoever runs the broker makes its users.
    """
    here = settings()
    if here.amqp_api_url is None or here.amqp_uri is None:
        return
    page = Management(here.amqp_api_url, here.amqp_uri)
    for name, password in here.service_amqp_passwords.items():
        if name == OPERATOR:
            page.make_user(name_of(name), password, of_caller(CLI))
        elif name in services:
            sources = sorted({subscription.source for subscription in subscriptions()[name]})
            page.make_user(name_of(name), password, of_service(name, sources))


def declare_broker(services: Sequence[str]) -> None:
    """Exchanges, queues and bindings; bindings that nobody declares any more are removed."""
    connection = open_connection(settings().amqp_uri)
    try:
        channel = connection.channel()
        declare_exchanges(channel, services)
        for service in services:
            types = sorted({s.type for s in subscriptions()[service]})
            if types:
                declare_inbox(channel, service, types)
                remove_stale(channel, service, types, event_types())
    finally:
        connection.close()
