"""What a method is given beside its arguments: who asks, when it happens, and the one transaction."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from time import time

from sqlalchemy.orm import Session

from shared.context import correlation_id
from shared.database.trips import driver
from shared.errors import DeadlineExceeded
from shared.policy import Principal

_open: ContextVar[bool] = ContextVar("continuum_transaction_open", default=False)


def transaction_is_open() -> bool:
    """Whether this green thread is inside the transaction of a call: no other service may be asked then."""
    return _open.get()


class Transaction:
    """The one transaction of a call: opened when first asked for, its SQL ends with the deadline."""

    def __init__(
        self, open_session: Callable[[], Session], deadline: float, *, read_only: bool = False
    ) -> None:
        self._open, self._deadline, self._read_only = open_session, deadline, read_only
        self._session: Session | None = None
        self.committing = False

    def session(self) -> Session:
        """The session, in a transaction whose statements end with the caller's patience."""
        if self._session is None:
            remaining_s(self._deadline)
            self._session = self._open()
            _open.set(True)
            self._session.begin()
            driver(self._session.connection()).end_by(self._deadline)
            if self._read_only:
                self._session.connection().exec_driver_sql("SET TRANSACTION READ ONLY")
        return self._session

    def commit(self) -> None:
        """Commit what was done, if anything. Raises DeadlineExceeded, and commits nothing, when it is late."""
        if self._session is not None:
            remaining_s(self._deadline)
            self._session.flush()
            self.committing = True
            self._session.commit()

    def close(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        if self._session is not None:
            self._session.close()
            _open.set(False)


@dataclass(slots=True)
class Call:
    """``now`` is business time (aware, UTC); ``deadline`` unix seconds, after which nobody waits any more."""

    principal: Principal
    now: datetime
    deadline: float
    transaction: Transaction = field(repr=False)

    @property
    def correlation_id(self) -> str:
        """The id that everything done for one request shares."""
        return correlation_id()

    @property
    def session(self) -> Session:
        """The session of the service's database, in the call's one transaction."""
        return self.transaction.session()


def remaining_s(deadline: float) -> float:
    """Seconds until the deadline. Raises DeadlineExceeded when there are none."""
    if (left := deadline - time()) <= 0:
        raise DeadlineExceeded(f"the caller's time was over {-left:.1f} s ago; nothing was done")
    return left
