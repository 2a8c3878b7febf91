"""Matching of people; expected values are written from the domain page's paragraph on identity."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.people.domain.identity import (
    MATCH_TRANSITIONS,
    Identity,
    MatchState,
    birth_hash,
    decide,
    likeness,
    ni_number_hash,
    tidy_email,
)
from services.people.domain.names import Names, same_name, search_text, search_words, shared_names
from services.people.domain.synonyms import GROUPS, meanings
from shared.errors import Invalid, TransitionNotAllowed

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
BORN = birth_hash(KEY, date(2001, 2, 3))


def somebody(n: int = 1, first: str = "Mary Ann", last: str = "O'Brien", **more: str | None) -> Identity:
    known: dict[str, str | None] = {"birth": BORN, "email": "mary@example.org", "sex": "female"}
    return Identity(UUID(int=n), Names.of(first, last), **{**known, **more})


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Zoë  O'Brien-Smith", ["zoe", "obrien", "smith"]),
        ("o’BRIEN", ["obrien"]),
        ("Łukasz Sørensen", ["lukasz", "sorensen"]),
        ("Æthelred Weiß", ["aethelred", "weiss"]),
        ("Nguyễn Thị Minh", ["nguyen", "thi", "minh"]),
        ("Jean\u2010Luc", ["jean", "luc"]),
        ("李 小龍", ["李", "小龍"]),
        ("  ", []),
    ],
)
def test_names_are_compared_whatever_their_case_accents_and_apostrophes(
    written: str, words: list[str]
) -> None:
    assert search_words(written) == words
    assert search_text(written) == "".join(f" {word}" for word in words)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("Mary Ann", "Lee"), ("Mary Ann", "Lee"), 3),
        (("Mary Ann", "Lee"), ("Ann Lee", "Mary"), 3),
        (("Elizabeth", "Lee"), ("Liz", "Lee"), 2),
        (("Lee", "Lee"), ("Lee", "Smith"), 1),
        (("Mary", "Lee"), ("Joan", "Park"), 0),
        (("", "Lee"), ("", "Lee"), 1),
        (("Chris Robert", "Hall"), ("Christine Bob", "Hall"), 3),
    ],
)
def test_names_count_in_any_order_with_synonyms_and_each_once(
    one: tuple[str, str], other: tuple[str, str], shared: int
) -> None:
    assert shared_names(Names.of(*one), Names.of(*other)) == shared
    assert shared_names(Names.of(*other), Names.of(*one)) == shared


def test_people_who_share_a_name_share_a_key_to_be_found_by() -> None:
    assert "elizabeth" in Names.of("Liz", "Lee").keys & Names.of("Beth", "Park").keys
    assert Names.of("Alex", "Lee").keys == {"alexander", "alexandra", "lee"}
    assert not same_name("", "")


def test_synonyms_are_written_as_names_are_compared() -> None:
    assert all(search_words(name) == [name] for group in GROUPS for name in group)
    assert meanings("sam") == {"samantha", "samuel"}
    assert meanings("zebedee") == {"zebedee"}


@pytest.mark.parametrize(
    ("other", "score", "is_candidate"),
    [
        (somebody(2), 3 + 1 + 5, True),
        (somebody(2, email=None), 4, True),
        (somebody(2, "Mary", email=None), 3, True),
        (somebody(2, "Mary", email=None, birth=None), 2, False),
        (somebody(2, email=None, birth=None), 3, True),
        (somebody(2, "Joan", "Park"), 1 + 5, True),
        (somebody(2, "Joan", "Park", email=None), 1, False),
        (somebody(2, "Joan", "Park", email=None, ni_number="n"), 11, True),
    ],
)
def test_who_may_be_the_same_and_how_likely(other: Identity, score: int, is_candidate: bool) -> None:
    alike = likeness(somebody(ni_number="n"), other)

    assert (alike.score, alike.is_candidate) == (score, is_candidate)


def test_a_likeness_is_told_in_words() -> None:
    alike = likeness(somebody(ni_number="n"), somebody(2, ni_number="n"))

    assert alike.shared == ["3 names", "date of birth", "e-mail", "NI number"]
    assert likeness(somebody(), somebody(2, "Joan", "Park")).shared == ["date of birth", "e-mail"]


@pytest.mark.parametrize(
    ("newcomer", "known", "definite"),
    [
        (somebody(9), [], None),
        (somebody(9), [somebody(1)], 1),
        (somebody(9), [somebody(1, "Mary")], 1),
        (somebody(9), [somebody(1), somebody(2)], None),
        (somebody(9), [somebody(1), somebody(1, "Mary")], 1),
        (somebody(9), [somebody(1), somebody(2, email="else@example.org")], 1),
        (somebody(9), [somebody(1, email="else@example.org")], None),
        (somebody(9), [somebody(1, sex="male")], None),
        (somebody(9, sex=None), [somebody(1, sex=None)], None),
        (somebody(9, sex="prefer_not_to_say"), [somebody(1, sex="prefer_not_to_say")], None),
        (somebody(9), [somebody(1, birth="another")], None),
        (somebody(9), [somebody(1, "Ann Mary")], None),
        (somebody(9), [somebody(1, last="Park")], None),
        (somebody(9), [somebody(1, ni_number="n")], 1),
        (somebody(9, ni_number="n"), [somebody(1)], None),
        (somebody(9, ni_number="n"), [somebody(1, "Joan", "Park", ni_number="n")], 1),
        (somebody(9, ni_number="n"), [somebody(1, ni_number="n", birth="another")], None),
        (somebody(9, ni_number="n"), [somebody(1, ni_number="n"), somebody(2, ni_number="n")], None),
    ],
)
def test_only_one_certain_match_is_definite(
    newcomer: Identity, known: list[Identity], definite: int | None
) -> None:
    assert decide(newcomer, known).same_as == (definite and UUID(int=definite))


def test_possible_matches_are_ordered_by_score_and_each_person_stands_once() -> None:
    known = [
        somebody(1, email=None),
        somebody(2, "Joan", "Park"),
        somebody(2),
        somebody(3, "Joan", "Park", email=None),
    ]

    verdict = decide(somebody(9, sex=None), known)

    assert [(p.int, alike.score) for p, alike in verdict.possible] == [(2, 9), (1, 4)]


def test_hashes_hide_the_value_and_depend_on_the_key() -> None:
    assert ni_number_hash(KEY, "ab 12 34 56 c") == ni_number_hash(KEY, "AB123456C")
    assert ni_number_hash(KEY, "AB123456C") != ni_number_hash(OTHER_KEY, "AB123456C")
    assert BORN != birth_hash(KEY, date(2001, 2, 4))
    assert birth_hash(KEY, None) is None
    assert BORN is not None and "2001" not in BORN


@pytest.mark.parametrize("wrong", ["", "AB12345C", "DB123456C", "AO123456C", "GB123456C", "AB123456E"])
def test_what_cannot_be_an_ni_number_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid, match="must look like"):
        ni_number_hash(KEY, wrong)


def test_an_email_is_compared_without_case_and_blanks() -> None:
    assert tidy_email(" Mary@Example.ORG ") == "mary@example.org"
    assert tidy_email("") is tidy_email(None) is None


def test_a_pair_that_was_decided_is_not_decided_again_but_a_merge_can_be_undone() -> None:
    assert MATCH_TRANSITIONS.next(MatchState.MERGED, "separate") == MatchState.APART
    with pytest.raises(TransitionNotAllowed):
        MATCH_TRANSITIONS.next(MatchState.MERGED, "merge")


def test_an_identity_without_anything_matches_nobody() -> None:
    nobody = replace(somebody(9), names=Names.of("", ""), birth=None, email=None, sex=None)

    assert decide(nobody, [somebody(1), replace(nobody, person_id=UUID(int=2))]).possible == ()
