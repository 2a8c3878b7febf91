"""Every call about reports, by everybody: who may, who is refused, who may not know that it is there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.errors import Conflict, NotAllowed, NotFound
from shared.policy import ANONYMOUS, Role
from shared.testing.kit import principal
from tests.service.itt.applications_kit import a_course
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    ANALYST,
    LEAD,
    OTHER_ACCREDITED,
    OTHER_LEAD,
    PARTNER,
    load_schools,
    register_providers,
)
from tests.service.itt.reports_kit import ELSEWHERE, MONDAY, REGIONAL, a_trainee, located, sent_at

NOW = datetime(2026, 12, 20, 9, tzinfo=UTC)
MAY, NOT, KNOWS = "may", "does not know of it", "may not"
EVERYBODY = {
    "lead school": LEAD,
    "another lead school": OTHER_LEAD,
    "accredited provider": ACCREDITED,
    "another accredited provider": OTHER_ACCREDITED,
    "training partner": PARTNER,
    "analyst of the region": REGIONAL,
    "analyst of elsewhere": ELSEWHERE,
    "analyst without a region": principal(Role.REGIONAL_ANALYST, id="regionless"),
    "national analyst": ANALYST,
    "operator": ADMIN,
    "candidate": principal(Role.CANDIDATE),
    "trainee": principal(Role.TRAINEE),
    "mentor": principal(Role.MENTOR, "school:990101"),
    "service": principal(Role.SERVICE, id="cpd"),
    "nobody": ANONYMOUS,
}
ANALYSTS = {"analyst of the region", "analyst of elsewhere", "national analyst", "operator"}
LEADS = {"lead school", "another lead school"}
PROVIDERS = {"accredited provider", "another accredited provider"}
INSIDE = {"analyst of the region", "national analyst", "operator"}
RETURN: dict[str, Any] = {"kind": "census", "provider_code": "2A5", "academic_year": 2026}
# The call, its arguments, and who may.
CALLS: list[tuple[str, dict[str, Any], set[str]]] = [
    *(
        (method, {"cycle": 2027}, LEADS | PROVIDERS | ANALYSTS)
        for method in ("recruitment_report", "funnel_report", "decisions_report")
    ),
    *(
        (method, {"cycle": 2027, "provider_code": "2LS"}, {"lead school", "accredited provider"} | INSIDE)
        for method in ("recruitment_report", "funnel_report", "decisions_report")
    ),
    ("census_report", {}, PROVIDERS | ANALYSTS),
    ("census_report", {"provider_code": "2A5"}, {"accredited provider"} | INSIDE),
    ("profile_report", {"academic_year": 2025}, PROVIDERS | ANALYSTS),
    ("profile_report", {"academic_year": 2025, "provider_code": "2A5"}, {"accredited provider"} | INSIDE),
    ("equality_of_applications", {"cycle": 2027}, LEADS | PROVIDERS | ANALYSTS),
    ("equality_of_applications", {"cycle": 2027, "provider_code": "2LS"}, {"lead school"}),
    ("equality_of_trainees", {}, PROVIDERS | ANALYSTS),
    ("equality_of_trainees", {"provider_code": "2A5"}, {"accredited provider"}),
    ("list_returns", {"kind": "census"}, PROVIDERS | ANALYSTS),
    ("get_return", RETURN, {"accredited provider"} | INSIDE),
    ("sign_off_return", RETURN, {"accredited provider"}),
    ("reopen_return", RETURN | {"reason": "Late"}, {"operator"}),
]
READS = {"accredited provider", *INSIDE}


@pytest.fixture(autouse=True)
def _there(session: Session) -> None:
    register_providers(session)
    load_schools(session)
    for code in ("2LS", "2A5"):
        located(session, code)
    sent_at(session, a_course(session), MONDAY)
    a_trainee(session)


def _told(itt: Itt, who: str, method: str, arguments: dict[str, Any]) -> str:
    try:
        itt.asked(EVERYBODY[who], method, NOW, **arguments)
    except NotFound:
        return NOT
    except NotAllowed:
        return KNOWS
    except Conflict:
        return MAY
    return MAY


@pytest.mark.parametrize(
    ("method", "arguments", "may"), CALLS, ids=lambda each: each if isinstance(each, str) else None
)
def test_each_report_is_for_whom_it_is_meant(
    itt: Itt, method: str, arguments: dict[str, Any], may: set[str]
) -> None:
    hidden = method in ("get_return", "sign_off_return", "reopen_return")
    told = {who: _told(itt, who, method, arguments) for who in EVERYBODY}
    refused = {who: NOT if hidden and who not in READS else KNOWS for who in EVERYBODY}
    assert told == {who: MAY if who in may else refused[who] for who in EVERYBODY}


@pytest.mark.parametrize(
    ("who", "found"),
    {
        "lead school": 1,
        "another lead school": 0,
        "accredited provider": 1,
        "another accredited provider": 0,
        "analyst of the region": 1,
        "analyst of elsewhere": 0,
        "national analyst": 1,
        "operator": 1,
    }.items(),
)
def test_a_report_counts_only_what_one_may_have_counted(itt: Itt, who: str, found: int) -> None:
    by = EVERYBODY[who]
    assert len(itt.asked(by, "recruitment_report", NOW, cycle=2027)["rows"]) == found
    assert len(itt.asked(by, "decisions_report", NOW, cycle=2027)["rows"]) == found
    assert bool(itt.asked(by, "funnel_report", NOW, cycle=2027)["rows"]) is bool(found)
    if "lead" not in who:
        assert len(itt.asked(by, "census_report", NOW)["rows"]) == found


def test_the_returns_of_elsewhere_are_not_listed(itt: Itt) -> None:
    itt.fires("returns_open", "census/2026", NOW)
    readers = (REGIONAL, ELSEWHERE, ACCREDITED, OTHER_ACCREDITED)
    listed = [itt.asked(by, "list_returns", NOW, kind="census")["items"] for by in readers]
    assert [len(items) for items in listed] == [1, 0, 1, 0]
