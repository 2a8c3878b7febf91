"""A wall clock that goes wrong: for the services of a process that a test has started with it, and for nobody else.

The clock of the database, of the broker and of every other process stay right. Monotonic time stays right, too.
"""

import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

import uuid_utils

OURS = ("shared.", "services.")
_datetime, _time = datetime, time.time


class _Kind(type):
    """Instances are plain datetimes: what is asked for the class is asked of theirs."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _datetime)

    def __getattr__(cls, name: str) -> Any:
        return getattr(_datetime, name)

    def __call__(cls, *args: Any, **kwargs: Any) -> datetime:
        return _datetime(*args, **kwargs)


def skew(seconds: float) -> None:
    """From now on the wall clock of this process's services is wrong by so much. Call it when they are imported."""
    by = timedelta(seconds=seconds)

    class Skewed(metaclass=_Kind):
        @staticmethod
        def now(tz: tzinfo | None = None) -> datetime:
            return _datetime.now(tz) + by

    def skewed_id() -> UUID:
        return UUID(int=uuid_utils.uuid7(nanoseconds=int((_time() + seconds) * 1e9)).int)

    time.time = lambda: _time() + seconds
    replaced = {id(datetime): Skewed, id(_time): time.time, id(_new_id()): skewed_id}
    for name, module in list(sys.modules.items()):
        if name.startswith(OURS) and name != __name__:
            for attribute, value in list(vars(module).items()):
                if id(value) in replaced:
                    setattr(module, attribute, replaced[id(value)])


def _new_id() -> Any:
    from shared.ids import new_id

    return new_id
