"""Fault tests: the test services in processes of their own, on servers of our own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.testing.cluster import Cluster
from shared.testing.servers import PrivatePostgres, PrivateRabbit


@pytest.fixture
def rabbit(private_rabbit: PrivateRabbit) -> PrivateRabbit:
    return private_rabbit.start()


@pytest.fixture
def postgres(private_postgres: PrivatePostgres) -> PrivatePostgres:
    return private_postgres.start()


@pytest.fixture
def cluster(
    request: pytest.FixtureRequest, rabbit: PrivateRabbit, postgres: PrivatePostgres, tmp_path: Path
) -> Iterator[Cluster]:
    """Empty databases and queues; whatever still runs at the end is killed."""
    name = f"f{abs(hash(request.node.nodeid)) % 10**8}"
    with Cluster(postgres.uri, rabbit.uri, tmp_path, name) as made:
        made.declare()
        yield made
