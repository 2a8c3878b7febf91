"""An id that a caller gives means one thing: said again it changes nothing, of anything else it is refused."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.errors import Conflict
from shared.ids import new_id
from shared.policy import Principal
from tests.service.itt import accreditation_kit, applications_kit, kit
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import FULL, LEAD, OTHER_LEAD, load_schools, register_providers

View = dict[str, Any]
REFEREE: View = {
    "name": "Siobhan O'Neill",
    "email": "siobhan@example.org",
    "relationship": "Head",
    "referee_type": "academic",
}
INTERVIEW: View = {"provider_code": "2LS", "at": "2026-12-24T10:00:00+00:00", "location": "Room 1"}


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)


@pytest.fixture
def two(session: Session) -> list[tuple[Principal, str]]:
    """Two candidates, each with an application that was sent."""
    found = []
    for name in ("Amina Okafor", "Bea O'Neill"):
        by = applications_kit.ready(session, name)
        found.append((by, str(applications_kit.sent(session, by))))
    return found


def refused(itt: Itt, by: Principal, method: str, **given: Any) -> None:
    with pytest.raises(Conflict):
        itt.asked(by, method, **given)


def test_a_note(itt: Itt, two: list[tuple[Principal, str]]) -> None:
    given = {"note_id": str(new_id()), "message": "Keen"}
    for _ in range(2):
        shown = itt.asked(LEAD, "add_note", application_id=two[0][1], **given)
    assert [note["message"] for note in shown["notes"]] == ["Keen"]
    refused(itt, LEAD, "add_note", application_id=two[1][1], **given)
    refused(itt, LEAD, "add_note", application_id=two[0][1], **given | {"message": "Not so keen"})
    itt.asked(LEAD, "remove_note", note_id=given["note_id"])
    refused(itt, LEAD, "add_note", application_id=two[0][1], **given)


def test_an_interview(itt: Itt, two: list[tuple[Principal, str]]) -> None:
    given = INTERVIEW | {"interview_id": str(new_id())}
    for _ in range(2):
        shown = itt.asked(LEAD, "arrange_interview", application_id=two[0][1], **given)
    assert len(shown["interviews"]) == 1
    refused(itt, LEAD, "arrange_interview", application_id=two[1][1], **given)


def test_a_choice(itt: Itt, session: Session, two: list[tuple[Principal, str]]) -> None:
    option = applications_kit.a_course(session)
    (one, _), (other, sent) = two
    refused(itt, one, "choose_course", course_option_id=option, application_id=sent)
    refused(itt, other, "choose_course", course_option_id=option, application_id=sent)


def test_a_reference(itt: Itt, two: list[tuple[Principal, str]]) -> None:
    """The id that a candidate gives is their own: with another candidate it means another reference."""
    given = REFEREE | {"reference_id": str(new_id())}
    for _ in range(2):
        shown = itt.asked(two[0][0], "add_reference", **given)
    others = itt.asked(two[1][0], "add_reference", **given)
    (mine,) = [each["reference_id"] for each in shown["references"] if each["email"] == REFEREE["email"]]
    assert mine not in [each["reference_id"] for each in others["references"]]


def test_an_observation(itt: Itt, session: Session) -> None:
    id_ = str(kit.with_trn(session))
    given = {"observed_on": "2026-11-20", "school_urn": "123456", "observer": "Y. Brontë", "notes": "Calm."}
    given |= {"trainee_id": id_, "observation_id": str(new_id())}
    for _ in range(2):
        shown = itt.asked(kit.PROVIDER, "record_observation", **given)
    assert len(shown["observations"]) == 1
    refused(itt, kit.PROVIDER, "record_observation", **given | {"notes": "Loud."})


def test_an_application_for_accreditation(itt: Itt) -> None:
    id_ = accreditation_kit.begun(itt)
    refused(itt, OTHER_LEAD, "begin_accreditation", provider_code="3LS", accreditation_id=id_)


def test_a_course(itt: Itt) -> None:
    given = {"cycle": 2027, "course_id": str(new_id())}
    for _ in range(2):
        itt.asked(LEAD, "create_course", provider_code="2LS", content=FULL, **given)
    refused(itt, OTHER_LEAD, "create_course", provider_code="3LS", content=FULL, **given)
