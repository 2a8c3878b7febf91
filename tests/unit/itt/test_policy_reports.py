"""Who may do what to reports and returns: role x action, written by hand from the issue."""

import pytest

from services.itt.domain.policy import PERMISSIONS
from services.itt.domain.policy.reports import ROWS, relations_somewhere, report_relations
from shared.policy import Principal, Role


def _somebody(name: str, role: Role, *organisations: str) -> Principal:
    return Principal(name, frozenset({role}), frozenset(organisations))


LEAD = _somebody("lead", Role.LEAD_SCHOOL, "provider:2LS")
OTHER_LEAD = _somebody("other lead", Role.LEAD_SCHOOL, "provider:3LS")
OWN = _somebody("own", Role.ACCREDITED_PROVIDER, "provider:2LS")
RATIFIER = _somebody("ratifier", Role.ACCREDITED_PROVIDER, "provider:2A5")
PARTNER = _somebody("partner", Role.TRAINING_PARTNER, "school:990101")
REGIONAL = _somebody("regional", Role.REGIONAL_ANALYST, "region:North East")
ELSEWHERE = _somebody("elsewhere", Role.REGIONAL_ANALYST, "region:London")
ANALYST = _somebody("analyst", Role.NATIONAL_ANALYST)
OPERATOR = _somebody("operator", Role.OPERATOR)
CANDIDATE = _somebody("candidate", Role.CANDIDATE)
TRAINEE = _somebody("trainee", Role.TRAINEE)
EVERYBODY = (
    LEAD,
    OTHER_LEAD,
    OWN,
    RATIFIER,
    PARTNER,
    REGIONAL,
    ELSEWHERE,
    ANALYST,
    OPERATOR,
    CANDIDATE,
    TRAINEE,
)
WHOLE = [REGIONAL, ANALYST, OPERATOR]
# On what is reported of the provider 2LS in the North East, whose courses 2A5 ratifies.
EXPECTED = {
    "report.recruitment": [LEAD, OWN, RATIFIER, *WHOLE],
    "report.funnel": [LEAD, OWN, RATIFIER, *WHOLE],
    "report.decisions": [LEAD, OWN, RATIFIER, *WHOLE],
    "report.census": [OWN, *WHOLE],
    "report.performance_profile": [OWN, *WHOLE],
    "report.equality_of_applications": WHOLE,
    "report.equality_of_trainees": WHOLE,
    "report.own_equality_of_applications": [LEAD, OWN],
    "report.own_equality_of_trainees": [OWN],
    "return.read": [OWN, *WHOLE],
    "return.sign_off": [OWN],
    "return.reopen": [OPERATOR],
}


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: str(by.id))
def test_the_table_allows_exactly_who_may(action: str, by: Principal) -> None:
    holds = report_relations(by, "2LS", "North East", ratifies=by is RATIFIER)
    assert PERMISSIONS.allows(by, action, holds) is (by in EXPECTED[action])


def test_every_action_of_the_table_is_expected_of_somebody() -> None:
    assert {action for action, _, _ in ROWS} == EXPECTED.keys()


def test_who_speaks_for_nobody_stands_to_nobody() -> None:
    assert relations_somewhere(ANALYST) == set()
    assert relations_somewhere(REGIONAL) == {"own_region"}
    assert relations_somewhere(LEAD) == {"own_course", "own_provider", "ratifies"}
    assert report_relations(REGIONAL, "2LS", None, ratifies=False) == set()
