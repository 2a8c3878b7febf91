"""What the chaos works with does what it says: the line with a hole in it, and the clock that is wrong."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import eventlet
import pytest

from shared.config import PROJECT_ROOT
from shared.testing.processes import free_port
from shared.testing.proxy import Proxy
from tests.chaos.checks import mails_of

CLOCK = """
import time
from datetime import UTC, datetime
from shared import ids
from shared.keys import tokens
from shared.testing.skew import skew
right = time.time()
skew(3600)
ours = [tokens.datetime.now(UTC), ids.made_at(ids.new_id())]
told = [time.time(), *(moment.timestamp() for moment in ours)]
assert all(3590 < moment - right < 3700 for moment in told), told
assert isinstance(datetime.now(UTC), tokens.datetime) and type(tokens.datetime.now(UTC)) is datetime
assert time.monotonic() < right
"""


@pytest.fixture
def echo() -> Iterator[int]:
    """A port that says back what it hears."""
    listener = eventlet.listen(("127.0.0.1", 0))
    thread = eventlet.spawn(eventlet.serve, listener, _say_back)
    yield listener.getsockname()[1]
    thread.kill()
    listener.close()


def _say_back(connection: Any, _: Any) -> None:
    while chunk := connection.recv(100):
        connection.sendall(chunk)


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    made = Proxy(echo)
    yield made
    made.close()


def test_what_is_sent_arrives_through_the_proxy(proxy: Proxy) -> None:
    line = eventlet.connect(("127.0.0.1", proxy.port))
    line.sendall(b"hello")
    assert line.recv(100) == b"hello"


def test_nothing_passes_a_hole_and_nothing_is_closed_by_it(proxy: Proxy) -> None:
    line = eventlet.connect(("127.0.0.1", proxy.port))
    line.sendall(b"before")
    assert line.recv(100) == b"before"
    with proxy.hole():
        line.sendall(b"into the hole")
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(100)
    line.settimeout(30)
    assert line.recv(100) == b"into the hole"


def test_the_proxy_hangs_up_where_nobody_listens() -> None:
    lonely = Proxy(free_port())
    line = eventlet.connect(("127.0.0.1", lonely.port))
    assert line.recv(100) == b""
    lonely.close()


def test_a_wrong_clock_is_wrong_for_everything_that_the_services_ask() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CLOCK],
        cwd=PROJECT_ROOT,
        env={"PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("state", "sent_again", "may_be"),
    [("sent", False, {1}), ("sent", True, {1, 2}), ("unknown", True, {0}), ("in_app_only", False, {0})],
)
def test_a_mail_is_taken_once_and_perhaps_once_more_when_its_hand_over_was_interrupted(
    state: str, sent_again: bool, may_be: set[int]
) -> None:
    assert mails_of(state, sent_again=sent_again) == may_be
