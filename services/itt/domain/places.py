"""Places: allocated to a course for a cycle, and spread over its sites by who leads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.itt.domain.courses import Course, Option, State, StudyMode, refuse, strange_modes
from shared.errors import Conflict

MOST_PLACES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a lead school says of a site: a code of up to 5, the school, how it is studied there, how many places."""

    code: str
    urn: str
    study_mode: StudyMode
    places: int

    @property
    def key(self) -> tuple[str, StudyMode]:
        """What tells the options of a course apart."""
        return self.code, self.study_mode


@dataclass(frozen=True, slots=True)
class Spread:
    """What becomes of the options: those that stay (with their places), those that are new, those that go."""

    kept: tuple[Option, ...]
    new: tuple[Site, ...]
    gone: tuple[Option, ...]


def allocate(course: Course, places: int) -> Course:
    """The national allocation of the course. Raises Conflict when more are spread over its sites already."""
    _still_offered(course)
    if places < course.places:
        raise Conflict(
            f"{course.places} places of course {course.code} stand at its sites; take {course.places - places} of"
            " them away first",
            spread=course.places,
        )
    return replace(course, allocated_places=places)


def spread(course: Course, sites: Sequence[Site]) -> Spread:
    """The sites of a course from now on: all of them, those that are not named lose their places.

    A site that candidates may have chosen stays without a place; on a draft it goes. Raises Invalid by field, and
    Conflict beyond the allocation or below what is accepted.
    """
    _still_offered(course)
    refuse(_wrong(course, sites))
    named = {site.key: site for site in sites}
    known = {(option.site_code, option.study_mode): option for option in course.options}
    going = {key for key in known if key not in named and course.state is State.DRAFT}
    return Spread(
        kept=tuple(_with_places(option, named.get(key)) for key, option in known.items() if key not in going),
        new=tuple(site for key, site in named.items() if key not in known),
        gone=tuple(known[key] for key in known if key in going),
    )


def _still_offered(course: Course) -> None:
    if course.state is State.WITHDRAWN:
        raise Conflict(f"Course {course.code} was withdrawn; its places cannot be changed any more")


def _with_places(option: Option, site: Site | None) -> Option:
    after = replace(option, places=site.places, site_urn=site.urn) if site else replace(option, places=0)
    if after.places < after.accepted:
        raise Conflict(
            f"{after.accepted} places at site {after.site_code} are accepted; it cannot have {after.places}",
            site_code=after.site_code,
            accepted=after.accepted,
        )
    return after


def _wrong(course: Course, sites: Sequence[Site]) -> dict[str, list[str]]:
    found = [*_unclear(sites), *_moved(course, sites), *_beyond_allocation(course, sites)]
    found += strange_modes(course.content, [site.key for site in sites if site.places])
    return {"sites": found} if found else {}


def _unclear(sites: Sequence[Site]) -> Iterator[str]:
    if len({site.key for site in sites}) < len(sites):
        yield "a site stands there twice in one study mode"
    schools: dict[str, set[str]] = {}
    for site in sites:
        schools.setdefault(site.code, set()).add(site.urn)
        if site.study_mode is StudyMode.EITHER:
            yield f"site {site.code} is studied full_time or part_time, each with places of its own"
    yield from (
        f"site {code} is one school, not {len(urns)}" for code, urns in schools.items() if len(urns) > 1
    )


def _moved(course: Course, sites: Sequence[Site]) -> Iterator[str]:
    """Candidates chose the school behind the code."""
    schools = {option.site_code: option.site_urn for option in course.options}
    for site in sites:
        if course.state is not State.DRAFT and schools.get(site.code, site.urn) != site.urn:
            yield f"site {site.code} is school {schools[site.code]}; use another code for another school"


def _beyond_allocation(course: Course, sites: Sequence[Site]) -> Iterator[str]:
    total = sum(site.places for site in sites)
    if total > (course.allocated_places or 0):
        allocated = (
            "no places yet" if course.allocated_places is None else f"{course.allocated_places} places"
        )
        yield f"{total} places are more than the allocation: {allocated}"
