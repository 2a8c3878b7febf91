"""What goes with an application: references, suspected duplicates, the timeline, equality data in its own place."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from services.itt import models
from shared.config import PROJECT_ROOT
from shared.errors import Conflict, NotAllowed, NotFound
from shared.events.applications import (
    DuplicateSuspected,
    OfferAccepted,
    Recruited,
    ReferenceProvided,
    ReferenceRequested,
)
from shared.events.itt import TraineeRegistered
from shared.policy import Principal, Role
from shared.testing import kit as testing
from tests.service.itt.applications_kit import (
    accepted,
    offered,
    ready,
    sent,
)
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ADMIN,
    LEAD,
    NOW,
    load_schools,
    published,
    register_providers,
)
from tests.service.itt.kit import due

WHY = {"reasons": ["other"], "text": "Moving away"}
IN_A_WEEK = NOW + timedelta(days=7)
MANY_FACTS = """
INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, created_at)
SELECT n, gen_random_uuid(), 'thing.done.v1', 'thing/' || n % 500, n, '{}', '{}', now()
FROM generate_series(1, 5000) AS n
"""


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _facts(session: Session) -> list[str]:
    return [event.TYPE.removeprefix("itt.").removesuffix(".v1") for event in testing.published(session)]


def _candidate(session: Session, by: Principal) -> models.Candidate:
    session.flush()
    return session.query(models.Candidate).filter_by(person_id=UUID(by.id)).populate_existing().one()


def _referee(reference_id: str) -> Principal:
    return testing.principal(Role.REFEREE, id=reference_id)


def test_referees_are_asked_after_acceptance_and_hidden_from_the_provider_until_then(
    itt: Itt, session: Session
) -> None:
    """Domain page, "references": asked for after acceptance; hidden from the provider until then."""
    by = ready(session)
    application_id = offered(session, by, "Swim")
    assert itt.asked(LEAD, "get_application", application_id=application_id)["references"] == []
    itt.asked(by, "accept_offer", application_id=application_id)
    asked = [f for f in testing.published(session) if isinstance(f, ReferenceRequested)]
    assert [f.about.last_name for f in asked if f.about] == ["Okafor", "Okafor"]
    shown = itt.asked(LEAD, "get_application", application_id=application_id)["references"]
    assert [r["state"] for r in shown] == ["requested", "requested"]
    referee = _referee(shown[0]["reference_id"])
    given = {"feedback": "Committed", "safeguarding_concerns": False, "confidential": True}
    itt.asked(referee, "give_reference", reference_id=shown[0]["reference_id"], **given)
    (first, _) = itt.asked(LEAD, "get_application", application_id=application_id)["references"]
    assert (first["state"], first["feedback"]) == ("provided", "Committed")
    (provided,) = [f for f in testing.published(session) if isinstance(f, ReferenceProvided)]
    assert provided.provider_codes == ("2A5", "2LS"), "who waits for it"
    assert "Committed" not in str(itt.asked(by, "get_form"))
    with pytest.raises(NotFound):
        itt.asked(referee, "give_reference", reference_id=shown[1]["reference_id"], **given)


def test_a_referee_is_reminded_and_no_more_once_the_reference_has_come(itt: Itt, session: Session) -> None:
    by = ready(session)
    accepted(session, by)
    waiting = due(session, "reference_chase")
    assert set(waiting.values()) == {IN_A_WEEK}
    one, two = sorted(waiting)
    for _ in range(2):
        itt.fires("reference_chase", one, IN_A_WEEK)
    assert _facts(session).count("reference.chaser_due") == 1
    assert due(session, "reference_chase")[one] == NOW + timedelta(days=14)
    id_ = two.removeprefix("reference/")
    itt.asked(_referee(id_), "refuse_reference", reference_id=id_)
    assert list(due(session, "reference_chase")) == [one]


def test_requests_are_cancelled_with_the_withdrawal_and_made_again_with_another_offer(
    itt: Itt, session: Session
) -> None:
    by = ready(session)
    itt.asked(by, "withdraw_application", application_id=accepted(session, by), **WHY)
    states = [r["state"] for r in itt.asked(by, "get_form")["references"]]
    assert (states, due(session, "reference_chase")) == (["cancelled", "cancelled"], {})
    accepted(session, by)
    assert [r["state"] for r in itt.asked(by, "get_form")["references"]] == ["requested", "requested"]


def test_a_referee_who_is_named_after_acceptance_is_asked_at_once(itt: Itt, session: Session) -> None:
    by = ready(session)
    accepted(session, by)
    form = itt.asked(
        by,
        "add_reference",
        name="Third",
        email="third@example.com",
        relationship="Tutor",
        referee_type="academic",
    )
    assert [r["state"] for r in form["references"]] == ["requested"] * 3


# --- duplicates and the timeline


def test_candidates_who_may_be_one_person_are_for_a_person_to_decide(itt: Itt, session: Session) -> None:
    """Domain page, "duplicates": same last name, date of birth and postcode in a cycle."""
    one, two = ready(session), ready(session)
    contact = {"phone_number": "1", "address_line1": "1 High Street", "postcode": "NE1 4LP", "country": "GB"}
    for by in (one, two):
        itt.asked(by, "save_section", section="contact", content=contact, completed=True)
        sent(session, by)
        sent(session, by)
    (suspected,) = [f for f in testing.published(session) if isinstance(f, DuplicateSuspected)]
    assert suspected.provider_codes == ("2A5", "2LS")
    (found,) = itt.asked(ADMIN, "list_duplicates")["items"]
    assert {c["person_id"] for c in found["candidates"]} == {one.id, two.id}
    with pytest.raises(NotAllowed):
        itt.asked(LEAD, "list_duplicates")
    given = {"duplicate_id": found["duplicate_id"], "why": "Twins"}
    itt.asked(ADMIN, "decide_duplicate", decision="different_people", **given)
    itt.asked(ADMIN, "decide_duplicate", decision="different_people", **given)
    with pytest.raises(Conflict):
        itt.asked(ADMIN, "decide_duplicate", decision="same_person", **given)
    assert itt.asked(ADMIN, "list_duplicates")["items"] == []
    assert _facts(session).count("candidate.duplicate_suspected") == 1
    assert _facts(session)[-1] == "candidate.duplicate_decided"


def test_a_candidate_who_moves_after_sending_may_be_a_duplicate_too(itt: Itt, session: Session) -> None:
    one, two = ready(session), ready(session)
    contact = {"phone_number": "1", "address_line1": "1 High Street", "postcode": "NE1 4LP", "country": "GB"}
    given: dict[str, Any] = {"section": "contact", "content": contact, "completed": True}
    for by in (one, two):
        itt.asked(by, "save_section", **given | {"content": contact | {"postcode": f"NE1 {by.id[-12:]}"}})
        sent(session, by)
    assert itt.asked(ADMIN, "list_duplicates")["items"] == []
    for by in (one, two):
        itt.asked(by, "save_section", **given)
    assert len(itt.asked(ADMIN, "list_duplicates")["items"]) == 1


def test_the_timeline_tells_a_candidate_facts_and_a_provider_who_did_what(itt: Itt, session: Session) -> None:
    by = ready(session)
    application_id = accepted(session, by)
    itt.asked(LEAD, "add_note", application_id=application_id, message="Keen")
    session.commit()
    mine = itt.asked(by, "application_timeline", application_id=application_id)["items"]
    assert [item["what"].removeprefix("itt.application.") for item in mine] == [
        "chosen.v1",
        "sent.v1",
        "offered.v1",
        "accepted.v1",
        "recruited.v1",
    ]
    assert {(item["kind"], item["who"]) for item in mine} == {("fact", None)}
    theirs = itt.asked(LEAD, "application_timeline", application_id=application_id)["items"]
    assert {"application.offer", "application.note"} <= {item["what"] for item in theirs}
    assert "Okafor" not in str(theirs)


def test_a_timeline_reads_the_facts_of_its_application_alone(itt: Itt, session: Session) -> None:
    by = ready(session)
    application_id = accepted(session, by)
    session.execute(text(MANY_FACTS))
    session.execute(text("ANALYZE event_log"))
    asked: list[tuple[str, Any]] = []
    listen = lambda *told: asked.append((told[2], told[3]))
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    itt.asked(by, "application_timeline", application_id=application_id)
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    ((statement, parameters),) = [each for each in asked if "FROM event_log" in each[0]]
    plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
    assert "ix_event_log_subject" in "\n".join(line for (line,) in plan)


def test_the_facts_of_an_acceptance_come_in_the_order_in_which_things_happened(
    itt: Itt, session: Session
) -> None:
    by = ready(session)
    application_id = accepted(session, by, option_id=UUID(str(published(session)["sites"][0]["option_id"])))
    kinds = [type(f) for f in testing.published(session) if getattr(f, "application_id", 0) == application_id]
    assert kinds[-3:] == [OfferAccepted, Recruited, TraineeRegistered]


def test_equality_data_is_written_in_one_place_and_read_there_for_the_return_and_in_numbers_alone() -> None:
    folder = PROJECT_ROOT / "services" / "itt"
    knows = {file.stem for file in folder.rglob("*.py") if "CandidateEquality" in file.read_text()}
    returned = "recruit_records"  # the statutory return is made of trainees' records, which begin with it
    in_numbers = "report_equality"
    assert knows == {"__init__", "applications", "candidate_equality", returned, in_numbers}
