"""Errands call the outside in no transaction: at least once, beside the timers, and never lost."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import eventlet
import pytest
from nameko.containers import ServiceContainer
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.config import settings
from shared.database.tables import DUE
from shared.errors import Conflict
from shared.service import Service
from shared.testing.failpoints import arm
from shared.timers import Away, ErrandLoop, TimerLoop, errand, schedule, timer

Sessions = sessionmaker[Session]
NOON = datetime(2099, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Note = Callable[[Session], None]


class ErrandsService(Service):
    """``asked`` are the errands that were begun; ``on`` says what becomes of a subject's."""

    name = "bells"
    asked: ClassVar[list[str]] = []
    on: ClassVar[dict[str, Callable[[], None]]] = {}
    notes: ClassVar[dict[str, Note]] = {}
    rings: ClassVar[list[str]] = []

    @errand("ask")  # type: ignore[untyped-decorator]
    def ask(self, now: datetime, subject: str) -> Note:
        self.asked.append(subject)
        self.on.get(subject, _nothing)()
        return self.notes.get(subject, _noted(subject))

    @timer("bell")  # type: ignore[untyped-decorator]
    def bell(self, session: Session, now: datetime, subject: str) -> None:
        self.rings.append(subject)


def _nothing() -> None:
    pass


def _noted(subject: str) -> Note:
    def note(session: Session) -> None:
        session.execute(
            text("INSERT INTO strict VALUES (:id, :said)"), {"id": ord(subject[0]), "said": subject}
        )

    return note


@pytest.fixture
def container(service_database: str) -> Iterator[ServiceContainer]:
    for kept in (ErrandsService.asked, ErrandsService.on, ErrandsService.notes, ErrandsService.rings):
        kept.clear()
    made = ServiceContainer(ErrandsService, {})
    made.start()
    yield made
    made.stop()
    arm("")


@pytest.fixture
def errands(container: ServiceContainer) -> Any:
    loop = container.shared_extensions[ErrandLoop]
    _eventually(lambda: loop.consumer.active)
    return loop


def at(make_session: Sessions, moment: datetime, *subjects: str, kind: str = "ask") -> None:
    with make_session() as session, session.begin():
        for subject in subjects:
            schedule(session, moment, kind, subject)


def rows(make_session: Sessions) -> list[Any]:
    with make_session() as session, session.begin():
        return list(session.execute(DUE.select().order_by(DUE.c.subject)))


def noted(make_session: Sessions) -> int:
    with make_session() as session, session.begin():
        return session.scalar(text("SELECT count(*) FROM strict")) or 0


def let_go(make_session: Sessions) -> None:
    """Every pause is over, and what a process that died had taken is free."""
    with make_session() as session, session.begin():
        session.execute(text("UPDATE due SET retry_at = now()"))


def _eventually(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        eventlet.sleep(0.05)


def test_an_errand_asks_and_its_answer_is_noted_with_its_removal(
    make_session: Sessions, errands: Any
) -> None:
    at(make_session, NOON, "a")
    assert errands.fire(NOON - HOUR) == 0
    assert errands.fire(NOON) == 1
    assert (ErrandsService.asked, noted(make_session), rows(make_session)) == (["a"], 1, [])


def test_no_transaction_is_open_while_it_asks(make_session: Sessions, errands: Any) -> None:
    open_ones: list[int] = []
    question = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    )

    def look() -> None:
        with make_session() as session, session.begin():
            open_ones.append(session.scalar(text(question)) or 0)

    ErrandsService.on["a"] = look
    at(make_session, NOON, "a")
    errands.fire(NOON)
    assert open_ones == [0]


def test_a_slow_errand_holds_up_no_timer_and_no_other_errand(make_session: Sessions, errands: Any) -> None:
    past = datetime.now(UTC) - HOUR
    ErrandsService.on["slow"] = lambda: eventlet.sleep(15)
    at(make_session, past, "slow")
    _eventually(lambda: ErrandsService.asked)
    at(make_session, past, "bell", kind="bell")
    at(make_session, past, "quick")
    began = time.monotonic()
    _eventually(lambda: ErrandsService.rings and "quick" in ErrandsService.asked)
    assert time.monotonic() - began < 10


def test_one_that_is_under_way_is_nobody_elses(make_session: Sessions, errands: Any) -> None:
    again: list[int] = []
    ErrandsService.on["a"] = lambda: again.append(errands.fire(NOON))
    at(make_session, NOON, "a")
    assert errands.fire(NOON) == 1
    assert (again, ErrandsService.asked) == ([0], ["a"])


