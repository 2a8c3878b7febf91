"""What the code behind an entrypoint refers to: the permissions that it asks for, and the errors that it names.

It is read, not run: the constants and names of a function, then of the functions of its own service that it calls.
"""

import inspect
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

from shared.errors import ContinuumError, error_types
from shared.operations.handlers import require_insider, require_operator

DEEPEST = 6
GUARDS: dict[Any, str] = {require_operator: "operator", require_insider: "insider"}
RAISES = re.compile(r"\bRaises ([^.]*)")


@dataclass
class Found:
    """``actions`` are those of the nearest functions that name any; ``guards`` are ``operator`` or ``insider``."""

    actions: set[str] = field(default_factory=set)
    guards: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)


def behind(method: Callable[..., Any], service: str, actions: Collection[str]) -> Found:
    """Level by level from the method on, within its service: who is let in stands before what is done."""
    found, seen, level = Found(), set[Any](), [inspect.unwrap(method)]
    for _ in range(DEEPEST):
        named, following = set[str](), list[Any]()
        for function in level:
            seen.add(function)
            for value in _referred(function):
                if isinstance(value, str):
                    named |= {value} & set(actions)
                elif value in GUARDS:
                    found.guards.add(GUARDS[value])
                elif isinstance(value, FunctionType) and _is_of(value, service) and value not in seen:
                    following.append(value)
            found.errors |= _errors(function)
        if not (found.actions or found.guards):
            found.actions = named
        level = following
    return found


def purpose_of(method: Callable[..., Any], service: str) -> str:
    """What the method is for, in one paragraph: its own docstring, or that of the use case of the same name."""
    named = [each for each in _referred(method) if isinstance(each, FunctionType) and _is_of(each, service)]
    cases = [each for each in named if each.__name__ == method.__name__] or named
    texts = [inspect.getdoc(each) for each in (method, *cases[:1])]
    first = next((text.split("\n\n")[0] for text in texts if text), "")
    return RAISES.sub("", " ".join(first.split())).replace("``", "`").replace(" .", "").strip()


def _is_of(function: Any, service: str) -> bool:
    return str(function.__module__).startswith((f"services.{service}", "shared.operations"))


def _referred(function: Any) -> Iterator[Any]:
    """Texts, and what names mean: those of the function's module, and those of modules that it names."""
    known = function.__globals__
    for code in _nested(function.__code__):
        for constant in code.co_consts:
            yield from constant if isinstance(constant, tuple) else (constant,)
        values = [known[name] for name in code.co_names if name in known]
        modules = [value for value in values if isinstance(value, ModuleType)]
        values += [getattr(m, name) for m in modules for name in code.co_names if hasattr(m, name)]
        yield from (value for value in values if isinstance(value, str | FunctionType))


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _errors(function: Any) -> set[str]:
    """The errors that the function's docstring says it raises, and those that its code names."""
    known, told = error_types(), RAISES.findall(inspect.getdoc(function) or "")
    said = {word for text in told for word in re.findall(r"\w+", text) if word in known}
    names = {
        name for code in _nested(function.__code__) for name in code.co_names if _is_error(function, name)
    }
    return said | names


def _is_error(function: Any, name: str) -> bool:
    value = function.__globals__.get(name)
    return isinstance(value, type) and issubclass(value, ContinuumError) and value is not ContinuumError
