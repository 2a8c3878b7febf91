"""The cohort of the benchmark, a small one: the service reads it, and finds nothing that it could not have written."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.cohort import Loaded, Span, load
from benchmarks.cohort.loading import stories
from benchmarks.cohort.offer import make, read
from benchmarks.cohort.plot import Shares
from benchmarks.cohort.spans import DAYS, SECOND
from services.itt import models
from services.itt.domain.applications import Candidacy, State
from services.itt.domain.cycles import cycle
from services.itt.domain.deadlines import ENDS, ends_at
from services.itt.handlers import candidacies, cycle_ends
from shared.database import database_url, make_engine
from shared.database.migrate import grant_operator
from shared.database.tables import DUE, EVENT_LOG, SUBJECT_SEQUENCE
from shared.messaging.outbox import OutboxSession
from shared.operations.ledger import ledger, missing
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import truncate
from tests.service.itt.test_applications_at_once import broken

CANDIDATES = 60
UNTIL = datetime(2026, 11, 23, 10, tzinfo=UTC)
SHARED = "outbox, event_log, subject_sequence, audit, due"
# What each state must have happened before it, and what cannot have; by hand, from the Apply service's state machine.
DATES: dict[State, tuple[tuple[str, ...], tuple[str, ...]]] = {
    State.UNSUBMITTED: ((), ("sent_at", "offered_at")),
    State.NOT_SENT: ((), ("sent_at", "offered_at")),
    State.CANCELLED: ((), ("sent_at", "offered_at")),
    State.AWAITING: (("sent_at", "inactive_due_at"), ("inactive_at", "rejected_at", "withdrawn_at")),
    State.INTERVIEWING: (("sent_at",), ("offered_at", "rejected_at", "withdrawn_at")),
    State.INACTIVE: (("sent_at", "inactive_at"), ("offered_at", "rejected_at", "withdrawn_at")),
    State.OFFER: (("sent_at", "offered_at"), ("accepted_at", "declined_at", "rejected_at")),
    State.PENDING_CONDITIONS: (("sent_at", "offered_at", "accepted_at"), ("recruited_at", "declined_at")),
    State.RECRUITED: (("sent_at", "offered_at", "accepted_at", "recruited_at"), ("declined_at",)),
    State.OFFER_DEFERRED: (("offered_at", "accepted_at", "deferred_at", "deferred_to"), ("declined_at",)),
    State.REJECTED: (("sent_at", "rejected_at", "ended_because"), ("accepted_at", "withdrawn_at")),
    State.WITHDRAWN: (("sent_at", "withdrawn_at", "ended_because"), ("declined_at",)),
    State.DECLINED: (("offered_at", "declined_at", "ended_because"), ("accepted_at",)),
    State.OFFER_WITHDRAWN: (("offered_at", "offer_withdrawn_at"), ("accepted_at",)),
    State.CONDITIONS_NOT_MET: (("accepted_at", "conditions_not_met_at"), ("declined_at",)),
}
ORDER = ("created_at", "sent_at", "offered_at", "accepted_at", "recruited_at")
Database = Callable[[], Session]


@pytest.fixture
def database(service_database: str) -> Iterator[Database]:
    """Sessions that commit; everything is removed at the end."""
    engine = make_engine(database_url(service_database), "tests", pool=2, overflow=0)
    yield lambda: OutboxSession(engine, info={"service": service_database}, autobegin=False)
    engine.dispose()
    _empty()


def _empty() -> None:
    truncate(", ".join([*(table.name for table in models.Base.metadata.sorted_tables), SHARED]))


@pytest.fixture
def loaded(database: Database) -> Loaded:
    return load(database, candidates=CANDIDATES, until=UNTIL)


def _providers() -> Principal:
    """Who runs and ratifies everything that there is."""
    codes = [f"provider:A{n:02}" for n in range(6)]
    return principal(Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER, *codes)


def test_every_invariant_of_the_service_holds(database: Database, loaded: Loaded) -> None:
    with database() as session, session.begin():
        assert broken(session) == []
        counts = dict(session.execute(_counted(models.Application.candidate_id)).all())
        assert (len(counts) <= CANDIDATES, sum(counts.values())) == (True, loaded.applications)
        for candidate in session.scalars(select(models.Candidate)):
            rows = candidacies.rows_of(session, [candidate.id])
            known = Candidacy(tuple(candidacies.loaded(session, rows.values(), {candidate.id: candidate})))
            assert candidate.in_progress == known.in_progress <= 4
            assert len(known.applications) <= 15


def _counted(column: Any) -> Any:
    return select(column, func.count()).group_by(column)


def test_the_dates_of_each_application_fit_its_state(database: Database, loaded: Loaded) -> None:
    with database() as session, session.begin():
        for row in session.scalars(select(models.Application)):
            has, has_not = DATES[State(row.state)]
            assert [name for name in has if getattr(row, name) is None] == [], row.state
            assert [name for name in has_not if getattr(row, name) is not None] == [], row.state
            moments = [getattr(row, name) for name in ORDER if getattr(row, name) is not None]
            assert moments == sorted(moments)
            assert UNTIL - DAYS <= row.recorded_at <= UNTIL


def test_providers_find_all_of_it_in_the_lists_and_in_the_feed(database: Database, loaded: Loaded) -> None:
    with database() as session, session.begin():
        itt, by = Itt(session), _providers()
        visible = {
            str(row.id): row.current_cycle
            for row in session.scalars(select(models.Application))
            if row.state not in ("unsubmitted", "application_not_sent", "cancelled")
        }
        for sort in ("sent", "name"):
            listed = list(_pages(itt, by, "list_applications", sort=sort, cycle=SECOND, limit=50))
            assert sorted(listed) == sorted(id_ for id_, year in visible.items() if year == SECOND)
        since = (UNTIL - DAYS).isoformat()
        assert sorted(_pages(itt, by, "application_changes", since=since)) == sorted(visible)
        for row in session.scalars(select(models.Application).limit(40)):
            if str(row.id) in visible:
                assert itt.asked(by, "get_application", application_id=row.id)["state"] == row.state
                assert itt.asked(by, "application_timeline", application_id=row.id)["items"]


def _pages(itt: Itt, by: Principal, method: str, **asked: Any) -> Iterator[str]:
    while True:
        found = itt.asked(by, method, **asked)
        yield from (item["application_id"] for item in found["items"])
        if not found["items"] or found["next"] is None:
            return
        asked = asked | {"after": found["next"]}


def test_every_event_is_accounted_for_and_none_is_missing(database: Database, loaded: Loaded) -> None:
    grant_operator("itt")
    lines = ledger(["itt"])
    assert missing(lines) == 0
    assert all(line.adds_up and line.published == line.committed for line in lines)
    assert sum(line.committed for line in lines if line.type.startswith("itt.")) >= loaded.rows["event_log"]
    with database() as session, session.begin():
        numbers = session.execute(
            select(EVENT_LOG.c.subject, func.array_agg(EVENT_LOG.c.sequence)).group_by(EVENT_LOG.c.subject)
        )
        last = dict(session.execute(select(SUBJECT_SEQUENCE.c.subject, SUBJECT_SEQUENCE.c.last)).all())
        told = {subject: sorted(sequences) for subject, sequences in numbers}
        assert told == {subject: list(range(1, end + 1)) for subject, end in last.items()}
        sent = session.scalar(
            select(func.count()).where(EVENT_LOG.c.type == "itt.application.sent.v1").select_from(EVENT_LOG)
        )
        assert sent == session.scalar(select(func.count(models.Application.sent_at)))


def test_the_end_of_its_cycle_ends_what_is_open_once(database: Database, loaded: Loaded) -> None:
    for _ in range(2):
        for what in ENDS:
            _end(database, what)
    with database() as session, session.begin():
        assert broken(session) == []
        open_ = [state.value for states in ENDS.values() for state in states]
        left = _counted(models.Application.state).where(
            models.Application.cycle == SECOND, models.Application.state.in_(open_)
        )
        assert session.execute(left).all() == []
        told = session.execute(text("SELECT subject, type, count(*) FROM outbox GROUP BY 1, 2")).all()
        assert {count for _, _, count in told} == {1}
        were_open = sum(loaded.states[state] for state in open_)
        assert len({subject for subject, _, _ in told if subject.startswith("application/")}) == were_open


def _end(database: Database, what: str) -> None:
    """As the timers fire it: again and again while it is due."""
    now, subject = ends_at(cycle(SECOND), what), f"cycle/{SECOND}/{what}"
    while True:
        with database() as session, session.begin():
            session.execute(DUE.delete().where(DUE.c.subject == subject))
            cycle_ends.end_cycle(session, now, subject, at_once=20)
            if not session.scalar(select(func.count()).where(DUE.c.subject == subject).select_from(DUE)):
                return


def test_the_same_seed_is_the_same_cohort(database: Database, loaded: Loaded) -> None:
    first = _told(database)
    _empty()
    again = load(database, candidates=CANDIDATES, until=UNTIL)
    assert (_told(database), again.states) == (first, loaded.states)


def _told(database: Database) -> list[tuple[str, str, Any]]:
    with database() as session, session.begin():
        table = models.Application
        rows = session.execute(select(table.id, table.state, table.sent_at).order_by(table.id))
        return [(str(id_), state, sent_at) for id_, state, sent_at in rows]


def test_a_cohort_of_some_size_has_every_state_in_realistic_shares(session: Session) -> None:
    random = Random(1)
    make(session, random, 700)
    told = stories(random, Span(UNTIL), read(session), 700, Shares(kept_from_the_past=0.01))
    states = Counter(each.state for story in told for each in story.applications.values())
    assert set(states) == set(State)
    assert 0.4 < states[State.REJECTED] / states.total() < 0.6
    assert 0.1 < states[State.WITHDRAWN] / states.total() < 0.25
    assert 3.2 < states.total() / 700 < 3.3
