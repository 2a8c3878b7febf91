"""What each of the 14 routes asks for (domain page, Trainees), written by hand from the rules."""

import pytest

from services.itt.domain.routes import RULES, Route, phase

Q, E = "QTS", "EYTS"
# route: code, award, employing school, training partner, degree, study mode, placements, days in schools
EXPECTED = {
    "school_direct_tuition_fee": ("02", Q, False, True, True, True, 2, 120),
    "school_direct_salaried": ("03", Q, True, True, True, True, 2, 120),
    "opt_in_undergrad": ("09", Q, False, False, False, True, 2, None),
    "pg_teaching_apprenticeship": ("10", Q, True, True, True, True, 2, 120),
    "provider_led_undergrad": ("11", Q, False, True, False, True, 2, None),
    "provider_led_postgrad": ("12", Q, False, True, True, True, 2, 120),
    "teacher_degree_apprenticeship": ("14", Q, True, True, False, True, 2, None),
    "iqts": ("15", Q, False, True, True, True, 1, 120),
    "assessment_only": ("16", Q, False, False, True, False, 0, None),
    "early_years_assessment_only": ("17", E, False, False, True, False, 0, None),
    "early_years_undergrad": ("18", E, False, True, False, True, 0, None),
    "early_years_postgrad": ("19", E, False, False, True, True, 0, None),
    "early_years_salaried": ("20", E, True, True, True, True, 0, None),
    "hpitt_postgrad": ("21", Q, False, False, True, True, 2, 120),
}


@pytest.mark.parametrize("route", list(Route))
def test_a_route_asks_for_what_the_rules_say(route: Route) -> None:
    r = RULES[route]
    found = (
        r.code,
        r.award,
        r.employing_school,
        r.training_partner,
        r.degree,
        r.study_mode,
        r.placements,
        r.school_days,
    )
    assert found == EXPECTED[route.value]


def test_there_are_14_routes_and_four_award_eyts() -> None:
    assert len(RULES) == 14
    assert sum(rules.award == E for rules in RULES.values()) == 4


def test_a_training_partner_may_be_named_on_nine_routes_and_an_employer_on_four() -> None:
    assert sum(rules.training_partner for rules in RULES.values()) == 9
    assert sum(rules.employing_school for rules in RULES.values()) == 4


def test_only_international_qts_has_a_country() -> None:
    assert [route for route, rules in RULES.items() if rules.iqts_country] == [Route.INTERNATIONAL_QTS]


@pytest.mark.parametrize(
    ("route", "age_range", "expected"),
    [
        (Route.PROVIDER_LED_POSTGRAD, "13909", "Primary"),  # three to seven
        (Route.PROVIDER_LED_POSTGRAD, "13911", "Primary"),  # three to nine
        (Route.PROVIDER_LED_POSTGRAD, "13912", "Primary"),  # three to eleven
        (Route.PROVIDER_LED_POSTGRAD, "13913", "Primary"),  # five to nine
        (Route.PROVIDER_LED_POSTGRAD, "13914", "Primary"),  # five to eleven
        (Route.PROVIDER_LED_POSTGRAD, "13915", "Primary"),  # seven to eleven
        (Route.PROVIDER_LED_POSTGRAD, "13916", "Secondary"),  # seven to fourteen
        (Route.PROVIDER_LED_POSTGRAD, "13917", "Secondary"),  # nine to fourteen
        (Route.PROVIDER_LED_POSTGRAD, "13918", "Secondary"),  # eleven to sixteen
        (Route.PROVIDER_LED_POSTGRAD, "13919", "Secondary"),  # eleven to nineteen
        (Route.EARLY_YEARS_POSTGRAD, "13920", "Early years"),  # zero to five
        (Route.EARLY_YEARS_POSTGRAD, "13909", "Early years"),
    ],
)
def test_the_phase_follows_from_route_and_ages(route: Route, age_range: str, expected: str) -> None:
    assert phase(route, age_range) == expected
