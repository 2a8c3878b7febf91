"""Every method as other services and the command line call it: plain arguments in, plain results out."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.errors import Conflict, Invalid, NotFound
from shared.policy import Role
from shared.testing import principal
from tests.service.people.conftest import People, career, registered, somebody

OPERATOR = principal(Role.OPERATOR, id="operator")
HEAD = principal(Role.SCHOOL_LEADER, "school:123456")
TEACHER_ROLE = {"role": "teacher", "school_urn": "123456", "begins_on": "2026-09-01"}


def test_a_role_is_begun_and_ended(service: People) -> None:
    max_weber = {"first_names": "Max", "last_name": "Weber", "email": "max@example.org"}

    begun = service.asked(HEAD, "begin_role", **TEACHER_ROLE, person=max_weber)
    ended = service.asked(
        HEAD, "end_role", role_period_id=begun["role_period_id"], ended_on="2026-12-31", reason="moved away"
    )

    assert begun == {
        "role_period_id": begun["role_period_id"],
        "person_id": begun["person_id"],
        "role": "teacher",
        "school_urn": "123456",
        "begins_on": "2026-09-01",
        "full_time_equivalent_percent": 100,
        "state": "open",
        "ended_on": None,
        "confirmed_at": None,
    }
    assert (ended["state"], ended["ended_on"]) == ("ended", "2026-12-31")


@pytest.mark.parametrize(
    "wrong",
    [{"role": "king"}, {"school_urn": "12345"}, {"begins_on": "1 September"}, {"salary": 1}, {"person": {}}],
)
def test_what_is_wrong_with_a_role_is_told(service: People, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        service.asked(HEAD, "begin_role", **{**TEACHER_ROLE, **wrong})

    assert all(field.split(".")[0] in wrong for field in refused.value.fields)


def test_a_person_is_read_searched_and_counted(service: People) -> None:
    first = registered()
    for event in career(first):
        service.hears(event)
    id_ = str(first.person_id)

    summary = {
        "person_id": id_,
        "first_names": "Zoë",
        "last_name": "O'Brien",
        "trn": "1234567",
        "other_trns": [],
        "stage": "teacher",
        "stage_label": "Teacher",
        "flag": "",
    }
    assert service.asked(OPERATOR, "find", search="obrien") == {"items": [summary], "next": None}
    whole = service.asked(OPERATOR, "get_person", person_id=id_)
    assert whole == summary | {"email": "zoe@example.org", "gaps": [], "roles": [], "known_as": []}
    line = service.asked(OPERATOR, "timeline", query="1234567")
    assert (line["person"], line["candidates"]) == (summary, [])
    assert line["entries"][0]["on"] == "2026-09-01"
    own = service.asked(principal(Role.TEACHER, id=id_), "my_timeline")
    assert own == line
    counted = {each["stage"]: each for each in service.asked(OPERATOR, "stage_counts")["stages"]}
    assert counted["teacher"] == {
        "stage": "teacher",
        "label": "Teacher",
        "rank": 4,
        "people": 1,
        "paused": 0,
        "barred": 0,
        "suspended": 0,
    }


def test_duplicates_are_decided(service: People) -> None:
    first, again = registered(), registered(somebody(email="other@example.org"))
    third = registered(somebody("Zoë", "Third", email="zoe@example.org", date_of_birth=date(1999, 1, 1)))
    for event in (first, again, third):
        service.hears(event)
    waiting = service.asked(OPERATOR, "duplicates", limit=10)["items"]
    ids = {"person_id": str(first.person_id), "merged_id": str(again.person_id)}

    assert [pair["score"] for pair in waiting] == [6, 3]
    apart = service.asked(OPERATOR, "keep_apart", match_id=waiting[0]["match_id"], reason="cousins")
    assert apart == {"match_id": waiting[0]["match_id"], "state": "apart"}
    assert service.asked(OPERATOR, "merge", **ids, reason="one certificate") == ids
    assert service.asked(OPERATOR, "get_person", person_id=ids["merged_id"])["person_id"] == ids["person_id"]
    separated = {"merged_id": ids["merged_id"], "reason": "two certificates"}
    assert service.asked(OPERATOR, "separate", **separated) == ids
    with pytest.raises(Conflict):
        service.asked(OPERATOR, "separate", **separated)
    with pytest.raises(Invalid):
        service.asked(OPERATOR, "merge", **ids, reason="")


def test_an_ni_number_is_given(service: People) -> None:
    first = registered()
    service.hears(first)
    id_ = str(first.person_id)

    for _ in range(2):
        given = service.asked(
            OPERATOR, "give_ni_number", person_id=id_, national_insurance_number="AB123456C"
        )

    assert given == {"person_id": id_}


def test_corrections_are_made(service: People) -> None:
    first = registered()
    *_, passed = [service.hears(event) for event in career(first)]
    id_ = str(first.person_id)

    imposed = service.asked(
        OPERATOR, "record_prohibition", person_id=id_, imposed_on="2026-09-01", reason="listed"
    )
    assert service.asked(OPERATOR, "get_person", person_id=id_)["flag"] == "suspended"
    lifted = service.asked(
        OPERATOR,
        "lift_prohibition",
        prohibition_id=imposed["prohibition_id"],
        lifted_on="2026-09-01",
        reason="set aside",
    )
    voided = service.asked(OPERATOR, "void_fact", fact_id=str(passed.id), reason="wrong person")

    assert (lifted["state"], lifted["lifted_on"]) == ("lifted", "2026-09-01")
    assert voided == {"fact_id": str(passed.id), "person_id": id_, "type": "cpd.induction.passed.v1"}
    assert service.asked(OPERATOR, "get_person", person_id=id_)["stage"] == "early_career"


def test_the_timer_of_a_role_calls_the_fold(session: Session, service: People) -> None:
    with pytest.raises(NotFound):
        service.asked(OPERATOR, "get_person", person_id=str(UUID(int=9)))

    service.entrypoints.fold_again(session, first := registered().occurred_at, f"person/{UUID(int=9)}")

    person = service.asked(OPERATOR, "get_person", person_id=str(UUID(int=9)))
    assert (person["stage"], first.year) == ("known", 2026)
