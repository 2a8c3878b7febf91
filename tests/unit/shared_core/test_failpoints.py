"""Failpoints are nothing unless a test names them."""

from collections.abc import Iterator

import pytest

from shared.testing.failpoints import FailpointError, arm, failpoint


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


def test_a_place_that_nobody_named_does_nothing() -> None:
    failpoint("inbox.committed")
    arm("relay.published=raise")
    failpoint("inbox.committed")


def test_a_place_raises_once_at_the_time_that_was_named() -> None:
    arm("here=raise@3,there=raise")
    failpoint("here")
    failpoint("here")
    with pytest.raises(FailpointError, match="here"):
        failpoint("here")
    failpoint("here")
    with pytest.raises(FailpointError, match="there"):
        failpoint("there")
