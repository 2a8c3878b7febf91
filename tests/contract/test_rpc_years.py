"""No call takes a moment or a day of any year whatever: stores and loops hold those that somebody can mean."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields

from shared.fields import Day, Moment
from shared.rpc.extensions import declared
from shared.service_names import SERVICES, service_class

CALLS = {
    f"{service}.{name}": terms.arguments
    for service in SERVICES
    for name, _, terms in declared(service_class(service))
    if terms.arguments is not None
}


def _inside(schema: Schema) -> Iterator[Any]:
    for field in schema.load_fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        yield inner
        if isinstance(inner, fields.Nested):
            yield from _inside(inner.schema)


@pytest.mark.parametrize("call", CALLS)
def test_every_moment_and_day_has_its_bounds(call: str) -> None:
    for field in _inside(CALLS[call]()):
        if isinstance(field, fields.DateTime):
            assert isinstance(field, Moment), field.name
        elif isinstance(field, fields.Date):
            assert isinstance(field, Day) or field.validators, field.name
