"""Who is told of what, and how it reads."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest

from services.notifications.domain import wording
from services.notifications.domain.telling import (
    BY_TEMPLATE,
    CONTACTS,
    TELLINGS,
    TELLS_NOBODY,
    TOLD,
    Kind,
    Telling,
    contact_in,
    tellings_of,
)
from services.notifications.rendering import FOLDER, as_mail, render
from shared.events import Event, Person, cpd, event_types, itt, leadership, people
from shared.events.applications import AboutReference, Recruit

SIOBHAN = Person(first_names="Siobhan", last_name="O'Neill", email="siobhan@example.org")
ACTIVITY = {"title": "Modelling & metacognition", "starts_at": datetime(2026, 7, 1, 15, 30, tzinfo=UTC)}
GIVEN: dict[Any, Any] = {
    int: 200,
    bool: True,
    str: "a_code",
    date: date(2026, 9, 1),
    datetime: datetime(2026, 9, 1, 14, 30, tzinfo=UTC),
    Person: SIOBHAN,
    Recruit: Recruit(first_names="Siobhan", last_name="O'Neill", email="siobhan@example.org"),
}


def _value(hint: Any, name: str) -> Any:
    if hint is UUID:
        return uuid4()
    if get_origin(hint) is tuple:
        return ("1", "part_two")
    if hint in GIVEN:
        return GIVEN[hint]
    return _value(get_args(hint)[0], name)


def an(event: type[Event], **values: Any) -> Any:
    """An event of that type with something in every field."""
    hints = get_type_hints(event)
    made = {field.name: _value(hints[field.name], field.name) for field in fields(event)}
    return event(**(made | values))


def test_every_event_of_the_catalogue_tells_somebody_or_says_why_nobody() -> None:
    known = set(event_types().values())
    assert known == set(TOLD) | TELLS_NOBODY.keys()
    assert not set(TOLD) & TELLS_NOBODY.keys()
    assert all(reason for reason in TELLS_NOBODY.values())


def test_every_event_with_a_persons_name_brings_a_contact() -> None:
    with_person = {event for event in event_types().values() if "person" in get_type_hints(event)}
    referees = {event for event in with_person if issubclass(event, AboutReference)}
    assert with_person - referees == CONTACTS.keys()


def test_every_template_has_its_row_and_every_row_its_template() -> None:
    files = {path.stem for path in FOLDER.glob("*.txt")} - {"mail"}
    assert files == BY_TEMPLATE.keys()
    assert len(BY_TEMPLATE) == len(TELLINGS)


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.template)
def test_every_row_names_a_field_that_holds_a_persons_id(telling: Telling) -> None:
    hint = get_type_hints(telling.event)[telling.to]
    assert UUID in (hint, *get_args(hint))


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.template)
@pytest.mark.parametrize("known", [True, False])
def test_every_message_reads_well_whether_or_not_more_is_known(telling: Telling, known: bool) -> None:
    event = (
        an(telling.event)
        if known
        else an(telling.event, **({"person": None} if telling.event in CONTACTS else {}))
    )
    about, activity = ("Siobhan O'Neill", ACTIVITY) if known else (None, None)
    subject, body = render(telling.template, event, about=about, activity=activity)
    assert 10 < len(subject) < 100
    assert body.strip().endswith((".", "?"))
    for broken in ("None", "{", "}", "  ", "&#39;", "&amp;", "\n\n\n", " ,", " ."):
        assert broken not in subject + body, broken


TOLD_WHOM: list[tuple[Event, list[tuple[str, str]]]] = [
    (an(itt.TraineeRegistered), [("trainee_registered", "person_id")]),
    (
        an(itt.PlacementArranged),
        [("placement_arranged", "person_id"), ("placement_arranged_mentor", "mentor_id")],
    ),
    (an(itt.FinalAssessmentRecorded, passed=True), [("final_assessment_passed", "person_id")]),
    (an(itt.FinalAssessmentRecorded, passed=False), [("final_assessment_not_passed", "person_id")]),
    (an(cpd.TermAssessed, at_risk=False), [("term_assessed", "person_id")]),
    (an(cpd.TermAssessed, at_risk=True), [("term_at_risk", "person_id")]),
    (an(cpd.TermAssessed, at_risk=True, outcome="at_risk"), [("term_at_risk", "person_id")]),
    (an(cpd.TermAssessed, at_risk=True, outcome="unsatisfactory"), [("term_unsatisfactory", "person_id")]),
    (an(cpd.BookingMade, waiting=False), [("booking_made", "person_id")]),
    (an(cpd.BookingMade, waiting=True), [("booking_waiting", "person_id")]),
    (an(cpd.InductionOpened, mentor_id=None, tutor_id=None), [("induction_opened", "person_id")]),
    (
        an(cpd.InductionPassed),
        [("induction_passed", "person_id"), ("induction_passed_mentor", "mentor_id")],
    ),
    (an(leadership.NominationLapsed, cause="expired"), [("nomination_lapsed", "person_id")]),
    (an(leadership.NominationLapsed, cause="refused"), []),
    (an(people.StageChanged), []),
]


@pytest.mark.parametrize(("event", "expected"), TOLD_WHOM, ids=lambda value: getattr(value, "TYPE", ""))
def test_the_right_people_are_told_the_right_thing(event: Event, expected: list[tuple[str, str]]) -> None:
    told = [(telling.template, to) for telling, to in tellings_of(event)]
    assert told == [(template, getattr(event, field)) for template, field in expected]


def test_decisions_about_a_person_are_notices() -> None:
    notices = {telling.template for telling in TELLINGS if telling.notice}
    assert {
        "term_at_risk",
        "term_unsatisfactory",
        "induction_failed",
        "induction_extended",
        "trainee_withdrawn",
        "award_undone",
    } <= notices
    assert not any(BY_TEMPLATE[name].kind in (Kind.ACTIVITIES, Kind.LEADERSHIP) for name in notices)


def test_a_contact_is_the_one_whose_details_the_event_brings() -> None:
    placement = an(itt.PlacementArranged)
    assert contact_in(placement) == placement.mentor_id
    assert contact_in(an(itt.PlacementArranged, person=None)) is None
    assert contact_in(an(cpd.InductionDue)) is None


def test_at_risk_is_told_as_help_and_not_as_failing() -> None:
    subject, body = render("term_at_risk", an(cpd.TermAssessed, at_risk=True), about=None, activity=None)
    assert "risk" not in subject
    assert "fail" not in subject
    assert "This is not a failing assessment." in body
    assert "support" in body


def test_an_apostrophe_stays_an_apostrophe() -> None:
    _, body = render("placement_arranged", an(itt.PlacementArranged), about=None, activity=None)
    assert "Your mentor there is Siobhan O'Neill (siobhan@example.org)." in body
    assert as_mail("Siobhan O'Neill", body, notice=False).startswith("Hello Siobhan O'Neill,\n")


def test_the_reasons_of_a_suggestion_are_a_list() -> None:
    event = an(leadership.SuggestionMade, reasons=("You led three workshops.", "They rated them 4.5."))
    _, body = render("suggestion_made", event, about=None, activity=None)
    assert "\n\n- You led three workshops.\n- They rated them 4.5.\n\n" in body


def test_a_subject_is_one_line_whatever_a_title_holds() -> None:
    subject, _ = render("booking_made", an(cpd.BookingMade, title="Two\nBcc: all"), about=None, activity=None)
    assert subject == "You have a place: Two Bcc: all"


def test_a_notice_says_that_it_cannot_be_switched_off() -> None:
    assert "whatever you have chosen" in " ".join(as_mail("A", "b", notice=True).split())
    assert "You can choose" in as_mail("A", "b", notice=False)


def test_lines_of_a_mail_are_short_and_addresses_stay_whole() -> None:
    text = as_mail("A", "word " * 100 + "https://example.org/" + "x" * 90, notice=True)
    assert all(len(line) <= 72 or "example.org" in line for line in text.splitlines())


@pytest.mark.parametrize(
    ("hundredths", "shown"),
    [
        (100, "1 term"),
        (250, "2.5 terms"),
        (600, "6 terms"),
        (125, "1.25 terms"),
        (50, "0.5 terms"),
        (0, "0 terms"),
    ],
)
def test_terms_read_as_people_say_them(hundredths: int, shown: str) -> None:
    assert wording.terms(hundredths) == shown


def test_dates_and_times_are_london_ones() -> None:
    assert wording.day(date(2026, 9, 1)) == "1 September 2026"
    assert wording.moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "Thursday 2 July 2026 at 00:30"


@pytest.mark.parametrize(
    ("parts", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_end_with_and(parts: list[str], shown: str) -> None:
    assert wording.listed(parts) == shown


def test_standards_are_named() -> None:
    assert wording.standards(["7", "part_two"]) == (
        "standard 7 (behaviour) and part two (personal and professional conduct)"
    )
    assert wording.standards(["9"]) == "standard 9"
    assert wording.words("lesson_study") == "lesson study"
