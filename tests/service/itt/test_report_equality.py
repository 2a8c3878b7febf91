"""Equality data in numbers: everybody once, by groups, and nobody to be found in it."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from shared.audit import audit_trail
from shared.calendar import start_of
from shared.database.equality import equality_role
from shared.errors import Conflict, Invalid, NotAllowed
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal
from tests.service.itt.applications_kit import a_course
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ACCREDITED, ADMIN, ANALYST, LEAD, load_schools, register_providers
from tests.service.itt.reports_kit import MONDAY, REGIONAL, a_trainee, located, offer, sent_at

OCTOBER = datetime(2026, 10, 20, 9, tzinfo=UTC)
CENSUS_DAY = datetime(2026, 10, 14, 9, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 2, 9, tzinfo=UTC)
View = dict[str, Any]


def _trainees(session: Session, count: int, *, equality: View | None = None, **changes: Any) -> None:
    ids = [a_trainee(session, **changes) for _ in range(count)]
    with equality_role(session):
        session.add_all(models.TraineeEquality(trainee_id=id_, **(equality or {})) for id_ in ids)


def _totals(report: View, characteristic: str) -> dict[str, Any]:
    return {
        row["category"]: row["people"]
        for row in report["rows"]
        if (row["characteristic"], row["by"]) == (characteristic, "total")
    }


def test_trainees_are_counted_by_groups(itt: Itt, session: Session) -> None:
    _trainees(session, 7, equality={"ethnicity": "120", "disability1": "55"}, date_of_birth=date(2001, 9, 1))
    _trainees(session, 6, equality={"ethnicity": "160", "disability1": "95"}, sex="11")
    _trainees(session, 5, equality={"disability2": "99"}, sex="96", date_of_birth=date(1976, 8, 31))
    report = itt.asked(ACCREDITED, "equality_of_trainees", NEXT_MONTH)
    assert _totals(report, "sex") == {"female": 7, "male": 6, "other_sex": 0, "not_provided": 5}
    ethnic = _totals(report, "ethnicity")
    assert (ethnic["black"], ethnic["white"], ethnic["not_provided"], ethnic["asian"]) == (7, 6, 5, 0)
    assert _totals(report, "disability") == {"disabled": 7, "not_disabled": 6, "not_provided": 5}
    age = _totals(report, "age")
    assert (age["under_25"], age["50_and_over"], age["25_to_29"]) == (13, 5, 0)
    assert [row["people"] for row in report["totals"]] == [18]


def test_a_small_count_is_not_shown_nor_what_would_give_it_away(itt: Itt, session: Session) -> None:
    _trainees(session, 20)
    _trainees(session, 9, sex="11")
    _trainees(session, 2, sex="12")
    sexes = _totals(itt.asked(ACCREDITED, "equality_of_trainees", NEXT_MONTH), "sex")
    assert sexes["other_sex"] == "c"
    assert list(sexes.values()).count("c") == 2


def test_of_fewer_than_five_people_nothing_is_shown(itt: Itt, session: Session) -> None:
    _trainees(session, 4)
    report = itt.asked(ACCREDITED, "equality_of_trainees", NEXT_MONTH)
    assert (report["rows"], report["totals"]) == ([], [])
    assert report["empty"] == "Fewer than 5 people: nothing is shown of them, not even how many"


def test_each_candidate_counts_once_by_what_came_furthest(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    located(session)
    options = [a_course(session, places=20) for _ in range(2)]
    for number in range(12):
        application_id = sent_at(session, options[0], MONDAY, f"Name{number} Okafor")
        row = session.get_one(models.Application, application_id)
        who = row.candidate_id
        with equality_role(session):
            session.add(
                models.CandidateEquality(
                    candidate_id=who, sex="10", ethnicity="103", disabilities=["51", "95"]
                )
            )
        if number < 6:
            offer(session, application_id, MONDAY)
            _another(session, row, options[1])
    session.flush()
    report = itt.asked(LEAD, "equality_of_applications", NEXT_MONTH, cycle=2027)
    stages = {
        row["code"]: row["people"]
        for row in report["rows"]
        if (row["category"], row["by"]) == ("female", "stage")
    }
    assert stages == {"not_offered": 6, "offered": 6, "recruited": 0}
    assert _totals(report, "disability") == {"disabled": 12, "not_disabled": 0, "not_provided": 0}
    assert _totals(report, "ethnicity")["asian"] == 12
    assert {row["by"] for row in report["rows"]} == {"total", "stage"}
    whole = itt.asked(ANALYST, "equality_of_applications", NEXT_MONTH, cycle=2027)
    assert {row["by"] for row in whole["rows"]} == {"total", "stage", "route", "region"}
    part = itt.asked(REGIONAL, "equality_of_applications", NEXT_MONTH, cycle=2027)
    assert (part["totals"][0]["people"], {row["by"] for row in part["rows"]}) == (12, {"region"})


def _another(session: Session, first: models.Application, option_id: Any) -> None:
    """The same candidate's second application, which nobody has decided."""
    option = session.get_one(models.CourseOption, option_id)
    columns = [column.key for column in models.Application.__table__.columns]
    values = {name: getattr(first, name) for name in columns}
    values |= {"id": new_id(), "course_id": option.course_id, "course_option_id": option_id}
    values |= {"state": "awaiting_provider_decision", "offered_at": None}
    session.add(models.Application(**values))


