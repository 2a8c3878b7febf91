"""Places on the national grid: the Ordnance Survey's own examples, postcodes, distances."""

from math import radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain.geography import Place, on_grid, outward, place_of
from services.itt.domain.search import Held, metres, miles, open_to
from shared.errors import Invalid


def _degrees(whole: int, minutes: int, seconds: float) -> float:
    return whole + minutes / 60 + seconds / 3600


def test_the_projection_gives_the_worked_example_of_the_ordnance_survey() -> None:
    """ "A guide to coordinate systems in Great Britain", annex C.1."""
    latitude, longitude = radians(_degrees(52, 39, 27.2531)), radians(_degrees(1, 43, 4.5177))
    place = on_grid(latitude, longitude)
    assert (round(place.easting, 3), round(place.northing, 3)) == (651409.903, 313177.270)


def test_a_point_of_gps_is_right_to_five_metres() -> None:
    """Caister water tower: its place by the exact transformation (OSTN15) is published."""
    place = place_of(_degrees(52, 39, 28.8282), _degrees(1, 42, 57.8663))
    assert place.metres_to(Place(651409.804, 313177.450)) < 5


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [
        (48.85, 2.35, "latitude"),
        (54.0, 9.9, "longitude"),
        (91.0, 0.0, "latitude"),
        (54.0, -10.0, "longitude"),
    ],
)
def test_a_point_outside_great_britain_is_refused_by_name(
    latitude: float, longitude: float, field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        place_of(latitude, longitude)
    assert list(raised.value.fields) == [field]


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ("NE5 3RN", "NE5"),
        ("ne53rn", "NE5"),
        (" NE24 4JP ", "NE24"),
        ("EC3A 5DE", "EC3A"),
        ("W1A 1AA", "W1A"),
        ("NE24", "NE24"),
        ("M1", "M1"),
    ],
)
def test_the_first_half_of_a_postcode(given_: str, code: str) -> None:
    assert outward(given_) == code


@pytest.mark.parametrize("wrong", ["", "Newcastle", "NE", "NE5 3R", "5NE 3RN", "NE5 3RN X"])
def test_what_is_no_postcode_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid) as raised:
        outward(wrong)
    assert list(raised.value.fields) == ["postcode"]


@given(st.text(max_size=12))
def test_any_text_is_a_postcode_or_is_refused(text: str) -> None:
    try:
        assert 2 <= len(outward(text)) <= 4
    except Invalid:
        pass


def test_a_distance_is_the_same_both_ways() -> None:
    here, there = Place(420_000, 565_000), Place(423_000, 569_000)
    assert here.metres_to(there) == there.metres_to(here) == 5000


def test_miles_and_metres() -> None:
    assert metres(1) == 1609
    assert metres(0.5) == 805
    assert miles(16_093) == 10.0


@pytest.mark.parametrize(
    ("held", "required"),
    [
        ("two_one", {"two_one", "two_two", "third", "not_required"}),
        ("two_two", {"two_two", "third", "not_required"}),
        ("third", {"third", "not_required"}),
        ("none", {"not_required"}),
    ],
)
def test_a_degree_opens_the_courses_that_ask_for_it_or_for_less(held: str, required: set[str]) -> None:
    assert set(open_to(Held(held))) == required
