"""Facts of ``services/itt`` about courses and places: who offers them, what, where, and how many."""

from datetime import date
from uuid import UUID

from shared.events.base import Event, event_type


@event_type("itt.provider.named.v1", subject="provider", key="provider_code")
class ProviderNamed(Event):
    """A provider is called so from now on: when it is registered first, and whenever its name changes."""

    provider_code: str
    name: str


@event_type("itt.course.published.v1", subject="course", key="course_id")
class CoursePublished(Event):
    """Candidates can find the course. ``subjects`` are national codes, ``places`` those of all its sites."""

    course_id: UUID
    cycle: int
    provider_code: str
    accredited_code: str
    course_code: str
    name: str
    level: str
    subjects: tuple[str, ...]
    route: str
    funding: str
    qualification: str
    start_month: date
    places: int
    site_urns: tuple[str, ...] = ()


@event_type("itt.course.changed.v1", subject="course", key="course_id")
class CourseChanged(Event):
    """A published course says something else; ``changed`` are the names of what it is."""

    course_id: UUID
    cycle: int
    provider_code: str
    course_code: str
    changed: tuple[str, ...]


@event_type("itt.course.places_changed.v1", subject="course", key="course_id")
class CoursePlacesChanged(Event):
    """A published course has other places or sites, or another allocation; accepted places stay as they are."""

    course_id: UUID
    cycle: int
    provider_code: str
    course_code: str
    places: int
    allocated_places: int
    site_urns: tuple[str, ...] = ()


@event_type("itt.course.withdrawn.v1", subject="course", key="course_id")
class CourseWithdrawn(Event):
    """The course is offered no more; who has applied is told by the facts of the applications."""

    course_id: UUID
    cycle: int
    provider_code: str
    course_code: str
