"""How answers look."""

import io
import json
import re
import subprocess
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from cli.calls.show import OF_EVERY
from cli.calls.show import show as calls
from cli.careers import tell
from cli.errors import Refused
from cli.events import catalogue, kind, markdown, show
from cli.ledger_table import ledger_sums, ledger_table, print_ledger, verdict
from cli.output import as_json, table
from cli.states import machines as all_machines
from cli.states import show as machines
from shared.config import PROJECT_ROOT
from shared.events import event_types
from shared.operations.comparison import Fate
from shared.operations.ledger import Line, missing

SOUND = Line("itt.qts.awarded.v1", "itt", "cpd", 3, 3, handled=3)
QUIET = Line("itt.eyts.awarded.v1", "itt", "people", 0, 0)
UNHEARD = Line("itt.trainee.moved.v1", "itt", None, 2, 2)
BROKEN = Line("cpd.booking.made.v1", "cpd", "people", 6, 6, handled=2, waiting=1, parked=2, missing=1)


def shown(printable: object) -> str:
    stream = io.StringIO()
    Console(file=stream, width=200).print(printable)
    return stream.getvalue()


def career(width: int, *, every: bool = False, recorded_at: str = "2026-09-02T08:00:00Z") -> str:
    entry: dict[str, Any] = {
        "on": "2026-09-01",
        "source": "cpd",
        "recorded_by": "automatically",
        "voided": False,
    }
    entry["recorded_at"] = recorded_at
    entries = [
        entry | {"text": "Induction began at school 990102", "type": "cpd.induction.opened.v1"},
        entry | {"text": "Asked to evaluate Fractions (learning)", "type": "cpd.evaluation.requested.v1"},
    ]
    person = {"first_names": "Ada", "last_name": "Byron", "trn": "1000001", "other_trns": list[str]()}
    person |= {"stage": "teacher", "stage_label": "Teacher"}
    stream = io.StringIO()
    found = {"person": person | {"flag": ""}, "entries": entries, "candidates": []}
    tell(found, Console(file=stream, width=width), every=every)
    return stream.getvalue()


def test_a_timeline_counts_the_evaluations_that_are_only_asked_for_and_shows_them_when_wanted() -> None:
    assert "Asked to evaluate" not in career(200)
    assert "1 more say when an evaluation is asked for" in career(200)
    assert "Asked to evaluate Fractions" in career(200, every=True)
    assert "more say when" not in career(200, every=True)


def headed(
    trn: str | None = "1000008", stage: str = "teacher", others: tuple[str, ...] = (), *types: str
) -> str:
    """The head line of a timeline with facts of these types."""
    person = {"first_names": "Ada", "last_name": "Byron", "trn": trn, "other_trns": list(others), "flag": ""}
    told = {
        "on": "2026-09-01",
        "source": "itt",
        "recorded_by": "automatically",
        "voided": False,
        "text": "It was",
    }
    entries = [told | {"type": type_, "recorded_at": "2026-09-01T08:00:00Z"} for type_ in types]
    stream = io.StringIO()
    found = {"person": person | {"stage": stage, "stage_label": stage.capitalize()}, "entries": entries}
    tell(found | {"candidates": []}, Console(file=stream, width=200))
    return stream.getvalue().splitlines()[0]


def test_the_head_line_says_which_number_counts_and_which_others_there_are() -> None:
    assert headed() == "Ada Byron, TRN 1000008: Teacher"
    assert headed(None) == "Ada Byron, TRN not yet: Teacher"
    assert headed(others=("1000004",)) == "Ada Byron, TRN 1000008 (also given: 1000004): Teacher"


@pytest.mark.parametrize(
    ("types", "stage", "told"),
    [
        (("itt.trainee.registered.v1",), "candidate", True),
        (("itt.trainee.registered.v1",), "trainee", False),
        (("itt.application.sent.v1",), "candidate", False),
        (("itt.trainee.registered.v1", "itt.trainee.discarded.v1"), "candidate", False),
        (
            ("itt.trainee.registered.v1", "itt.trainee.discarded.v1", "itt.trainee.registered.v1"),
            "candidate",
            True,
        ),
    ],
)
def test_who_is_registered_and_still_a_candidate_is_told_why(
    types: tuple[str, ...], stage: str, told: bool
) -> None:
    why = "registered as a trainee; training starts on its first day, once every check before it is recorded"
    assert (why in headed("1000008", stage, (), *types)) is told


