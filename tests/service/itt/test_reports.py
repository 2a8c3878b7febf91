"""Reports on applications: what counts as what, for whom, and as which text (domain page, "Statistics")."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import cycle_ends, decisions
from shared.errors import Invalid
from tests.service.itt.applications_kit import a_course
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    ANALYST,
    LEAD,
    draft,
    load_schools,
    register_providers,
)
from tests.service.itt.reports_kit import (
    MONDAY,
    REGION,
    a_trainee,
    accept,
    located,
    offer,
    reject,
    row_of,
    sent_at,
)

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture(autouse=True)
def _providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)
    located(session)


def _state(session: Session, application_id: UUID) -> models.Application:
    session.flush()
    return session.get_one(models.Application, application_id, populate_existing=True)


# --- recruitment against allocation


def test_recruitment_stands_against_the_allocation(itt: Itt, session: Session) -> None:
    option_id = a_course(session, places=4)
    recruited, accepted, offered = (sent_at(session, option_id, MONDAY, f"Zoë O'Neil{n}") for n in "abc")
    sent_at(session, option_id, MONDAY, "Ben Sent")
    offer(session, recruited, MONDAY)
    offer(session, accepted, MONDAY, "A degree")
    offer(session, offered, MONDAY)
    accept(session, recruited, MONDAY)
    accept(session, accepted, MONDAY)
    report = itt.asked(LEAD, "recruitment_report", cycle=2027)
    assert report["rows"] == [
        {
            "code": "2LS",
            "name": "Provider 2LS",
            "allocated": 4,
            "sent": 4,
            "offered": 3,
            "accepted": 2,
            "recruited": 1,
            "deferred": 0,
            "accepted_percent": 50.0,
            "recruited_percent": 25.0,
        }
    ]
    assert report["totals"] == [report["rows"][0] | {"code": "total", "name": "Total"}]
    assert report["empty"] is None


@pytest.mark.parametrize(
    ("by", "code", "name"),
    [
        ("subject", "100403", "Mathematics"),
        ("route", "school_direct_tuition_fee", "School Direct tuition fee"),
        ("region", REGION, REGION),
    ],
)
def test_recruitment_has_other_headings(itt: Itt, session: Session, by: str, code: str, name: str) -> None:
    a_course(session, places=3)
    report = itt.asked(ANALYST, "recruitment_report", cycle=2027, by=by)
    row = row_of(report, code=code, name=name)
    assert (row["allocated"], row["sent"], row["recruited_percent"]) == (3, 0, 0.0)


def test_a_course_with_two_subjects_counts_as_the_first(itt: Itt, session: Session) -> None:
    a_course(session, places=3, subjects=["100403", "100425"])
    report = itt.asked(ANALYST, "recruitment_report", cycle=2027, by="subject")
    assert [row["code"] for row in report["rows"]] == ["100403"]


def test_a_draft_is_no_recruitment(itt: Itt, session: Session) -> None:
    draft(session)
    report = itt.asked(ANALYST, "recruitment_report", cycle=2027)
    assert (report["rows"], report["totals"]) == ([], [])
    assert report["empty"] == "There are no courses in cycle 2027"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"subject": "100403"}, 1),
        ({"subject": "100425"}, 0),
        ({"level": "primary"}, 0),
        ({"route": "school_direct_salaried"}, 0),
        ({"region": REGION}, 1),
        ({"region": "London"}, 0),
        ({"provider_code": "2A5"}, 1),
        ({"provider_code": "1TZ"}, 0),
    ],
)
def test_recruitment_is_filtered(itt: Itt, session: Session, filters: dict[str, Any], found: int) -> None:
    a_course(session)
    assert len(itt.asked(ANALYST, "recruitment_report", cycle=2027, **filters)["rows"]) == found


# --- the funnel


def _reached(report: Any, state: str) -> list[tuple[str, int, int]]:
    return [(row["week"], row["reached"], row["again"]) for row in report["rows"] if row["state"] == state]


def test_the_funnel_says_which_states_were_reached_in_which_week(itt: Itt, session: Session) -> None:
    option_id = a_course(session)
    first = sent_at(session, option_id, MONDAY)
    sent_at(session, option_id, MONDAY + WEEK, "Ben Carter")
    offer(session, first, MONDAY + WEEK)
    accept(session, first, MONDAY + 2 * WEEK)
    report = itt.asked(LEAD, "funnel_report", MONDAY + 3 * WEEK, cycle=2027)
    assert _reached(report, "awaiting_provider_decision") == [("2026-W48", 1, 0), ("2026-W49", 1, 0)]
    assert _reached(report, "offer") == [("2026-W49", 1, 0)]
    assert _reached(report, "pending_conditions") == []
    assert _reached(report, "recruited") == [("2026-W50", 1, 0)]
    totals = {row["state"]: row for row in report["totals"]}
    assert totals["offer"] == {
        "week": "total",
        "state": "offer",
        "reached": 1,
        "again": 0,
        "now": 0,
        "percent_of_sent": 50.0,
    }
    assert totals["awaiting_provider_decision"]["now"] == 1


def test_a_week_begins_on_monday_in_london(itt: Itt, session: Session) -> None:
    option_id = a_course(session, cycle=2027)
    sent_at(session, option_id, datetime(2027, 4, 11, 22, 30, tzinfo=UTC))
    sent_at(session, option_id, datetime(2027, 4, 11, 23, 30, tzinfo=UTC), "Ben Carter")
    report = itt.asked(LEAD, "funnel_report", datetime(2027, 4, 20, tzinfo=UTC), cycle=2027)
    weeks = [(row["week"], row["week_begins"]) for row in report["rows"]]
    assert weeks == [("2027-W14", "2027-04-05"), ("2027-W15", "2027-04-12")]


def test_an_offer_that_is_made_again_counts_once_and_again(itt: Itt, session: Session) -> None:
    application_id = sent_at(session, a_course(session), MONDAY)
    offer(session, application_id, MONDAY)
    decisions.withdraw_offer(session, MONDAY + WEEK, LEAD, application_id=application_id, reason="Full")
    offer(session, application_id, MONDAY + 2 * WEEK, "A degree")
    offer(session, application_id, MONDAY + 3 * WEEK, "Another degree")
    report = itt.asked(LEAD, "funnel_report", cycle=2027)
    assert _reached(report, "offer") == [("2026-W48", 1, 0), ("2026-W50", 0, 1)]
    assert _reached(report, "offer_withdrawn") == [("2026-W49", 1, 0)]
    assert _state(session, application_id).offer_withdrawn_at is None


def test_a_rejection_that_an_offer_followed_is_still_told(itt: Itt, session: Session) -> None:
    application_id = sent_at(session, a_course(session), MONDAY)
    reject(session, application_id, MONDAY + WEEK)
    offer(session, application_id, MONDAY + 2 * WEEK)
    report = itt.asked(LEAD, "funnel_report", cycle=2027)
    assert _reached(report, "rejected") == [("2026-W49", 1, 0)]
    assert _reached(report, "offer") == [("2026-W50", 1, 0)]


def test_who_is_reinstated_is_recruited_again(itt: Itt, session: Session) -> None:
    a_course(session, code="A001", cycle=2027)
    option_id = session.query(models.CourseOption).one().id
    application_id = sent_at(session, option_id, MONDAY)
    offer(session, application_id, MONDAY)
    accept(session, application_id, MONDAY)
    decisions.defer_offer(session, MONDAY + WEEK, LEAD, application_id=application_id)
    report = itt.asked(LEAD, "funnel_report", cycle=2027)
    assert _reached(report, "offer_deferred") == [("2026-W49", 1, 0)]
    assert itt.asked(LEAD, "recruitment_report", cycle=2027)["rows"][0]["deferred"] == 1


def test_applications_without_an_audit_are_told_by_their_own_dates(itt: Itt, session: Session) -> None:
    application_id = sent_at(session, a_course(session), MONDAY)
    offer(session, application_id, MONDAY + WEEK)
    session.connection().exec_driver_sql("DELETE FROM audit")
    report = itt.asked(LEAD, "funnel_report", cycle=2027)
    assert _reached(report, "awaiting_provider_decision") == [("2026-W48", 1, 0)]
    assert _reached(report, "offer") == [("2026-W49", 1, 0)]


def test_nothing_sent_is_said_in_a_sentence(itt: Itt, session: Session) -> None:
    for method in ("funnel_report", "decisions_report"):
        report = itt.asked(LEAD, method, cycle=2027)
        assert (report["rows"], report["totals"]) == ([], [])
        assert report["empty"] == "No applications were sent in cycle 2027"


def test_a_cycle_without_anything_names_those_with_something(itt: Itt, session: Session) -> None:
    draft(session, code="A009", cycle=2029)
    sent_at(session, a_course(session), MONDAY)
    for method in ("recruitment_report", "funnel_report", "decisions_report"):
        assert itt.asked(LEAD, method, cycle=2028)["elsewhere"] == [2027]
        assert itt.asked(LEAD, method, cycle=2027)["elsewhere"] == []


@pytest.mark.parametrize(
    "method",
    [
        "recruitment_report",
        "funnel_report",
        "decisions_report",
        "census_report",
        "profile_report",
        "equality_of_applications",
        "equality_of_trainees",
    ],
)
def test_a_provider_that_is_not_registered_is_refused(itt: Itt, method: str) -> None:
    with pytest.raises(Invalid, match="9ZZ is no provider that is registered here"):
        itt.asked(ADMIN, method, provider_code="9ZZ")


def test_a_route_has_one_name_in_all_reports(itt: Itt, session: Session) -> None:
    a_course(session, route="provider_led_postgrad")
    a_trainee(session, training_route="12")
    recruitment = itt.asked(ANALYST, "recruitment_report", cycle=2027, by="route")["rows"]
    profile = itt.asked(ANALYST, "profile_report", academic_year=2026)["rows"]
    name = "Primary and Secondary Postgraduate Fee Funded"
    assert [row["name"] for row in (*recruitment, *profile)] == [name, name]


def test_the_headings_of_the_funnel_and_of_the_decisions_are_explained(itt: Itt, session: Session) -> None:
    sent_at(session, a_course(session), MONDAY)
    (said,) = itt.asked(LEAD, "funnel_report", cycle=2027)["notes"]
    assert all(f"{heading}: " in said for heading in ("reached", "again", "now"))
    assert "nine in ten" in itt.asked(LEAD, "decisions_report", cycle=2027)["notes"][0]


# --- the time to a decision


def test_the_time_to_a_decision_leaves_weekends_and_christmas_out(itt: Itt, session: Session) -> None:
    option_id = a_course(session, places=4)
    days = (1, 4, 7, 35)
    for number, length in enumerate(days):
        application_id = sent_at(session, option_id, MONDAY, f"Name{number} Okafor")
        offer(session, application_id, MONDAY + length * DAY)
    row = itt.asked(LEAD, "decisions_report", MONDAY + 40 * DAY, cycle=2027)["rows"][0]
    assert (row["sent"], row["decided"], row["decided_in_time_percent"]) == (4, 4, 100.0)
    # 1, 4, 5 and (until Thursday 17 December, when Christmas begins for applications) 18 working days.
    assert (row["median_working_days"], row["p90_working_days"]) == (4.5, 14.1)
    assert (row["median_days"], row["p90_days"]) == (5.5, 26.6)


def test_the_first_decision_counts_and_not_the_offer_that_followed(itt: Itt, session: Session) -> None:
    application_id = sent_at(session, a_course(session), MONDAY)
    reject(session, application_id, MONDAY + 2 * DAY)
    offer(session, application_id, MONDAY + 9 * DAY)
    row = itt.asked(LEAD, "decisions_report", cycle=2027)["rows"][0]
    assert (row["median_days"], row["decided"]) == (2.0, 1)


def test_who_waits_too_long_was_not_decided_in_time(itt: Itt, session: Session) -> None:
    option_id = a_course(session)
    sent_at(session, option_id, MONDAY)
    in_time = sent_at(session, option_id, MONDAY, "Ben Carter")
    reject(session, in_time, MONDAY + DAY)
    late = MONDAY + 90 * DAY
    row = itt.asked(LEAD, "decisions_report", late, cycle=2027)["rows"][0]
    assert (row["waiting"], row["waiting_too_long"], row["decided_in_time"]) == (1, 1, 1)
    assert row["decided_in_time_percent"] == 50.0


def test_a_rejection_by_default_is_no_decision(itt: Itt, session: Session) -> None:
    sent_at(session, a_course(session), MONDAY)
    over = datetime(2027, 10, 1, tzinfo=UTC)
    cycle_ends.end_cycle(session, over, "cycle/2027/undecided")
    row = itt.asked(LEAD, "decisions_report", over, cycle=2027)["rows"][0]
    assert (row["decided"], row["rejected_by_default"], row["median_days"]) == (0, 1, None)
    assert row["decided_in_time_percent"] == 0.0


def test_all_providers_together_stand_at_the_end(itt: Itt, session: Session) -> None:
    offer(session, sent_at(session, a_course(session), MONDAY), MONDAY + DAY)
    report = itt.asked(ANALYST, "decisions_report", cycle=2027)
    assert [row["code"] for row in report["rows"]] == ["2LS"]
    assert [(row["code"], row["sent"], row["median_days"]) for row in report["totals"]] == [("total", 1, 1.0)]


# --- the form of an answer


def test_a_report_is_csv_without_formulas(itt: Itt, session: Session) -> None:
    session.get_one(models.Provider, "2LS").name = "=HYPERLINK(1), “Zoë’s”"
    sent_at(session, a_course(session), MONDAY)
    report = itt.asked(ACCREDITED, "recruitment_report", cycle=2027, format="csv")
    assert (report["rows"], report["file_name"]) == ([], "recruitment-2027-provider.csv")
    lines = list(csv.DictReader(io.StringIO(report["content"])))
    assert [line["code"] for line in lines] == ["2LS", "total"]
    assert lines[0]["name"] == "'=HYPERLINK(1), “Zoë’s”"


def test_each_report_is_a_few_statements_however_many_applications_there_are(
    itt: Itt, session: Session
) -> None:
    option_id = a_course(session, places=6)
    for number in range(6):
        offer(session, sent_at(session, option_id, MONDAY, f"Name{number} Okafor"), MONDAY)
    session.flush()
    said: list[str] = []
    listen = lambda *told: said.append(told[2])
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    for method in ("recruitment_report", "decisions_report", "funnel_report"):
        itt.asked(ANALYST, method, cycle=2027)
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    assert len(said) == 4


@pytest.mark.parametrize(
    ("method", "arguments", "field", "right"),
    [
        ("recruitment_report", {"cycle": 2019}, "cycle", "2023 to 2037"),
        ("recruitment_report", {"by": "postcode"}, "by", "provider, subject, route, region"),
        ("recruitment_report", {"subject": "maths"}, "subject", "100403"),
        ("recruitment_report", {"provider_code": "2a"}, "provider_code", "2A5"),
        ("recruitment_report", {"format": "xml"}, "format", "json, csv"),
        ("recruitment_report", {"region": "a\0b"}, "region", ""),
        ("funnel_report", {"level": "nursery"}, "level", "primary"),
        ("funnel_report", {"cycle": "next"}, "cycle", "whole number"),
        ("decisions_report", {"by": "subject"}, "by", ""),
        ("census_report", {"on": "2026-11-23"}, "on", "2026-09-01 to 2026-11-07"),
        ("census_report", {"on": "yesterday"}, "on", "date"),
        ("census_report", {"academic_year": 26}, "academic_year", "2000"),
        ("census_report", {"by": "sex"}, "by", "study_mode"),
        ("profile_report", {"by": "region"}, "by", "subject"),
        ("equality_of_applications", {"sex": "10"}, "sex", ""),
        ("get_return", {}, "kind", "is missing"),
        ("get_return", {"kind": "census", "provider_code": "2A5"}, "academic_year", ""),
        ("list_returns", {"kind": "register"}, "kind", "performance_profile"),
        ("list_returns", {"kind": "census", "limit": 0}, "limit", "1"),
        ("list_returns", {"kind": "census", "after": "x"}, "after", "cursor"),
    ],
)
def test_what_is_asked_wrongly_is_named(
    itt: Itt, session: Session, method: str, arguments: dict[str, Any], field: str, right: str
) -> None:
    with pytest.raises(Invalid) as refused:
        itt.asked(ANALYST, method, **arguments)
    assert field in refused.value.details["fields"]
    assert right in str(refused.value)
