"""Events from JSON's types and back, without a detour: what their schemas do, for values that have no fault.

Whatever is not exactly as it should be (another type, a missing field, null where there may be none) is left to the
schema of ``shared.events.base``, which tells what is wrong. It takes four times as long, and it is seldom needed.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from math import isfinite
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from shared.events.base import Event, schema_of

E = TypeVar("E", bound=Event)
Convert = Callable[[Any], Any]
_loaders: dict[type, Convert] = {}
_dumpers: dict[type, Convert] = {}


class _Odd(Exception):
    """The schema has to look at it."""


def loaded(cls: type[E], data: Any) -> E:
    """The event of that class in the data. Raises marshmallow's ValidationError, and what the class itself raises."""
    try:
        event: E = _loader(cls)(data)
    except Exception:  # noqa: BLE001 - the schema says what is wrong, in its own words
        event = schema_of(cls).load(data)
    return event


def dumped(event: Event) -> dict[str, Any]:
    """The event in JSON's types, its fields in the order of the class."""
    try:
        data: dict[str, Any] = _dumper(type(event))(event)
    except _Odd:
        data = schema_of(type(event)).dump(event)
    return data


def _exactly(kind: type, convert: Convert | None = None) -> Convert:
    """The value as it is, or converted, when it is of this very type."""

    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise _Odd
        return value

    def other(value: Any) -> Any:
        if type(value) is not kind:
            raise _Odd
        return convert(value)  # type: ignore[misc]

    return other if convert else same


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise _Odd
    return moment


def _finite(value: float) -> float:
    if not isfinite(value):
        raise _Odd
    return value


_LOAD: dict[type, Convert] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    float: _exactly(float, _finite),
    date: _exactly(str, date.fromisoformat),
    datetime: _exactly(str, _aware),
    UUID: _exactly(str, UUID),
}
_DUMP: dict[type, Convert] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    float: _exactly(float, _finite),
    date: _exactly(date, date.isoformat),
    datetime: _exactly(datetime, datetime.isoformat),
    UUID: _exactly(UUID, str),
}


def _converter(hint: Any, simple: dict[type, Convert], whole: Callable[[type], Convert]) -> Convert:
    """How a value of the annotated type is converted."""
    if get_origin(hint) in (Union, UnionType):
        inner = [kind for kind in get_args(hint) if kind is not type(None)]
        return _or_none(_converter(inner[0], simple, whole))
    if get_origin(hint) is tuple:
        each = _converter(get_args(hint)[0], simple, whole)
        return _many(each, list, tuple) if simple is _LOAD else _many(each, tuple, list)
    if is_dataclass(hint):
        return whole(hint)  # type: ignore[arg-type]
    return simple[hint]


def _or_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _many(convert: Convert, given: type, made: type) -> Convert:
    return _exactly(given, lambda values: made(map(convert, values)))


def _loader(cls: type) -> Convert:
    if (known := _loaders.get(cls)) is None:
        known = _loaders[cls] = _made_loader(cls)
    return known


def _made_loader(cls: type) -> Convert:
    hints = get_type_hints(cls)
    all_ = [(f.name, _converter(hints[f.name], _LOAD, _loader), _is_required(f)) for f in fields(cls)]

    def load(data: Any) -> Any:
        if type(data) is not dict:
            raise _Odd
        values = {}
        for name, convert, required in all_:
            if name in data:
                values[name] = convert(data[name])
            elif required:
                raise _Odd
        return cls(**values)

    return load


def _is_required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _dumper(cls: type) -> Convert:
    if (known := _dumpers.get(cls)) is None:
        known = _dumpers[cls] = _made_dumper(cls)
    return known


def _made_dumper(cls: type) -> Convert:
    hints = get_type_hints(cls)
    all_ = [(f.name, _converter(hints[f.name], _DUMP, _dumper)) for f in fields(cls)]

    def dump(value: Any) -> dict[str, Any]:
        if type(value) is not cls:
            raise _Odd
        return {name: convert(getattr(value, name)) for name, convert in all_}

    return dump
