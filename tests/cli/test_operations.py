"""Reconcile, parked and replay, on the rows of known events."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.operations import parked, reconcile, replay
from tests.cli.rows import CONSUMER, SOURCE, TYPE, empty, execute, failed, handled, made

BOTH = (SOURCE, CONSUMER)
pytestmark = pytest.mark.usefixtures("installation")


class Services:
    """Stands for the services: notes what it is asked, and answers as they would."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []
        self._answers = answers

    def __call__(self, service: str, method: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((service, method, arguments))
        answer = self._answers.get(method, {})
        return answer.pop(0) if isinstance(answer, list) else answer


@pytest.fixture(autouse=True)
def fresh(installation: dict[str, str]) -> Iterator[None]:
    empty(*BOTH)
    yield
    empty(*BOTH)


def finding() -> reconcile.Finding:
    return next(found for found in reconcile.look(BOTH) if (found.consumer, found.type) == (CONSUMER, TYPE))


def test_what_did_not_arrive_is_found_and_what_did_is_not() -> None:
    handled(made())
    lost = made()

    assert finding().missing == (lost,)


def test_what_only_waits_in_the_outbox_is_under_way_and_never_sent_again() -> None:
    made(published=None)

    assert (finding().missing, finding().on_the_way) == ((), 1)


def test_a_failure_has_arrived() -> None:
    failed(made(), "parked")

    assert finding().missing == ()


def test_the_source_is_asked_to_send_again_what_is_missing_and_nothing_else() -> None:
    handled(made())
    lost = made()
    services = Services(resend={"resent": 1})

    assert reconcile.resend(services, finding()) == 1
    assert services.asked == [(SOURCE, "resend", {"event_ids": [str(lost)]})]


def test_what_has_arrived_since_is_told_apart_from_what_has_not() -> None:
    there, kept, lost = made(), made(), made()
    handled(there)
    failed(kept, "retrying")

    assert reconcile.arrived(CONSUMER, [there, kept, lost]) == {there, kept}


def made_by_a_clock(behind: timedelta) -> UUID:
    """An event that was published in time, with the id that a process makes whose clock is so far behind."""
    return made(UUID(int=new_id().int - (int(behind.total_seconds() * 1000) << 80)))


def test_an_installation_is_verified_up_to_a_whole_hour_a_day_ago_when_nothing_is_open() -> None:
    until = finding().verified_until

    assert until is not None
    now = datetime.now(UTC)
    assert now - timedelta(hours=26) < until <= now - timedelta(hours=24, minutes=10)
    assert (until.minute, until.second) == (0, 0)


def test_nothing_is_verified_beyond_an_hour_in_which_something_is_open() -> None:
    made_by_a_clock(timedelta(hours=50))

    until = finding().verified_until

    assert until is not None
    assert until <= datetime.now(UTC) - timedelta(hours=50)


@pytest.mark.parametrize("behind", [timedelta(hours=1), timedelta(hours=5), timedelta(hours=24)])
def test_what_a_process_makes_whose_clock_is_behind_is_found_when_it_is_lost_after_all_was_verified(
    behind: timedelta,
) -> None:
    execute(CONSUMER, "UPDATE subscription SET verified_until = %s", (finding().verified_until,))
    lost = made_by_a_clock(behind)

    assert finding().missing == (lost,)


def test_what_is_older_than_the_verified_hour_is_never_looked_at_again() -> None:
    made_by_a_clock(timedelta(hours=5))
    execute(
        CONSUMER,
        "UPDATE subscription SET verified_until = date_trunc('hour', now()) WHERE type = %s",
        (TYPE,),
    )

    assert finding().missing == ()


def test_how_far_it_was_verified_is_noted_at_the_consumer() -> None:
    services = Services()

    reconcile.note(services, [finding()])

    (service, method, arguments) = services.asked[0]
    assert (service, method, arguments["source"], arguments["types"]) == (
        CONSUMER,
        "mark_verified",
        SOURCE,
        [TYPE],
    )


def test_parked_events_are_listed_with_where_and_why() -> None:
    id_ = made()
    failed(id_, "parked")

    (found,) = parked.failures((CONSUMER,))
    assert (found.consumer, found.message_id, found.type, found.error) == (
        CONSUMER,
        id_,
        TYPE,
        "Conflict - too early",
    )


def test_other_states_are_listed_when_asked_for() -> None:
    failed(made(), "waiting")

    assert list(parked.failures((CONSUMER,))) == []
    assert len(list(parked.failures((CONSUMER,), ["waiting"]))) == 1


def test_personal_data_of_a_failure_is_hidden_unless_it_is_asked_for() -> None:
    id_ = made()
    failed(id_, "parked", '{"trn": "1234567", "person": {"last_name": "Okafor"}}')

    assert parked.show(id_)[0]["payload"] == {"trn": "1234567", "person": parked.WITHHELD}
    assert parked.show(id_, personal=True)[0]["payload"]["person"] == {"last_name": "Okafor"}


@pytest.mark.parametrize(
    ("payload", "reason"), [("Okafor, 07700 900000", "failed"), ('{"x": "Okafor"}', "undecodable")]
)
def test_what_cannot_be_read_as_an_event_may_hold_anything_and_is_hidden_whole(
    payload: str, reason: str
) -> None:
    id_ = made()
    failed(id_, "parked", payload, reason)

    assert parked.show(id_)[0]["payload"] == parked.WITHHELD


def test_an_event_that_failed_nowhere_is_not_found() -> None:
    with pytest.raises(NotFound):
        parked.show(made())
    with pytest.raises(NotFound):
        parked.whose([made()])


def test_the_consumers_of_a_failure_are_found_by_its_id() -> None:
    id_ = made()
    failed(id_, "parked")

    assert parked.whose([id_]) == {CONSUMER: [id_]}


def test_what_is_no_id_is_told_so() -> None:
    with pytest.raises(Invalid, match="is not an event's id"):
        parked.event_id("0199")


def test_a_replay_goes_on_from_page_to_page_until_there_is_none() -> None:
    services = Services(
        replay_page=[{"replayed": 500, "last": 500}, {"replayed": 3, "last": 503}]
        + [{"replayed": 0, "last": None}] * 9
    )

    pages = list(replay.replay(services, "leadership", None))

    sources = replay.sources_of("leadership")
    assert [page.events for page in pages[:3]] == [500, 3, 0]
    assert services.asked[1][2] == {"source": min(sources), "after": 500}
    assert {page.source for page in pages} == set(sources)


def test_a_replay_knows_how_much_there_is() -> None:
    made()

    assert replay.expected("cpd", None)[SOURCE] == 1
    assert replay.expected("cpd", datetime.now(UTC))[SOURCE] == 0


def test_a_replay_of_an_unknown_service_is_not_found() -> None:
    with pytest.raises(NotFound, match="there is no service 'nobody'; there are cpd"):
        replay.sources_of("nobody")
