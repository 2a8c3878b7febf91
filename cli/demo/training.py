"""The script of the training: placements, reviews, the final assessment, the recommendation; and who leaves the way."""

from datetime import date, timedelta
from functools import partial

from cli.demo import induction
from cli.demo.names import MENTORS, SCHOOLS, mail
from cli.demo.stage import Answer, Fate, Player, Stage, weekday
from services.itt.domain.checks import Kind
from services.itt.domain.routes import EYTS, RULES, Route
from services.itt.domain.standards import EARLY_YEARS_STANDARDS, STANDARDS
from shared.errors import Conflict

MONDAY, WEDNESDAY, FRIDAY = 0, 2, 4
URNS = tuple(SCHOOLS)
FIRST_PLACEMENT, SECOND_PLACEMENT = (0.06, 0.42), (0.46, 0.90)
DEGREE = {
    "uk_degree": "083",
    "degree_subject": "100403",
    "degree_grade": "02",
    "degree_graduation_year": "2020",
    "awarding_institution": "0116",
}


BEFORE_THE_FIRST_DAY = timedelta(days=7)
CHECKS_IN_A_CALL = 1000


def plan_checks(stage: Stage) -> None:
    """Put the checks of everybody a week before their first day: nobody starts in a school without them."""
    together: dict[date, list[str]] = {}
    for player in stage.players:
        starts, _ = _dates(player.trainee)
        together.setdefault(starts - BEFORE_THE_FIRST_DAY, []).append(player.trainee["trainee_id"])
    for day, trainee_ids in together.items():
        for first in range(0, len(trainee_ids), CHECKS_IN_A_CALL):
            some = trainee_ids[first : first + CHECKS_IN_A_CALL]
            stage.at(day, "the checks before training", partial(_check, day=day, trainee_ids=some))


def _check(stage: Stage, day: date, trainee_ids: list[str]) -> None:
    """One call for all who begin on one day."""
    made = {
        "outcome": "passed",
        "checked_by": "Admissions office",
        "checked_on": min(day, stage.today).isoformat(),
    }
    checks = {kind.value: made for kind in Kind}
    asked = [{"trainee_id": trainee_id, "checks": checks} for trainee_id in trainee_ids]
    stage.ask(stage.provider, "itt", "record_checks_of_many", trainees=asked)


def plan(stage: Stage, player: Player) -> None:
    """Put the first steps of a training on their days."""
    starts, ends = _dates(player.trainee)
    stage.at(starts, player.name, partial(_arrange, player=player))
    stage.at(ends - timedelta(days=14), player.name, partial(_assess, player=player))
    length = (ends - starts).days
    if player.fate is Fate.WITHDRAWS:
        stage.at(_friday(starts, length, 0.2), player.name, partial(_withdraw, player=player, by="trainee"))
    elif player.fate is Fate.WITHDRAWN_BY_MISTAKE:
        stage.at(_friday(starts, length, 0.2), player.name, partial(_withdraw, player=player, by="provider"))
        stage.at(_friday(starts, length, 0.24), player.name, partial(_undo_withdrawal, player=player))
    elif player.fate is Fate.DEFERS:
        stage.at(_friday(starts, length, 0.43), player.name, partial(_defer, player=player))


def _dates(trainee: Answer) -> tuple[date, date]:
    return date.fromisoformat(trainee["itt_start_date"]), date.fromisoformat(trainee["itt_end_date"])


def _friday(starts: date, length: int, share: float) -> date:
    return weekday(starts + timedelta(days=int(length * share) + 6), FRIDAY)


def _gone(player: Player) -> bool:
    return player.trainee["state"] in ("withdrawn", "deferred")


def _arrange(stage: Stage, player: Player) -> None:
    if not RULES[Route(player.trainee["route"])].placements:
        return
    for number, share in ((1, FIRST_PLACEMENT), (2, SECOND_PLACEMENT)):
        _arrange_one(stage, player, number, share)


def _arrange_one(stage: Stage, player: Player, number: int, share: tuple[float, float]) -> None:
    starts, ends = _dates(player.trainee)
    length = (ends - starts).days
    first = weekday(starts + timedelta(days=int(length * share[0]) + 6), MONDAY)
    last = max(_friday(starts, length, share[1]), first)
    urn = URNS[(player.number + 5 * number) % len(URNS)]
    mentor = MENTORS[(2 * URNS.index(urn) + player.number % 2) % len(MENTORS)]
    answer = stage.ask(
        stage.provider,
        "itt",
        "arrange_placement",
        trainee_id=player.trainee["trainee_id"],
        number=number,
        school_urn=urn,
        starts_on=first,
        ends_on=last,
        mentor={"first_names": mentor[0], "last_name": mentor[1], "email": mail(*mentor)},
    )
    placed = next(p for p in answer["placements"] if p["number"] == number)
    _know(stage, urn, placed["mentor"]["person_id"])
    stage.at(
        last,
        player.name,
        partial(_complete, player=player, placement_id=placed["placement_id"], number=number),
    )


def _know(stage: Stage, urn: str, mentor_id: str) -> None:
    known = stage.mentors.setdefault(urn, [])
    if mentor_id not in known:
        known.append(mentor_id)