def test_applications_count_from_the_month_after(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    for number in range(5):
        sent_at(session, a_course(session, code=f"A00{number}"), MONDAY, f"Name{number} Okafor")
    other = itt.asked(LEAD, "equality_of_applications", NEXT_MONTH, cycle=2026)
    assert other["elsewhere"] == [2027]
    report = itt.asked(LEAD, "equality_of_applications", MONDAY, cycle=2027)
    assert report["empty"] == "No applications were sent in cycle 2027 before 2026-11-01"
    assert (report["rows"], report["totals"]) == ([], [])


def test_what_is_decided_this_month_does_not_show_before_the_next(itt: Itt, session: Session) -> None:
    """A lead school reads, offers, reads again: the difference would be one person's disability."""
    register_providers(session)
    load_schools(session)
    option = a_course(session, places=20)
    ids = [sent_at(session, option, MONDAY, f"Name{number} Okafor") for number in range(12)]
    for number, id_ in enumerate(ids):
        who = session.get_one(models.Application, id_).candidate_id
        disabilities = ["51" if number % 2 else "95"]
        with equality_role(session):
            session.add(models.CandidateEquality(candidate_id=who, sex="10", disabilities=disabilities))
    session.flush()

    def rows() -> Any:
        return itt.asked(LEAD, "equality_of_applications", NEXT_MONTH, cycle=2027)["rows"]

    before = rows()
    itt.asked(LEAD, "make_offer", NEXT_MONTH, application_id=ids[0])
    assert rows() == before
    itt.asked(LEAD, "withdraw_offer", NEXT_MONTH, application_id=ids[0], reason="A mistake")
    assert rows() == before


def test_an_offer_that_is_made_again_was_made_when_it_was_made_first(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    option = a_course(session, places=20)
    ids = [sent_at(session, option, MONDAY, f"Name{number} Okafor") for number in range(12)]
    for id_ in ids[:6]:
        offer(session, id_, MONDAY)

    def rows() -> Any:
        return itt.asked(LEAD, "equality_of_applications", NEXT_MONTH, cycle=2027)["rows"]

    before = rows()
    itt.asked(LEAD, "withdraw_offer", NEXT_MONTH, application_id=ids[0], reason="A mistake")
    itt.asked(LEAD, "make_offer", NEXT_MONTH, application_id=ids[0])
    assert rows() == before


@pytest.mark.parametrize("seed", range(4))
def test_the_table_of_a_region_is_that_regions_part_of_the_whole(
    itt: Itt, session: Session, seed: int
) -> None:
    """Beside each other they leave out the same counts, so that no two of them give away what one does not show."""
    drawn, places = Random(seed), {"2A5": "North East", "1TZ": "London", "3LS": "South West"}
    for code, region in places.items():
        located(session, code, region)
        for sex in ("10", "11", "12"):
            _trainees(session, drawn.choice([2, 6, 7, 12]), sex=sex, provider_code=code)
    whole = itt.asked(ANALYST, "equality_of_trainees", NEXT_MONTH)["rows"]
    for region in places.values():
        by = principal(Role.REGIONAL_ANALYST, f"region:{region}", id="ra")
        part = itt.asked(by, "equality_of_trainees", NEXT_MONTH)["rows"]
        assert part == [row for row in whole if (row["by"], row["code"]) == ("region", region)] != []


def test_each_reading_is_audited(itt: Itt, session: Session) -> None:
    _trainees(session, 6)
    itt.asked(ADMIN, "equality_of_trainees", NEXT_MONTH)
    itt.asked(ANALYST, "equality_of_applications", OCTOBER, cycle=2027)
    assert [note.who for note in audit_trail(session, "census/2026")] == ["admin"]
    assert [note.action for note in audit_trail(session, "cycle/2027")] == ["report.equality_of_applications"]


def test_nobody_sees_the_equality_data_of_another_provider(itt: Itt, session: Session) -> None:
    _trainees(session, 30)
    for by in (ANALYST, ADMIN, LEAD):
        with pytest.raises(NotAllowed):
            itt.asked(by, "equality_of_trainees", NEXT_MONTH, provider_code="2A5")
    with pytest.raises(NotAllowed):
        itt.asked(ACCREDITED, "equality_of_applications", OCTOBER, provider_code="2LS")


def test_who_has_several_codes_names_one(itt: Itt, session: Session) -> None:
    _trainees(session, 6)
    both = principal(Role.ACCREDITED_PROVIDER, "provider:2A5", "provider:1TZ")
    with pytest.raises(Invalid, match="name one of 1TZ, 2A5"):
        itt.asked(both, "equality_of_trainees", NEXT_MONTH)
    report = itt.asked(both, "equality_of_trainees", NEXT_MONTH, provider_code="2A5", format="csv")
    assert report["file_name"] == "equality-trainees-2026-2A5.csv"
    assert report["content"].splitlines()[0] == "characteristic,category,by,code,name,people"


def test_until_the_census_day_is_over_there_is_nothing_to_count(itt: Itt) -> None:
    with pytest.raises(Conflict, match="counts 2026-10-14"):
        itt.asked(ANALYST, "equality_of_trainees", CENSUS_DAY, academic_year=2026)
    with pytest.raises(Conflict, match="counts 2027-10-13"):
        itt.asked(ANALYST, "equality_of_trainees", NEXT_MONTH, academic_year=2027)
    empty = itt.asked(ANALYST, "equality_of_trainees", NEXT_MONTH)["empty"]
    assert empty == "Nobody was training on 2026-10-14"


@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 3)])
def test_who_is_registered_overnight_is_not_seen_in_the_difference(
    itt: Itt, session: Session, day: date
) -> None:
    """Domain page, "Statistics": equality data in numbers alone."""
    before = start_of(day.replace(day=1)) - timedelta(days=20)
    black = {"ethnicity": "120"}
    _trainees(session, 6, equality=black, created_at=before, itt_start_date=date(2025, 9, 1))
    read = itt.asked(ACCREDITED, "equality_of_trainees", start_of(day))
    _trainees(session, 1, equality=black, created_at=start_of(day), itt_start_date=date(2025, 9, 1))
    overnight = start_of(day + timedelta(days=1))
    assert itt.asked(ACCREDITED, "equality_of_trainees", overnight)["rows"] == read["rows"]
    assert _totals(read, "ethnicity")["black"] == 6
