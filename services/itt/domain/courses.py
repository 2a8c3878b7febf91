"""A course of a recruitment cycle: draft, published, withdrawn; and what it must say to be published."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.itt.domain.codes import labels
from services.itt.domain.routes import EYTS, RULES, Route
from shared.errors import Conflict, Invalid
from shared.transitions import Transitions

MOST_SUBJECTS = 2
LAST_MONTH = 7


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


# A draft is deleted, not withdrawn; rolling over makes a draft of the next cycle and leaves the course as it is.
TRANSITIONS = Transitions(
    "itt.course",
    (State.DRAFT, "publish", State.PUBLISHED),
    (State.PUBLISHED, "withdraw", State.WITHDRAWN),
)


class Level(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    FURTHER_EDUCATION = "further_education"


class StudyMode(StrEnum):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    EITHER = "full_time_or_part_time"


class Funding(StrEnum):
    FEE = "fee"
    SALARY = "salary"
    APPRENTICESHIP = "apprenticeship"


class Qualification(StrEnum):
    QTS = "qts"
    PGCE_WITH_QTS = "pgce_with_qts"
    PGDE_WITH_QTS = "pgde_with_qts"
    EYTS = "eyts"


class Degree(StrEnum):
    """The least degree that a candidate needs, from the highest; each may stand on any course (domain page)."""

    UPPER_SECOND = "two_one"
    LOWER_SECOND = "two_two"
    THIRD = "third"
    NOT_REQUIRED = "not_required"


class GcseSubject(StrEnum):
    ENGLISH = "english"
    MATHS = "maths"
    SCIENCE = "science"


class GcseWay(StrEnum):
    """How a candidate may show grade 4 (C) in a subject."""

    AT_APPLICATION = "at_application"
    BEFORE_TRAINING = "before_training"
    EQUIVALENCE_TEST = "equivalence_test"


# The funding that the name of a route fixes; any may stand on the others.
FUNDING_OF = {
    Route.SCHOOL_DIRECT_TUITION_FEE: Funding.FEE,
    Route.SCHOOL_DIRECT_SALARIED: Funding.SALARY,
    Route.EARLY_YEARS_SALARIED: Funding.SALARY,
    Route.TEACHING_APPRENTICESHIP: Funding.APPRENTICESHIP,
    Route.TEACHER_DEGREE_APPRENTICESHIP: Funding.APPRENTICESHIP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a provider writes about a course; None is not said yet. Codes are those of the national record.

    ``start_month`` is the first of a month; ``starts_on`` the very day, once it is known. ``school_days`` in schools,
    None for the route's default. ``gcse``: subject -> ways.
    """

    name: str = ""
    about: str | None = None
    accredited_code: str | None = None
    level: Level | None = None
    subjects: tuple[str, ...] = ()
    age_range: str | None = None
    study_mode: StudyMode | None = None
    funding: Funding | None = None
    route: Route | None = None
    qualification: Qualification | None = None
    start_month: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    school_days: int | None = None
    degree_required: Degree | None = None
    gcse: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fee_pence: int | None = None
    visa_sponsorship: bool | None = None


