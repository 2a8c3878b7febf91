"""What comes in to leadership, and what goes out."""

from marshmallow import Schema, fields, validate


class SuggestionId(Schema):
    """One suggestion."""

    suggestion_id = fields.UUID(required=True)


class Answered(Schema):
    """What became of a suggestion; ``nomination_id`` is null unless the person consented."""

    suggestion_id = fields.UUID()
    state = fields.String()
    nomination_id = fields.UUID(allow_none=True)


class Nominate(Schema):
    """Who is nominated; ``source`` may be left out, it is how the caller stands to the person."""

    person_id = fields.UUID(required=True)
    source = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(["self", "peer", "head"])
    )


class NominationId(Schema):
    """One nomination."""

    nomination_id = fields.UUID(required=True)


class Nomination(Schema):
    """A nomination; ``person_id`` and ``proposed_by`` are null once it was blanked."""

    nomination_id = fields.UUID()
    person_id = fields.UUID(allow_none=True)
    proposed_by = fields.String(allow_none=True)
    source = fields.String()
    proposed_on = fields.Date()
    open_until = fields.Date()
    state = fields.String()
    suggestion_id = fields.UUID(allow_none=True)


class Suggestion(Schema):
    """A suggestion as its person sees it."""

    suggestion_id = fields.UUID()
    made_on = fields.Date()
    reasons = fields.List(fields.String())
    state = fields.String()
    open_until = fields.Date()
    closed_on = fields.Date(allow_none=True)


class Signal(Schema):
    """One contribution: ``amount`` is people reached (led), the score (evaluated) or days (trainee_mentored).

    ``taken_back``: a trainee mentored, which was recorded by mistake and counts for nothing.
    """

    kind = fields.String()
    on = fields.Date()
    amount = fields.Integer()


class Mine(Schema):
    """Everything that is held about the caller."""

    suggestions = fields.List(fields.Nested(Suggestion))
    nominations = fields.List(fields.Nested(Nomination))
    signals = fields.List(fields.Nested(Signal))
