"""Who is told of what, and how it reads."""

import re
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest

from services.notifications.domain import wording
from services.notifications.domain.organisations import (
    TO_ORGANISATIONS,
    OrganisationKind,
    OrganisationTelling,
    inbox_of,
    organisations_of,
)
from services.notifications.domain.telling import (
    ANSWERING,
    ASKED,
    ASKING,
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
from services.notifications.rendering import FOLDER, PROVIDERS, as_mail, organisation_name, render
from shared.events import Event, Person, applications, cpd, event_types, itt, leadership, people, training
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
    assert with_person - set(ANSWERING) == CONTACTS.keys()


def test_a_referee_is_known_by_the_reference_while_an_answer_is_waited_for_and_no_longer() -> None:
    about = {event for event in event_types().values() if issubclass(event, AboutReference)}
    assert about == {*ASKED, *ANSWERING}
    assert {CONTACTS[event] for event in ASKED} == {"reference_id"}
    assert {t.template for t in TELLINGS if t.event in ASKED} == set(ASKING)


def test_every_template_has_its_row_and_every_row_its_template() -> None:
    files = {path.stem for path in FOLDER.glob("*.txt")} - {"mail"}
    assert files == BY_TEMPLATE.keys()
    assert len(BY_TEMPLATE) == len(TELLINGS) + len(TO_ORGANISATIONS)


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.template)
def test_every_row_names_a_field_that_holds_a_persons_id(telling: Telling) -> None:
    hint = get_type_hints(telling.event)[telling.to]
    assert UUID in (hint, *get_args(hint))


@pytest.mark.parametrize("telling", TO_ORGANISATIONS, ids=lambda telling: telling.template)
def test_every_row_of_organisations_names_fields_that_hold_their_codes(telling: OrganisationTelling) -> None:
    hints = get_type_hints(telling.event)
    assert {str(hints[field]) for field in telling.to} <= {
        "<class 'str'>",
        "str | None",
        "tuple[str, ...]",
    }
    assert telling.of in ("provider", "school")


@pytest.mark.parametrize("telling", BY_TEMPLATE.values(), ids=lambda telling: telling.template)
@pytest.mark.parametrize("known", [True, False])
def test_every_message_reads_well_whether_or_not_more_is_known(
    telling: Telling | OrganisationTelling, known: bool
) -> None:
    blanked = {name: None for name in ("person", "about") if name in get_type_hints(telling.event)}
    event = an(telling.event) if known else an(telling.event, **blanked)
    about, activity = ("Siobhan O'Neill", ACTIVITY) if known else (None, None)
    subject, body = render(telling.template, event, about=about, activity=activity)
    assert 10 < len(subject) < 100
    assert body.strip().endswith((".", "?"))
    assert not re.search(r"[a-z][.:?][A-Za-z]", body.replace("example.org", "").replace("O'Neill", ""))
    for broken in ("None", "{", "}", "  ", "&#39;", "&amp;", "\n\n\n", " ,", " ."):
        assert broken not in subject + body, broken