CONTENT = tuple(field.name for field in fields(Content))
OPTIONAL = frozenset({"about", "starts_on", "school_days", "fee_pence", "gcse"})
# What candidates chose the course for: once it was published, another course is offered in its place.
FIXED_ONCE_PUBLISHED = frozenset(
    {"accredited_code", "level", "subjects", "funding", "route", "qualification"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A site of a course and how it is studied there, with its places, and how many of them are accepted."""

    id: UUID
    site_code: str
    site_urn: str
    study_mode: StudyMode
    places: int
    accepted: int = 0

    @property
    def vacancies(self) -> int:
        """What is left."""
        return self.places - self.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course with its sites. ``allocated_places`` is the national allocation, None when there is none yet.

    ``provider_name`` is known where candidates are told of the course.
    """

    id: UUID
    cycle: int
    provider_code: str
    code: str
    state: State
    content: Content
    provider_name: str = ""
    allocated_places: int | None = None
    options: tuple[Option, ...] = ()
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def places(self) -> int:
        """All places at all sites."""
        return sum(option.places for option in self.options)

    @property
    def vacancies(self) -> int:
        """What is left at all sites; a course that is not published has none."""
        return sum(o.vacancies for o in self.options) if self.state is State.PUBLISHED else 0


Problems = dict[str, list[str]]


def problems(course: Course, partners: Collection[str]) -> Problems:
    """All that keeps a course from being published, by field; ``partners`` are the accredited providers that may
    ratify its provider's courses on this day, the provider itself included when it is accredited.
    """
    content, found = course.content, Problems()
    for name in CONTENT:
        if name not in OPTIONAL and getattr(content, name) in (None, "", ()):
            found.setdefault(name, []).append("is missing")
    for check in (_subjects, _dates, _route, _gcse, _fee):
        for name, message in check(content):
            found.setdefault(name, []).append(message)
    for name, message in _in_cycle(content, course.cycle):
        found.setdefault(name, []).append(message)
    if content.accredited_code is not None and content.accredited_code not in partners:
        message = f"{content.accredited_code} has no partnership with {course.provider_code} on this day"
        found.setdefault("accredited_code", []).append(message)
    for name, message in _sites(course):
        found.setdefault(name, []).append(message)
    return found


Found = list[tuple[str, str]]


def _subjects(content: Content) -> Found:
    found = Found()
    if len(content.subjects) > MOST_SUBJECTS or len(set(content.subjects)) < len(content.subjects):
        found.append(("subjects", "name one or two different subjects"))
    if unknown := [code for code in content.subjects if code not in labels("course_subject")]:
        found.append(("subjects", f"{', '.join(unknown)}: no code of the course subject list"))
    if content.age_range is not None and content.age_range not in labels("course_age_range"):
        found.append(("age_range", f"{content.age_range} is no code of the age range list"))
    return found


def _dates(content: Content) -> Found:
    month, found = content.start_month, Found()
    if month is None:
        return found
    if month.day != 1:
        found.append(("start_month", "is the first day of a month"))
    if content.starts_on is not None and content.starts_on.replace(day=1) != month.replace(day=1):
        found.append(("starts_on", f"is not in the start month, {month:%B %Y}"))
    if content.ends_on is not None and content.ends_on <= (content.starts_on or month):
        found.append(("ends_on", "must be after the start"))
    return found


def _in_cycle(content: Content, cycle: int) -> Found:
    """Courses of a cycle start from January of its year to July of the next (Publish service)."""
    first, last = date(cycle, 1, 1), date(cycle + 1, LAST_MONTH, 1)
    if content.start_month is None or first <= content.start_month.replace(day=1) <= last:
        return []
    wrong = f"is {content.start_month:%B %Y}; courses of the cycle {cycle} start from {first:%B %Y} to {last:%B %Y}"
    return [("start_month", wrong)]


def _route(content: Content) -> Found:
    route, found = content.route, Found()
    if route is None:
        return found
    wanted = FUNDING_OF.get(route)
    if wanted and content.funding not in (None, wanted):
        found.append(("funding", f"is {wanted.value} on the route {route.value}"))
    if content.qualification and (content.qualification is Qualification.EYTS) is not (
        RULES[route].award == EYTS
    ):
        found.append(
            ("qualification", f"must lead to {RULES[route].award}, which the route {route.value} awards")
        )
    return found


def _gcse(content: Content) -> Found:
    """English and maths always, science for primary (domain page); a provider may say it of science on any course."""
    if content.level is None:
        return []
    wanted = {GcseSubject.ENGLISH, GcseSubject.MATHS}
    if content.level is Level.PRIMARY:
        wanted |= {GcseSubject.SCIENCE}
    missing = sorted(subject.value for subject in wanted if not content.gcse.get(subject.value))
    return [("gcse", f"say how grade 4 in {subject} may be shown") for subject in missing]


def _fee(content: Content) -> Found:
    if content.funding is Funding.FEE and not content.fee_pence:
        return [("fee_pence", "is missing: candidates pay for a course with a fee")]
    if content.funding in (Funding.SALARY, Funding.APPRENTICESHIP) and content.fee_pence:
        return [("fee_pence", f"stays empty on a course with {content.funding.value}")]
    return []


def _sites(course: Course) -> Found:
    found = Found() if course.places else [("sites", "at least one site needs a place")]
    with_places = [(option.site_code, option.study_mode) for option in course.options if option.places]
    return found + [("sites", message) for message in strange_modes(course.content, with_places)]


def strange_modes(content: Content, sites: Iterable[tuple[str, StudyMode]]) -> list[str]:
    """What is wrong with sites that are studied in another way than the course."""
    mode = content.study_mode
    if mode in (None, StudyMode.EITHER):
        return []
    return [f"site {code}: the course is not studied {its.value}" for code, its in sites if its is not mode]


def publish(course: Course, partners: Collection[str], now: datetime) -> Course:
    """Show it to candidates. Raises TransitionNotAllowed, Invalid with everything that is missing or wrong."""
    state = TRANSITIONS.next(course.state, "publish")
    refuse(problems(course, partners))
    return replace(course, state=state, published_at=now)


def withdraw(course: Course, now: datetime) -> Course:
    """Offer it no more. Raises TransitionNotAllowed for a draft, which is deleted instead."""
    return replace(course, state=TRANSITIONS.next(course.state, "withdraw"), withdrawn_at=now)


def change(course: Course, content: Content, partners: Collection[str]) -> tuple[Course, tuple[str, ...]]:
    """Say something else, and what that is; a published course must still be one that can be published.

    Raises Conflict when it was withdrawn, Invalid for what candidates chose it for, or by field.
    """
    changed = tuple(name for name in CONTENT if getattr(content, name) != getattr(course.content, name))
    after = replace(course, content=content)
    if course.state is State.WITHDRAWN:
        raise Conflict(f"Course {course.code} was withdrawn; it cannot be changed any more")
    if course.state is State.PUBLISHED:
        refuse({name: [_FIXED] for name in changed if name in FIXED_ONCE_PUBLISHED})
        refuse(problems(after, partners))
    return after, changed


_FIXED = "cannot change once candidates have seen it; withdraw the course and offer another"


def delete(course: Course) -> None:
    """Whether a course may be deleted. Raises Conflict when candidates have seen it."""
    if course.state is not State.DRAFT:
        raise Conflict(
            f"Course {course.code} is {course.state.value}; only a draft is deleted, others are withdrawn"
        )


def refuse(found: Mapping[str, Sequence[str]]) -> None:
    """Raises Invalid, with every problem by its field, when there is one."""
    if found:
        told = "; ".join(f"{name}: {message}" for name, messages in found.items() for message in messages)
        raise Invalid(told, fields={name: list(messages) for name, messages in found.items()})


def next_code(taken: Collection[str]) -> str:
    """The first code of a letter and three digits that the provider does not use in the cycle."""
    codes = (f"{letter}{number:03}" for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ" for number in range(100, 1000))
    return next(code for code in codes if code not in taken)
