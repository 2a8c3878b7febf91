"""The table of funding loaded and read, and what trainees and courses get by it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import funding_table
from services.itt.domain.csv_files import pack
from services.itt.domain.funding import Kind
from services.itt.handlers import outcomes
from shared.audit import audit_trail
from shared.errors import Invalid, NotAllowed, NotFound
from shared.events.funding import FundingRatesChanged
from shared.policy import ANONYMOUS, Principal, Role
from shared.testing.kit import principal, published
from tests.service.itt import courses_kit
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ANALYST, CANDIDATE, LEAD
from tests.service.itt.kit import ADMIN, NOW, OTHER_PROVIDER, PROVIDER, TODAY, register, with_trn
from tests.unit.itt.funding_builders import MATHS, PHYSICS, TABLE, rate
from tests.unit.itt.test_funding_table import a_file

View = dict[str, Any]
FEE = {"training_route": "02", "funding_method": "D"}
PARTNER = principal(Role.LEAD_SCHOOL, "school:123456", id="partner-user")
MENTOR = principal(Role.MENTOR, id="mentor")


@pytest.fixture(autouse=True)
def empty(session: Session) -> None:
    """Without what the migration brings, so that the tests say what is in the table."""
    session.query(models.FundingRate).delete()


def loaded(itt: Itt, *rates: Any, **more: Any) -> View:
    content = pack(funding_table.write(rates or TABLE).encode())
    answer: View = itt.asked(ADMIN, "load_funding", content=content, **more)
    return answer


def table(itt: Itt, **more: Any) -> list[tuple[str, int]]:
    items = itt.asked(ANONYMOUS, "list_funding_rates", **more)["items"]
    return [(item["subject"], item["amount_pence"]) for item in items]


def facts(session: Session) -> list[FundingRatesChanged]:
    return [event for event in published(session) if isinstance(event, FundingRatesChanged)]


def test_a_table_is_loaded_and_everybody_may_read_it(itt: Itt, session: Session) -> None:
    answer = loaded(itt)
    assert (answer["added"], answer["ended"], answer["unchanged"], answer["errors"]) == (3, 0, 0, [])
    assert table(itt) == [("Biology", 500_000), ("Mathematics", 2_900_000), ("Physics", 2_900_000)]
    (fact,) = facts(session)
    assert (fact.academic_year, fact.added, fact.ended, len(fact.rates)) == (2026, 3, 0, 3)


def test_the_same_table_again_leaves_no_trace(itt: Itt, session: Session) -> None:
    loaded(itt)
    answer = loaded(itt)
    assert (answer["added"], answer["ended"], answer["unchanged"]) == (0, 0, 3)
    assert len(facts(session)) == len(audit_trail(session, "funding/rates")) == 1


def test_a_newer_table_of_a_year_ends_what_it_no_longer_has_and_keeps_it(itt: Itt, session: Session) -> None:
    loaded(itt, *TABLE, rate("Physics", PHYSICS, 30_000, academic_year=2025, **OF_2025))
    answer = loaded(itt, TABLE[0], rate("Mathematics", MATHS, 30_000))
    assert (answer["added"], answer["ended"], answer["unchanged"]) == (1, 2, 1)
    assert table(itt, academic_year=2026) == [("Mathematics", 3_000_000), ("Physics", 2_900_000)]
    assert table(itt, academic_year=2025) == [("Physics", 3_000_000)]
    assert session.query(models.FundingRate).filter(models.FundingRate.superseded_at == NOW).count() == 2
    assert (facts(session)[-1].added, facts(session)[-1].ended) == (1, 2)


OF_2025: View = {"valid_from": TODAY.replace(2025, 8, 1), "valid_until": TODAY.replace(2026, 7, 31)}


def test_a_check_stores_nothing_and_tells_what_would_be(itt: Itt, session: Session) -> None:
    answer = loaded(itt, dry_run=True)
    assert (answer["added"], table(itt), facts(session)) == (3, [], [])


def test_a_file_with_errors_stores_nothing(itt: Itt) -> None:
    content = pack(a_file({}, {"kind": "gift"}))
    answer = itt.asked(ADMIN, "load_funding", content=content)
    assert [(e["row"], e["column"], e["value"]) for e in answer["errors"]] == [(3, "kind", "gift")]
    assert (answer["error_count"], answer["added"], table(itt)) == (1, 0, [])


def test_rates_are_listed_by_kind_and_in_pages(itt: Itt) -> None:
    loaded(itt, *TABLE, rate("Physics", PHYSICS, 31_000, kind=Kind.SCHOLARSHIP))
    assert table(itt, kind="scholarship") == [("Physics", 3_100_000)]
    first = itt.asked(ANONYMOUS, "list_funding_rates", limit=3)
    rest = itt.asked(ANONYMOUS, "list_funding_rates", limit=3, after=first["next"])
    assert [item["kind"] for item in first["items"] + rest["items"]] == ["bursary"] * 3 + ["scholarship"]


@pytest.mark.parametrize("by", [PROVIDER, LEAD, ANALYST, CANDIDATE, ANONYMOUS], ids=lambda by: by.id)
def test_the_table_is_an_operators_to_change(itt: Itt, by: Principal) -> None:
    with pytest.raises(NotAllowed):
        itt.asked(by, "load_funding", content=pack(a_file({})))


@pytest.mark.parametrize("content", ["no base64!", pack(b""), pack(b"a,b\n1,2\n"), pack(a_file(*[{}] * 301))])
def test_what_is_no_such_file_is_refused_whole(itt: Itt, content: str) -> None:
    with pytest.raises(Invalid):
        itt.asked(ADMIN, "load_funding", content=content)
    assert table(itt) == []


# --- a trainee


def test_a_trainee_reads_how_much_and_why(itt: Itt, session: Session) -> None:
    loaded(itt)
    trainee_id = register(session, **FEE)
    found = itt.asked(PROVIDER, "trainee_funding", trainee_id=trainee_id)
    assert (found["amount_pence"], found["kind"], found["subject"]) == (2_900_000, "bursary", "Mathematics")
    assert len(found["explanation"]) == 4
    assert found["to_check"] == []


def test_on_a_route_with_a_salary_nothing_is_due(itt: Itt, session: Session) -> None:
    loaded(itt)
    found = itt.asked(PROVIDER, "trainee_funding", trainee_id=register(session))
    assert (found["amount_pence"], found["kind"], found["subject"]) == (0, None, None)
    assert "a school pays a salary" in found["explanation"][-1]


def test_where_no_table_is_known_nothing_is_made_up(itt: Itt, session: Session) -> None:
    found = itt.asked(PROVIDER, "trainee_funding", trainee_id=register(session, **FEE))
    assert found["amount_pence"] == 0
    assert found["explanation"][-1].startswith("No rate is known for 2026 to 2027")


def test_the_year_is_that_of_the_trainees_own_start(itt: Itt, session: Session) -> None:
    loaded(itt)
    dates = {"itt_start_date": "2026-07-20", "trainee_start_date": "2026-09-01"}
    found = itt.asked(PROVIDER, "trainee_funding", trainee_id=register(session, **FEE, **dates))
    assert (found["academic_year"], found["amount_pence"]) == (2026, 2_900_000)


def test_of_a_trainee_who_withdrew_the_table_cannot_tell(itt: Itt, session: Session) -> None:
    loaded(itt)
    trainee_id = with_trn(session, **FEE)
    outcomes.defer(session, NOW, PROVIDER, trainee_id=trainee_id, reason="Illness", deferred_on=TODAY)
    found = itt.asked(PROVIDER, "trainee_funding", trainee_id=trainee_id)
    assert (found["amount_pence"], found["full_amount_pence"], found["state"]) == (
        None,
        2_900_000,
        "deferred",
    )
    assert "cannot tell which part" in found["to_check"][0]


@pytest.mark.parametrize(
    ("name", "pence"), [("Biology and Physics", 2_900_000), ("Biology with Physics", 500_000)]
)
def test_the_course_that_a_trainee_came_from_tells_its_subjects_apart(
    itt: Itt, session: Session, name: str, pence: int
) -> None:
    loaded(itt)
    subjects = {"course_subject_1": "100346", "course_subject_2": "100425"}
    application_id = _application(session, name, list(subjects.values()))
    record = FEE | subjects | {"application_id": str(application_id)}
    found = itt.asked(PROVIDER, "trainee_funding", trainee_id=register(session, **record))
    assert found["amount_pence"] == pence
    other = register(session, **record | {"course_subject_2": "100417", "hesa_id": "1234567890123"})
    assert "named first" in itt.asked(PROVIDER, "trainee_funding", trainee_id=other)["explanation"][2]


def _application(session: Session, name: str, subjects: list[str]) -> UUID:
    from tests.service.itt.applications_kit import a_course, ready, sent

    courses_kit.register_providers(session)
    courses_kit.load_schools(session)
    application_id = sent(session, ready(session), a_course(session))
    course = session.get_one(models.Course, session.get_one(models.Application, application_id).course_id)
    course.name, course.subjects = name, subjects
    session.flush()
    return application_id


READERS = [
    (PROVIDER, True),
    (ADMIN, True),
    (PARTNER, True),
    (OTHER_PROVIDER, False),
    (LEAD, False),
    (MENTOR, False),
    (ANALYST, False),
    (CANDIDATE, False),
    (ANONYMOUS, False),
]


@pytest.mark.parametrize(("by", "may"), READERS, ids=lambda value: getattr(value, "id", ""))
def test_a_trainees_funding_is_for_whom_it_concerns(
    itt: Itt, session: Session, by: Principal, may: bool
) -> None:
    trainee_id = register(session, **FEE, training_partner_urn="123456")
    if may:
        assert itt.asked(by, "trainee_funding", trainee_id=trainee_id)["state"] == "submitted_for_trn"
    else:
        with pytest.raises(NotFound):
            itt.asked(by, "trainee_funding", trainee_id=trainee_id)


def test_the_trainee_reads_their_own(itt: Itt, session: Session) -> None:
    trainee_id = register(session, **FEE)
    mine = session.get_one(models.Trainee, trainee_id).person_id
    by = principal(Role.TRAINEE, id=str(mine))
    assert itt.asked(by, "trainee_funding", trainee_id=trainee_id)["academic_year"] == 2026