TOLD_WHOM: list[tuple[Event, list[tuple[str, str]]]] = [
    (an(itt.TraineeRegistered), [("trainee_registered", "person_id")]),
    (
        an(itt.PlacementArranged, from_mentor_id=None),
        [("placement_arranged", "person_id"), ("placement_arranged_mentor", "mentor_id")],
    ),
    (
        an(itt.PlacementArranged),
        [
            ("placement_arranged", "person_id"),
            ("placement_arranged_mentor", "mentor_id"),
            ("placement_moved_mentor", "from_mentor_id"),
        ],
    ),
    (
        an(training.PlacementCorrected),
        [
            ("placement_corrected", "person_id"),
            ("placement_given_mentor", "mentor_id"),
            ("placement_mistaken_mentor", "from_mentor_id"),
        ],
    ),
    (
        an(training.PlacementCorrected, from_mentor_id=None),
        [("placement_corrected", "person_id"), ("placement_corrected_mentor", "mentor_id")],
    ),
    (
        an(training.PlacementRemoved),
        [("placement_removed", "person_id"), ("placement_removed_mentor", "mentor_id")],
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
    (an(leadership.SuggestionExpired, cause="expired"), [("suggestion_expired", "person_id")]),
    (an(leadership.SuggestionExpired, cause="taken_back"), [("suggestion_taken_back", "person_id")]),
    (an(leadership.NominationLapsed, cause="expired"), [("nomination_lapsed", "person_id")]),
    (an(leadership.NominationLapsed, cause="refused"), []),
    (an(applications.ApplicationWithdrawn, because="for_candidate"), [("withdrawn_for_you", "person_id")]),
    (an(applications.ApplicationWithdrawn, because="candidate"), []),
    (an(applications.ApplicationWithdrawn, because="another_accepted"), []),
    (an(applications.OfferDeclined, because="for_candidate"), [("declined_for_you", "person_id")]),
    (an(applications.OfferDeclined, because="by_default"), [("offer_declined_by_default", "person_id")]),
    (an(applications.OfferDeclined, because="candidate"), []),
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
        "recommendation_undone",
        "withdrawn_for_you",
        "declined_for_you",
    } <= notices
    assert not any(BY_TEMPLATE[name].kind in (Kind.ACTIVITIES, Kind.LEADERSHIP) for name in notices)


def test_a_contact_is_the_one_whose_details_the_event_brings() -> None:
    placement = an(itt.PlacementArranged)
    assert contact_in(placement) == placement.mentor_id
    assert contact_in(an(itt.PlacementArranged, person=None)) is None
    corrected = an(training.PlacementCorrected)
    assert contact_in(corrected) == corrected.mentor_id
    assert contact_in(an(cpd.InductionDue)) is None


@pytest.mark.parametrize("template", ["placement_mistaken_mentor", "placement_mistaken_school"])
def test_who_was_named_by_mistake_does_not_read_of_whom_once_more(template: str) -> None:
    subject, body = render(template, an(training.PlacementCorrected), about="Siobhan O'Neill", activity=None)
    assert "by mistake" in subject
    assert "O'Neill" not in subject + body


@pytest.mark.parametrize(
    ("template", "completed_on", "subject"),
    [
        ("placement_given_mentor", None, "You will mentor Siobhan O'Neill from 1 September 2026"),
        ("placement_given_mentor", date(2026, 12, 18), "You mentored Siobhan O'Neill from 1 September 2026"),
        ("placement_given_school", None, "A trainee teacher comes to you from 1 September 2026"),
        ("placement_given_school", date(2026, 12, 18), "A trainee teacher came to you from 1 September 2026"),
    ],
)
def test_who_hears_of_a_placement_only_by_its_correction_reads_of_a_new_one(
    template: str, completed_on: date | None, subject: str
) -> None:
    event = an(training.PlacementCorrected, completed_on=completed_on)
    told = render(template, event, about="Siobhan O'Neill", activity=None)
    assert told[0] == subject
    assert "correct" not in told[1]


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


CODES: dict[str, Any] = {"provider_code": "2LS", "accredited_code": "2A5"}
TOLD_WHICH: list[tuple[Event, list[tuple[str, str]]]] = [
    (
        an(applications.ApplicationSent, **CODES),
        [("application_sent_provider", "provider:2LS"), ("application_sent_provider", "provider:2A5")],
    ),
    (
        an(applications.ApplicationSent, provider_code="2A5", accredited_code="2A5"),
        [("application_sent_provider", "provider:2A5")],
    ),
    (
        an(applications.ApplicationWithdrawn, because="for_candidate", **CODES),
        [
            ("application_withdrawn_provider", "provider:2LS"),
            ("application_withdrawn_provider", "provider:2A5"),
        ],
    ),
    (
        an(applications.OfferDeclined, because="for_candidate", provider_code="2A5", accredited_code="2A5"),
        [("offer_declined_provider", "provider:2A5")],
    ),
    (an(applications.ApplicationRejected, by_default=False), []),
    (
        an(applications.ApplicationRejected, by_default=True, **CODES),
        [
            ("application_rejected_by_default_provider", "provider:2LS"),
            ("application_rejected_by_default_provider", "provider:2A5"),
        ],
    ),
    (
        an(applications.InterviewArranged, with_provider_code="2A5"),
        [("interview_arranged_provider", "provider:2A5")],
    ),
    (
        an(applications.ReferenceProvided, provider_codes=("2A5", "2LS")),
        [("reference_provided_provider", "provider:2A5"), ("reference_provided_provider", "provider:2LS")],
    ),
    (an(applications.ReferenceProvided, provider_codes=()), []),
    (an(applications.Recruited, reinstated=True), []),
    (an(itt.TrnDelayed, provider_code="2A5"), [("trn_delayed_provider", "provider:2A5")]),
    (
        an(itt.PlacementArranged, school_urn="123456", from_school_urn=None),
        [("placement_arranged_school", "school:123456")],
    ),
    (
        an(itt.PlacementArranged, school_urn="123456", from_school_urn="234567"),
        [("placement_arranged_school", "school:123456"), ("placement_moved_school", "school:234567")],
    ),
    (an(itt.PlacementArranged, school_urn="900020", from_school_urn="900030"), []),
    (
        an(training.PlacementCorrected, school_urn="123456", from_school_urn=None),
        [("placement_corrected_school", "school:123456")],
    ),
    (
        an(training.PlacementCorrected, school_urn="123456", from_school_urn="234567"),
        [("placement_given_school", "school:123456"), ("placement_mistaken_school", "school:234567")],
    ),
    (an(training.PlacementRemoved, school_urn="123456"), [("placement_removed_school", "school:123456")]),
    (an(training.PlacementRemoved, school_urn="900020"), []),
    (an(itt.TraineeWithdrawn, employing_school_urn=None, training_urns=()), []),
    (
        an(itt.TraineeWithdrawn, employing_school_urn="123456", training_urns=("234567",)),
        [("trainee_withdrawn_school", "school:123456"), ("trainee_withdrawn_partner", "school:234567")],
    ),
    (
        an(itt.TraineeDeferred, employing_school_urn=None, training_urns=("234567", "345678")),
        [("trainee_deferred_partner", "school:234567"), ("trainee_deferred_partner", "school:345678")],
    ),
    (
        an(itt.QtsAwarded, employing_school_urn="123456", trained_at_urns=("234567", "123456")),
        [("qts_awarded_school", "school:123456"), ("qts_awarded_school", "school:234567")],
    ),
    (an(people.StageChanged), []),
]


@pytest.mark.parametrize(("event", "expected"), TOLD_WHICH, ids=lambda value: getattr(value, "TYPE", ""))
def test_the_right_organisations_are_told_the_right_thing(
    event: Event, expected: list[tuple[str, str]]
) -> None:
    assert [(telling.template, name) for telling, name in organisations_of(event)] == expected


def test_an_organisation_has_one_inbox_and_no_other_has_it() -> None:
    assert inbox_of("provider:2A5") == inbox_of("provider:2A5")
    assert inbox_of("provider:2A5") != inbox_of("provider:2LS")


def test_every_kind_of_an_organisation_has_something_to_tell() -> None:
    assert {telling.kind for telling in TO_ORGANISATIONS} == set(OrganisationKind)


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("still_missing", "It should have come by now."),
        ("refused", "Please check the record"),
        ("somebody_elses", "it belongs to somebody else here"),
        ("another_number", "the trainee has another one already"),
        ("unreadable", "something that we cannot read"),
        ("not_a_trn", "something that we cannot read"),
    ],
)
def test_why_a_trn_does_not_come_is_told_in_words(because: str, said: str) -> None:
    event = an(itt.TrnDelayed, because=because)
    subject, body = render("trn_delayed_provider", event, about="Siobhan O'Neill", activity=None)
    assert said in body
    assert subject.endswith(": Siobhan O'Neill")


