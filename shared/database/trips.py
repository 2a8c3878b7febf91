"""A connection with fewer trips to the server: BEGIN goes with the first statement, a last statement with COMMIT.

psycopg2 sends BEGIN by itself before the first statement of a transaction, and waits for the answer. Here the driver
is in its autocommit mode and the connection keeps the transactions itself, just as PEP 249 has them: one begins with
the first statement after a commit or rollback. A transaction of two statements takes two trips instead of four.
"""

from collections.abc import Sequence
from time import time
from typing import Any, cast

from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import connection as PlainConnection
from psycopg2.extensions import cursor as PlainCursor
from psycopg2.sql import Composable
from sqlalchemy import Connection

Query = str | bytes | Composable
READ_COMMITTED = 1
LIMIT_HOLDS_S = 1.0  # after that the next statement takes the time that is left along


class Cursor(PlainCursor):
    """Begins the transaction of its connection where that is due."""

    connection: "ShortTrips"

    def execute(self, query: Query, vars: Any = None) -> None:
        connection = self.connection
        if self.name is not None:
            connection.begin()
        elif connection.is_to_begin:
            query = connection.opening(query)
        elif limit := connection.limit():
            query = limit + connection.as_bytes(query)
        super().execute(query, vars)

    def executemany(self, query: Query, vars_list: Any) -> None:
        self.connection.begin()
        super().executemany(query, vars_list)

    def callproc(self, procname: Any, parameters: Any = None) -> Any:
        self.connection.begin()
        return super().callproc(procname, parameters)


class ShortTrips(PlainConnection):
    """See the module.

    ``last_words`` go with the next COMMIT: statements, each with its semicolon; a rollback forgets them. ``prepared``
    names the statements that were prepared here, see ``prepared``.
    """

    last_words = b""
    _ours = False
    _deadline: float | None = None
    _limited_at = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: set[str] = set()
        self._ours = self.autocommit = True

    @property
    def is_to_begin(self) -> bool:
        """Whether the next statement is the first of a transaction, and the driver does not begin it."""
        return self._ours and self.get_transaction_status() == TRANSACTION_STATUS_IDLE

    def opening(self, query: Query) -> bytes:
        """The statement with BEGIN before it."""
        return b"BEGIN;%s%s" % (self.limit(), self.as_bytes(query))

    def as_bytes(self, query: Query) -> bytes:
        """The statement as it can stand behind others."""
        if isinstance(query, Composable):
            query = query.as_string(self)
        return query.encode() if isinstance(query, str) else query

    def end_by(self, deadline: float) -> None:
        """No statement of the next transaction runs on after this moment, in unix seconds, by more than a second."""
        self._deadline, self._limited_at = deadline, 0.0

    def limit(self) -> bytes:
        """What tells the server the time that is left; empty when there is no limit, or it was told just now."""
        now = time()
        if self._deadline is None or now - self._limited_at < LIMIT_HOLDS_S:
            return b""
        self._limited_at = now
        return b"SET LOCAL statement_timeout = %d;" % max(1, int(1000 * (self._deadline - now)))

    def begin(self) -> None:
        """Begin now, unless that is done."""
        if self.is_to_begin:
            with super().cursor() as cursor:
                cursor.execute(self.opening(b""))

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """As always; one on the server (with a name) is declared so that the driver accepts it in its autocommit."""
        made = super().cursor(*args, **{"cursor_factory": Cursor, **kwargs})
        if made.name is not None and self._ours:
            made.withhold = True
        return made

    def add_last_words(self, query: str, values: Sequence[Any]) -> None:
        """This is to go with the next COMMIT, after what is to go already."""
        with super().cursor() as cursor:
            self.last_words += cursor.mogrify(query, values) + b";"

    def commit(self) -> None:
        """Send the last words and COMMIT, if a transaction is open or is to be for these words."""
        words, self.last_words = self.last_words, b""
        if not self._ours:
            self._say(words)
            super().commit()
        elif self.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            self._say(self.limit() + words + b"COMMIT")
        elif words:
            self._say(self.opening(words + b"COMMIT"))
        self._deadline = None

    def rollback(self) -> None:
        """Send ROLLBACK, if a transaction is open."""
        self.last_words, self._deadline = b"", None
        if not self._ours:
            super().rollback()
        elif self.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            self._say(b"ROLLBACK")

    def _say(self, words: bytes) -> None:
        if words:
            with super().cursor() as cursor:
                cursor.execute(words)

    def set_isolation_level(self, level: int | None) -> None:
        """At any other level than the usual the driver keeps the transactions, or has none."""
        self.rollback()
        self._ours = level == READ_COMMITTED
        if self._ours:
            self.autocommit = True
        else:
            super().set_isolation_level(level)


def driver(connection: Connection) -> ShortTrips:
    """The driver's connection beneath SQLAlchemy's."""
    return cast(ShortTrips, connection.connection.dbapi_connection)


def prepared(connection: Connection, name: str, types: Sequence[str], statement: str) -> str:
    """What executes the statement (with ``$1`` ...), a ``%s`` for each value; the server prepares it the first time."""
    if name not in driver(connection).prepared:
        connection.exec_driver_sql(f"PREPARE {name} ({', '.join(types)}) AS {statement}")
        driver(connection).prepared.add(name)
    return f"EXECUTE {name} ({', '.join(f'%s::{type_}' for type_ in types)})"
