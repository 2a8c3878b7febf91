"""Providers, schools and courses, for tests of courses and of what applies to them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import courses, places, providers
from shared.policy import Role
from shared.testing.kit import principal

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LEAD = principal(Role.LEAD_SCHOOL, "provider:2LS", id="lead-user")
OTHER_LEAD = principal(Role.LEAD_SCHOOL, "provider:3LS", id="other-lead-user")
ACCREDITED = principal(Role.ACCREDITED_PROVIDER, "provider:2A5", id="provider-user")
OTHER_ACCREDITED = principal(Role.ACCREDITED_PROVIDER, "provider:1TZ", id="other-user")
PARTNER = principal(Role.TRAINING_PARTNER, "school:990101", id="partner-user")
ANALYST = principal(Role.NATIONAL_ANALYST, id="analyst")
ADMIN = principal(Role.OPERATOR, id="admin")
CANDIDATE = principal(Role.CANDIDATE, id="candidate")
View = dict[str, Any]

# On a line to the east: 1, 3 and 10 km from the first.
SCHOOLS = {
    "990101": ("Alder Grove Primary", "NE5 3RN", 420_000, 565_000),
    "990102": ("Beacon Hill Academy", "NE6 1AA", 421_000, 565_000),
    "990103": ("Cold Spring Primary", "NE24 4JP", 423_000, 565_000),
    "990104": ("Dale End High", "TS24 8NQ", 430_000, 565_000),
}
FULL: View = {
    "name": "Mathematics",
    "level": "secondary",
    "subjects": ["100403"],
    "age_range": "13918",
    "study_mode": "full_time",
    "funding": "fee",
    "route": "school_direct_tuition_fee",
    "qualification": "pgce_with_qts",
    "start_month": date(2027, 9, 1),
    "ends_on": date(2028, 7, 14),
    "degree_required": "two_two",
    "gcse": {"english": ["at_application"], "maths": ["at_application", "before_training"]},
    "fee_pence": 925_000,
    "visa_sponsorship": False,
}


def load_schools(session: Session) -> None:
    """The schools of these tests."""
    rows = [
        {
            "urn": urn,
            "name": name,
            "phase": "Primary",
            "status": "Open",
            "postcode": postcode,
            "easting": easting,
            "northing": northing,
        }
        for urn, (name, postcode, easting, northing) in SCHOOLS.items()
    ]
    providers.load_schools(session, NOW, ADMIN, schools=rows)


def register_providers(session: Session) -> None:
    """Two lead schools and two accredited providers that are there already; 2A5 ratifies the courses of 2LS."""
    kinds = {
        "2LS": "lead_school",
        "3LS": "lead_school",
        "2A5": "accredited_provider",
        "1TZ": "accredited_provider",
    }
    rows = [{"code": code, "name": f"Provider {code}", "kind": kind} for code, kind in kinds.items()]
    session.add_all(models.Provider(**row) for row in rows)
    session.flush()
    agree(session, "2LS", "2A5")


def agree(session: Session, lead: str, accredited: str, **more: Any) -> View:
    """A partnership."""
    given: View = {"lead_code": lead, "accredited_code": accredited, "from_on": date(2025, 9, 1)}
    return providers.agree_partnership(session, NOW, ADMIN, **(given | more))


def draft(session: Session, code: str | None = None, *, cycle: int = 2027, **content: Any) -> UUID:
    """A draft of the lead school 2LS with everything but sites."""
    made = courses.create_course(
        session, NOW, LEAD, provider_code="2LS", cycle=cycle, code=code, content=FULL | content
    )
    return UUID(str(made["course_id"]))


def with_places(
    session: Session, course_id: UUID, places_at: dict[str, int], mode: str = "full_time"
) -> View:
    """Allocate what is needed and spread it: places by the URN of the site, sites A, B, C ... in that order."""
    row = session.get_one(models.Course, course_id)
    total = max(sum(places_at.values()), row.allocated_places or 0)
    places.allocate_places(session, NOW, ANALYST, course_id=course_id, places=total)
    sites = [
        {"code": chr(ord("A") + nth), "urn": urn, "study_mode": mode, "places": count}
        for nth, (urn, count) in enumerate(places_at.items())
    ]
    return places.spread_places(session, NOW, LEAD, course_id=course_id, sites=sites)


def published(session: Session, places_at: dict[str, int] | None = None, **more: Any) -> View:
    """A course that candidates can find; by default with two places at the first school."""
    course_id = draft(session, **more)
    mode = {"part_time": "part_time"}.get(more.get("study_mode", ""), "full_time")
    with_places(session, course_id, places_at or {"990101": 2}, mode)
    return courses.publish_course(session, NOW, LEAD, course_id=course_id)
