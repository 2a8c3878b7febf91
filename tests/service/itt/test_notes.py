"""Notes on applications: changed and removed by the organisation that wrote them, and by nobody else."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import notes
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal
from tests.service.itt.applications_kit import ready, sent
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    LEAD,
    NOW,
    OTHER_ACCREDITED,
    OTHER_LEAD,
    PARTNER,
    load_schools,
    register_providers,
)

COLLEAGUE = principal(Role.LEAD_SCHOOL, "provider:2LS", id="a-colleague")
MAY, KNOWS, NOT = "may", "knows that it is there", "does not know of it"


@pytest.fixture
def candidate(session: Session) -> Principal:
    register_providers(session)
    load_schools(session)
    return ready(session)


@pytest.fixture
def application_id(session: Session, candidate: Principal) -> UUID:
    return sent(session, candidate)


@pytest.fixture
def note_id(itt: Itt, application_id: UUID) -> str:
    """A note of the lead school."""
    id_ = str(new_id())
    itt.asked(LEAD, "add_note", application_id=application_id, note_id=id_, message="Keen")
    return id_


def _read(itt: Itt, application_id: UUID, by: Principal = LEAD) -> list[Any]:
    return list(itt.asked(by, "get_application", application_id=application_id)["notes"])


def test_a_note_is_changed_by_a_colleague_and_keeps_its_author(
    itt: Itt, session: Session, application_id: UUID, note_id: str
) -> None:
    (before,) = _read(itt, application_id)
    shown = itt.asked(COLLEAGUE, "change_note", note_id=note_id, message=" Very keen ")
    (note,) = shown["notes"]
    assert (note["message"], note["author"], note["organisation"]) == (
        "Very keen",
        "lead-user",
        "provider:2LS",
    )
    assert note["created_at"] == before["created_at"]
    trail = audit_trail(session, f"application/{application_id}")
    assert (trail[-1].action, trail[-1].who) == ("application.change_note", "a-colleague")
    assert trail[-1].changes == {"note_id": note_id}
    assert trail[-1].personal == {"message": ["Keen", "Very keen"]}
    assert itt.asked(COLLEAGUE, "change_note", note_id=note_id, message="Very keen") == shown
    assert len(audit_trail(session, f"application/{application_id}")) == len(trail)


def test_who_repeats_a_note_late_does_not_undo_its_change(
    itt: Itt, session: Session, application_id: UUID, note_id: str
) -> None:
    again = {"application_id": application_id, "note_id": note_id}
    for message in ("Very keen", "Most keen"):
        shown = itt.asked(COLLEAGUE, "change_note", note_id=note_id, message=message)
    count = len(audit_trail(session, f"application/{application_id}"))
    for said in ("Keen", " Most keen "):
        assert itt.asked(LEAD, "add_note", **again, message=said) == shown
    assert len(audit_trail(session, f"application/{application_id}")) == count
    with pytest.raises(Conflict, match="something else in it"):
        itt.asked(LEAD, "add_note", **again, message="Not keen")


def test_a_removed_note_is_read_no_more_and_the_timeline_says_so(
    itt: Itt, session: Session, application_id: UUID, note_id: str
) -> None:
    for _ in range(2):
        assert itt.asked(LEAD, "remove_note", note_id=note_id)["notes"] == []
    assert _read(itt, application_id, ACCREDITED) == []
    items = itt.asked(ACCREDITED, "application_timeline", application_id=application_id)["items"]
    told = [(item["what"], item["details"]) for item in items if item["kind"] == "command"]
    assert told[-2:] == [(f"application.{what}", {"note_id": note_id}) for what in ("note", "remove_note")]
    assert audit_trail(session, f"application/{application_id}")[-1].personal == {"message": ["Keen", None]}
    with pytest.raises(Conflict, match="removed"):
        itt.asked(LEAD, "change_note", note_id=note_id, message="Keen again")


def test_who_polls_sees_that_a_note_has_changed(itt: Itt, application_id: UUID, note_id: str) -> None:
    for method, more in (("change_note", {"message": "Very keen"}), ("remove_note", {})):
        seen = itt.asked(LEAD, "application_changes", after=0)["next"]
        itt.asked(LEAD, method, note_id=note_id, **more)
        (item,) = itt.asked(LEAD, "application_changes", after=seen)["items"]
        assert item["application_id"] == str(application_id)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("change_note", {}),
        ("change_note", {"message": ""}),
        ("change_note", {"message": "  "}),
        ("change_note", {"message": "x" * 501}),
        ("change_note", {"message": "\0"}),
        ("change_note", {"message": "Keen", "note_id": "7"}),
        ("remove_note", {"note_id": "7"}),
        ("remove_note", {"message": "Keen"}),
    ],
)
def test_what_is_no_note_is_refused(
    itt: Itt, application_id: UUID, note_id: str, method: str, given: dict[str, Any]
) -> None:
    """Domain page, "notes": 500 characters."""
    before = _read(itt, application_id)
    with pytest.raises(Invalid):
        itt.asked(LEAD, method, **{"note_id": note_id} | given)
    assert _read(itt, application_id) == before


@pytest.mark.parametrize("method", ["change_note", "remove_note"])
def test_a_note_is_for_the_organisation_that_wrote_it(
    itt: Itt, candidate: Principal, note_id: str, method: str
) -> None:
    expected = {
        candidate: NOT,
        OTHER_LEAD: NOT,
        ACCREDITED: KNOWS,
        OTHER_ACCREDITED: NOT,
        PARTNER: NOT,
        ADMIN: KNOWS,
        principal(Role.NATIONAL_ANALYST): NOT,
        principal(Role.TRAINING_PARTNER, "provider:2LS"): NOT,
        COLLEAGUE: MAY,
    }
    assert {by: _told(itt, by, method, note_id) for by in expected} == expected


@pytest.mark.parametrize("method", ["change_note", "remove_note"])
def test_a_note_of_nobody_known_is_an_operators_to_change(
    itt: Itt, session: Session, candidate: Principal, note_id: str, method: str
) -> None:
    session.get_one(models.ApplicationNote, UUID(note_id)).organisation = None
    session.flush()
    expected = {LEAD: KNOWS, ACCREDITED: KNOWS, candidate: NOT, PARTNER: NOT, ADMIN: MAY}
    assert {by: _told(itt, by, method, note_id) for by in expected} == expected


def test_a_note_of_the_accredited_provider_is_not_the_lead_schools(itt: Itt, application_id: UUID) -> None:
    shown = itt.asked(ACCREDITED, "add_note", application_id=application_id, message="A strong one")
    (note,) = shown["notes"]
    assert note["organisation"] == "provider:2A5"
    with pytest.raises(NotAllowed, match="the organisation that wrote it"):
        itt.asked(LEAD, "remove_note", note_id=note["note_id"])
    assert itt.asked(ACCREDITED, "remove_note", note_id=note["note_id"])["notes"] == []


def test_a_note_that_is_not_there_is_not_found(itt: Itt, candidate: Principal) -> None:
    with pytest.raises(NotFound, match="There is no note"):
        itt.asked(LEAD, "remove_note", note_id=new_id())


def _told(itt: Itt, by: Principal, method: str, note_id: str) -> str:
    given = {"message": "Very keen"} if method == "change_note" else {}
    try:
        itt.asked(by, method, note_id=note_id, **given)
    except NotFound:
        return NOT
    except NotAllowed:
        return KNOWS
    return MAY


def test_who_changes_and_who_removes_at_once_leave_what_the_audit_says(kept: Kept) -> None:
    application_id = kept(lambda session: sent(session, ready(session)))
    id_ = new_id()
    asked: dict[str, Any] = {"now": NOW, "by": LEAD, "note_id": id_}
    kept(partial(notes.add_note, application_id=application_id, message="0", **asked))
    work = [partial(notes.change_note, message=str(n), **asked) for n in range(1, 8)]
    work.insert(4, partial(notes.remove_note, **asked))
    list(GreenPool(8).imap(partial(_tried, kept), work))
    row = kept(partial(_left, note_id=id_))
    trail = kept(lambda session: audit_trail(session, f"application/{application_id}"))
    said = [each.personal["message"] for each in trail if each.personal and "message" in each.personal]
    assert [was for was, _ in said] == ["0", *(became for _, became in said[:-1])]
    assert (said[-1], row) == ([said[-1][0], None], (said[-1][0], True))


def _tried(kept: Kept, work: Any) -> None:
    try:
        kept(work)
    except Conflict as error:
        assert "was removed" in error.message


def _left(session: Session, note_id: UUID) -> tuple[str, bool]:
    row = session.get_one(models.ApplicationNote, note_id)
    return row.message, row.removed_at is not None
