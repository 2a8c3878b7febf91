"""The short way from JSON to an event and back gives what the schema gives, and refuses what the schema refuses."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from shared.events import Event, event_types, schema_of
from shared.events.conversion import dumped, loaded

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
TYPES = sorted(event_types().values(), key=lambda cls: cls.TYPE)
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({})
)


@dataclass(frozen=True, kw_only=True)
class Part:
    share: float
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Everything(Event):
    """One of each kind of field."""

    id: UUID
    name: str
    number: int
    share: float
    true: bool
    on: date
    note: str | None = None
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] | None = None
    part: Part | None = None


ONE = Everything(
    occurred_at=datetime(2026, 9, 1, 9, tzinfo=UTC),
    id=UUID(int=7),
    name="Zoë",
    number=3,
    share=0.5,
    true=True,
    on=date(2026, 9, 1),
    parts=(Part(share=1.5, on=date(2026, 1, 1)), Part(share=2.0)),
    names=("a", "b"),
    part=Part(share=0.25),
)


def outcome(convert: Any, *given: Any) -> Any:
    """What it gives, or what it complains of."""
    try:
        return repr(convert(*given))
    except ValidationError as error:
        return error.messages
    except Exception as error:  # noqa: BLE001 - whatever a class itself raises
        return type(error)


@given(st.data())
def test_every_event_is_written_and_read_as_its_schema_does(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from(TYPES))
    event = data.draw(st.builds(cls).filter(lambda e: e is not None))
    written = dumped(event)
    assert list(written.items()) == list(schema_of(cls).dump(event).items())
    assert repr(loaded(cls, json.loads(json.dumps(written)))) == repr(schema_of(cls).load(written))


def test_an_event_with_every_kind_of_field_comes_back_as_it_was() -> None:
    assert dumped(ONE) == schema_of(Everything).dump(ONE)
    assert loaded(Everything, json.loads(json.dumps(dumped(ONE)))) == ONE


@given(st.sampled_from([f.name for f in fields(Everything)]), VALUES)
def test_a_field_of_another_kind_is_taken_or_refused_as_the_schema_does(name: str, value: Any) -> None:
    data = dumped(ONE) | {name: value}
    assert outcome(loaded, Everything, data) == outcome(schema_of(Everything).load, data)


@pytest.mark.parametrize("name", [f.name for f in fields(Everything)])
def test_a_missing_field_gets_its_default_or_is_refused_as_the_schema_does(name: str) -> None:
    data = {key: value for key, value in dumped(ONE).items() if key != name}
    assert outcome(loaded, Everything, data) == outcome(schema_of(Everything).load, data)


@pytest.mark.parametrize("data", [None, [], "text", 7, {"parts": [{"share": "half"}]}])
def test_what_is_no_object_is_refused_as_the_schema_does(data: Any) -> None:
    assert outcome(loaded, Everything, data) == outcome(schema_of(Everything).load, data)


def test_a_field_that_only_a_newer_writer_knows_is_ignored() -> None:
    assert loaded(Everything, dumped(ONE) | {"newer": 1}) == ONE


@pytest.mark.parametrize("moment", ["2026-09-01T09:00:00", "2026-09-01", "yesterday"])
def test_a_moment_without_an_offset_is_refused(moment: str) -> None:
    with pytest.raises(ValidationError):
        loaded(Everything, dumped(ONE) | {"occurred_at": moment})
