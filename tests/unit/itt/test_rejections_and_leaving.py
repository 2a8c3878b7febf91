"""Rejection by coded reasons, withdrawal with reasons, carry over, suspected duplicates."""

import json
from datetime import date

import pytest

from services.itt.domain import carry_over
from services.itt.domain.applications import CARRY_OVER, State
from services.itt.domain.candidate_duplicates import key
from services.itt.domain.leaving import REASONS, withdraw
from services.itt.domain.leaving import reasons as why_withdrawn
from services.itt.domain.rejections import CODES, reasons, reject
from shared.config import PROJECT_ROOT
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from tests.unit.itt.application_builders import NOW, an_application

PUBLISHED = PROJECT_ROOT.parent / "shared" / "data" / "itt" / "rejection_reason_codes.json"


def test_the_reasons_for_rejection_are_the_published_ones() -> None:
    """Domain page, "rejection": rejection_reason_codes.json."""
    if not PUBLISHED.exists():
        pytest.skip("the published reasons are not beside the project")
    assert dict(CODES) == json.loads(PUBLISHED.read_text())["codes"]


def test_a_rejection_has_one_or_more_reasons_with_their_text() -> None:
    """Domain page, "rejection": one or more coded reasons with text."""
    why = reasons([("R01", "No degree in the subject"), ("R08", None)])
    after, (fact,) = reject(an_application(), why, NOW)
    assert [(r.code, r.details) for r in after.rejection_reasons] == [
        ("R01", "No degree in the subject"),
        ("R08", "Course full"),
    ]
    assert (after.state, fact.TYPE) == (State.REJECTED, "itt.application.rejected.v1")


@pytest.mark.parametrize(
    "given",
    [[], [("R05", "Gone")], [("R01", "a"), ("R01", "b")], [("R09", " ")], [("R01", "x" * 65_536)]],
)
def test_reasons_that_say_nothing_are_refused(given: list[tuple[str, str | None]]) -> None:
    with pytest.raises(Invalid) as raised:
        reasons(given)
    assert list(raised.value.fields) == ["reasons"]


def test_what_was_decided_is_not_rejected() -> None:
    for state in (State.OFFER, State.REJECTED, State.RECRUITED, State.UNSUBMITTED):
        with pytest.raises(TransitionNotAllowed):
            reject(an_application(state), reasons([("R08", None)]), NOW)


@pytest.mark.parametrize(
    "state",
    [
        State.AWAITING,
        State.INTERVIEWING,
        State.INACTIVE,
        State.PENDING_CONDITIONS,
        State.RECRUITED,
        State.OFFER_DEFERRED,
    ],
)
def test_a_withdrawal_says_why_and_from_where(state: State) -> None:
    why, text = why_withdrawn(["other"], " Moving away ")
    after, (fact,) = withdraw(an_application(state), why, text, "candidate", NOW)
    assert (after.state, after.withdrawal_text, after.withdrawal_reasons) == (
        State.WITHDRAWN,
        "Moving away",
        ("other",),
    )
    assert getattr(fact, "state_before", None) == state


@pytest.mark.parametrize(
    ("given", "text", "field"),
    [
        ([], None, "reasons"),
        (["boredom"], None, "reasons"),
        (["other"], " ", "text"),
        (["other"], "x" * 10_241, "text"),
    ],
)
def test_a_withdrawal_needs_a_reason_and_another_reason_a_text(
    given: list[str], text: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        why_withdrawn(given, text)
    assert list(raised.value.fields) == [field]
    assert why_withdrawn([next(iter(REASONS))], None) == ((next(iter(REASONS)),), None)


@pytest.mark.parametrize("state", list(State))
def test_a_form_is_carried_over_once_all_its_applications_are_over(state: State) -> None:
    mine = [an_application(state, cycle=2026)]
    if state in CARRY_OVER:
        carry_over.refuse(2026, 2027, mine)
    else:
        with pytest.raises(Conflict, match=state.value):
            carry_over.refuse(2026, 2027, mine)


def test_a_form_is_carried_over_to_a_later_cycle_and_other_cycles_do_not_matter() -> None:
    carry_over.refuse(2026, 2027, [an_application(State.OFFER, cycle=2025)])
    with pytest.raises(Conflict):
        carry_over.refuse(2027, 2027, [])


def test_duplicates_share_last_name_birthday_and_postcode_however_they_are_written() -> None:
    """Domain page, "duplicates"."""
    born = date(2002, 5, 14)
    assert key("Ó Briain", born, "NE1 4LP") == key(" o  briain ", born, "ne14lp")
    assert key("Okafor", born, "NE1 4LP") != key("Okafor", born, "NE1 4LQ")
    assert key("Okafor", None, "NE1 4LP") is key("", born, "NE1 4LP") is key("Okafor", born, None) is None
