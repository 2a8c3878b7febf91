"""Without a broker the services run for as long as a command takes: it waits for what follows at once from it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from cli.output import console, counted, moment
from shared.config import settings
from shared.service_names import SERVICES

PATIENCE_S, LOOK_S = 60.0, 0.2
GOES_ON = "while './continuum run' is on"
# What a deadline brings, by its kind; of what there may be several at one moment, if that says something.
DEADLINES: Mapping[str, tuple[str, str]] = {
    "accreditation_begins": ("an accreditation begins", "provider"),
    "appeal_time_over": ("the time to appeal against a failed induction is over", "teacher"),
    "application_inactive": ("the time for a provider to decide is over", "application"),
    "ask_register": ("the teacher register is asked", "trainee"),
    "award": ("the award is made", "trainee"),
    "cycle_ends": ("a recruitment cycle comes to one of its ends", ""),
    "evaluation_due": ("an evaluation is asked for", "evaluation"),
    "fold_again": ("a role or an exemption begins or ends", "teacher"),
    "forget_import": ("a file that was checked and not stored is cancelled", "file"),
    "no_address_came": ("messages that wait for an e-mail address are given up", ""),
    "nomination_expires": ("a proposed nomination lapses", "nomination"),
    "offer_corrections": ("records are compared with what their course says", "trainee"),
    "post_over": ("a post is over", "post"),
    "quiet_hours_over": ("messages that wait for the morning go out", ""),
    "reference_chase": ("a referee is reminded", "reference"),
    "request_trn": ("a teacher reference number is asked for", "trainee"),
    "return_reminder": ("a provider is reminded of a return", "return"),
    "returns_open": ("a return to the Department opens", ""),
    "suggestion_expires": ("an invitation to be nominated lapses", "invitation"),
    "support_review": ("a support plan is looked at", "plan"),
    "tell_providers": ("the others are told what providers are called", ""),
    "training_starts": ("training starts", "trainee"),
    "trn_overdue": ("a teacher reference number should have come", "trainee"),
}


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
    screen.print(still_to_come(*next_kinds(ask), at_rest=at_rest), markup=False)


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


def next_kinds(ask: Ask) -> tuple[datetime | None, Mapping[str, int]]:
    """The next deadline of any service, and how many of each kind there are at that moment."""
    found: dict[datetime, dict[str, int]] = {}
    for answer in (ask(service, "next_due") for service in SERVICES):
        if answer["at"]:
            found.setdefault(datetime.fromisoformat(answer["at"]), {}).update(answer.get("kinds", {}))
    due = min(found, default=None)
    return due, found[due] if due else {}


def still_to_come(due: datetime | None, kinds: Mapping[str, int], *, at_rest: bool) -> str:
    """What a person reads at the end."""
    if not at_rest:
        return f"Not everything that is due has happened yet; it goes on {GOES_ON}"
    if due is None:
        return "Everything that was due has happened."
    told = "; ".join(_brings(*each) for each in kinds.items())
    comes = f"the next deadline is on {moment(due)}" + (f": {told}" if told else "")
    return f"Everything that was due has happened; {comes}. That happens {GOES_ON}."


def _brings(kind: str, number: int) -> str:
    what, of = DEADLINES.get(kind, (kind.replace("_", " "), ""))  # a newer service may have others
    return f"{what} ({counted(number, of)})" if of else what
