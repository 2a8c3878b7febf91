"""A table of funding for tests, and trainees and courses that it is asked for."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.itt.domain.funding import Kind, Rate, Studied
from services.itt.domain.routes import Route

PHYSICS, MATHS, BIOLOGY, DANCE = "100425", "100403", "100346", "100068"
FEE = (Route.PROVIDER_LED_POSTGRAD, Route.SCHOOL_DIRECT_TUITION_FEE)


def rate(subject: str, code: str, pounds: int, **changes: Any) -> Rate:
    """A bursary of 2026 to 2027 on the routes with a fee."""
    made = Rate(
        academic_year=2026,
        kind=Kind.BURSARY,
        subject=subject,
        subject_codes=(code,),
        routes=FEE,
        amount_pence=pounds * 100,
        valid_from=date(2026, 8, 1),
        valid_until=date(2027, 7, 31),
        source="the table",
    )
    return replace(made, **changes)


TABLE = (
    rate("Physics", PHYSICS, 29_000),
    rate("Mathematics", MATHS, 29_000),
    rate("Biology", BIOLOGY, 5_000),
)


def studied(*subjects: str, **changes: Any) -> Studied:
    """Somebody who starts on 1 September 2026; physics, unless other subjects are named."""
    made = Studied(
        route=Route.SCHOOL_DIRECT_TUITION_FEE, subjects=subjects or (PHYSICS,), starts_on=date(2026, 9, 1)
    )
    return replace(made, **changes)
