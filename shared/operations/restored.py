"""After a service's database was restored to an earlier moment: what rewound is set right, what is lost is listed.

Its sequences stand behind what consumers have seen, so new events would count as late: they jump. Events that consumers
hold and its log lacks cannot be published again: they are listed. What others published since then it asks them for
when it starts, before anything else. Run again it does nothing twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.audit import audit
from shared.database import database_url, make_engine
from shared.database.restores import PUT_BACK, SET_RIGHT, SUBJECT, latest
from shared.database.seats import ACTIVE, RELAY, Seat
from shared.errors import Conflict
from shared.messaging import catchup
from shared.operations.comparison import subscriptions
from shared.operations.reading import reading
from shared.policy import Principal
from shared.service_names import SERVICES

# An inbox may be at work on events that it has not committed yet; gaps in a sequence do no harm.
SPARE = 10_000
AT_ONCE = 5_000
SEEN = text("""
SELECT subject, max(sequence) FROM (
    SELECT subject, sequence FROM inbox WHERE source = :source
    UNION ALL SELECT subject, sequence FROM inbox_failure WHERE source = :source
) AS known GROUP BY subject
""")
HELD = text("""
SELECT message_id, type, subject, sequence, 'handled' FROM inbox WHERE message_id = ANY(:ids)
UNION ALL SELECT message_id, type, subject, sequence, state FROM inbox_failure WHERE message_id = ANY(:ids)
""")
JUMP = text("""
INSERT INTO subject_sequence AS s (subject, last)
SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:last AS bigint[]))
ON CONFLICT (subject) DO UPDATE SET last = excluded.last WHERE s.last < excluded.last
""")
OUTBOX = text("""
SELECT setval(pg_get_serial_sequence('outbox', 'id'), greatest(
    nextval(pg_get_serial_sequence('outbox', 'id')),
    (SELECT max(id) FROM event_log), (SELECT max(id) FROM outbox)
))
""")
# What was made before the mark has arrived, and the restored inbox holds it: the mark was restored with it. An hour
# more for clocks that differ. A subscription "from now on" never asks for what was before it.
CATCH_UP = text("""
UPDATE subscription SET catch_up_from = greatest(
    coalesce(verified_until - interval '1 hour', 'epoch'),
    CASE WHEN since = 'now' THEN backfilled_at ELSE 'epoch' END
) WHERE catch_up_from IS NULL RETURNING source
""")


@dataclass(slots=True)
class Lost:
    """An event that was published in the time that is gone. ``held``: consumer -> what it made of it."""

    event_id: UUID
    type: str
    subject: str
    sequence: int
    held: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done. ``jumped``: subjects whose sequence stood behind; ``asks``: sources that are asked again."""

    jumped: int
    asks: list[str]


@contextmanager
def stopped(service: str) -> Iterator[None]:
    """Hold both seats, so that nothing starts meanwhile. Raises Conflict while a process of the service runs."""
    with ExitStack() as held:
        for number in (RELAY, ACTIVE):
            seat = Seat(service, number)
            held.callback(seat.close)
            if not seat.take():
                raise Conflict(f"{service} runs: stop all of its processes first, and ask again")
        yield


def was_restored(service: str) -> bool:
    """Whether 'continuum restore' has ever put this database back."""
    with reading(service) as session:
        return latest(session) is not None


def waiting() -> list[str]:
    """The services whose databases were put back and not set right since then."""
    found = []
    for service in SERVICES:
        with reading(service) as session:
            if latest(session) == PUT_BACK:
                found.append(service)
    return found


def seen(service: str, consumers: Sequence[str] = SERVICES) -> dict[str, int]:
    """Subject -> the highest sequence that any consumer has of this service's events."""
    highest: dict[str, int] = {}
    for consumer in consumers:
        with reading(consumer) as session:
            for subject, sequence in session.execute(SEEN, {"source": service}):
                highest[subject] = max(sequence, highest.get(subject, 0))
    return highest


def lost(service: str, consumers: Sequence[str] = SERVICES) -> list[Lost]:
    """Every event of the service that a consumer holds and its own log and outbox lack, in the order of making."""
    found: dict[UUID, Lost] = {}
    for consumer in consumers:
        with reading(consumer) as inbox, reading(service) as log:
            ids = _beyond_the_log(service, log, inbox)
            for start in range(0, len(ids), AT_ONCE):
                for id_, *told, state in inbox.execute(HELD, {"ids": ids[start : start + AT_ONCE]}):
                    found.setdefault(id_, Lost(id_, *told)).held[consumer] = state
    return [found[id_] for id_ in sorted(found)]


def _beyond_the_log(service: str, log: Session, inbox: Session) -> list[UUID]:
    """By digests first, and by ids where they differ."""
    types = [each.type for each in subscriptions(inbox) if each.source == service]
    if not types:
        return []
    mine = {(row["type"], row["hour"]): row for row in catchup.digest(log, catchup.LOG, types, None)}
    ids: list[UUID] = []
    for row in catchup.digest(inbox, catchup.INBOX, types, None, source=service):
        bucket = (row["type"], row["hour"])
        if row != mine.get(bucket):
            theirs = catchup.ids(inbox, catchup.INBOX, *bucket, source=service)
            ids += set(theirs) - set(catchup.ids(log, catchup.LOG, *bucket))
    return ids


def mend(service: str, highest: dict[str, int], gone: int, by: Principal) -> Mended:
    """Let sequences jump beyond what anybody has seen, and have the service ask for what it missed at its start."""
    engine = make_engine(database_url(service), "restored", pool=1, overflow=0)
    try:
        with Session(engine) as session, session.begin():
            jumped = _jump(session, highest)
            session.execute(OUTBOX)
            asks = sorted(set(session.scalars(CATCH_UP)))
            changes = {"jumped": jumped, "asks": asks, "lost": gone}
            audit(
                session,
                by,
                datetime.now(UTC),
                action=SET_RIGHT,
                subject=SUBJECT,
                changes=changes,
            )
    finally:
        engine.dispose()
    return Mended(jumped, asks)


def _jump(session: Session, highest: dict[str, int]) -> int:
    known = {
        subject: last for subject, last in session.execute(text("SELECT subject, last FROM subject_sequence"))
    }
    behind = {subject: top for subject, top in highest.items() if known.get(subject, 0) < top}
    if behind:
        values = {"subjects": list(behind), "last": [top + SPARE for top in behind.values()]}
        session.execute(JUMP, values)
    return len(behind)
