"""Who agrees, who may not, and what a head can do about it."""

from datetime import date
from typing import Any

import pytest

from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events import cpd as events
from shared.ids import new_id
from tests.service.cpd.conftest import (
    BODY,
    HEAD,
    OPERATOR,
    OTHER_BODY,
    OTHER_HEAD,
    OTHER_SCHOOL,
    SCHOOL,
    STRANGER,
    Cpd,
    Teacher,
)


def obstacle(cpd: Cpd, teacher: Teacher) -> str:
    return str(cpd(OPERATOR, "get_induction", person_id=teacher.id)["posts"][0]["obstacle"])


def qualified_with_a_post(cpd: Cpd, teacher: Teacher, **more: Any) -> None:
    cpd.on(date(2024, 7, 10)).hears(teacher.qts(**more))
    cpd.hears(teacher.begins())


def register(cpd: Cpd, **more: Any) -> Any:
    given = {"code": "north-tyne", "name": "North Tyne", "school_urns": [SCHOOL], **more}
    return cpd(OPERATOR, "register_appropriate_body", **given)


def test_bodies_are_registered_again_without_harm(cpd: Cpd) -> None:
    register(cpd)
    again = register(cpd, name="North Tyne Hub", own_school_urns=["100007", "100007"])
    assert again == {
        "code": "north-tyne",
        "name": "North Tyne Hub",
        "provider_code": None,
        "own_school_urns": ["100007"],
    }
    assert cpd(STRANGER, "list_appropriate_bodies", search="tyne")["items"] == [again]
    assert cpd(STRANGER, "list_appropriate_bodies", search="x")["items"] == []
    assert cpd(STRANGER, "list_appropriate_bodies")["items"] == [again]


def test_without_a_body_the_post_waits_for_one(cpd: Cpd, teacher: Teacher) -> None:
    qualified_with_a_post(cpd, teacher)
    assert obstacle(cpd, teacher) == "no_appropriate_body"
    with pytest.raises(Conflict, match="chosen no appropriate body"):
        cpd(HEAD, "propose_induction", person_id=teacher.id)


def test_a_head_chooses_the_schools_body_and_the_post_proposes(cpd: Cpd, teacher: Teacher) -> None:
    qualified_with_a_post(cpd, teacher)
    register(cpd, school_urns=[])
    chosen = cpd(HEAD, "choose_appropriate_body", school_urn=SCHOOL, code="north-tyne")
    assert chosen["appropriate_body"] == "north-tyne"
    assert len(cpd.told(events.InductionProposed)) == 1


def test_a_body_that_is_not_registered_cannot_be_chosen(cpd: Cpd, teacher: Teacher) -> None:
    qualified_with_a_post(cpd, teacher)
    with pytest.raises(Invalid, match="no appropriate body has the code"):
        cpd(HEAD, "choose_appropriate_body", school_urn=SCHOOL, code="nowhere")
    with pytest.raises(Invalid, match="no appropriate body has the code"):
        cpd(HEAD, "propose_induction", person_id=teacher.id, appropriate_body="nowhere")


def test_a_body_that_recommended_for_qts_is_passed_over(cpd: Cpd, teacher: Teacher) -> None:
    register(cpd, provider_code="2A5")
    qualified_with_a_post(cpd, teacher)
    assert obstacle(cpd, teacher) == "recommended_for_qts"
    with pytest.raises(Conflict, match="recommended_for_qts") as error:
        cpd(HEAD, "propose_induction", person_id=teacher.id)
    assert error.value.details["codes"] == ["recommended_for_qts"]


def test_the_head_then_proposes_with_another_body(cpd: Cpd, teacher: Teacher) -> None:
    register(cpd, provider_code="2A5")
    register(cpd, code="mersey", name="Mersey", school_urns=[])
    qualified_with_a_post(cpd, teacher)
    first = cpd(HEAD, "propose_induction", person_id=teacher.id, appropriate_body="mersey", school_urn=SCHOOL)
    again = cpd(HEAD, "propose_induction", person_id=teacher.id)
    assert (first["appropriate_body"], first["state"], again["id"]) == ("mersey", "proposed", first["id"])
    with pytest.raises(Conflict, match="another_period_is_live"):
        cpd(HEAD, "propose_induction", person_id=teacher.id, appropriate_body="north-tyne")


