"""An application for accreditation: written section by section, sent when it is complete, withdrawn.

Domain page, "Who": the case, the Ofsted grade, two agreements and the statement; six states.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.itt.domain import accreditation
from services.itt.domain.accreditation import TRANSITIONS, Content, Partner, State, interested
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events.accreditation import (
    AccreditationMemberReleased,
    AccreditationSubmitted,
    AccreditationWithdrawn,
)
from tests.unit.itt.accreditation_builders import (
    CHAIR,
    COMPLETE,
    NOW,
    SECOND,
    THIRD,
    TODAY,
    application,
    before_panel,
    member,
)

EXPECTED = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "convene_panel"): "panel",
    ("submitted", "withdraw"): "withdrawn",
    ("panel", "accredit"): "accredited",
    ("panel", "refuse"): "refused",
    ("panel", "withdraw"): "withdrawn",
}
EVENTS = sorted({event for _, event in EXPECTED})


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", list(State))
def test_the_machine_moves_as_the_rule_says_and_not_otherwise(state: State, event: str) -> None:
    if (state.value, event) in EXPECTED:
        assert TRANSITIONS.next(state, event) == EXPECTED[state.value, event]
    else:
        with pytest.raises(TransitionNotAllowed):
            TRANSITIONS.next(state, event)


def test_a_draft_may_be_incomplete_and_says_what_is_different() -> None:
    blank = application(content=Content())
    after, changed = accreditation.save(blank, Content(case="Why"))
    assert (after.content.case, changed) == ("Why", ("case",))
    assert accreditation.save(after, after.content) == (after, ())


@pytest.mark.parametrize("state", [state for state in State if state is not State.DRAFT])
def test_what_is_sent_is_not_written_any_more(state: State) -> None:
    with pytest.raises(Conflict, match="only a draft"):
        accreditation.save(application(state), COMPLETE)


def test_all_that_is_missing_is_told_at_once_by_section() -> None:
    with pytest.raises(Invalid) as refused:
        accreditation.submit(application(content=Content(case="  ")), NOW)
    assert refused.value.fields.keys() == {"case", "ofsted_grade", "partners", "capacity"}


ONE, TWO = COMPLETE.partners
PARTNERS: list[tuple[tuple[Partner, ...], list[str]]] = [
    ((ONE,), ["at least 2 different"]),
    ((ONE, ONE), ["990102 stands there twice", "at least 2 different"]),
    ((ONE, replace(TWO, urn="990101")), ["990101 is the provider itself", "at least 2 different"]),
    ((ONE, replace(TWO, agreed_on=None)), ["990103: give the day"]),
    ((ONE, replace(TWO, agreed_on=date(2026, 11, 24))), ["990103: its agreement is dated 2026-11-24"]),
    ((ONE, replace(TWO, agreed_on=TODAY)), []),
]


@pytest.mark.parametrize(("partners", "wrong"), PARTNERS)
def test_two_different_schools_each_have_a_signed_agreement(
    partners: tuple[Partner, ...], wrong: list[str]
) -> None:
    found = accreditation.problems(application(content=replace(COMPLETE, partners=partners)), TODAY)
    told = found.get("partners", [])
    assert len(told) == len(wrong)
    assert all(part in said for part, said in zip(wrong, told, strict=True))


def test_a_provider_without_a_school_of_its_own_has_any_two_partners() -> None:
    assert accreditation.problems(application(provider_urn=None), TODAY) == {}


def test_what_is_complete_is_sent_with_its_partners() -> None:
    after, (event,) = accreditation.submit(application(), NOW)
    assert (after.state, after.submitted_at) == (State.SUBMITTED, NOW)
    assert isinstance(event, AccreditationSubmitted)
    assert event.partner_urns == ("990102", "990103")


def test_a_draft_is_given_up_without_a_word() -> None:
    after, events = accreditation.withdraw(application(), " Not this year ", NOW)
    assert (after.state, after.withdrawal_reason, events) == (State.WITHDRAWN, "Not this year", ())


def test_whoever_was_to_sit_is_released_when_it_is_withdrawn() -> None:
    gone = member(THIRD, conflict=True)
    known = before_panel(member(CHAIR), member(SECOND), gone)
    _, (event, *released) = accreditation.withdraw(known, "Not this year", NOW)
    assert isinstance(event, AccreditationWithdrawn)
    assert event.state == "panel"
    assert [each.person_id for each in released if isinstance(each, AccreditationMemberReleased)] == [
        CHAIR,
        SECOND,
    ]


def test_a_withdrawal_has_a_reason() -> None:
    with pytest.raises(Invalid, match="reason"):
        accreditation.withdraw(application(State.SUBMITTED), "  ", NOW)


@pytest.mark.parametrize("changes", [{}, {"provider_urn": None}])
def test_the_applicant_its_school_and_its_partners_have_an_interest(changes: dict[str, Any]) -> None:
    own = set() if changes else {"school:990101"}
    assert interested(application(**changes)) == {"provider:2LS", "school:990102", "school:990103"} | own
