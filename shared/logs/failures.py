"""An exception as type and place. Its message stays away: a database error carries the parameters of its statement."""

import sys
from traceback import walk_tb
from types import TracebackType
from typing import Any

from shared.config import PROJECT_ROOT
from shared.logs.privacy import EventDict

FRAMES = 20
CAUSES = 5


def describe(error: BaseException, causes: int = CAUSES) -> dict[str, Any]:
    """``type``, ``at`` (innermost last), ``sqlstate`` of a database error, ``cause``: nothing that somebody entered."""
    kind = type(error)
    told: dict[str, Any] = {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "at": _places(error.__traceback__),
    }
    if isinstance(state := getattr(error, "pgcode", None), str):
        told["sqlstate"] = state
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        told["cause"] = describe(cause, causes - 1)
    return told


def _places(trace: TracebackType | None) -> list[str]:
    code = [(frame.f_code, line) for frame, line in walk_tb(trace)]
    return [f"{_short(each.co_filename)}:{line} {each.co_name}" for each, line in code[-FRAMES:]]


def _short(file: str) -> str:
    inside = file.removeprefix(f"{PROJECT_ROOT}/")
    return inside.rpartition("site-packages/")[2]


def without_message(_: Any, __: str, line: EventDict) -> EventDict:
    """Replace ``exc_info`` (true, an exception, or a triple) by the description of the exception."""
    found = line.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["exception"] = describe(error)
    return line
