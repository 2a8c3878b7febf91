"""The calls and deadlines of recruited candidates who become trainees."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt.handlers import keeping_up, matches, missing_drafts, offered_corrections
from services.itt.schemas import reading
from services.itt.schemas import recruits as schemas
from shared.rpc import Call, rpc
from shared.timers import timer


class RecruitsCalls:
    """What callers may ask about recruited candidates who become trainees."""

    # --- corrections that applications offer

    @rpc(schemas.ListCorrections, schemas.CorrectionPage, idempotent=True)
    def list_offered_corrections(self, call: Call, **arguments: Any) -> Any:
        """What forms and courses say otherwise than the trainees' records."""
        return offered_corrections.list_corrections(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Corrections, schemas.Decided)
    def accept_corrections(self, call: Call, **arguments: Any) -> Any:
        """Take corrections over into a trainee's record."""
        return offered_corrections.accept_corrections(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.DismissCorrections, schemas.Decided)
    def dismiss_corrections(self, call: Call, **arguments: Any) -> Any:
        """Leave a trainee's record as it is, with the reason."""
        return offered_corrections.dismiss_corrections(call.session, call.now, call.principal, **arguments)

    # --- drafts

    @rpc(schemas.SettleMatch, reading.Trainee)
    def settle_match(self, call: Call, **arguments: Any) -> Any:
        """Say whether a draft and a trainee who looks alike are the same one."""
        return matches.settle_match(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.DraftMissing, schemas.Drafted)
    def draft_missing_trainees(self, call: Call, **arguments: Any) -> Any:
        """Make the drafts of applications that were recruited before drafts were made."""
        return missing_drafts.draft_missing(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("offer_corrections")
    def offer_corrections(self, session: Session, now: datetime, subject: str) -> None:
        """A course says something else: its trainees are compared with it."""
        keeping_up.offer_corrections(session, now, subject)