def _complete(stage: Stage, player: Player, placement_id: str, number: int) -> None:
    """The placement is over, and reviewed."""
    if _gone(player):
        return
    on = stage.today
    stage.ask(stage.provider, "itt", "complete_placement", placement_id=placement_id, completed_on=on)
    not_yet = {"5", "6"} if number == 1 else set()
    stage.ask(
        stage.provider,
        "itt",
        "record_review",
        trainee_id=player.trainee["trainee_id"],
        reviewed_on=on,
        standards=_judged(player, not_yet, f"seen in placement {number}"),
    )


def _judged(player: Player, not_met: set[str], evidence: str) -> Answer:
    standards = EARLY_YEARS_STANDARDS if player.trainee["qualification"] == EYTS else STANDARDS
    return {number: {"met": number not in not_met, "evidence": evidence} for number in standards}


def _assess(stage: Stage, player: Player, again: bool = False) -> None:
    """The final assessment; who does not meet a standard may have another."""
    if _gone(player):
        return
    wanting = player.fate in (Fate.ASSESSED_TWICE, Fate.NEVER_MEETS_STANDARDS) and not again
    not_met = {"7"} if wanting else set()
    stage.ask(
        stage.provider,
        "itt",
        "record_final_assessment",
        trainee_id=player.trainee["trainee_id"],
        assessed_on=stage.today,
        standards=_judged(player, not_met, "lessons, files and interviews"),
    )
    if not wanting:
        stage.at(_recommended_on(stage), player.name, partial(_recommend, player=player, met_on=stage.today))
    elif player.fate is Fate.ASSESSED_TWICE:
        later = stage.today + timedelta(days=70)
        stage.at(weekday(later, WEDNESDAY), player.name, partial(_assess, player=player, again=True))
    else:
        stage.at(
            stage.today + timedelta(days=14), player.name, partial(_withdraw, player=player, by="provider")
        )


def _recommended_on(stage: Stage) -> date:
    return weekday(stage.today + timedelta(days=13), FRIDAY)


def _recommend(stage: Stage, player: Player, met_on: date) -> None:
    """Recommended by the accredited provider; what is still missing comes first."""
    asked = {"trainee_id": player.trainee["trainee_id"], "standards_met_on": met_on}
    if RULES[Route(player.trainee["route"])].employing_school:
        asked["employing_school_urn"] = URNS[player.number % len(URNS)]
    try:
        stage.ask(stage.provider, "itt", "recommend", **asked)
    except Conflict as wanting:
        if not any("degree" in each for each in wanting.details.get("missing", ())):
            raise
        changes = {"trainee_id": player.trainee["trainee_id"], "changes": DEGREE}
        stage.ask(stage.provider, "itt", "change_trainee", **changes)
        stage.ask(stage.provider, "itt", "recommend", **asked)
    if player.trainee["qualification"] == "QTS" and player.fate is not Fate.GOES_ELSEWHERE:
        induction.plan(stage, player)


def _withdraw(stage: Stage, player: Player, by: str) -> None:
    reason = {"trainee": "trainee_workload_issues", "provider": "not_meeting_qts_standards"}[by]
    player.trainee = stage.ask(
        stage.provider,
        "itt",
        "withdraw",
        trainee_id=player.trainee["trainee_id"],
        withdrawn_on=stage.today,
        withdrawn_by=by,
        reasons=[reason],
        future_interest="unknown" if by == "provider" else "yes",
    )


def _undo_withdrawal(stage: Stage, player: Player) -> None:
    """A correction: an administrator's command with a reason."""
    from cli.demo.cast import OPERATOR

    player.trainee = stage.ask(
        OPERATOR,
        "itt",
        "undo_withdrawal",
        trainee_id=player.trainee["trainee_id"],
        reason="the withdrawal was meant for somebody else of the same name",
    )


def _defer(stage: Stage, player: Player) -> None:
    """Pauses in the middle of the year, and comes back for the same part of the next."""
    trainee_id = player.trainee["trainee_id"]
    player.trainee = stage.ask(
        stage.provider,
        "itt",
        "defer",
        trainee_id=trainee_id,
        reason="caring for a parent",
        deferred_on=stage.today,
    )
    stage.at(stage.today + timedelta(days=329), player.name, partial(_reinstate, player=player))


def _reinstate(stage: Stage, player: Player) -> None:
    _, ends = _dates(player.trainee)
    new_end = weekday(ends + timedelta(days=364), FRIDAY)
    player.trainee = stage.ask(
        stage.provider,
        "itt",
        "reinstate",
        trainee_id=player.trainee["trainee_id"],
        reinstated_on=stage.today,
        itt_end_date=new_end,
    )
    _arrange_again(stage, player, new_end)
    stage.at(new_end - timedelta(days=14), player.name, partial(_assess, player=player))


def _arrange_again(stage: Stage, player: Player, new_end: date) -> None:
    """The placement that was missed is done now, with the mentor of then."""
    missed = [p for p in player.trainee["placements"] if not p["completed_on"]]
    for placement in missed:
        first = weekday(stage.today + timedelta(days=13), MONDAY)
        last = max(weekday(new_end - timedelta(days=28), FRIDAY), first)
        mentor = {key: placement["mentor"][key] for key in ("person_id", "first_names", "last_name", "email")}
        stage.ask(
            stage.provider,
            "itt",
            "arrange_placement",
            trainee_id=player.trainee["trainee_id"],
            number=placement["number"],
            school_urn=placement["school_urn"],
            starts_on=first,
            ends_on=last,
            mentor=mentor,
        )
        done = partial(
            _complete, player=player, placement_id=placement["placement_id"], number=placement["number"]
        )
        stage.at(last, player.name, done)
