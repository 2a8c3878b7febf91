"""Plain Nameko on either side: its clients call us, we call its services, and both may stand at one queue."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventlet import tpool
from nameko.containers import ServiceContainer
from nameko.exceptions import RemoteError
from nameko.rpc import RpcProxy
from nameko.rpc import rpc as plain_rpc
from nameko.standalone.rpc import ClusterRpcProxy, ServiceRpcProxy

from shared.config import PROJECT_ROOT, settings
from shared.errors import Fault
from shared.keys import CLI, KeyRing
from shared.rpc.amqp import Link
from shared.rpc.front import declare
from shared.rpc.limits import QUEUE
from tests.service.rpc.conftest import LEADER, broker, caller, eventually, serving
from tests.service.rpc.probe import NAME

THEIRS = "rpcplain"


class Plain:
    """A service as Nameko's documentation shows it."""

    name = THEIRS
    probe = RpcProxy(NAME)

    @plain_rpc  # type: ignore[untyped-decorator]
    def double(self, n: int) -> int:
        return n * 2

    @plain_rpc  # type: ignore[untyped-decorator]
    def fail(self) -> None:
        raise KeyError("theirs")

    @plain_rpc  # type: ignore[untyped-decorator]
    def ask(self, n: int) -> Any:
        return self.probe.echo(n=n)


@pytest.fixture
def config(at_the_broker: str) -> dict[str, str]:
    return {"AMQP_URI": at_the_broker}


@pytest.fixture
def probe(config: dict[str, str]) -> Iterator[ServiceContainer]:
    with serving() as container:
        yield container


@pytest.fixture
def plain(config: dict[str, str]) -> Iterator[ServiceContainer]:
    container = ServiceContainer(Plain, config)
    container.start()
    yield container
    container.stop()
    with broker(config["AMQP_URI"]) as connection:
        connection.channel().queue_delete(QUEUE.format(THEIRS))


@pytest.fixture
def stock(config: dict[str, str], probe: ServiceContainer) -> Iterator[Any]:
    """Nameko's own client, with a principal in its context data."""
    token = KeyRing.from_settings(settings()).token(LEADER, CLI)
    with ClusterRpcProxy(config, context_data={"principal": token}, timeout=10) as cluster:
        yield cluster[NAME]


def test_a_stock_client_calls_by_name_and_by_position(stock: Any) -> None:
    assert stock.echo(n=7) == {"n": 7}
    assert stock.echo(7) == {"n": 7}
    assert stock.sum(1, second=2) == 3
    assert stock.who()["id"] == LEADER.id


def test_a_stock_client_may_wait_later(stock: Any) -> None:
    replies = [stock.echo.call_async(n) for n in range(20)]
    assert [reply.result() for reply in replies] == [{"n": n} for n in range(20)]


def test_the_first_call_of_a_stock_client_is_the_correlation(stock: Any) -> None:
    told = stock.who()
    assert told["correlation_id"] == told["call_ids"][0]
    assert told["correlation_id"].startswith("standalone_rpc_proxy.call.")


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("echo", {"n": "many"}, "Invalid n: is not a whole number"),
        ("refuse", {"error": "Conflict"}, "Conflict no, because"),
        ("dance", {}, "NotFound rpcprobe has no method 'dance'"),
        ("fault", {"text": "secret"}, "Fault rpcprobe could not do it: a fault of ours"),
    ],
)
def test_a_stock_client_is_told_what_is_wrong(stock: Any, method: str, arguments: Any, error: str) -> None:
    with pytest.raises(RemoteError, match=f"^{error}"):
        getattr(stock, method)(**arguments)


def test_a_stock_client_without_a_principal_is_refused(
    config: dict[str, str], probe: ServiceContainer
) -> None:
    with ServiceRpcProxy(NAME, config, timeout=10) as stranger:
        assert stranger.hello() == "anonymous"
        with pytest.raises(RemoteError, match="Unauthenticated"):
            stranger.echo(1)


def test_we_call_a_stock_service(plain: ServiceContainer) -> None:
    with caller() as call:
        assert call.ask(THEIRS, "double", arguments={"n": 4}) == 8
        with pytest.raises(Fault, match="theirs"):
            call.ask(THEIRS, "fail")
        with pytest.raises(Fault, match="dance"):
            call.ask(THEIRS, "dance")


def test_the_principal_goes_through_a_stock_service(plain: ServiceContainer, probe: ServiceContainer) -> None:
    with caller() as call:
        assert call.ask(THEIRS, "ask", arguments={"n": 3}) == {"n": 3}


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_exchange_and_queue_are_declared_as_nameko_declares_them(config: dict[str, str], first: str) -> None:
    class Same(Plain):
        name = NAME

    def theirs() -> None:
        container = ServiceContainer(Same, config)
        container.start()
        container.stop()

    def ours() -> None:
        link = Link(config["AMQP_URI"], "declares")
        declare(link, NAME)
        link.close()

    for declares in [ours, theirs] if first == "ours" else [theirs, ours]:
        declares()


def test_a_service_is_ready_once_its_queue_has_a_consumer(
    probe: ServiceContainer, config: dict[str, str]
) -> None:
    with broker(config["AMQP_URI"]) as connection:
        channel = connection.channel()
        eventually(lambda: channel.queue_declare(QUEUE.format(NAME), passive=True).consumer_count == 1)


def test_the_script_of_the_documentation_calls_and_tells_errors(
    config: dict[str, str], probe: ServiceContainer, tmp_path: Path
) -> None:
    page = (PROJECT_ROOT / "docs" / "calling.md").read_text()
    script = tmp_path / "call.py"
    script.write_text(page.split("```python\n")[1].split("```")[0])
    token = KeyRing.from_settings(settings()).token(LEADER, CLI)
    outside = os.environ | config | {"CONTINUUM_TOKEN": token}

    def call(*arguments: str) -> Any:
        command = [sys.executable, str(script), NAME, *arguments]
        return tpool.execute(subprocess.run, command, env=outside, capture_output=True, text=True, timeout=50)

    assert json.loads(call("echo", '{"n": 7}').stdout) == {"n": 7}
    refused = call("echo", '{"n": "seven"}')
    assert (refused.returncode, refused.stderr.splitlines()[-1].partition(":")[0]) == (1, "Invalid")
