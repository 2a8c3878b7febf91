"""What an event is: a frozen dataclass with a type string; its marshmallow schema is made from its fields.

A field is one of ``str``, ``int``, ``bool``, ``float``, ``date``, ``datetime``, ``UUID``, a nested frozen
dataclass, a ``tuple`` of one of these, or one of these ``| None``. Within a version fields are only added,
each with a default, so that a new reader reads an old event; an old reader ignores what it does not know.
"""

import types
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints
from uuid import UUID

from marshmallow import EXCLUDE, Schema, post_load
from marshmallow import fields as ma


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Personal data of an event, apart from the rest so that it can be blanked (``person: null``)."""

    first_names: str
    last_name: str
    date_of_birth: date | None = None
    sex: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact. ``occurred_at`` is business time (UTC); the id and the wall clock belong to the envelope."""

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[tuple[str, str]]
    # What erasure writes over the personal fields of a logged event; readers accept it.
    BLANKS: ClassVar[dict[str, Any]] = {"person": None}

    occurred_at: datetime

    @property
    def subject(self) -> str:
        """The aggregate that the fact is about, as ``kind/id``: order is kept for each of these."""
        kind, name = self.SUBJECT
        return f"{kind}/{getattr(self, name)}"


E = TypeVar("E", bound=Event)
_registry: dict[str, type[Event]] = {}
_schemas: dict[type, Schema] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True)
def event_type(type_: str, *, subject: str, key: str) -> Callable[[type[E]], type[E]]:
    """Register an event: ``type_`` is ``service.subject.happened.vN``, ``subject``/``key`` name the aggregate.

    ``@event_type("itt.qts.awarded.v1", subject="trainee", key="trainee_id")`` gives ``trainee/0190...``.
    """
    service, *middle, version = type_.split(".")
    if not (service and middle and version.startswith("v") and version[1:].isdigit()):
        raise ValueError(f"{type_!r} does not read service.subject.happened.vN")

    def register(cls: type[E]) -> type[E]:
        frozen = dataclass(frozen=True, kw_only=True)(cls)
        if type_ in _registry:
            raise ValueError(f"{type_} is declared twice")
        if key not in {f.name for f in fields(frozen)}:
            raise ValueError(f"{type_}: no field {key!r} to name its subject")
        frozen.TYPE, frozen.SUBJECT = type_, (subject, key)
        _registry[type_] = frozen
        return frozen

    return register


@cache
def load_catalogue() -> None:
    """Import every module of this package, so that the registry is whole."""
    import shared.events as package

    for module in iter_modules(package.__path__):
        import_module(f"shared.events.{module.name}")


def event_types() -> dict[str, type[Event]]:
    """All events by type string, sorted."""
    load_catalogue()
    return dict(sorted(_registry.items()))


_SIMPLE: dict[type, type[ma.Field[Any]]] = {
    str: ma.String,
    int: ma.Integer,
    bool: ma.Boolean,
    float: ma.Float,
    date: ma.Date,
    datetime: ma.AwareDateTime,
    UUID: ma.UUID,
}


def _field(hint: Any, options: dict[str, Any]) -> ma.Field[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [a for a in get_args(hint) if a is not type(None)]
        return _field(inner[0], options | {"allow_none": True})
    if get_origin(hint) is tuple:
        return ma.List(_field(get_args(hint)[0], {}), **options)
    if is_dataclass(hint):
        return ma.Nested(schema_of(hint), **options)  # type: ignore[arg-type]
    return _SIMPLE[hint](**({"strict": True} | options if hint is int else options))


def _options(field: Field[Any]) -> dict[str, Any]:
    if field.default is MISSING and field.default_factory is MISSING:
        return {"required": True}
    return {"load_default": field.default if field.default is not MISSING else field.default_factory}


class _Loaded(Schema):
    """Tolerant of what it does not know: a reader is older than its writer for as long as a deployment takes."""

    target: ClassVar[type]
    tuples: ClassVar[frozenset[str]]

    class Meta:
        unknown = EXCLUDE

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        for name in self.tuples & data.keys():
            if data[name] is not None:
                data[name] = tuple(data[name])
        return self.target(**data)


def schema_of(cls: type) -> Schema:
    """The marshmallow schema of an event (or of a dataclass nested in one): ``load`` gives the dataclass."""
    if (known := _schemas.get(cls)) is None:
        known = _schemas[cls] = _made(cls)
    return known


def _made(cls: type) -> Schema:
    hints = get_type_hints(cls)
    members = {f.name: _field(hints[f.name], _options(f)) for f in fields(cls)}
    tuples = frozenset(n for n, h in hints.items() if any(get_origin(a) is tuple for a in (h, *get_args(h))))
    made = type(f"{cls.__name__}Schema", (_Loaded,), {**members, "target": cls, "tuples": tuples})
    schema: Schema = made()
    return schema
