"""Arguments: by name or by position, by schema or by signature, with errors that say what would be right."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from shared.errors import Invalid
from shared.rpc.endpoint import Endpoint, Terms


class Outcome(StrEnum):
    SATISFACTORY = "satisfactory"
    AT_RISK = "at_risk"


class Mentor(Schema):
    email = fields.Email(required=True)


class Assess(Schema):
    class Meta:
        unknown = EXCLUDE  # An endpoint is strict all the same.

    period_id = fields.UUID(required=True)
    term = fields.Integer(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    on = fields.Date(data_key="assessed_on")
    mentor = fields.Nested(Mentor)
    absences = fields.List(fields.Integer(), validate=validate.Length(max=3))
    marks = fields.Dict(keys=fields.String(validate=validate.Length(1, 2)), values=fields.Nested(Mentor))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("term") == 99:
            raise ValidationError("there is no such term")


class Plain(Schema):
    n = fields.Integer()


def method(self: object, call: object, **arguments: Any) -> Any:
    return arguments


def signed(self: object, call: object, first: int, second: int = 2, *, third: int = 3) -> Any:
    return first, second, third


def assess() -> Endpoint:
    return Endpoint("assess_term", method, Terms(Assess))


ID = "01890000-0000-7000-8000-000000000001"
GOOD = {"period_id": ID, "term": 1, "outcome": "at_risk", "assessed_on": "2026-12-18"}


def test_arguments_are_read_by_the_schema() -> None:
    read = assess().load([], GOOD)
    assert str(read["period_id"]) == ID
    assert read["outcome"] is Outcome.AT_RISK
    assert read["on"].isoformat() == "2026-12-18"


def test_arguments_by_position_are_taken_in_the_order_of_the_schema() -> None:
    assert assess().load([ID, 1, "at_risk", "2026-12-18"], {}) == assess().load([], GOOD)
    assert assess().load([ID, 1], {"outcome": "at_risk", "assessed_on": "2026-12-18"}) == assess().load(
        [], GOOD
    )


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"period_id": None}, "period_id", "may not be null; it must be a UUID"),
        ({"period_id": ...}, "period_id", "is missing; it must be a UUID"),
        ({"term": ...}, "term", "is missing; it must be a whole number"),
        ({"outcome": ...}, "outcome", "is missing; it must be satisfactory or at_risk"),
        ({"outcome": "splendid"}, "outcome", "Must be one of: satisfactory, at_risk."),
        ({"term": "first"}, "term", "is not a whole number"),
        ({"assessed_on": "18/12/2026"}, "assessed_on", "is not a date; write it as YYYY-MM-DD"),
        ({"mentor": {"email": "nobody"}}, "mentor.email", "is not an e-mail address"),
        ({"mentor": {}}, "mentor.email", "is missing; it must be an e-mail address"),
        ({"mentor": {"email": "a@example.org", "x": 1}}, "mentor.x", "is not known here"),
        ({"absences": [1, "two"]}, "absences.1", "is not a whole number"),
        ({"absences": [1, 2, 3, 4]}, "absences", "must have at most 3 entries"),
        ({"period_id": "7"}, "period_id", "is not an id; it looks like 0189"),
        ({"marks": {"a": {}}}, "marks.a.email", "is missing; it must be an e-mail address"),
        ({"marks": {"abc": {"email": "a@example.org"}}}, "marks.abc", "must have 1 to 2 characters"),
        ({"marks": {"a": 3}}, "marks.a", "is not an object"),
        ({"score": 1}, "score", "is not known here; it may be period_id, term, outcome,"),
        ({"term": 99}, "arguments", "there is no such term"),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_right(
    change: dict[str, Any], field: str, said: str
) -> None:
    arguments = {name: value for name, value in (GOOD | change).items() if value is not ...}
    with pytest.raises(Invalid) as refused:
        assess().load([], arguments)
    assert list(refused.value.fields) == [field]
    assert said in refused.value.fields[field][0]
    assert refused.value.message.startswith(f"{field}: {said}")


def test_many_wrong_arguments_are_all_in_the_details_and_the_first_in_the_sentence() -> None:
    wrong = {f"x{n}": n for n in range(9)} | GOOD
    with pytest.raises(Invalid, match="and 4 more$") as refused:
        assess().load([], wrong)
    assert len(refused.value.fields) == 9


@pytest.mark.parametrize(
    ("args", "kwargs", "said"),
    [
        ([ID], {"period_id": ID}, "period_id: is given twice, by position and by name"),
        (["x"] * 8, {}, "takes 7 arguments by position, 8 were given"),
    ],
)
def test_positions_that_do_not_fit_are_refused(args: list[Any], kwargs: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        assess().load(args, kwargs)


@pytest.mark.parametrize(
    ("args", "kwargs", "read"),
    [
        ([], {"first": 1}, {"first": 1}),
        ([1], {"third": 4}, {"first": 1, "third": 4}),
        ([1, 2, 3], {}, {"first": 1, "second": 2, "third": 3}),
    ],
)
def test_without_a_schema_the_signature_decides(
    args: list[Any], kwargs: dict[str, Any], read: dict[str, Any]
) -> None:
    assert Endpoint("signed", signed, Terms()).load(args, kwargs) == read


@pytest.mark.parametrize(
    ("args", "kwargs", "said"),
    [
        ([], {}, "missing a required argument: 'first'"),
        ([1, 2, 3, 4], {}, "takes 3 arguments by position, 4 were given"),
        ([], {"first": 1, "fourth": 4}, "unexpected keyword argument 'fourth'"),
        ([], {"self": 1, "first": 1}, "self"),
        ([], {"call": 1, "first": 1}, "call"),
    ],
)
def test_what_the_signature_does_not_know_is_refused(
    args: list[Any], kwargs: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        Endpoint("signed", signed, Terms()).load(args, kwargs)


@pytest.mark.parametrize(
    ("terms", "result", "written"),
    [
        (Terms(), {"any": [1]}, {"any": [1]}),
        (Terms(result=Plain), {"n": 1, "more": 2}, {"n": 1}),
        (Terms(result=Plain, many=True), [{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}]),
    ],
)
def test_results_are_written_by_the_schema(terms: Terms, result: Any, written: Any) -> None:
    assert Endpoint("method", method, terms).dump(result) == written


def test_a_schema_field_may_not_take_the_place_of_the_call() -> None:
    class Clash(Schema):
        call = fields.Integer()

    with pytest.raises(TypeError, match="'call'"):
        Endpoint("method", method, Terms(Clash))


def test_a_method_that_cannot_take_what_its_schema_reads_is_refused_at_start() -> None:
    def narrow(self: object, call: object, term: int) -> None: ...

    checked: Callable[..., None] = narrow
    with pytest.raises(TypeError, match="narrow cannot take"):
        Endpoint("narrow", checked, Terms(Assess))
