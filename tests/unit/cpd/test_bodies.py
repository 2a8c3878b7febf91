from datetime import date

import pytest

from services.cpd.domain.bodies import AppropriateBody, School, conflicts, may_serve_at
from services.cpd.domain.rules import RuleSet
from tests.unit.cpd.build import OTHER_SCHOOL, SCHOOL, award, post

NQT, ECT = RuleSet.NEWLY_QUALIFIED, RuleSet.EARLY_CAREER
PROVIDER = AppropriateBody(code="b", name="B", provider_code="2A5")
TRAINING_SCHOOL = AppropriateBody(code="b", name="B", own_school_urns=["100009"])
EMPLOYER = AppropriateBody(code="b", name="B", own_school_urns=[SCHOOL])
EARLIER_SCHOOL = AppropriateBody(code="b", name="B", own_school_urns=[OTHER_SCHOOL])
STRANGER = AppropriateBody(code="b", name="B")


@pytest.mark.parametrize(
    ("rule_set", "body", "expected"),
    [
        (NQT, PROVIDER, ["assessed_for_qts"]),
        (NQT, TRAINING_SCHOOL, ["assessed_for_qts"]),
        (NQT, EMPLOYER, ["serves_there"]),
        (NQT, EARLIER_SCHOOL, ["serves_there"]),
        (NQT, STRANGER, []),
        (ECT, PROVIDER, ["recommended_for_qts"]),
        (ECT, TRAINING_SCHOOL, []),
        (ECT, EMPLOYER, ["employs"]),
        (ECT, EARLIER_SCHOOL, ["served_there"]),
        (ECT, STRANGER, []),
    ],
)
def test_conflicts_of_the_appropriate_body(
    rule_set: RuleSet, body: AppropriateBody, expected: list[str]
) -> None:
    assert (
        conflicts(body, rule_set, school_urn=SCHOOL, awards=[award()], served_at=[OTHER_SCHOOL]) == expected
    )


def test_an_award_that_was_undone_is_no_conflict() -> None:
    undone = award(removed=True)
    assert conflicts(PROVIDER, ECT, school_urn=SCHOOL, awards=[undone], served_at=[]) == []


DAY = date(2025, 9, 1)


def school(**more: object) -> School:
    return School(**{"urn": SCHOOL, "intervention_from": date(2025, 3, 1), **more})  # type: ignore[arg-type]


def test_a_school_eligible_for_intervention_is_no_place_for_induction() -> None:
    assert not may_serve_at(school(), DAY, served_at=[], posts=[post(begins_on=DAY)])


@pytest.mark.parametrize(
    "here",
    [
        School(urn=SCHOOL),
        school(intervention_from=date(2025, 9, 2)),
        school(intervention_until=DAY),
        school(inspectorate_certified=True),
    ],
)
def test_a_school_is_open_again_or_certified(here: School) -> None:
    assert may_serve_at(here, DAY, served_at=[], posts=[])


def test_intervention_does_not_matter_where_induction_began_there() -> None:
    assert may_serve_at(school(), DAY, served_at=[SCHOOL], posts=[])


def test_intervention_does_not_matter_to_somebody_who_worked_there_before() -> None:
    assert may_serve_at(school(), DAY, served_at=[], posts=[post(begins_on=date(2025, 1, 6))])
