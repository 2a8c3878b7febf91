"""The script of induction: a post, an agreed period, six terms (or what becomes of them), the decision."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from cli.demo import cast, leading
from cli.demo.names import SCHOOLS
from cli.demo.stage import Answer, Fate, Player, Stage, body_of, other_body
from services.cpd.domain.terms import Term, national_calendar
from shared.errors import Conflict

URNS = tuple(SCHOOLS)
TERMS = 6
NOTICE_DAYS, AGREED_DAYS_BEFORE, DECIDED_AFTER_DAYS = 21, 7, 10
SICK_DAYS = 38


def plan(stage: Stage, player: Player) -> None:
    """After the award a school takes the teacher on, for the first term that begins then."""
    player.school = URNS[(3 * player.number + 1) % len(URNS)]
    _look_for_post(stage, player, stage.today + timedelta(days=14))


def _look_for_post(stage: Stage, player: Player, from_day: date, next_term: int = 1) -> None:
    term = next(t for t in national_calendar().terms if t.starts_on >= from_day)
    begin = partial(_begin_post, player=player, begins_on=term.starts_on, next_term=next_term)
    stage.at(term.starts_on - timedelta(days=NOTICE_DAYS), player.name, begin)


def _begin_post(stage: Stage, player: Player, begins_on: date, next_term: int) -> None:
    percent = 50 if player.fate is Fate.PART_TIME else 100
    asked: Answer = {"role": "teacher", "school_urn": player.school, "begins_on": begins_on}
    asked |= {"full_time_equivalent_percent": percent} | _who(stage, player)
    player.post = stage.ask(cast.head(player.school), "people", "begin_role", **asked)
    agreed_on = begins_on - timedelta(days=AGREED_DAYS_BEFORE)
    if player.fate is Fate.REFUSED_FIRST:
        stage.at(agreed_on - timedelta(days=7), player.name, partial(_refuse, player=player))
        stage.at(agreed_on - timedelta(days=3), player.name, partial(_propose_again, player=player))
    stage.at(agreed_on, player.name, partial(_agree, player=player, next_term=next_term))


def _who(stage: Stage, player: Player) -> Answer:
    """Usually the id; a school that does not know it gives the details, and the person is found again by them."""
    if player.fate is not Fate.MET_TWICE:
        return {"person_id": player.person_id}
    known = stage.ask(stage.provider, "itt", "get_trainee", trainee_id=player.trainee["trainee_id"])
    sex = {"10": "female", "11": "male"}.get(known["sex"], "sex_not_provided")
    details = {key: known[key] for key in ("first_names", "last_name", "date_of_birth", "email")}
    return {"person": details | {"sex": sex}}


def _refuse(stage: Stage, player: Player) -> None:
    stage.ask(
        cast.body(body_of(player.school)),
        "cpd",
        "refuse_induction",
        person_id=player.person_id,
        code="not_our_school",
        why="the school has just chosen another body",
    )


def _propose_again(stage: Stage, player: Player) -> None:
    stage.ask(
        cast.head(player.school),
        "cpd",
        "propose_induction",
        person_id=player.person_id,
        appropriate_body=other_body(body_of(player.school)),
    )


def _body(player: Player) -> str:
    code = body_of(player.school)
    return other_body(code) if player.fate is Fate.REFUSED_FIRST else code


def _agree(stage: Stage, player: Player, next_term: int) -> None:
    """The appropriate body agrees, and the head assigns mentor and tutor."""
    player.period = stage.ask(cast.body(_body(player)), "cpd", "agree_induction", person_id=player.person_id)
    mentors = stage.mentors.get(player.school, [])
    if mentors:
        chosen = {"mentor_id": mentors[player.number % len(mentors)]}
        if len(mentors) > 1:
            chosen["tutor_id"] = mentors[(player.number + 1) % len(mentors)]
        _as_head(stage, player, "assign_mentor", **chosen)
    starts_on = date.fromisoformat(player.period["starts_on"])
    _serve(stage, player, next_term, starts_on)
    if player.fate is Fate.ABSENT:
        stage.at(starts_on + timedelta(days=100), player.name, partial(_absent, player=player))
    if player.fate is Fate.FAILS_INDUCTION:
        stage.at(starts_on + timedelta(days=400), player.name, partial(_tell_at_risk, player=player))


def _as_head(stage: Stage, player: Player, method: str, **arguments: Any) -> Any:
    return stage.ask(cast.head(player.school), "cpd", method, period_id=player.period["id"], **arguments)


def _serve(stage: Stage, player: Player, term: int, from_day: date) -> None:
    """Put the assessment of a term on its last day; half time takes two terms of the calendar for one."""
    ahead = [t for t in national_calendar().terms if t.ends_on > from_day]
    needed = 2 if player.fate is Fate.PART_TIME else 1
    stage.at(ahead[needed - 1].ends_on, player.name, partial(_assess_term, player=player, term=term))


def _assess_term(stage: Stage, player: Player, term: int) -> None:
    failing = player.fate is Fate.FAILS_INDUCTION and term == TERMS
    outcome = "unsatisfactory" if failing else "satisfactory"
    _as_head(stage, player, "assess_term", term=term, outcome=outcome, evidence=f"file of term {term}")
    if player.fate is Fate.MOVES_SCHOOL and term == 3:
        return _leave(stage, player)
    if term < TERMS:
        return _serve(stage, player, term + 1, stage.today)
    return _recommend(stage, player)


def _leave(stage: Stage, player: Player) -> None:
    """Leaves midway, which is not failing, and goes on at another school a term later."""
    last_day = stage.today
    stage.ask(
        cast.head(player.school),
        "people",
        "end_role",
        role_period_id=player.post["role_period_id"],
        ended_on=last_day + timedelta(days=1),
    )
    player.school = URNS[(URNS.index(player.school) + 4) % len(URNS)]
    _look_for_post(stage, player, _after(last_day).ends_on, next_term=4)


def _after(day: date) -> Term:
    return next(term for term in national_calendar().terms if term.starts_on > day)


def _absent(stage: Stage, player: Player) -> None:
    _as_head(
        stage,
        player,
        "record_absence",
        absence_id=str(UUID(int=player.random.getrandbits(128), version=4)),
        kind="sickness",
        starts_on=stage.today - timedelta(days=60),
        days=SICK_DAYS,
    )


def _tell_at_risk(stage: Stage, player: Player) -> None:
    _as_head(stage, player, "tell_at_risk", support="weekly coaching on planning and behaviour")


def _recommend(stage: Stage, player: Player) -> None:
    """The head recommends on the day on which induction is served; an assessment that is missing comes first."""
    outcome = _outcome(player)
    try:
        _as_head(stage, player, "recommend_outcome", recommendation=outcome)
    except Conflict as wanting:
        if "completes_on" in wanting.details:
            served_on = date.fromisoformat(wanting.details["completes_on"])
            return stage.at(served_on, player.name, partial(_recommend, player=player))
        if "terms" not in wanting.details:
            raise
        _assess_missing(stage, player, wanting.details["terms"])
        _as_head(stage, player, "recommend_outcome", recommendation=outcome)
    decided_on = stage.today + timedelta(days=DECIDED_AFTER_DAYS)
    return stage.at(decided_on, player.name, partial(_decide, player=player, outcome=outcome))


def _assess_missing(stage: Stage, player: Player, terms: list[int]) -> None:
    for term in terms:
        _as_head(
            stage, player, "assess_term", term=term, outcome="satisfactory", evidence=f"file of term {term}"
        )


def _outcome(player: Player) -> str:
    if player.fate is Fate.FAILS_INDUCTION:
        return "fail"
    return "extend" if player.fate is Fate.EXTENDED else "pass"


def _decide(stage: Stage, player: Player, outcome: str) -> None:
    more = {"extension_hundredths": 100} if outcome == "extend" else {}
    stage.ask(
        cast.body(_body(player)),
        "cpd",
        "decide_induction",
        period_id=player.period["id"],
        decision=outcome,
        **more,
    )
    if outcome == "extend":
        player.fate = Fate.STRAIGHT
        stage.at(_after(stage.today).ends_on, player.name, partial(_recommend, player=player))
    elif outcome == "pass":
        leading.plan(stage, player)
