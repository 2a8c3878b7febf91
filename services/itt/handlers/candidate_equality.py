"""Equality data of candidates: written and read by themselves, and for the statutory return of who recruited them.

Nothing else writes its table, and ``recruit_records`` alone reads it beside: for the record of who is recruited.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.applications import State
from services.itt.domain.codes import labels
from services.itt.handlers import candidacies, candidates, keeping_up
from shared.audit import audit
from shared.database.equality import equality_role
from shared.errors import Conflict, Invalid
from shared.policy import Principal

View = dict[str, Any]
NAMES = ("sex", "ethnicity", "disabilities", "other_ethnicity_details", "other_disability_details")


def save_equality(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    sex: str | None = None,
    ethnicity: str | None = None,
    disabilities: Sequence[str] = (),
    other_ethnicity_details: str | None = None,
    other_disability_details: str | None = None,
) -> View:
    """Say, change or take back one's own equality data; none of it is needed to apply. Raises Invalid by field."""
    candidate = candidates.own(session, by, "candidate.equality", lock=True)
    for name, given in (("sex", [sex]), ("ethnicity", [ethnicity]), ("disability", list(disabilities))):
        unknown = [code for code in given if code is not None and code not in labels(name)]
        if unknown:
            field = "disabilities" if name == "disability" else name
            raise Invalid.field(field, f"{', '.join(unknown)}: no code of the {name} list")
    with equality_role(session):
        row = of(session, candidate.id)
        row.sex, row.ethnicity, row.disabilities = sex, ethnicity, list(disabilities)
        row.other_ethnicity_details = other_ethnicity_details
        row.other_disability_details = other_disability_details
    audit(session, by, now, action="candidate.save_equality", subject=candidates.subject(candidate.id))
    keeping_up.of_candidate(session, now, by, candidate, equality=True)
    return _view(row)


def of(session: Session, candidate_id: UUID) -> models.CandidateEquality:
    """The row of a candidate, made when there is none; within ``equality_role``."""
    row = session.get(models.CandidateEquality, candidate_id)
    if row is None:
        row = models.CandidateEquality(candidate_id=candidate_id, disabilities=[])
        session.add(row)
    return row


def candidate_equality(session: Session, now: datetime, by: Principal) -> View:
    """One's own equality data; reading it is audited."""
    candidate = candidates.own(session, by, "candidate.equality")
    audit(session, by, now, action="candidate.equality", subject=candidates.subject(candidate.id))
    return _view(_known(session, candidate.id))


def application_equality(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """For the statutory return of the accredited provider who has recruited the candidate, and nobody before; audited.

    Raises NotFound, NotAllowed, Conflict before the candidate is recruited.
    """
    held = candidacies.locked(session, by, "application.equality", application_id)
    if held.mine.state is not State.RECRUITED:
        raise Conflict("Equality data is for the return about people who are recruited")
    audit(session, by, now, action="application.equality", subject=candidacies.subject(application_id))
    return _view(_known(session, held.candidate.id))


def _known(session: Session, candidate_id: UUID) -> models.CandidateEquality | None:
    with equality_role(session):
        return session.get(models.CandidateEquality, candidate_id)


def _view(row: models.CandidateEquality | None) -> View:
    if row is None:
        return dict.fromkeys(NAMES) | {"disabilities": []}
    return {name: getattr(row, name) for name in NAMES}
