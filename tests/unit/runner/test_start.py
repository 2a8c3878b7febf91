"""What is asked of ``run`` is checked before anything starts."""

import os
import signal
from collections.abc import Iterator

import eventlet
import pytest

from shared.config import settings
from shared.runner.signals import Signals
from shared.runner.startup import CannotStart, chosen, first_line
from shared.service_names import SERVICES


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AMQP_URI", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def with_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URI", "amqp://guest:guest@localhost:1//")
    settings.cache_clear()


def test_without_names_all_services_run() -> None:
    assert chosen([]) == SERVICES


def test_naming_all_of_them_is_the_same_as_naming_none() -> None:
    assert set(chosen(list(reversed(SERVICES)))) == set(SERVICES)


def test_some_services_alone_are_refused_without_a_broker() -> None:
    with pytest.raises(
        CannotStart, match="all services run in one process: name none of them, or set AMQP_URI"
    ) as refused:
        chosen(["itt"])

    assert refused.value.exit_code == 2


def test_some_services_run_alone_beside_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    with_a_broker(monkeypatch)

    assert chosen(["people", "itt", "people"]) == ("people", "itt")


def test_an_unknown_service_is_refused_with_the_names_of_those_that_are() -> None:
    with pytest.raises(CannotStart, match="there is no service 'tti'; there are cpd, itt, leadership"):
        chosen(["tti"])


def test_of_an_error_only_the_first_line_is_told() -> None:
    assert first_line(OSError("no route\nto host")) == "no route"
    assert first_line(OSError("")) == "OSError"


def test_the_first_signal_asks_for_an_end_and_the_second_for_a_quick_one() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    signals = Signals()
    signals.listen()
    try:
        assert (signals.stop, signals.now) == (False, False)
        os.kill(os.getpid(), signal.SIGTERM)
        eventlet.sleep(0.01)
        assert (signals.stop, signals.now) == (True, False)
        os.kill(os.getpid(), signal.SIGINT)
        eventlet.sleep(0.01)
        assert (signals.stop, signals.now) == (True, True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
