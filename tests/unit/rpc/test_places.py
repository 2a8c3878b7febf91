"""So many calls at work, so many in line, first come first served, and the rest is refused."""

from time import time

import eventlet
import pytest

from shared.config import Settings
from shared.errors import Busy, DeadlineExceeded
from shared.policy import Role
from shared.rpc import limits
from shared.rpc.places import Line, Places, most_deliveries
from shared.testing import principal

LEADER, OPERATOR = principal(Role.SCHOOL_LEADER), principal(Role.OPERATOR)


def far() -> float:
    return time() + 600


def test_who_finds_the_line_full_is_refused_at_once_and_told_when_to_come_again() -> None:
    line = Line(1, 0)
    with line.place(far()), pytest.raises(Busy) as refused, line.place(far()):
        pass
    assert refused.value.details == {"retry_after_s": limits.RETRY_AFTER_S}
    with line.place(far()):
        assert (line.at_work, line.waiting) == (1, 0)
    assert line.at_work == 0


def test_who_came_first_is_served_first_and_nobody_slips_in() -> None:
    line, served = Line(1, 10), list[str]()

    def call(name: str) -> None:
        with line.place(far()):
            served.append(name)

    with line.place(far()):
        waiting = [eventlet.spawn(call, f"waited {n}") for n in range(3)]
        eventlet.sleep(0)
        assert line.waiting == 3
    call("newcomer")
    for each in waiting:
        each.wait()
    assert served == ["waited 0", "waited 1", "waited 2", "newcomer"]
    assert (line.at_work, line.waiting) == (0, 0)


def test_a_call_whose_deadline_passes_in_line_leaves_it() -> None:
    line = Line(1, 1)
    with line.place(far()):
        with pytest.raises(DeadlineExceeded, match="nothing was done"), line.place(time() + 0.02):
            pass
        assert (line.at_work, line.waiting) == (1, 0)
    assert line.at_work == 0


@pytest.mark.parametrize("turn_has_come", [False, True])
def test_a_call_that_is_killed_in_line_takes_no_place_with_it(turn_has_come: bool) -> None:
    line = Line(1, 1)

    def call() -> None:
        with line.place(far()):
            eventlet.sleep(600)

    place = line.place(far())
    place.__enter__()
    waiting = eventlet.spawn(call)
    eventlet.sleep(0)
    if turn_has_come:
        place.__exit__(None, None, None)
    waiting.kill()
    if not turn_has_come:
        place.__exit__(None, None, None)
    assert (line.at_work, line.waiting) == (0, 0)


def test_an_operator_gets_through_when_all_places_are_taken_and_nobody_else_does() -> None:
    places = Places(Settings(rpc_max_workers=1, rpc_max_waiting=0))
    with places.place(LEADER, far()), places.place(OPERATOR, far()), places.place(OPERATOR, far()):
        assert places.at_work() == 1 + limits.RESERVED_AT_WORK
        with pytest.raises(Busy), places.place(LEADER, far()):
            pass
    assert places.at_work() == 0


def test_operators_take_the_places_of_everybody_first() -> None:
    places = Places(Settings(rpc_max_workers=1, rpc_max_waiting=0))
    with places.place(OPERATOR, far()), pytest.raises(Busy), places.place(LEADER, far()):
        pass


def test_operators_are_not_let_in_without_end_either() -> None:
    places, refused = Places(Settings(rpc_max_workers=1, rpc_max_waiting=0)), list[Busy]()

    def call() -> None:
        try:
            with places.place(OPERATOR, far()):
                eventlet.sleep(600)
        except Busy as busy:
            refused.append(busy)

    calls = [eventlet.spawn(call) for _ in range(50)]
    eventlet.sleep(0)
    assert (places.at_work(), places.waiting(), len(refused)) == (3, limits.RESERVED_WAITING, 39)
    for each in calls:
        each.kill()
    assert (places.at_work(), places.waiting()) == (0, 0)


def test_the_broker_hands_over_what_has_a_place_or_waits_and_a_few_to_be_refused() -> None:
    assert most_deliveries(Settings(rpc_max_workers=20, rpc_max_waiting=100)) == 20 + 100 + 2 + 8 + 10
