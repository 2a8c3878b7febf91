"""The census and the performance profile: who is counted, what is signed off, and that it stays (domain page,
"Statistics")."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import returns
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotFound, TransitionNotAllowed
from shared.events.reports import CensusDue, CensusReopened, CensusSignedOff, PerformanceProfileSignedOff
from shared.ids import new_id
from shared.testing.kit import published
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.courses_kit import ACCREDITED, ADMIN, ANALYST, OTHER_ACCREDITED
from tests.service.itt.kit import due
from tests.service.itt.reports_kit import REGION, a_trainee, located, row_of

OCTOBER = datetime(2026, 10, 20, 9, tzinfo=UTC)
CENSUS_DAY = date(2026, 10, 14)
AFTER = datetime(2026, 11, 8, 9, tzinfo=UTC)
CENSUS: dict[str, Any] = {"kind": "census", "provider_code": "2A5", "academic_year": 2026}
PROFILE: dict[str, Any] = {"kind": "performance_profile", "provider_code": "2A5", "academic_year": 2025}
JANUARY = datetime(2027, 1, 20, 9, tzinfo=UTC)


# --- who is counted

COUNTED = {
    "in training": {},
    "recommended": {"state": "recommended_for_award"},
    "awarded later": {"state": "awarded", "awarded_on": date(2026, 10, 15)},
    "withdrawn later": {"state": "withdrawn", "withdrawn_on": date(2026, 10, 15)},
    "deferred later": {"state": "deferred", "deferred_on": date(2026, 10, 15)},
    "begun on the day": {"trainee_start_date": CENSUS_DAY},
    "on the last day of the course": {"itt_start_date": date(2025, 9, 1), "itt_end_date": CENSUS_DAY},
    "registered later": {"created_at": datetime(2026, 10, 19, tzinfo=UTC)},
}
NOT_COUNTED = {
    "a draft": {"state": "draft"},
    "discarded": {"discarded_at": OCTOBER},
    "withdrawn on the day": {"state": "withdrawn", "withdrawn_on": CENSUS_DAY},
    "deferred": {"state": "deferred", "deferred_on": date(2026, 9, 9)},
    "awarded": {"state": "awarded", "awarded_on": date(2026, 10, 1)},
    "not begun": {"trainee_start_date": date(2026, 10, 15)},
    "over before": {"itt_start_date": date(2024, 9, 2), "itt_end_date": date(2025, 7, 4)},
}


@pytest.mark.parametrize("changes", COUNTED.values(), ids=COUNTED)
def test_who_is_training_on_the_day_is_counted(itt: Itt, session: Session, changes: dict[str, Any]) -> None:
    a_trainee(session, **changes)
    report = itt.asked(ACCREDITED, "census_report", OCTOBER)
    assert [row["trainees"] for row in report["totals"]] == [1]


@pytest.mark.parametrize("changes", NOT_COUNTED.values(), ids=NOT_COUNTED)
def test_who_is_not_is_not(itt: Itt, session: Session, changes: dict[str, Any]) -> None:
    a_trainee(session, **changes)
    report = itt.asked(ACCREDITED, "census_report", OCTOBER)
    assert (report["rows"], report["empty"]) == ([], "Nobody was training on 2026-10-14")


def test_the_census_has_four_headings(itt: Itt, session: Session) -> None:
    located(session, "2A5")
    a_trainee(session)
    a_trainee(session, training_route="16", study_mode=None, course_subject_1="100425")
    a_trainee(session, study_mode="64", itt_start_date=date(2025, 9, 1))
    seen = {
        by: itt.asked(ACCREDITED, "census_report", OCTOBER, by=by) for by in ("route", "subject", "region")
    }
    modes = itt.asked(ACCREDITED, "census_report", OCTOBER, by="study_mode")
    assert row_of(seen["route"], code="03") == {
        "code": "03",
        "name": "School Direct salaried",
        "trainees": 2,
        "new_entrants": 1,
    }
    assert row_of(seen["subject"], code="100425")["trainees"] == 1
    assert row_of(seen["region"], code=REGION)["trainees"] == 3
    assert [(row["code"], row["name"], row["trainees"]) for row in modes["rows"]] == [
        ("full_time", "Full time", 1),
        ("part_time", "Part time", 1),
        ("not_known", "Not applicable", 1),
    ]


def test_the_census_counts_on_another_day_of_its_window(itt: Itt, session: Session) -> None:
    a_trainee(session, state="withdrawn", withdrawn_on=date(2026, 9, 20))

    def on(day: str) -> Any:
        return itt.asked(ACCREDITED, "census_report", OCTOBER, on=day)["totals"]

    assert on("2026-09-19")[0]["trainees"] == 1
    assert on("2026-09-20") == []
    with pytest.raises(Invalid, match="still to come"):
        on("2026-10-21")
    with pytest.raises(Invalid, match="2026-09-01 to 2026-11-07"):
        on("2026-08-31")


def test_the_profile_tells_what_became_of_whose_training_was_to_end(itt: Itt, session: Session) -> None:
    ended = {"itt_start_date": date(2025, 9, 1), "itt_end_date": date(2026, 7, 17)}
    for state in ("awarded", "awarded", "withdrawn", "deferred", "trn_received", "draft"):
        a_trainee(session, state=state, **ended)
    a_trainee(session)
    report = itt.asked(ACCREDITED, "profile_report", JANUARY)
    assert report["totals"] == [
        {
            "code": "total",
            "name": "Total",
            "trainees": 5,
            "awarded": 2,
            "withdrawn": 1,
            "deferred": 1,
            "still_training": 1,
            "awarded_percent": 40.0,
        }
    ]
    assert itt.asked(ACCREDITED, "profile_report", JANUARY, by="subject")["rows"][0]["code"] == "100403"


def test_an_empty_profile_says_so(itt: Itt) -> None:
    report = itt.asked(ANALYST, "profile_report", JANUARY, academic_year=2024, format="csv")
    assert report["empty"] == "No training was to end in the academic year 2024/25"
    assert report["content"].startswith("code,name,trainees,awarded")


LATE = datetime(2026, 11, 27, 9, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 2, 9, tzinfo=UTC)


def test_the_census_and_the_equality_data_tell_of_the_same_people(itt: Itt, session: Session) -> None:
    """Registered in November 2026, they trained from September 2024 to July 2025."""
    over = {"itt_start_date": date(2024, 9, 2), "itt_end_date": date(2025, 7, 4), "created_at": LATE}
    for _ in range(8):
        a_trainee(session, **over)
    census, equality = (itt.asked(ANALYST, name, LATE) for name in ("census_report", "equality_of_trainees"))
    assert census["empty"] == equality["empty"] == "Nobody was training on 2026-10-14"
    assert (census["elsewhere"], equality["elsewhere"]) == ([2024], [])
    late = itt.asked(ANALYST, "equality_of_trainees", LATE, academic_year=2024)
    assert late["empty"] == (
        "Whoever was training on 2024-10-09 was registered this month, and counts from 1 December 2026 on"
    )
    assert itt.asked(ANALYST, "equality_of_trainees", NEXT_MONTH)["elsewhere"] == [2024]
    for name in ("census_report", "equality_of_trainees"):
        report = itt.asked(ANALYST, name, NEXT_MONTH, academic_year=2024)
        assert [row.get("trainees", row.get("people")) for row in report["totals"]] == [8]
        assert "counted on 9 October 2024" in report["title"]


def test_a_year_of_fewer_than_five_people_is_not_suggested_for_equality_data(
    itt: Itt, session: Session
) -> None:
    for _ in range(4):
        a_trainee(session)
        a_trainee(session, itt_start_date=date(2025, 9, 1), itt_end_date=date(2026, 7, 3))
    report = itt.asked(ANALYST, "equality_of_trainees", NEXT_MONTH)
    assert report["empty"].startswith("Fewer than 5 people")
    assert report["elsewhere"] == []


def test_a_year_without_a_profile_names_those_with_one(itt: Itt, session: Session) -> None:
    a_trainee(session, itt_end_date=date(2025, 7, 4))
    a_trainee(session, itt_end_date=date(2027, 7, 4))
    report = itt.asked(ACCREDITED, "profile_report", JANUARY, academic_year=2025)
    assert report["elsewhere"] == [2024, 2026]


def test_the_profile_and_the_census_say_who_is_in_them(itt: Itt, session: Session) -> None:
    a_trainee(session)
    (said,) = itt.asked(ACCREDITED, "profile_report", JANUARY, academic_year=2026)["notes"]
    assert "whoever's course was to end in this academic year" in said
    assert "the census counts who was training on its day" in said
    routes, regions = (
        itt.asked(ACCREDITED, "census_report", OCTOBER, by=by)["notes"] for by in ("route", "region")
    )
    assert "whose course was over is not in it" in routes[0]
    assert regions[1].startswith("A region is that of the accredited provider")


def test_only_who_has_somebody_to_count_is_asked_for_a_census(itt: Itt, session: Session) -> None:
    a_trainee(session, provider_code="1TZ", itt_start_date=date(2024, 9, 2), itt_end_date=date(2026, 8, 31))
    itt.fires("returns_open", "census/2026", OCTOBER)
    assert itt.asked(ADMIN, "list_returns", OCTOBER, kind="census")["items"] == []


# --- signing off


def test_what_is_signed_off_stays_as_it_was(itt: Itt, session: Session) -> None:
    trainee_id = a_trainee(session)
    signed = itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    assert (signed["state"], signed["sign_offs"], signed["days_left"]) == ("signed_off", 1, None)
    session.get_one(models.Trainee, trainee_id).course_subject_1 = "100425"
    a_trainee(session)
    (kept,) = itt.asked(ACCREDITED, "get_return", OCTOBER, **CENSUS)["signed"]
    assert kept["totals"] == {"trainees": 1, "new_entrants": 1}
    assert kept["counts"] == [
        {
            "route": "03",
            "subject": "100403",
            "region": None,
            "study_mode": "full_time",
            "trainees": 1,
            "new_entrants": 1,
        }
    ]
    assert (kept["counted_on"], kept["signed_by"]) == ("2026-10-14", ACCREDITED.id)


def test_signing_off_is_told_and_audited(itt: Itt, session: Session) -> None:
    a_trainee(session)
    signed = itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    (event,) = published(session)
    assert isinstance(event, CensusSignedOff)
    assert (event.provider_code, event.trainees, event.new_entrants, event.number) == ("2A5", 1, 1, 1)
    (note,) = audit_trail(session, f"census/{signed['return_id']}")
    assert (note.action, note.who) == ("census.sign_off", ACCREDITED.id)


def test_the_profile_is_signed_off_in_its_own_window(itt: Itt, session: Session) -> None:
    a_trainee(session, state="awarded", itt_end_date=date(2026, 7, 17))
    with pytest.raises(Conflict, match="performance profile of 2025/26 is signed off from 2027-01-11 on"):
        itt.asked(ACCREDITED, "sign_off_return", datetime(2027, 1, 10, tzinfo=UTC), **PROFILE)
    itt.asked(ACCREDITED, "sign_off_return", JANUARY, **PROFILE)
    (event,) = published(session)
    assert isinstance(event, PerformanceProfileSignedOff)
    assert (event.trainees, event.awarded, event.last_day) == (1, 1, date(2027, 2, 28))


def test_the_same_sign_off_may_be_asked_twice(itt: Itt, session: Session) -> None:
    a_trainee(session)
    given = CENSUS | {"sign_off_id": str(uuid4())}
    first = itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **given)
    assert itt.asked(ACCREDITED, "sign_off_return", AFTER, **given) == first
    assert len(published(session)) == 1
    with pytest.raises(Conflict, match="another return"):
        itt.asked(ACCREDITED, "sign_off_return", JANUARY, **PROFILE, sign_off_id=given["sign_off_id"])


def test_what_is_signed_off_is_not_signed_off_again(itt: Itt, session: Session) -> None:
    a_trainee(session)
    itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    with pytest.raises(TransitionNotAllowed):
        itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)


def test_outside_the_window_nothing_is_signed_off(itt: Itt, session: Session) -> None:
    a_trainee(session)
    with pytest.raises(Conflict, match="until 2026-11-07; an operator can reopen it"):
        itt.asked(ACCREDITED, "sign_off_return", AFTER, **CENSUS)
    assert published(session) == []


def test_a_late_correction_is_a_new_sign_off_after_reopening(itt: Itt, session: Session) -> None:
    a_trainee(session)
    itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    opened = itt.asked(ADMIN, "reopen_return", AFTER, **CENSUS, reason="Two trainees were missing")
    assert (opened["state"], opened["last_day"], opened["days_left"]) == ("open", "2026-11-22", 14)
    a_trainee(session)
    again = itt.asked(ACCREDITED, "sign_off_return", AFTER + timedelta(days=14), **CENSUS)
    assert [kept["totals"]["trainees"] for kept in again["signed"]] == [1, 2]
    assert isinstance(published(session)[1], CensusReopened)


def test_who_was_late_is_given_time_by_an_operator(itt: Itt, session: Session) -> None:
    a_trainee(session)
    with pytest.raises(Conflict, match="is open until 2026-11-07"):
        itt.asked(ADMIN, "reopen_return", OCTOBER, **CENSUS, reason="More time")
    itt.asked(ADMIN, "reopen_return", AFTER, **CENSUS, reason="More time", until="2026-11-10")
    itt.asked(ACCREDITED, "sign_off_return", AFTER + timedelta(days=2), **CENSUS)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": " "}, "reason: is missing"),
        ({"reason": "x" * 501}, "shorten it to 500"),
        ({"reason": "Late", "until": "2026-11-07"}, "until: is over"),
    ],
)
def test_reopening_wrongly_changes_nothing(
    itt: Itt, session: Session, given: dict[str, Any], said: str
) -> None:
    a_trainee(session)
    itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    with pytest.raises(Invalid, match=said):
        itt.asked(ADMIN, "reopen_return", AFTER, **CENSUS, **given)
    assert itt.asked(ADMIN, "get_return", AFTER, **CENSUS)["state"] == "signed_off"


def test_a_provider_that_nobody_knows_has_no_return(itt: Itt) -> None:
    with pytest.raises(NotFound):
        itt.asked(ADMIN, "reopen_return", AFTER, **(CENSUS | {"provider_code": "9ZZ"}), reason="Late")


def test_returns_are_listed_by_provider_and_state(itt: Itt, session: Session) -> None:
    for code in ("2A5", "1TZ"):
        a_trainee(session, provider_code=code)
    itt.fires("returns_open", "census/2026", OCTOBER)
    itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    listed = itt.asked(ANALYST, "list_returns", OCTOBER, kind="census", limit=1)
    assert [item["provider_code"] for item in listed["items"]] == ["1TZ"]
    more = itt.asked(ANALYST, "list_returns", OCTOBER, kind="census", limit=1, after=listed["next"])
    assert [(item["provider_code"], item["state"]) for item in more["items"]] == [("2A5", "signed_off")]
    waiting = itt.asked(ADMIN, "list_returns", OCTOBER, kind="census", state="open")
    assert [item["provider_code"] for item in waiting["items"]] == ["1TZ"]
    own = itt.asked(OTHER_ACCREDITED, "list_returns", OCTOBER, kind="census")
    assert [item["provider_code"] for item in own["items"]] == ["1TZ"]


# --- deadlines


def test_the_first_windows_are_set_with_the_tables(session: Session) -> None:
    set_ = due(session, "returns_open")
    assert set_["performance_profile/2025"] == datetime(2027, 1, 11, tzinfo=UTC)
    assert set_["census/2026"] == datetime(2026, 8, 31, 23, tzinfo=UTC)


def test_a_provider_is_reminded_until_it_signs_off(itt: Itt, session: Session) -> None:
    a_trainee(session)
    itt.fires("returns_open", "census/2026", datetime(2026, 9, 1, tzinfo=UTC))
    assert due(session, "returns_open")["census/2027"] == datetime(2027, 8, 31, 23, tzinfo=UTC)
    ((subject, at),) = due(session, "return_reminder").items()
    assert at == datetime(2026, 10, 23, 23, tzinfo=UTC)
    itt.fires("return_reminder", subject, at)
    assert due(session, "return_reminder")[subject] == datetime(2026, 10, 31, tzinfo=UTC)
    (event,) = published(session)
    assert isinstance(event, CensusDue)
    assert (event.days_left, event.last_day) == (14, date(2026, 11, 7))
    itt.asked(ACCREDITED, "sign_off_return", OCTOBER, **CENSUS)
    assert due(session, "return_reminder") == {}
    itt.fires("return_reminder", subject, at)
    assert [type(each) for each in published(session)] == [CensusDue, CensusSignedOff]


def test_a_window_that_fires_twice_early_or_late_does_no_harm(itt: Itt, session: Session) -> None:
    a_trainee(session)
    itt.fires("returns_open", "census/2026", datetime(2026, 8, 1, tzinfo=UTC))
    assert due(session, "return_reminder") == {}
    for _ in range(2):
        itt.fires("returns_open", "census/2026", OCTOBER)
    assert session.query(models.StatutoryReturn).count() == 1
    itt.fires("returns_open", "performance_profile/2025", datetime(2027, 4, 1, tzinfo=UTC))
    assert len(due(session, "return_reminder")) == 1
    itt.fires("return_reminder", f"census/{uuid4()}", OCTOBER)
    assert published(session) == []


def test_a_late_reminder_says_nothing_after_the_last_day(itt: Itt, session: Session) -> None:
    a_trainee(session)
    itt.fires("returns_open", "census/2026", OCTOBER)
    (subject,) = due(session, "return_reminder")
    itt.fires("return_reminder", subject, AFTER)
    assert published(session) == []


def test_two_sign_offs_at_once_are_one(kept: Kept) -> None:
    from eventlet import GreenPool

    kept(a_trainee)
    asked = [new_id(), new_id()]
    told: list[str] = []

    def sign(sign_off_id: Any) -> None:
        work = lambda session: returns.sign_off_return(
            session, OCTOBER, ACCREDITED, **CENSUS, sign_off_id=sign_off_id
        )
        try:
            kept(work)
            told.append("signed")
        except TransitionNotAllowed:
            told.append("refused")

    pool = GreenPool()
    for each in asked:
        pool.spawn(sign, each)
    pool.waitall()
    assert sorted(told) == ["refused", "signed"]