def test_a_conflict_that_appears_later_keeps_the_period_closed(
    cpd: Cpd, teacher: Teacher, proposed: str
) -> None:
    register(cpd, own_school_urns=[SCHOOL])
    with pytest.raises(Conflict, match="employs"):
        cpd(BODY, "agree_induction", period_id=proposed)


def test_a_school_that_comes_into_intervention_after_the_proposal_keeps_the_period_closed(
    cpd: Cpd, proposed: str
) -> None:
    cpd(OPERATOR, "mark_intervention", school_urn=SCHOOL, from_on=date(2024, 9, 1))
    with pytest.raises(Conflict, match="intervention") as error:
        cpd(BODY, "agree_induction", period_id=proposed)
    assert error.value.details["code"] == "school_in_intervention"
    assert cpd.told(events.InductionOpened) == []


def test_a_period_does_not_open_from_a_day_on_which_its_post_has_ended(
    cpd: Cpd, teacher: Teacher, proposed: str
) -> None:
    cpd.hears(teacher.ends(date(2024, 12, 20)))
    with pytest.raises(Conflict, match="the post ends on 2024-12-20") as error:
        cpd(BODY, "agree_induction", period_id=proposed, starts_on=date(2025, 1, 6))
    assert error.value.details["code"] == "post_ended"
    assert cpd(BODY, "agree_induction", period_id=proposed)["state"] == "open"


def test_a_head_proposes_only_in_posts_at_the_own_school(cpd: Cpd, teacher: Teacher) -> None:
    qualified_with_a_post(cpd, teacher)
    with pytest.raises(NotFound, match="no post at your school"):
        cpd(OTHER_HEAD, "propose_induction", person_id=teacher.id)
    with pytest.raises(NotFound, match="no post at your school"):
        cpd(HEAD, "propose_induction", person_id=teacher.id, school_urn=OTHER_SCHOOL)
    with pytest.raises(NotAllowed):
        cpd(STRANGER, "propose_induction", person_id=teacher.id)


