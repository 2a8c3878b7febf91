"""Reading applications: one, the lists of providers and candidates, the feed of changes, the timeline."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, not_, select, true, union_all
from sqlalchemy.orm import Session, load_only

from services.itt import models
from services.itt.domain import cycles, policy
from services.itt.domain.applications import HIDDEN_FROM_PROVIDERS, State
from services.itt.domain.policy.courses import AT_SITE, OWN_COURSE, RATIFIES
from services.itt.handlers import candidacies, candidates, feed
from services.itt.handlers.application_views import View, seen
from services.itt.handlers.finding import words
from shared.errors import NotFound
from shared.paging import merged_page
from shared.policy import ANY, Principal

Table = models.Application
SHOWN = (
    "id",
    "candidate_id",
    "state",
    "cycle",
    "current_cycle",
    "course_option_id",
    "sort_name",
    "sent_at",
    "inactive_due_at",
    "recorded_at",
    "feed_position",
    "feed_at",
)
VISIBLE = and_(
    Table.sent_at.is_not(None), Table.state.not_in([state.value for state in HIDDEN_FROM_PROVIDERS])
)
SORTS = {"sent": "sent_at", "name": "sort_name", "inactive_due": "inactive_order"}


def get_application(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """Everything about one application that the principal may read. Raises NotFound, also for who may not."""
    row = candidacies.find(session, application_id)
    candidate = candidacies.find_candidate(session, row.candidate_id)
    (mine,) = candidacies.loaded(session, [row], {candidate.id: candidate})
    if not policy.PERMISSIONS.allows(by, "application.read", candidacies.relations_of(session, by, mine)):
        raise NotFound(f"There is no application {application_id}")
    return seen(session, by, mine, candidate)


def my_applications(session: Session, now: datetime, by: Principal) -> View:
    """All applications of the candidate who asks, of all cycles, latest first."""
    candidate = candidates.own(session, by, "candidate.read")
    mine = select(Table).where(Table.candidate_id == candidate.id).order_by(Table.id.desc())
    return {"items": _items(session, list(session.scalars(mine)))}


def list_applications(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str | None = None,
    cycle: int | None = None,
    search: str | None = None,
    sort: str = "sent",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
    **filters: Any,
) -> View:
    """The applications of a cycle (by default the one that runs) that the principal may read as a provider.

    A place that was deferred stands in the list of its own cycle and in that of the cycle that it was deferred to.
    ``sort`` by ``inactive_due``: what goes inactive first, and last what never does. ``filters``: states, course_id,
    site_code; ``search``: every word is in the name or the e-mail address.
    """
    wanted: list[ColumnElement[bool]] = [VISIBLE]
    wanted += [FILTERS[name](value) for name, value in filters.items() if value]
    wanted += words(Table.search_text, search)
    scope = _scope(by, "application.read", provider_code)
    spans = _of_cycle(cycle or cycles.current(now).year)
    parts = [select(Table).where(part, span, *wanted) for part in scope for span in spans]
    given: View = {"limit": limit, "after": after, "descending": descending}
    found = merged_page(session, parts, Table, order=(SORTS[sort], "id"), shown=SHOWN, **given)
    return {"items": _items(session, found["items"]), "next": found["next"]}


def _of_cycle(year: int) -> list[ColumnElement[bool]]:
    """What stands in the list of a cycle, as conditions that exclude each other and are answered by the lists' indexes.

    A place is deferred to the cycle after its own (domain page), so that ``deferred_to`` need not be read.
    """
    deferred = and_(Table.current_cycle == year - 1, Table.state == State.OFFER_DEFERRED.value)
    return [Table.current_cycle == year, deferred]


FILTERS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "states": lambda values: Table.state.in_(values),
    "course_id": lambda value: Table.course_id == value,
    "site_code": lambda value: Table.site_code == value,
}


def _scope(by: Principal, action: str, provider_code: str | None) -> list[ColumnElement[bool]]:
    """Which applications the principal may read, as conditions that exclude each other: each has an index of its own.

    Raises NotAllowed to who reads none, or none of the provider that is asked for.
    """
    holds = {row.relation for row in policy.PERMISSIONS if row.action == action and by.has(row.role)}
    if not holds & {OWN_COURSE, RATIFIES, AT_SITE, ANY}:
        policy.PERMISSIONS.require(by, action)
    codes = policy.codes(by, "provider")
    if ANY in holds:
        return [Table.provider_code == provider_code if provider_code else true()]
    if provider_code is not None:
        codes = [code for code in codes if code == provider_code]
        if not codes:
            policy.PERMISSIONS.require(by, action)
    clauses = {
        OWN_COURSE: Table.provider_code.in_(codes),
        RATIFIES: Table.accredited_code.in_(codes),
        AT_SITE: _at_sites(policy.codes(by, "school")),
    }
    chosen = [clause for relation, clause in clauses.items() if relation in holds]
    return [and_(clause, *(not_(other) for other in chosen[:n])) for n, clause in enumerate(chosen)]


def _at_sites(urns: Sequence[str]) -> ColumnElement[bool]:
    at = select(models.CourseOption.id).where(models.CourseOption.site_urn.in_(urns))
    return Table.course_option_id.in_(at)


def _items(session: Session, rows: Sequence[models.Application]) -> list[View]:
    """Applications as a list shows them: the names behind their ids by one question each."""
    offered = candidacies.options_of(session, {row.course_option_id for row in rows})
    who = select(models.Candidate).where(models.Candidate.id.in_({row.candidate_id for row in rows}))
    candidates_ = {candidate.id: candidate for candidate in session.scalars(who)}
    return [_item(row, candidates_[row.candidate_id], *offered[row.course_option_id]) for row in rows]


def _item(
    row: models.Application,
    candidate: models.Candidate,
    course: models.Course,
    option: models.CourseOption,
) -> View:
    own = (
        "candidate_id",
        "state",
        "cycle",
        "current_cycle",
        "course_option_id",
        "sent_at",
        "inactive_due_at",
    )
    return {name: getattr(row, name) for name in own} | {
        "application_id": row.id,
        "first_names": candidate.first_names,
        "last_name": candidate.last_name,
        "course_id": course.id,
        "course_code": course.code,
        "course_name": course.name,
        "provider_code": course.provider_code,
        "accredited_code": course.accredited_code,
        "start_month": course.start_month,
        "site_code": option.site_code,
        "site_urn": option.site_urn,
        "study_mode": option.study_mode,
        "is_inactive": row.state == "inactive",
        "changed_at": row.feed_at or row.recorded_at,
    }


def application_changes(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str | None = None,
    since: datetime | None = None,
    after: int | None = None,
    page_number: int | None = None,
    limit: int = 50,
) -> View:
    """Applications that have changed, each once, by the order in which the changes became visible.

    With ``after`` (the ``next`` of the answer before) or ``since`` oldest first, to go on from where one was; with
    ``page_number`` newest first, and how many. ``since`` and ``looked_at`` are the wall clock: a poll with the
    ``looked_at`` of the one before misses nothing.
    """
    scope = _scope(by, "application.feed", provider_code)
    looked_at = feed.number(session)
    begin = after if after is not None else (feed.highest(session, since) if since else 0)
    parts: list[Any] = [
        select(Table.id, Table.feed_position).where(part, Table.feed_position > begin) for part in scope
    ]
    total = None if page_number is None else _count(session, parts)
    ids = _positions(parts, limit, page_number)
    rows = {row.id: row for row in session.scalars(_shown().where(Table.id.in_(select(ids.c.id))))}
    order = sorted(rows.values(), key=lambda row: row.feed_position or 0, reverse=page_number is not None)
    last = max((row.feed_position or 0 for row in order), default=begin)
    return {"items": _items(session, order), "next": last, "looked_at": looked_at, "total": total}


def _shown() -> Select[models.Application]:
    return select(Table).options(load_only(*(getattr(Table, name) for name in SHOWN)))


def _count(session: Session, parts: Sequence[Select[Any]]) -> int:
    """How many there are, read from the indexes alone."""
    counts = [select(func.count()).select_from(part.subquery()).scalar_subquery() for part in parts]
    return int(session.scalar(select(sum(counts[1:], counts[0]))) or 0)


def _positions(parts: Sequence[Select[Any]], limit: int, page_number: int | None) -> Subquery:
    """The ids of a page: oldest first to go on from a position, or newest first by its number."""
    offset = ((page_number or 1) - 1) * limit
    way = Table.feed_position.asc() if page_number is None else Table.feed_position.desc()
    first = [part.order_by(way).limit(offset + limit).subquery() for part in parts]
    merged = union_all(*(select(part) for part in first)).subquery()
    position = merged.c.feed_position
    ordered = select(merged.c.id).order_by(position.asc() if page_number is None else position.desc())
    return ordered.offset(offset).limit(limit).subquery()
