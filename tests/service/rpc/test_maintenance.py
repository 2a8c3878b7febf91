"""A service in maintenance: what changes something is refused, however it is declared; reads and operators go on."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import insert

from shared import maintenance
from shared.database import engine
from shared.database.tables import MAINTENANCE
from shared.errors import Maintenance
from shared.policy import Role
from shared.testing import principal
from tests.service.rpc.conftest import Caller
from tests.service.rpc.probe import NAME

Entries = Callable[[], dict[int, str]]


@pytest.fixture(autouse=True)
def resting(database: None) -> Iterator[None]:
    """The probe is in maintenance."""
    with engine(NAME).begin() as connection:
        MAINTENANCE.create(connection)
        connection.execute(insert(MAINTENANCE).values(who="jo", why="a new disk", retry_after_s=30))
    maintenance._known.pop(NAME, None)
    yield
    with engine(NAME).begin() as connection:
        MAINTENANCE.drop(connection)
    maintenance._known.pop(NAME, None)


@pytest.mark.parametrize("method", ["write", "write_again"])
def test_what_changes_something_is_refused_also_when_it_may_run_twice(
    call: Caller, entries: Entries, method: str
) -> None:
    with pytest.raises(Maintenance) as refused:
        call(method, id=1, note="not now")
    assert refused.value.details["retry_after_s"] == 30
    assert "(a new disk)" in refused.value.message
    assert entries() == {}


def test_what_only_reads_goes_on(call: Caller) -> None:
    assert call("read") == 0


@pytest.mark.parametrize("method", ["write", "write_again"])
def test_an_operator_may_change_things(call: Caller, entries: Entries, method: str) -> None:
    call(method, by=principal(Role.OPERATOR), id=1, note="mended")
    assert entries() == {1: "mended"}
