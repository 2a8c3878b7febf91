"""The teacher register behind a port: who has which teacher reference number (TRN)."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt.domain.trn_requests import Applicant, Problem
from services.itt.models import REGISTER_TRN, RegisterEntry
from shared.errors import Conflict
from shared.timers import Away


class TeacherRegister(Protocol):
    """Gives a person's TRN: always the same to one person, never the same to two. None: not decided yet."""

    def request(self, person_ids: Collection[UUID], now: datetime) -> str | None: ...


class OutsideRegister(Protocol):
    """A register that is asked outside any transaction, by an id under which it always gives the same answer."""

    def ask(self, request_id: UUID, applicant: Applicant, *, known: bool) -> str | None:
        """The TRN; None while it is pending. Raises RegisterAway, RegisterProblem."""
        ...


class RegisterAway(Away):
    """The register cannot be asked now; ``for_long``: another attempt in a moment is no use."""

    def __init__(self, reason: str, after_s: float = 0.0, *, for_long: bool = False) -> None:
        super().__init__(reason, after_s)
        self.for_long = for_long


class RegisterProblem(Exception):
    """The register has answered, with what somebody has to look at."""

    def __init__(self, problem: Problem, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem


class EmbeddedRegister:
    """A register of our own, a table beside the trainees, for everybody who is not connected to the national one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def request(self, person_ids: Collection[UUID], now: datetime) -> str | None:
        """The TRN of the person with these ids (all mean the same person), issued when there is none."""
        return self.known(person_ids) or self._issue(min(person_ids), now)

    def note(self, trn: str, person_ids: Collection[UUID], now: datetime) -> None:
        """A number that came from elsewhere is never issued again. Raises Conflict when it is another person's."""
        person_id = min(person_ids)
        if self._add(trn, person_id, now):
            return
        owner = self._session.scalar(select(RegisterEntry.person_id).where(RegisterEntry.trn == trn))
        if owner is None:  # the person had another number
            mine = update(RegisterEntry).where(RegisterEntry.person_id == person_id)
            self._session.execute(mine.values(trn=trn, issued_at=now))
        elif owner not in person_ids:
            raise Conflict(f"The TRN {trn} belongs to somebody else", trn=trn)

    def known(self, person_ids: Collection[UUID]) -> str | None:
        """The person's number, if one was issued or noted."""
        entry = select(RegisterEntry.trn).where(RegisterEntry.person_id.in_(person_ids))
        return self._session.scalar(entry.order_by(RegisterEntry.issued_at, RegisterEntry.trn).limit(1))

    def _issue(self, person_id: UUID, now: datetime) -> str:
        while True:
            trn = str(self._session.execute(REGISTER_TRN.next_value().select()).scalar_one())
            if self._add(trn, person_id, now):
                return trn

    def _add(self, trn: str, person_id: UUID, now: datetime) -> bool:
        row = insert(RegisterEntry).values(trn=trn, person_id=person_id, issued_at=now)
        added = self._session.execute(row.on_conflict_do_nothing().returning(RegisterEntry.trn))
        return added.one_or_none() is not None
