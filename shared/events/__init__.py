"""The facts that services publish: one frozen dataclass an event, its schema, and the registry of all."""

from shared.events.base import Event, Person, event_type, event_types, load_catalogue, schema_of

__all__ = ["Event", "Person", "event_type", "event_types", "load_catalogue", "schema_of"]
