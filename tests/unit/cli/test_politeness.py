"""What the command line asks again, when, and what it does not."""

import pytest

from cli.politeness import ATTEMPTS, politely
from shared.errors import Busy, Conflict, ContinuumError, OutcomeUnknown, Unavailable


class Service:
    """Fails so often, then answers."""

    def __init__(self, error: ContinuumError, times: int) -> None:
        self.error, self.times, self.asked = error, times, 0

    def __call__(self) -> str:
        self.asked += 1
        if self.asked <= self.times:
            raise self.error
        return "done"


BUSY = Busy("full", retry_after_s=4)
UNKNOWN = OutcomeUnknown("stopped")
READS, CHANGES = "backlog", "resend"


def asked(service: Service, method: str, pauses: list[float], within_s: float = 120) -> str:
    return politely(service, "notifications", method, within_s, pauses.append)


def test_a_busy_service_is_asked_again_after_the_pause_that_it_names_or_a_little_later() -> None:
    service, pauses = Service(BUSY, 2), list[float]()
    assert asked(service, CHANGES, pauses) == "done"
    assert (service.asked, len(pauses)) == (3, 2)
    assert all(4 <= pause <= 6 for pause in pauses)


def test_who_is_refused_again_and_again_is_told_so_in_the_end() -> None:
    service = Service(BUSY, 100)
    with pytest.raises(Busy, match="full"):
        asked(service, CHANGES, [])
    assert service.asked == ATTEMPTS


def test_nobody_waits_longer_for_another_attempt_than_for_an_answer() -> None:
    service, pauses = Service(BUSY, 100), list[float]()
    with pytest.raises(Busy):
        asked(service, CHANGES, pauses, within_s=3)
    assert (service.asked, pauses) == (1, [])


def test_what_only_reads_is_asked_again_when_the_outcome_is_not_known() -> None:
    service = Service(UNKNOWN, 1)
    assert asked(service, READS, []) == "done"
    assert service.asked == 2


@pytest.mark.parametrize("error", [UNKNOWN, Unavailable("away"), Conflict("no")])
def test_nothing_else_is_asked_twice(error: ContinuumError) -> None:
    service = Service(error, 1)
    with pytest.raises(type(error)):
        asked(service, CHANGES, [])
    assert service.asked == 1
