"""Corrections: an administrator's, with a reason that the audit keeps."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.audit import audit_trail
from shared.database.tables import AUDIT
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.itt import (
    AwardUndone,
    CourseCorrected,
    RecommendationUndone,
    TraineeDiscarded,
    TraineeMoved,
    WithdrawalUndone,
)
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    TODAY,
    awarded,
    due,
    last,
    nth,
    recommended,
    register,
    types,
    with_trn,
)
from tests.service.itt.test_outcomes import WITHDRAWAL

LATER = {"itt_start_date": "2027-01-11", "itt_end_date": "2028-01-10"}


@pytest.mark.parametrize("deferred", [False, True])
def test_an_undone_withdrawal_goes_back_to_the_state_that_the_audit_knows(
    itt: Itt, session: Session, deferred: bool
) -> None:
    trainee_id = with_trn(session)
    if deferred:
        itt.asked(PROVIDER, "defer", trainee_id=trainee_id, reason="Illness")
    itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **WITHDRAWAL)
    back = itt.asked(ADMIN, "undo_withdrawal", trainee_id=trainee_id, reason="Wrong person")
    assert back["state"] == ("deferred" if deferred else "trn_received")
    assert back["withdrawn_on"] is None
    assert isinstance(last(session), WithdrawalUndone)
    assert audit_trail(session, f"trainee/{trainee_id}")[-1].why == "Wrong person"


def test_only_a_withdrawal_is_undone(itt: Itt, session: Session) -> None:
    with pytest.raises(Conflict, match="Only a withdrawal"):
        itt.asked(ADMIN, "undo_withdrawal", trainee_id=with_trn(session), reason="x")


def test_a_withdrawal_that_the_audit_does_not_know_is_not_undone(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **WITHDRAWAL)
    session.execute(AUDIT.delete())
    with pytest.raises(Conflict, match="does not say"):
        itt.asked(ADMIN, "undo_withdrawal", trainee_id=trainee_id, reason="x")


def test_an_award_is_undone_and_may_be_made_again(itt: Itt, session: Session) -> None:
    trainee_id = awarded(session)
    back = itt.asked(ADMIN, "undo_award", trainee_id=trainee_id, reason="Wrong person")
    assert (back["state"], back["awarded_on"], back["standards_met_on"]) == ("trn_received", None, None)
    assert isinstance(last(session), AwardUndone)
    itt.fires("award", trainee_id, NOW + timedelta(days=2))
    assert itt.shown(PROVIDER, trainee_id)["state"] == "trn_received"
    assert itt.asked(PROVIDER, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)


def test_a_recommendation_is_undone_before_the_award_and_may_be_made_again(
    itt: Itt, session: Session
) -> None:
    trainee_id = recommended(session)
    back = itt.asked(ADMIN, "undo_recommendation", trainee_id=trainee_id, reason="Wrong person")
    known = (back["state"], back["recommended_on"], back["standards_met_on"])
    assert known == ("trn_received", None, None)
    assert isinstance(last(session), RecommendationUndone)
    assert due(session, "award") == {}
    itt.fires("award", trainee_id, NOW + timedelta(days=2))
    assert itt.shown(PROVIDER, trainee_id)["state"] == "trn_received"
    assert audit_trail(session, f"trainee/{trainee_id}")[-1].why == "Wrong person"
    assert itt.asked(PROVIDER, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)


def test_only_a_recommendation_before_the_award_is_undone(itt: Itt, session: Session) -> None:
    for trainee_id in (awarded(session), with_trn(session)):
        with pytest.raises(Conflict, match="Only a recommendation is undone"):
            itt.asked(ADMIN, "undo_recommendation", trainee_id=trainee_id, reason="x")


def test_the_route_and_course_are_corrected(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    changes = {"training_route": "12", "course_subject_1": "100417", "course_subject_2": "100425"}
    ask: dict[str, Any] = {"trainee_id": trainee_id, "changes": changes, "reason": "Wrong course"}
    shown = itt.asked(ADMIN, "correct_course", **ask)
    assert (shown["route"], shown["subjects"]) == ("provider_led_postgrad", ["Chemistry", "Physics"])
    event = last(session)
    assert isinstance(event, CourseCorrected)
    assert event.course_subjects == ("Chemistry", "Physics")
    count = len(types(session))
    itt.asked(ADMIN, "correct_course", **ask)
    assert len(types(session)) == count


@pytest.mark.parametrize("changes", [{"last_name": "x"}, {"training_route": "99"}, {"training_route": "15"}])
def test_a_correction_that_would_be_wrong_is_refused(
    itt: Itt, session: Session, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        itt.asked(ADMIN, "correct_course", trainee_id=with_trn(session), changes=changes, reason="x")


def test_a_moved_trainee_is_the_other_providers(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    shown = itt.asked(ADMIN, "move_trainee", trainee_id=trainee_id, provider_code="1TZ", reason="Closed")
    event = last(session)
    assert isinstance(event, TraineeMoved)
    assert (shown["provider_code"], event.from_provider_code) == ("1TZ", "2A5")
    assert itt.shown(OTHER_PROVIDER, trainee_id)["trn"] == shown["trn"]
    with pytest.raises(NotFound):
        itt.shown(PROVIDER, trainee_id)


def test_a_trainee_whose_course_has_not_begun_is_discarded_and_kept_in_the_audit(
    itt: Itt, session: Session
) -> None:
    trainee_id = register(session, **LATER, ethnicity="120")
    itt.asked(
        ADMIN,
        "discard_trainee",
        trainee_id=trainee_id,
        code="application_withdrawn",
        reason="Changed their mind",
    )
    event = last(session)
    assert isinstance(event, TraineeDiscarded)
    assert event.code == "application_withdrawn"
    entry = audit_trail(session, f"trainee/{trainee_id}")[-1]
    assert entry.why == "Changed their mind"
    assert entry.personal is not None
    assert entry.personal["last_name"] == ["Okafor", None]
    assert "ethnicity" not in entry.personal
    assert entry.changes == {"discard_code": [None, "application_withdrawn"]}
    assert due(session, "request_trn") == {}
    with pytest.raises(NotFound):
        itt.shown(PROVIDER, trainee_id)


def test_a_discarded_trainee_may_be_registered_again(itt: Itt, session: Session) -> None:
    trainee_id = register(session, **LATER)
    itt.asked(ADMIN, "discard_trainee", trainee_id=trainee_id, code="application_deferred", reason="x")
    again = register(session, **LATER)
    assert itt.shown(PROVIDER, again)["state"] == "submitted_for_trn"


def test_a_trainee_who_has_begun_is_not_discarded(itt: Itt, session: Session) -> None:
    with pytest.raises(Conflict, match="withdraw"):
        itt.asked(
            ADMIN, "discard_trainee", trainee_id=with_trn(session), code="record_added_in_error", reason="x"
        )


def test_the_code_of_an_undone_import_is_no_way_round_the_start_of_the_course(
    itt: Itt, session: Session
) -> None:
    with pytest.raises(Invalid, match="code"):
        itt.asked(ADMIN, "discard_trainee", trainee_id=with_trn(session), code="import_undone", reason="x")


CORRECTIONS: list[tuple[str, dict[str, Any]]] = [
    ("undo_withdrawal", {}),
    ("undo_recommendation", {}),
    ("undo_award", {}),
    ("correct_course", {"changes": {"training_route": "12"}}),
    ("move_trainee", {"provider_code": "1TZ"}),
    ("discard_trainee", {"code": "record_added_in_error"}),
]


@pytest.mark.parametrize(("method", "arguments"), CORRECTIONS)
def test_a_correction_is_the_administrators_and_says_why(
    itt: Itt, session: Session, method: str, arguments: dict[str, Any]
) -> None:
    trainee_id = with_trn(session)
    with pytest.raises(NotAllowed, match="operator|own provider"):
        itt.asked(PROVIDER, method, trainee_id=trainee_id, reason="x", **arguments)
    with pytest.raises(Invalid, match="reason"):
        itt.asked(ADMIN, method, trainee_id=trainee_id, reason=" ", **arguments)


def test_a_provider_discards_its_own_draft_even_after_the_start(itt: Itt, session: Session) -> None:
    made = itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1), submit=False)
    trainee_id = made["trainee_id"]
    ask: dict[str, Any] = {"trainee_id": trainee_id, "code": "record_added_in_error", "reason": "Typed twice"}
    with pytest.raises(NotFound):
        itt.asked(OTHER_PROVIDER, "discard_trainee", **ask)
    itt.asked(PROVIDER, "discard_trainee", **ask)
    with pytest.raises(NotFound):
        itt.shown(PROVIDER, trainee_id)
