"""What holds the parts together, and what must stay out of them."""

import subprocess
import sys

import pytest

from shared.config import PROJECT_ROOT
from shared.messaging.consumer import InboxConsumer
from shared.messaging.declarations import subscriptions
from shared.service import Service
from shared.service_names import SERVICES, service_class

FRAMEWORKS = (
    "nameko kombu amqp eventlet greenlet sqlalchemy psycopg2 alembic structlog prometheus_client"
    " joserfc cryptography typer rich jinja2 uuid_utils"
).split()
OURS = (
    "shared.config shared.context shared.database shared.ids shared.logs shared.messaging shared.rpc".split()
)
IMPORTS = """
import importlib, pkgutil, sys
package = importlib.import_module("services.{service}.domain")
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(" ".join(sorted(name for name in {unwanted!r} if name in sys.modules)))
"""


@pytest.mark.parametrize("service", SERVICES)
def test_the_domain_of_a_service_imports_neither_a_framework_nor_a_database(service: str) -> None:
    """In a process of its own, where nothing else was imported before."""
    program = IMPORTS.format(service=service, unwanted=[*FRAMEWORKS, *OURS])
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert answer.stdout.strip() == ""


@pytest.mark.parametrize("service", SERVICES)
def test_every_queue_has_a_consumer_and_every_consumer_its_methods(service: str) -> None:
    cls = service_class(service)
    assert issubclass(cls, Service)
    assert isinstance(cls.machinery.consumer, InboxConsumer)
    assert all(callable(getattr(cls, subscription.method)) for subscription in subscriptions()[service])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_listens_to_services_that_exist(service: str) -> None:
    assert {subscription.source for subscription in subscriptions()[service]} <= set(SERVICES)
