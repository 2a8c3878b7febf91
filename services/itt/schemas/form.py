"""The candidate's form and its referees: what comes in and goes out; its sections are ``form_sections``."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from services.itt.domain.form import Section
from services.itt.domain.references import RefereeType
from services.itt.schemas.form_sections import LONG, SECTIONS, said
from services.itt.schemas.shapes import FIRST_YEAR, LAST_YEAR, NO_NUL, an_id
from shared.fields import ONE_LINE


def a_cycle() -> fields.Integer:
    """A cycle by its year; by default the one that runs."""
    return fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR)
    )


class WhichForm(Schema):
    cycle = a_cycle()


class SaveSection(WhichForm):
    """``content`` is read by the schema of its section; what is wrong in it is told by its own fields."""

    section = fields.String(required=True, validate=validate.OneOf(list(Section)))
    content = fields.Dict(keys=fields.String(), required=True)
    completed = fields.Boolean(load_default=False)

    @post_load
    def read(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The content as its section's schema reads it, in JSON's types."""
        schema = SECTIONS[Section(data["section"])](unknown=RAISE)
        try:
            content = schema.load(data["content"])
        except ValidationError as error:
            raise ValidationError({"content": error.messages}) from None
        return data | {"content": schema.dump(content)}


class AddReference(WhichForm):
    """``reference_id`` makes the call safe to ask twice; the reference's own id is in what comes back."""

    reference_id = an_id()
    name = fields.String(required=True, validate=[validate.Length(1, 200), ONE_LINE])
    email = fields.Email(required=True, validate=validate.Length(max=100))
    relationship = fields.String(required=True, validate=[validate.Length(1, LONG), NO_NUL])
    referee_type = fields.String(required=True, validate=validate.OneOf(list(RefereeType)))


class ReferenceId(Schema):
    reference_id = fields.UUID(required=True)


class RemoveReference(ReferenceId, WhichForm):
    pass


class ChangeReference(RemoveReference):
    name = fields.String(load_default=None, allow_none=True, validate=[validate.Length(1, 200), ONE_LINE])
    email = fields.Email(load_default=None, allow_none=True, validate=validate.Length(max=100))
    relationship = fields.String(
        load_default=None, allow_none=True, validate=[validate.Length(1, LONG), NO_NUL]
    )
    referee_type = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(list(RefereeType))
    )


class GiveReference(ReferenceId):
    feedback = fields.String(required=True, validate=[validate.Length(1, LONG), NO_NUL])
    safeguarding_concerns = fields.Boolean(required=True)
    confidential = fields.Boolean(required=True)


class CarryFormOver(WhichForm):
    from_cycle = fields.Integer(strict=True, required=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR))


class SaveEquality(Schema):
    sex = said(3)
    ethnicity = said(3)
    disabilities = fields.List(fields.String(), load_default=list, validate=validate.Length(max=20))
    other_ethnicity_details = said(LONG)
    other_disability_details = said(LONG)


# --- what goes out


class OwnReference(Schema):
    reference_id = fields.UUID()
    name = fields.String()
    email = fields.String()
    relationship = fields.String()
    referee_type = fields.String()
    state = fields.String()
    requested_at = fields.AwareDateTime(allow_none=True)
    provided_at = fields.AwareDateTime(allow_none=True)


class SectionOut(Schema):
    section = fields.String()
    content = fields.Dict()
    completed = fields.Boolean()
    lacks = fields.List(fields.String())


class Form(Schema):
    candidate_id = fields.UUID()
    cycle = fields.Integer()
    carried_from = fields.Integer(allow_none=True)
    sections = fields.List(fields.Nested(SectionOut))
    references = fields.List(fields.Nested(OwnReference))
    unfinished = fields.Dict()


class AskedReference(Schema):
    reference_id = fields.UUID()
    candidate_name = fields.String()
    name = fields.String()
    relationship = fields.String()
    state = fields.String()


class EqualityOut(Schema):
    sex = fields.String(allow_none=True)
    ethnicity = fields.String(allow_none=True)
    disabilities = fields.List(fields.String())
    other_ethnicity_details = fields.String(allow_none=True)
    other_disability_details = fields.String(allow_none=True)
