"""``docs/asyncapi.json``: the events as an AsyncAPI 3.0 document, from the event classes and the subscriptions."""

import inspect
import tomllib
from typing import Any

from shared.config import PROJECT_ROOT
from shared.events import Event, event_types
from shared.events.jsonschema import json_schema
from shared.messaging.declarations import subscriptions
from shared.messaging.envelope import SPEC
from shared.messaging.subscriptions import Subscription
from shared.messaging.topology import exchange_of, inbox_of

Node = dict[str, Any]
AMQP = {"bindingVersion": "0.3.0"}
ABOUT = (
    "Every fact that the services of Continuum publish, and who listens. Events are CloudEvents 1.0 in binary mode on"
    " AMQP 0.9.1: attributes as headers, the bare payload as the body. Order is kept for each subject of a source; an"
    " event may come more than once, with the same id. Personal data stands in `person` alone, which may be null."
)
TEXT: Node = {"type": "string"}


def document() -> Node:
    """The whole document, in an order that changes only with the events."""
    listening = subscriptions()
    types = event_types()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Continuum",
            "version": _version(),
            "description": ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": {type_: _channel(type_) for type_ in types},
        "operations": _operations(types, listening),
        "components": _components(types),
    }


def _version() -> str:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def _server() -> Node:
    return {
        "host": "{host}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "The RabbitMQ broker of an installation (AMQP_URI).",
        "variables": {"host": {"default": "localhost:5672"}},
    }


def _channel(type_: str) -> Node:
    exchange = {
        "name": exchange_of(type_.split(".", 1)[0]),
        "type": "topic",
        "durable": True,
        "autoDelete": False,
        "vhost": "/",
    }
    return {
        "address": type_,
        "messages": {"event": {"$ref": f"#/components/messages/{type_}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange} | AMQP},
    }


def _operations(types: dict[str, type[Event]], listening: dict[str, list[Subscription]]) -> Node:
    found = {f"{type_.split('.', 1)[0]}.sends.{type_}": _send(type_) for type_ in types}
    for consumer, listed in listening.items():
        for type_ in sorted({each.type for each in listed}):
            mine = [each for each in listed if each.type == type_]
            found[f"{consumer}.receives.{type_}"] = _receive(consumer, type_, mine)
    return dict(sorted(found.items()))


def _operation(action: str, type_: str, service: str) -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{type_}"},
        "messages": [{"$ref": f"#/channels/{type_}/messages/event"}],
        "tags": [{"name": service}],
    }


def _send(type_: str) -> Node:
    binding = {"cc": [], "deliveryMode": 2, "mandatory": True, "timestamp": True, "ack": False}
    service = type_.split(".", 1)[0]
    told = {
        "summary": f"{service} publishes it from its outbox, once the transaction that made it is committed."
    }
    return _operation("send", type_, service) | told | {"bindings": {"amqp": binding | AMQP}}


def _receive(consumer: str, type_: str, listed: list[Subscription]) -> Node:
    methods = ", ".join(f"{each.method} ({'projection' if each.projects else 'reaction'})" for each in listed)
    since = "from now on" if all(each.since == "now" for each in listed) else "from the beginning"
    told = {"summary": f"{consumer} listens {since}, by its queue {inbox_of(consumer)}: {methods}."}
    return _operation("receive", type_, consumer) | told | {"bindings": {"amqp": {"ack": True} | AMQP}}


def _components(types: dict[str, type[Event]]) -> Node:
    schemas: Node = {}
    for type_, cls in types.items():
        _put(schemas, type_, json_schema(cls))
    messages = {type_: _message(type_, cls) for type_, cls in types.items()}
    return {"messages": messages, "schemas": dict(sorted(schemas.items()))}


def _put(schemas: Node, type_: str, schema: Node) -> None:
    """The schema, and those of its parts beside it: a name means one thing in the whole document."""
    parts = schema.get("$defs", {})
    kept = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}
    for name, part in {type_: kept, **parts}.items():
        if schemas.setdefault(name, _here(part)) != _here(part):
            raise ValueError(
                f"{type_}: another part called {name} looks otherwise; give one of them another name"
            )


def _here(node: Any) -> Any:
    """References into the components of this document."""
    if isinstance(node, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _here(value)
            for key, value in node.items()
        }
    return [_here(each) for each in node] if isinstance(node, list) else node


def _message(type_: str, cls: type[Event]) -> Node:
    return {
        "name": type_,
        "title": cls.__name__,
        "summary": " ".join((inspect.getdoc(cls) or "").split()),
        "contentType": "application/json",
        "headers": _headers(type_, cls),
        "payload": {"$ref": f"#/components/schemas/{type_}"},
        "bindings": {"amqp": {"contentEncoding": "utf-8", "messageType": type_} | AMQP},
        "tags": [{"name": "personal data"}] if "person" in cls.__dataclass_fields__ else [],
    }


def _headers(type_: str, cls: type[Event]) -> Node:
    source, (kind, _) = type_.split(".", 1)[0], cls.SUBJECT
    always: Node = {
        "cloudEvents_specversion": {"const": SPEC},
        "cloudEvents_id": TEXT | {"format": "uuid", "description": "UUIDv7: also says when it was made."},
        "cloudEvents_source": {"const": f"/{source}"},
        "cloudEvents_type": {"const": type_},
        "cloudEvents_subject": TEXT | {"pattern": f"^{kind}/", "description": "Order is kept for each."},
        "cloudEvents_sequence": {"type": "integer", "minimum": 1, "description": "Of its subject."},
        "cloudEvents_dataschema": {"const": f"/{source}/events/{type_}"},
        "cloudEvents_time": TEXT | {"format": "date-time", "description": "Business time."},
    }
    sometimes: Node = {
        "cloudEvents_causationid": TEXT | {"description": "The event that led to this one."},
        "cloudEvents_actor": TEXT | {"description": "Who asked; for audit alone."},
        "traceparent": TEXT | {"description": "W3C trace context."},
    }
    return {"type": "object", "properties": always | sometimes, "required": list(always)}
