"""A command that runs the services itself waits for what follows at once, and says what is still to come."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from inspect import getmembers, isfunction
from typing import Any

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from cli.settling import DEADLINES, next_kinds, still_to_come, until_at_rest
from shared.service_names import SERVICES, service_class
from shared.timers.entrypoints import Timer
from shared.timers.errands import Errand

LATER = datetime.now(UTC) + timedelta(days=30)


class Services:
    """Answer with the states of the first service in turn, the last of them for ever; the others rest."""

    def __init__(self, *states: tuple[datetime | None, int]) -> None:
        self._states, self.looks, self.again = states, 0, 0

    def __call__(self, service: str, method: str, arguments: Mapping[str, Any] | None = None, /) -> Any:
        if service != SERVICES[0]:
            return {"at": None, "waiting_in_outbox": 0, "waiting_to_be_tried_again": 0}
        self.looks += method == "next_due"
        due, waiting = self._states[min(self.looks, len(self._states)) - 1]
        outbox = {"waiting_in_outbox": waiting, "waiting_to_be_tried_again": self.again}
        return {"at": due.isoformat() if due else None} | outbox


def test_what_is_due_and_what_is_under_way_is_waited_for() -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    services = Services((over, 0), (over, 2), (LATER, 3), (LATER, 0))
    assert until_at_rest(services, look_s=0)
    assert services.looks == 5


def test_a_deadline_to_come_is_not_waited_for() -> None:
    services = Services((LATER, 0))
    assert until_at_rest(services, look_s=0)
    assert services.looks == 2


def test_patience_has_an_end() -> None:
    assert not until_at_rest(Services((None, 1)), patience_s=0.05, look_s=0.01)


def test_what_failed_and_is_tried_again_is_under_way() -> None:
    services = Services((None, 0))
    services.again = 1
    assert not until_at_rest(services, patience_s=0.05, look_s=0.01)


def test_what_is_still_to_come_is_said_with_how_it_happens() -> None:
    due = datetime(2027, 9, 1, 8, tzinfo=UTC)
    assert still_to_come(due, {"training_starts": 2, "no_address_came": 1}, at_rest=True) == (
        "Everything that was due has happened; the next deadline is on 1 September 2027, 09:00 (Europe/London):"
        " training starts (2 trainees); messages that wait for an e-mail address are given up."
        " That happens while './continuum run' is on."
    )
    assert still_to_come(None, {}, at_rest=True) == "Everything that was due has happened."
    assert "Not everything" in still_to_come(due, {}, at_rest=False)
    assert "./continuum run" in still_to_come(due, {}, at_rest=False)


def test_the_next_deadline_is_the_first_of_all_services_with_everything_that_it_brings() -> None:
    due = {
        "itt": (LATER, {"award": 3}),
        "cpd": (LATER + timedelta(days=1), {"post_over": 1}),
        "people": (LATER, {"fold_again": 1}),
    }

    def ask(service: str, method: str, arguments: Mapping[str, Any] | None = None, /) -> Any:
        at, kinds = due.get(service, (None, {}))
        return {"at": at.isoformat() if at else None, "kinds": kinds}

    assert next_kinds(ask) == (LATER, {"award": 3, "fold_again": 1})


def test_every_deadline_of_the_services_is_said_in_words() -> None:
    kinds = {
        extension.kind
        for name in SERVICES
        for _, method in getmembers(service_class(name), isfunction)
        for extension in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(extension, Timer | Errand)
    }

    assert kinds == set(DEADLINES)
