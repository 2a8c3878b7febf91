"""Recommended, awarded, deferred, reinstated, withdrawn."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events.itt import EytsAwarded, QtsAwarded, TraineeDeferred, TraineeRecommended, TraineeWithdrawn
from shared.policy import Role
from shared.testing.kit import principal, published
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    PROVIDER,
    TODAY,
    arranged,
    awarded,
    checked,
    due,
    last,
    ready,
    recommended,
    register,
    types,
    with_trn,
)

LEAD = principal(Role.LEAD_SCHOOL, "school:123456")
TOMORROW = NOW + timedelta(days=1)
WITHDRAWAL: dict[str, Any] = {
    "withdrawn_on": "2026-11-20",
    "withdrawn_by": "trainee",
    "reasons": ["trainee_workload_issues"],
    "future_interest": "yes",
}


def test_a_trainee_with_everything_is_recommended_and_awarded_a_day_later(itt: Itt, session: Session) -> None:
    trainee_id = ready(session)
    shown = itt.asked(PROVIDER, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)
    assert shown["state"] == "recommended_for_award"
    assert isinstance(last(session), TraineeRecommended)
    assert due(session, "award") == {f"trainee/{trainee_id}": TOMORROW}
    itt.fires("award", trainee_id, TOMORROW)
    itt.fires("award", trainee_id, TOMORROW)
    shown = itt.shown(PROVIDER, trainee_id, TOMORROW)
    assert (shown["state"], shown["awarded_on"]) == ("awarded", "2026-11-24")
    event = last(session)
    assert isinstance(event, QtsAwarded)
    assert event.trained_at_urns == ("123456", "234567")
    assert types(session).count("itt.qts.awarded.v1") == 1


def test_what_is_missing_is_shown_and_keeps_from_a_recommendation(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    arranged(session, trainee_id, 1, "123456")
    wrong = itt.shown(PROVIDER, trainee_id)["missing_for_recommendation"]
    assert len(wrong) == 4
    assert wrong[0] == (
        "The training has not started; checks that are missing: identity, right to work, criminal record,"
        " fitness and prohibition"
    )
    with pytest.raises(Conflict) as raised:
        itt.asked(PROVIDER, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)
    assert raised.value.details["missing"] == wrong


def test_who_may_not_read_the_checks_hears_only_that_the_training_has_not_started(
    itt: Itt, session: Session
) -> None:
    wrong = itt.shown(ADMIN, with_trn(session))["missing_for_recommendation"]
    assert wrong[0] == "The training has not started"


def test_placements_are_never_asked_for_at_import_but_count_when_they_came_with_it(
    itt: Itt, session: Session
) -> None:
    trainee_id = with_trn(session, placement_1_urn="123456", placement_3_urn="234567")
    shown = itt.shown(PROVIDER, trainee_id)
    assert not any("placements" in sentence for sentence in shown["missing_for_recommendation"])


@pytest.mark.parametrize("role", [Role.LEAD_SCHOOL, Role.OPERATOR, Role.SCHOOL_LEADER])
def test_only_the_accredited_provider_recommends(itt: Itt, session: Session, role: Role) -> None:
    trainee_id = ready(session, training_partner_urn="123456")
    with pytest.raises((NotAllowed, NotFound)):
        by = principal(role, "school:123456")
        itt.asked(by, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)
    assert itt.shown(PROVIDER, trainee_id)["state"] == "trn_received"


def test_an_administrator_may_award_at_once(itt: Itt, session: Session) -> None:
    trainee_id = recommended(session)
    shown = itt.asked(ADMIN, "award", trainee_id=trainee_id)
    assert (shown["state"], shown["possible"], due(session, "award")) == ("awarded", [], {})
    with pytest.raises(NotAllowed):
        itt.asked(PROVIDER, "award", trainee_id=trainee_id)


def test_an_early_years_route_awards_eyts(itt: Itt, session: Session) -> None:
    awarded(session, training_route="19", employing_school_urn="")
    assert isinstance(last(session), EytsAwarded)


@pytest.mark.parametrize("what", ["defer", "withdraw"])
def test_the_lead_school_and_the_schools_of_placements_hear_that_somebody_stops(
    itt: Itt, session: Session, what: str
) -> None:
    given = {"training_partner_urn": "345678", "employing_school_urn": "100001", "training_route": "03"}
    trainee_id = with_trn(session, **given)
    arranged(session, trainee_id, 1, "123456")
    arranged(session, trainee_id, 2, "100001")
    asked = {"reason": "Ill"} if what == "defer" else WITHDRAWAL
    itt.asked(PROVIDER, what, trainee_id=trainee_id, **asked)
    fact = next(f for f in reversed(published(session)) if isinstance(f, TraineeDeferred | TraineeWithdrawn))
    assert (fact.employing_school_urn, fact.training_urns) == ("100001", ("345678", "123456"))


def test_a_deferral_keeps_its_reason_in_the_service(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    shown = itt.asked(PROVIDER, "defer", trainee_id=trainee_id, reason="Illness")
    assert (shown["state"], shown["deferred_on"], shown["possible"]) == (
        "deferred",
        "2026-11-23",
        ["reinstate", "withdraw"],
    )
    entry = audit_trail(session, f"trainee/{trainee_id}")[-1]
    assert entry.personal == {"defer_reason": [None, "Illness"]}
    assert "Illness" not in repr(last(session))


def test_a_trn_that_comes_while_deferred_is_stored_and_counts_at_the_reinstatement(
    itt: Itt, session: Session
) -> None:
    trainee_id = register(session)
    itt.asked(PROVIDER, "defer", trainee_id=trainee_id, reason="Illness")
    itt.fires("request_trn", trainee_id)
    shown = itt.shown(PROVIDER, trainee_id)
    assert (shown["state"], shown["trn"] is not None) == ("deferred", True)
    back = itt.asked(PROVIDER, "reinstate", trainee_id=trainee_id, itt_end_date="2028-07-01")
    assert (back["state"], back["itt_end_date"]) == ("trn_received", "2028-07-01")


def test_who_has_no_trn_is_asked_for_again_at_the_reinstatement(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    itt.asked(PROVIDER, "defer", trainee_id=trainee_id, reason="Illness")
    back = itt.asked(PROVIDER, "reinstate", TOMORROW, trainee_id=trainee_id)
    assert back["state"] == "submitted_for_trn"
    assert due(session, "request_trn") == {f"trainee/{trainee_id}": TOMORROW}


def test_a_training_that_was_deferred_on_its_first_day_starts_with_the_reinstatement(
    itt: Itt, session: Session
) -> None:
    trainee_id = with_trn(session)
    itt.asked(PROVIDER, "defer", trainee_id=trainee_id, reason="Illness")
    checked(session, trainee_id)
    itt.fires("training_starts", trainee_id)
    itt.asked(PROVIDER, "reinstate", TOMORROW, trainee_id=trainee_id)
    itt.fires("training_starts", trainee_id, TOMORROW)
    assert itt.shown(PROVIDER, trainee_id)["started_on"] == "2026-11-24"


def test_a_withdrawal_keeps_its_text_in_the_service(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    given = WITHDRAWAL | {"reasons": ["safeguarding_concerns"], "text": "Private"}
    shown = itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **given)
    assert (shown["state"], shown["withdrawal_reasons"]) == ("withdrawn", ["safeguarding_concerns"])
    assert "Private" not in repr(last(session))
    with pytest.raises(TransitionNotAllowed):
        itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **given)


def test_why_somebody_left_is_the_providers_to_know(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session, training_partner_urn="123456")
    given = WITHDRAWAL | {"reasons": ["safeguarding_concerns"], "text": "Private"}
    itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **given)
    for by, known in [(PROVIDER, "Private"), (ADMIN, "Private"), (LEAD, None)]:
        assert itt.shown(by, trainee_id)["withdrawal_text"] == known


@pytest.mark.parametrize(
    "wrong",
    [
        {"withdrawn_on": "2026-08-31"},
        {"reasons": ["bored"]},
        {"withdrawn_by": "school"},
        {"future_interest": "perhaps"},
        {"reasons": ["trainee_chose_to_withdraw_another_reason"]},
    ],
)
def test_a_wrong_withdrawal_is_refused(itt: Itt, session: Session, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        itt.asked(PROVIDER, "withdraw", trainee_id=with_trn(session), **WITHDRAWAL | wrong)


def test_a_trn_that_comes_after_a_withdrawal_is_stored(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **WITHDRAWAL)
    itt.fires("request_trn", trainee_id)
    shown = itt.shown(PROVIDER, trainee_id)
    assert (shown["state"], shown["trn"] is not None) == ("withdrawn", True)


@pytest.mark.parametrize(
    ("call", "given", "wrong"),
    [
        ("defer", {"reason": "Illness", "deferred_on": "2026-11-24"}, "deferred_on: is in the future"),
        ("reinstate", {"reinstated_on": "2099-01-01"}, "reinstated_on: is in the future"),
        ("reinstate", {"itt_end_date": "2199-07-01"}, "itt_end_date: is too far away; .* end of 2031"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_changes_nothing(
    itt: Itt, session: Session, call: str, given: dict[str, Any], wrong: str
) -> None:
    trainee_id = with_trn(session)
    if call == "reinstate":
        itt.asked(PROVIDER, "defer", trainee_id=trainee_id, reason="Illness")
    before = itt.shown(PROVIDER, trainee_id)
    with pytest.raises(Invalid, match=wrong):
        itt.asked(PROVIDER, call, trainee_id=trainee_id, **given)
    assert itt.shown(PROVIDER, trainee_id) == before
