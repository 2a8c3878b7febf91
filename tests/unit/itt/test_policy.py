"""Who may do what: changing is the accredited provider's, corrections the administrator's."""

from uuid import UUID

import pytest

from services.itt.domain.policy import PERMISSIONS, provider_relations, relations
from services.itt.domain.trainees import State
from shared.errors import NotAllowed
from shared.policy import Principal, Role
from tests.unit.itt.builders import MENTOR_ID, PERSON_ID, trainee

PROVIDER = Principal("p", frozenset({Role.ACCREDITED_PROVIDER}), frozenset({"provider:2A5"}))
OTHER = Principal("o", frozenset({Role.ACCREDITED_PROVIDER}), frozenset({"provider:1TZ"}))
LEAD = Principal("l", frozenset({Role.LEAD_SCHOOL}), frozenset({"school:123456"}))
MENTOR = Principal(str(MENTOR_ID), frozenset({Role.MENTOR}))
SELF = Principal(str(PERSON_ID), frozenset({Role.TRAINEE}))
OPERATOR = Principal("admin", frozenset({Role.OPERATOR}))

EXPECTED = {
    "trainee.recommend": [PROVIDER],
    "trainee.withdraw": [PROVIDER],
    "trainee.change": [PROVIDER],
    "trainee.assess": [PROVIDER],
    "trainee.review": [PROVIDER, MENTOR],
    "trainee.read": [PROVIDER, LEAD, MENTOR, SELF, OPERATOR],
    "trainee.equality": [SELF],
    "trainee.undo_award": [OPERATOR],
    "trainee.undo_recommendation": [OPERATOR],
    "trainee.undo_withdrawal": [OPERATOR],
    "trainee.move": [OPERATOR],
    "trainee.correct_course": [OPERATOR],
    "trainee.discard": [OPERATOR],
    "trainee.award": [OPERATOR],
    "trainee.receive_trn": [OPERATOR],
    "trainee.record_checks": [PROVIDER, LEAD],
    "trainee.list_checks": [PROVIDER, LEAD],
    "trainee.read_checks": [PROVIDER, LEAD, SELF],
    "trainee.read_absence_kinds": [PROVIDER, LEAD, SELF],
    "trainee.record_days": [PROVIDER, MENTOR],
    "trainee.record_absence": [PROVIDER, MENTOR],
    "trainee.correct_days": [PROVIDER],
    "trainee.correct_absence": [PROVIDER],
    "trainee.correct_placement": [PROVIDER],
    "trainee.correct_observation": [PROVIDER],
    "trainee.correct_review": [PROVIDER],
    "concern.raise": [PROVIDER, MENTOR],
    "concern.review_plan": [PROVIDER, MENTOR],
    "concern.agree_plan": [PROVIDER],
    "concern.escalate": [PROVIDER],
    "concern.resolve": [PROVIDER],
    "concern.withdraw": [PROVIDER],
    "trainee.list_trn_requests": [PROVIDER, OPERATOR],
    "trainee.ask_register_again": [PROVIDER, OPERATOR],
}


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("by", [PROVIDER, OTHER, LEAD, MENTOR, SELF, OPERATOR], ids=lambda by: by.id)
def test_the_table_allows_exactly_who_may(action: str, by: Principal) -> None:
    holds = relations(by, trainee(), {PERSON_ID}, [MENTOR_ID], "123456", None)
    assert PERMISSIONS.allows(by, action, holds) is (by in EXPECTED[action])


@pytest.mark.parametrize("action", sorted(EXPECTED))
def test_a_mentor_corrects_what_they_recorded_themselves(action: str) -> None:
    alone = {"trainee.correct_days", "trainee.correct_absence", "concern.withdraw"}
    assessed = {"trainee.correct_observation", "trainee.correct_review"}
    assert PERMISSIONS.allows(MENTOR, action, {"author"}) is (action in alone | assessed)


def test_the_lead_school_of_the_course_reads_its_trainees_without_a_urn() -> None:
    led = Principal("lead of the course", frozenset({Role.LEAD_SCHOOL}), frozenset({"provider:2LS"}))
    for partner, lead, reads in ((None, "2LS", True), (None, "3LS", False), (None, None, False)):
        holds = relations(led, trainee(), {PERSON_ID}, [], partner, lead)
        assert PERMISSIONS.allows(led, "trainee.read", holds) is reads
        assert not PERMISSIONS.allows(led, "trainee.change", holds)


def test_a_lead_school_never_recommends_whom_it_trained() -> None:
    holds = relations(LEAD, trainee(), {PERSON_ID}, [], "123456", None)
    with pytest.raises(NotAllowed):
        PERMISSIONS.require(LEAD, "trainee.recommend", holds)


@pytest.mark.parametrize("by", [PROVIDER, OTHER, LEAD, MENTOR, SELF, OPERATOR], ids=lambda by: by.id)
def test_a_draft_is_discarded_by_its_provider_too(by: Principal) -> None:
    holds = relations(by, trainee(State.DRAFT), {PERSON_ID}, [MENTOR_ID], "123456", None)
    assert PERMISSIONS.allows(by, "trainee.discard", holds) is (by in (PROVIDER, OPERATOR))


def test_a_merged_person_is_still_the_trainee() -> None:
    later = Principal(str(UUID(int=77)), frozenset({Role.TRAINEE}))
    assert relations(later, trainee(), {PERSON_ID, UUID(int=77)}, [], None, None) == {"self"}


def test_a_file_is_the_providers_own() -> None:
    assert provider_relations(PROVIDER, "2A5") == {"own_provider"}
    assert provider_relations(PROVIDER, "1TZ") == set()
