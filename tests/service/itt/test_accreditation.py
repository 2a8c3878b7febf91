"""A lead school's accreditation from the draft to the provider that ratifies (domain page, "Who")."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt.handlers import courses
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.policy import ANONYMOUS, Principal, Role
from shared.testing.kit import principal
from tests.service.itt.accreditation_kit import (
    CHAIR,
    FOURTH,
    SECOND,
    SECTIONS,
    THIRD,
    a_member,
    begun,
    convened,
    decided,
    kind,
    refused,
    sent,
    voted,
)
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ADMIN,
    ANALYST,
    CANDIDATE,
    FULL,
    LEAD,
    NOW,
    OTHER_LEAD,
    PARTNER,
    agree,
    load_schools,
    register_providers,
    with_places,
)
from tests.service.itt.kit import due, types


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def test_a_draft_is_written_section_by_section_and_tells_what_is_missing(itt: Itt, session: Session) -> None:
    id_ = begun(itt)
    for name, value in SECTIONS.items():
        shown = itt.asked(LEAD, "save_accreditation", accreditation_id=id_, sections={name: value})
        assert (shown[name], name in shown["missing_to_submit"]) == (value, False)
    assert (shown["missing_to_submit"], shown["possible"]) == ({}, ["submit", "withdraw", "save"])
    assert types(session) == []


def test_an_incomplete_draft_is_stored_and_not_sent(itt: Itt) -> None:
    id_, partners = begun(itt), [{"urn": "990101"}]
    itt.asked(LEAD, "save_accreditation", accreditation_id=id_, sections={"partners": partners})
    with pytest.raises(Invalid) as wrong:
        itt.asked(LEAD, "submit_accreditation", accreditation_id=id_)
    assert wrong.value.fields.keys() == {"case", "ofsted_grade", "capacity", "partners"}
    shown = itt.asked(LEAD, "get_accreditation", accreditation_id=id_)
    assert (shown["state"], shown["partners"]) == ("draft", [{"urn": "990101", "agreed_on": None}])


def test_what_changes_nothing_leaves_no_trace(itt: Itt, session: Session) -> None:
    id_ = begun(itt)
    for _ in range(2):
        itt.asked(LEAD, "save_accreditation", accreditation_id=id_, sections=SECTIONS)
    told = [record.action for record in audit_trail(session, f"accreditation/{id_}")]
    assert told == ["accreditation.begin", "accreditation.save"]


def test_asked_again_with_the_same_id_it_is_the_same_application(itt: Itt) -> None:
    id_ = str(new_id())
    assert begun(itt, accreditation_id=id_) == begun(itt, accreditation_id=id_) == id_


def test_a_provider_applies_once_at_a_time_and_again_when_it_was_refused(itt: Itt) -> None:
    id_ = voted(itt, "refused", "refused", "refused")
    with pytest.raises(Conflict, match="panel"):
        begun(itt)
    assert refused(itt, id_)["feedback"] == "Find tutors."
    assert begun(itt) != id_


def test_a_provider_applies_again_when_it_withdrew(itt: Itt, session: Session) -> None:
    id_ = convened(itt)
    shown = itt.asked(LEAD, "withdraw_accreditation", accreditation_id=id_, reason="Not this year")
    assert (shown["state"], shown["withdrawal_reason"]) == ("withdrawn", "Not this year")
    assert types(session)[-3:] == ["itt.accreditation.member_released.v1"] * 3
    assert begun(itt) != id_


def test_who_is_accredited_does_not_apply(itt: Itt) -> None:
    by = principal(Role.LEAD_SCHOOL, "provider:2A5", id="both")
    with pytest.raises(Conflict, match="accredited already"):
        begun(itt, by, provider_code="2A5")


def test_there_is_no_application_of_a_provider_that_there_is_not(itt: Itt) -> None:
    by = principal(Role.LEAD_SCHOOL, "provider:9ZZ", id="nobody")
    with pytest.raises(NotFound):
        begun(itt, by, provider_code="9ZZ")


def test_the_panel_is_invited_by_events_that_name_each_member(itt: Itt, session: Session) -> None:
    convened(itt)
    wanted = ["submitted", "panel_convened", *["member_invited"] * 3]
    assert types(session) == [f"itt.accreditation.{name}.v1" for name in wanted]


def test_an_accredited_provider_ratifies_from_its_day(itt: Itt, session: Session) -> None:
    shown = decided(itt, voted(itt), conditions=["Hire a tutor"])
    assert (shown["state"], shown["conditions"], kind(session)) == ("accredited", ["Hire a tutor"], "both")
    assert types(session)[-2:] == ["itt.accreditation.granted.v1", "itt.provider.accredited.v1"]
    assert itt.asked(LEAD, "get_accreditation", accreditation_id=shown["accreditation_id"])["reasons"]
    assert agree(session, "3LS", "2LS")["accredited_code"] == "2LS"
    made = courses.create_course(session, NOW, LEAD, provider_code="2LS", cycle=2027, content=FULL)
    assert made["accredited_code"] == "2LS"


def test_a_register_that_is_older_than_the_panel_does_not_take_an_accreditation_back(
    itt: Itt, session: Session
) -> None:
    id_ = voted(itt)
    decided(itt, id_)
    row = {"code": "2LS", "name": "Another name", "kind": "lead_school"}
    with pytest.raises(Conflict, match="2LS was accredited by a panel; annul that decision first"):
        itt.asked(ADMIN, "register_providers", providers=[row])
    assert kind(session) == "both"

    itt.asked(ADMIN, "register_providers", providers=[row | {"kind": "both"}])
    itt.asked(ADMIN, "annul_accreditation_decision", accreditation_id=id_, reason="Wrong file")
    itt.asked(ADMIN, "register_providers", providers=[row])
    assert kind(session) == "lead_school"


def test_an_accreditation_of_a_later_day_waits_for_it(itt: Itt, session: Session) -> None:
    id_ = voted(itt)
    shown = decided(itt, id_, accredited_from="2026-12-01")
    about = f"accreditation/{id_}"
    assert (shown["in_force_at"], kind(session)) == (None, "lead_school")
    assert due(session, "accreditation_begins")[about].isoformat() == "2026-12-01T00:00:00+00:00"
    with pytest.raises(Conflict, match="accredited from 2026-12-01"):
        begun(itt)
    for days in (1, 8, 9):
        itt.fires("accreditation_begins", about, NOW + timedelta(days=days))
        assert kind(session) == ("both" if days >= 8 else "lead_school")
    assert types(session).count("itt.provider.accredited.v1") == 1


def test_a_decision_in_error_is_annulled_and_the_provider_is_what_it_was(itt: Itt, session: Session) -> None:
    id_ = voted(itt)
    decided(itt, id_)
    shown = itt.asked(ADMIN, "annul_accreditation_decision", accreditation_id=id_, reason="Wrong file")
    assert (shown["state"], shown["outcome"], kind(session)) == ("panel", None, "lead_school")
    assert [member["vote"] for member in shown["members"]] == ["accredited"] * 3
    assert types(session)[-2:] == [
        "itt.accreditation.decision_annulled.v1",
        "itt.provider.accreditation_undone.v1",
    ]
    assert audit_trail(session, f"accreditation/{id_}")[-1].why == "Wrong file"


def test_an_annulled_accreditation_never_begins(itt: Itt, session: Session) -> None:
    id_ = voted(itt)
    decided(itt, id_, accredited_from="2026-12-01")
    itt.asked(ADMIN, "annul_accreditation_decision", accreditation_id=id_, reason="Wrong file")
    assert due(session, "accreditation_begins") == {}
    itt.fires("accreditation_begins", f"accreditation/{id_}", NOW + timedelta(days=30))
    assert kind(session) == "lead_school"


def test_what_stands_on_an_accreditation_is_moved_before_it_is_annulled(itt: Itt, session: Session) -> None:
    id_ = voted(itt)
    decided(itt, id_)
    agree(session, "3LS", "2LS")
    made = courses.create_course(session, NOW, LEAD, provider_code="2LS", cycle=2027, content=FULL)
    with_places(session, UUID(str(made["course_id"])), {"990101": 1})
    courses.publish_course(session, NOW, LEAD, course_id=UUID(str(made["course_id"])))
    with pytest.raises(Conflict, match="1 published courses, 1 partnerships by"):
        itt.asked(ADMIN, "annul_accreditation_decision", accreditation_id=id_, reason="Wrong file")
    assert kind(session) == "both"


def test_a_refusal_is_not_annulled_while_the_provider_applies_anew(itt: Itt) -> None:
    id_ = voted(itt, "refused", "refused", "refused")
    refused(itt, id_)
    other = begun(itt)
    with pytest.raises(Conflict) as told:
        itt.asked(ADMIN, "annul_accreditation_decision", accreditation_id=id_, reason="Wrong file")
    assert told.value.details["accreditation_id"] == other


def test_votes_are_read_by_the_chair_and_ones_own_by_oneself(itt: Itt) -> None:
    id_ = voted(itt, "accredited", "refused", "accredited")
    votes = {
        by.id: [m["vote"] for m in itt.asked(by, "get_accreditation", accreditation_id=id_)["members"]]
        for by in (CHAIR, SECOND, LEAD, ANALYST)
    }
    whole = ["accredited", "refused", "accredited"]
    assert votes == {
        CHAIR.id: whole,
        ANALYST.id: whole,
        SECOND.id: [None, "refused", None],
        LEAD.id: [None, None, None],
    }


def test_a_chair_with_a_conflict_is_followed_by_another(itt: Itt) -> None:
    id_ = convened(itt)
    itt.asked(CHAIR, "declare_interests", accreditation_id=id_, conflict=True, text="My sister works there")
    itt.asked(ADMIN, "invite_panel_member", accreditation_id=id_, member=a_member(FOURTH))
    itt.asked(ADMIN, "change_panel", accreditation_id=id_, chair_id=SECOND.id)
    for by in (SECOND, THIRD, FOURTH):
        itt.asked(by, "declare_interests", accreditation_id=id_, conflict=False)
        itt.asked(by, "vote_on_accreditation", accreditation_id=id_, vote="refused", score=2)
    with pytest.raises(NotAllowed):
        decided(itt, id_)
    given = {"outcome": "refused", "reasons": "Too few tutors."}
    shown = itt.asked(SECOND, "decide_accreditation", accreditation_id=id_, **given)
    assert shown["state"] == "refused"


def test_a_chair_with_a_conflict_reads_no_votes(itt: Itt) -> None:
    id_ = voted(itt)
    shown = itt.asked(
        CHAIR, "declare_interests", accreditation_id=id_, conflict=True, text="My wife leads it"
    )
    assert [member["vote"] for member in shown["members"]] == [None, None, None]
    assert "accredit" not in shown["possible"]


def test_a_chair_who_speaks_for_the_applicant_by_now_neither_reads_votes_nor_decides(itt: Itt) -> None:
    id_, by = voted(itt), principal(Role.PANEL_MEMBER, "provider:2LS", id=CHAIR.id)
    shown = itt.asked(by, "get_accreditation", accreditation_id=id_)
    assert [member["vote"] for member in shown["members"]] == ["accredited", None, None]
    with pytest.raises(NotAllowed):
        itt.asked(by, "decide_accreditation", accreditation_id=id_, outcome="accredited", reasons="x")


def test_a_conflict_is_lifted_by_the_chair_and_not_by_who_declared_it(itt: Itt, session: Session) -> None:
    id_ = voted(itt)
    for by in (SECOND, CHAIR):
        itt.asked(by, "declare_interests", accreditation_id=id_, conflict=True, text="My sister")
        with pytest.raises(Conflict, match="lifted"):
            itt.asked(by, "declare_interests", accreditation_id=id_, conflict=False)
    given = {"accreditation_id": id_, "reason": "She left"}
    with pytest.raises(NotAllowed):
        itt.asked(CHAIR, "lift_conflict", person_id=CHAIR.id, **given)
    itt.asked(ADMIN, "lift_conflict", person_id=CHAIR.id, **given)
    shown = itt.asked(CHAIR, "lift_conflict", person_id=SECOND.id, **given)
    assert [(member["sits"], member["vote"]) for member in shown["members"]] == [
        (True, None),
        (True, None),
        (True, "accredited"),
    ]
    assert audit_trail(session, f"accreditation/{id_}")[-1].why == "She left"


def test_one_person_under_two_ids_has_one_seat(itt: Itt) -> None:
    other = principal(Role.PANEL_MEMBER, id=str(new_id()))
    itt.hears(PersonMerged(occurred_at=NOW, merged_id=UUID(other.id), person_id=UUID(SECOND.id)))
    id_ = sent(itt)
    with pytest.raises(Invalid, match="twice"):
        convened(itt, id_, members=[a_member(by) for by in (CHAIR, SECOND, other)])
    convened(itt, id_)
    shown = itt.asked(ANALYST, "invite_panel_member", accreditation_id=id_, member=a_member(other))
    assert len(shown["members"]) == 3


def test_two_members_who_turn_out_to_be_one_have_one_vote(itt: Itt) -> None:
    id_ = voted(itt)
    itt.hears(PersonMerged(occurred_at=NOW, merged_id=UUID(THIRD.id), person_id=UUID(SECOND.id)))
    shown = itt.asked(CHAIR, "get_accreditation", accreditation_id=id_)
    assert [member["sits"] for member in shown["members"]] == [True, True, False]
    with pytest.raises(Conflict, match="2 sit"):
        decided(itt, id_)


def test_a_member_who_was_merged_still_sits(itt: Itt) -> None:
    id_, later = convened(itt), principal(Role.PANEL_MEMBER, id=str(new_id()))
    merge = PersonMerged(occurred_at=NOW, merged_id=UUID(SECOND.id), person_id=UUID(later.id))
    itt.hears(merge)
    shown = itt.asked(later, "declare_interests", accreditation_id=id_, conflict=False)
    assert [member["declared"] for member in shown["members"]] == [False, True, False]


def test_personal_values_stand_in_the_part_of_the_audit_that_can_be_blanked(
    itt: Itt, session: Session
) -> None:
    id_ = voted(itt)
    trail = audit_trail(session, f"accreditation/{id_}")
    assert "O'Neill" in str([record.personal for record in trail])
    assert not any(word in str([record.changes for record in trail]) for word in ("O'Neill", "Seen"))


def test_applications_are_listed_by_state_in_pages_for_who_may_read_them(itt: Itt) -> None:
    first = sent(itt)
    second = begun(itt, OTHER_LEAD, provider_code="3LS")

    def ids(by: Principal, **more: Any) -> list[str]:
        return [item["accreditation_id"] for item in itt.asked(by, "list_accreditations", **more)["items"]]

    assert ids(ADMIN) == [first, second]
    assert ids(ADMIN, descending=True) == [second, first]
    assert ids(ADMIN, state="draft") == ids(ADMIN, provider_code="3LS") == ids(OTHER_LEAD) == [second]
    assert ids(ANALYST) == ids(LEAD) == [first]
    assert ids(CHAIR) == []
    convened(itt, first)
    assert ids(CHAIR) == [first]
    page = itt.asked(ADMIN, "list_accreditations", limit=1)
    assert ids(ADMIN, limit=1, after=page["next"]) == [second]


@pytest.mark.parametrize("by", [CANDIDATE, PARTNER, ANONYMOUS], ids=lambda by: by.id)
def test_others_have_no_list(itt: Itt, by: Principal) -> None:
    with pytest.raises(NotAllowed):
        itt.asked(by, "list_accreditations")