@pytest.mark.parametrize("because", ["candidate", "for_candidate", "another_accepted", "by_default"])
def test_why_an_offer_is_declined_is_told_in_words(because: str) -> None:
    event = an(applications.OfferDeclined, because=because)
    _, body = render("offer_declined_provider", event, about=None, activity=None)
    assert "declined" in body
    assert "_" not in body.replace("a_code", "")


@pytest.mark.parametrize(
    ("code", "person", "provider"),
    [
        (
            "application_withdrawn",
            "before the course began, because your application was withdrawn.",
            "because the course had not begun.",
        ),
        (
            "application_deferred",
            "before the course began, because your place was put off to another year.",
            "because the course had not begun.",
        ),
        ("record_added_in_error", "has removed your record before the course began.", "had not begun."),
        (
            "import_undone",
            "has removed your record again, because the file that it came with was taken back.",
            "because the file that it came with was undone.",
        ),
        ("already_registered", "before the course began.", "because the trainee is registered already."),
    ],
)
def test_only_a_record_that_is_removed_before_the_course_is_said_to_be(
    code: str, person: str, provider: str
) -> None:
    event = an(itt.TraineeDiscarded, code=code)
    _, told = render("trainee_discarded", event, about=None, activity=None)
    subject, body = render("trainee_discarded_provider", event, about=None, activity=None)
    assert (person in told, provider in body) == (True, True)
    assert "before the course" not in subject


NAMES_THE_PROVIDER = (
    (applications.ApplicationInactivated, "application_inactivated"),
    (applications.ApplicationRejected, "application_rejected"),
    (applications.ApplicationSent, "application_sent"),
    (applications.ApplicationWithdrawn, "withdrawn_for_you"),
    (applications.ConditionsNotMet, "conditions_not_met"),
    (applications.InterviewArranged, "interview_arranged"),
    (applications.InterviewCancelled, "interview_cancelled"),
    (applications.InterviewChanged, "interview_changed"),
    (applications.OfferAccepted, "offer_accepted"),
    (applications.OfferDeclined, "declined_for_you"),
    (applications.OfferDeclined, "offer_declined_by_default"),
    (applications.OfferDeferred, "offer_deferred"),
    (applications.OfferMade, "offer_made"),
    (applications.OfferReinstated, "offer_reinstated"),
    (applications.OfferWithdrawn, "offer_withdrawn"),
    (applications.Recruited, "recruited"),
)