def test_a_head_hears_why_nothing_can_be_proposed(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    cpd.hears(teacher.begins())
    with pytest.raises(Conflict, match="no_qts") as error:
        cpd(HEAD, "propose_induction", person_id=teacher.id)
    assert error.value.details == {"code": "no_qts"}


def test_a_school_eligible_for_intervention_proposes_when_it_is_not_any_more(
    cpd: Cpd, teacher: Teacher
) -> None:
    cpd.bodies()
    cpd(OPERATOR, "mark_intervention", school_urn=SCHOOL, from_on=date(2024, 3, 1))
    qualified_with_a_post(cpd, teacher)
    assert obstacle(cpd, teacher) == "school_in_intervention"
    certified = cpd(
        OPERATOR,
        "mark_intervention",
        school_urn=SCHOOL,
        from_on=date(2024, 3, 1),
        inspectorate_certified=True,
    )
    assert certified["inspectorate_certified"] is True
    assert len(cpd.told(events.InductionProposed)) == 1


def test_an_intervention_ends_after_it_began(cpd: Cpd) -> None:
    with pytest.raises(Invalid, match="until_on"):
        cpd(
            OPERATOR,
            "mark_intervention",
            school_urn=SCHOOL,
            from_on=date(2024, 3, 1),
            until_on=date(2024, 3, 1),
        )


def test_agreement_after_the_post_began_moves_the_start(cpd: Cpd, proposed: str) -> None:
    agreed = cpd.on(date(2024, 9, 16))(BODY, "agree_induction", period_id=proposed)
    assert (agreed["state"], agreed["starts_on"]) == ("open", "2024-09-16")
    assert cpd.told(events.InductionOpened)[0].starts_on == date(2024, 9, 16)


def test_a_period_never_opens_with_an_earlier_start(cpd: Cpd, proposed: str) -> None:
    with pytest.raises(Invalid, match="never before 2024-09-02"):
        cpd(BODY, "agree_induction", period_id=proposed, starts_on=date(2024, 9, 1))


def test_a_period_is_agreed_once(cpd: Cpd, opened: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        cpd(BODY, "agree_induction", period_id=opened)
    assert len(cpd.told(events.InductionOpened)) == 1


def test_only_the_periods_own_body_agrees(cpd: Cpd, proposed: str) -> None:
    for stranger in (OTHER_BODY, STRANGER, OTHER_HEAD):
        with pytest.raises(NotFound):
            cpd(stranger, "agree_induction", period_id=proposed)
    with pytest.raises(NotAllowed, match="appropriate_body"):
        cpd(HEAD, "agree_induction", period_id=proposed)


def test_what_is_agreed_is_named_by_period_or_person(cpd: Cpd, proposed: str) -> None:
    with pytest.raises(Exception, match="one of period_id and person_id"):
        cpd(BODY, "agree_induction")
    with pytest.raises(NotFound):
        cpd(BODY, "agree_induction", period_id=new_id())
    with pytest.raises(NotFound):
        cpd(BODY, "agree_induction", person_id=new_id())


def test_a_refused_period_is_proposed_again_by_the_head_alone(
    cpd: Cpd, teacher: Teacher, proposed: str
) -> None:
    refused = cpd(
        BODY, "refuse_induction", period_id=proposed, code="unsuitable_post", why="No reduced timetable"
    )
    assert (refused["state"], refused["refusal_code"]) == ("refused", "unsuitable_post")
    assert cpd.told(events.InductionRefused)[0].code == "unsuitable_post"
    cpd.bodies()
    assert obstacle(cpd, teacher) == "refused_before"
    again = cpd(HEAD, "propose_induction", person_id=teacher.id, appropriate_body="mersey")
    assert again["state"] == "proposed"
    assert len(cpd.told(events.InductionProposed)) == 2


def test_lists_show_an_organisation_its_own_periods(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    def ids(by: Any, **query: Any) -> list[str]:
        return [item["id"] for item in cpd(by, "list_periods", **query)["items"]]

    assert ids(HEAD) == ids(BODY) == ids(OPERATOR) == [proposed]
    assert ids(OTHER_HEAD) == ids(OTHER_BODY) == ids(STRANGER) == []
    assert ids(BODY, search="amina okaf", state="proposed", school_urn=SCHOOL) == [proposed]
    assert ids(BODY, search="1234567", appropriate_body="north-tyne") == [proposed]
    assert ids(BODY, search="smith") == ids(BODY, state="open") == []


def test_lists_come_in_pages(cpd: Cpd) -> None:
    cpd.bodies()
    for day in (2, 3, 4):
        one = Teacher()
        cpd.hears(one.qts())
        cpd.hears(one.begins(date(2024, 9, day)))
    first = cpd(BODY, "list_periods", limit=2)
    rest = cpd(BODY, "list_periods", limit=2, after=first["next"])
    assert [i["starts_on"] for i in first["items"] + rest["items"]] == [
        "2024-09-02",
        "2024-09-03",
        "2024-09-04",
    ]
    assert rest["next"] is None
    latest = cpd(BODY, "list_periods", limit=1, sort="school_urn", descending=True)
    assert latest["items"][0]["school_urn"] == SCHOOL


def test_a_stranger_learns_nothing_of_an_induction(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    with pytest.raises(NotFound):
        cpd(STRANGER, "get_induction", person_id=teacher.id)
    with pytest.raises(NotFound):
        cpd(STRANGER, "get_period", period_id=proposed)
    with pytest.raises(NotFound):
        cpd(OPERATOR, "get_period", period_id=new_id())