def test_a_process_that_dies_between_asking_and_noting_asks_again(
    make_session: Sessions, errands: Any
) -> None:
    at(make_session, NOON, "a")
    arm("errand.ask.asked=raise")
    assert errands.fire(NOON) == 0
    (row,) = rows(make_session)
    assert (noted(make_session), "FailpointError" in row.error) == (0, True)
    let_go(make_session)
    assert errands.fire(NOON) == 1
    assert (ErrandsService.asked, noted(make_session)) == (["a", "a"], 1)


def test_what_a_dead_process_had_taken_is_free_after_a_while_and_its_third_start_is_its_last(
    make_session: Sessions, errands: Any
) -> None:
    at(make_session, NOON, "a")
    with make_session() as session, session.begin():
        session.execute(text("UPDATE due SET starts = 2, retry_at = now() + interval '1 minute'"))
    assert errands.fire(NOON) == 0
    let_go(make_session)
    assert errands.fire(NOON) == 0
    (row,) = rows(make_session)
    assert row.parked_at is not None and "Died" in row.error


def test_who_is_away_is_asked_with_longer_pauses_for_ever_and_it_is_counted(
    make_session: Sessions, errands: Any
) -> None:
    of = {"service": "bells", "kind": "ask"}
    before = REGISTRY.get_sample_value("continuum_timers_failed_total", of) or 0.0

    def away() -> None:
        raise Away("no answer")

    ErrandsService.on["a"] = away
    at(make_session, NOON, "a")
    pauses, times = [], len(settings().retry_delays_s) + 3
    for _ in range(times):
        assert errands.fire(NOON) == 0
        with make_session() as session, session.begin():
            pauses.append(round(session.scalar(text("SELECT extract(epoch FROM retry_at - now()) FROM due"))))
        let_go(make_session)
    delays = [round(each) for each in settings().retry_delays_s]
    assert pauses == pytest.approx([*delays, *[delays[-1]] * 3], abs=2)
    (row,) = rows(make_session)
    assert (row.attempts, row.parked_at, row.starts) == (times, None, 0)
    assert (REGISTRY.get_sample_value("continuum_timers_failed_total", of) or 0.0) - before == times
    ErrandsService.on.clear()
    assert errands.fire(NOON) == 1


def test_who_is_away_may_say_for_how_long(make_session: Sessions, errands: Any) -> None:
    def away() -> None:
        raise Away("busy", 900.0)

    ErrandsService.on["a"] = away
    at(make_session, NOON, "a")
    errands.fire(NOON)
    with make_session() as session, session.begin():
        assert session.scalar(text("SELECT retry_at - now() FROM due")) > timedelta(seconds=890)


def test_a_fault_of_ours_is_parked_after_the_last_delay(make_session: Sessions, errands: Any) -> None:
    def refuses(session: Session) -> None:
        session.execute(text("INSERT INTO strict VALUES (1, 'not kept')"))
        raise Conflict("not now")

    ErrandsService.notes["a"] = refuses
    at(make_session, NOON, "a")
    for _ in range(len(settings().retry_delays_s) + 1):
        assert errands.fire(NOON) == 0
        let_go(make_session)
    (row,) = rows(make_session)
    assert row.parked_at is not None and noted(make_session) == 0


def test_an_errand_that_was_called_off_while_it_asked_notes_nothing(
    make_session: Sessions, errands: Any
) -> None:
    def call_off() -> None:
        with make_session() as session, session.begin():
            session.execute(DUE.delete())

    ErrandsService.on["a"] = call_off
    at(make_session, NOON, "a")
    assert errands.fire(NOON) == 0
    assert noted(make_session) == 0


def test_a_lost_connection_is_no_attempt(make_session: Sessions, errands: Any) -> None:
    def loses(session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    ErrandsService.notes["a"] = loses
    at(make_session, NOON, "a")
    with pytest.raises(Exception, match="terminat"):
        errands.fire(NOON)
    (row,) = rows(make_session)
    assert (row.attempts, row.parked_at) == (0, None)


def test_a_service_that_stops_leaves_a_slow_errand_for_the_next_one(
    make_session: Sessions, container: ServiceContainer, errands: Any
) -> None:
    ErrandsService.on["slow"] = lambda: eventlet.sleep(60)
    at(make_session, datetime.now(UTC) - HOUR, "slow")
    _eventually(lambda: ErrandsService.asked)
    began = time.monotonic()
    container.stop()
    assert time.monotonic() - began < 15
    assert len(rows(make_session)) == 1


def test_errands_fire_by_hand_and_not_by_themselves_under_the_demo_clock(
    make_session: Sessions, container: ServiceContainer, errands: Any
) -> None:
    at(make_session, NOON, "a")
    assert container.shared_extensions[TimerLoop].fire(NOON) == 0, "a timer's loop leaves errands alone"
    assert errands.fire(NOON) == 1
