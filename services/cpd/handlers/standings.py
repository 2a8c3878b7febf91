"""What lies beside the periods: exemptions, and a failure in Wales."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.cpd.domain.facts import Standing
from services.cpd.domain.policy import PERMISSIONS
from services.cpd.domain.record import InductionRecord
from services.cpd.handlers.proposals import propose_if_possible
from services.cpd.handlers.reactions import drop_proposal
from services.cpd.handlers.records import locked_record
from shared.audit import audit
from shared.calendar import london_day
from shared.errors import Conflict, Invalid
from shared.events.cpd import ExemptionEnded, InductionExempted
from shared.messaging import publish
from shared.policy import ANY, Principal


def exempt(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, exempt_from: date, why: str
) -> InductionRecord:
    """Exempt somebody from a day on; a proposal falls away. The same again changes nothing. Raises Conflict."""
    PERMISSIONS.require(by, "induction.exempt", {ANY})
    record = locked_record(session, person_id)
    standing = record.standing
    if standing.exempt_from == exempt_from and standing.exempt_until is None:
        return record
    if standing.is_exempt(exempt_from):
        raise Conflict(f"exempt since {standing.exempt_from}")
    standing.exempt_from, standing.exempt_until = exempt_from, None
    _note(session, by, now, standing, "induction.exempt", why)
    drop_proposal(session, record, "exempted", now)
    publish(
        session, InductionExempted(occurred_at=now, person_id=standing.person_id, exempt_from=exempt_from)
    )
    return record


def end_exemption(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, ended_on: date, why: str
) -> InductionRecord:
    """From that day the exemption does not hold; what it covered is shown again. Raises Invalid, Conflict."""
    PERMISSIONS.require(by, "induction.exempt", {ANY})
    record = locked_record(session, person_id)
    standing = record.standing
    if standing.exempt_until == ended_on:
        return record
    if standing.exempt_from is None or standing.exempt_until is not None:
        raise Conflict("there is no exemption to end")
    if ended_on <= standing.exempt_from:
        raise Invalid.field("ended_on", f"after {standing.exempt_from}, when it began")
    standing.exempt_until = ended_on
    _note(session, by, now, standing, "induction.end_exemption", why)
    status = record.status(max(ended_on, london_day(now)))
    publish(
        session,
        ExemptionEnded(occurred_at=now, person_id=standing.person_id, ended_on=ended_on, status=status),
    )
    propose_if_possible(session, person_id, now)
    return record


def record_failure_in_wales(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, failed_on: date, why: str
) -> InductionRecord:
    """Note what the Welsh register says."""
    PERMISSIONS.require(by, "induction.record_failure_in_wales", {ANY})
    record = locked_record(session, person_id)
    record.standing.failed_in_wales_on = failed_on
    _note(session, by, now, record.standing, "induction.record_failure_in_wales", why)
    return record


def _note(session: Session, by: Principal, now: datetime, standing: Standing, action: str, why: str) -> None:
    audit(session, by, now, action=action, subject=f"induction/{standing.person_id}", why=why)
