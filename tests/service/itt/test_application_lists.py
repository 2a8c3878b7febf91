"""Lists of applications: 50 a page, filtered, sorted, searched; and the feed, in which nothing is missed."""

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import application_lists, choices, decisions
from shared.database import database_url, make_engine
from shared.errors import Invalid, NotAllowed
from shared.messaging.outbox import OutboxSession
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.applications_kit import a_course, accepted, chosen, ready, registered, sent
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.courses_kit import (
    ACCREDITED,
    LEAD,
    NOW,
    OTHER_LEAD,
    PARTNER,
    load_schools,
    register_providers,
)

NAMES = ("Amina Okafor", "Ben Carter", "Siân Mensah", "Idris Carter")


@pytest.fixture
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _names(itt: Itt, **asked: Any) -> list[str]:
    items = itt.asked(asked.pop("by", LEAD), "list_applications", **asked)["items"]
    return [item["first_names"] for item in items]


@pytest.fixture
def four(known: None, session: Session) -> list[UUID]:
    option_id = a_course(session, places=50)
    return [sent(session, ready(session, name), option_id) for name in NAMES]


def test_a_list_is_sorted_by_name_or_by_when_it_was_sent(itt: Itt, four: list[UUID]) -> None:
    assert _names(itt, sort="name") == ["Ben", "Idris", "Siân", "Amina"]
    assert _names(itt, sort="name", descending=True) == ["Amina", "Siân", "Idris", "Ben"]
    assert set(_names(itt, sort="sent")) == {"Amina", "Ben", "Siân", "Idris"}


BOTH = principal(Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER, "provider:2LS", "provider:2A5")


@pytest.mark.parametrize("by", [LEAD, ACCREDITED, BOTH, PARTNER], ids=["lead", "accredited", "both", "site"])
@pytest.mark.parametrize("limit", [1, 3, 4, 50])
def test_a_list_comes_in_pages_that_hold_everybody_once(
    itt: Itt, four: list[UUID], by: Principal, limit: int
) -> None:
    for descending in (False, True):
        names, after = [], None
        while True:
            asked = {"sort": "name", "limit": limit, "after": after, "descending": descending}
            found = itt.asked(by, "list_applications", **asked)
            names += [item["first_names"] for item in found["items"]]
            if (after := found["next"]) is None:
                break
        in_order = ["Ben", "Idris", "Siân", "Amina"]
        assert names == (in_order[::-1] if descending else in_order)


def test_a_deferred_place_is_listed_in_its_own_cycle_and_in_the_next(
    itt: Itt, session: Session, four: list[UUID]
) -> None:
    """Domain page, "defer: to the next cycle"."""
    ben = session.get_one(models.Application, four[1])
    option_id = ben.course_option_id
    deferred = accepted(session, ready(session, "Zoë Hall"), option_id=option_id)
    itt.asked(LEAD, "defer_offer", application_id=deferred)
    assert itt.asked(LEAD, "get_application", application_id=deferred)["deferred_to"] == 2028
    for by in (LEAD, ACCREDITED, BOTH, PARTNER):
        assert _names(itt, by=by, cycle=2028) == ["Zoë"]
        assert len(_names(itt, by=by)) == 5
        assert _names(itt, by=by, cycle=2029) == []
    assert _names(itt, cycle=2028, states=["offer_deferred"], search="hall") == ["Zoë"]
    assert _names(itt, cycle=2028, states=["recruited"]) == []


def test_a_cursor_that_was_made_up_is_refused(itt: Itt, four: list[UUID]) -> None:
    with pytest.raises(Invalid, match="after"):
        itt.asked(ACCREDITED, "list_applications", after="nonsense")


def test_a_list_is_filtered_and_searched(itt: Itt, session: Session, four: list[UUID]) -> None:
    itt.asked(LEAD, "make_offer", application_id=four[0])
    assert _names(itt, states=["offer"]) == ["Amina"]
    assert set(_names(itt, search="carter")) == {"Ben", "Idris"}
    assert _names(itt, search="SIAN mensah") == ["Siân"]
    assert _names(itt, search="%") == []
    other = sent(session, ready(session, "Zoe New"))
    course_id = itt.asked(LEAD, "get_application", application_id=other)["course_id"]
    assert _names(itt, course_id=course_id) == ["Zoe"]
    assert len(_names(itt, site_code="A")) == 5
    assert _names(itt, site_code="B") == []
    assert _names(itt, cycle=2026) == []
    with pytest.raises(Invalid):
        itt.asked(LEAD, "list_applications", states=["unsubmitted"])


def test_each_provider_lists_what_it_may_read_and_each_application_once(
    itt: Itt, session: Session, four: list[UUID]
) -> None:
    chosen(session, ready(session, "Not Sent"))
    for by in (LEAD, ACCREDITED, PARTNER, BOTH):
        assert len(_names(itt, by=by, sort="name")) == 4
    assert _names(itt, by=OTHER_LEAD) == []
    with pytest.raises(NotAllowed):
        _names(itt, by=principal(Role.NATIONAL_ANALYST))
    with pytest.raises(NotAllowed):
        _names(itt, provider_code="3LS")
    with pytest.raises(NotAllowed):
        _names(itt, by=registered(session, "Somebody Else"))


