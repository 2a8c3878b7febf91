"""What the trainees of a provider get together, and what a course gives."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.routes import Route
from services.itt.handlers import outcomes
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.policy import ANONYMOUS, Principal
from tests.service.itt import courses_kit
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ANALYST, CANDIDATE, LEAD, OTHER_LEAD
from tests.service.itt.kit import ADMIN, NOW, OTHER_PROVIDER, PROVIDER, TODAY, register, text_of, with_trn
from tests.service.itt.test_funding import FEE, PARTNER, View, loaded
from tests.unit.itt.funding_builders import MATHS, rate


@pytest.fixture(autouse=True)
def empty(session: Session) -> None:
    """Without what the migration brings, so that the tests say what is in the table."""
    session.query(models.FundingRate).delete()


def _three(session: Session) -> None:
    register(session, **FEE, hesa_id="0000000000001", last_name="Adams")
    gone = with_trn(session, **FEE, hesa_id="0000000000002", last_name="O'Brien")
    outcomes.defer(session, NOW, PROVIDER, trainee_id=gone, reason="Illness", deferred_on=TODAY)
    register(session, **FEE | {"funding_method": "6"}, hesa_id="0000000000003", last_name="Žukauskas")
    register(session, **FEE, hesa_id="0000000000004", itt_start_date="2025-09-01", last_name="Earlier")


def test_a_providers_trainees_of_a_year_are_listed_with_totals_of_all(itt: Itt, session: Session) -> None:
    loaded(itt)
    _three(session)
    first = itt.asked(PROVIDER, "funding_list", provider_code="2A5", limit=2)
    rest = itt.asked(PROVIDER, "funding_list", provider_code="2A5", limit=2, after=first["next"])
    found = [(item["last_name"], item["amount_pence"]) for item in first["items"] + rest["items"]]
    assert found == [("Adams", 2_900_000), ("O'Brien", None), ("Žukauskas", 2_900_000)]
    for page in (first, rest):
        totals = [page[name] for name in ("trainees", "total_pence", "unsettled", "unsettled_full_pence")]
        assert totals == [3, 5_800_000, 1, 2_900_000]
    assert "while the table gives a bursary" in rest["items"][0]["to_check"][0]


def test_the_list_is_of_a_year_and_a_state(itt: Itt, session: Session) -> None:
    loaded(itt)
    _three(session)
    asked = {"provider_code": "2A5"}
    (earlier,) = itt.asked(PROVIDER, "funding_list", **asked, academic_year=2025)["items"]
    assert (earlier["last_name"], earlier["amount_pence"]) == ("Earlier", 0)
    (deferred,) = itt.asked(PROVIDER, "funding_list", **asked, state="deferred")["items"]
    assert deferred["last_name"] == "O'Brien"


def test_the_list_is_exported_with_why_in_words(itt: Itt, session: Session) -> None:
    loaded(itt)
    _three(session)
    file = itt.asked(PROVIDER, "export_funding", provider_code="2A5", academic_year=2026)
    rows = list(csv.DictReader(io.StringIO(text_of(file))))
    assert (file["file_name"], file["rows"], len(rows)) == ("funding-2A5-2026.csv", 3, 3)
    amounts = [(row["Last names"], row["Amount in pounds"], row["Kind"]) for row in rows]
    assert amounts == [
        ("Adams", "29000", "bursary"),
        ("O'Brien", "", "bursary"),
        ("Žukauskas", "29000", "bursary"),
    ]
    assert rows[0]["Why"].startswith("The training starts on 1 September 2026")
    assert audit_trail(session, "provider/2A5")[-1].action == "funding.export"


@pytest.mark.parametrize("method", ["funding_list", "export_funding"])
@pytest.mark.parametrize(
    "by", [OTHER_PROVIDER, LEAD, PARTNER, ANALYST, CANDIDATE, ANONYMOUS], ids=lambda by: by.id
)
def test_a_providers_list_is_its_own(itt: Itt, method: str, by: Principal) -> None:
    with pytest.raises(NotAllowed):
        itt.asked(by, method, provider_code="2A5")


@pytest.mark.parametrize(
    ("method", "given", "field"),
    [
        ("funding_list", {"provider_code": "2a5"}, "provider_code"),
        ("funding_list", {"provider_code": "2A5", "academic_year": "soon"}, "academic_year"),
        ("funding_list", {"provider_code": "2A5", "state": "gone"}, "state"),
        ("funding_list", {"provider_code": "2A5", "limit": 0}, "limit"),
        ("funding_list", {"provider_code": "2A5", "after": "made up"}, "after"),
        ("export_funding", {"provider_code": "2A5", "academic_year": 1}, "academic_year"),
        ("list_funding_rates", {"kind": "gift"}, "kind"),
        ("trainee_funding", {"trainee_id": "1"}, "trainee_id"),
        ("course_funding", {}, "course_id"),
        ("load_funding", {}, "content"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_field(itt: Itt, method: str, given: View, field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        itt.asked(ADMIN if method == "load_funding" else PROVIDER, method, **given)
    assert wrong.value.fields.keys() == {field}


# --- a course


def _course(session: Session, **content: Any) -> str:
    courses_kit.register_providers(session)
    courses_kit.load_schools(session)
    return str(courses_kit.published(session, **content)["course_id"])


OF_2027: View = {
    "academic_year": 2027,
    "valid_from": TODAY.replace(2027, 8, 1),
    "valid_until": TODAY.replace(2028, 7, 31),
}


def test_a_candidate_sees_what_a_course_gives(itt: Itt, session: Session) -> None:
    loaded(itt, rate("Mathematics", MATHS, 25_000, **OF_2027))
    found = itt.asked(ANONYMOUS, "course_funding", course_id=_course(session))
    assert (found["academic_year"], found["amount_pence"], found["to_check"]) == (2027, 2_500_000, [])
    assert "Mathematics has a bursary of 25,000 pounds" in found["explanation"][-1]


def test_a_course_with_a_salary_gives_no_bursary(itt: Itt, session: Session) -> None:
    loaded(itt, rate("Mathematics", MATHS, 25_000, **OF_2027))
    changes = {"route": Route.PROVIDER_LED_POSTGRAD.value, "funding": "salary", "fee_pence": None}
    found = itt.asked(CANDIDATE, "course_funding", course_id=_course(session, **changes))
    assert (found["amount_pence"], "a school pays a salary" in found["explanation"][-1]) == (0, True)


def test_a_draft_is_shown_to_its_provider_alone_and_when_it_says_enough(itt: Itt, session: Session) -> None:
    courses_kit.register_providers(session)
    course_id = courses_kit.draft(session)
    assert itt.asked(LEAD, "course_funding", course_id=course_id)["academic_year"] == 2027
    for by in (OTHER_LEAD, CANDIDATE, ANONYMOUS):
        with pytest.raises(NotFound):
            itt.asked(by, "course_funding", course_id=course_id)
    blank = courses_kit.draft(session, route=None, subjects=[], start_month=None, ends_on=None)
    with pytest.raises(Conflict, match="route, subjects, start_month"):
        itt.asked(LEAD, "course_funding", course_id=blank)
