"""Who is the same person, and which roles they hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.people import handlers, schemas
from services.people.models import Person
from shared.aliases import resolve
from shared.audit import audit_trail
from shared.database.tables import DUE
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events import Event, itt, people
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing import principal, published
from tests.service.people.conftest import AT, People, career, registered, somebody

OPERATOR = principal(Role.OPERATOR, id="operator")
HEAD = principal(Role.SCHOOL_LEADER, "school:123456")
TWIN = {"email": "other@example.org"}


def told(session: Session, kind: type[Event]) -> list[Any]:
    return [e for e in published(session) if isinstance(e, kind)]


def begin(session: Session, by: Principal = HEAD, **more: Any) -> Any:
    asked: dict[str, Any] = {"role": "teacher", "school_urn": "123456", "begins_on": AT.date()}
    return handlers.begin_role(session, AT, by, **(asked | more))


# --- identity


def test_a_new_person_is_confirmed_once(session: Session, service: People) -> None:
    first = registered()

    service.hears(first)
    service.hears(
        itt.TraineeChanged(
            occurred_at=AT,
            trainee_id=first.trainee_id,
            person_id=first.person_id,
            provider_code="2A5",
            changed=("email",),
            person=somebody(email="new@example.org"),
        )
    )

    (identified,) = told(session, people.PersonIdentified)
    assert (identified.person_id, identified.met_by) == (first.person_id, "itt")
    assert handlers.get_person(session, AT, OPERATOR, person_id=first.person_id)["email"] == "new@example.org"


def test_a_definite_match_is_merged_and_answers_with_the_id_that_was_known(
    session: Session, service: People
) -> None:
    first, again = registered(), registered()
    for event in career(first):
        service.hears(event)

    service.hears(again)

    (merged,) = told(session, people.PersonMerged)
    assert (merged.person_id, merged.merged_id) == (first.person_id, again.person_id)
    assert len(told(session, people.PersonIdentified)) == 1
    found = handlers.get_person(session, AT, OPERATOR, person_id=again.person_id)
    assert (found["person_id"], found["stage"], found["known_as"]) == (
        first.person_id,
        "teacher",
        [again.person_id],
    )


def test_a_merged_persons_facts_are_folded_together(session: Session, service: People) -> None:
    first, again = registered(), registered(somebody(sex="male"))
    service.hears(first)
    for event in career(again):
        service.hears(event)

    merge(session, first.person_id, again.person_id)
    service.settle()

    last = told(session, people.StageChanged)[-1]
    assert (last.person_id, last.stage) == (first.person_id, "teacher")
    line = handlers.timeline(session, AT, OPERATOR, query=str(again.person_id))
    assert [e.type for e in line["entries"]].count(itt.TraineeRegistered.TYPE) == 2
    assert line["person"]["trn"] == "1234567"
    assert handlers.stage_counts(session, AT, OPERATOR)["people"] == 1


def merge(session: Session, stays: UUID, goes: UUID) -> dict[str, Any]:
    return handlers.merge(session, AT, OPERATOR, person_id=stays, merged_id=goes, reason="same certificate")


def test_a_possible_match_waits_for_a_person_to_decide(session: Session, service: People) -> None:
    first, again = registered(), registered(somebody(**TWIN))
    service.hears(first)
    service.hears(again)

    page = handlers.duplicates(session, AT, OPERATOR)

    (pair,) = page["items"]
    assert (pair["score"], pair["shared"]) == (3, ["2 names", "date of birth"])
    assert {pair["one"].id, pair["other"].id} == {first.person_id, again.person_id}
    assert len(told(session, people.PersonIdentified)) == 2
    schemas.Pairs().dump(page)


def test_likelier_matches_are_listed_first(session: Session, service: People) -> None:
    service.hears(registered())
    service.hears(registered(somebody(**TWIN)))
    service.hears(registered(somebody("Mia", "Park", date_of_birth=None)))

    assert [pair["score"] for pair in handlers.duplicates(session, AT, OPERATOR)["items"]] == [5, 3]
    with pytest.raises(NotAllowed):
        handlers.duplicates(session, AT, HEAD)


def test_a_decided_pair_does_not_wait_any_more(session: Session, service: People) -> None:
    first, again = registered(), registered(somebody(**TWIN))
    service.hears(first)
    service.hears(again)

    merge(session, first.person_id, again.person_id)
    merge(session, first.person_id, again.person_id)

    assert handlers.duplicates(session, AT, OPERATOR)["items"] == []
    assert len(told(session, people.PersonMerged)) == 1
    assert audit_trail(session, f"person/{first.person_id}")[-1].why == "same certificate"


def test_a_pair_that_is_kept_apart_is_not_asked_about_again(session: Session, service: People) -> None:
    first, again = registered(), registered(somebody(**TWIN))
    service.hears(first)
    service.hears(again)
    (pair,) = handlers.duplicates(session, AT, OPERATOR)["items"]

    handlers.keep_apart(session, AT, OPERATOR, match_id=pair["match_id"], reason="two certificates")
    service.hears(
        itt.TraineeChanged(
            occurred_at=AT,
            trainee_id=again.trainee_id,
            person_id=again.person_id,
            provider_code="2A5",
            changed=("email",),
            person=somebody(),
        )
    )

    assert handlers.duplicates(session, AT, OPERATOR)["items"] == []
    assert told(session, people.PersonMerged) == []
    with pytest.raises(TransitionNotAllowed):
        handlers.keep_apart(session, AT, OPERATOR, match_id=pair["match_id"], reason="two certificates")
    with pytest.raises(NotFound):
        handlers.keep_apart(session, AT, OPERATOR, match_id=new_id(), reason="two certificates")


def test_a_merge_is_undone_by_separating(session: Session, service: People) -> None:
    first, again = registered(), registered()
    service.hears(first)
    for event in career(again):
        service.hears(event)

    handlers.separate(session, AT, OPERATOR, merged_id=again.person_id, reason="namesake")
    service.settle()

    assert resolve(session, again.person_id) == again.person_id
    stages = {e.person_id: e.stage for e in told(session, people.StageChanged)}
    assert stages == {first.person_id: "candidate", again.person_id: "teacher"}
    assert {e.person_id for e in told(session, people.PersonIdentified)} == {first.person_id, again.person_id}
    with pytest.raises(Conflict):
        handlers.separate(session, AT, OPERATOR, merged_id=again.person_id, reason="namesake")


def test_what_was_separated_can_be_merged_again_by_a_person_only(session: Session, service: People) -> None:
    first, again = registered(), registered()
    service.hears(first)
    service.hears(again)
    handlers.separate(session, AT, OPERATOR, merged_id=again.person_id, reason="namesake")
    service.hears(again)
    assert resolve(session, again.person_id) == again.person_id

    merge(session, first.person_id, again.person_id)
    service.settle()

    assert resolve(session, again.person_id) == first.person_id


def test_three_ids_of_one_person_end_in_one(session: Session, service: People) -> None:
    all_three = [registered(somebody(f"Zoë {middle}", email=f"{middle}@example.org")) for middle in "abc"]
    for event in all_three:
        service.hears(event)
    a, b, c = (event.person_id for event in all_three)

    merge(session, b, c)
    merge(session, a, c)
    service.settle()

    assert {resolve(session, id_) for id_ in (a, b, c)} == {a}
    assert handlers.duplicates(session, AT, OPERATOR)["items"] == []


def test_a_merge_needs_two_people_who_are_known_and_an_operator(session: Session, service: People) -> None:
    first = registered()
    service.hears(first)

    with pytest.raises(Invalid):
        merge(session, first.person_id, first.person_id)
    with pytest.raises(NotFound):
        merge(session, first.person_id, new_id())
    with pytest.raises(NotAllowed):
        handlers.merge(session, AT, HEAD, person_id=first.person_id, merged_id=new_id(), reason="same")


def test_an_ni_number_makes_a_match_definite_and_is_nowhere_in_clear(
    session: Session, service: People
) -> None:
    first, again = registered(), registered(somebody("Joan", "Park", email="p@example.org"))
    service.hears(first)
    service.hears(again)
    me = principal(Role.TEACHER, id=str(first.person_id))
    number = {"national_insurance_number": "AB 12 34 56 C"}

    handlers.give_ni_number(session, AT, me, person_id=first.person_id, **number)
    stays = handlers.give_ni_number(session, AT, OPERATOR, person_id=again.person_id, **number)

    assert stays.id == first.person_id
    rows = session.scalars(select(Person.ni_number_hash).where(Person.ni_number_hash.is_not(None))).all()
    assert len(rows) == 2
    assert all("123456" not in (row or "") for row in rows)
    with pytest.raises(NotAllowed):
        handlers.give_ni_number(session, AT, HEAD, person_id=first.person_id, **number)
    with pytest.raises(NotFound):
        handlers.give_ni_number(session, AT, OPERATOR, person_id=new_id(), **number)


def test_people_are_matched_by_three_names_without_a_date_of_birth(session: Session, service: People) -> None:
    unborn = {"date_of_birth": None}
    service.hears(registered(somebody("Elizabeth Ann", "Hall", email="a@example.org", **unborn)))
    service.hears(registered(somebody("Hall Liz", "Ann", email="b@example.org", **unborn)))

    (pair,) = handlers.duplicates(session, AT, OPERATOR)["items"]

    assert pair["shared"] == ["3 names"]


# --- role periods


def test_a_role_begins_once_however_often_it_is_asked(session: Session, service: People) -> None:
    first = registered()
    service.hears(first)

    periods = [begin(session, person_id=first.person_id) for _ in range(2)]
    service.settle()

    assert periods[0] is periods[1]
    (begun,) = told(session, people.RoleBegun)
    assert (begun.person_id, begun.role, begun.full_time_equivalent_percent) == (
        first.person_id,
        "teacher",
        100,
    )
    assert begun.person.last_name == "O'Brien"
    assert handlers.get_person(session, AT, OPERATOR, person_id=first.person_id)["roles"] == [periods[0]]


def test_another_beginning_of_a_role_that_is_held_is_a_conflict(session: Session, service: People) -> None:
    first = registered()
    service.hears(first)
    begin(session, person_id=first.person_id)

    with pytest.raises(Conflict):
        begin(session, person_id=first.person_id, begins_on=AT.date() - timedelta(days=9))


def test_a_role_is_begun_by_the_leaders_of_that_school_for_somebody_who_is_known(
    session: Session, service: People
) -> None:
    first = registered()
    service.hears(first)

    with pytest.raises(NotAllowed):
        begin(session, person_id=first.person_id, school_urn="654321")
    with pytest.raises(NotFound):
        begin(session, person_id=new_id())
    with pytest.raises(Invalid):
        begin(session)


def test_a_role_introduces_somebody_who_is_not_known_and_only_once(session: Session, service: People) -> None:
    person = {
        "first_names": "Max",
        "last_name": "Weber",
        "email": "max@example.org",
        "date_of_birth": date(1975, 5, 6),
        "national_insurance_number": "AB123456C",
    }

    one = begin(session, role="headteacher", person=person)
    other = begin(session, role="headteacher", person=person)
    service.settle()

    assert one is other
    (begun,) = told(session, people.RoleBegun)
    assert (begun.person.last_name, begun.person.date_of_birth) == ("Weber", date(1975, 5, 6))
    (identified,) = told(session, people.PersonIdentified)
    assert (identified.person_id, identified.met_by) == (one.person_id, "people")
    assert [e.stage for e in told(session, people.StageChanged)] == ["headteacher"]


def test_a_caller_may_bring_the_id_of_somebody_new(session: Session, service: People) -> None:
    id_ = new_id()

    period = begin(session, person_id=id_, person={"first_names": "Max", "last_name": "Weber"})

    assert period.person_id == id_


def test_a_role_that_is_begun_for_later_counts_from_its_day(session: Session, service: People) -> None:
    first = registered()
    for event in career(first):
        service.hears(event)
    starts = date(2026, 10, 1)

    begin(session, person_id=first.person_id, role="headteacher", begins_on=starts)
    service.settle()

    assert told(session, people.StageChanged)[-1].stage == "teacher"
    (due,) = session.execute(select(DUE)).all()
    assert (due.kind, due.at) == ("fold_again", datetime(2026, 9, 30, 23, tzinfo=UTC))
    for _ in range(2):
        handlers.fold_again(session, due.at, due.subject)
    last = told(session, people.StageChanged)[-1]
    assert (last.stage, last.occurred_at) == ("headteacher", due.at)
    assert [e.stage for e in told(session, people.StageChanged)].count("headteacher") == 1


def test_a_role_ends_once_and_the_stage_falls_back(session: Session, service: People) -> None:
    first = registered()
    for event in career(first):
        service.hears(event)
    later = AT + timedelta(days=30)
    period = begin(session, person_id=first.person_id, role="headteacher")
    service.settle()

    for _ in range(2):
        handlers.end_role(
            session, later, HEAD, role_period_id=period.id, ended_on=later.date(), reason="moved"
        )
    service.settle()

    assert len(told(session, people.RoleEnded)) == 1
    assert told(session, people.StageChanged)[-1].stage == "teacher"
    with pytest.raises(TransitionNotAllowed):
        handlers.end_role(session, later, HEAD, role_period_id=period.id, ended_on=AT.date())
    with pytest.raises(NotFound):
        handlers.end_role(session, later, HEAD, role_period_id=new_id(), ended_on=AT.date())
    with pytest.raises(NotAllowed):
        handlers.end_role(
            session, later, principal(Role.SCHOOL_LEADER), role_period_id=period.id, ended_on=AT.date()
        )


def test_a_person_whose_name_is_not_known_yet_begins_a_role_without_telling_it(
    session: Session, service: People
) -> None:
    blanked = registered()
    object.__setattr__(blanked, "person", None)
    service.hears(blanked)

    begin(session, person_id=blanked.person_id)

    assert told(session, people.RoleBegun)[0].person is None
