"""Who may do what to courses and places: role x action, written by hand from the domain page."""

import pytest

from services.itt.domain.policy import PERMISSIONS
from services.itt.domain.policy.courses import ROWS, course_relations
from shared.policy import Principal, Role

LEAD = Principal("lead", frozenset({Role.LEAD_SCHOOL}), frozenset({"provider:2LS"}))
OTHER_LEAD = Principal("other lead", frozenset({Role.LEAD_SCHOOL}), frozenset({"provider:3LS"}))
RATIFIER = Principal("ratifier", frozenset({Role.ACCREDITED_PROVIDER}), frozenset({"provider:2A5"}))
OTHER_RATIFIER = Principal("other", frozenset({Role.ACCREDITED_PROVIDER}), frozenset({"provider:1TZ"}))
PARTNER = Principal("partner", frozenset({Role.TRAINING_PARTNER}), frozenset({"school:990101"}))
COLLEAGUE = Principal("colleague", frozenset({Role.TRAINING_PARTNER}), frozenset({"provider:2LS"}))
HEAD = Principal("head", frozenset({Role.SCHOOL_LEADER}), frozenset({"school:990101"}))
CANDIDATE = Principal("candidate", frozenset({Role.CANDIDATE}))
REGIONAL = Principal("regional", frozenset({Role.REGIONAL_ANALYST}))
NATIONAL = Principal("national", frozenset({Role.NATIONAL_ANALYST}))
OPERATOR = Principal("operator", frozenset({Role.OPERATOR}))
EVERYBODY = (
    LEAD,
    OTHER_LEAD,
    RATIFIER,
    OTHER_RATIFIER,
    PARTNER,
    COLLEAGUE,
    HEAD,
    CANDIDATE,
    REGIONAL,
    NATIONAL,
    OPERATOR,
)
# On a course of the lead school 2LS that 2A5 ratifies, with a site at school 990101.
EXPECTED = {
    "course.read": [LEAD, RATIFIER, PARTNER, COLLEAGUE, NATIONAL, OPERATOR],
    "course.create": [LEAD],
    "course.change": [LEAD],
    "course.spread_places": [LEAD],
    "course.publish": [LEAD],
    "course.withdraw": [LEAD],
    "course.delete": [LEAD],
    "course.roll_over": [LEAD],
    "course.allocate_places": [NATIONAL, OPERATOR],
    "provider.register": [OPERATOR],
    "partnership.agree": [RATIFIER, OPERATOR],
    "partnership.end": [RATIFIER, OPERATOR],
    "school.load": [OPERATOR],
}


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: by.id)
def test_the_table_allows_exactly_who_may(action: str, by: Principal) -> None:
    holds = course_relations(by, "2LS", "2A5", ["990101"])
    assert PERMISSIONS.allows(by, action, holds) is (by in EXPECTED[action])


def test_every_action_of_the_table_is_expected_of_somebody() -> None:
    assert {action for action, _, _ in ROWS} == EXPECTED.keys()


def test_an_accredited_provider_edits_the_courses_that_it_offers_itself() -> None:
    holds = course_relations(RATIFIER, "2A5", "2A5")
    assert PERMISSIONS.allows(RATIFIER, "course.publish", holds)


def test_a_course_that_nobody_ratifies_yet_is_nobodys_to_ratify() -> None:
    assert course_relations(RATIFIER, "2LS", None) == set()
