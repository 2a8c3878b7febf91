"""What goes in and comes out of a call, in words: each field of a schema with its kind and its limits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, missing, validate

from shared.fields import FIRST_YEAR_OF_A_LIFE, LAST_YEAR, Day, Moment
from shared.rpc.validation import form


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``kind`` says what it holds, ``limits`` what else must hold. ``shape``: the schema inside, if any.

    ``required`` and ``default`` are of what comes in.
    """

    name: str
    kind: str
    limits: str
    required: bool
    may_be_null: bool
    default: Any
    shape: str | None


def fields_of(schema: type[Schema], *, coming_in: bool) -> list[Field]:
    """The fields in the order in which they are declared."""
    made = schema()
    listed = made.load_fields if coming_in else made.dump_fields
    return [_field(each.data_key or name, each, coming_in) for name, each in listed.items()]


def shapes_within(schema: type[Schema] | None) -> Iterator[type[Schema]]:
    """The schemas that stand in its fields, and in theirs."""
    if schema is None:
        return
    for each in schema().fields.values():
        if (inside := _nested(each)) is not None and inside is not schema:
            yield inside
            yield from shapes_within(inside)


def _field(name: str, field: fields.Field[Any], coming_in: bool) -> Field:
    inside = _nested(field)
    return Field(
        name,
        _kind(field),
        "; ".join(_limits(field)),
        coming_in and bool(field.required),
        bool(field.allow_none),
        _default(field) if coming_in else None,
        inside.__name__ if inside else None,
    )


def _default(field: fields.Field[Any]) -> Any:
    given = field.load_default
    if given is missing:
        return None
    return given() if callable(given) else given


def _inner(field: fields.Field[Any]) -> fields.Field[Any] | None:
    """What a list holds, or an object that may have any keys."""
    if isinstance(field, fields.List):
        return field.inner
    return field.value_field if isinstance(field, fields.Dict) else None


def _nested(field: fields.Field[Any]) -> type[Schema] | None:
    if isinstance(field, fields.Nested):
        return type(field.schema)
    inner = _inner(field)
    return _nested(inner) if inner is not None else None


def _kind(field: fields.Field[Any]) -> str:
    if isinstance(field, fields.Nested):
        return type(field.schema).__name__
    name = re.sub(r"^(a|an) ", "", form(field))
    inner = _inner(field)
    return f"{name} of {_kind(inner)}" if inner is not None else name


def _limits(field: fields.Field[Any]) -> list[str]:
    """Of the value itself, then of each key and of each thing in it."""
    told = [said for each in field.validators if (said := _limit(each, field))]
    if isinstance(field, Moment):
        told.append(_between(field.first_year, LAST_YEAR))
    if isinstance(field, Day):
        told.append(_between(FIRST_YEAR_OF_A_LIFE, LAST_YEAR))
    if isinstance(field, fields.Dict) and field.key_field is not None:
        told += [f"each key {limit}" for limit in _limits(field.key_field)]
    inner = _inner(field)
    return [*told, *map(_each, _limits(inner))] if inner is not None else told


def _each(limit: str) -> str:
    return f"in each, {limit}" if limit.startswith("each ") else f"each {limit}"


def _limit(rule: Any, field: fields.Field[Any]) -> str:
    if isinstance(rule, validate.OneOf):
        return "one of " + ", ".join(f"`{choice}`" for choice in rule.choices)
    if isinstance(rule, validate.Regexp):
        return f"matches `{rule.regex.pattern!s}`"
    if isinstance(rule, validate.Length):
        what = "items" if isinstance(field, fields.List | fields.Mapping) else "characters"
        return f"{_between(rule.equal or rule.min, rule.equal or rule.max)} {what}"
    if isinstance(rule, validate.ContainsNoneOf):
        return rule.error if rule.error != rule.default_message else ""
    if isinstance(rule, validate.NoneOf):
        return "none of " + ", ".join(f"`{choice}`" for choice in rule.iterable)
    return _between(rule.min, rule.max) if isinstance(rule, validate.Range) else ""


def _between(least: Any, most: Any) -> str:
    if least is not None and least == most:
        return f"exactly {least}"
    if least is None or most is None:
        return f"at most {most}" if least is None else f"at least {least}"
    return f"{least} to {most}"
