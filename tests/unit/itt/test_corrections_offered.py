"""What an application says otherwise than it did, held against the record."""

from uuid import UUID

import pytest

from services.itt.domain import corrections_offered
from services.itt.domain.corrections_offered import Offer, changed, offers, said, told, why
from services.itt.domain.details import EQUALITY
from shared.errors import Invalid
from tests.unit.itt.builders import NOW, cells, trainee

BEFORE = said(cells())


def test_what_an_application_says_has_no_equality_data() -> None:
    assert not set(said(cells(ethnicity="120", sex="12"))) & {"sex", *EQUALITY}


def test_the_funding_method_is_no_word_of_an_application() -> None:
    assert changed(BEFORE, said(cells(funding_method="6"))) == frozenset()


def test_what_is_said_as_before_has_not_changed() -> None:
    assert changed(BEFORE, said(cells())) == frozenset()


def test_each_column_that_is_said_otherwise_is_offered_in_the_order_of_the_file() -> None:
    now = said(cells(course_age_range="13919", last_name="Hall"))
    columns = changed(BEFORE, now)
    assert columns == {"last_name", "course_age_range"}
    found = offers(columns, now, cells())
    assert found == [Offer("last_name", "Okafor", "Hall"), Offer("course_age_range", "13918", "13919")]
    assert [offer.source for offer in found] == ["form", "course"]


def test_what_the_record_holds_already_is_not_offered() -> None:
    now = said(cells(last_name="Hall"))
    assert offers(changed(BEFORE, now), now, cells(last_name="Hall")) == []


def test_a_blank_is_offered_where_a_column_may_be_blank() -> None:
    before = said(cells(previous_last_name="Hall"))
    now = said(cells(sex="", fund_code=""))
    found = offers(changed(before, now), now, cells(previous_last_name="Hall"))
    assert found == [Offer("previous_last_name", "Hall", "")]


def test_the_fact_names_columns_and_no_values() -> None:
    event = told(trainee(), ("last_name",), NOW)
    assert (event.provider_code, event.columns) == ("2A5", ("last_name",))


def test_a_correction_is_dismissed_with_a_reason_of_500_characters_at_most() -> None:
    assert why(" The passport says so ") == "The passport says so"
    for wrong in ("  ", "x" * 501):
        with pytest.raises(Invalid, match="why"):
            why(wrong)


def test_only_corrections_of_the_trainee_are_decided() -> None:
    one, two = UUID(int=1), UUID(int=2)
    corrections_offered.refuse_strangers(frozenset({one}), frozenset({one}))
    with pytest.raises(Invalid, match="no correction of this trainee"):
        corrections_offered.refuse_strangers(frozenset({one, two}), frozenset({one}))
    with pytest.raises(Invalid, match="is empty"):
        corrections_offered.refuse_strangers(frozenset(), frozenset())
