"""Facts of others come late, twice and in any order."""

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest
from sqlalchemy import func, select

from services.cpd import models as m
from shared.audit import audit_trail
from shared.events import cpd as events
from shared.events.people import PersonMerged
from shared.ids import new_id
from tests.service.cpd.conftest import BODY, HEAD, OPERATOR, OTHER_SCHOOL, SCHOOL, Cpd, Teacher, noon, peer


def status(cpd: Cpd, teacher: Teacher) -> str:
    return str(cpd(OPERATOR, "get_induction", person_id=teacher.id)["status"])


@pytest.mark.parametrize("order", list(permutations(["bodies", "qts", "post"])))
def test_a_period_is_proposed_whatever_comes_first(
    cpd: Cpd, teacher: Teacher, order: tuple[str, ...]
) -> None:
    steps: dict[str, Callable[[], None]] = {
        "bodies": cpd.bodies,
        "qts": lambda: cpd.hears(teacher.qts()),
        "post": lambda: cpd.hears(teacher.begins()),
    }
    for step in order:
        steps[step]()
    (told,) = cpd.told(events.InductionProposed)
    assert (told.starts_on, told.appropriate_body) == (date(2024, 9, 2), "north-tyne")
    assert len(cpd.told(events.InductionDue)) == 1


def test_facts_that_come_twice_change_nothing(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    before = cpd.types()
    cpd.hears(teacher.qts())
    cpd.hears(teacher.begins())
    assert cpd.types() == before


def test_a_post_of_somebody_whose_qts_is_unknown_is_kept(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    cpd.hears(teacher.begins())
    (post,) = cpd(OPERATOR, "get_induction", person_id=teacher.id)["posts"]
    assert (post["school_urn"], post["obstacle"]) == (SCHOOL, "no_qts")
    assert status(cpd, teacher) == "None"


def test_qts_makes_none_into_required_to_complete(cpd: Cpd, teacher: Teacher) -> None:
    cpd.hears(teacher.qts())
    assert status(cpd, teacher) == "RequiredToComplete"


def test_an_end_that_is_heard_before_the_beginning_leaves_no_open_post(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    cpd.hears(teacher.qts())
    cpd.on(date(2025, 1, 31)).hears(teacher.ends(date(2025, 1, 31)))
    cpd.hears(teacher.begins(), late=True)
    (post,) = cpd(OPERATOR, "get_induction", person_id=teacher.id)["posts"]
    assert (post["begins_on"], post["ended_on"], post["obstacle"]) == (
        "2024-09-02",
        "2025-01-31",
        "post_ended",
    )
    assert not cpd.told(events.InductionProposed)


def test_a_post_at_a_school_that_is_not_relevant_proposes_nothing(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    cpd.hears(teacher.qts())
    cpd.hears(teacher.begins(relevant_school=False))
    (post,) = cpd(OPERATOR, "get_induction", person_id=teacher.id)["posts"]
    assert post["obstacle"] == "not_a_teaching_post_at_a_relevant_school"


def test_an_award_undone_takes_the_proposal_along(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    cpd.hears(teacher.undone(), sequence=2)
    (dropped,) = cpd.told(events.InductionDropped)
    assert (str(dropped.period_id), dropped.code) == (proposed, "qts_removed")
    assert status(cpd, teacher) == "None"


def test_an_award_given_again_proposes_again(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    cpd.hears(teacher.undone(), sequence=2)
    cpd.hears(teacher.qts(date(2024, 8, 5)), sequence=3)
    assert len(cpd.told(events.InductionProposed)) == 2
    assert len(cpd.told(events.InductionDue)) == 2


def test_an_award_that_is_heard_after_it_was_undone_stays_undone(cpd: Cpd, teacher: Teacher) -> None:
    cpd.hears(teacher.undone(), sequence=2)
    cpd.hears(teacher.undone(), sequence=2)
    cpd.hears(teacher.qts(), sequence=1, late=True)
    assert status(cpd, teacher) == "None"
    assert not cpd.told(events.InductionDue)


def test_removing_the_last_qts_once_induction_has_started_is_kept_as_an_error(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    cpd.hears(teacher.undone(), sequence=2)
    shown = cpd(OPERATOR, "get_induction", person_id=teacher.id)
    assert (shown["status"], shown["qts_removal_refused_on"]) == ("InProgress", "2024-08-30")
    (noted,) = audit_trail(cpd.session, f"award/{teacher.trainee_id}")
    assert noted.action == "qts.removal_refused"
    (refused,) = cpd.told(events.QtsRemovalRefused)
    assert (refused.trainee_id, refused.refused_on) == (teacher.trainee_id, date(2024, 8, 30))


def test_an_award_that_is_made_again_after_its_removal_was_refused_changes_nothing(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    cpd.hears(teacher.undone(), sequence=2)
    cpd.hears(teacher.qts(), sequence=3)
    shown = cpd(OPERATOR, "get_induction", person_id=teacher.id)
    assert (shown["status"], shown["qts_awarded_on"]) == ("InProgress", "2024-07-10")
    assert len(cpd.told(events.InductionDue)) == 1


def test_one_of_two_awards_may_be_removed_once_induction_has_started(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    cpd.hears(teacher.qts(trainee_id=new_id()))
    cpd.hears(teacher.undone(), sequence=2)
    assert "qts_removal_refused_on" not in {
        k for k, v in cpd(OPERATOR, "get_induction", person_id=teacher.id).items() if v is not None
    }


def test_early_years_status_has_nothing_to_do_with_induction(
    cpd: Cpd, teacher: Teacher, proposed: str
) -> None:
    cpd.hears(teacher.undone("EYTS"), sequence=2)
    assert status(cpd, teacher) == "RequiredToComplete"
    assert not cpd.told(events.InductionDropped)


def test_the_end_of_a_post_drops_its_proposal(cpd: Cpd, teacher: Teacher, proposed: str) -> None:
    cpd.on(date(2024, 8, 1)).hears(teacher.ends(date(2024, 8, 1)))
    assert cpd.told(events.InductionDropped)[0].code == "post_ended"
    cpd.hears(teacher.ends(date(2024, 8, 1)))
    assert len(cpd.told(events.InductionDropped)) == 1


def test_leaving_midway_is_not_failing_and_is_resumed_as_a_new_period(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    cpd.on(date(2025, 6, 2)).hears(teacher.ends(date(2025, 5, 31)))
    (released,) = cpd.told(events.InductionReleased)
    assert (released.released_on, released.terms_served_hundredths) == (date(2025, 5, 30), 242)
    assert status(cpd, teacher) == "RequiredToComplete"
    cpd(HEAD, "assess_term", period_id=opened, term=3, outcome="satisfactory", evidence="interim report")
    assert cpd.told(events.TermAssessed)[0].kind == "interim"
    teacher.post_id = new_id()
    cpd.hears(teacher.begins(date(2025, 9, 1), school_urn=OTHER_SCHOOL))
    shown = cpd(OPERATOR, "get_induction", person_id=teacher.id)
    old, new = sorted(shown["periods"], key=lambda p: p["starts_on"])
    assert (old["state"], old["id"], old["interim_due"]) == ("released", opened, True)
    assert (new["state"], new["starts_on"], new["school_urn"]) == ("proposed", "2025-09-01", OTHER_SCHOOL)
    cpd(BODY, "agree_induction", period_id=new["id"])
    resumed = cpd(BODY, "get_period", period_id=new["id"])
    assert (resumed["served_hundredths"], resumed["current_term"]) == (242, 3)
    assert resumed["completes_on"] == "2026-11-03"  # 3.58 terms, the last by 46 of its 79 days


def test_the_last_day_of_a_post_is_the_one_before_its_end_and_nobody_leaves_earlier(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    cpd.on(date(2024, 12, 2)).hears(teacher.ends(date(2024, 12, 20)))
    assert cpd.on(date(2024, 12, 19))(BODY, "get_period", period_id=opened)["state"] == "open"
    assert not cpd.told(events.InductionReleased)
    cpd.on(date(2024, 12, 20))
    (released,) = cpd.told(events.InductionReleased)
    assert (released.released_on, released.terms_served_hundredths) == (date(2024, 12, 19), 98)
    assert cpd(BODY, "get_period", period_id=opened)["interim_due"]


def test_an_induction_that_is_passed_before_the_post_ends_is_not_left(
    cpd: Cpd, teacher: Teacher, served: str
) -> None:
    cpd.on(date(2026, 7, 22)).hears(teacher.ends(date(2026, 9, 1)))
    cpd(HEAD, "recommend_outcome", period_id=served, recommendation="pass")
    cpd(BODY, "decide_induction", period_id=served, decision="pass")
    cpd.on(date(2026, 9, 2))
    assert status(cpd, teacher) == "Passed"
    assert not cpd.told(events.InductionReleased)


def test_a_post_with_an_end_to_come_can_be_served_in(cpd: Cpd, teacher: Teacher) -> None:
    cpd.hears(teacher.qts())
    cpd.hears(teacher.begins())
    cpd.hears(teacher.ends(date(2025, 9, 1)))
    cpd.bodies()
    assert len(cpd.told(events.InductionProposed)) == 1
    cpd.on(date(2025, 9, 1))
    assert cpd.told(events.InductionDropped)[0].code == "post_ended"


def test_a_post_that_began_before_the_other_ended_waits_for_its_turn(
    cpd: Cpd, teacher: Teacher, opened: str
) -> None:
    second = teacher.begins(date(2025, 1, 6), role_period_id=new_id(), school_urn=OTHER_SCHOOL)
    cpd.on(date(2025, 1, 6)).hears(second)
    assert len(cpd.told(events.InductionProposed)) == 1
    cpd.on(date(2025, 2, 3)).hears(teacher.ends(date(2025, 2, 1)))
    assert cpd.told(events.InductionProposed)[1].starts_on == date(2025, 2, 1)


def test_two_ids_that_turn_out_to_be_one_person_propose_together(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    other_id = new_id()
    cpd.hears(teacher.qts())
    cpd.hears(teacher.begins(person_id=other_id))
    assert not cpd.told(events.InductionProposed)
    cpd.hears(PersonMerged(occurred_at=cpd.now, person_id=teacher.id, merged_id=other_id))
    assert len(cpd.told(events.InductionProposed)) == 1
    for person_id in (teacher.id, other_id):
        shown = cpd(peer(person_id), "get_induction", person_id=person_id)
        assert (shown["person_id"], len(shown["periods"])) == (str(teacher.id), 1)


def test_a_post_with_an_impossible_share_of_time_does_no_harm(cpd: Cpd, teacher: Teacher) -> None:
    cpd.bodies()
    cpd.hears(teacher.qts())
    cpd.hears(teacher.begins(full_time_equivalent_percent=0))
    (period,) = cpd(OPERATOR, "get_induction", person_id=teacher.id)["periods"]
    assert period["fte_percent"] == 1


def test_the_latest_name_is_kept_whatever_comes_last(cpd: Cpd, teacher: Teacher) -> None:
    old, new = teacher.begins(occurred_at=noon(date(2023, 1, 1))), teacher.qts()
    cpd.hears(new)
    teacher.person = type(teacher.person)(first_names="Old", last_name="Name")
    cpd.hears(teacher.begins(occurred_at=noon(date(2023, 1, 1))))
    cpd.hears(teacher.begins(person=None, role_period_id=new_id()))
    rows = cpd.session.execute(select(m.KNOWN_PERSON.c.last_name, m.KNOWN_PERSON.c.trn)).all()
    assert [tuple(row) for row in rows] == [("Okafor", "1234567")]
    assert old.person == new.person


def test_one_period_is_live_at_a_time_in_the_database_too(cpd: Cpd, teacher: Teacher, opened: str) -> None:
    count = select(func.count()).select_from(m.PERIOD).where(m.PERIOD.c.person_id == teacher.id)
    cpd.hears(teacher.begins(role_period_id=new_id(), school_urn=OTHER_SCHOOL))
    assert cpd.session.scalar(count) == 1
