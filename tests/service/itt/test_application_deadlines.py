"""Deadlines as rows: inactive after 30 working days, the three ends of a cycle; early, late, twice, on two replicas."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import cycle_ends, decisions
from shared.database.tables import DUE
from shared.errors import Conflict
from shared.testing import kit as testing
from tests.service.itt.applications_kit import a_course, chosen, offered, ready, sent, state_of
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.courses_kit import LEAD, NOW, load_schools, register_providers
from tests.service.itt.kit import due

DUE_AT = datetime(2027, 1, 22, 23, 59, 59, tzinfo=UTC)
DEADLINE = datetime(2027, 9, 21, 17, tzinfo=UTC)
REJECTED = datetime(2027, 9, 29, 22, 59, 59, tzinfo=UTC)
DECLINED = datetime(2027, 10, 4, 22, 59, 59, tzinfo=UTC)
INTERVIEW: dict[str, Any] = {"provider_code": "2LS", "at": NOW + timedelta(days=1), "location": "Hall"}


@pytest.fixture
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _types(session: Session) -> list[str]:
    return [event.TYPE for event in testing.published(session)]


@pytest.mark.usefixtures("known")
def test_an_application_goes_inactive_when_due_and_once(itt: Itt, session: Session) -> None:
    """Domain page, "goes inactive"."""
    application_id = sent(session, ready(session))
    subject = f"application/{application_id}"
    assert due(session, "application_inactive") == {subject: DUE_AT}
    itt.fires("application_inactive", subject, DUE_AT - timedelta(seconds=1))
    assert state_of(session, application_id) == "awaiting_provider_decision"
    for late in (0, 3):
        itt.fires("application_inactive", subject, DUE_AT + timedelta(days=late))
    assert state_of(session, application_id) == "inactive"
    assert _types(session).count("itt.application.inactivated.v1") == 1
    assert itt.asked(LEAD, "get_application", application_id=application_id)["is_inactive"]


@pytest.mark.usefixtures("known")
def test_an_interview_keeps_it_from_going_inactive_until_the_last_one_is_cancelled(
    itt: Itt, session: Session
) -> None:
    application_id = sent(session, ready(session))
    late = {"at": DUE_AT + timedelta(days=30)}
    shown = itt.asked(LEAD, "arrange_interview", application_id=application_id, **INTERVIEW | late)
    itt.fires("application_inactive", f"application/{application_id}", DUE_AT)
    assert state_of(session, application_id) == "interviewing"
    after = DUE_AT + timedelta(days=1)
    id_ = shown["interviews"][0]["interview_id"]
    itt.asked(LEAD, "cancel_interview", after, interview_id=id_, reason="Illness")
    assert due(session, "application_inactive") == {f"application/{application_id}": after}


@pytest.mark.usefixtures("known")
def test_a_deadline_of_an_application_that_is_gone_does_nothing(itt: Itt, session: Session) -> None:
    by = ready(session)
    application_id = chosen(session, by)
    itt.asked(by, "remove_choice", application_id=application_id)
    itt.fires("application_inactive", f"application/{application_id}", DUE_AT)


@pytest.mark.usefixtures("known")
def test_the_ends_of_a_cycle_are_set_with_its_first_application(itt: Itt, session: Session) -> None:
    chosen(session, ready(session))
    assert due(session, "cycle_ends") == {
        "cycle/2027/unsent": DEADLINE,
        "cycle/2027/undecided": REJECTED,
        "cycle/2027/unanswered": DECLINED,
    }


@pytest.mark.usefixtures("known")
def test_the_end_of_a_cycle_ends_what_is_open_in_three_steps(itt: Itt, session: Session) -> None:
    """Domain page, "end of cycle"."""
    by = ready(session)
    unsent, waiting, offer = chosen(session, by), sent(session, by), offered(session, by)
    interviewing, inactive = sent(session, by), sent(session, ready(session, "Ben Carter"))
    itt.asked(LEAD, "arrange_interview", application_id=interviewing, **INTERVIEW)
    itt.fires("application_inactive", f"application/{inactive}", DUE_AT)
    ids = (unsent, waiting, interviewing, inactive, offer)
    for early in ("unsent", "undecided", "unanswered"):
        itt.fires("cycle_ends", f"cycle/2027/{early}", DEADLINE - timedelta(seconds=1))
    assert "rejected" not in {state_of(session, id_) for id_ in ids}
    itt.fires("cycle_ends", "cycle/2027/unsent", DEADLINE)
    itt.fires("cycle_ends", "cycle/2027/undecided", REJECTED + timedelta(days=1))
    itt.fires("cycle_ends", "cycle/2027/unanswered", DECLINED)
    itt.fires("cycle_ends", "cycle/2027/unanswered", DECLINED)
    assert [state_of(session, id_) for id_ in ids] == [
        "application_not_sent",
        "rejected",
        "rejected",
        "rejected",
        "declined",
    ]
    (row,) = session.query(models.Candidate).filter_by(first_names="Amina")
    assert row.in_progress == 0
    seen = itt.asked(by, "get_application", application_id=waiting)
    assert (seen["ended_because"], seen["rejection_reasons"]) == ("by_default", [])
    with pytest.raises(Conflict, match="is over"):
        itt.asked(LEAD, "make_offer", DECLINED, application_id=waiting)


@pytest.mark.usefixtures("known")
def test_a_large_cycle_ends_in_batches_until_nobody_is_left(
    session: Session,
) -> None:
    option_id = a_course(session)
    ids = [sent(session, ready(session, f"Candidate N{n}"), option_id) for n in range(5)]
    fired = 0
    while "cycle/2027/undecided" in due(session, "cycle_ends"):
        session.execute(DUE.delete().where(DUE.c.subject == "cycle/2027/undecided"))
        cycle_ends.end_cycle(session, REJECTED, "cycle/2027/undecided", at_once=2)
        fired += 1
    assert {state_of(session, id_) for id_ in ids} == {"rejected"}
    assert fired == 3
    assert _types(session).count("itt.application.rejected.v1") == 5


def test_two_replicas_that_fire_at_the_same_moment_end_each_application_once(kept: Kept) -> None:
    option_id = kept(partial(a_course, places=50))
    for number in range(8):
        by = kept(partial(ready, name=f"Candidate N{number}"))
        kept(partial(sent, by=by, option_id=option_id))
    ends = partial(cycle_ends.end_cycle, now=REJECTED, subject="cycle/2027/undecided")
    list(GreenPool(4).imap(kept, [ends] * 4))
    assert kept(_counts) == ({"rejected": 8}, 8)


def _counts(session: Session) -> tuple[dict[str, int], int]:
    table = models.Application
    rows = session.execute(select(table.state, func.count()).group_by(table.state))
    told = session.connection().exec_driver_sql(
        "SELECT count(*) FROM outbox WHERE type = 'itt.application.rejected.v1'"
    )
    return {state: count for state, count in rows}, int(told.scalar() or 0)


def test_going_inactive_and_an_offer_at_the_same_moment_leave_one_of_both(kept: Kept) -> None:
    option_id = kept(partial(a_course, places=50))
    by = kept(ready)
    application_id: UUID = kept(partial(sent, by=by, option_id=option_id))
    late = partial(cycle_ends.go_inactive, now=DUE_AT, subject=f"application/{application_id}")
    offer = partial(decisions.make_offer, now=DUE_AT, by=LEAD, application_id=application_id)
    list(GreenPool(4).imap(kept, [late, offer, late, offer]))
    assert kept(_counts) == ({"offer": 1}, 0)
