"""Candidates and providers at the same moment, each command in a transaction of its own on a real PostgreSQL."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from eventlet import GreenPool
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.applications import EXPECTED, IN_PROGRESS, INTERVIEWABLE, TAKES_A_PLACE, State
from services.itt.handlers import choices, decisions, referees
from shared.errors import Conflict
from shared.policy import Principal
from tests.service.itt.applications_kit import a_course, accepted, chosen, offered, ready, sent
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import ACCREDITED, LEAD, NOW

CLIENTS = 50
Work = Callable[[Session], Any]


def _ready(kept: Kept, count: int) -> list[Principal]:
    """So many candidates with complete forms."""
    return [kept(partial(ready, name=f"Candidate N{number}")) for number in range(count)]


def _courses(kept: Kept, count: int, places: int) -> list[UUID]:
    """The options of so many courses."""
    return [kept(partial(a_course, places=places)) for _ in range(count)]


def _tried(kept: Kept, work: Work) -> str:
    """Conflict is how somebody is told that another was faster; anything else is a fault."""
    try:
        kept(work)
    except Conflict:
        return "refused"
    return "done"


def broken(session: Session) -> list[str]:
    """Every invariant that does not hold: places, four in progress, one accepted offer that settles the others."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    found = []
    rows = list(session.scalars(select(models.Application)))
    takes = Counter(row.course_option_id for row in rows if row.state in TAKES_A_PLACE)
    for option in session.scalars(select(models.CourseOption)):
        if not option.accepted == takes[option.id] <= option.places:
            found.append(f"option: {option.accepted} accepted, {takes[option.id]} of {option.places} taken")
    for candidate in session.scalars(select(models.Candidate)):
        states = [State(row.state) for row in rows if row.candidate_id == candidate.id]
        found += [f"candidate: {problem}" for problem in _wrong(candidate, states)]
    return found + _trainees(session, rows)


IN_TRAINING = {"draft", "submitted_for_trn", "trn_received"}
# What the one trainee of an application may be; before the course starts a trainee goes with the application.
LIVE = {
    State.OFFER_DEFERRED: {"deferred"},
    State.PENDING_CONDITIONS: {"deferred"},
    State.WITHDRAWN: {"withdrawn"},
}


def _trainees(session: Session, rows: list[models.Application]) -> list[str]:
    """A recruited application has exactly one trainee in training, any other none."""
    known = select(models.Trainee).where(models.Trainee.discarded_at.is_(None))
    live = defaultdict[UUID | None, list[str]](list)
    for trainee in session.scalars(known.where(models.Trainee.from_application_id.is_not(None))):
        live[trainee.from_application_id].append(trainee.state)
    return [
        f"application {row.state}: trainees {live[row.id]}"
        for row in rows
        if not _agree(State(row.state), live[row.id])
    ]


def _agree(state: State, trainees: list[str]) -> bool:
    if state is State.RECRUITED:
        return len(trainees) == 1 and trainees[0] in IN_TRAINING
    return len(trainees) <= 1 and set(trainees) <= LIVE.get(state, set())


def _wrong(candidate: models.Candidate, states: list[State]) -> list[str]:
    going, has = sum(state in IN_PROGRESS for state in states), [s for s in states if s in EXPECTED]
    found = []
    if going > 4 or going != candidate.in_progress:
        found.append(f"{going} in progress, {candidate.in_progress} counted")
    if has and (len(has) > 1 or any(s in INTERVIEWABLE or s is State.OFFER for s in states)):
        found.append(f"accepted and not settled: {states}")
    return found


def test_fifty_clients_accept_at_once_and_no_place_is_taken_twice(kept: Kept) -> None:
    (option_id,) = _courses(kept, 1, places=7)
    who = _ready(kept, 25)
    ids = [kept(partial(offered, by=by, option_id=option_id)) for by in who]

    def client(number: int) -> str:
        given: dict[str, Any] = {"by": who[number % 25], "application_id": ids[number % 25]}
        return _tried(kept, partial(choices.accept_offer, now=NOW, **given))

    assert Counter(GreenPool(CLIENTS).imap(client, range(CLIENTS))) == {"done": 7, "refused": CLIENTS - 7}
    assert kept(broken) == []


