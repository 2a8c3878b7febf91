"""The demonstration from end to end: on the embedded server, and on RabbitMQ."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kombu import Connection

from cli.demo import broker
from cli.demo.sample import sample, with_mistakes
from cli.errors import Refused
from shared.config import settings
from shared.database.migrate import drop, drop_roles
from shared.service_names import SERVICES
from shared.testing.servers import PrivateRabbit
from tests.cli.conftest import Cli, start

PEOPLE = 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three people of the sample."""
    made = tmp_path / "three.csv"
    made.write_bytes(b"\n".join(sample(7).splitlines()[: PEOPLE + 1]) + b"\n")
    return made


def a_name(file: Path) -> str:
    return " ".join(file.read_text().splitlines()[1].split(",")[3:5])


def test_the_demonstration_plays_a_file_to_its_end_and_its_people_stay_to_be_looked_at(
    bare: Cli, file: Path
) -> None:
    played = bare("demo", str(file), "--provider", "2A5")

    assert played.returncode == 0, played.stdout + played.stderr
    assert f"Registered as trainees: {a_name(file)}" in played.stdout
    assert "Qualified teacher status awarded" in played.stdout
    assert "Nothing is missing." in played.stdout
    assert "Steps that were refused" not in played.stdout
    assert "\x1b" not in played.stdout
    (command,) = re.findall(r'\./continuum timeline "(.*?)"', played.stdout)
    looked = bare("timeline", command)
    assert looked.returncode == 0
    assert "from the demonstration" in looked.stderr
    assert "Registered as a trainee with North Tyne University (2A5)" in looked.stdout
    assert bare("ledger", "--demo").returncode == 0
    again = bare("demo", str(file), "--provider", "2A5", "--keep")
    assert again.returncode == 1
    assert "3 rows match trainees who are there already" in again.stdout


def test_a_file_with_mistakes_is_refused_before_anything_starts(bare: Cli, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(with_mistakes())

    answer = bare("demo", str(wrong), "--provider", "2A5")

    assert answer.returncode == 1
    assert "6 errors in 6 rows" in answer.stdout
    assert not (tmp_path / "demo").exists()


def test_a_file_that_cannot_be_read_has_an_exit_code_of_its_own(bare: Cli, tmp_path: Path) -> None:
    assert bare("demo", str(tmp_path / "nothing.csv")).returncode == 2


def test_services_elsewhere_need_a_broker(bare: Cli, file: Path) -> None:
    answer = bare("demo", str(file), "--remote")

    assert answer.returncode == 2
    assert "--remote needs AMQP_URI" in answer.stderr


@pytest.fixture
def rabbit(private_rabbit: PrivateRabbit, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateRabbit]:
    """A broker of our own, for this process as well."""
    private_rabbit.start()
    monkeypatch.setenv("AMQP_URI", private_rabbit.uri)
    settings.cache_clear()
    yield private_rabbit
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def on_servers(rabbit: PrivateRabbit, database_server: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """RabbitMQ and PostgreSQL, with databases that are dropped at the end."""
    prefix = f"dm_{tmp_path.stat().st_ino % 10**8}"
    yield {
        "AMQP_URI": rabbit.uri,
        "DATABASE_URL": database_server,
        "DATABASE_PREFIX": prefix,
        "CONTINUUM_DATA_DIR": str(tmp_path / "data"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_server)
        patch.setenv("DATABASE_PREFIX", f"{prefix}_demo")
        settings.cache_clear()
        for service in SERVICES:
            drop(service)
        drop_roles(SERVICES)
    settings.cache_clear()


def test_the_same_demonstration_plays_on_rabbitmq_and_leaves_no_queue_with_its_events(
    on_servers: dict[str, str], file: Path
) -> None:
    played = start(("demo", str(file), "--provider", "2A5"), on_servers)

    assert played.returncode == 0, played.stdout + played.stderr
    assert "Nothing is missing." in played.stdout
    broker.claim(keep=True)
    broker.release()


def test_the_demonstration_keeps_away_from_queues_that_somebody_consumes(rabbit: PrivateRabbit) -> None:
    with Connection(rabbit.uri) as connection:
        queue = connection.SimpleQueue(
            "rpc-itt", queue_opts={"durable": True}, exchange_opts={"durable": True}
        )
        with closing(queue):
            queue.consumer.consume()
            with pytest.raises(Refused, match="somebody consumes rpc-itt at this broker"):
                broker.claim(keep=False)
        connection.default_channel.queue_delete("rpc-itt")


def test_the_demonstration_keeps_away_from_events_of_an_installation(rabbit: PrivateRabbit) -> None:
    with Connection(rabbit.uri) as connection:
        channel = connection.default_channel
        channel.queue_delete("cpd.inbox")
        channel.queue_declare("cpd.inbox", durable=True, auto_delete=False)
        with closing(connection.SimpleQueue("cpd.inbox", no_ack=True)) as queue:
            queue.put({"a": "fact"})
        try:
            with pytest.raises(Refused, match="1 events of an installation lie in cpd.inbox"):
                broker.claim(keep=False)
        finally:
            channel.queue_delete("cpd.inbox")


def test_what_a_killed_demonstration_left_behind_is_emptied_by_the_next(rabbit: PrivateRabbit) -> None:
    with Connection(rabbit.uri) as connection:
        channel = connection.default_channel
        channel.queue_delete("cpd.inbox")
        channel.queue_declare("cpd.inbox", durable=True, auto_delete=False)
        broker.claim(keep=False)
        with closing(connection.SimpleQueue("cpd.inbox", no_ack=True)) as queue:
            queue.put({"a": "fact"})

        broker.claim(keep=False)

        assert channel.queue_declare("cpd.inbox", passive=True).message_count == 0
        broker.release()
        channel.queue_delete("cpd.inbox")
