"""Fields that many schemas share."""

from datetime import date

from marshmallow import Schema, ValidationError, fields, validate

from shared.fields import ONE_LINE, Day
from shared.paging import MAX_LIMIT

MAX_TEXT = 10_000
FIRST_YEAR, LAST_YEAR = 2000, 2200
NO_NUL = validate.ContainsNoneOf("\0")


def text(*, most: int = MAX_TEXT, required: bool = True) -> fields.String:
    """Text of a person: not blank when required, and nothing that a database cannot hold."""
    checks = [validate.Length(1 if required else 0, most), NO_NUL]
    if required:
        return fields.String(required=True, validate=checks)
    return fields.String(load_default=None, allow_none=True, validate=checks)


def a_name(*, most: int = 60) -> fields.String:
    """A name of somebody or something: one line, because it comes into the headers of mails."""
    return fields.String(required=True, validate=[validate.Length(1, most), ONE_LINE])


def provider() -> fields.String:
    """A provider's code: three letters or digits."""
    return fields.String(
        required=True,
        validate=validate.Regexp(
            r"[0-9A-Z]{3}\Z", error="is not a provider code: three capital letters or digits, such as 2A5"
        ),
    )


def urn(*, required: bool = True) -> fields.String:
    """A school's URN: six digits."""
    six = validate.Regexp(r"[0-9]{6}\Z", error="must be a URN, six digits")
    if required:
        return fields.String(required=True, validate=six)
    return fields.String(load_default=None, allow_none=True, validate=six)


def cells() -> fields.Dict:
    """Values by the columns of the national file."""
    return fields.Dict(
        keys=fields.String(), values=fields.String(validate=validate.Length(max=MAX_TEXT)), required=True
    )


def an_id() -> fields.UUID:
    """An id that the caller may choose, so that a call can be asked twice."""
    return fields.UUID(load_default=None, allow_none=True)


def later() -> Day:
    """A day that need not be given."""
    return Day(load_default=None, allow_none=True)


def a_year(day: date) -> None:
    """A day of this time: a mistyped year is no date. Raises ValidationError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(f"must be between {FIRST_YEAR} and {LAST_YEAR}")


class Paged(Schema):
    limit = fields.Integer(strict=True, load_default=50, validate=validate.Range(1, MAX_LIMIT))
    after = fields.String(load_default=None, allow_none=True)


class TraineeId(Schema):
    trainee_id = fields.UUID(required=True)


class ProviderCode(Schema):
    provider_code = provider()


class ImportId(Schema):
    import_id = fields.UUID(required=True)
