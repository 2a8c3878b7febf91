"""What comes in to people, and what goes out."""

from collections.abc import Sequence

from marshmallow import Schema, fields, validate

from services.people.domain.roles import Role
from services.people.domain.stages import Stage
from shared.fields import ONE_LINE, Day

MAX_TEXT = 500
_NAME = [validate.Length(1, 100), ONE_LINE]
_URN = validate.Regexp(r"[0-9]{6}\Z", error="must be six digits")
_SEX = validate.OneOf(["female", "male", "other", "sex_not_provided", "prefer_not_to_say"])


def _code(allowed: Sequence[str], **options: object) -> fields.String:
    return fields.String(validate=validate.OneOf([str(a) for a in allowed]), **options)  # type: ignore[arg-type]


class _Paged(Schema):
    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(1, 200))
    after = fields.String(load_default=None, allow_none=True)


class NewPerson(Schema):
    """Somebody who is not known yet."""

    first_names = fields.String(required=True, validate=_NAME)
    last_name = fields.String(required=True, validate=_NAME)
    date_of_birth = Day(load_default=None, allow_none=True)
    sex = fields.String(load_default=None, allow_none=True, validate=_SEX)
    email = fields.Email(load_default=None, allow_none=True)
    national_insurance_number = fields.String(load_default=None, allow_none=True)


class BeginRole(Schema):
    """A role period, of a known person or of one who is introduced."""

    role = _code(list(Role), required=True)
    school_urn = fields.String(required=True, validate=_URN)
    begins_on = Day(required=True)
    full_time_equivalent_percent = fields.Integer(load_default=100, strict=True)
    relevant_school = fields.Boolean(load_default=True)
    person_id = fields.UUID(load_default=None, allow_none=True)
    person = fields.Nested(NewPerson, load_default=None, allow_none=True)


class EndRole(Schema):
    """``ended_on`` is the first day without the role."""

    role_period_id = fields.UUID(required=True)
    ended_on = Day(required=True)
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_TEXT))


class RolePeriodId(Schema):
    """One role period."""

    role_period_id = fields.UUID(required=True)


class RolePeriod(Schema):
    """A role period; open while ``ended_on`` is null, a claim while ``confirmed_at`` is."""

    role_period_id = fields.UUID(attribute="id")
    person_id = fields.UUID()
    role = fields.String()
    school_urn = fields.String()
    begins_on = fields.Date()
    full_time_equivalent_percent = fields.Integer()
    state = fields.String()
    ended_on = fields.Date(allow_none=True)
    confirmed_at = fields.AwareDateTime(allow_none=True)


class PersonId(Schema):
    """One person."""

    person_id = fields.UUID(required=True)


class GiveNiNumber(PersonId):
    """It is used for the match, and kept as a keyed hash alone."""

    national_insurance_number = fields.String(required=True)


class Query(Schema):
    """A name, a teacher reference number or an id."""

    query = fields.String(required=True, validate=validate.Length(1, 200))


class Find(_Paged):
    """``search`` as in a query; everything may be left out."""

    search = fields.String(load_default="", validate=validate.Length(max=200))
    stage = _code(list(Stage), load_default=None, allow_none=True)
    sort = _code(["name", "stage"], load_default="name")


class Summary(PersonId):
    """A person in a list; ``trn`` is the number that counts, ``other_trns`` were given to removed or joined records."""

    first_names = fields.String()
    last_name = fields.String()
    trn = fields.String(allow_none=True)
    other_trns = fields.List(fields.String())
    stage = fields.String()
    stage_label = fields.String()
    flag = fields.String()


class Found(Schema):
    """A page of people."""

    items = fields.List(fields.Nested(Summary))
    next = fields.String(allow_none=True)


class Whole(Summary):
    """A person with role periods, other ids, and what keeps a gate shut."""

    email = fields.String(allow_none=True)
    gaps = fields.List(fields.String())
    roles = fields.List(fields.Nested(RolePeriod))
    known_as = fields.List(fields.UUID())


class Known(Schema):
    """Which person the caller's words were about: after a merge another id than the one given."""

    person_id = fields.UUID(attribute="id")


class Entry(Schema):
    """A line of a timeline."""

    fact_id = fields.UUID()
    on = fields.Date()
    text = fields.String()
    type = fields.String()
    source = fields.String()
    recorded_by = fields.String()
    recorded_at = fields.AwareDateTime()
    voided = fields.Boolean()


class Timeline(Schema):
    """One person's entries, oldest first; or the people among whom the name does not decide."""

    person = fields.Nested(Summary, allow_none=True)
    entries = fields.List(fields.Nested(Entry))
    candidates = fields.List(fields.Nested(Summary))


class StageCount(Schema):
    """One stage, and how many stand there; those paused, barred or suspended are part of ``people``."""

    stage = fields.String()
    label = fields.String()
    rank = fields.Integer()
    people = fields.Integer()
    paused = fields.Integer()
    barred = fields.Integer()
    suspended = fields.Integer()


class StageCounts(Schema):
    """All stages in order, also those where nobody stands."""

    stages = fields.List(fields.Nested(StageCount))
    people = fields.Integer()


class Duplicates(_Paged):
    """Pairs that wait for a decision."""


class Alike(Schema):
    """One of a pair."""

    person_id = fields.UUID(attribute="id")
    first_names = fields.String()
    last_name = fields.String()
    email = fields.String(allow_none=True)
    stage = fields.String()


class Pair(Schema):
    """Two who may be the same, with what they share."""

    match_id = fields.UUID()
    score = fields.Integer()
    shared = fields.List(fields.String())
    found_at = fields.AwareDateTime()
    one = fields.Nested(Alike)
    other = fields.Nested(Alike)


class Pairs(Schema):
    """A page of pairs."""

    items = fields.List(fields.Nested(Pair))
    next = fields.String(allow_none=True)


class _Reasoned(Schema):
    reason = fields.String(required=True, validate=validate.Length(3, MAX_TEXT))


class Merge(_Reasoned):
    """``person_id`` stays."""

    person_id = fields.UUID(required=True)
    merged_id = fields.UUID(required=True)


class Separate(_Reasoned):
    """The merged id that becomes a person of its own again."""

    merged_id = fields.UUID(required=True)


class Merged(Schema):
    """Who stays, and who went or came back."""

    person_id = fields.UUID()
    merged_id = fields.UUID()


class KeepApart(_Reasoned):
    """The pair that is two people."""

    match_id = fields.UUID(required=True)


class MatchState(Schema):
    """What became of a pair."""

    match_id = fields.UUID()
    state = fields.String()


class RecordProhibition(_Reasoned):
    """From the Department's list."""

    person_id = fields.UUID(required=True)
    imposed_on = Day(required=True)


class LiftProhibition(_Reasoned):
    """``lifted_on`` is the first day on which the person may teach again."""

    prohibition_id = fields.UUID(required=True)
    lifted_on = Day(required=True)


class Prohibition(Schema):
    """A prohibition; it stands while ``lifted_on`` is null."""

    prohibition_id = fields.UUID(attribute="id")
    person_id = fields.UUID()
    imposed_on = fields.Date()
    state = fields.String()
    lifted_on = fields.Date(allow_none=True)


class VoidFact(_Reasoned):
    """The id of an entry of a timeline."""

    fact_id = fields.UUID(required=True)


class Voided(Schema):
    """The fact that counts no longer."""

    fact_id = fields.UUID()
    person_id = fields.UUID()
    type = fields.String()
