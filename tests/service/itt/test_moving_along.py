"""An application and the trainee who comes from it move along together, whichever of them is moved."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotFound, TransitionNotAllowed
from shared.testing.kit import published as events
from tests.service.itt.applications_kit import a_course, state_of, taken
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    LEAD,
    NOW,
    OTHER_ACCREDITED,
    load_schools,
    register_providers,
)
from tests.service.itt.recruits_kit import (
    STARTED,
    in_training,
    known,
    physics_alone,
    recruited,
    trainee_of,
)


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)
    known(session)


# --- the application moves, the trainee goes along

GONE: dict[str, Any] = {"reasons": ["do_not_want_to_train_anymore"]}


@pytest.mark.parametrize(
    ("begun", "call", "given", "application", "trainee", "code"),
    [
        (False, "withdraw_application", GONE, "withdrawn", "draft", "application_withdrawn"),
        (False, "withdraw_for_candidate", {}, "withdrawn", "draft", "application_withdrawn"),
        (False, "defer_offer", {}, "offer_deferred", "draft", "application_deferred"),
        (True, "withdraw_application", GONE, "withdrawn", "withdrawn", None),
        (True, "withdraw_for_candidate", {}, "withdrawn", "withdrawn", None),
        (True, "defer_offer", {}, "offer_deferred", "deferred", None),
    ],
)
def test_the_trainee_goes_along_with_the_application(
    itt: Itt,
    session: Session,
    begun: bool,
    call: str,
    given: dict[str, Any],
    application: str,
    trainee: str,
    code: str | None,
) -> None:
    option_id = a_course(session)
    by, application_id, row = (in_training if begun else recruited)(session, option_id=option_id)
    who = by if call == "withdraw_application" else ACCREDITED
    itt.asked(who, call, STARTED if begun else NOW, application_id=application_id, **given)
    assert state_of(session, application_id) == application
    session.refresh(row)
    assert (row.state, row.discard_code, row.discarded_at is None) == (trainee, code, code is None)
    assert taken(session, option_id) == 0
    actions = [note.action for note in audit_trail(session, f"trainee/{row.id}")]
    assert actions[-1] in {"trainee.discard", "trainee.withdraw", "trainee.defer"}


def test_a_candidates_reasons_are_those_of_the_national_list(itt: Itt, session: Session) -> None:
    by, application_id, row = in_training(session)
    why = {"reasons": ["apply_in_the_future", "do_not_want_to_train_anymore"], "text": None}
    itt.asked(by, "withdraw_application", STARTED, application_id=application_id, **why)
    session.refresh(row)
    assert (row.withdrawn_by, row.withdrawn_on, row.future_interest) == (
        "trainee",
        date(2027, 10, 4),
        "unknown",
    )
    chose = "trainee_chose_to_withdraw_another_reason"
    assert row.withdrawal_reasons == [chose, "does_not_want_to_become_a_teacher"]
    assert row.withdrawal_text == "I plan to apply for teacher training in the future"


def test_a_draft_that_was_never_submitted_is_discarded_even_after_the_start(
    itt: Itt, session: Session
) -> None:
    _, application_id, row = recruited(session)
    itt.asked(LEAD, "defer_offer", STARTED, application_id=application_id)
    session.refresh(row)
    assert row.discard_code == "application_deferred"


def test_an_application_stays_whose_trainee_is_recommended(itt: Itt, session: Session) -> None:
    by, application_id, row = in_training(session)
    row.state = "recommended_for_award"
    session.flush()
    with pytest.raises(Conflict, match="recommended_for_award: undo that first"):
        itt.asked(by, "withdraw_application", STARTED, application_id=application_id, **GONE)


def _as_if_of_the_year_before(session: Session, application_id: UUID) -> None:
    """As if the place had been deferred from 2026, so that it is taken up now."""
    row = session.get_one(models.Application, application_id)
    row.cycle = row.current_cycle = 2026
    row.deferred_to = 2027
    session.flush()
    form = session.query(models.FormSection).filter_by(candidate_id=row.candidate_id)
    assert form.count() > 0


def test_reinstating_makes_a_new_draft_before_the_start(itt: Itt, session: Session) -> None:
    """Domain page, "before the course starts": reinstating makes a new draft."""
    _, application_id, first = recruited(session)
    itt.asked(LEAD, "defer_offer", application_id=application_id)
    _as_if_of_the_year_before(session, application_id)
    itt.asked(LEAD, "reinstate_offer", application_id=application_id, conditions_met=True)
    second = trainee_of(session, application_id)
    assert (second.state, second.person_id == first.person_id) == ("draft", True)
    assert second.id != first.id


def test_reinstating_reinstates_a_trainee_who_had_started(itt: Itt, session: Session) -> None:
    option_id = a_course(session)
    _, application_id, row = in_training(session, option_id=option_id)
    itt.asked(LEAD, "defer_offer", STARTED, application_id=application_id)
    _as_if_of_the_year_before(session, application_id)
    itt.asked(LEAD, "reinstate_offer", STARTED, application_id=application_id, conditions_met=True)
    session.refresh(row)
    assert (row.state, row.deferred_on, row.reinstated_on) == ("trn_received", None, date(2027, 10, 4))
    assert (state_of(session, application_id), taken(session, option_id)) == ("recruited", 1)


def test_a_trainee_who_is_back_keeps_the_funding_method(itt: Itt, session: Session) -> None:
    _, application_id, row = in_training(session)
    row.funding_method = "D"
    itt.asked(LEAD, "defer_offer", STARTED, application_id=application_id)
    _as_if_of_the_year_before(session, application_id)
    physics_alone(session)
    itt.asked(LEAD, "reinstate_offer", STARTED, application_id=application_id, conditions_met=True)
    listed = itt.asked(ACCREDITED, "list_offered_corrections", STARTED, trainee_id=row.id)["items"]
    assert "funding_method" not in {one["column"] for one in listed}


def test_conditions_that_are_not_met_after_a_deferral_end_the_training(itt: Itt, session: Session) -> None:
    _, application_id, row = in_training(session)
    itt.asked(LEAD, "defer_offer", STARTED, application_id=application_id)
    _as_if_of_the_year_before(session, application_id)
    again = {"application_id": application_id, "conditions_met": False}
    itt.asked(LEAD, "reinstate_offer", STARTED, **again)
    session.refresh(row)
    assert row.state == "deferred"
    itt.asked(LEAD, "conditions_not_met", STARTED, application_id=application_id)
    session.refresh(row)
    assert (row.state, row.withdrawn_by) == ("withdrawn", "provider")


# --- the trainee moves, the application goes along

LEAVES: dict[str, Any] = {
    "withdrawn_on": date(2027, 10, 1),
    "withdrawn_by": "trainee",
    "reasons": ["trainee_workload_issues"],
    "future_interest": "yes",
}


@pytest.mark.parametrize(
    ("call", "given", "trainee", "application", "fact"),
    [
        ("withdraw", LEAVES, "withdrawn", "withdrawn", "itt.application.withdrawn.v1"),
        ("defer", {"reason": "Ill"}, "deferred", "offer_deferred", "itt.application.deferred.v1"),
    ],
)
def test_the_application_goes_along_with_the_trainee(
    itt: Itt, session: Session, call: str, given: dict[str, Any], trainee: str, application: str, fact: str
) -> None:
    option_id = a_course(session)
    by, application_id, row = in_training(session, option_id=option_id)
    before = len(events(session))
    shown = itt.asked(ACCREDITED, call, STARTED, trainee_id=row.id, **given)
    assert (shown["state"], state_of(session, application_id)) == (trainee, application)
    told = [event.TYPE for event in events(session)[before:]]
    assert told.count(fact) == 1
    assert sum(type_.startswith("itt.trainee.") for type_ in told) == 1
    assert taken(session, option_id) == 0
    candidate = itt.asked(by, "get_candidate")
    assert candidate["in_progress"] == (1 if application == "offer_deferred" else 0)
    (note,) = [n for n in audit_trail(session, f"application/{application_id}") if n.at == STARTED]
    assert note.who == ACCREDITED.id


def test_a_trainee_who_is_reinstated_takes_the_place_up_again(itt: Itt, session: Session) -> None:
    option_id = a_course(session)
    _, application_id, row = in_training(session, option_id=option_id)
    itt.asked(ACCREDITED, "defer", STARTED, trainee_id=row.id, reason="Ill")
    _as_if_of_the_year_before(session, application_id)
    shown = itt.asked(ACCREDITED, "reinstate", STARTED, trainee_id=row.id)
    assert (shown["state"], state_of(session, application_id)) == ("trn_received", "recruited")
    assert taken(session, option_id) == 1


def test_a_place_that_was_taken_up_with_pending_conditions_is_recruited_with_the_trainee(
    itt: Itt, session: Session
) -> None:
    _, application_id, row = in_training(session)
    itt.asked(ACCREDITED, "defer", STARTED, trainee_id=row.id, reason="Ill")
    _as_if_of_the_year_before(session, application_id)
    itt.asked(LEAD, "reinstate_offer", STARTED, application_id=application_id, conditions_met=False)
    itt.asked(ACCREDITED, "reinstate", STARTED, trainee_id=row.id)
    assert state_of(session, application_id) == "recruited"


def test_a_trainee_whose_application_cannot_be_reinstated_stays_deferred(itt: Itt, session: Session) -> None:
    _, application_id, row = in_training(session)
    itt.asked(ACCREDITED, "defer", STARTED, trainee_id=row.id, reason="Ill")
    with pytest.raises(Conflict, match="cannot be reinstated: The course does not run"):
        itt.asked(ACCREDITED, "reinstate", STARTED, trainee_id=row.id)
    assert state_of(session, application_id) == "offer_deferred"


def test_a_draft_is_not_deferred_or_withdrawn_but_its_application_is(itt: Itt, session: Session) -> None:
    _, application_id, row = recruited(session)
    for call, given in (("defer", {"reason": "Ill"}), ("withdraw", LEAVES)):
        with pytest.raises(TransitionNotAllowed):
            itt.asked(ACCREDITED, call, STARTED, trainee_id=row.id, **given)
    assert state_of(session, application_id) == "recruited"


@pytest.mark.parametrize(
    ("code", "application"),
    [("application_withdrawn", "withdrawn"), ("application_deferred", "offer_deferred")],
)
def test_an_operator_who_discards_a_draft_moves_its_application(
    itt: Itt, session: Session, code: str, application: str
) -> None:
    _, application_id, row = recruited(session)
    itt.asked(ADMIN, "discard_trainee", trainee_id=row.id, code=code, reason="As the letter says")
    assert state_of(session, application_id) == application


def test_a_draft_of_a_live_application_is_no_error(itt: Itt, session: Session) -> None:
    _, _, row = recruited(session)
    given = {"code": "record_added_in_error", "reason": "A mistake"}
    with pytest.raises(Conflict, match="withdraw or defer the application"):
        itt.asked(ADMIN, "discard_trainee", trainee_id=row.id, **given)


def test_a_withdrawal_that_is_undone_leaves_the_application_behind(itt: Itt, session: Session) -> None:
    _, application_id, row = in_training(session)
    itt.asked(ACCREDITED, "withdraw", STARTED, trainee_id=row.id, **LEAVES)
    shown = itt.asked(ADMIN, "undo_withdrawal", STARTED, trainee_id=row.id, reason="A mistake")
    assert (shown["state"], shown["from_application_id"]) == ("trn_received", None)
    assert state_of(session, application_id) == "withdrawn"


# --- before the course begins (domain page, "before the course starts")


@pytest.mark.parametrize(
    ("call", "given", "application", "code", "kept"),
    [
        (
            "defer",
            {"reason": "Ill"},
            "offer_deferred",
            "application_deferred",
            {"defer_reason": [None, "Ill"]},
        ),
        (
            "withdraw",
            LEAVES | {"withdrawn_on": NOW.date()},
            "withdrawn",
            "application_withdrawn",
            {"withdrawal_text": [None, None]},
        ),
    ],
)
def test_who_leaves_before_the_start_is_discarded_with_the_application(
    itt: Itt, session: Session, call: str, given: dict[str, Any], application: str, code: str, kept: Any
) -> None:
    _, application_id, row = in_training(session)
    shown = itt.asked(ACCREDITED, call, trainee_id=row.id, **given)
    assert (shown["discard_code"], state_of(session, application_id)) == (code, application)
    entry = audit_trail(session, f"trainee/{row.id}")[-1]
    assert entry.personal is not None
    assert kept.items() <= entry.personal.items()
    with pytest.raises(NotFound):
        itt.asked(ACCREDITED, "get_trainee", trainee_id=row.id)


def test_reinstating_what_the_trainee_side_deferred_makes_a_new_draft(itt: Itt, session: Session) -> None:
    _, application_id, first = in_training(session)
    itt.asked(ACCREDITED, "defer", trainee_id=first.id, reason="Ill")
    _as_if_of_the_year_before(session, application_id)
    itt.asked(LEAD, "reinstate_offer", application_id=application_id, conditions_met=True)
    second = trainee_of(session, application_id)
    assert (second.state, second.id != first.id) == ("draft", True)


@pytest.mark.parametrize("wrong", [{"withdrawn_on": date(2031, 1, 1)}, {"reasons": ["bored"]}])
def test_a_wrong_withdrawal_before_the_start_is_refused(
    itt: Itt, session: Session, wrong: dict[str, Any]
) -> None:
    _, application_id, row = in_training(session)
    with pytest.raises(Invalid):
        itt.asked(ACCREDITED, "withdraw", trainee_id=row.id, **LEAVES | {"withdrawn_on": NOW.date()} | wrong)
    assert state_of(session, application_id) == "recruited"


# --- a trainee who moved to another provider leaves the application behind


def _moved(itt: Itt, session: Session) -> tuple[UUID, models.Trainee]:
    _, application_id, row = in_training(session)
    ask = {"trainee_id": row.id, "provider_code": "1TZ", "reason": "Closed"}
    shown = itt.asked(ADMIN, "move_trainee", STARTED, **ask)
    assert (shown["provider_code"], shown["from_application_id"]) == ("1TZ", None)
    return application_id, row


def test_the_old_side_does_not_move_a_trainee_who_is_elsewhere(itt: Itt, session: Session) -> None:
    application_id, row = _moved(itt, session)
    itt.asked(LEAD, "defer_offer", STARTED, application_id=application_id)
    session.refresh(row)
    assert row.state == "trn_received"


def test_the_new_provider_does_not_move_an_application_that_it_may_not_read(
    itt: Itt, session: Session
) -> None:
    application_id, row = _moved(itt, session)
    itt.asked(OTHER_ACCREDITED, "defer", STARTED, trainee_id=row.id, reason="Ill")
    assert state_of(session, application_id) == "recruited"


def test_nobody_drafts_a_second_trainee_for_who_moved(itt: Itt, session: Session) -> None:
    _moved(itt, session)
    assert itt.asked(ADMIN, "draft_missing_trainees", STARTED) == {
        "trainee_ids": [],
        "left": 0,
        "refused": {},
    }


def test_nobody_is_moved_to_a_code_that_no_provider_has(itt: Itt, session: Session) -> None:
    _, _, row = in_training(session)
    ask = {"trainee_id": row.id, "provider_code": "ZZZ", "reason": "Closed"}
    with pytest.raises(Invalid, match="ZZZ is no provider"):
        itt.asked(ADMIN, "move_trainee", STARTED, **ask)
