"""A provider has one application at a time, however many are begun at the same moment."""

from typing import Any
from uuid import UUID

from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import accreditation
from services.itt.handlers import accreditation_panel as panel
from shared.errors import Conflict
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import ADMIN, LEAD, NOW

SECTIONS = {
    "case": "Why",
    "ofsted_grade": "good",
    "partners": [{"urn": "990101", "agreed_on": NOW.date()}, {"urn": "990102", "agreed_on": NOW.date()}],
    "capacity": "Six tutors",
}


def test_two_applications_begun_at_once_are_one(kept: Kept) -> None:
    def begin(_: int) -> str:
        try:
            kept(lambda session: accreditation.begin_accreditation(session, NOW, LEAD, provider_code="2LS"))
        except Conflict:
            return "refused"
        return "begun"

    assert sorted(GreenPool(8).imap(begin, range(8))) == ["begun"] + ["refused"] * 7


def test_votes_that_are_cast_at_once_all_count(kept: Kept) -> None:
    members = [principal(Role.PANEL_MEMBER, id=str(new_id())) for _ in range(6)]
    id_ = kept(lambda session: _convened(session, members))

    def vote(by: Principal) -> None:
        given = {"accreditation_id": id_, "vote": "accredited", "score": 4}
        kept(lambda s: panel.declare_interests(s, NOW, by, accreditation_id=id_, conflict=False))
        kept(lambda session: panel.vote_on_accreditation(session, NOW, by, **given))

    list(GreenPool(6).imap(vote, members))
    votes = kept(lambda s: [row.vote for row in s.query(models.AccreditationMember)])
    assert votes == ["accredited"] * 6


def _convened(session: Session, members: list[Principal]) -> UUID:
    made = accreditation.begin_accreditation(session, NOW, LEAD, provider_code="2LS")
    id_: UUID = made["accreditation_id"]
    accreditation.save_accreditation(session, NOW, LEAD, accreditation_id=id_, sections=SECTIONS)
    accreditation.submit_accreditation(session, NOW, LEAD, accreditation_id=id_)
    name: dict[str, Any] = {"first_names": "A", "last_name": "B", "email": None, "organisations": []}
    asked = [{"person_id": UUID(by.id), **name} for by in members]
    chair, day = UUID(members[0].id), NOW.date()
    panel.convene_panel(
        session, NOW, ADMIN, accreditation_id=id_, meets_on=day, chair_id=chair, members=asked
    )
    return id_
