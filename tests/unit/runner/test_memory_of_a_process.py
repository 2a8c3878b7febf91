"""What a process has loaded when everything has started is not looked at again by the garbage collector."""

import gc
from collections.abc import Iterator

import pytest

from shared.runner.memory import settle


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_left_in_peace_and_what_comes_is_still_collected() -> None:
    settle()
    assert gc.get_freeze_count() > 1_000
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1


def test_a_service_collects_less_often_than_python_would() -> None:
    before = gc.get_threshold()
    settle()
    assert all(now > then for now, then in zip(gc.get_threshold(), before, strict=True))
