"""Arguments that do not fit, told so that a caller can put them right."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.exceptions import SCHEMA

from shared.errors import Invalid, join

MOST_TOLD = 5
_FORMS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.UUID, "a UUID"),
    (fields.Date, "a date such as 2026-09-01"),
    (fields.DateTime, "a moment such as 2026-09-01T09:00:00+00:00"),
    (fields.Email, "an e-mail address"),
    (fields.Boolean, "true or false"),
    (fields.Integer, "a whole number"),
    (fields.Number, "a number"),
    (fields.List, "a list"),
    (fields.Mapping, "an object"),
    (fields.Nested, "an object"),
    (fields.String, "text"),
)


def invalid(error: ValidationError, schema: Schema) -> Invalid:
    """The error with ``fields``: the path of each wrong field -> what is wrong and what would be right."""
    told: dict[str, list[str]] = {}
    for path, text in _flat(error.messages, ""):
        told.setdefault(path or "arguments", []).append(_better(text, path, schema))
    shown = [f"{path}: {text}" for path, texts in told.items() for text in texts]
    more = [f"and {len(shown) - MOST_TOLD} more"] if len(shown) > MOST_TOLD else []
    return Invalid("; ".join(shown[:MOST_TOLD] + more), fields=told)


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inside in messages.items():
            yield from _flat(inside, path if name == SCHEMA else f"{path}.{name}".lstrip("."))
    elif isinstance(messages, list | tuple):
        for each in messages:
            yield from _flat(each, path)
    else:
        yield path, str(messages)


def _better(text: str, path: str, schema: Schema) -> str:
    if text == Schema.error_messages.get("unknown", "Unknown field."):
        return f"is not known here; {_known(path, schema)}"
    field = _field(path, schema)
    if field is None or text not in (field.error_messages["required"], field.error_messages["null"]):
        return text
    fault = "is missing" if text == field.error_messages["required"] else "may not be null"
    return f"{fault}; it must be {form(field)}"


def _known(path: str, schema: Schema) -> str:
    if "." in path or not schema.load_fields:
        return "nothing of that name may be given"
    names = [field.data_key or name for name, field in schema.load_fields.items()]
    return f"it may be {join(names)}"


def _field(path: str, schema: Schema) -> fields.Field[Any] | None:
    found = (field for name, field in schema.load_fields.items() if (field.data_key or name) == path)
    return next(found, None)


def form(field: fields.Field[Any]) -> str:
    """What a field holds, in words."""
    if isinstance(field, fields.Enum):
        return join([str(member.value if field.by_value else member.name) for member in field.enum])
    return next((words for kind, words in _FORMS if isinstance(field, kind)), "given")