@pytest.mark.parametrize("width", [40, 80])
def test_a_timeline_on_a_narrow_screen_cuts_no_word(width: int) -> None:
    words = career(width, every=True).split()

    assert {"Induction", "990102", "evaluate", "(automatically)"} <= set(words)


def test_what_was_entered_late_says_when() -> None:
    assert "entered" not in career(200)
    assert "(entered 27 November 2026)" in career(200, recorded_at="2026-11-27T09:00:00+00:00")


def test_the_calls_on_a_narrow_screen_have_every_name_in_one_piece_and_are_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    calls("table", "itt")
    assert {"itt.import_trainees", "itt.undo_import"} <= set(capsys.readouterr().out.split())
    calls("table", "itt.undo_import")
    assert capsys.readouterr().out.startswith("itt.undo_import\n  ")
    calls("table", "backlog")
    assert capsys.readouterr().out.startswith("backlog\n")
    with pytest.raises(Refused, match="did you mean itt.undo_import"):
        calls("table", "itt.undo_imports")


def test_a_method_that_a_service_does_not_have_is_answered_with_the_nearest_that_it_has() -> None:
    with pytest.raises(Refused, match="did you mean itt.import_trainees, .*'./continuum rpc itt' lists all"):
        calls("table", "itt.import_t")
    with pytest.raises(Refused, match=r"did you mean itt\."):
        calls("table", "itt.foo")


