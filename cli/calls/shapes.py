"""What goes in and comes out of a call, in words: each field of a schema with its kind and its limits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, missing, validate

from shared.rpc.validation import form


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``kind`` says what it holds, ``limits`` what else must hold. ``shape``: the schema inside, if any."""

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
    return [_field(each.data_key or name, each) for name, each in listed.items()]


def shapes_within(schema: type[Schema] | None) -> Iterator[type[Schema]]:
    """The schemas that stand in its fields, and in theirs."""
    if schema is None:
        return
    for each in schema().fields.values():
        if (inside := _nested(each)) is not None and inside is not schema:
            yield inside
            yield from shapes_within(inside)


def _field(name: str, field: fields.Field[Any]) -> Field:
    inside, given = _nested(field), field.load_default
    default = None if given is missing else ([] if given is list else _plain(given))
    limits = "; ".join([*_limits(field), *(f"each {limit}" for limit in _inner_limits(field))])
    return Field(
        name,
        _kind(field),
        limits,
        bool(field.required),
        bool(field.allow_none),
        default,
        inside.__name__ if inside else None,
    )


def _plain(given: Any) -> Any:
    return given() if callable(given) else given


def _nested(field: fields.Field[Any]) -> type[Schema] | None:
    if isinstance(field, fields.Nested):
        return type(field.schema)
    return _nested(field.inner) if isinstance(field, fields.List) else None


def _kind(field: fields.Field[Any]) -> str:
    if isinstance(field, fields.List):
        return f"list of {_kind(field.inner)}"
    if isinstance(field, fields.Nested):
        return f"[{type(field.schema).__name__}](#{type(field.schema).__name__.lower()})"
    return re.sub(r"^(a|an) ", "", form(field))


def _inner_limits(field: fields.Field[Any]) -> list[str]:
    return _limits(field.inner) if isinstance(field, fields.List) else []


def _limits(field: fields.Field[Any]) -> list[str]:
    return [said for each in field.validators if (said := _limit(each, field))]


def _limit(rule: Any, field: fields.Field[Any]) -> str:
    if isinstance(rule, validate.OneOf):
        return "one of " + ", ".join(f"`{choice}`" for choice in rule.choices)
    if isinstance(rule, validate.Regexp):
        return f"matches `{rule.regex.pattern!s}`"
    if isinstance(rule, validate.Length):
        what = "items" if isinstance(field, fields.List) else "characters"
        return f"{_between(rule.equal or rule.min, rule.equal or rule.max)} {what}"
    return _between(rule.min, rule.max) if isinstance(rule, validate.Range) else ""


def _between(least: Any, most: Any) -> str:
    if least is not None and least == most:
        return f"exactly {least}"
    if least is None or most is None:
        return f"at most {most}" if least is None else f"at least {least}"
    return f"{least} to {most}"
