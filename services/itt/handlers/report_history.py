"""When applications came into each state, exactly: the audit keeps every change, the application only its last dates.

An offer that was made again overwrites the dates of the first one and of the rejection between them; the audit of the
commands still has them. Where it says nothing, the application's own dates do.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Date, DateTime, Text, cast, column, exists, func, select, union, values

from services.itt.domain.applications import State
from services.itt.domain.reports import REACHED
from shared.database.tables import AUDIT

# Who was recruited without conditions never had any pending: the two dates are the same.
DATES = {
    State.AWAITING: "sent_at",
    State.INACTIVE: "inactive_at",
    State.OFFER: "offered_at",
    State.PENDING_CONDITIONS: "accepted_at",
    State.RECRUITED: "recruited_at",
    State.REJECTED: "rejected_at",
    State.WITHDRAWN: "withdrawn_at",
    State.DECLINED: "declined_at",
    State.OFFER_WITHDRAWN: "offer_withdrawn_at",
    State.CONDITIONS_NOT_MET: "conditions_not_met_at",
    State.OFFER_DEFERRED: "deferred_at",
}
BY_DEFAULT = "application.undecided"


def _logged(mine: Any) -> Any:
    """Every change of state that a command made."""
    state = AUDIT.c.changes["state"][1].astext
    subject = func.concat("application/", cast(mine.c.id, Text))
    known = select(mine.c.id, state.label("state"), AUDIT.c.at, AUDIT.c.action)
    known = known.select_from(mine).join(AUDIT, AUDIT.c.subject == subject)
    return known.where(AUDIT.c.changes.has_key("state"), state.in_(REACHED))


def _dated(mine: Any) -> Any:
    """The last dates of each application."""
    dates = {state.value: mine.c[name] for state, name in DATES.items()}
    dates[State.PENDING_CONDITIONS] = func.nullif(mine.c.accepted_at, mine.c.recruited_at)
    pairs = values(column("state", Text), column("at", DateTime(timezone=True)), name="dated")
    each = pairs.data([(state, at) for state, at in dates.items()]).lateral()
    return select(mine.c.id, each.c.state, each.c.at).select_from(mine).join(each, each.c.at.is_not(None))


def entered(application_id: Any, states: Collection[State], before: datetime) -> Any:
    """Whether a command brought an application into one of the states before a moment, whatever became of it."""
    state = AUDIT.c.changes["state"][1].astext
    of_it = AUDIT.c.subject == func.concat("application/", cast(application_id, Text))
    return exists().where(of_it, AUDIT.c.at < before, AUDIT.c.changes.has_key("state"), state.in_(states))


def entries(mine: Any) -> Any:
    """By week (its Monday) and state: how many reached it for the first time, and how many times more it was
    reached."""
    logged = _logged(mine).subquery()
    both = union(select(logged.c.id, logged.c.state, logged.c.at), _dated(mine)).subquery("entered")
    nth = func.row_number().over(partition_by=(both.c.id, both.c.state), order_by=both.c.at)
    in_order = select(both.c.state, both.c.at, nth.label("nth")).subquery("in_order")
    monday = cast(func.date_trunc("week", func.timezone("Europe/London", in_order.c.at)), Date)
    counts = [func.count().filter(in_order.c.nth == 1), func.count().filter(in_order.c.nth > 1)]
    known = select(monday.label("monday"), in_order.c.state, *counts)
    order = func.array_position(list(REACHED), in_order.c.state)
    return known.group_by("monday", in_order.c.state).order_by("monday", order)


def decided_at(mine: Any) -> Any:
    """When the provider decided on each application for the first time: offered, or rejected it itself."""
    logged = _logged(mine).subquery()
    decisions = [State.OFFER.value, State.REJECTED.value]
    commands = select(logged.c.id, logged.c.at).where(
        logged.c.state.in_(decisions), logged.c.action != BY_DEFAULT
    )
    offered = select(mine.c.id, mine.c.offered_at).where(mine.c.offered_at.is_not(None))
    rejected = select(mine.c.id, mine.c.rejected_at).where(
        mine.c.rejected_at.is_not(None), mine.c.ended_because.is_distinct_from("by_default")
    )
    all_ = union(commands, offered, rejected).subquery("decisions")
    return select(all_.c.id, func.min(all_.c.at).label("at")).group_by(all_.c.id).subquery("decided")
