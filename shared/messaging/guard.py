"""The transaction of an inbox or a timer is not the handler's: a handler that ends it has failed.

Without this, a session that a handler rolled back (or that a swallowed error of a flush did) would leave its
``with session.begin()`` in silence, and what was never committed would count as handled.
"""

from types import TracebackType
from typing import Self

from sqlalchemy import event as hooks
from sqlalchemy.orm import Session

from shared.messaging.outbox import OutboxSession


class TransactionEnded(RuntimeError):
    """The handler committed, rolled back, or went on after an error that had rolled its transaction back."""


class Guard:
    """Handlers run inside; ``check`` after each says whether its transaction still stands."""

    def __init__(self, session: Session) -> None:
        self._session, self._transaction = session, session.get_transaction()

    def __enter__(self) -> Self:
        self._session.info["guarded"] = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.info.pop("guarded", None)

    def check(self) -> None:
        """Raises TransactionEnded."""
        now = self._session.get_transaction()
        if now is None or now is not self._transaction or not now.is_active:
            raise TransactionEnded(
                "the handler's transaction was rolled back: let the error of the database out"
            )
        if self._session.in_nested_transaction():
            raise TransactionEnded("the handler left a savepoint open: use it as a context manager")


@hooks.listens_for(OutboxSession, "before_commit")
def _before_commit(session: Session) -> None:
    if session.info.get("guarded") and not session.in_nested_transaction():
        raise TransactionEnded("a handler may not commit: whoever called it does")
