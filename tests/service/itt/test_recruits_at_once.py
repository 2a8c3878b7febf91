"""Applications and trainees moved by two sides at the same moment: neither waits for ever, and they agree."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.withdrawals import FutureInterest, Trigger
from services.itt.handlers import candidates, choices, courses, decisions, keeping_up, outcomes, registration
from shared.errors import Conflict
from shared.policy import Principal
from tests.service.itt import kit
from tests.service.itt.applications_kit import a_course, offered, ready
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import ACCREDITED, LEAD, NOW
from tests.service.itt.recruits_kit import STARTED, in_training, trainees_of
from tests.service.itt.test_applications_at_once import broken

CLIENTS = 20
Work = Callable[[Session], Any]


def _tried(kept: Kept, work: Work) -> str:
    """Conflict is how somebody is told that another was faster; anything else is a fault."""
    try:
        kept(work)
    except Conflict:
        return "refused"
    return "done"


def _both_sides(by: Principal, application_id: UUID, trainee_id: UUID, course_id: UUID) -> list[Work]:
    mine: dict[str, Any] = {"application_id": application_id}
    theirs: dict[str, Any] = {"trainee_id": trainee_id}
    leaves: dict[str, Any] = {
        "withdrawn_on": STARTED.date(),
        "withdrawn_by": Trigger.TRAINEE,
        "reasons": ["trainee_workload_issues"],
        "future_interest": FutureInterest.NO,
    }
    return [
        lambda s: choices.withdraw_application(s, STARTED, by, reasons=["apply_in_the_future"], **mine),
        lambda s: decisions.defer_offer(s, STARTED, LEAD, **mine),
        lambda s: outcomes.withdraw(s, STARTED, ACCREDITED, **theirs, **leaves),
        lambda s: outcomes.defer(s, STARTED, ACCREDITED, reason="Ill", **theirs),
        lambda s: candidates.change_email(s, STARTED, by, email=f"{random.randrange(9)}@example.com"),
        lambda s: courses.change_course(
            s, STARTED, LEAD, course_id=course_id, changes={"about": str(random.randrange(9))}
        ),
        lambda s: keeping_up.offer_corrections(s, STARTED, f"trainee/{trainee_id}"),
    ]


@pytest.mark.timeout(120)
def test_both_sides_move_at_once_and_agree(kept: Kept) -> None:
    chance = random.Random(2027)
    option_id = kept(partial(a_course, places=8))
    course_id = kept(lambda s: s.get_one(models.CourseOption, option_id).course_id)
    made = [kept(partial(_made, name=f"Candidate N{n}", option_id=option_id)) for n in range(8)]
    work = [each for by, id_, trainee in made for each in _both_sides(by, id_, trainee, course_id) * 2]
    chance.shuffle(work)
    told = Counter(GreenPool(CLIENTS).imap(partial(_tried, kept), work))
    assert kept(broken) == []
    assert min(told["done"], told["refused"]) > 10


def _made(session: Session, name: str, option_id: UUID) -> tuple[Principal, UUID, UUID]:
    by, application_id, row = in_training(session, name, option_id)
    return by, application_id, row.id


def test_who_accepts_twice_at_once_is_one_trainee(kept: Kept) -> None:
    by = kept(ready)
    application_id = kept(partial(offered, by=by))
    accept = partial(choices.accept_offer, now=NOW, by=by, application_id=application_id)
    told = Counter(GreenPool(CLIENTS).imap(partial(_tried, kept), [accept] * CLIENTS))
    assert told == {"done": 1, "refused": CLIENTS - 1}
    assert kept(lambda s: len(trainees_of(s, application_id))) == 1


def test_who_is_registered_at_the_same_moment_is_marked_or_refused(kept: Kept) -> None:
    by = kept(partial(ready, name="Amina Okafor"))
    application_id = kept(partial(offered, by=by))
    same = {
        "first_names": "Amina",
        "last_name": "Okafor",
        "date_of_birth": "2002-05-14",
        "training_route": "02",
    }
    details = kit.nth(1, itt_start_date="2027-09-06", itt_end_date="2028-07-14", **same)
    given: dict[str, Any] = {"provider_code": "2A5", "details": details}
    work: list[Work] = [
        partial(choices.accept_offer, now=NOW, by=by, application_id=application_id),
        partial(registration.register_trainee, now=NOW, by=ACCREDITED, **given),
    ]
    told = list(GreenPool(2).imap(partial(_tried, kept), work))
    marked = kept(lambda s: [row.matches for row in trainees_of(s, application_id)])
    assert told[0] == "done"
    assert bool(marked[0]) == (told[1] == "done")


def test_a_course_that_changes_while_somebody_is_recruited_misses_nobody(kept: Kept) -> None:
    option_id = kept(partial(a_course, places=12))
    course_id = kept(lambda s: s.get_one(models.CourseOption, option_id).course_id)
    who = [kept(partial(ready, name=f"Candidate N{n}")) for n in range(12)]
    ids = [kept(partial(offered, by=by, option_id=option_id)) for by in who]
    ends = {"changes": {"ends_on": date(2028, 7, 21)}, "course_id": course_id}
    change: Work = partial(courses.change_course, now=NOW, by=LEAD, **ends)
    accepts: list[Work] = [
        partial(choices.accept_offer, now=NOW, by=by, application_id=id_)
        for by, id_ in zip(who, ids, strict=True)
    ]
    list(GreenPool(CLIENTS).imap(partial(_tried, kept), [*accepts[:6], change, *accepts[6:]]))
    due = kept(lambda s: list(kit.due(s, "offer_corrections")))
    for subject in due:
        kept(partial(keeping_up.offer_corrections, now=NOW, subject=subject))
    assert kept(partial(_ends, ids=ids)) == {"2028-07-21"}


def _ends(session: Session, ids: list[UUID]) -> set[str]:
    """What each trainee's application says of the end: in the record, or offered."""
    said = set()
    for application_id in ids:
        (row,) = trainees_of(session, application_id)
        offers = session.query(models.OfferedCorrection).filter_by(trainee_id=row.id, state="offered")
        said.add(next((one.new_value for one in offers), row.itt_end_date.isoformat()))
    return said
