"""Every fact as a sentence in plain words, with its date, its source and who recorded it."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.people.domain.facts import EFFECTS, PersonFact
from services.people.domain.sentences import SENTENCES
from services.people.domain.timeline import Recorded, details_of, entries, parts_of, sentence_for
from services.people.domain.words import day, fields_of, hundredths, listed, plain, render
from shared.events import Event, cpd, event_types, itt, leadership, people, training

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
ME, OTHER, THING = UUID(int=1), UUID(int=2), UUID(int=3)

PLACED: dict[str, Any] = {
    "occurred_at": AT,
    "trainee_id": THING,
    "placement_id": THING,
    "number": 1,
    "school_urn": "123456",
    "starts_on": date(2026, 9, 7),
    "ends_on": date(2026, 12, 18),
}
EVENTS: list[tuple[Event, str, str, date]] = [
    (
        itt.TraineeRegistered(
            occurred_at=AT,
            trainee_id=THING,
            person_id=ME,
            provider_code="2A5",
            training_route="school_direct_tuition_fee",
            qualification="QTS",
            course_subjects=("mathematics", "physics"),
            itt_start_date=date(2026, 9, 7),
            itt_end_date=date(2027, 7, 2),
        ),
        "person_id",
        (
            "Registered as a trainee with provider 2A5: mathematics and physics,"
            " School Direct tuition fee, 7 September 2026 to 2 July 2027"
        ),
        date(2026, 9, 1),
    ),
    (
        itt.PlacementCompleted(
            occurred_at=AT,
            trainee_id=THING,
            person_id=OTHER,
            placement_id=THING,
            school_urn="123456",
            mentor_id=ME,
            completed_on=date(2026, 12, 18),
            days=60,
        ),
        "mentor_id",
        "Mentored a trainee for 60 days at school 123456",
        date(2026, 12, 18),
    ),
    (
        training.PlacementCorrected(**PLACED, person_id=ME, mentor_id=OTHER),
        "person_id",
        "Correction: placement 1 is at school 123456, 7 September 2026 to 18 December 2026",
        date(2026, 9, 1),
    ),
    (
        training.PlacementCorrected(**PLACED, person_id=OTHER, mentor_id=ME),
        "mentor_id",
        "Correction: mentor of a trainee at school 123456, 7 September 2026 to 18 December 2026",
        date(2026, 9, 1),
    ),
    (
        training.PlacementCorrected(
            **PLACED, person_id=ME, mentor_id=OTHER, completed_on=date(2026, 11, 27), days=40
        ),
        "person_id",
        (
            "Correction: placement 1 is at school 123456, 7 September 2026 to 18 December 2026,"
            " completed on 27 November 2026, 40 days"
        ),
        date(2026, 9, 1),
    ),
    (
        training.PlacementCorrected(**PLACED, person_id=OTHER, mentor_id=OTHER, from_mentor_id=ME),
        "from_mentor_id",
        "Correction: was named as the mentor of a trainee by mistake",
        date(2026, 9, 1),
    ),
    (
        training.PlacementRemoved(**PLACED, person_id=ME, mentor_id=OTHER),
        "person_id",
        "Correction: there is no placement 1 at school 123456",
        date(2026, 9, 1),
    ),
    (
        training.PlacementRemoved(**PLACED, person_id=OTHER, mentor_id=ME),
        "mentor_id",
        "Correction: not asked to mentor a trainee at school 123456",
        date(2026, 9, 1),
    ),
    (
        cpd.TermAssessed(
            occurred_at=AT,
            person_id=ME,
            period_id=THING,
            term=3,
            kind="formal",
            at_risk=True,
            assessed_on=date(2026, 7, 10),
            terms_served_hundredths=250,
        ),
        "person_id",
        "Induction term 3: formal assessment, at risk of not passing; 2.5 terms served",
        date(2026, 7, 10),
    ),
    (
        cpd.ActivityOffered(
            occurred_at=AT,
            activity_id=THING,
            offered_by=ME,
            kind="lesson_study",
            area="teaching",
            title="Fractions",
            school_urn=None,
            starts_at=datetime(2026, 10, 5, 23, 30, tzinfo=UTC),
            ends_at=datetime(2026, 10, 6, 0, 30, tzinfo=UTC),
            capacity=3,
        ),
        "offered_by",
        "Offered to peers: Fractions (lesson study), 6 October 2026, online",
        date(2026, 9, 1),
    ),
    (
        people.RoleBegun(
            occurred_at=AT,
            person_id=ME,
            role_period_id=THING,
            role="middle_leader",
            school_urn="123456",
            begins_on=date(2026, 9, 1),
            full_time_equivalent_percent=80,
        ),
        "person_id",
        "Middle leader at school 123456, 80% of full time",
        date(2026, 9, 1),
    ),
    (
        itt.TraineeChanged(
            occurred_at=AT,
            trainee_id=THING,
            person_id=ME,
            provider_code="2A5",
            changed=("hesa_id", "itt_start_date"),
        ),
        "person_id",
        "Details changed: HESA id and ITT start date",
        date(2026, 9, 1),
    ),
    (
        cpd.InductionExtended(
            occurred_at=AT, person_id=ME, period_id=THING, cause="absence", terms_required_hundredths=660
        ),
        "person_id",
        "Induction extended to 6.6 terms, because of absence",
        date(2026, 9, 1),
    ),
    (
        people.PersonIdentified(occurred_at=AT, person_id=ME, met_by="leadership"),
        "person_id",
        "First known to the continuum, through leadership development",
        date(2026, 9, 1),
    ),
]


def recorded(event: Event, part: str, n: int = 1, actor: str | None = "admin") -> Recorded:
    details = details_of(event, part)
    at = event.occurred_at
    return Recorded(PersonFact(UUID(int=n), event.TYPE, event.subject, n, at, part, details), "itt", actor)


@pytest.mark.parametrize(("event", "part", "text", "on"), EVENTS, ids=[e[0].TYPE for e in EVENTS])
def test_a_fact_reads_as_a_plain_sentence_on_the_date_that_people_mean(
    event: Event, part: str, text: str, on: date
) -> None:
    (entry,) = entries([recorded(event, part)], own=True)

    assert (entry.text, entry.on) == (text, on)
    assert (entry.source, entry.recorded_by, entry.recorded_at) == ("itt", "admin", AT)


def test_what_the_timeline_does_not_need_is_not_kept() -> None:
    suggestion = leadership.SuggestionMade(
        occurred_at=AT,
        suggestion_id=THING,
        person_id=ME,
        reasons=("You led 3 sessions.",),
        open_until=date(2026, 9, 29),
    )

    assert details_of(suggestion, "person_id") == {"open_until": "2026-09-29"}


def test_facts_keep_what_the_fold_needs() -> None:
    begun = next(event for event, *_ in EVENTS if isinstance(event, people.RoleBegun))

    assert details_of(begun, "person_id")["role_period_id"] == str(THING)
    for type_, effect in EFFECTS.items():
        event_class = event_types()[type_]
        kept = set(details_of(_any(event_class), "person_id"))
        assert effect.fields <= kept


def test_what_only_the_person_may_see_is_left_out_for_others() -> None:
    refused = leadership.ConsentRefused(occurred_at=AT, suggestion_id=THING, person_id=ME)
    facts = [recorded(refused, "person_id")]

    assert [entry.text for entry in entries(facts, own=True)] == ["Declined to be nominated"]
    assert entries(facts, own=False) == []


def test_the_timeline_is_in_the_order_in_which_things_happened_and_shows_what_was_voided() -> None:
    started = itt.TrainingStarted(
        occurred_at=AT, trainee_id=THING, person_id=ME, provider_code="2A5", started_on=AT.date()
    )
    deferred = itt.TraineeDeferred(
        occurred_at=AT + timedelta(days=9),
        trainee_id=THING,
        person_id=ME,
        provider_code="2A5",
        deferred_on=date(2026, 9, 10),
    )
    voided = people.FactVoided(
        occurred_at=AT + timedelta(days=10), person_id=ME, fact_id=UUID(int=2), fact_type=deferred.TYPE
    )
    facts = [
        recorded(voided, "person_id", 3),
        recorded(deferred, "person_id", 2),
        recorded(started, "person_id"),
    ]

    told = [(entry.text, entry.voided) for entry in entries(facts, own=True)]

    assert told == [
        ("Training started with provider 2A5", False),
        ("Training deferred", True),
        ("A fact was recorded in error and no longer counts", False),
    ]


def test_what_was_agreed_for_a_day_comes_before_what_happened_on_it_and_what_was_entered_later_after_it() -> (
    None
):
    role = people.RoleBegun(
        occurred_at=AT - timedelta(days=20),
        person_id=ME,
        role_period_id=THING,
        role="teacher",
        school_urn="123456",
        begins_on=AT.date(),
    )
    stage = people.StageChanged(occurred_at=AT, person_id=ME, from_stage="candidate", stage="trainee")
    started = itt.TrainingStarted(
        occurred_at=AT + timedelta(days=3),
        trainee_id=THING,
        person_id=ME,
        provider_code="2A5",
        started_on=AT.date(),
    )
    facts = [recorded(event, "person_id", n) for n, event in enumerate((started, stage, role), 1)]

    told = [entry.type for entry in entries(facts, own=True)]

    assert told == [role.TYPE, stage.TYPE, started.TYPE]


def at_one_moment(*events: Event) -> list[Recorded]:
    """Their ids are in the order in which they are given, their sequences are not: subjects count for themselves."""
    return [
        replace(made, fact=replace(made.fact, sequence=len(events) - n))
        for n, made in enumerate(recorded(event, "person_id", n) for n, event in enumerate(events))
    ]


@pytest.mark.parametrize("seed", range(5))
def test_of_one_moment_the_cause_comes_before_its_effect_however_the_facts_are_read(seed: int) -> None:
    registered, identified = EVENTS[0][0], EVENTS[-1][0]
    asked = itt.TraineeSubmittedForTrn(occurred_at=AT, trainee_id=THING, person_id=ME, provider_code="2A5")
    candidate = people.StageChanged(occurred_at=AT, person_id=ME, from_stage="known", stage="candidate")
    received = itt.TrnReceived(
        occurred_at=AT,
        trainee_id=THING,
        person_id=ME,
        provider_code="2A5",
        trn="1000001",
        state="trn_received",
    )
    facts = at_one_moment(registered, asked, identified, candidate, received)
    Random(seed).shuffle(facts)

    told = [entry.type for entry in entries(facts, own=True)]

    assert told == [each.TYPE for each in (identified, registered, asked, candidate, received)]


def test_a_stage_comes_before_what_happened_later_on_that_day() -> None:
    stage = people.StageChanged(occurred_at=AT, person_id=ME, from_stage="known", stage="candidate")
    later = replace(EVENTS[0][0], occurred_at=AT + timedelta(hours=1))
    facts = [recorded(later, "person_id", 1), recorded(stage, "person_id", 2)]

    assert [entry.type for entry in entries(facts, own=True)] == [stage.TYPE, later.TYPE]


def test_the_recorder_is_told_by_name_and_without_an_actor_it_is_the_service() -> None:
    event, part, _, _ = EVENTS[0]

    by_name = entries([recorded(event, part)], own=True, names={"admin": "Ada Byron"})
    by_service = entries([recorded(event, part, actor=None)], own=True)

    assert (by_name[0].recorded_by, by_service[0].recorded_by) == ("Ada Byron", "itt")


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        ("timer:award", "automatically"),
        ("body north-tyne", "appropriate body North Tyne"),
        ("head of school 990102", "head of school 990102"),
        ("0190b1c2-0000-7000-8000-000000000001", "somebody not named here"),
    ],
)
def test_the_recorder_is_told_in_plain_words(actor: str, told: str) -> None:
    event, part, _, _ = EVENTS[0]

    assert entries([recorded(event, part, actor=actor)], own=True)[0].recorded_by == told


@pytest.mark.parametrize(("waiting", "told"), [(True, "On the waiting list"), (False, "Booked")])
def test_who_waits_for_a_place_has_not_booked_it(waiting: bool, told: str) -> None:
    event = cpd.BookingMade(
        occurred_at=AT,
        activity_id=THING,
        booking_id=THING,
        person_id=ME,
        waiting=waiting,
        starts_at=AT,
        title="Fractions",
    )

    (entry,) = entries([recorded(event, "person_id")], own=True)

    assert entry.text == f"{told}: Fractions, 1 September 2026"


@pytest.mark.parametrize(("title", "named"), [("Fractions", "Fractions"), (None, "an activity")])
def test_an_evaluation_names_the_activity_and_its_level(title: str | None, named: str) -> None:
    event = cpd.EvaluationRecorded(
        occurred_at=AT,
        activity_id=THING,
        person_id=ME,
        offered_by=OTHER,
        level=2,
        score=4,
        recorded_on=AT.date(),
        title=title,
    )

    (entry,) = entries([recorded(event, "person_id")], own=True)

    assert entry.text == f"Evaluated {named} (learning): 4 out of 5"


def test_who_evaluated_an_activity_is_not_told_to_who_offered_it() -> None:
    event = cpd.EvaluationRecorded(
        occurred_at=AT,
        activity_id=UUID(int=1),
        person_id=UUID(int=2),
        offered_by=UUID(int=3),
        level=1,
        score=2,
        recorded_on=AT.date(),
    )
    names = {"the-peer": "Ada Byron"}

    def told(part: str) -> str:
        return entries([recorded(event, part, actor="the-peer")], own=True, names=names)[0].recorded_by

    assert (told("offered_by"), told("person_id")) == ("itt", "Ada Byron")


def test_a_value_that_is_missing_is_not_known() -> None:
    assert render("Left on {on:day}, {school_urn:at_school}", {}) == "Left on not known, online"
    assert render("{passed:result} {passed:risk}", {"passed": False}) == "not every standard is met yet "
    assert render("{stage:plain}{flag:flag}", {"stage": "trainee", "flag": "paused"}) == "trainee, paused"
    assert fields_of("{a:day} and {b}") == {"a", "b"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (day("2026-09-01"), "1 September 2026"),
        (day("2026-07-01T23:30:00+00:00"), "2 July 2026"),
        (hundredths(600), "6"),
        (hundredths(125), "1.25"),
        (listed(()), ""),
        (listed(("a",)), "a"),
        (listed(("a", "b", "c")), "a, b and c"),
        (plain("provider_led_postgrad"), "provider led postgrad"),
    ],
)
def test_values_are_written_as_people_read_them(written: str, read: str) -> None:
    assert written == read


@dataclass(frozen=True, kw_only=True)
class Unheard(Event):
    """An event that nobody wrote a sentence for."""

    TYPE = "support.deployment.agreed_on.v1"
    SUBJECT = ("deployment", "person_id")
    person_id: UUID


def test_a_type_without_a_sentence_reads_as_its_own_name() -> None:
    event = Unheard(occurred_at=AT, person_id=ME)

    (entry,) = entries([recorded(event, "person_id")], own=True)

    assert entry.text == "Support: deployment agreed on"


def test_a_merge_is_told_once_and_a_separation_to_both() -> None:
    assert parts_of(people.PersonMerged) == ("person_id",)
    assert parts_of(people.PersonSeparated) == ("person_id", "merged_id")
    assert parts_of(cpd.InductionOpened) == ("person_id", "mentor_id", "tutor_id")


def test_every_fact_about_a_person_has_a_sentence_of_its_own_fields() -> None:
    assert {(t, part) for t, e in event_types().items() for part in parts_of(e)} == SENTENCES.keys()
    for type_, part in SENTENCES:
        sentence = sentence_for(type_, part)
        named = {f.name for f in fields(event_types()[type_])}
        assert fields_of(sentence.text) | ({sentence.on} - {""}) <= named, type_


def _any(event_class: type[Event]) -> Event:
    """An event with nothing in it, to ask which fields would be kept."""
    made = object.__new__(event_class)
    for f in fields(event_class):
        object.__setattr__(made, f.name, "")
    return made
