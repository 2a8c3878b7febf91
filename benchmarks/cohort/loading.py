"""Loading a cohort: by COPY, in one transaction."""

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from math import ceil
from random import Random
from typing import Any

from psycopg2 import extensions
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from benchmarks.cohort import offer as offers
from benchmarks.cohort.offer import Offer
from benchmarks.cohort.people import applicant
from benchmarks.cohort.plot import Plot, Shares
from benchmarks.cohort.rows import Counted, Row, rows_of
from benchmarks.cohort.spans import FIRST, SECOND, Span
from benchmarks.cohort.story import Story
from services.itt.domain.cycles import cycle
from services.itt.domain.deadlines import ENDS, ends_at
from services.itt.handlers.cycle_ends import ENDS_KIND

# Of 40,000 candidates 130,000 applications, as in the cycle of 2024 (Apply service, monthly statistics).
APPLICATIONS_A_CANDIDATE = 3.25
COUNTS, HOW_MANY = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12), (25, 14, 16, 28, 6, 4, 3, 2, 1, 1)
EARLIER_CYCLE = 0.12  # so many of the candidates are of the cycle before
MOST_TRIES = 15
BATCH = 400
TABLES = (
    "candidate",
    "candidate_form",
    "form_section",
    "reference",
    "application",
    "interview",
    "application_note",
    "trainee",
    "event_log",
    "subject_sequence",
    "audit",
    "due",
)
# What the service's own commands have published for the courses counts as sent, as everything else does.
SENT = """
WITH sent AS (DELETE FROM outbox RETURNING *)
INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, created_at, published_at)
SELECT id, event_id, type, subject, sequence, headers, payload, created_at, created_at FROM sent
"""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded, and how long it took."""

    states: Counter[str]
    rows: Counter[str]
    offer: Offer
    span: Span
    took_s: float

    @property
    def applications(self) -> int:
        return self.states.total()


def load(
    sessions: Callable[[], Session],
    *,
    candidates: int = 40_000,
    seed: int = 1,
    shares: Shares | None = None,
    until: datetime | None = None,
    say: Say = lambda line: None,
) -> Loaded:
    """Load a cohort into an empty database of itt; ``until`` (by default now) is when its last change was stored."""
    began, random = time.monotonic(), Random(f"continuum cohort {seed}")
    span = Span(until or datetime.now(UTC))
    with sessions() as session, session.begin():
        offers.make(session, random, candidates)
    with sessions() as session, session.begin():
        connection, counted = session.connection(), Counted()
        counted.log = _sent(connection)
        offer = offers.read(session)
        states, rows = Counter[str](), Counter[str]()
        told = iter(stories(random, span, offer, candidates, shares or Shares()))
        while batch := list(islice(told, BATCH)):
            _store(connection, batch, counted, rows)
            states.update(each.state.value for story in batch for each in story.applications.values())
            say(f"{rows['candidate']:6,} candidates, {states.total():7,} applications")
        _finish(connection, offer, span, counted)
    return Loaded(states, rows, offer, span, time.monotonic() - began)


def _sent(connection: Connection) -> int:
    connection.exec_driver_sql(SENT)
    return int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM event_log").scalar_one())


def stories(random: Random, span: Span, offer: Offer, candidates: int, shares: Shares) -> Iterable[Story]:
    """So many candidates, each with some applications; who had fewer than planned is made up for by the next."""
    made = 0
    for number in range(candidates):
        year = FIRST if random.random() < EARLIER_CYCLE else SECOND
        behind = number * APPLICATIONS_A_CANDIDATE - made
        count = min(MOST_TRIES, max(1, random.choices(COUNTS, HOW_MANY)[0] + ceil(behind)))
        story = Story(applicant(random, span, number, year), offer, span, random)
        yield Plot(story, shares, count).lay()
        made += len(story.applications)


def _store(connection: Connection, batch: Iterable[Story], counted: Counted, stored: Counter[str]) -> None:
    by_table: dict[str, list[Row]] = {table: [] for table in TABLES}
    for story in batch:
        for table, row in rows_of(story, counted):
            by_table[table].append(row)
    for table, rows in by_table.items():
        insert(connection, table, rows)
        stored[table] += len(rows)


def insert(connection: Connection, table: str, rows: list[Row]) -> None:
    """Rows that all have the same columns, none of them an empty text, which is how COPY reads null."""
    if not rows:
        return
    names, text_ = list(rows[0]), io.StringIO(newline="")
    csv.writer(text_).writerows([row[name] for name in names] for row in rows)
    text_.seek(0)
    driver: Any = connection.connection.driver_connection
    with _waiting(), driver.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT csv)", text_)


@contextmanager
def _waiting() -> Iterator[None]:
    """The driver waits for the server, as nobody else does anything here: green threads cannot COPY."""
    yielding = extensions.get_wait_callback()
    extensions.set_wait_callback(None)
    try:
        yield
    finally:
        extensions.set_wait_callback(yielding)


def _finish(connection: Connection, offer: Offer, span: Span, counted: Counted) -> None:
    """The places that were taken, the next place in the feed and id in the outbox, and the ends of the cycle."""
    taken = [{"id": id_, "taken": seat.taken} for id_, seat in offer.seats.items()]
    connection.execute(text("UPDATE course_option SET accepted = :taken WHERE id = :id"), taken)
    connection.execute(text("SELECT setval('application_feed', :last)"), {"last": max(1, counted.highest)})
    after = {"last": max(1, counted.log)}
    connection.execute(text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), :last)"), after)
    connection.execute(
        text("INSERT INTO application_feed_mark (id, looked_at) VALUES (1, :at)"), {"at": span.until}
    )
    ends = [
        {"at": ends_at(cycle(SECOND), what), "kind": ENDS_KIND, "subject": f"cycle/{SECOND}/{what}"}
        for what in ENDS
    ]
    insert(connection, "due", ends)
