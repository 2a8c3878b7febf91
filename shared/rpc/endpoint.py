"""One method that may be called: how its arguments are read, and how its result is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, missing

from shared.errors import Invalid
from shared.rpc.validation import invalid


@dataclass(frozen=True)
class Terms:
    """What ``@rpc`` says of a method."""

    arguments: type[Schema] | None = None
    result: type[Schema] | None = None
    many: bool = False
    idempotent: bool = False
    public: bool = False


class Endpoint:
    """A method with its terms, its schemas made ready once."""

    def __init__(self, name: str, method: Callable[..., Any], terms: Terms) -> None:
        self.name, self.method, self.terms = name, method, terms
        self.idempotent, self.public = terms.idempotent, terms.public
        self._arguments = terms.arguments(unknown=RAISE) if terms.arguments else None
        self._result = terms.result(many=terms.many) if terms.result else None
        self._signature = signature(method)
        self._names = self._in_order()
        self._check()

    def load(self, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments by name, as the schema (or the signature) reads them. Raises Invalid."""
        given = self._by_name(args, kwargs) if args else kwargs
        if self._arguments is None:
            return self._as_signed(given)
        try:
            return dict(self._arguments.load(given))
        except ValidationError as error:
            raise invalid(error, self._arguments) from None

    def dump(self, result: Any) -> Any:
        """The result in plain types, as the schema writes it."""
        return result if self._result is None else self._result.dump(result)

    def _check(self) -> None:
        """TypeError now instead of with each call, when the method cannot take what its schema reads."""
        if self._arguments is None:
            return
        named = {field.attribute or name: field for name, field in self._arguments.load_fields.items()}
        always = [n for n, field in named.items() if field.required or field.load_default is not missing]
        try:
            self._signature.bind_partial(None, None, **named)
            self._signature.bind(None, None, **dict.fromkeys(always))
        except TypeError as error:
            raise TypeError(f"{self.name} cannot take what its schema reads: {error}") from None

    def _in_order(self) -> list[str]:
        if self._arguments is not None:
            return [field.data_key or name for name, field in self._arguments.load_fields.items()]
        named = list(self._signature.parameters.values())[2:]
        return [each.name for each in named if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]

    def _by_name(self, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        if len(args) > len(self._names):
            raise Invalid(
                f"{self.name} takes {len(self._names)} arguments by position, {len(args)} were given"
            )
        by_position = dict(zip(self._names, args, strict=False))
        if twice := sorted(by_position.keys() & kwargs.keys()):
            raise Invalid.field(twice[0], "is given twice, by position and by name")
        return {**by_position, **kwargs}

    def _as_signed(self, given: dict[str, Any]) -> dict[str, Any]:
        try:
            self._signature.bind(None, None, **given)
        except TypeError as error:
            raise Invalid(f"{self.name}: {error}") from None
        return given
