"""What is counted and measured of events, as Prometheus sees it."""

import eventlet
from prometheus_client import REGISTRY

from shared.database import make_engine
from shared.database.pool import MeasuredPool
from shared.errors import Conflict
from shared.messaging import metrics
from shared.testing.hearing import TYPE, Hearing, due


def value(name: str, **labels: str) -> float:
    """The sample's value; nought when there is none yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_handled_events_are_counted_and_measured_by_type(hearing: Hearing) -> None:
    of = {"service": hearing.service, "type": TYPE}
    names = ("continuum_events_handled_total", "continuum_event_handler_seconds_count")
    before = [value(name, **of) for name in names]
    batches = value("continuum_inbox_batch_seconds_count", service=hearing.service)

    hearing.deliver(due("trainee/1", 1), due("trainee/2", 1))

    assert [value(name, **of) for name in names] == [count + 2 for count in before]
    assert value("continuum_inbox_batch_seconds_count", service=hearing.service) == batches + 1


def test_a_failed_attempt_is_counted_by_type_and_handles_nothing(hearing: Hearing) -> None:
    event = due("trainee/1", 1)
    of = {"service": hearing.service, "type": TYPE}
    failed, handled = (value(f"continuum_events_{name}_total", **of) for name in ("failed", "handled"))

    def refuse(*_: object) -> None:
        raise Conflict("too early")

    hearing.on[event.id] = refuse
    hearing.deliver(event)

    assert value("continuum_events_failed_total", **of) == failed + 1
    assert value("continuum_events_handled_total", **of) == handled


def test_a_type_that_nobody_knows_makes_no_series_of_its_own(hearing: Hearing) -> None:
    before = value("continuum_events_failed_total", service=hearing.service, type="unknown")

    hearing.deliver(due("trainee/1", 1, type_="itt.somebody.else.v9"))

    assert value("continuum_events_failed_total", service=hearing.service, type="unknown") == before + 1
    assert value("continuum_events_failed_total", service=hearing.service, type="itt.somebody.else.v9") == 0


def test_a_second_delivery_is_counted_as_a_duplicate(hearing: Hearing) -> None:
    event = due("trainee/1", 1)
    hearing.deliver(event)
    before = value("continuum_events_duplicate_total", service=hearing.service)

    hearing.deliver(event)

    assert value("continuum_events_duplicate_total", service=hearing.service) == before + 1


def test_counters_are_there_before_anything_happens() -> None:
    metrics.consumer_known("quiet", [TYPE])
    metrics.relay_known("quiet")

    for name, labels in (
        ("continuum_events_failed_total", {"type": TYPE}),
        ("continuum_events_parked_total", {}),
        ("continuum_interruptions_total", {"loop": "inbox"}),
        ("continuum_interruptions_total", {"loop": "relay"}),
        ("continuum_active", {}),
        ("continuum_relay_active", {}),
    ):
        assert REGISTRY.get_sample_value(name, {"service": "quiet", **labels}) == 0


def test_a_pool_counts_who_waited_for_a_connection_and_how_long(database_server: str) -> None:
    engine = make_engine(database_server, "tests", pool=1, overflow=0)
    pool = engine.pool
    assert isinstance(pool, MeasuredPool)
    with engine.connect():
        waiting = eventlet.spawn(lambda: engine.connect().close())
        eventlet.sleep(0.05)
        assert (pool.use().in_use, pool.use().idle, pool.use().most, pool.use().waits) == (1, 0, 1, 1)
    waiting.wait()

    assert (pool.use().in_use, pool.use().idle, pool.use().waits, pool.use().timeouts) == (0, 1, 1, 0)
    assert pool.use().waited_s > 0.04
    engine.dispose()


def test_a_wait_that_is_given_up_is_counted_as_a_timeout(database_server: str) -> None:
    engine = make_engine(database_server, "tests", pool=1, overflow=0)
    pool = engine.pool
    assert isinstance(pool, MeasuredPool)
    pool._timeout = 0.05
    with engine.connect():
        refused = eventlet.spawn(_refused, engine)
        assert refused.wait() == "TimeoutError"

    assert (pool.use().waits, pool.use().timeouts) == (1, 1)
    engine.dispose()


def _refused(engine: object) -> str:
    try:
        engine.connect()  # type: ignore[attr-defined]
    except Exception as error:  # noqa: BLE001 - its name is what the test asks for
        return type(error).__name__
    return "connected"
