"""Applications for accreditation and the panel on them, for tests of the handlers."""

from typing import Any

from sqlalchemy.orm import Session

from services.itt import models
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ANALYST, LEAD

View = dict[str, Any]
MEMBERS = [principal(Role.PANEL_MEMBER, id=str(new_id())) for _ in range(4)]
CHAIR, SECOND, THIRD, FOURTH = MEMBERS
SECTIONS: View = {
    "case": "We're the only provider of the valley; ünïcode too.",
    "ofsted_grade": "good",
    "partners": [
        {"urn": "990101", "agreed_on": "2026-09-01"},
        {"urn": "990102", "agreed_on": "2026-10-01"},
    ],
    "capacity": "Six tutors, forty places.",
}


def a_member(by: Principal, **more: Any) -> View:
    name = {"first_names": "Siobhan", "last_name": "O'Neill", "email": "siobhan@example.org"}
    return {"person_id": by.id, **name, "organisations": ["provider:1TZ"], **more}


def begun(itt: Itt, by: Principal = LEAD, **more: Any) -> str:
    made = itt.asked(by, "begin_accreditation", **({"provider_code": "2LS"} | more))
    return str(made["accreditation_id"])


def sent(itt: Itt) -> str:
    id_ = begun(itt)
    itt.asked(LEAD, "save_accreditation", accreditation_id=id_, sections=SECTIONS)
    itt.asked(LEAD, "submit_accreditation", accreditation_id=id_)
    return id_


def convened(itt: Itt, id_: str | None = None, **more: Any) -> str:
    id_ = id_ or sent(itt)
    members = [a_member(by) for by in MEMBERS[:3]]
    given = {"meets_on": "2026-11-23", "chair_id": CHAIR.id, "members": members} | more
    itt.asked(ANALYST, "convene_panel", accreditation_id=id_, **given)
    return id_


def voted(itt: Itt, *votes: str) -> str:
    id_ = convened(itt)
    for by, vote in zip(MEMBERS, votes or ["accredited"] * 3, strict=False):
        itt.asked(by, "declare_interests", accreditation_id=id_, conflict=False)
        itt.asked(by, "vote_on_accreditation", accreditation_id=id_, vote=vote, score=4, comment="Seen")
    return id_


def decided(itt: Itt, id_: str, **more: Any) -> View:
    given = {"outcome": "accredited", "reasons": "A strong case.", "accredited_from": "2026-11-23"} | more
    answer: View = itt.asked(CHAIR, "decide_accreditation", accreditation_id=id_, **given)
    return answer


def refused(itt: Itt, id_: str) -> View:
    more = {"accredited_from": None, "feedback": "Find tutors."}
    return decided(itt, id_, outcome="refused", **more)


def kind(session: Session, code: str = "2LS") -> str:
    return session.get_one(models.Provider, code, populate_existing=True).kind
