"""A service that dies is started again alone."""

from collections.abc import Callable
from typing import Any, ClassVar

import eventlet
import pytest
from nameko.extensions import Entrypoint

from shared.runner import supervisor as module
from shared.runner.supervisor import Supervisor


class Beat(Entrypoint):  # type: ignore[misc]
    """Runs until it is told to die; counts its lives."""

    starts: ClassVar[int] = 0
    refuses: ClassVar[int] = 0
    living: ClassVar[list["Beat"]] = []

    def start(self) -> None:
        if Beat.refuses:
            Beat.refuses -= 1
            raise RuntimeError("not now")
        Beat.starts += 1
        Beat.living.append(self)
        self.dies: Any = eventlet.event.Event()
        self.container.spawn_managed_thread(self._run)

    def _run(self) -> None:
        self.dies.wait()
        raise RuntimeError("dead")


class Fragile:
    name = "fragile"

    @Beat.decorator  # type: ignore[untyped-decorator]
    def beat(self) -> None:
        """Does nothing itself."""


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)
    Beat.starts = Beat.refuses = 0
    Beat.living.clear()


@pytest.fixture
def supervised() -> Any:
    made = Supervisor("fragile", Fragile)
    yield made
    made.kill()


def until(holds: Callable[[], bool]) -> bool:
    with eventlet.Timeout(5, False):
        while not holds():
            eventlet.sleep(0.005)
    return holds()


def die() -> None:
    Beat.living.pop().dies.send()


def test_a_service_that_was_started_runs(supervised: Supervisor) -> None:
    supervised.start()

    assert supervised.state == "running"


def test_a_service_that_died_is_started_again(supervised: Supervisor) -> None:
    supervised.start()

    die()

    assert until(lambda: Beat.starts == 2 and supervised.state == "running")
    assert supervised.deaths == 1


def test_a_dead_service_shows_as_dead_until_it_is_started_again(
    supervised: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 30)
    supervised.start()

    die()

    assert until(lambda: supervised.state == "dead")


def test_a_start_that_fails_is_tried_again_after_a_longer_pause(supervised: Supervisor) -> None:
    supervised.start()
    Beat.refuses = 2

    die()

    assert until(lambda: Beat.starts == 2)
    assert supervised.deaths == 3
    assert supervised.starts_again_in_s == pytest.approx(0.04)


def test_a_service_that_lived_for_long_is_started_again_without_a_long_pause(
    supervised: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEADY_AFTER_S", 0)
    supervised.start()

    for lives in (2, 3, 4):
        die()
        assert until(lambda lives=lives: Beat.starts == lives)  # type: ignore[misc]

    assert supervised.starts_again_in_s == pytest.approx(0.01)


def test_the_death_of_one_leaves_the_others_alone(supervised: Supervisor) -> None:
    class Sound:
        name = "sound"

    other = Supervisor("sound", Sound)
    other.start()
    supervised.start()

    die()

    assert until(lambda: Beat.starts == 2)
    assert (other.state, other.deaths) == ("running", 0)
    other.kill()


def test_a_first_start_that_fails_is_told_to_whoever_starts_it(supervised: Supervisor) -> None:
    Beat.refuses = 1

    with pytest.raises(RuntimeError, match="not now"):
        supervised.start()


def test_a_service_that_was_stopped_stays_stopped(supervised: Supervisor) -> None:
    supervised.start()

    supervised.stop()

    assert supervised.state == "stopped"
    assert not until_soon(lambda: Beat.starts > 1)


def until_soon(holds: Callable[[], bool]) -> bool:
    eventlet.sleep(0.05)
    return holds()