def test_fifty_clients_send_at_once_and_four_of_each_candidate_are_in_progress(kept: Kept) -> None:
    """Domain page, "applications in progress at once": 4."""
    options = _courses(kept, 10, places=50)
    drafts = [(by, kept(partial(chosen, by=by, option_id=o))) for by in _ready(kept, 5) for o in options]

    def client(draft: tuple[Principal, UUID]) -> str:
        given: dict[str, Any] = {"by": draft[0], "application_id": draft[1]}
        return _tried(kept, partial(choices.send_application, now=NOW, **given))

    assert Counter(GreenPool(CLIENTS).imap(client, drafts)) == {"done": 20, "refused": 30}
    assert kept(broken) == []


def _moves(by: Principal, id_: UUID, other: UUID) -> list[Work]:
    """What candidate and providers may do with one application."""
    mine: dict[str, Any] = {"application_id": id_}
    why: dict[str, Any] = {"reasons": ["apply_in_the_future"], **mine}
    offer: dict[str, Any] = {"course_option_id": other, **mine}
    reject: dict[str, Any] = {"reasons": [{"code": "R08"}], **mine}
    return [
        lambda s: choices.accept_offer(s, NOW, by, **mine),
        lambda s: choices.accept_offer(s, NOW, by, **mine),
        lambda s: choices.decline_offer(s, NOW, by, **mine),
        lambda s: choices.withdraw_application(s, NOW, by, **why),
        lambda s: decisions.make_offer(s, NOW, LEAD, **mine),
        lambda s: decisions.make_offer(s, NOW, ACCREDITED, **offer),
        lambda s: decisions.make_offer(s, NOW, ACCREDITED, conditions=["Swim"], **mine),
        lambda s: decisions.reject_application(s, NOW, LEAD, **reject),
        lambda s: decisions.withdraw_offer(s, NOW, LEAD, reason="A mistake", **mine),
        lambda s: decisions.confirm_conditions_met(s, NOW, ACCREDITED, **mine),
        lambda s: decisions.conditions_not_met(s, NOW, LEAD, **mine),
        lambda s: decisions.defer_offer(s, NOW, LEAD, **mine),
    ]


def test_whatever_fifty_clients_do_at_once_the_invariants_hold(kept: Kept) -> None:
    chance = random.Random(2027)
    options = _courses(kept, 5, places=2)
    ids = [
        (by, kept(partial(sent, by=by, option_id=o)))
        for by in _ready(kept, 8)
        for o in chance.sample(options, 4)
    ]
    told: Counter[str] = Counter()
    seen: list[str] = []

    def client(number: int) -> None:
        for _ in range(6):
            by, id_ = chance.choice(ids)
            told[_tried(kept, chance.choice(_moves(by, id_, chance.choice(options))))] += 1
        seen.extend(kept(broken))

    list(GreenPool(CLIENTS).imap(client, range(CLIENTS)))
    assert seen == []
    assert kept(broken) == []
    assert min(told["done"], told["refused"]) > 20


def test_referees_are_chased_while_the_applications_are_withdrawn(kept: Kept) -> None:
    (option_id,) = _courses(kept, 1, places=9)
    who = _ready(kept, 4)
    ids = [kept(partial(accepted, by=by, option_id=option_id)) for by in who]
    rows = kept(lambda session: [row.id for row in session.query(models.Reference)])
    later = NOW + timedelta(days=8)
    due = [partial(referees.chase, now=later, about=f"reference/{id_}") for id_ in rows]
    why: dict[str, Any] = {"reasons": ["apply_in_the_future"], "now": later}
    gone = [
        partial(choices.withdraw_application, by=by, application_id=id_, **why)
        for by, id_ in zip(who, ids, strict=True)
    ]
    work: list[Work] = [*due, *gone, *due]
    assert set(GreenPool(CLIENTS).imap(lambda each: _tried(kept, each), work)) == {"done"}
    assert kept(lambda session: {row.state for row in session.query(models.Reference)}) == {"cancelled"}
