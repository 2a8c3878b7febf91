"""The gauges of a database: the same whoever asks, active or not."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from shared.health.gauges import Databases
from shared.health.process import ThisProcess
from shared.ids import new_id
from tests.cli.rows import CONSUMER, SOURCE, empty, execute, failed, made

pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture(autouse=True)
def fresh(installation: dict[str, str]) -> Iterator[None]:
    empty(SOURCE, CONSUMER)
    yield
    empty(SOURCE, CONSUMER)


def gauge(name: str, **labels: str) -> float | None:
    """Asked anew, as a process that stands by would."""
    registry = CollectorRegistry()
    registry.register(Databases([SOURCE, CONSUMER]))
    return registry.get_sample_value(name, labels)


def test_what_waits_in_an_outbox_is_counted_with_its_age() -> None:
    made(published=None)
    execute(SOURCE, "UPDATE outbox SET created_at = created_at - interval '90 s'")

    assert gauge("continuum_outbox_events", service=SOURCE) == 1
    assert 90 <= (gauge("continuum_outbox_age_seconds", service=SOURCE) or 0) < 200
    assert gauge("continuum_outbox_events", service=CONSUMER) == 0


@pytest.mark.parametrize("state", ["retrying", "waiting", "parked", "discarded"])
def test_failures_are_counted_by_their_state(state: str) -> None:
    failed(made(), state)

    for each in ("retrying", "waiting", "parked", "discarded"):
        assert gauge("continuum_inbox_failures", service=CONSUMER, state=each) == int(each == state)


def test_the_age_of_a_failure_is_that_of_its_first_attempt() -> None:
    failed(made(), "waiting")
    execute(CONSUMER, "UPDATE inbox_failure SET first_failed_at = now() - interval '2 hours'")

    assert (
        7200 <= (gauge("continuum_inbox_failure_age_seconds", service=CONSUMER, state="waiting") or 0) < 7300
    )
    assert gauge("continuum_inbox_failure_age_seconds", service=CONSUMER, state="parked") == 0


def test_deadlines_are_overdue_until_they_fire_and_counted_when_they_are_given_up() -> None:
    execute(SOURCE, "INSERT INTO due (at, kind, subject) VALUES (now() - interval '10 min', 'drill', 'x/1')")
    execute(SOURCE, "INSERT INTO due (at, kind, subject) VALUES (now() + interval '10 min', 'drill', 'x/2')")
    try:
        assert 600 <= (gauge("continuum_timers_overdue_seconds", service=SOURCE) or 0) < 700
        assert gauge("continuum_timers_given_up", service=SOURCE) == 0
        execute(SOURCE, "UPDATE due SET parked_at = now() WHERE subject = 'x/1'")
        assert gauge("continuum_timers_overdue_seconds", service=SOURCE) == 0
        assert gauge("continuum_timers_given_up", service=SOURCE) == 1
    finally:
        execute(SOURCE, "DELETE FROM due WHERE kind = 'drill'")


MESSAGE = """
INSERT INTO message (id, event_id, event_type, recipient_id, template, kind, notice, subject, body, occurred_at,
created_at, state) VALUES (%s, %s, 'x', %s, 'x', 'x', false, 'x', 'x', now(), now(), %s)
"""


def test_mails_are_counted_by_their_state_but_those_that_ended_well() -> None:
    for state in ("failed", "failed", "unknown", "sent"):
        execute("notifications", MESSAGE, (*(str(new_id()) for _ in range(3)), state))
    registry = CollectorRegistry()
    registry.register(Databases([SOURCE, "notifications"]))
    try:
        (family,) = [m for m in registry.collect() if m.name == "continuum_messages"]
    finally:
        execute("notifications", "TRUNCATE message")
    counted = {s.labels["state"]: s.value for s in family.samples}
    assert counted == {"waiting": 0, "held": 0, "ready": 0, "sending": 0, "failed": 2, "unknown": 1}


def test_a_database_that_is_away_says_so_and_nothing_else() -> None:
    registry = CollectorRegistry()
    registry.register(Databases(["nowhere"]))

    assert registry.get_sample_value("continuum_database_up", {"service": "nowhere"}) == 0
    assert registry.get_sample_value("continuum_outbox_events", {"service": "nowhere"}) is None
    assert gauge("continuum_database_up", service=SOURCE) == 1
    assert gauge("continuum_schema_fits", service=SOURCE) == 1


def test_a_process_tells_what_it_is_and_how_its_services_stand() -> None:
    registry = CollectorRegistry()
    registry.register(ThisProcess([SOURCE], lambda: {SOURCE: "running", CONSUMER: "dead"}))

    assert registry.get_sample_value("continuum_service_running", {"service": SOURCE}) == 1
    assert registry.get_sample_value("continuum_service_running", {"service": CONSUMER}) == 0
    assert registry.get_sample_value("continuum_database_pool_limit", {"service": SOURCE}) == 7
    (build,) = [s for m in registry.collect() if m.name == "continuum_build_info" for s in m.samples]
    assert (build.value, sorted(build.labels)) == (1, ["python", "version"])
