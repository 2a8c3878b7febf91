"""Which rows a report counts for whom, and the regions that it counts by: those of the provider, else of its school."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.policy.courses import OWN_COURSE, RATIFIES
from services.itt.domain.policy.reports import (
    OWN_REGION,
    regions,
    relations_somewhere,
    report_relations,
)
from services.itt.domain.policy.trainees import OWN_PROVIDER
from shared.errors import Invalid
from shared.policy import ANY, Principal

Runs, Seat = aliased(models.Provider), aliased(models.School)
EVERYWHERE = frozenset({ANY})
REGION: ColumnElement[Any] = func.coalesce(Runs.region, Seat.region)


def located(statement: Select[Any], provider_code: Any) -> Select[Any]:
    """The statement with the provider of that column, and where it is: then ``REGION`` may stand in it."""
    known = statement.outerjoin(Runs, Runs.code == provider_code)
    return known.outerjoin(Seat, Seat.urn == Runs.urn)


def region_of(session: Session, provider_code: str) -> str | None:
    """The region of a provider, if it is known."""
    found: str | None = session.scalar(
        select(REGION)
        .select_from(Runs)
        .outerjoin(Seat, Seat.urn == Runs.urn)
        .where(Runs.code == provider_code)
    )
    return found


def scope(
    session: Session,
    by: Principal,
    action: str,
    provider_code: str | None,
    *,
    runs: Any,
    ratifies: Any = None,
) -> ColumnElement[bool]:
    """What the principal may have counted, of a statement that is ``located``; ``runs`` and ``ratifies`` are the
    columns with the codes of the provider and of who ratifies.

    Raises NotAllowed to who reads no such report, or none of the provider that is asked for, Invalid for a provider
    that is not registered.
    """
    codes = policy.codes(by, "provider")
    relations = relations_somewhere(by)
    if provider_code is not None:
        relations = relations_to(session, by, provider_code)
    policy.PERMISSIONS.require(by, action, relations)
    if provider_code is not None:
        _check_known(session, provider_code)
    ratified = false() if ratifies is None else ratifies.in_(codes)
    clauses: dict[str, ColumnElement[bool]] = {
        ANY: true(),
        OWN_COURSE: runs.in_(codes),
        OWN_PROVIDER: runs.in_(codes),
        RATIFIES: ratified,
        OWN_REGION: REGION.in_(regions(by)),
    }
    holds = {row.relation for row in policy.PERMISSIONS if row.action == action and by.has(row.role)}
    within = or_(false(), *(clause for relation, clause in clauses.items() if relation in holds))
    return within & _of(provider_code, runs, ratifies)


def _check_known(session: Session, provider_code: str) -> None:
    """Raises Invalid for the code of a provider of which nothing could be reported: who they are is public."""
    trains = exists().where(models.Trainee.provider_code == provider_code)
    if session.get(models.Provider, provider_code) is None and not session.scalar(select(trains)):
        raise Invalid.field(
            "provider_code", f"{provider_code} is no provider that is registered here; check the code"
        )


def _of(provider_code: str | None, runs: Any, ratifies: Any) -> ColumnElement[bool]:
    """What a provider runs or ratifies."""
    if provider_code is None:
        return true()
    own: ColumnElement[bool] = runs == provider_code
    return own if ratifies is None else own | (ratifies == provider_code)


def relations_to(session: Session, by: Principal, provider_code: str) -> set[str]:
    """How the principal stands to what is reported of a provider."""
    course, codes = models.Course, policy.codes(by, "provider")
    theirs = exists().where(course.provider_code == provider_code, course.accredited_code.in_(codes))
    ratifies = bool(codes) and bool(session.scalar(select(theirs)))
    region = region_of(session, provider_code) if regions(by) else None
    return report_relations(by, provider_code, region, ratifies=ratifies)


def equality_scope(
    session: Session,
    by: Principal,
    whole: str,
    own: str,
    provider_code: str | None,
    *,
    runs: Any,
    ratifies: Any = None,
) -> tuple[ColumnElement[bool], Collection[str]]:
    """Whose equality data is counted, and of which regions it is shown: ``EVERYWHERE``, or none in a provider's own
    table. What a region's analyst sees is counted with everybody's, so that it is hidden where the whole hides it, and
    no two tables give away what one leaves out. ``whole`` and ``own`` are the actions: an analyst never asks for one
    provider, a provider for no other.

    Raises NotAllowed, Invalid when a provider with several codes names none, or an analyst one that is not registered.
    """
    of_all = by.has(*(row.role for row in policy.PERMISSIONS if row.action == whole))
    if of_all and provider_code is not None:
        _check_known(session, provider_code)
    elif of_all:
        policy.PERMISSIONS.require(by, whole, relations_somewhere(by))
        everything = policy.PERMISSIONS.allows(by, whole)
        return true(), (EVERYWHERE if everything else regions(by))
    codes = policy.codes(by, "provider")
    if provider_code is None and len(codes) > 1:
        raise Invalid.field("provider_code", f"is missing; name one of {', '.join(sorted(codes))}")
    code = provider_code or next(iter(codes), "")
    policy.PERMISSIONS.require(by, own, report_relations(by, code, None, ratifies=False))
    return _of(code, runs, ratifies), ()
