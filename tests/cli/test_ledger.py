"""What the ledger says of events whose fate is known."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.operations.ledger import Line, ledger, missing
from tests.cli.rows import CONSUMER, SOURCE, TYPE, empty, execute, failed, handled, made

pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture(autouse=True)
def fresh(installation: dict[str, str]) -> Iterator[None]:
    empty(SOURCE, CONSUMER)
    yield
    empty(SOURCE, CONSUMER)


def line(**options: Any) -> Line:
    lines = ledger((SOURCE, CONSUMER), **options)
    assert all(each.adds_up for each in lines)
    return next(each for each in lines if (each.type, each.consumer) == (TYPE, CONSUMER))


def test_an_event_that_was_handled_is_handled() -> None:
    handled(made())

    assert (line().committed, line().published, line().handled, line().missing) == (1, 1, 1, 0)


def test_an_event_that_was_published_and_is_nowhere_is_missing() -> None:
    handled(made())
    made()

    assert (line().handled, line().missing) == (1, 1)
    assert missing(ledger((SOURCE, CONSUMER))) == 1


def test_what_was_published_within_the_grace_is_on_its_way() -> None:
    made(published=timedelta(seconds=30))

    assert (line(grace_s=60).on_the_way, line(grace_s=60).missing) == (1, 0)
    assert (line(grace_s=10).on_the_way, line(grace_s=10).missing) == (0, 1)


def test_what_waits_in_the_outbox_is_unpublished_and_not_missing() -> None:
    made(published=None)

    assert (line().committed, line().published, line().unpublished, line().missing) == (1, 0, 1, 0)


def test_what_was_handled_before_it_left_the_outbox_is_handled() -> None:
    """The relay died between the publishing and the move to the log."""
    handled(made(published=None))

    assert (line().committed, line().published, line().handled, line().unpublished) == (1, 0, 1, 0)


def test_what_is_sent_again_is_one_event_all_the_same() -> None:
    again = made()
    made(again, published=None)
    handled(again)

    assert (line().committed, line().handled) == (1, 1)


@pytest.mark.parametrize(
    ("state", "column"),
    [("retrying", "waiting"), ("waiting", "waiting"), ("parked", "parked"), ("discarded", "discarded")],
)
def test_what_failed_is_counted_by_its_state(state: str, column: str) -> None:
    failed(made(), state)

    assert getattr(line(), column) == 1
    assert line().missing == 0


def test_every_fate_at_once_adds_up() -> None:
    handled(made())
    for state in ("retrying", "waiting", "parked", "discarded"):
        failed(made(), state)
    made(published=None)
    made()

    told = line()
    assert told.committed == 7
    assert (told.handled, told.waiting, told.parked, told.discarded, told.unpublished, told.missing) == (
        1,
        2,
        1,
        1,
        1,
        1,
    )


def test_a_subscription_from_now_on_does_not_cover_what_was_made_before() -> None:
    made()
    cover = "UPDATE subscription SET since = 'now', backfilled_at = clock_timestamp() WHERE type = %s"
    execute(CONSUMER, cover, (TYPE,))
    handled(made(published=timedelta(0)))

    assert (line().not_covered, line().handled, line().missing) == (1, 1, 0)


def test_hours_before_a_subscription_are_counted_without_a_look_at_their_ids() -> None:
    made()
    cover = (
        "UPDATE subscription SET since = 'now', backfilled_at = now() + interval '5 hours' WHERE type = %s"
    )
    execute(CONSUMER, cover, (TYPE,))

    assert (line().not_covered, line().missing) == (1, 0)


def test_what_was_handled_after_a_later_one_of_its_subject_is_late() -> None:
    first, second = made(), made(sequence=2)
    handled(second, sequence=2)
    handled(first, sequence=1)

    assert (line().handled, line().late) == (2, 1)


def test_what_nobody_listens_to_has_a_line_of_its_own() -> None:
    execute(SOURCE, "UPDATE event_log SET type = 'itt.nobody.listens.v1'")
    made()
    execute(SOURCE, "UPDATE event_log SET type = 'itt.nobody.listens.v1'")

    unheard = next(each for each in ledger((SOURCE, CONSUMER)) if each.type == "itt.nobody.listens.v1")
    assert (unheard.consumer, unheard.committed, unheard.adds_up) == (None, 1, True)
