"""The sample file, and the people in it."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from cli.demo import register
from cli.demo.applicants import applicants
from cli.demo.names import BODIES, FIRST_NAMES, LAST_NAMES, SCHOOLS, mail
from cli.demo.play import names_so_far
from cli.demo.sample import PEOPLE, sample, with_mistakes
from cli.demo.stage import Fate, body_of, fates, other_body
from services.itt.domain import bulk_file
from services.itt.domain.routes import EYTS

THAT_SUMMER = date(2024, 8, 19)


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_sample_is_valid_by_the_rules_of_the_national_file(seed: int) -> None:
    parsed = bulk_file.parse(sample(seed), THAT_SUMMER)

    assert parsed.errors == ()
    assert parsed.row_count == PEOPLE


def test_the_sample_has_many_routes_among_them_early_years_and_salaried() -> None:
    records = bulk_file.parse(sample(), THAT_SUMMER).records.values()

    assert len({record.training_route for record in records}) >= 8
    assert any(record.rules.award == EYTS for record in records)
    assert any(record.rules.employing_school for record in records)


def test_the_sample_has_names_with_apostrophes_and_accents() -> None:
    names = " ".join(
        f"{r.first_names} {r.last_name}" for r in bulk_file.parse(sample(), THAT_SUMMER).records.values()
    )

    assert "'" in names
    assert any(ord(letter) > 127 for letter in names)


def test_the_same_seed_is_the_same_file_and_another_seed_is_other_people() -> None:
    assert sample(3) == sample(3)
    assert sample(3) != sample(4)


def test_who_applies_in_a_demonstration_after_others_is_nobody_who_was_there() -> None:
    seen: set[str] = set()
    for seed in range(1, 6):
        applying = {each.name for each in applicants(seed, names_so_far(seed))}
        assert not applying & (seen | names_so_far(seed))
        seen |= applying


def test_every_address_belongs_to_the_domain_for_examples() -> None:
    records = bulk_file.parse(sample(), THAT_SUMMER).records.values()

    assert all(record.email.endswith("@example.com") and record.email.isascii() for record in records)


def test_a_name_without_any_plain_letter_still_has_an_address() -> None:
    assert mail("Şeyma", "Ågren-Øst") == "seyma.agrenst@example.com"


def test_nobody_stands_in_the_lists_twice() -> None:
    assert Counter(name for name, _ in FIRST_NAMES).most_common(1)[0][1] == 1
    assert len(set(LAST_NAMES)) == len(LAST_NAMES)


def test_each_planted_mistake_is_found_where_it_is() -> None:
    parsed = bulk_file.parse(with_mistakes(), THAT_SUMMER)

    assert [(error.row, error.column) for error in parsed.errors] == [
        (2, "date_of_birth"),
        (3, "email"),
        (4, "training_route"),
        (5, "itt_end_date"),
        (6, "degree_grade"),
        (7, "last_name"),
    ]


def test_in_sixty_people_every_unusual_way_is_gone_and_most_go_straight() -> None:
    chosen = Counter(fates(60, Random(1)))

    assert set(chosen) == set(Fate)
    assert chosen[Fate.STRAIGHT] > 30


def test_one_person_alone_has_a_way_too() -> None:
    assert len(list(fates(1, Random(1)))) == 1


def test_every_school_has_chosen_a_body_and_there_is_another_one() -> None:
    chosen = {body_of(urn) for urn in SCHOOLS}

    assert chosen == set(BODIES)
    assert all(other_body(code) in BODIES and other_body(code) != code for code in chosen)


def test_the_register_of_the_sample_holds_its_schools_with_their_places() -> None:
    found = register.schools()
    assert {school.urn: school.name for school in found} == SCHOOLS
    assert all(school.easting and school.northing and school.postcode for school in found)
