"""Facts of all services become a stage and a timeline, whatever the order in which they arrive."""

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.people import handlers, schemas
from shared.errors import Invalid, NotAllowed, NotFound
from shared.events import Event, itt, leadership, people, training
from shared.ids import new_id
from shared.policy import Role
from shared.testing import fact, principal, published
from tests.service.people.conftest import AT, People, career, registered, somebody

OPERATOR = principal(Role.OPERATOR, id="operator")


def stages(session: Session) -> list[tuple[str, str, str]]:
    """Every change of stage that was published."""
    told = [e for e in published(session) if isinstance(e, people.StageChanged)]
    return [(e.from_stage, e.stage, e.flag) for e in told]


def test_a_career_is_told_stage_by_stage(session: Session, service: People) -> None:
    for event in career(registered()):
        service.hears(event)

    assert stages(session) == [
        ("known", "candidate", ""),
        ("candidate", "trainee", ""),
        ("trainee", "trainee", "paused"),
        ("trainee", "trainee", ""),
        ("trainee", "qualified", ""),
        ("qualified", "early_career", ""),
        ("early_career", "teacher", ""),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_facts_that_arrive_in_any_order_and_twice_end_in_the_same_stage(
    session: Session, service: People, seed: int
) -> None:
    first = registered()
    facts = [fact(event, sequence=n) for n, event in enumerate(career(first), 1)]
    arriving = facts + facts[2:5]
    Random(seed).shuffle(arriving)

    for heard in arriving:
        service.take(heard)
        service.settle()

    told = handlers.get_person(session, AT, OPERATOR, person_id=first.person_id)
    assert (told["stage"], told["flag"], told["gaps"]) == ("teacher", "", [])
    assert stages(session)[-1][1:] == ("teacher", "")


def test_a_whole_batch_for_several_people_is_folded_and_stored_at_once(
    session: Session, service: People
) -> None:
    first = registered()
    again = registered(somebody(sex="male"))
    facts = [fact(event, sequence=n) for n, event in enumerate([*career(first), *career(again)[:3]], 1)]
    merged = people.PersonMerged(
        occurred_at=AT + timedelta(days=9), person_id=first.person_id, merged_id=again.person_id
    )

    for heard in [*facts[4:], fact(merged), *facts[:4], facts[-1]]:
        service.take(heard)
    service.settle()

    told = handlers.timeline(session, AT, OPERATOR, query=str(again.person_id))
    assert (told["person"]["person_id"], told["person"]["stage"]) == (first.person_id, "teacher")
    assert len([e for e in told["entries"] if e.type == itt.TraineeRegistered.TYPE]) == 2


def test_a_replay_of_the_projections_changes_nothing_and_publishes_nothing(
    session: Session, service: People
) -> None:
    first = registered()
    heard = [service.hears(event) for event in career(first)]
    before = handlers.timeline(session, AT, OPERATOR, query=str(first.person_id))
    count = len(published(session))

    for each in reversed(heard):
        service.take(each, only_projections=True)
    service.settle()

    assert handlers.timeline(session, AT, OPERATOR, query=str(first.person_id)) == before
    assert len(published(session)) == count


def test_the_timeline_shows_every_fact_with_source_date_and_who_recorded_it(
    session: Session, service: People
) -> None:
    head = registered(somebody("Ada", "Byron", email="ada@example.org", date_of_birth=date(1970, 1, 1)))
    service.hears(head)
    first = registered()
    for event in career(first):
        service.hears(event, actor=str(head.person_id))

    told = handlers.timeline(session, AT, OPERATOR, query="1234567")

    assert told["person"]["stage_label"] == "Teacher"
    texts = [entry.text for entry in told["entries"]]
    assert texts[0] == "First known to the continuum, through teacher training"
    assert texts[1].startswith("Registered as a trainee with provider 2A5")
    assert "Qualified teacher status awarded" in texts
    assert "Stage: from early career to teacher" in texts
    (award,) = [e for e in told["entries"] if e.type == itt.QtsAwarded.TYPE]
    assert (award.source, award.recorded_by, award.on) == ("itt", "Ada Byron", AT.date())
    schemas.Timeline().dump(told)


@pytest.mark.parametrize("query", ["o'brien", "ZOE O’BRIEN", "zoë", "obr", "1234567", " zoe "])
def test_somebody_is_found_by_name_trn_or_id_however_it_is_typed(
    session: Session, service: People, query: str
) -> None:
    first = registered()
    for event in career(first)[:2]:
        service.hears(event)

    assert handlers.timeline(session, AT, OPERATOR, query=query)["person"]["person_id"] == first.person_id


def test_a_name_of_several_people_is_answered_with_who_they_are(session: Session, service: People) -> None:
    for name, email in (("Zoë", "z1@example.org"), ("Zora", "z2@example.org")):
        service.hears(registered(somebody(name, email=email, date_of_birth=None)))

    told = handlers.timeline(session, AT, OPERATOR, query="O'Brien")

    assert (told["person"], told["entries"]) == (None, [])
    assert [c["first_names"] for c in told["candidates"]] == ["Zoë", "Zora"]
    assert handlers.timeline(session, AT, OPERATOR, query="zora o'brien")["person"]["first_names"] == "Zora"


def test_of_two_records_that_were_joined_the_number_of_the_newest_row_counts_and_the_other_is_told_too(
    session: Session, service: People
) -> None:
    first, second = registered(), registered()
    for days, (record, trn) in enumerate(((first, "1000004"), (second, "1000008")), 1):
        ids: dict[str, Any] = {
            "occurred_at": AT + timedelta(days=days),
            "trainee_id": record.trainee_id,
            "person_id": record.person_id,
            "provider_code": "2A5",
        }
        service.hears(record)
        service.hears(itt.TrnReceived(trn=trn, state="trn_received", **ids))
    service.hears(
        people.PersonMerged(
            occurred_at=AT + timedelta(days=3), person_id=first.person_id, merged_id=second.person_id
        )
    )

    person = handlers.timeline(session, AT, OPERATOR, query=str(second.person_id))["person"]

    assert person["person_id"] == first.person_id
    assert (person["trn"], person["other_trns"]) == ("1000008", ["1000004"])


@pytest.mark.parametrize("query", ["nobody", "7654321", str(UUID(int=5)), "!!"])
def test_who_is_not_known_is_not_found(session: Session, service: People, query: str) -> None:
    service.hears(registered())

    with pytest.raises(NotFound):
        handlers.timeline(session, AT, OPERATOR, query=query)


def test_an_empty_query_is_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        handlers.timeline(session, AT, OPERATOR, query="  ")


def test_the_person_alone_sees_all_of_theirs(session: Session, service: People) -> None:
    first = registered()
    service.hears(first)
    service.hears(
        leadership.ConsentRefused(occurred_at=AT, suggestion_id=new_id(), person_id=first.person_id)
    )
    person = principal(Role.TEACHER, id=str(first.person_id))
    stranger = principal(Role.TEACHER)

    mine = [e.text for e in handlers.my_timeline(session, AT, person)["entries"]]
    theirs = [e.text for e in handlers.timeline(session, AT, OPERATOR, query="o'brien")["entries"]]

    assert set(mine) - set(theirs) == {"Declined to be nominated"}
    with pytest.raises(NotFound):
        handlers.timeline(session, AT, stranger, query=str(first.person_id))
    with pytest.raises(NotFound):
        handlers.my_timeline(session, AT, stranger)
    with pytest.raises(NotFound):
        handlers.my_timeline(session, AT, OPERATOR)


def test_a_provider_reads_its_own_trainees_until_they_move(session: Session, service: People) -> None:
    first = registered()
    service.hears(first)
    theirs = principal(Role.ACCREDITED_PROVIDER, "provider:2A5")

    assert handlers.get_person(session, AT, theirs, person_id=first.person_id)["stage"] == "candidate"
    service.hears(
        itt.TraineeMoved(
            occurred_at=AT + timedelta(days=1),
            trainee_id=first.trainee_id,
            person_id=first.person_id,
            provider_code="1XX",
            from_provider_code="2A5",
        )
    )
    with pytest.raises(NotFound):
        handlers.get_person(session, AT, theirs, person_id=first.person_id)
    with pytest.raises(NotFound):
        handlers.get_person(session, AT, OPERATOR, person_id=new_id())


def test_a_mentor_has_a_timeline_and_no_stage_by_it(session: Session, service: People) -> None:
    first, mentor_id = registered(), new_id()
    service.hears(first)
    service.hears(
        itt.PlacementArranged(
            occurred_at=AT,
            trainee_id=first.trainee_id,
            person_id=first.person_id,
            placement_id=new_id(),
            number=1,
            school_urn="123456",
            starts_on=AT.date(),
            ends_on=AT.date(),
            mentor_id=mentor_id,
            person=somebody("Max", "Weber", email="max@example.org", date_of_birth=None),
        )
    )

    told = handlers.timeline(session, AT, OPERATOR, query="weber")

    assert told["person"]["person_id"] == mentor_id
    assert [e.text for e in told["entries"]] == [
        "First known to the continuum, through teacher training",
        "Asked to mentor a trainee at school 123456, 1 September 2026 to 1 September 2026",
    ]


def test_a_mentor_whom_a_correction_names_is_known_by_it(session: Session, service: People) -> None:
    mentor_id = new_id()
    service.hears(
        training.PlacementCorrected(
            occurred_at=AT,
            trainee_id=new_id(),
            person_id=new_id(),
            placement_id=new_id(),
            number=1,
            school_urn="123456",
            starts_on=AT.date(),
            ends_on=AT.date(),
            mentor_id=mentor_id,
            person=somebody("Max", "Weber", email="max@example.org", date_of_birth=None),
        )
    )

    told = handlers.timeline(session, AT, OPERATOR, query="weber")

    assert told["person"]["person_id"] == mentor_id
    assert told["entries"][1].text.startswith("Correction: mentor of a trainee at school 123456")


def test_people_are_searched_in_pages_by_name_or_stage(session: Session, service: People) -> None:
    for n, name in enumerate(("Ann", "Bob", "Cem")):
        person = somebody(name, "Lee", email=f"{name}@example.org", date_of_birth=date(1990, 1, 1 + n))
        for event in career(registered(person))[: 1 + 2 * n]:
            service.hears(event)

    def names(**arguments: object) -> list[str]:
        return [p["first_names"] for p in handlers.find(session, AT, OPERATOR, **arguments)["items"]]  # type: ignore[arg-type]

    assert names() == names(search="lee") == ["Ann", "Bob", "Cem"]
    assert names(sort="stage") == ["Ann", "Bob", "Cem"]
    assert names(stage="trainee") == ["Bob", "Cem"]
    assert names(search="bob") == ["Bob"]
    first = handlers.find(session, AT, OPERATOR, limit=2)
    assert names(limit=2, after=first["next"]) == ["Cem"]
    with pytest.raises(NotAllowed):
        handlers.find(session, AT, principal(Role.TEACHER))


def test_every_stage_is_counted_with_who_is_held_there(session: Session, service: People) -> None:
    for n, length in enumerate((1, 3, 4, 8)):
        person = somebody(f"P{n}", f"Q{n}", email=f"{n}@example.org", date_of_birth=date(1990, 1, 1 + n))
        for event in career(registered(person))[:length]:
            service.hears(event)

    counts = handlers.stage_counts(session, AT, principal(Role.NATIONAL_ANALYST))

    assert counts["people"] == 4
    assert [(s["stage"], s["people"], s["paused"]) for s in counts["stages"] if s["people"]] == [
        ("candidate", 1, 0),
        ("trainee", 2, 1),
        ("teacher", 1, 0),
    ]
    assert len(schemas.StageCounts().dump(counts)["stages"]) == 12


def test_a_fact_recorded_in_error_is_voided_and_the_stage_folded_again(
    session: Session, service: People
) -> None:
    first = registered()
    *_, passed = [service.hears(event) for event in career(first)]

    for _ in range(2):
        handlers.void_fact(session, AT, OPERATOR, fact_id=passed.id, reason="wrong person")
        service.settle()

    told = handlers.timeline(session, AT, OPERATOR, query=str(first.person_id))
    assert told["person"]["stage"] == "early_career"
    assert [e.fact_id for e in told["entries"] if e.voided] == [passed.id]
    assert len([e for e in published(session) if isinstance(e, people.FactVoided)]) == 1


def test_what_is_not_there_or_is_no_fact_of_a_career_is_not_voided(session: Session, service: People) -> None:
    first = service.hears(registered())
    merged = service.hears(people.PersonMerged(occurred_at=AT, person_id=new_id(), merged_id=new_id()))

    with pytest.raises(NotFound):
        handlers.void_fact(session, AT, OPERATOR, fact_id=new_id(), reason="error")
    with pytest.raises(Invalid):
        handlers.void_fact(session, AT, OPERATOR, fact_id=merged.id, reason="error")
    with pytest.raises(NotAllowed):
        handlers.void_fact(session, AT, principal(Role.TEACHER), fact_id=first.id, reason="error")


def test_a_prohibition_suspends_until_it_is_lifted(session: Session, service: People) -> None:
    first = registered()
    for event in career(first):
        service.hears(event)
    id_, today = first.person_id, AT.date()

    def impose() -> UUID:
        asked = {"person_id": id_, "imposed_on": today, "reason": "listed"}
        return handlers.record_prohibition(session, AT + timedelta(days=30), OPERATOR, **asked).id  # type: ignore[arg-type]

    prohibition_id = impose()
    assert impose() == prohibition_id
    service.settle()
    assert stages(session)[-1] == ("teacher", "qualified", "suspended")
    for _ in range(2):
        handlers.lift_prohibition(
            session,
            AT + timedelta(days=60),
            OPERATOR,
            prohibition_id=prohibition_id,
            lifted_on=today,
            reason="set aside",
        )
    service.settle()
    assert stages(session)[-1] == ("qualified", "teacher", "")


def test_a_prohibition_is_not_recorded_for_a_day_to_come_nor_lifted_if_there_is_none(
    session: Session, service: People
) -> None:
    first = registered()
    service.hears(first)
    tomorrow = AT.date() + timedelta(days=1)

    with pytest.raises(Invalid):
        handlers.record_prohibition(
            session, AT, OPERATOR, person_id=first.person_id, imposed_on=tomorrow, reason="listed"
        )
    with pytest.raises(NotFound):
        handlers.lift_prohibition(
            session, AT, OPERATOR, prohibition_id=new_id(), lifted_on=tomorrow, reason="lifted"
        )
    standing = handlers.record_prohibition(
        session, AT, OPERATOR, person_id=first.person_id, imposed_on=AT.date(), reason="listed"
    )
    with pytest.raises(Invalid):
        handlers.lift_prohibition(
            session, AT, OPERATOR, prohibition_id=standing.id, lifted_on=tomorrow, reason="lifted"
        )


def test_an_event_without_personal_data_is_kept_and_names_nobody(session: Session, service: People) -> None:
    blanked: Event = registered(person_id=UUID(int=77))
    object.__setattr__(blanked, "person", None)

    service.hears(blanked)

    assert handlers.get_person(session, AT, OPERATOR, person_id=UUID(int=77))["last_name"] == ""


def test_a_mentor_is_known_and_no_candidate(session: Session, service: People) -> None:
    mentor_id = new_id()

    service.hears(
        itt.PlacementArranged(
            occurred_at=AT,
            trainee_id=new_id(),
            person_id=new_id(),
            placement_id=new_id(),
            number=1,
            school_urn="123456",
            starts_on=AT.date(),
            ends_on=AT.date(),
            mentor_id=mentor_id,
            person=somebody("Ruth", "Hall"),
        )
    )

    by = principal(Role.OPERATOR)
    mentor = handlers.get_person(session, AT, by, person_id=mentor_id)
    assert (mentor["stage"], mentor["stage_label"]) == ("known", "Known, not through training")
    counts = handlers.stage_counts(session, AT, by)["stages"]
    assert [(s["stage"], s["people"]) for s in counts if s["people"]] == [("known", 1)]


@pytest.mark.parametrize("lapsed_first", [False, True])
def test_who_proposed_a_nomination_that_lapsed_is_told_to_nobody(
    session: Session, service: People, lapsed_first: bool
) -> None:
    known = registered()
    service.hears(known)
    ids: dict[str, Any] = {"occurred_at": AT, "nomination_id": new_id(), "person_id": known.person_id}
    proposed = leadership.NominationProposed(**ids, source="peer", open_until=AT.date())
    lapsed = leadership.NominationLapsed(**ids, cause="refused")
    heard = [fact(proposed, actor="the-peer"), fact(lapsed, actor=str(known.person_id))]

    for each in reversed(heard) if lapsed_first else heard:
        service.take(each)
        service.settle()

    me = principal(Role.TEACHER, id=str(known.person_id))
    entries = handlers.my_timeline(session, AT, me)["entries"]
    told = {e.type: e.recorded_by for e in entries if e.source == "leadership"}
    assert set(told.values()) == {"leadership"}
    assert len(told) == 2
