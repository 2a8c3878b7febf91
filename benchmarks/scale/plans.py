"""The statements that a call sends, and how the server carries them out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks.cohort.spans import SECOND
from benchmarks.scale.asking import Askers, Case
from benchmarks.services import IDLE
from benchmarks.surroundings import run
from services.itt.handlers import application_lists, application_timeline, cycle_ends
from shared.database import engine, sessions

Asked = list[tuple[str, Any]]
ONE = "SELECT id FROM application WHERE accredited_code = :code AND state = 'recruited' LIMIT 1"
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS) "


def of_lists(cases: Sequence[Case], now: datetime) -> Iterator[tuple[str, str, str]]:
    """Name, statement and plan of everything that the lists read."""
    for case in cases:
        asked = {"cycle": SECOND} | case.asked
        yield from explained(
            f"list {case.name}",
            lambda session, case=case, asked=asked: application_lists.list_applications(  # type: ignore[misc]
                session, now, case.who, **asked
            ),
        )


def of_feed(who: Askers, now: datetime, since: datetime, middle: int) -> Iterator[tuple[str, str, str]]:
    """The same of the feed: its first page, one in its middle, a numbered page."""
    for name, asked in {
        "feed, first page": {"since": since},
        "feed, middle": {"after": middle},
        "feed, page 100": {"since": since, "page_number": 100},
    }.items():
        yield from explained(
            name,
            lambda session, asked=asked: application_lists.application_changes(  # type: ignore[misc]
                session, now, who.provider, **asked
            ),
        )


def of_timeline(who: Askers, now: datetime) -> Iterator[tuple[str, str, str]]:
    """The same of what became of one application."""
    (application_id,) = run(IDLE, ONE, code=who.code)[0]
    yield from explained(
        "timeline",
        lambda session: application_timeline.application_timeline(
            session, now, who.provider, application_id=application_id
        ),
    )


def of_cycle_end(what: str) -> Iterator[tuple[str, str, str]]:
    """The same of finding the next candidates whose applications a cycle's end ends."""
    at_once = cycle_ends.CANDIDATES_AT_ONCE
    yield from explained(
        f"end of cycle, {what}", lambda session: cycle_ends._next(session, SECOND, what, at_once)
    )


def explained(name: str, work: Callable[[Session], Any]) -> Iterator[tuple[str, str, str]]:
    """Name, statement and plan of every SELECT that the work sends; the work itself is rolled back."""
    with sessions(IDLE)() as session, session.begin() as transaction:
        with _listening() as asked:
            work(session)
        connection = session.connection()
        for nth, (statement, parameters) in enumerate(list(asked), start=1):
            found = connection.exec_driver_sql(EXPLAIN + statement, parameters)
            yield f"{name} ({nth} of {len(asked)})", statement, "\n".join(line for (line,) in found)
        transaction.rollback()


@contextmanager
def _listening() -> Iterator[Asked]:
    asked: Asked = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *more: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT") and "advisory" not in statement:
            asked.append((statement, parameters))

    event.listen(engine(IDLE), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine(IDLE), "before_cursor_execute", note)
