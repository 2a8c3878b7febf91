"""When two records are the same trainee (Register service): a person decides, the machine only finds.

Same provider, date of birth and last name; then the same academic cycle and route, and the same first name or
e-mail. Case, accents and surrounding space make no difference.
"""

import unicodedata
from datetime import date
from typing import Protocol

from services.itt.domain.dates import academic_year


class Known(Protocol):
    """What of a trainee tells whether it is the same one; one provider's trainees are compared."""

    @property
    def first_names(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def date_of_birth(self) -> date: ...
    @property
    def training_route(self) -> str: ...
    @property
    def itt_start_date(self) -> date: ...


def fold(name: str) -> str:
    """A name for comparing: without case, accents and doubled spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def first_name(first_names: str) -> str:
    """The first of the first names, folded."""
    return next(iter(fold(first_names).split()), "")


def keys(trainee: Known) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Two records are duplicates when they share one of these: one by first name, one by e-mail."""
    same = (
        trainee.date_of_birth,
        fold(trainee.last_name),
        academic_year(trainee.itt_start_date),
        trainee.training_route,
    )
    return (*same, "name", first_name(trainee.first_names)), (*same, "email", fold(trainee.email))
