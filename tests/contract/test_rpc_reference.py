"""``docs/rpc.md`` is what the entrypoints declare, and says who may call, by the tables of permissions."""

import re
from functools import cache
from inspect import Parameter, signature

import pytest
from marshmallow import Schema, fields, validate

from cli.calls.offered import ANYBODY, EVERY, Method, offered
from cli.calls.shapes import fields_of, shapes_within
from cli.calls.show import markdown
from shared.config import PROJECT_ROOT
from shared.fields import ONE_LINE, Day, Moment
from shared.policy import Permissions
from shared.rpc import Rpc
from shared.rpc.extensions import declared
from shared.service_names import SERVICES, service_class


@cache
def methods() -> dict[str, Method]:
    return {f"{method.service}.{method.name}": method for method in offered()}


def test_the_reference_in_docs_is_what_the_code_declares() -> None:
    assert (PROJECT_ROOT / "docs" / "rpc.md").read_text() == markdown(list(methods().values()))


@pytest.mark.parametrize("service", SERVICES)
def test_every_entrypoint_is_described_once_with_its_purpose(service: str) -> None:
    cls = service_class(service)
    entrypoints = {
        name
        for name in dir(cls)
        if any(isinstance(each, Rpc) for each in getattr(getattr(cls, name), "nameko_entrypoints", ()))
    }
    told = {m.name: m for m in methods().values() if m.service in (service, EVERY)}
    assert entrypoints == told.keys()
    assert [name for name, method in told.items() if not method.purpose] == []


@pytest.mark.parametrize(
    ("method", "who"),
    [
        ("itt.withdraw", ["`trainee.withdraw`: accredited_provider (own_provider)"]),
        ("itt.undo_award", ["`trainee.undo_award`: operator (any)"]),
        (f"{EVERY}.resend", ["operators"]),
        (f"{EVERY}.backlog", ["operators and services"]),
        ("cpd.list_appropriate_bodies", [ANYBODY]),
    ],
)
def test_who_may_call_is_read_from_the_code_and_the_permissions(method: str, who: list[str]) -> None:
    assert methods()[method].who == who


@pytest.mark.parametrize("service", SERVICES)
def test_no_method_names_an_action_that_nobody_may_do(service: str) -> None:
    actions = {row.action for row in Permissions.registry[service]}
    named = {
        who.split("`")[1] for m in methods().values() if m.service == service for who in m.who if "`" in who
    }
    assert named <= actions
    assert named


def test_an_operation_of_operators_is_refused_to_others() -> None:
    assert "NotAllowed" in methods()[f"{EVERY}.resend"].errors


class Wanted(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    kinds = fields.List(fields.String(validate=validate.OneOf(["a", "b"])), load_default=list)
    score = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=5))


def test_a_field_is_told_with_its_kind_its_limits_and_its_default() -> None:
    name, kinds, score = fields_of(Wanted, coming_in=True)

    assert (name.kind, name.limits, name.required) == ("text", "1 to 80 characters", True)
    assert (kinds.kind, kinds.limits, kinds.default) == ("list of text", "each one of `a`, `b`", [])
    assert (score.kind, score.limits, score.may_be_null) == ("whole number", "1 to 5", True)


class Inner(Schema):
    done_on = Day(required=True)


class Outer(Schema):
    at = Moment(load_default=None)
    title = fields.String(validate=[validate.NoneOf(["x", "y"]), ONE_LINE])
    inner = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["a", "b"])),
        values=fields.List(fields.Nested(Inner), validate=validate.Length(max=3)),
        validate=validate.Length(1, 2),
    )


def test_what_is_in_an_object_by_any_key_is_told_with_the_limits_of_all() -> None:
    at, title, inner = fields_of(Outer, coming_in=True)

    assert at.limits == "2000 to 2200"
    assert title.limits == "none of `x`, `y`; must be one line without control characters"
    assert (inner.kind, inner.shape) == ("object of list of Inner", "Inner")
    assert inner.limits == "1 to 2 items; each key one of `a`, `b`; each at most 3 items"
    assert list(shapes_within(Outer)) == [Inner]


def test_what_must_be_given_is_said_of_what_comes_in_alone() -> None:
    assert [field.required for field in fields_of(Inner, coming_in=True)] == [True]
    assert [field.required for field in fields_of(Inner, coming_in=False)] == [False]


def test_the_objects_in_the_arguments_of_a_method_say_what_is_required_in_them() -> None:
    shapes = methods()["itt.record_checks_of_many"].shapes
    assert [field.name for field in shapes["RecordChecks"] if field.required] == ["trainee_id", "checks"]
    assert "outcome" in [field.name for field in shapes["CheckMade"] if field.required]


def test_every_shape_has_its_heading_once_and_every_link_leads_to_one() -> None:
    text = markdown(list(methods().values()))
    headings = re.findall(r"^#### (\w+) \(([\w ]+)\)$", text, re.MULTILINE)
    linked = set(re.findall(r"\]\(#([^)]+)\)", text))
    anchors = [f"{name.lower()}-{service.replace(' ', '-')}" for name, service in headings]
    assert len(anchors) == len(set(anchors))
    assert linked == set(anchors)


@pytest.mark.parametrize("service", SERVICES)
def test_no_two_shapes_of_a_service_have_the_same_name(service: str) -> None:
    terms = [terms for _, _, terms in declared(service_class(service))]
    shapes = {each.result for each in terms if each.result}
    shapes |= {shape for each in terms for of in (each.arguments, each.result) for shape in shapes_within(of)}
    names = [shape.__name__ for shape in shapes]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_not_declared_is_refused_and_not_handed_on(service: str) -> None:
    """Where no schema says what comes in, the signature does: it must not take just anything."""
    undeclared = [method for _, method, terms in declared(service_class(service)) if terms.arguments is None]
    for method in undeclared:
        kinds = {each.kind for each in signature(method).parameters.values()}
        assert Parameter.VAR_KEYWORD not in kinds, method.__name__
