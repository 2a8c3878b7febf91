"""What fields of cpd's calls have in common: their limits, and how they are left out."""

from enum import Enum
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range, Regexp

URN = Regexp(r"[0-9]{6,7}\Z", error="six digits, or seven")
CODE = Regexp(r"[a-z0-9][a-z0-9-]{0,62}\Z", error="lower-case letters, digits and hyphens")
TEXT = Length(max=5000)
SHORT = Length(min=1, max=200)
LIMIT = Range(min=1, max=200)


def choice(values: type[Enum], **options: Any) -> fields.Enum[Any]:
    """One of the values, by its value."""
    return fields.Enum(values, by_value=True, **options)


def optional(field: type[fields.Field[Any]], **options: Any) -> fields.Field[Any]:
    """A field that may be left out, or null."""
    return field(load_default=None, allow_none=True, **options)


class PersonId(Schema):
    person_id = fields.UUID(required=True)


class PeriodId(Schema):
    period_id = fields.UUID(required=True)


class Paged(Schema):
    limit = fields.Integer(load_default=50, strict=True, validate=LIMIT)
    after = optional(fields.String)
    descending = fields.Boolean(load_default=False)
