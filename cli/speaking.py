"""Whether a principal that is to be signed could be one: roles with the organisations that they speak for."""

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from cli.errors import WRONG, Refused
from shared.errors import join
from shared.policy import Role

PERSONS = (Role.CANDIDATE, Role.TRAINEE, Role.TEACHER)
FORMS = {
    "provider": (r"[0-9A-Z]{3}", "provider:2A5, a code of three capital letters and digits"),
    "school": (r"[0-9]{6}", "school:123456, a URN of six digits"),
    "region": (r"[A-Z][A-Za-z]*( [A-Za-z]+)*", "region:North East, a region by its name"),
    "body": (r"[a-z0-9]+(-[a-z0-9]+)*", "body:north-tyne, an appropriate body by its code"),
}
NEEDS = {
    Role.SCHOOL_LEADER: ("school",),
    Role.LEAD_SCHOOL: ("school", "provider"),
    Role.TRAINING_PARTNER: ("school", "provider"),
    Role.ACCREDITED_PROVIDER: ("provider",),
    Role.APPROPRIATE_BODY: ("body",),
    Role.REGIONAL_ANALYST: ("region",),
}


def check(who: str, roles: Collection[Role], organisations: Sequence[str]) -> None:
    """Raises Refused, with what would be right, for a principal to whom every service would have to say no."""
    for each in organisations:
        _check_form(each)
    kinds = {each.partition(":")[0] for each in organisations}
    for role in sorted(roles):
        if (needed := NEEDS.get(role)) and not kinds & set(needed):
            told = join([FORMS[kind][1] for kind in needed])
            raise Refused(f"--role {role} speaks for an organisation: add --organisation {told}", WRONG)
        if role in PERSONS and not _is_uuid(who):
            raise Refused(
                f"--role {role} is a person: --id must be the person's id, a UUID, not {who!r}", WRONG
            )


def _check_form(organisation: str) -> None:
    kind, _, code = organisation.partition(":")
    if kind not in FORMS:
        told = "; ".join(form for _, form in FORMS.values())
        raise Refused(f"--organisation: {organisation!r} is none; write {told}", WRONG)
    pattern, form = FORMS[kind]
    if not re.fullmatch(pattern, code):
        raise Refused(f"--organisation: {organisation!r} is no {kind}; write {form}", WRONG)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
