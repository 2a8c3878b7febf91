"""Every list is sorted and searched, in both directions and in pages; what it is not sorted by is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from shared.errors import Invalid
from shared.ids import new_id
from shared.policy import ANONYMOUS, Principal
from tests.service.itt.applications_kit import a_course, ready, sent
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ACCREDITED, LEAD, draft, load_schools, register_providers
from tests.service.itt.kit import ADMIN, NOW, PROVIDER, register
from tests.service.itt.reports_kit import a_trainee

ALL_OF_2A5 = {"provider_code": "2A5"}


def _walked(itt: Itt, by: Principal, method: str, what: str, **asked: Any) -> list[Any]:
    """A value of every item, read in pages of two."""
    found, after = [], None
    while True:
        page = itt.asked(by, method, **asked, limit=2, after=after)
        found += [item[what] for item in page["items"]]
        if (after := page["next"]) is None:
            return found


def _both_ways(itt: Itt, by: Principal, method: str, what: str, **asked: Any) -> list[Any]:
    """The same, once it was seen that the other direction is the reverse."""
    found = _walked(itt, by, method, what, **asked, descending=False)
    assert _walked(itt, by, method, what, **asked, descending=True) == found[::-1]
    return found


def test_providers_are_listed_by_code_or_name(itt: Itt, session: Session) -> None:
    register_providers(session)
    session.get_one(models.Provider, "2LS").name = "Aske's School, O'Neill"
    codes = _both_ways(itt, ANONYMOUS, "list_providers", "code")
    assert codes == sorted(codes)
    assert _both_ways(itt, ANONYMOUS, "list_providers", "code", sort="name")[0] == "2LS"


def test_partnerships_come_in_pages(itt: Itt, session: Session) -> None:
    register_providers(session)
    agreed: dict[str, Any] = {"lead_code": "3LS", "accredited_code": "2A5"}
    for first, last in (("2026-09-01", "2027-08-31"), ("2027-09-01", "2028-08-31")):
        itt.asked(ACCREDITED, "agree_partnership", **agreed, from_on=first, until_on=last)
    days = _both_ways(itt, ANONYMOUS, "list_partnerships", "from_on", provider_code="2A5")
    assert (len(days), days) == (3, sorted(days))


def test_courses_are_listed_by_provider_name_or_cycle(itt: Itt, session: Session) -> None:
    register_providers(session)
    for code, cycle, name in (("A001", 2028, "Music"), ("B001", 2027, "Art"), ("C001", 2028, "Drama")):
        draft(session, code, cycle=cycle, name=name)
    assert _both_ways(itt, LEAD, "list_courses", "code") == ["A001", "B001", "C001"]
    assert _both_ways(itt, LEAD, "list_courses", "code", sort="name") == ["B001", "C001", "A001"]
    assert _both_ways(itt, LEAD, "list_courses", "code", sort="cycle") == ["B001", "A001", "C001"]


def test_trainees_funding_is_sorted_and_searched_and_totals_are_of_what_is_found(
    itt: Itt, session: Session
) -> None:
    for number, (name, starts) in enumerate(
        (("Adams", "2026-09-03"), ("O'Brien", "2026-09-01"), ("Žukauskas", "2026-09-02"))
    ):
        register(session, hesa_id=f"000000000000{number}", last_name=name, itt_start_date=starts)
    asked: dict[str, Any] = {"what": "last_name", **ALL_OF_2A5}
    assert _both_ways(itt, PROVIDER, "funding_list", **asked) == ["Adams", "O'Brien", "Žukauskas"]
    by_start = _both_ways(itt, PROVIDER, "funding_list", **asked, sort="start")
    assert by_start == ["O'Brien", "Žukauskas", "Adams"]
    found = itt.asked(PROVIDER, "funding_list", **ALL_OF_2A5, search="o'brien")
    assert ([item["last_name"] for item in found["items"]], found["trainees"]) == (["O'Brien"], 1)


def test_what_the_register_was_asked_is_sorted_and_searched(itt: Itt, session: Session) -> None:
    for number, (name, state) in enumerate((("o'brien", "to_ask"), ("adams", "asked"), ("hall", "to_ask"))):
        trainee_id = a_trainee(session, search_text=name)
        opened = NOW + timedelta(days=number)
        known = {"state": state, "answers": number, "opened_at": opened}
        session.add(models.TrnRequest(id=new_id(), trainee_id=trainee_id, **known))
    session.flush()
    assert _both_ways(itt, PROVIDER, "list_trn_requests", "answers", **ALL_OF_2A5) == [0, 1, 2]
    assert _both_ways(itt, ADMIN, "list_trn_requests", "answers", sort="state") == [1, 0, 2]
    assert _both_ways(itt, ADMIN, "list_trn_requests", "answers", search="O'BRIEN") == [0]


def test_imports_are_latest_first_or_by_the_name_of_the_file(itt: Itt, session: Session) -> None:
    for number, name in enumerate(("b.csv", "a.csv", "c%.csv")):
        known: dict[str, Any] = {
            "state": "failed",
            "file_name": name,
            "uploaded_by": "x",
            "confirmed_rows": [],
        }
        counts = dict.fromkeys(("row_count", "blank_rows", "error_count", "duplicate_count"), 0)
        uploaded = NOW + timedelta(days=number)
        session.add(models.TraineeImport(id=new_id(), uploaded_at=uploaded, **ALL_OF_2A5, **known, **counts))
    session.flush()
    assert _walked(itt, PROVIDER, "list_imports", "file_name", **ALL_OF_2A5) == ["c%.csv", "a.csv", "b.csv"]
    by_name = _both_ways(itt, PROVIDER, "list_imports", "file_name", **ALL_OF_2A5, sort="file_name")
    assert by_name == ["a.csv", "b.csv", "c%.csv"]
    assert _walked(itt, PROVIDER, "list_imports", "file_name", **ALL_OF_2A5, search="%") == ["c%.csv"]


def test_observed_lessons_come_by_day_without_those_that_were_removed(itt: Itt, session: Session) -> None:
    asked: dict[str, Any] = {"trainee_id": register(session)}
    ids = [str(new_id()) for _ in range(4)]
    for id_, day in zip(ids, ("18", "16", "17", "19"), strict=True):
        given = {
            "observed_on": f"2026-11-{day}",
            "school_urn": "123456",
            "observer": "Y. Brontë",
            "notes": "Calm.",
        }
        itt.asked(PROVIDER, "record_observation", observation_id=id_, **asked, **given)
    itt.asked(PROVIDER, "remove_observation", observation_id=ids[3], reason="Another trainee's")
    days = _both_ways(itt, PROVIDER, "list_observations", "observed_on", **asked)
    assert days == ["2026-11-16", "2026-11-17", "2026-11-18"]
    for wrong in ({"after": "x"}, {"limit": 0}, {"limit": 201}, {"descending": "down"}):
        with pytest.raises(Invalid):
            itt.asked(PROVIDER, "list_observations", **asked | wrong)


def test_returns_are_sorted_and_found_by_provider(itt: Itt, session: Session) -> None:
    register_providers(session)
    for code, state in (("1TZ", "signed_off"), ("2A5", "open")):
        known: dict[str, Any] = {"kind": "census", "academic_year": 2026, "sign_offs": 0}
        session.add(models.StatutoryReturn(id=new_id(), provider_code=code, state=state, **known))
    session.flush()
    asked = {"kind": "census", "academic_year": 2026}
    assert _both_ways(itt, ADMIN, "list_returns", "provider_code", **asked) == ["1TZ", "2A5"]
    by_state = _both_ways(itt, ADMIN, "list_returns", "provider_code", **asked, sort="state")
    assert by_state == ["2A5", "1TZ"]
    assert _walked(itt, ADMIN, "list_returns", "provider_code", **asked, search="2a5") == ["2A5"]


def test_applications_are_sorted_by_when_they_go_inactive(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    option_id = a_course(session, places=50)
    for name, days in (("Amina Okafor", 3), ("Ben Carter", None), ("Siân Mensah", 1)):
        row = session.get_one(models.Application, sent(session, ready(session, name), option_id))
        row.inactive_due_at = None if days is None else NOW + timedelta(days=days)
    session.flush()
    for by in (LEAD, ACCREDITED):
        found = _both_ways(itt, by, "list_applications", "first_names", sort="inactive_due")
        assert found == ["Siân", "Amina", "Ben"]


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("list_providers", {}),
        ("list_courses", {}),
        ("list_trn_requests", {}),
        ("list_returns", {"kind": "census"}),
        ("list_imports", ALL_OF_2A5),
        ("list_offered_corrections", {}),
        ("funding_list", ALL_OF_2A5),
        ("list_applications", {}),
    ],
)
def test_what_a_list_is_not_sorted_by_is_told(itt: Itt, method: str, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as raised:
        itt.asked(ADMIN, method, **asked, sort="shoe_size")
    assert list(raised.value.fields) == ["sort"]


def test_duplicates_are_found_by_a_name_of_one_of_the_two(itt: Itt, session: Session) -> None:
    pairs = [(ready(session, one), ready(session, "Zoë Hall")) for one in ("Amina O'Kafor", "Ben Carter")]
    for number, pair in enumerate(pairs):
        known = session.query(models.Candidate).filter(models.Candidate.person_id.in_([by.id for by in pair]))
        one, other = sorted(each.id for each in known)
        about = {"first_id": one, "second_id": other, "cycle": 2026 + number}
        found = NOW + timedelta(days=number)
        session.add(models.CandidateDuplicate(id=new_id(), found_at=found, **about))
    session.flush()
    assert _both_ways(itt, ADMIN, "list_duplicates", "cycle") == [2026, 2027]
    assert _walked(itt, ADMIN, "list_duplicates", "cycle", search="o'kafor") == [2026]
    assert _walked(itt, ADMIN, "list_duplicates", "cycle", search="zoë hall") == [2026, 2027]
