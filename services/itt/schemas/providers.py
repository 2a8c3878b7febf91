"""Providers, partnerships and schools: what comes in and goes out."""

from marshmallow import Schema, fields, validate

from services.itt.handlers.providers import SORTS
from services.itt.schemas.shapes import Paged, a_name, a_year, later, provider, text, urn

KINDS = validate.OneOf(["lead_school", "accredited_provider", "both"])
MOST_AT_ONCE = 500


class ProviderIn(Schema):
    code = provider()
    name = a_name(most=200)
    kind = fields.String(required=True, validate=KINDS)
    urn = urn(required=False)
    ukprn = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9]{8}\Z", error="must be eight digits"),
    )
    postcode = text(most=10, required=False)
    region = text(most=100, required=False)


class RegisterProviders(Schema):
    providers = fields.List(
        fields.Nested(ProviderIn), required=True, validate=validate.Length(1, MOST_AT_ONCE)
    )


class ListProviders(Paged):
    search = text(most=200, required=False)
    kind = fields.String(load_default=None, allow_none=True, validate=KINDS)
    sort = fields.String(load_default="code", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)


class AgreePartnership(Schema):
    lead_code = provider()
    accredited_code = provider()
    from_on = fields.Date(required=True, validate=a_year)
    until_on = later()


class EndPartnership(Schema):
    lead_code = provider()
    accredited_code = provider()
    until_on = fields.Date(required=True, validate=a_year)


class SchoolRow(Schema):
    urn = urn()
    name = a_name(most=300)
    phase = text(most=100)
    status = text(most=100)
    postcode = text(most=10, required=False)
    easting = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 10**7)
    )
    northing = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 10**7)
    )
    region = text(most=100, required=False)
    la = text(most=100, required=False)
    ukprn = text(most=10, required=False)


class LoadSchools(Schema):
    schools = fields.List(fields.Nested(SchoolRow), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class Stored(Schema):
    stored = fields.Integer()


class Codes(Schema):
    provider_codes = fields.List(provider(), load_default=list, validate=validate.Length(max=MOST_AT_ONCE))
    urns = fields.List(urn(), load_default=list, validate=validate.Length(max=MOST_AT_ONCE))


class Names(Schema):
    providers = fields.Dict(keys=fields.String(), values=fields.String())
    schools = fields.Dict(keys=fields.String(), values=fields.String())


class Provider(Schema):
    code = fields.String()
    name = fields.String()
    kind = fields.String()
    urn = fields.String(allow_none=True)
    ukprn = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    region = fields.String(allow_none=True)


class ProviderPage(Schema):
    items = fields.List(fields.Nested(Provider))
    next = fields.String(allow_none=True)


class Partnership(Schema):
    lead_code = fields.String()
    accredited_code = fields.String()
    from_on = fields.Date()
    until_on = fields.Date(allow_none=True)


class ListPartnerships(Paged):
    provider_code = provider()
    descending = fields.Boolean(load_default=False)


class Partnerships(Schema):
    items = fields.List(fields.Nested(Partnership))
    next = fields.String(allow_none=True)
