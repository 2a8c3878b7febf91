"""No transaction ends in silence: not by a handler, and not after an error that a handler swallowed.

An error of a statement aborts PostgreSQL's transaction, and its COMMIT then rolls back without a word; an error of
a flush makes SQLAlchemy leave its ``with session.begin()`` without a word. Whoever had caught such an error would
go on, and what was never committed would count as done: an event as handled, a command as carried out.
"""

from types import TracebackType
from typing import Any, Self

from psycopg2.extensions import TRANSACTION_STATUS_INERROR
from sqlalchemy import event as hooks
from sqlalchemy.orm import Session

from shared.messaging.outbox import OutboxSession


class TransactionEnded(RuntimeError):
    """Somebody committed or rolled back what is not theirs, or went on after an error that had rolled it back."""


class Guard:
    """Handlers run inside; ``check`` after each says whether the transaction that they were lent still stands."""

    def __init__(self, session: Session) -> None:
        self._session, self._transaction = session, session.get_transaction()
        self._raw = _raw(session)

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
        if now is None or now is not self._transaction or not now.is_active or _aborted(self._raw):
            raise TransactionEnded(
                "the handler's transaction was rolled back: let the error of the database out"
            )
        if self._session.in_nested_transaction():
            raise TransactionEnded("the handler left a savepoint open: use it as a context manager")


@hooks.listens_for(OutboxSession, "before_commit")
def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if session.info.get("guarded"):
        raise TransactionEnded("a handler may not commit: whoever called it does")
    if _aborted(_raw(session)):
        raise TransactionEnded("an error of the database was swallowed: its transaction cannot be committed")


def _raw(session: Session) -> Any:
    return session.connection().connection.dbapi_connection


def _aborted(raw: Any) -> bool:
    return bool(raw.info.transaction_status == TRANSACTION_STATUS_INERROR)
