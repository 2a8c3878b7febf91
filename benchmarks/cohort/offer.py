"""What candidates can apply for: providers from very large to tiny, their partners, courses, sites and places.

The service makes all of it by its own commands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from math import sqrt
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.cohort.spans import FIRST, SECOND
from services.itt import models
from services.itt.domain.courses import Course, Option
from services.itt.domain.cycles import cycle
from services.itt.handlers import catalogue, courses, places, providers
from shared.policy import Principal, Role

ADMIN = Principal("admin", frozenset({Role.OPERATOR}))
EVERY_ACCREDITED, CANDIDATES_A_PROVIDER, CANDIDATES_A_COURSE, CANDIDATES_A_SCHOOL = 5, 400, 80, 100
LEAST_PROVIDERS, MOST_PROVIDERS, LEAST_COURSES = 6, 100, 12
STEEPNESS = 0.9  # the share of a provider is 1 / rank ** this: the largest of a hundred has about 15%
PLACES_A_CANDIDATE, LEAST_PLACES = 0.9, 2
SUBJECTS = (
    ("Primary", "100511"),
    ("Mathematics", "100403"),
    ("English", "100320"),
    ("Physics", "100425"),
    ("Chemistry", "100417"),
    ("Biology", "100346"),
    ("History", "100302"),
    ("Geography", "100409"),
    ("Music", "100642"),
    ("Computing", "100366"),
)
GCSE = {"english": ["at_application"], "maths": ["at_application", "before_training"]}


@dataclass(slots=True)
class Seat:
    """A course at a site, and how many of its places are taken."""

    course: Course
    option: Option
    taken: int = 0

    @property
    def is_full(self) -> bool:
        return self.taken >= self.option.places


@dataclass(slots=True)
class Offer:
    """All seats: by the id of their option, and by cycle with their weights, which are their places."""

    seats: dict[UUID, Seat]
    _by_cycle: dict[int, tuple[list[Seat], list[int]]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_cycle = {}
        for year in (FIRST, SECOND):
            listed = [seat for seat in self.seats.values() if seat.course.cycle == year]
            self._by_cycle[year] = listed, list(accumulate(seat.option.places for seat in listed))

    def drawn(self, random: Random, year: int) -> Seat:
        """One that candidates of the cycle choose, the larger the likelier."""
        listed, weights = self._by_cycle[year]
        return random.choices(listed, cum_weights=weights)[0]

    def next_year(self, seat: Seat) -> Seat | None:
        """The same course at the same site in the second cycle."""
        wanted = (seat.course.provider_code, seat.course.code, seat.option.site_code)
        for other in self._by_cycle[SECOND][0]:
            if (other.course.provider_code, other.course.code, other.option.site_code) == wanted:
                return other
        return None


def make(session: Session, random: Random, candidates: int) -> None:
    """Register providers and schools, agree partnerships, publish the courses of both cycles."""
    opens = cycle(FIRST).find_opens_at
    codes = _codes(max(LEAST_PROVIDERS, min(MOST_PROVIDERS, candidates // CANDIDATES_A_PROVIDER)))
    accredited = codes[::EVERY_ACCREDITED]
    _providers(session, opens, random, codes, accredited)
    urns = [f"{800_001 + n}" for n in range(max(12, candidates // CANDIDATES_A_SCHOOL))]
    providers.load_schools(session, opens, ADMIN, schools=[_school(urn, random) for urn in urns])
    planned = list(_planned(random, codes, candidates, urns))
    for year, some in ((FIRST, planned[::4]), (SECOND, planned)):
        for each in some:
            _course(session, year, each)


def read(session: Session) -> Offer:
    """The seats as the domain has them."""
    course, option = models.Course, models.CourseOption
    rows = session.execute(
        select(course, option)
        .join(option, option.course_id == course.id)
        .order_by(course.cycle, course.provider_code, course.code, option.site_code)
    )
    known = [catalogue.course(of, [at]) for of, at in rows]
    return Offer({each.options[0].id: Seat(each, each.options[0]) for each in known})


def _codes(count: int) -> list[str]:
    """Codes of providers, the largest first."""
    return [f"{chr(ord('A') + n // 10)}{n % 10:02}" for n in range(count)]


def _providers(
    session: Session, now: datetime, random: Random, codes: Sequence[str], accredited: Sequence[str]
) -> None:
    rows = []
    for n, code in enumerate(codes):
        kind = ("both" if n % 2 else "accredited_provider") if code in accredited else "lead_school"
        blank = {"urn": None, "ukprn": None, "postcode": None, "region": None}
        rows.append({"code": code, "name": f"Provider {code}", "kind": kind} | blank)
    providers.register_providers(session, now, ADMIN, providers=rows)
    weights = [1 / sqrt(n + 1) for n in range(len(accredited))]
    for code in codes:
        if code not in accredited:
            (with_,) = random.choices(accredited, weights)
            agreed: dict[str, Any] = {
                "lead_code": code,
                "accredited_code": with_,
                "from_on": date(2025, 9, 1),
            }
            providers.agree_partnership(session, now, ADMIN, **agreed)


def _school(urn: str, random: Random) -> dict[str, Any]:
    where = {"easting": random.randrange(350_000, 600_000), "northing": random.randrange(150_000, 550_000)}
    name = {"name": f"School {urn}", "phase": "Secondary", "status": "Open"}
    return {"urn": urn, "postcode": f"NE{random.randrange(1, 60)} 3RN"} | name | where


@dataclass(frozen=True, slots=True)
class _Plan:
    """A course to be published."""

    provider_code: str
    code: str
    content: dict[str, Any]
    sites: list[dict[str, Any]]


def _planned(random: Random, codes: Sequence[str], candidates: int, urns: Sequence[str]) -> Iterator[_Plan]:
    shares = [1 / (rank + 1) ** STEEPNESS for rank in range(len(codes))]
    wanted = max(LEAST_COURSES, candidates // CANDIDATES_A_COURSE)
    for code, share in zip(codes, shares, strict=True):
        count = max(1, round(wanted * share / sum(shares)))
        all_places = candidates * PLACES_A_CANDIDATE * share / sum(shares)
        for n in range(count):
            sites = random.sample(urns, random.choice((1, 1, 2, 2, 3, 5)))
            each = max(LEAST_PLACES, round(all_places / count / len(sites)))
            at = [
                {"code": chr(ord("A") + nth), "urn": urn, "study_mode": "full_time", "places": each}
                for nth, urn in enumerate(sites)
            ]
            yield _Plan(code, f"B{100 + n}", _content(random), at)


def _content(random: Random) -> dict[str, Any]:
    name, subject = random.choice(SUBJECTS)
    primary, salaried = name == "Primary", random.random() < 0.15
    return {
        "name": name,
        "level": "primary" if primary else "secondary",
        "subjects": [subject],
        "age_range": "13914" if primary else "13918",
        "study_mode": "full_time",
        "funding": "salary" if salaried else "fee",
        "route": "school_direct_salaried" if salaried else "school_direct_tuition_fee",
        "qualification": "qts" if salaried else "pgce_with_qts",
        "degree_required": "two_two",
        "gcse": GCSE | ({"science": ["at_application"]} if primary else {}),
        "fee_pence": None if salaried else 953_500,
        "visa_sponsorship": random.random() < 0.5,
    }


def _course(session: Session, year: int, plan: _Plan) -> None:
    """Draft, allocate, spread and publish, as the service does it."""
    now = cycle(year).find_opens_at
    dates = {"start_month": date(year, 9, 1), "ends_on": date(year + 1, 7, 14)}
    by = Principal(
        f"user of {plan.provider_code}",
        frozenset({Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER}),
        frozenset({f"provider:{plan.provider_code}"}),
    )
    said: dict[str, Any] = {"provider_code": plan.provider_code, "cycle": year, "code": plan.code}
    made = courses.create_course(session, now, by, **said, content=plan.content | dates)
    id_ = {"course_id": UUID(str(made["course_id"]))}
    total = sum(site["places"] for site in plan.sites)
    places.allocate_places(session, now, ADMIN, places=total, **id_)
    places.spread_places(session, now, by, sites=plan.sites, **id_)
    courses.publish_course(session, now, by, **id_)