@pytest.mark.parametrize(("event", "template"), NAMES_THE_PROVIDER, ids=lambda value: str(value))
@pytest.mark.parametrize("name", ["Oakfield Academy", ""])
def test_candidates_are_told_the_name_of_the_provider_where_it_is_known(
    event: type[Event], template: str, name: str
) -> None:
    values = {
        field: "2LS" for field in ("provider_code", "with_provider_code") if field in get_type_hints(event)
    }
    _, body = render(template, an(event, provider_name=name, **values), about=None, activity=None)
    assert ("oakfield academy (2ls)" if name else "provider 2ls") in body.lower()
    assert not body.startswith("provider")


def test_whoever_interviews_in_the_place_of_the_provider_has_not_its_name() -> None:
    event = an(
        applications.InterviewArranged,
        provider_code="2LS",
        provider_name="Oakfield Academy",
        with_provider_code="2A5",
    )
    _, body = render("interview_arranged", event, about=None, activity=None)
    assert body.startswith("Provider 2A5 invites you")
    _, named = render(
        "interview_arranged", event, about=None, activity=None, names={"2A5": "Oakhampton University"}
    )
    assert named.startswith("Oakhampton University (2A5) invites you")


NAMES = {"2A5": "Oakhampton University", "2LS": "Oakfield Academy"}


TELL_OF_PROVIDERS = [row for row in BY_TEMPLATE.values() if set(PROVIDERS) & set(get_type_hints(row.event))]


@pytest.mark.parametrize("telling", TELL_OF_PROVIDERS, ids=lambda telling: telling.template)
def test_no_message_says_a_providers_code_where_its_name_is_known(
    telling: Telling | OrganisationTelling,
) -> None:
    values = dict(zip((*PROVIDERS, "provider_name"), ("2A5", "2LS", "2LS", ""), strict=True))
    given = {field: value for field, value in values.items() if field in get_type_hints(telling.event)}
    told = render(telling.template, an(telling.event, **given), about=None, activity=None, names=NAMES)
    for code, name in NAMES.items():
        for part in told:
            assert part.count(code) == part.count(f"{name} ({code})")


@pytest.mark.parametrize(
    ("template", "event", "begins"),
    [
        ("trainee_registered", itt.TraineeRegistered, "has registered you as a trainee teacher"),
        ("trainee_discarded", itt.TraineeDiscarded, "has removed your record"),
        ("recommendation_undone_school", itt.RecommendationUndone, "can tell you what happens next"),
    ],
)
def test_a_provider_without_a_name_is_told_by_its_code(
    template: str, event: type[Event], begins: str
) -> None:
    told = an(event, provider_code="2A5")
    assert f"Provider 2A5 {begins}" in render(template, told, about=None, activity=None)[1]
    assert (
        f"Oakhampton University (2A5) {begins}"
        in render(template, told, about=None, activity=None, names=NAMES)[1]
    )


@pytest.mark.parametrize(
    ("organisation", "name"),
    [
        ("provider:2A5", "Oakhampton University (2A5)"),
        ("provider:9ZZ", "provider 9ZZ"),
        ("school:123456", "school 123456"),
        (None, ""),
    ],
)
def test_an_organisation_is_called_by_its_name_where_that_is_known(
    organisation: str | None, name: str
) -> None:
    assert organisation_name(organisation, NAMES) == name


def test_the_last_reminder_of_a_referee_says_so() -> None:
    def told(number: int) -> tuple[str, str]:
        event = an(applications.ReferenceChaserDue, number=number)
        return render("reference_chaser_referee", event, about=None, activity=None)

    assert told(1)[0] == "A reminder: a reference for Siobhan O'Neill"
    assert "It is a week since we asked." in told(1)[1]
    assert told(4)[0] == "Last reminder: a reference for Siobhan O'Neill"
    assert told(4)[1].endswith("We do not remind you again.")


def test_a_mail_says_why_it_comes() -> None:
    referee = as_mail("Ruth Hall", "b", notice=True, audience="referee")
    contact = as_mail("Ruth Hall", "b", notice=False, audience="contact", organisation="provider 2A5")
    assert "has named you as a referee" in " ".join(referee.split())
    assert "Preferences" not in referee + contact
    assert "a contact of provider 2A5" in " ".join(contact.split())
