"""Arguments that do not fit, told so that a caller can put them right."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.exceptions import SCHEMA

from shared.errors import Invalid, join

MOST_TOLD = 5
Field = fields.Field[Any]
_FORMS: tuple[tuple[type[Field], str], ...] = (
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
# What the library says of a value -> what we say.
_WORDS = {
    "Missing data for required field.": "is missing",
    "Field may not be null.": "may not be null",
    "Not a valid UUID.": "is not an id; it looks like 01890000-0000-7000-8000-000000000001",
    "Not a valid date.": "is not a date; write it as YYYY-MM-DD, such as 2026-09-01",
    "Not a valid datetime.": "is not a moment; write it as 2026-09-01T09:00:00+00:00",
    "Not a valid email address.": "is not an e-mail address; it looks like name@example.org",
    "Not a valid integer.": "is not a whole number",
    "Not a valid number.": "is not a number",
    "Not a valid boolean.": "is neither true nor false",
    "Not a valid string.": "is not text; text stands in quotation marks",
    "Not a valid list.": "is not a list",
    "Not a valid mapping type.": "is not an object",
    "Invalid type.": "is not an object, or not a list of objects",
    "Invalid input type.": "is not an object",
}
_LENGTHS = (
    (re.compile(r"Length must be between (\d+) and (\d+)\."), "must have {0} to {1} {of}"),
    (re.compile(r"Length must be (\d+)\."), "must have {0} {of}"),
    (re.compile(r"Shorter than minimum length (\d+)\."), "must have at least {0} {of}"),
    (re.compile(r"Longer than maximum length (\d+)\."), "must have at most {0} {of}"),
)


def invalid(error: ValidationError, schema: Schema) -> Invalid:
    """The error with ``fields``: the path of each wrong field -> what is wrong and what would be right."""
    told: dict[str, list[str]] = {}
    for path, text, field in _flat(error.messages, "", schema):
        told.setdefault(path or "arguments", []).append(_better(text, path, schema, field))
    shown = [f"{path}: {text}" for path, texts in told.items() for text in texts]
    more = [f"and {len(shown) - MOST_TOLD} more"] if len(shown) > MOST_TOLD else []
    return Invalid("; ".join(shown[:MOST_TOLD] + more), fields=told)


Place = Schema | Field | None


def _flat(messages: Any, path: str, place: Place) -> Iterator[tuple[str, str, Field | None]]:
    """Each message with its path, and the field there where the schema tells."""
    if isinstance(messages, Mapping):
        for name, inside in messages.items():
            if name == SCHEMA:
                yield from _flat(inside, path, place)
                continue
            for part, field in _entered(inside, name, place):
                yield from _flat(part, f"{path}.{name}".lstrip("."), field)
    elif isinstance(messages, list | tuple):
        for each in messages:
            yield from _flat(each, path, place)
    else:
        yield path, str(messages), None if isinstance(place, Schema) else place


def _entered(inside: Any, name: Any, place: Place) -> list[tuple[Any, Place]]:
    """What is told of one part of a place. Of an entry of a Dict its key and its value are told apart by the library;
    a caller knows the entry by its key alone."""
    if isinstance(place, fields.Nested):
        place = place.schema
    if isinstance(place, Schema):
        named = {field.data_key or key: field for key, field in place.load_fields.items()}
        return [(inside, named.get(name))]
    if isinstance(place, fields.List):
        return [(inside, place.inner)]
    if isinstance(place, fields.Dict) and isinstance(inside, Mapping) and inside.keys() <= {"key", "value"}:
        of = {"key": place.key_field, "value": place.value_field}
        return [(part, of[kind]) for kind, part in inside.items()]
    return [(inside, None)]


def _better(text: str, path: str, schema: Schema, field: Field | None) -> str:
    if text == Schema.error_messages.get("unknown", "Unknown field."):
        return f"is not known here; {_known(path, schema)}"
    said = _WORDS.get(text) or _length(text, field)
    if said in ("is missing", "may not be null") and field is not None:
        return f"{said}; it must be {form(field)}"
    return said


def _length(text: str, field: Field | None) -> str:
    of = (
        "entries"
        if isinstance(field, fields.List | fields.Mapping)
        else "characters"
        if field
        else "characters or entries"
    )
    for pattern, words in _LENGTHS:
        if found := pattern.fullmatch(text):
            return words.format(*found.groups(), of=of)
    return text


def _known(path: str, schema: Schema) -> str:
    if "." in path or not schema.load_fields:
        return "nothing of that name may be given"
    names = [field.data_key or name for name, field in schema.load_fields.items()]
    return f"it may be {join(names)}"


def form(field: Field) -> str:
    """What a field holds, in words."""
    if isinstance(field, fields.Enum):
        return join([str(member.value if field.by_value else member.name) for member in field.enum])
    return next((words for kind, words in _FORMS if isinstance(field, kind)), "given")
