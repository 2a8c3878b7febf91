"""Codes that come in: what looks like one is not one."""

import pytest
from marshmallow import ValidationError

from services.cpd.schemas.shapes import CODE, URN


@pytest.mark.parametrize("urn", ["123456\n", "١٢٣٤٥٦", "12345", "x123456"])
def test_a_school_is_six_or_seven_plain_digits(urn: str) -> None:
    assert URN("123456") and URN("1234567")
    with pytest.raises(ValidationError):
        URN(urn)


@pytest.mark.parametrize("code", ["north-tyne\n", "-north", "North"])
def test_a_body_has_a_plain_code(code: str) -> None:
    assert CODE("north-tyne")
    with pytest.raises(ValidationError):
        CODE(code)
