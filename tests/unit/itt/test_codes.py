"""Code lists: the published ``.yml`` files are the truth (domain page, the bulk file)."""

import pytest
import yaml

from services.itt.domain import codes
from services.itt.domain.routes import CODES
from tests.unit.itt.builders import published

PUBLISHED = {name: name for name in codes.LISTS} | {"ethnicity": "ethnicities"}


@pytest.mark.parametrize("name", codes.LISTS)
def test_a_code_list_has_exactly_the_published_codes_and_labels(name: str) -> None:
    rows = yaml.safe_load(published(f"reference/{PUBLISHED[name]}.yml").read_text(encoding="utf-8"))["data"]
    expected = {
        code: (row.get("display_name") or row["name"]).strip()
        for row in rows
        for code in row.get("hesa_codes") or []
    }
    assert dict(codes.labels(name)) == expected


def test_the_published_routes_are_the_routes_of_the_code() -> None:
    rows = yaml.safe_load(published("reference/training_route.yml").read_text(encoding="utf-8"))["data"]
    assert {row["hesa_codes"][0]: row["name"] for row in rows} == {code: r.value for code, r in CODES.items()}


def test_a_short_list_is_told_whole() -> None:
    assert codes.advice("fund_code", "9") == (
        "use one of 2 (Not eligible for student finance), 7 (Eligible for student finance)"
    )


@pytest.mark.parametrize(
    ("name", "written", "advice"),
    [
        ("course_subject", "chemistry", "use 100417 (Chemistry)"),
        ("nationality", "gb", "use GB (British)"),
        ("degree_grade", "2", "use 02 (Upper second-class honours (2:1))"),
        ("nationality", "UK", "use GB (British)"),
        ("nationality", "welsh", "use GB (British)"),
        ("training_route", "3", "use 03 (School Direct salaried)"),
        ("study_mode", "1", "use 01 (Full-time)"),
        ("itt_qualification_aim", "20", "use 020 (Postgraduate Certificate in Education)"),
        ("course_subject", "magic", "use a code of the course subject list, such as 100048 (Design)"),
    ],
)
def test_what_was_meant_is_said(name: str, written: str, advice: str) -> None:
    assert codes.advice(name, written) == advice


def test_a_label_of_several_codes_names_all_of_them_and_the_main_one_first() -> None:
    assert codes.advice("nationality", "British") == (
        "use GB (British), or with the same label FK, GG, IM, IO or JE"
    )


@pytest.mark.parametrize("word", codes.ALSO_WRITTEN["nationality"])
def test_what_is_only_written_for_a_code_is_no_code(word: str) -> None:
    assert word.upper() not in codes.labels("nationality")


def test_labels_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        codes.labels("sex")["10"] = "x"  # type: ignore[index]
