"""Who may do what to the census and reports.

A provider reads its own, a lead school what is about its own courses; regional analysts read their region, national
ones everything, in numbers alone. Equality data of a provider is the provider's own, and nobody else's: what is wrong
to see of one provider could be worked out from the whole and the others.
"""

from collections.abc import Iterable

from services.itt.domain.policy.courses import OWN_COURSE, RATIFIES
from services.itt.domain.policy.organisations import codes, provider
from services.itt.domain.policy.trainees import OWN_PROVIDER
from shared.policy import ANY, Principal, Role

OWN_REGION = "own_region"
ON_APPLICATIONS = ("report.recruitment", "report.funnel", "report.decisions")
ON_TRAINEES = ("report.census", "report.performance_profile")
_WHOLE = (
    (Role.REGIONAL_ANALYST, OWN_REGION),
    (Role.NATIONAL_ANALYST, ANY),
    (Role.OPERATOR, ANY),
)
_DECIDERS = (
    (Role.LEAD_SCHOOL, OWN_COURSE),
    (Role.ACCREDITED_PROVIDER, OWN_COURSE),
    (Role.ACCREDITED_PROVIDER, RATIFIES),
)
_PROVIDER = ((Role.ACCREDITED_PROVIDER, OWN_PROVIDER),)

ROWS: tuple[tuple[str, Role, str], ...] = (
    *((action, *who) for action in ON_APPLICATIONS for who in (*_DECIDERS, *_WHOLE)),
    *((action, *who) for action in ON_TRAINEES for who in (*_PROVIDER, *_WHOLE)),
    *(("report.equality_of_applications", *who) for who in _WHOLE),
    *(("report.equality_of_trainees", *who) for who in _WHOLE),
    ("report.own_equality_of_applications", Role.LEAD_SCHOOL, OWN_COURSE),
    ("report.own_equality_of_applications", Role.ACCREDITED_PROVIDER, OWN_COURSE),
    ("report.own_equality_of_trainees", Role.ACCREDITED_PROVIDER, OWN_PROVIDER),
    *(("return.read", *who) for who in (*_PROVIDER, *_WHOLE)),
    ("return.sign_off", Role.ACCREDITED_PROVIDER, OWN_PROVIDER),
    ("return.reopen", Role.OPERATOR, ANY),
)


def regions(by: Principal) -> list[str]:
    """The regions that an analyst is there for, by their names: ``region:North East``."""
    return codes(by, "region")


def report_relations(by: Principal, provider_code: str, region: str | None, *, ratifies: bool) -> set[str]:
    """How the principal stands to what is reported of a provider; ``ratifies``: it ratifies courses of the provider."""
    own = by.belongs(provider(provider_code))
    holds = {
        OWN_COURSE: own,
        OWN_PROVIDER: own,
        RATIFIES: ratifies,
        OWN_REGION: region is not None and region in regions(by),
    }
    return {name for name, held in holds.items() if held}


def relations_somewhere(by: Principal) -> set[str]:
    """How the principal stands to some provider at least."""
    own: Iterable[str] = (OWN_COURSE, OWN_PROVIDER, RATIFIES) if codes(by, "provider") else ()
    return {*own, *((OWN_REGION,) if regions(by) else ())}
