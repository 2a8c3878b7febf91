"""Development among peers: offer, book, attend, evaluate, close."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.cpd.handlers import evaluations
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events import cpd as events
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing import principal
from tests.service.cpd.conftest import OPERATOR, SCHOOL, Cpd, noon, peer

STARTS = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
LEADER = peer()


def offered(cpd: Cpd, by: Principal = LEADER, **more: Any) -> str:
    given = {
        "activity_id": new_id(),
        "kind": "workshop",
        "area": "quality_of_teaching",
        "title": "Phonics that stick",
        "pupil_outcome": "More children read at seven",
        "starts_at": STARTS.isoformat(),
        "ends_at": (STARTS + timedelta(minutes=90)).isoformat(),
        "capacity": 2,
        "school_urn": SCHOOL,
    }
    return str(cpd(by, "offer_activity", **{**given, **more})["id"])


@pytest.fixture
def activity(cpd: Cpd) -> str:
    """A workshop with two places."""
    return offered(cpd.on(date(2026, 2, 2)))


def register(cpd: Cpd, activity: str, *who: Principal, **more: Any) -> Any:
    return cpd(LEADER, "record_attendance", activity_id=activity, attended=[p.id for p in who], **more)


def shown(cpd: Cpd, activity: str, by: Principal = LEADER) -> Any:
    return cpd(by, "get_activity", activity_id=activity)


def test_an_activity_from_offer_to_close(cpd: Cpd, activity: str) -> None:
    one, two = peer(), peer()
    for each in (one, two):
        cpd(each, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    register(cpd, activity, one, two)
    cpd(one, "evaluate", activity_id=activity, level=1, score=5, text="Loved it")
    cpd(one, "evaluate", activity_id=activity, level=2, score=4)
    with pytest.raises(Conflict, match=r"levels \[3, 4, 5\] are asked later"):
        cpd(LEADER, "close_activity", activity_id=activity)
    with pytest.raises(Conflict, match="level 3 is asked on 2026-04-15"):
        cpd(one, "evaluate", activity_id=activity, level=3, score=4)
    cpd.on(date(2026, 9, 3))
    cpd(one, "evaluate", activity_id=activity, level=5, score=3, text="Reading age up")
    assert cpd(LEADER, "close_activity", activity_id=activity)["state"] == "closed"
    assert [(r.level, r.due_on) for r in cpd.told(events.EvaluationRequested)[::2]] == [
        (3, date(2026, 4, 15)),
        (4, date(2026, 5, 27)),
        (5, date(2026, 9, 2)),
    ]
    assert [(r.level, r.score) for r in cpd.told(events.EvaluationRecorded)] == [(1, 5), (2, 4), (5, 3)]
    assert len(cpd.told(events.EvaluationScheduled)) == 6
    assert [level["mean_score_hundredths"] for level in shown(cpd, activity)["levels"]] == [
        500,
        400,
        None,
        None,
        300,
    ]
    assert cpd.types()[-1] == "activity.closed"


def test_the_leaders_contribution_says_whom_it_reached(cpd: Cpd, activity: str) -> None:
    one = peer()
    cpd(one, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    register(cpd, activity, one)
    (told,) = cpd.told(events.ContributionRecorded)
    assert told.activity_id is not None
    assert (str(told.person_id), told.kind, told.what) == (LEADER.id, "led", "Phonics that stick")
    assert (told.people_reached, told.hours_hundredths, told.contributed_on) == (1, 150, date(2026, 3, 4))


def test_an_offer_made_twice_is_one_offer(cpd: Cpd) -> None:
    cpd.on(date(2026, 2, 2))
    activity_id = new_id()
    assert offered(cpd, activity_id=activity_id) == offered(cpd, activity_id=activity_id)
    with pytest.raises(Conflict, match="somebody else's"):
        offered(cpd, peer(), activity_id=activity_id)
    assert len(cpd.told(events.ActivityOffered)) == 1


def test_offers_are_made_by_people_and_for_the_future(cpd: Cpd) -> None:
    with pytest.raises(NotAllowed, match="for a person"):
        offered(cpd.on(date(2026, 2, 2)), principal(Role.SCHOOL_LEADER, id="head-office"))
    with pytest.raises(NotAllowed):
        offered(cpd, principal(Role.TRAINEE))
    with pytest.raises(Invalid, match="starts_at"):
        offered(cpd.on(date(2026, 4, 1)))


def test_a_cancelled_place_goes_to_the_first_who_waits(cpd: Cpd, activity: str) -> None:
    people = [peer() for _ in range(4)]
    booked = [cpd(p, "book", activity_id=activity) for p in people]
    assert [b["state"] for b in booked] == ["booked", "booked", "waiting", "waiting"]
    for _ in range(2):
        cpd(people[0], "cancel_booking", booking_id=booked[0]["id"])
    (moved,) = cpd.told(events.BookingMovedUp)
    assert str(moved.person_id) == people[2].id
    assert len(cpd.told(events.BookingCancelled)) == 1
    now = shown(cpd, activity)
    assert (now["places_taken"], now["places_free"], now["waiting"]) == (2, 0, 1)
    assert [b["state"] for b in now["register"]] == ["cancelled", "booked", "booked", "waiting"]


def test_booking_twice_is_one_booking_until_it_is_cancelled(cpd: Cpd, activity: str) -> None:
    one = peer()
    first, second = (cpd(one, "book", activity_id=activity) for _ in range(2))
    cpd(one, "cancel_booking", booking_id=first["id"])
    third = cpd(one, "book", activity_id=activity)
    assert (first["id"] == second["id"], first["id"] == third["id"]) == (True, False)
    assert len(cpd.told(events.BookingMade)) == 2


def test_two_bookings_at_the_same_time_are_refused(cpd: Cpd, activity: str) -> None:
    one, other = peer(), offered(cpd, peer(), starts_at=(STARTS + timedelta(minutes=60)).isoformat())
    cpd(one, "book", activity_id=activity)
    with pytest.raises(Conflict, match="same time"):
        cpd(one, "book", activity_id=other)


def test_two_ids_of_one_person_are_one_person_at_the_same_time(cpd: Cpd, activity: str) -> None:
    one, two, other = peer(), peer(), offered(cpd, peer())
    cpd(one, "book", activity_id=activity)
    cpd.hears(PersonMerged(occurred_at=cpd.now, person_id=UUID(one.id), merged_id=UUID(two.id)))
    with pytest.raises(Conflict, match="same time"):
        cpd(two, "book", activity_id=other)


def test_who_offers_is_known_by_any_of_their_ids(cpd: Cpd, activity: str) -> None:
    one, present = peer(), peer()
    cpd(one, "book", activity_id=activity)
    cpd.hears(PersonMerged(occurred_at=cpd.now, person_id=UUID(present.id), merged_id=UUID(LEADER.id)))
    cpd.on(date(2026, 3, 5))(present, "record_attendance", activity_id=activity, attended=[one.id])
    (registered,) = shown(cpd, activity, by=present)["register"]
    assert registered["state"] == "attended"


def test_nobody_takes_a_place_at_their_own_activity(cpd: Cpd, activity: str) -> None:
    with pytest.raises(Invalid, match="own activity"):
        cpd(LEADER, "book", activity_id=activity)


def test_places_are_taken_and_given_back_before_it_begins(cpd: Cpd, activity: str) -> None:
    one = peer()
    booking = cpd(one, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    with pytest.raises(Conflict, match="when the activity begins"):
        cpd(peer(), "book", activity_id=activity)
    with pytest.raises(Conflict, match="when the activity begins"):
        cpd(one, "cancel_booking", booking_id=booking["id"])


def test_somebody_elses_booking_is_not_there(cpd: Cpd, activity: str) -> None:
    booking = cpd(peer(), "book", activity_id=activity)
    with pytest.raises(NotFound):
        cpd(peer(), "cancel_booking", booking_id=booking["id"])
    with pytest.raises(NotFound):
        cpd(peer(), "cancel_booking", booking_id=new_id())
    with pytest.raises(NotFound):
        cpd(peer(), "book", activity_id=new_id())


def test_an_activity_called_off_cancels_every_booking(cpd: Cpd, activity: str) -> None:
    first, *_ = people = [peer() for _ in range(4)]
    booked = [cpd(each, "book", activity_id=activity) for each in people]
    cpd(people[3], "cancel_booking", booking_id=booked[3]["id"])
    cpd(LEADER, "cancel_activity", activity_id=activity, why="Ill")
    assert cpd(first, "list_bookings")["items"][0]["state"] == "cancelled"
    assert len(cpd.told(events.BookingCancelled)) == 4
    assert not cpd.told(events.BookingMovedUp)
    with pytest.raises(NotAllowed):
        cpd(peer(), "cancel_activity", activity_id=activity, why="Bored")


def test_hours_are_counted_once_and_the_register_can_be_put_right(cpd: Cpd, activity: str) -> None:
    one, two, waits = peer(), peer(), peer()
    for each in (one, two, waits):
        cpd(each, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    for _ in range(2):
        register(cpd, activity, one)
    assert [b["state"] for b in shown(cpd, activity)["register"]] == ["attended", "absent", "cancelled"]
    register(cpd, activity, one, two, hours_hundredths=100)
    assert [a.hours_hundredths for a in cpd.told(events.ActivityAttended)] == [150, 100]
    first, second = cpd.told(events.ContributionRecorded)
    assert first.contribution_id == second.contribution_id
    assert (first.people_reached, second.people_reached) == (1, 2)


def test_nobody_came(cpd: Cpd, activity: str) -> None:
    cpd(peer(), "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    assert register(cpd, activity)["state"] == "held"
    assert not cpd.told(events.ContributionRecorded)


def test_registers_that_are_refused(cpd: Cpd, activity: str) -> None:
    one = peer()
    cpd(one, "book", activity_id=activity)
    with pytest.raises(Conflict, match="has begun"):
        register(cpd, activity, one)
    cpd.on(date(2026, 3, 5))
    with pytest.raises(Invalid, match="no place was booked"):
        register(cpd, activity, peer())
    with pytest.raises(Invalid, match="takes 150"):
        register(cpd, activity, one, hours_hundredths=151)
    with pytest.raises(NotAllowed):
        cpd(one, "record_attendance", activity_id=activity, attended=[one.id])


def test_only_those_who_attended_evaluate(cpd: Cpd, activity: str) -> None:
    one = peer()
    cpd(one, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    register(cpd, activity)
    with pytest.raises(NotFound, match="only those who attended"):
        cpd(one, "evaluate", activity_id=activity, level=1, score=5)


def test_an_answer_is_recorded_once(cpd: Cpd, activity: str) -> None:
    one = peer()
    cpd(one, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    register(cpd, activity, one)
    for _ in range(2):
        cpd(one, "evaluate", activity_id=activity, level=1, score=5)
    assert len(cpd.told(events.EvaluationRecorded)) == 1
    with pytest.raises(Conflict, match="level 1 was answered"):
        cpd(one, "evaluate", activity_id=activity, level=1, score=1)


def test_a_question_is_asked_once_by_its_timer(cpd: Cpd, activity: str) -> None:
    one = peer()
    cpd(one, "book", activity_id=activity)
    cpd.on(date(2026, 3, 5))
    register(cpd, activity, one)
    cpd.on(date(2026, 4, 20))
    listed = cpd(one, "list_evaluations", open_only=True)["items"]
    assert [item["level"] for item in listed] == [1, 2, 3]
    for evaluation_id in [new_id(), *(e["id"] for e in listed)]:
        evaluations.evaluation_due(cpd.session, noon(date(2026, 4, 21)), evaluation_id)
    assert len(cpd.told(events.EvaluationRequested)) == 1
    assert [item["level"] for item in cpd(one, "list_evaluations")["items"]] == [1, 2, 3, 4, 5]


def test_activities_are_searched_and_paged(cpd: Cpd, activity: str) -> None:
    later = STARTS + timedelta(days=7)
    when = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    online = offered(
        cpd, peer(), title="Coaching online", kind="coaching_pair", capacity=1, school_urn=None, **when
    )

    def ids(**query: Any) -> list[str]:
        return [item["id"] for item in cpd(peer(), "list_activities", **query)["items"]]

    assert ids() == [activity, online]
    assert ids(descending=True, sort="title") == [activity, online]
    assert ids(search="coaching") == ids(online=True) == ids(kind="coaching_pair") == [online]
    assert ids(online=False) == ids(school_urn=SCHOOL) == ids(offered_by=LEADER.id) == [activity]
    assert ids(starts_from=later.isoformat()) == [online]
    assert ids(starts_until=later.isoformat(), state="offered", area="quality_of_teaching") == [activity]
    first = cpd(peer(), "list_activities", limit=1)
    assert [i["id"] for i in cpd(peer(), "list_activities", limit=1, after=first["next"])["items"]] == [
        online
    ]


def test_a_person_sees_their_bookings_and_others_do_not(cpd: Cpd, activity: str) -> None:
    one = peer()
    booking = cpd(one, "book", activity_id=activity)
    (mine,) = cpd(one, "list_bookings")["items"]
    assert (mine["id"], mine["title"], mine["state"]) == (booking["id"], "Phonics that stick", "booked")
    assert cpd(OPERATOR, "list_bookings", person_id=one.id)["items"] == [mine]
    with pytest.raises(NotFound):
        cpd(peer(), "list_bookings", person_id=one.id)


def test_the_register_is_for_the_offerer(cpd: Cpd, activity: str) -> None:
    cpd(peer(), "book", activity_id=activity)
    assert shown(cpd, activity, peer())["register"] is None
    with pytest.raises(NotFound):
        shown(cpd, str(new_id()))
