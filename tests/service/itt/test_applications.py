"""Applications from the choice to recruited, as candidates and providers meet them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import courses
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events.applications import Recruited
from shared.policy import Principal
from shared.testing import kit as testing
from tests.service.itt.applications_kit import (
    a_course,
    accepted,
    chosen,
    offered,
    ready,
    registered,
    sent,
    state_of,
    taken,
)
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    LEAD,
    NOW,
    load_schools,
    register_providers,
)
from tests.service.itt.kit import due

WHY = {"reasons": ["other"], "text": "Moving away"}
IN_A_WEEK = NOW + timedelta(days=7)
INTERVIEW: dict[str, Any] = {"provider_code": "2LS", "at": IN_A_WEEK, "location": "Main hall"}


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _facts(session: Session) -> list[str]:
    return [event.TYPE.removeprefix("itt.").removesuffix(".v1") for event in testing.published(session)]


def _candidate(session: Session, by: Principal) -> models.Candidate:
    session.flush()
    return session.query(models.Candidate).filter_by(person_id=UUID(by.id)).populate_existing().one()


# --- choosing and sending


def test_an_application_goes_from_the_choice_to_recruited(itt: Itt, session: Session) -> None:
    by, option_id = ready(session), a_course(session)
    mine = itt.asked(by, "choose_course", course_option_id=option_id)
    application_id = mine["application_id"]
    assert (mine["state"], mine["possible"]) == ("unsubmitted", ["send_to_provider"])
    shown = itt.asked(by, "send_application", application_id=application_id)
    assert (shown["state"], shown["inactive_due_at"]) == (
        "awaiting_provider_decision",
        "2027-01-22T23:59:59+00:00",
    )
    itt.asked(LEAD, "make_offer", application_id=application_id, conditions=["Pass the test"])
    shown = itt.asked(by, "accept_offer", application_id=application_id)
    assert (shown["state"], taken(session, option_id)) == ("pending_conditions", 1)
    shown = itt.asked(ACCREDITED, "confirm_conditions_met", application_id=application_id)
    assert (shown["state"], shown["conditions"][0]["state"]) == ("recruited", "met")
    recruited = [f for f in testing.published(session) if isinstance(f, Recruited)]
    (fact,) = recruited
    assert fact.person is not None and fact.person.degrees[0].graduation_year == "2024"
    assert (fact.site_urn, fact.funding, fact.route, fact.ends_on is not None) == (
        "990101",
        "fee",
        "school_direct_tuition_fee",
        True,
    )


def test_a_choice_is_made_once_with_one_id_and_removed_while_it_is_not_sent(
    itt: Itt, session: Session
) -> None:
    by, option_id, id_ = ready(session), a_course(session), uuid4()
    first = itt.asked(by, "choose_course", course_option_id=option_id, application_id=id_)
    assert itt.asked(by, "choose_course", course_option_id=option_id, application_id=id_) == first
    with pytest.raises(Conflict, match="not sent yet"):
        itt.asked(by, "choose_course", course_option_id=option_id)
    assert itt.asked(by, "remove_choice", application_id=id_) == {"application_id": str(id_)}
    assert itt.asked(by, "my_applications")["items"] == []
    application_id = sent(session, by, option_id)
    with pytest.raises(Conflict):
        itt.asked(by, "remove_choice", application_id=application_id)


def test_a_draft_of_a_course_is_nobodys_to_choose(itt: Itt, session: Session) -> None:
    with pytest.raises(NotFound):
        itt.asked(ready(session), "choose_course", course_option_id=uuid4())


def test_what_the_form_lacks_is_told_by_section_when_it_is_sent(itt: Itt, session: Session) -> None:
    by = registered(session)
    application_id = chosen(session, by)
    with pytest.raises(Invalid) as raised:
        itt.asked(by, "send_application", application_id=application_id)
    assert "references" in raised.value.fields and "contact" in raised.value.fields


def test_a_full_or_withdrawn_course_takes_no_application(itt: Itt, session: Session) -> None:
    by, option_id = ready(session), a_course(session, places=1)
    accepted(session, ready(session, "Ben Carter"), option_id=option_id)
    application_id = chosen(session, by, option_id)
    with pytest.raises(Conflict, match="no vacancies"):
        itt.asked(by, "send_application", application_id=application_id)
    course_id = session.get_one(models.CourseOption, option_id).course_id
    courses.withdraw_course(session, NOW, LEAD, course_id=course_id, why="Nobody to teach it")
    with pytest.raises(Conflict, match="not on offer"):
        itt.asked(by, "send_application", application_id=application_id)


def test_four_are_in_progress_and_a_fifth_waits_for_one_to_end(itt: Itt, session: Session) -> None:
    """Domain page, "applications in progress at once": 4."""
    by = ready(session)
    four = [sent(session, by) for _ in range(4)]
    fifth = chosen(session, by)
    assert _candidate(session, by).in_progress == 4
    with pytest.raises(Conflict, match="4 applications are in progress"):
        itt.asked(by, "send_application", application_id=fifth)
    itt.asked(by, "withdraw_application", application_id=four[0], **WHY)
    itt.asked(by, "send_application", application_id=fifth)
    assert _candidate(session, by).in_progress == 4


def test_fifteen_are_sent_in_a_cycle_and_no_more(itt: Itt, session: Session) -> None:
    """Domain page, "applications a cycle": 15."""
    by = ready(session)
    for _ in range(15):
        itt.asked(by, "withdraw_application", application_id=sent(session, by), **WHY)
    with pytest.raises(Conflict, match="15 applications in the cycle 2027"):
        itt.asked(by, "choose_course", course_option_id=a_course(session))


# --- offers


def test_accepting_settles_the_others_in_one_go(itt: Itt, session: Session) -> None:
    by = ready(session)
    mine, other = offered(session, by), offered(session, by)
    waiting, interviewing = sent(session, by), sent(session, by)
    itt.asked(LEAD, "arrange_interview", application_id=interviewing, **INTERVIEW)
    unsent = chosen(session, by)
    itt.asked(by, "accept_offer", application_id=mine)
    states = [state_of(session, id_) for id_ in (mine, other, waiting, interviewing, unsent)]
    assert states == ["recruited", "declined", "withdrawn", "withdrawn", "unsubmitted"]
    assert _candidate(session, by).in_progress == 1
    (gone,) = itt.asked(LEAD, "get_application", application_id=interviewing)["interviews"]
    assert gone["cancellation_reason"] == "Your application was withdrawn"
    with pytest.raises(Conflict, match="an offer has been accepted"):
        itt.asked(by, "send_application", application_id=unsent)


def test_offers_may_exceed_places_and_accepted_places_do_not(itt: Itt, session: Session) -> None:
    option_id = a_course(session, places=1)
    first, second = ready(session), ready(session, "Ben Carter")
    one, two = offered(session, first, option_id=option_id), offered(session, second, option_id=option_id)
    itt.asked(first, "accept_offer", application_id=one)
    with pytest.raises(Conflict, match="no place left"):
        itt.asked(second, "accept_offer", application_id=two)
    assert taken(session, option_id) == 1


def test_a_place_is_given_back_by_who_withdraws_or_does_not_meet_the_conditions(
    itt: Itt, session: Session
) -> None:
    option_id = a_course(session, places=2)
    by, other = ready(session), ready(session, "Ben Carter")
    mine, theirs = (accepted(session, who, "Swim", option_id=option_id) for who in (by, other))
    assert taken(session, option_id) == 2
    itt.asked(by, "withdraw_application", application_id=mine, **WHY)
    itt.asked(LEAD, "conditions_not_met", application_id=theirs)
    assert taken(session, option_id) == 0
    assert _candidate(session, by).in_progress == _candidate(session, other).in_progress == 0


def test_an_offer_of_another_course_takes_the_place_there(itt: Itt, session: Session) -> None:
    by, chosen_option, other = ready(session), a_course(session), a_course(session)
    application_id = sent(session, by, chosen_option)
    itt.asked(LEAD, "make_offer", application_id=application_id, course_option_id=other)
    shown = itt.asked(by, "accept_offer", application_id=application_id)
    assert (shown["course_option_id"], shown["chosen_option_id"]) == (str(other), str(chosen_option))
    assert (taken(session, chosen_option), taken(session, other)) == (0, 1)


def test_the_same_offer_again_leaves_no_trace(itt: Itt, session: Session) -> None:
    application_id = offered(session, ready(session), "Swim")
    before, noted = _facts(session), len(audit_trail(session, f"application/{application_id}"))
    itt.asked(LEAD, "make_offer", application_id=application_id, conditions=["Swim"])
    assert _facts(session) == before
    assert len(audit_trail(session, f"application/{application_id}")) == noted
    itt.asked(LEAD, "make_offer", application_id=application_id, conditions=["Swim", "Run"])
    assert _facts(session)[-1] == "application.offered"


def test_a_rejection_tells_its_reasons_and_can_be_followed_by_an_offer(itt: Itt, session: Session) -> None:
    """Domain page, "rejection": one or more coded reasons with text; the candidate sees them."""
    by = ready(session)
    application_id = sent(session, by)
    itt.asked(LEAD, "reject_application", application_id=application_id, reasons=[{"code": "R08"}])
    seen = itt.asked(by, "get_application", application_id=application_id)
    assert seen["rejection_reasons"] == [{"code": "R08", "label": "Course full", "details": "Course full"}]
    itt.asked(LEAD, "make_offer", application_id=application_id)
    assert state_of(session, application_id) == "offer"


def test_an_offer_is_withdrawn_or_declined(itt: Itt, session: Session) -> None:
    by = ready(session)
    one, two = offered(session, by), offered(session, by)
    itt.asked(LEAD, "withdraw_offer", application_id=one, reason="Made in error")
    itt.asked(by, "decline_offer", application_id=two)
    assert (state_of(session, one), state_of(session, two)) == ("offer_withdrawn", "declined")


def test_the_provider_withdraws_or_declines_for_a_candidate_who_says_so(itt: Itt, session: Session) -> None:
    by = ready(session)
    one, two = offered(session, by), sent(session, by)
    for id_ in (one, two):
        shown = itt.asked(LEAD, "withdraw_for_candidate", application_id=id_)
        assert shown["withdrawn_or_declined_for_candidate"] is True
    assert (state_of(session, one), state_of(session, two)) == ("declined", "withdrawn")


def test_a_move_that_the_table_does_not_have_is_refused_with_what_is_possible(
    itt: Itt, session: Session
) -> None:
    application_id = sent(session, ready(session))
    with pytest.raises(TransitionNotAllowed) as raised:
        itt.asked(LEAD, "defer_offer", application_id=application_id)
    assert "make_offer" in raised.value.details["allowed"]


# --- conditions, deferral


def test_conditions_are_marked_one_by_one_and_pending_ones_may_be_met_later(
    itt: Itt, session: Session
) -> None:
    by = ready(session)
    application_id = accepted(session, by, "Swim", "Run")
    shown = itt.asked(by, "get_application", application_id=application_id)
    first = shown["conditions"][0]["condition_id"]
    shown = itt.asked(LEAD, "mark_condition", application_id=application_id, condition_id=first, state="met")
    assert [c["state"] for c in shown["conditions"]] == ["met", "pending"]
    shown = itt.asked(LEAD, "recruit_with_pending_conditions", application_id=application_id)
    assert (shown["state"], shown["conditions"][1]["state"]) == ("recruited", "pending")
    assert "confirm_conditions_met" in shown["possible"]
    shown = itt.asked(LEAD, "confirm_conditions_met", application_id=application_id)
    assert (shown["state"], shown["conditions"][1]["state"]) == ("recruited", "met")
    assert "confirm_conditions_met" not in shown["possible"]
    assert _facts(session)[-1] == "application.conditions_confirmed"


def test_a_deferred_place_is_free_and_taken_up_in_the_next_cycle(itt: Itt, session: Session) -> None:
    by, option_id = ready(session), a_course(session)
    application_id = accepted(session, by, option_id=option_id)
    shown = itt.asked(LEAD, "defer_offer", application_id=application_id)
    assert (shown["state"], shown["deferred_to"], taken(session, option_id)) == ("offer_deferred", 2028, 0)
    # What follows is as if it had been deferred from 2026, so that it is taken up now.
    row = session.get_one(models.Application, application_id)
    row.cycle = row.current_cycle = 2026
    row.deferred_to = 2027
    session.flush()
    shown = itt.asked(LEAD, "reinstate_offer", application_id=application_id, conditions_met=True)
    assert (shown["state"], shown["current_cycle"], taken(session, option_id)) == ("recruited", 2027, 1)
    expected = ["application.reinstated", "application.recruited", "trainee.registered"]
    assert _facts(session)[-3:] == expected


def test_a_deferred_place_is_taken_up_on_another_course(itt: Itt, session: Session) -> None:
    by, other = ready(session), a_course(session, code="B200")
    application_id = accepted(session, by, "Swim")
    itt.asked(LEAD, "defer_offer", application_id=application_id)
    row = session.get_one(models.Application, application_id)
    row.cycle = row.current_cycle = 2026
    row.deferred_to = 2027
    session.flush()
    shown = itt.asked(
        LEAD,
        "reinstate_offer",
        application_id=application_id,
        conditions_met=False,
        course_option_id=other,
    )
    assert (shown["state"], shown["course_option_id"], taken(session, other)) == (
        "pending_conditions",
        str(other),
        1,
    )


# --- interviews and notes


def test_interviews_are_arranged_changed_and_cancelled(itt: Itt, session: Session) -> None:
    """Domain page, "interviews": create, change, cancel with a reason."""
    by = ready(session)
    application_id = sent(session, by)
    id_ = uuid4()
    for _ in range(2):
        shown = itt.asked(
            LEAD, "arrange_interview", application_id=application_id, interview_id=id_, **INTERVIEW
        )
    assert (shown["state"], len(shown["interviews"])) == ("interviewing", 1)
    shown = itt.asked(ACCREDITED, "change_interview", interview_id=id_, location="Online")
    assert shown["interviews"][0]["location"] == "Online"
    shown = itt.asked(LEAD, "cancel_interview", interview_id=id_, reason="Illness")
    assert (shown["state"], shown["interviews"][0]["cancellation_reason"]) == (
        "awaiting_provider_decision",
        "Illness",
    )
    assert _facts(session)[-3:] == ["interview.arranged", "interview.changed", "interview.cancelled"]
    assert due(session, "application_inactive")[f"application/{application_id}"].year == 2027
    with pytest.raises(NotFound):
        itt.asked(by, "cancel_interview", interview_id=uuid4(), reason="Illness")


def test_an_inactive_application_that_is_interviewed_needs_one_of_the_four_places(
    itt: Itt, session: Session
) -> None:
    by = ready(session)
    application_id = sent(session, by)
    itt.fires("application_inactive", f"application/{application_id}", NOW + timedelta(days=90))
    assert state_of(session, application_id) == "inactive"
    for _ in range(4):
        sent(session, by)
    with pytest.raises(Conflict, match="4 applications in progress"):
        itt.asked(LEAD, "arrange_interview", application_id=application_id, **INTERVIEW)
    with pytest.raises(Conflict, match="4 applications in progress"):
        itt.asked(LEAD, "make_offer", application_id=application_id)


def test_notes_of_up_to_500_characters_are_the_providers_own(itt: Itt, session: Session) -> None:
    """Domain page, "notes": 500 characters."""
    by = ready(session)
    application_id = sent(session, by)
    shown = itt.asked(LEAD, "add_note", application_id=application_id, message="x" * 500)
    assert shown["notes"][0]["author"] == "lead-user"
    with pytest.raises(Invalid, match="message"):
        itt.asked(LEAD, "add_note", application_id=application_id, message="x" * 501)
    assert itt.asked(by, "get_application", application_id=application_id)["notes"] == []
    with pytest.raises(NotAllowed):
        itt.asked(by, "add_note", application_id=application_id, message="Mine")