def test_a_candidate_lists_their_own(itt: Itt, session: Session, known: None) -> None:
    by = ready(session)
    mine = [sent(session, by), chosen(session, by)]
    sent(session, ready(session, "Ben Carter"))
    listed = itt.asked(by, "my_applications")["items"]
    assert {item["application_id"] for item in listed} == {str(id_) for id_ in mine}


# --- the feed


def _feed(itt: Itt, **asked: Any) -> tuple[list[str], Any]:
    found = itt.asked(asked.pop("by", LEAD), "application_changes", **asked)
    return [item["first_names"] for item in found["items"]], found


def test_the_feed_goes_on_from_where_one_was_and_tells_each_application_once(
    itt: Itt, four: list[UUID]
) -> None:
    first, told = _feed(itt, limit=3)
    second, told = _feed(itt, limit=3, after=told["next"])
    assert sorted(first + second) == ["Amina", "Ben", "Idris", "Siân"]
    assert _feed(itt, after=told["next"])[0] == []
    itt.asked(LEAD, "make_offer", application_id=four[1])
    itt.asked(LEAD, "add_note", application_id=four[1], message="Keen")
    names, again = _feed(itt, after=told["next"])
    assert (names, again["items"][0]["state"]) == (["Ben"], "offer")
    assert _feed(itt, after=again["next"])[0] == []


def test_the_feed_since_a_look_tells_what_changed_after_it_and_nothing_before(
    itt: Itt, four: list[UUID]
) -> None:
    _, told = _feed(itt)
    since = told["looked_at"]
    assert _feed(itt, since=since)[0] == []
    itt.asked(LEAD, "make_offer", application_id=four[2])
    assert _feed(itt, since=since)[0] == ["Siân"]
    assert len(_feed(itt, since=datetime(2020, 1, 1, tzinfo=UTC))[0]) == 4


def test_the_feed_comes_in_numbered_pages_too_newest_first(itt: Itt, four: list[UUID]) -> None:
    pages = [_feed(itt, page_number=number, limit=3) for number in (1, 2, 3)]
    assert [len(names) for names, _ in pages] == [3, 1, 0]
    assert {told["total"] for _, told in pages} == {4}
    itt.asked(LEAD, "make_offer", application_id=four[0])
    assert _feed(itt, page_number=1, limit=1)[0] == ["Amina"]


def test_what_a_candidate_or_a_referee_writes_is_in_the_feed(itt: Itt, session: Session, known: None) -> None:
    by = ready(session)
    accepted(session, by)
    _, told = _feed(itt)
    reference = itt.asked(by, "get_form")["references"][0]["reference_id"]
    given = {"feedback": "Committed", "safeguarding_concerns": False, "confidential": False}
    referee = principal(Role.REFEREE, id=reference)
    itt.asked(referee, "give_reference", reference_id=reference, **given)
    names, told = _feed(itt, after=told["next"])
    assert names == ["Amina"]
    itt.asked(by, "change_candidate_email", email="amina.new@example.com")
    assert _feed(itt, after=told["next"])[0] == ["Amina"]


def test_what_is_written_first_and_committed_last_is_not_missed(kept: Kept, service_database: str) -> None:
    """A poll in between has seen the later change: the earlier one must still come, by position and by time."""
    option_id = kept(partial(a_course, places=50))
    slow_by, quick_by = (kept(partial(ready, name=name)) for name in NAMES[:2])
    slow_id, quick_id = (kept(partial(chosen, by=by, option_id=option_id)) for by in (slow_by, quick_by))
    look = partial(application_lists.application_changes, now=NOW, by=LEAD)
    engine = make_engine(database_url(service_database), "slow", pool=1, overflow=0)
    with OutboxSession(engine, info={"service": service_database}) as slow, slow.begin():
        choices.send_application(slow, NOW, slow_by, application_id=slow_id)
        slow.flush()
        kept(partial(choices.send_application, now=NOW, by=quick_by, application_id=quick_id))
        told = kept(look)
        assert [item["application_id"] for item in told["items"]] == [quick_id]
    engine.dispose()
    for which in ({"after": told["next"]}, {"since": told["looked_at"]}):
        found = kept(partial(look, **which))
        assert [item["application_id"] for item in found["items"]] == [slow_id]


def test_a_change_that_is_being_made_does_not_keep_a_poll_waiting(kept: Kept, service_database: str) -> None:
    option_id = kept(partial(a_course, places=50))
    ids = [kept(partial(sent, by=kept(partial(ready, name=name)), option_id=option_id)) for name in NAMES]
    look = partial(application_lists.application_changes, now=NOW, by=LEAD)
    engine = make_engine(database_url(service_database), "slow", pool=1, overflow=0)
    with OutboxSession(engine, info={"service": service_database}) as slow, slow.begin():
        decisions.make_offer(slow, NOW, LEAD, application_id=ids[0])
        told = kept(look)
        assert {item["application_id"] for item in told["items"]} == set(ids[1:])
    engine.dispose()
    (item,) = kept(partial(look, after=told["next"]))["items"]
    assert (item["application_id"], item["state"]) == (ids[0], "offer")
    rows = kept(lambda session: [row.feed_position for row in session.query(models.Application)])
    assert len(set(rows)) == 4 and None not in rows
