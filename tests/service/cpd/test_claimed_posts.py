"""A post or a proposal is a school's own word: it shows the school nothing of the person (docs/adr/0006)."""

from datetime import date

from shared.policy import Principal
from tests.service.cpd.conftest import BODY, HEAD, OPERATOR, Cpd, Teacher

NAMES = ("first_names", "last_name", "trn")
UNNAMED, NAMED = ("", "", ""), ("Amina", "Okafor", "1234567")


def listed(cpd: Cpd, by: Principal, search: str = "") -> list[tuple[str, ...]]:
    items = cpd(by, "list_periods", search=search)["items"]
    return [tuple(item[name] for name in NAMES) for item in items]


def test_a_proposal_is_listed_to_its_school_without_a_name(cpd: Cpd, proposed: str) -> None:
    assert listed(cpd, HEAD) == [UNNAMED]
    assert listed(cpd, HEAD, "Okafor") == []
    assert listed(cpd, BODY, "Okafor") == listed(cpd, OPERATOR, "1234567") == [NAMED]


def test_a_school_with_a_proposal_reads_its_own_words_alone(
    cpd: Cpd, teacher: Teacher, proposed: str
) -> None:
    period = cpd(HEAD, "get_period", period_id=proposed)
    induction = cpd(HEAD, "get_induction", person_id=teacher.id)

    assert period["state"] == "proposed"
    assert not set(NAMES) & period.keys()
    assert not {*NAMES, "status", "qts_awarded_on"} & induction.keys()
    assert [p["id"] for p in induction["periods"]] == [proposed]
    assert [p["obstacle"] for p in induction["posts"]] == ["another_period_is_live"]


def test_once_the_appropriate_body_has_agreed_the_school_reads_everything(
    cpd: Cpd, teacher: Teacher, proposed: str
) -> None:
    cpd.on(date(2024, 8, 30))(BODY, "agree_induction", period_id=proposed)

    assert listed(cpd, HEAD, "Okafor") == [NAMED]
    assert cpd(HEAD, "get_period", period_id=proposed)["trn"] == "1234567"
    assert cpd(HEAD, "get_induction", person_id=teacher.id)["status"] == "InProgress"
