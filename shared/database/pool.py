"""A pool of connections that knows how often, and for how long, somebody waited for one."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import QueuePool
from sqlalchemy.exc import TimeoutError as PoolTimeout


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections at this moment, and what was waited since the start of the process (``waited_s`` in seconds)."""

    in_use: int
    idle: int
    most: int
    waits: int
    waited_s: float
    timeouts: int


class MeasuredPool(QueuePool):
    """SQLAlchemy's own pool; a connection that is free costs one comparison more."""

    _waits, _waited_s, _timeouts = 0, 0.0, 0

    def _do_get(self) -> Any:
        if self.checkedin() or self._overflow < self._max_overflow:
            return super()._do_get()
        began = time.monotonic()
        self._waits += 1
        try:
            return super()._do_get()
        except PoolTimeout:
            self._timeouts += 1
            raise
        finally:
            self._waited_s += time.monotonic() - began

    def use(self) -> PoolUse:
        """How it stands."""
        most = self.size() + self._max_overflow
        return PoolUse(self.checkedout(), self.checkedin(), most, self._waits, self._waited_s, self._timeouts)
