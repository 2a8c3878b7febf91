"""The stage is folded from facts; expected values are written from the domain page's table of stages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.people.domain.facts import EFFECTS, PersonFact, moves_stage
from services.people.domain.folding import days_to_fold_again, fold
from services.people.domain.stages import Flag, Stage, Standing
from shared.events import Event, applications, cpd, itt, people

ON = date(2030, 1, 1)
START = datetime(2026, 9, 1, 8, tzinfo=UTC)

SHORT: dict[str, type[Event]] = {
    "sent": applications.ApplicationSent,
    "offered": applications.OfferMade,
    "rejected": applications.ApplicationRejected,
    "withdrew": applications.ApplicationWithdrawn,
    "declined": applications.OfferDeclined,
    "offer_withdrawn": applications.OfferWithdrawn,
    "not_met": applications.ConditionsNotMet,
    "registered": itt.TraineeRegistered,
    "started": itt.TrainingStarted,
    "deferred": itt.TraineeDeferred,
    "reinstated": itt.TraineeReinstated,
    "withdrawn": itt.TraineeWithdrawn,
    "discarded": itt.TraineeDiscarded,
    "withdrawal_undone": itt.WithdrawalUndone,
    "qts": itt.QtsAwarded,
    "eyts": itt.EytsAwarded,
    "award_undone": itt.AwardUndone,
    "opened": cpd.InductionOpened,
    "released": cpd.InductionReleased,
    "extended": cpd.InductionExtended,
    "passed": cpd.InductionPassed,
    "failed": cpd.InductionFailed,
    "listed": cpd.FailureListed,
    "exempted": cpd.InductionExempted,
    "exemption_ended": cpd.ExemptionEnded,
    "prohibited": people.ProhibitionImposed,
    "lifted": people.ProhibitionLifted,
}
TO_TEACHER = "registered started qts opened passed"


def a_fact(n: int, name: str) -> PersonFact:
    """``name`` is a short name, with ``:2`` for the second record of that kind."""
    short, _, record = name.partition(":")
    keys = ("application_id", "trainee_id", "period_id", "prohibition_id", "person_id")
    day = (START + timedelta(days=n)).date().isoformat()
    return PersonFact(
        id=UUID(int=n),
        type=SHORT[short].TYPE,
        subject="x",
        sequence=n,
        occurred_at=START + timedelta(days=n),
        details={key: record or "1" for key in keys} | {"exempt_from": day, "ended_on": day},
    )


def story(text: str) -> list[PersonFact]:
    return [a_fact(n, name) for n, name in enumerate(text.split(), 1)]


def a_role(n: int, role: str, begins_on: date, ended_on: date | None = None) -> list[PersonFact]:
    begun = {"role_period_id": str(n), "role": role, "begins_on": begins_on.isoformat()}
    facts = [PersonFact(UUID(int=100 + n), people.RoleBegun.TYPE, "p", n, START, details=begun)]
    if ended_on:
        ended = {"role_period_id": str(n), "ended_on": ended_on.isoformat()}
        facts.append(PersonFact(UUID(int=200 + n), people.RoleEnded.TYPE, "p", n + 50, START, details=ended))
    return facts


@pytest.mark.parametrize(
    ("facts", "stage", "flag"),
    [
        ("", "known", ""),
        ("sent", "candidate", ""),
        ("sent rejected", "known", ""),
        ("sent rejected offered", "candidate", ""),
        ("sent sent:2 rejected", "candidate", ""),
        ("sent withdrew", "known", ""),
        ("sent offered declined", "known", ""),
        ("sent offered offer_withdrawn", "known", ""),
        ("sent offered not_met", "known", ""),
        ("offered", "known", ""),
        ("sent offered registered started", "trainee", ""),
        ("sent offered registered discarded withdrew", "known", ""),
        ("registered started withdrawn sent", "candidate", ""),
        ("registered started withdrawn sent withdrew", "withdrawn", ""),
        ("registered", "candidate", ""),
        ("registered deferred", "candidate", "paused"),
        ("registered discarded", "known", ""),
        ("registered started", "trainee", ""),
        ("registered started deferred", "trainee", "paused"),
        ("registered started deferred reinstated", "trainee", ""),
        ("registered withdrawn", "withdrawn", ""),
        ("registered started withdrawn", "withdrawn", ""),
        ("registered started deferred withdrawn", "withdrawn", ""),
        ("registered started withdrawn registered:2 discarded:2", "withdrawn", ""),
        ("registered started withdrawn registered:2", "candidate", ""),
        ("registered started withdrawn withdrawal_undone", "trainee", ""),
        ("registered started withdrawn registered:2 started:2", "trainee", ""),
        ("registered started deferred registered:2 started:2", "trainee", ""),
        ("registered started qts", "qualified", ""),
        ("registered started qts award_undone", "trainee", ""),
        ("registered started eyts", "early_years", ""),
        ("registered started eyts award_undone", "trainee", ""),
        ("registered started eyts prohibited", "early_years", "suspended"),
        ("registered started eyts registered:2 started:2 qts:2", "qualified", ""),
        ("registered started qts registered:2 started:2 qts:2 opened award_undone", "early_career", ""),
        ("registered started qts opened", "early_career", ""),
        ("registered started qts opened extended", "early_career", ""),
        ("registered started qts opened released", "qualified", "paused"),
        ("registered started qts opened released opened:2", "early_career", ""),
        ("registered started qts opened released opened:2 passed:2", "teacher", ""),
        ("registered started qts opened failed", "early_career", ""),
        ("registered started qts opened failed passed", "teacher", ""),
        ("registered started qts opened failed extended", "early_career", ""),
        ("registered started qts opened failed listed", "qualified", "barred"),
        ("registered started exempted", "trainee", ""),
        ("registered started qts exempted", "teacher", ""),
        ("registered started qts opened exempted", "teacher", ""),
        ("registered started qts opened exempted exemption_ended", "early_career", ""),
        ("registered started qts exempted exemption_ended exempted", "teacher", ""),
        ("registered started qts opened failed listed exempted", "qualified", "barred"),
        ("registered started qts opened failed released", "qualified", "paused"),
        (TO_TEACHER, "teacher", ""),
        (f"{TO_TEACHER} prohibited", "qualified", "suspended"),
        (f"{TO_TEACHER} prohibited lifted", "teacher", ""),
        ("registered started prohibited", "trainee", "suspended"),
    ],
)
def test_facts_lead_to_the_stage_of_the_table(facts: str, stage: str, flag: str) -> None:
    standing = fold(story(facts), ON)

    assert (standing.stage, standing.flag, standing.gaps) == (stage, flag, ())


@pytest.mark.parametrize(
    ("facts", "stage", "gap"),
    [
        ("registered qts", "candidate", "An award is on record, but no start of that training."),
        ("started opened passed", "trainee", "Induction is on record, but no qualified teacher status."),
        ("started eyts opened", "early_years", "Induction is on record, but no qualified teacher status."),
        (
            "started qts passed",
            "qualified",
            "The end of an induction period is on record, but not its beginning.",
        ),
    ],
)
def test_a_gate_is_not_passed_before_the_one_below_it(facts: str, stage: str, gap: str) -> None:
    standing = fold(story(facts), ON)

    assert (standing.stage, standing.gaps) == (stage, (gap,))


@pytest.mark.parametrize(
    ("facts", "stage", "gap"),
    [
        ("started qts opened award_undone", "early_career", "after induction had started: it counts on."),
        ("started qts opened passed award_undone", "teacher", "after induction had started: it counts on."),
        ("started qts award_undone opened", "trainee", "Induction is on record, but no"),
    ],
)
def test_removing_the_last_qts_once_induction_has_started_is_an_error(
    facts: str, stage: str, gap: str
) -> None:
    standing = fold(story(facts), ON)

    (told,) = standing.gaps
    assert standing.stage == stage
    assert gap in told


@pytest.mark.parametrize(
    ("roles", "stage"),
    [
        (["teacher"], "teacher"),
        (["middle_leader"], "middle_leader"),
        (["senior_leader"], "senior_leader"),
        (["middle_leader", "headteacher"], "headteacher"),
        (["executive_head", "headteacher"], "executive_head"),
    ],
)
def test_the_highest_open_role_decides(roles: list[str], stage: str) -> None:
    held = [fact for n, role in enumerate(roles) for fact in a_role(n, role, date(2027, 9, 1))]

    assert fold(story(TO_TEACHER) + held, ON).stage == stage


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2027, 8, 31), "teacher"),
        (date(2027, 9, 1), "headteacher"),
        (date(2028, 8, 30), "headteacher"),
        (date(2028, 8, 31), "teacher"),
    ],
)
def test_a_role_counts_from_its_first_day_until_the_day_on_which_it_ended(on: date, stage: str) -> None:
    headship = a_role(1, "headteacher", date(2027, 9, 1), date(2028, 8, 31))

    assert fold(story(TO_TEACHER) + headship, on).stage == stage


def test_an_end_without_a_beginning_is_no_role() -> None:
    only_the_end = a_role(1, "headteacher", date(2027, 9, 1), date(2028, 8, 31))[1:]

    assert fold(only_the_end, ON) == Standing()


def test_the_days_on_which_the_stage_may_change_by_itself_are_those_of_role_periods() -> None:
    headship = a_role(1, "headteacher", date(2027, 9, 1), date(2028, 8, 31))

    assert days_to_fold_again(headship, date(2027, 1, 1)) == [date(2027, 9, 1), date(2028, 8, 31)]
    assert days_to_fold_again(headship, date(2027, 9, 1)) == [date(2028, 8, 31)]
    assert days_to_fold_again(a_role(2, "teacher", date(2027, 9, 1)), date(2027, 9, 1)) == []


def test_an_exemption_counts_from_its_day() -> None:
    facts = story("registered started qts exempted")
    from_day = (START + timedelta(days=4)).date()

    assert fold(facts, from_day - timedelta(days=1)).stage == Stage.QUALIFIED
    assert fold(facts, from_day).stage == Stage.TEACHER
    assert days_to_fold_again(facts, START.date()) == [from_day]


def test_a_prohibition_suspends_roles_too() -> None:
    facts = [*story(f"{TO_TEACHER} prohibited"), *a_role(1, "headteacher", date(2027, 9, 1))]

    assert fold(facts, ON) == Standing(Stage.QUALIFIED, Flag.SUSPENDED)


def test_a_leader_who_failed_induction_stays_barred_and_one_who_paused_it_shows_no_flag() -> None:
    lead = a_role(1, "middle_leader", date(2027, 9, 1))

    assert fold(story("started qts opened listed") + lead, ON).flag == Flag.BARRED
    assert fold(story("started qts opened released") + lead, ON).flag == Flag.NONE


def test_a_voided_fact_does_not_count() -> None:
    facts = story(TO_TEACHER)
    voiding = PersonFact(
        UUID(int=99), people.FactVoided.TYPE, "p", 9, START, details={"fact_id": str(facts[-1].id)}
    )

    assert fold([*facts, voiding], ON).stage == Stage.EARLY_CAREER


def test_what_a_mentor_did_for_somebody_else_moves_only_the_other() -> None:
    facts = [replace(fact, part="mentor_id") for fact in story(TO_TEACHER)]

    assert fold(facts, ON) == Standing()
    assert moves_stage(cpd.InductionPassed.TYPE)
    assert not moves_stage(cpd.InductionPassed.TYPE, "mentor_id")
    assert not moves_stage(cpd.BookingMade.TYPE)
    assert moves_stage(people.PersonMerged.TYPE)


def test_facts_of_one_moment_are_folded_by_sequence_whatever_the_order_of_arrival() -> None:
    facts = [replace(fact, occurred_at=START) for fact in story("started deferred reinstated withdrawn")]

    assert {fold(list(order), ON).stage for order in permutations(facts)} == {Stage.WITHDRAWN}


stories = st.lists(
    st.sampled_from([f"{name}{record}" for name in SHORT for record in ("", ":2")]), max_size=25
).map(" ".join)


@given(stories, st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_and_delivered_twice_give_the_same_stage(
    text: str, random: Random
) -> None:
    roles = a_role(1, "senior_leader", date(2027, 9, 1), date(2031, 8, 31))
    facts = [*story(text), *roles]
    arrived = [*facts, *random.sample(facts, len(facts) // 2)]
    random.shuffle(arrived)

    assert fold(arrived, ON) == fold(facts, ON)


def test_stages_are_ranked_in_the_order_of_the_continuum_and_have_a_label_each() -> None:
    assert [stage.rank for stage in Stage] == [0, 0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8]
    assert Stage.QUALIFIED.label == "Qualified, induction due"
    assert Stage.EARLY_YEARS.label == "Early years teacher"
    assert all(stage.label for stage in Stage)


def test_every_effect_belongs_to_an_event_with_that_key_and_a_person() -> None:
    by_type = {
        e.TYPE: e for m in (applications, itt, cpd, people) for e in vars(m).values() if hasattr(e, "TYPE")
    }

    for type_, effect in EFFECTS.items():
        assert effect.fields | {"person_id"} <= by_type[type_].__dataclass_fields__.keys()
