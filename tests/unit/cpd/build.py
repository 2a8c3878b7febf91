"""What the tests of the rules of induction and development are made of."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.cpd.domain.activities import Activity, Area, Kind
from services.cpd.domain.assessments import Assessment, TermOutcome
from services.cpd.domain.bookings import Booking
from services.cpd.domain.bookings import State as BookingState
from services.cpd.domain.facts import Award, Post, Standing
from services.cpd.domain.periods import Period, State
from services.cpd.domain.progress import Progress
from services.cpd.domain.record import InductionRecord
from services.cpd.domain.rules import AssessmentKind, RuleSet
from services.cpd.domain.terms import national_calendar

PERSON, MENTOR, POST = UUID(int=1), UUID(int=2), UUID(int=3)
SCHOOL, OTHER_SCHOOL = "100001", "100002"
ECT_START, NQT_START = date(2024, 9, 2), date(2014, 9, 1)
TERMS = {RuleSet.EARLY_CAREER: 600, RuleSet.NEWLY_QUALIFIED: 300}


def award(**more: Any) -> Award:
    given = {"trainee_id": UUID(int=9), "person_id": PERSON, "sequence": 1, "awarded_on": date(2024, 7, 10)}
    return Award(**{**given, "provider_code": "2A5", "trained_at_urns": ["100009"], **more})


def post(**more: Any) -> Post:
    given = {"role_period_id": POST, "person_id": PERSON, "school_urn": SCHOOL, "role": "teacher"}
    return Post(**{**given, "begins_on": ECT_START, "relevant": True, **more})


def period(state: State = State.OPEN, rule_set: RuleSet = RuleSet.EARLY_CAREER, **more: Any) -> Period:
    starts_on = more.get("starts_on", ECT_START if rule_set is RuleSet.EARLY_CAREER else NQT_START)
    given: dict[str, Any] = {
        "id": UUID(int=20),
        "person_id": PERSON,
        "role_period_id": POST,
        "school_urn": SCHOOL,
        "appropriate_body": "north-tyne",
        "proposed_on": starts_on,
        "starts_on": starts_on,
        "rule_set": rule_set,
        "fte_percent": 100,
        "terms_required_hundredths": TERMS[rule_set],
        "state": state,
        "opened_on": None if state in (State.PROPOSED, State.REFUSED, State.DROPPED) else starts_on,
    }
    return Period(**(given | more))


def record(*periods: Period, **more: Any) -> InductionRecord:
    given = {"standing": Standing(person_id=PERSON), "awards": [award()], "posts": [post()]}
    return InductionRecord(**{**given, "periods": list(periods), **more})


def progress(of: Period, carried_hundredths: int = 0) -> Progress:
    return Progress(period=of, calendar=national_calendar(), carried_hundredths=carried_hundredths)


def formal(*terms: int) -> list[Assessment]:
    return [assessment(term=term) for term in terms]


def assessment(**more: Any) -> Assessment:
    given = {"person_id": PERSON, "period_id": UUID(int=20), "term": 3, "kind": AssessmentKind.FORMAL}
    fixed = {"outcome": TermOutcome.SATISFACTORY, "evidence": "file", "assessed_on": date(2025, 7, 1)}
    return Assessment(**{**given, **fixed, "served_hundredths": 290, **more})


def activity(**more: Any) -> Activity:
    given = {
        "id": UUID(int=30),
        "offered_by": MENTOR,
        "kind": Kind.WORKSHOP,
        "area": Area.QUALITY_OF_TEACHING,
    }
    when = {
        "starts_at": datetime(2026, 3, 4, 15, 30, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 4, 17, 0, tzinfo=UTC),
    }
    return Activity(
        **{**given, **when, "title": "Phonics", "pupil_outcome": "More read", "capacity": 2, **more}
    )


def booking(number: int, state: BookingState = BookingState.BOOKED, **more: Any) -> Booking:
    of = activity()
    given = {"id": UUID(int=100 + number), "activity_id": of.id, "person_id": UUID(int=200 + number)}
    times = {"starts_at": of.starts_at, "ends_at": of.ends_at}
    return Booking(**{**given, **times, "number": number, "state": state, **more})