@pytest.mark.parametrize("width", ["80", "200"])
def test_the_calls_begin_with_the_services_and_end_with_what_operators_ask_of_all(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    calls("table")
    told = capsys.readouterr().out
    assert "docs/calling.md" in told.splitlines()[0]
    assert re.search(r"people +16 +Identity", told)
    assert told.index("people.timeline" if width == "80" else "timeline") < told.index(OF_EVERY)
    assert told.index(OF_EVERY) < told.index("\nbacklog" if width == "80" else " backlog")


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_a_call_that_is_asked_for_by_name_tells_what_is_in_the_objects_that_go_in_and_come_out(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    calls("table", "itt.record_checks_of_many")
    told = capsys.readouterr().out
    lines, words = told.splitlines(), " ".join(told.split())
    assert "Errors: Invalid, NotAllowed, and those of every call." in words
    assert "trainees: list of RecordChecks; required; 1 to 1000 items trainee_id: UUID; required" in words
    assert "checked_by: text; required; 1 to 200 characters" in words
    assert "Result: ChecksRecorded. trainees: whole number started: whole number" in words
    assert next(line for line in lines if "outcome:" in line).startswith(" " * 8 + "outcome")
    assert max(map(len, lines)) <= int(width)


def test_an_object_that_comes_twice_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    calls("table", "people.timeline")
    told = capsys.readouterr().out
    assert told.count("list of Summary") == 1
    assert told.count("stage_label:") == 1


def test_events_are_asked_for_by_a_part_of_their_type(capsys: pytest.CaptureFixture[str]) -> None:
    show("table", "itt.qts")
    assert "itt.qts.awarded.v1" in (told := capsys.readouterr().out)
    assert "cpd." not in told.split("itt.qts")[0]
    with pytest.raises(Refused, match="did you mean"):
        show("table", "itt.qts.award.v1")


def test_an_event_that_is_asked_for_tells_its_fields_with_their_types(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show("table", "itt.qts.awarded.v1")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    assert "trainee_id uuid the subject, whose order is kept" in lines
    assert "awarded_on date" in lines
    assert "course_subjects list of text" in lines
    assert "person person all personal data; may be null" in lines


def test_corrections_are_told_beneath_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    machines("itt.trainee", "table")
    told = capsys.readouterr().out
    beneath = told.split("Corrections, which an administrator makes with a reason")[1]
    assert "itt.trainee" in beneath
    assert "undo_withdrawal" in beneath.replace(",", " ").split()

    machines("itt.course", "table")
    assert "Corrections" not in capsys.readouterr().out


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_no_name_of_a_machine_a_state_or_an_event_is_broken(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    machines(None, "table")
    words = set(capsys.readouterr().out.replace(":", " ").replace(",", " ").split())

    for machine in all_machines().values():
        assert {machine.name, *(word for move in machine for word in map(str, move))} <= words


def test_a_state_machine_is_found_by_its_last_name() -> None:
    with pytest.raises(Refused, match=r"did you mean itt\.trainee\?"):
        machines("trainee", "table")


def test_the_ledger_on_a_narrow_screen_splits_no_name() -> None:
    stream = io.StringIO()
    Console(file=stream, width=80).print(ledger_table([SOUND, BROKEN], narrow=True))
    assert {SOUND.type, BROKEN.type, "people"} <= set(stream.getvalue().split())


def test_the_catalogue_on_a_narrow_screen_has_every_type_in_one_piece(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    show("table")

    assert set(event_types()) <= set(capsys.readouterr().out.split())


def test_a_line_adds_up_when_every_event_has_one_fate() -> None:
    assert SOUND.adds_up
    assert BROKEN.adds_up
    assert UNHEARD.adds_up
    assert not Line("itt.qts.awarded.v1", "itt", "cpd", 3, 3, handled=2).adds_up


def test_the_ledger_shows_every_column_that_adds_up_and_hides_types_without_events() -> None:
    text = shown(ledger_table([SOUND, QUIET]))

    for column in ("committed", "published", "handled", "waiting", "parked", "missing", "late"):
        assert column in text
    assert "discarded" not in text
    assert "itt.eyts.awarded.v1" not in text


def test_all_types_are_shown_when_asked() -> None:
    assert "itt.eyts.awarded.v1" in shown(ledger_table([SOUND, QUIET], every=True))


def test_what_nobody_listens_to_is_said_to_be_nobodys() -> None:
    assert "(nobody)" in shown(ledger_table([UNHEARD]))


def test_what_nobody_listens_to_is_no_effect_that_is_due() -> None:
    (in_all,) = (line for line in shown(ledger_table([SOUND, UNHEARD])).splitlines() if "in all" in line)
    assert in_all.split()[:3] == ["heard,", "in", "all"]
    assert in_all.split()[3:6] == [str(SOUND.committed), str(SOUND.published), str(SOUND.handled)]
    assert shown(ledger_sums([SOUND, UNHEARD])).split()[7:10] == in_all.split()[3:6]


def test_the_script_that_verifies_containers_reads_the_sums() -> None:
    script = (PROJECT_ROOT / "deploy/verify.sh").read_text()
    (program,) = re.findall(r"cli ledger \| awk '([^']+)'", script)
    told = shown(ledger_table([SOUND, UNHEARD])) + "\nNothing is missing.\n"
    read = subprocess.run(["awk", program], input=told, capture_output=True, text=True, check=True)
    assert f"-> {SOUND.committed} effects due" in read.stdout


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([SOUND], "Nothing is missing."),
        (
            [SOUND, BROKEN],
            (
                "1 missing: 'continuum reconcile' has them sent again; 1 wait to be tried again;"
                " 2 parked: 'continuum parked list' shows them."
            ),
        ),
    ],
)
def test_the_verdict(lines: list[Line], sentence: str) -> None:
    assert verdict(lines) == sentence


def test_the_ledger_in_json_has_every_fate(capsys: pytest.CaptureFixture[str]) -> None:
    print_ledger([BROKEN], as_json=True)

    answer = json.loads(capsys.readouterr().out)
    assert answer["missing"] == missing([BROKEN]) == 1
    assert {fate.value for fate in Fate} <= set(answer["lines"][0])


def test_names_of_people_are_no_markup_of_the_table() -> None:
    assert "[bold]Robert[/bold]" in shown(table(["name"], [["[bold]Robert[/bold]"]]))


def test_json_has_ids_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    as_json({"id": UUID(int=1)})

    assert json.loads(capsys.readouterr().out) == {"id": "00000000-0000-0000-0000-000000000001"}


def test_the_catalogue_holds_every_event_with_producer_and_purpose() -> None:
    entries = {entry.type: entry for entry in catalogue()}

    assert set(entries) == set(event_types())
    assert all(entry.purpose and entry.type.startswith(f"{entry.producer}.") for entry in entries.values())


def test_the_catalogue_says_who_listens_and_whether_people_are_named() -> None:
    entries = {entry.type: entry for entry in catalogue()}

    assert "cpd" in entries["itt.qts.awarded.v1"].consumers
    assert entries["itt.qts.awarded.v1"].personal_data
    assert not entries["cpd.booking.made.v1"].personal_data


def test_the_kind_of_a_field_is_said_in_words() -> None:
    assert kind(int | None) == "number"
    assert kind(tuple[str, ...]) == "list of text"
    assert kind(UUID) == "uuid"


def test_docs_events_md_is_up_to_date() -> None:
    """If not: make docs."""
    assert (PROJECT_ROOT / "docs/events.md").read_text() == markdown(catalogue())
