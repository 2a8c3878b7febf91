"""A role that a school begins is a claim: who sees the person, by role and relation (docs/adr/0006)."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.people import handlers
from services.people.models import PersonFact, RolePeriod
from shared.audit import audit_trail
from shared.errors import NotAllowed, NotFound
from shared.events import cpd, itt, people, training
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing import principal
from tests.service.people.conftest import AT, People, registered, somebody

CLAIMED, FORMER, FOREIGN = "100001", "100002", "100003"
OPERATOR = principal(Role.OPERATOR, id="operator")
HEAD = principal(Role.SCHOOL_LEADER, f"school:{CLAIMED}")
FORMER_HEAD = principal(Role.SCHOOL_LEADER, f"school:{FORMER}")
FOREIGN_HEAD = principal(Role.SCHOOL_LEADER, f"school:{FOREIGN}")
PROVIDER = principal(Role.ACCREDITED_PROVIDER, "provider:2A5")
OTHER_PROVIDER = principal(Role.ACCREDITED_PROVIDER, "provider:9Z9")


def role(session: Session, by: Principal, urn: str, **more: Any) -> RolePeriod:
    asked: dict[str, Any] = {"role": "teacher", "school_urn": urn, "begins_on": AT.date()}
    return handlers.begin_role(session, AT, by, **(asked | more))


def sees(session: Session, by: Principal, person_id: UUID) -> bool:
    try:
        return bool(handlers.get_person(session, AT, by, person_id=person_id)["last_name"])
    except NotFound:
        return False


@pytest.fixture
def zoe(session: Session, service: People) -> UUID:
    """A trainee of provider 2A5, whom the school of HEAD claims as its teacher."""
    known = registered()
    service.hears(known)
    role(session, HEAD, CLAIMED, person_id=known.person_id)
    service.settle()
    return known.person_id


def placed(urn: str, person_id: UUID, mentor_id: UUID) -> itt.PlacementArranged:
    on = AT.date()
    return itt.PlacementArranged(
        occurred_at=AT,
        trainee_id=new_id(),
        person_id=person_id,
        placement_id=new_id(),
        number=1,
        school_urn=urn,
        starts_on=on,
        ends_on=on,
        mentor_id=mentor_id,
    )


def opened(urn: str, person_id: UUID) -> cpd.InductionOpened:
    return cpd.InductionOpened(
        occurred_at=AT,
        person_id=person_id,
        period_id=new_id(),
        school_urn=urn,
        appropriate_body="north-tyne",
        starts_on=AT.date(),
        rule_set="early_career",
        terms_required_hundredths=600,
    )


# --- role x relation: who sees somebody whom a school merely claims


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (HEAD, False),
        (FOREIGN_HEAD, False),
        (PROVIDER, True),
        (OTHER_PROVIDER, False),
        (OPERATOR, True),
        (principal(Role.SERVICE, id="cpd"), True),
        (principal(Role.APPROPRIATE_BODY, "body:north-tyne"), False),
        (principal(Role.TEACHER, f"school:{CLAIMED}"), False),
    ],
)
def test_a_claim_alone_shows_nothing_of_the_person(
    session: Session, zoe: UUID, by: Principal, expected: bool
) -> None:
    assert sees(session, by, zoe) is expected


def test_the_person_sees_themselves(session: Session, zoe: UUID) -> None:
    assert sees(session, principal(Role.TEACHER, id=str(zoe)), zoe)


# --- what makes a claim more than one


@pytest.mark.parametrize(
    "fact",
    [
        lambda urn, zoe: placed(urn, zoe, new_id()),
        lambda urn, zoe: placed(urn, new_id(), zoe),
        opened,
    ],
)
def test_a_fact_of_another_service_at_that_school_vouches(
    session: Session, service: People, zoe: UUID, fact: Callable[[str, UUID], Any]
) -> None:
    service.hears(fact(FOREIGN, zoe))
    assert not sees(session, HEAD, zoe)

    service.hears(fact(CLAIMED, zoe))

    assert sees(session, HEAD, zoe)
    assert not sees(session, FOREIGN_HEAD, zoe)


def corrected(known: itt.PlacementArranged, **changes: Any) -> training.PlacementCorrected:
    values = {field.name: getattr(known, field.name) for field in fields(known)}
    return training.PlacementCorrected(**(values | changes))


def removed(known: itt.PlacementArranged) -> training.PlacementRemoved:
    told = {field.name for field in fields(training.PlacementRemoved)}
    return training.PlacementRemoved(
        **{field.name: getattr(known, field.name) for field in fields(known) if field.name in told}
    )


@pytest.mark.parametrize("part", ["trainee", "mentor"])
def test_a_placement_that_was_a_mistake_vouches_no_more(
    session: Session, service: People, zoe: UUID, part: str
) -> None:
    ids = (zoe, new_id()) if part == "trainee" else (new_id(), zoe)
    known = placed(CLAIMED, *ids)
    service.hears(known, sequence=1)
    assert sees(session, HEAD, zoe)

    service.hears(corrected(known, school_urn=FOREIGN, from_school_urn=CLAIMED), sequence=2)
    assert not sees(session, HEAD, zoe)
    service.hears(corrected(known, from_school_urn=FOREIGN), sequence=3)
    assert sees(session, HEAD, zoe)
    service.hears(removed(known), sequence=4)
    assert not sees(session, HEAD, zoe)


@pytest.mark.parametrize("elsewhere", [None, CLAIMED])
def test_who_was_named_as_mentor_by_mistake_is_seen_no_more(
    session: Session, service: People, zoe: UUID, elsewhere: str | None
) -> None:
    known = placed(CLAIMED, new_id(), zoe)
    service.hears(known, sequence=1)
    urn = FOREIGN if elsewhere else CLAIMED
    changes = {"mentor_id": new_id(), "from_mentor_id": zoe, "school_urn": urn, "from_school_urn": elsewhere}

    service.hears(corrected(known, **changes), sequence=2)

    assert not sees(session, HEAD, zoe)


def test_a_correction_of_the_dates_vouches_as_before(session: Session, service: People, zoe: UUID) -> None:
    known = placed(CLAIMED, zoe, new_id())
    service.hears(corrected(known), sequence=2)
    service.hears(known, sequence=1)

    assert sees(session, HEAD, zoe)


@pytest.mark.parametrize("how", ["corrected", "removed"])
@pytest.mark.parametrize("part", ["trainee", "mentor"])
def test_of_two_placements_at_one_school_the_other_goes_on_vouching(
    session: Session, service: People, zoe: UUID, part: str, how: str
) -> None:
    ids = (zoe, new_id()) if part == "trainee" else (new_id(), zoe)
    known = placed(CLAIMED, *ids)
    another = replace(known, placement_id=new_id(), number=2)
    service.hears(known, sequence=1)
    service.hears(another, sequence=2)
    changes = {"school_urn": FOREIGN, "from_school_urn": CLAIMED}

    service.hears(corrected(known, **changes) if how == "corrected" else removed(known), sequence=3)
    assert sees(session, HEAD, zoe)

    service.hears(removed(another), sequence=4)
    assert not sees(session, HEAD, zoe)


def test_a_placement_that_was_arranged_elsewhere_and_removed_vouches_for_neither_school(
    session: Session, service: People, zoe: UUID
) -> None:
    role(session, FOREIGN_HEAD, FOREIGN, person_id=zoe)
    known = placed(CLAIMED, zoe, new_id())
    moved = replace(known, school_urn=FOREIGN, from_school_urn=CLAIMED)
    service.hears(known, sequence=1)
    service.hears(moved, sequence=2)
    assert sees(session, FOREIGN_HEAD, zoe)

    service.hears(removed(moved), sequence=3)

    assert [sees(session, by, zoe) for by in (HEAD, FOREIGN_HEAD)] == [False, False]


def test_the_sequence_says_what_was_done_last_with_a_placement_and_not_the_time(
    session: Session, service: People, zoe: UUID
) -> None:
    known = placed(FOREIGN, zoe, new_id())
    later = corrected(
        known, school_urn=CLAIMED, from_school_urn=FOREIGN, occurred_at=AT + timedelta(seconds=5)
    )
    service.hears(known, sequence=1)
    service.hears(later, sequence=2)
    assert sees(session, HEAD, zoe)

    service.hears(removed(replace(known, school_urn=CLAIMED, occurred_at=AT)), sequence=3)

    assert not sees(session, HEAD, zoe)


def test_a_mentor_who_turned_out_to_be_the_same_person_is_still_vouched_for(
    session: Session, service: People, zoe: UUID
) -> None:
    known = placed(CLAIMED, new_id(), zoe)
    other = new_id()
    service.hears(known, sequence=1)
    service.hears(people.PersonMerged(occurred_at=AT, person_id=zoe, merged_id=other))

    service.hears(corrected(known, mentor_id=other, from_mentor_id=zoe), sequence=2)

    assert sees(session, HEAD, zoe)


def without_placement(session: Session) -> None:
    """As facts were stored that did not keep which placement they are about."""
    session.flush()
    for row in session.scalars(select(PersonFact)):
        row.details = {name: value for name, value in row.details.items() if name != "placement_id"}
    session.flush()


def test_facts_that_do_not_say_which_placement_is_meant_are_all_taken_back(
    session: Session, service: People, zoe: UUID
) -> None:
    known = placed(CLAIMED, zoe, new_id())
    for number in (1, 2):
        service.hears(replace(known, placement_id=new_id(), number=number), sequence=number)
    without_placement(session)
    assert sees(session, HEAD, zoe)

    service.hears(removed(known), sequence=3)
    assert not sees(session, HEAD, zoe)

    service.hears(replace(known, placement_id=new_id()), sequence=4)
    assert sees(session, HEAD, zoe)
    service.hears(removed(known), sequence=5)
    assert sees(session, HEAD, zoe)
    without_placement(session)
    assert not sees(session, HEAD, zoe)


@pytest.mark.parametrize("who", ["person", "former school", "operator"])
def test_a_claim_is_confirmed_by_who_knows(session: Session, service: People, zoe: UUID, who: str) -> None:
    role(session, OPERATOR, FORMER, person_id=zoe, role="middle_leader")
    claim = role(session, HEAD, CLAIMED, person_id=zoe)
    by = {"person": principal(Role.TEACHER, id=str(zoe)), "former school": FORMER_HEAD, "operator": OPERATOR}[
        who
    ]

    for _ in range(2):
        handlers.confirm_role(session, AT, by, role_period_id=claim.id)

    assert sees(session, HEAD, zoe)
    assert [e.action for e in audit_trail(session, f"person/{zoe}")].count("role.confirm") == 1


@pytest.mark.parametrize("by", [HEAD, FOREIGN_HEAD, PROVIDER, principal(Role.TEACHER)])
def test_nobody_else_confirms_a_claim(session: Session, service: People, zoe: UUID, by: Principal) -> None:
    claim = role(session, HEAD, CLAIMED, person_id=zoe)
    role(session, FOREIGN_HEAD, FOREIGN, person_id=zoe)

    with pytest.raises(NotAllowed):
        handlers.confirm_role(session, AT, by, role_period_id=claim.id)
    with pytest.raises(NotFound):
        handlers.confirm_role(session, AT, by, role_period_id=new_id())


def test_a_school_sees_whom_it_introduced_itself(session: Session, service: People) -> None:
    period = role(session, HEAD, CLAIMED, person={"first_names": "Max", "last_name": "Weber"})
    service.settle()
    other = role(session, FOREIGN_HEAD, FOREIGN, person_id=period.person_id)

    assert sees(session, HEAD, period.person_id)
    assert not sees(session, FOREIGN_HEAD, period.person_id)
    handlers.confirm_role(session, AT, HEAD, role_period_id=other.id)
    assert sees(session, FOREIGN_HEAD, period.person_id)


def test_guessing_somebodys_details_shows_no_more_than_was_guessed(session: Session, service: People) -> None:
    known = registered()
    service.hears(known)
    told = somebody()
    guess = {
        name: getattr(told, name) for name in ("first_names", "last_name", "date_of_birth", "sex", "email")
    }

    role(session, HEAD, CLAIMED, person=guess)
    service.settle()

    assert handlers.get_person(session, AT, OPERATOR, person_id=known.person_id)["known_as"]
    assert not sees(session, HEAD, known.person_id)


def test_a_claim_that_ended_shows_nothing_even_when_it_was_confirmed(session: Session, zoe: UUID) -> None:
    claim = role(session, HEAD, CLAIMED, person_id=zoe)
    handlers.confirm_role(session, AT, OPERATOR, role_period_id=claim.id)

    handlers.end_role(session, AT, HEAD, role_period_id=claim.id, ended_on=AT.date())

    assert not sees(session, HEAD, zoe)


def test_a_role_says_whether_it_is_confirmed(service: People) -> None:
    known = registered()
    service.hears(known)
    asked = {
        "role": "teacher",
        "school_urn": CLAIMED,
        "begins_on": "2026-09-01",
        "person_id": str(known.person_id),
    }

    begun = service.asked(HEAD, "begin_role", **asked)
    confirmed = service.asked(OPERATOR, "confirm_role", role_period_id=begun["role_period_id"])

    assert begun["confirmed_at"] is None
    assert confirmed["confirmed_at"] == AT.isoformat()
