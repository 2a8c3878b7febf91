"""The JSON Schema of an event, made from its marshmallow schema: what others read, and what the golden files keep."""

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.events.base import Event, Person, schema_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(event: type[Event]) -> dict[str, Any]:
    """The schema of the payload (draft 2020-12); nested dataclasses stand in ``$defs`` by their names."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec("events", "1", "3.1.0", plugins=[plugin])
    spec.components.schema("payload", schema=schema_of(event))
    made = spec.to_dict()["components"]["schemas"]
    payload = made.pop("payload")
    return {
        "$schema": DIALECT,
        "$id": event.TYPE,
        "title": event.__name__,
        "description": (event.__doc__ or "").strip(),
        **_local(payload),
        **({"$defs": _local(made)} if made else {}),
    }


def has_person(event: type[Event]) -> bool:
    """Whether the event carries personal data, in its own sub-object."""
    return "person" in schema_of(event).fields


def _name(schema: Any) -> str:
    return str(getattr(schema, "target", Person).__name__)


def _local(node: Any) -> Any:
    """References within the document, and keys in one order, so that a file changes only when the schema does."""
    if isinstance(node, dict):
        return {
            key: item.replace("#/components/schemas/", "#/$defs/") if key == "$ref" else _local(item)
            for key, item in sorted(node.items())
        }
    if isinstance(node, list):
        return [_local(item) for item in node]
    return node
