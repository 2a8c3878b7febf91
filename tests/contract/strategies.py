"""Any event of a type, as hypothesis draws it from the fields of its dataclass."""

import types
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from shared.events import Event

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**31), 2**31),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    datetime: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    UUID: st.uuids(),
}


def any_event(event: type[Event]) -> st.SearchStrategy[Any]:
    """Any event of that class."""
    return _any_of_class(event)


def _any_of_class(cls: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{f.name: _any(hints[f.name]) for f in fields(cls)})


def _any(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*[st.none() if a is type(None) else _any(a) for a in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(_any(get_args(hint)[0]), max_size=3).map(tuple)
    return SIMPLE[hint] if hint in SIMPLE else _any_of_class(hint)
