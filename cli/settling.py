"""Without a broker the services run for as long as a command takes: it waits for what follows at once from it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from cli.output import console, moment
from shared.config import settings
from shared.service_names import SERVICES

PATIENCE_S, LOOK_S = 60.0, 0.2
GOES_ON = "while './continuum run' is on"


class Ask(Protocol):
    """Asks a service, as ``cli.installation.Caller`` does."""

    def __call__(self, service: str, method: str, arguments: Mapping[str, Any] = ..., /) -> Any: ...


def settle(ask: Ask) -> None:
    """Wait, with a line on a terminal, and say what is still to come; with a broker the services see to it."""
    here, screen = settings(), console(stderr=True)
    if here.amqp_uri or here.demo_clock:
        return
    with screen.status("waiting for what is due now, such as teacher reference numbers"):
        at_rest = until_at_rest(ask)
    screen.print(still_to_come(next_due(ask), at_rest=at_rest), markup=False)


def until_at_rest(ask: Ask, patience_s: float = PATIENCE_S, look_s: float = LOOK_S) -> bool:
    """Whether nothing is due and no event is under way any more: seen twice, because effects publish as well."""
    until, seen = time.monotonic() + patience_s, 0
    while seen < 2:
        seen = seen + 1 if _is_at_rest(ask) else 0
        if time.monotonic() > until:
            return False
        time.sleep(look_s)
    return True


def _is_at_rest(ask: Ask) -> bool:
    due = next_due(ask)
    if due is not None and due <= datetime.now(UTC):
        return False
    backlogs = [ask(service, "backlog") for service in SERVICES]
    return not any(each["waiting_in_outbox"] or each["waiting_to_be_tried_again"] for each in backlogs)


def next_due(ask: Ask) -> datetime | None:
    """The next deadline of any service."""
    moments = [ask(service, "next_due")["at"] for service in SERVICES]
    return min((datetime.fromisoformat(at) for at in moments if at), default=None)


def still_to_come(due: datetime | None, *, at_rest: bool) -> str:
    """What a person reads at the end."""
    if not at_rest:
        return f"Not everything that is due has happened yet; it goes on {GOES_ON}"
    if due is None:
        return "Everything that was due has happened."
    comes = f"the next deadline is on {moment(due)}, and what it brings happens {GOES_ON}"
    return f"Everything that was due has happened; {comes}"
