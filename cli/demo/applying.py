"""The script of recruitment: candidates apply, the lead school decides, and who is recruited becomes a trainee.

From the draft on that the recruitment makes, their way is that of everybody in the file.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from cli.demo import cast, recruiting, training
from cli.demo.applicants import Applicant, Way, applicants, referees, sections
from cli.demo.names import mail
from cli.demo.recruiting import CYCLE, FIRST_DAY
from cli.demo.stage import Answer, Fate, Player, Stage

CONDITION = "A satisfactory Disclosure and Barring Service check"
WEEKS = 3  # in which they apply, on Mondays
Step = Callable[..., None]  # takes the stage, and the applicant by name


def plan(stage: Stage, taken: set[str]) -> None:
    """Open the courses now, and let the candidates apply in the weeks that follow."""
    options = recruiting.open_courses(stage)
    stage.applicants = list(applicants(stage.seed, taken))
    for applicant in stage.applicants:
        day = FIRST_DAY + timedelta(days=7 * (1 + applicant.number % WEEKS))
        _at(stage, day, applicant, partial(_apply, options=options))


def _at(stage: Stage, day: date, applicant: Applicant, step: Step) -> None:
    stage.at(day, applicant.name, partial(step, applicant=applicant))


def _in(stage: Stage, days: int, applicant: Applicant, step: Step) -> None:
    _at(stage, stage.today + timedelta(days=days), applicant, step)


def _as(stage: Stage, applicant: Applicant, method: str, **arguments: Any) -> Answer:
    answer: Answer = stage.ask(applicant.myself, "itt", method, **arguments)
    return answer


def _decide(stage: Stage, applicant: Applicant, method: str, *, which: int = 0, **arguments: Any) -> Answer:
    return recruiting.ask(stage, method, application_id=applicant.applications[which], **arguments)


def _apply(stage: Stage, applicant: Applicant, options: list[list[str]]) -> None:
    """An account, the form, two referees, one course or two; and off it goes."""
    names = {"first_names": applicant.first_names, "last_name": applicant.last_name}
    _as(stage, applicant, "register_candidate", **names, email=mail(*names.values()))
    for section, content in sections(applicant):
        _as(stage, applicant, "save_section", cycle=CYCLE, section=section, content=content, completed=True)
    _as(stage, applicant, "save_equality", sex=applicant.sex, ethnicity="100")
    for referee in referees(applicant):
        _as(stage, applicant, "add_reference", cycle=CYCLE, **referee)
    for nth in range(2 if applicant.way is Way.TWO_OFFERS else 1):
        sites = options[(applicant.number + nth) % len(options)]
        option_id = sites[applicant.number % len(sites)]
        chosen = _as(stage, applicant, "choose_course", course_option_id=option_id)
        applicant.applications.append(chosen["application_id"])
    if applicant.way is not Way.NEVER_SENDS:
        for application_id in applicant.applications:
            _as(stage, applicant, "send_application", application_id=application_id)
        _wait_for_answer(stage, applicant)


def _wait_for_answer(stage: Stage, applicant: Applicant) -> None:
    if applicant.way is Way.WITHDRAWS:
        _in(stage, 10, applicant, _withdraw)
    elif applicant.way is not Way.FORGOTTEN:
        _in(stage, 3, applicant, _interview)
        _in(stage, 14, applicant, _reject if applicant.way is Way.REJECTED else _offer)


def _withdraw(stage: Stage, applicant: Applicant) -> None:
    reasons = ["applying_to_another_provider"]
    _as(stage, applicant, "withdraw_application", application_id=applicant.applications[0], reasons=reasons)


def _interview(stage: Stage, applicant: Applicant) -> None:
    for application_id in applicant.applications:
        recruiting.interview(stage, application_id)


def _reject(stage: Stage, applicant: Applicant) -> None:
    reasons = [{"code": "R03", "details": "The lesson that you taught did not check what pupils had learnt."}]
    _decide(stage, applicant, "reject_application", reasons=reasons)


def _offer(stage: Stage, applicant: Applicant) -> None:
    conditions = [] if applicant.way is Way.UNCONDITIONAL else [CONDITION]
    for which in range(len(applicant.applications)):
        _decide(stage, applicant, "make_offer", which=which, conditions=conditions)
    _in(stage, 2, applicant, _decline if applicant.way is Way.DECLINES else _accept)


def _decline(stage: Stage, applicant: Applicant) -> None:
    _as(stage, applicant, "decline_offer", application_id=applicant.applications[0])


def _accept(stage: Stage, applicant: Applicant) -> None:
    """Accept the first; another offer is declined by that. Then the referees write."""
    accepted = _as(stage, applicant, "accept_offer", application_id=applicant.applications[0])
    _in(stage, 5, applicant, _refer)
    if accepted["state"] != "recruited":
        _in(stage, 40, applicant, _end_conditions)
    if applicant.way is Way.LEAVES:
        _at(stage, recruiting.STARTS - timedelta(days=60), applicant, _withdraw)


def _refer(stage: Stage, applicant: Applicant) -> None:
    form = _as(stage, applicant, "get_form", cycle=CYCLE)
    for reference in form["references"]:
        stage.ask(
            cast.referee(reference["reference_id"]),
            "itt",
            "give_reference",
            reference_id=reference["reference_id"],
            feedback="Patient, well prepared, and liked by pupils.",
            safeguarding_concerns=False,
            confidential=False,
        )


def _end_conditions(stage: Stage, applicant: Applicant) -> None:
    method = {
        Way.CONDITIONS_NOT_MET: "conditions_not_met",
        Way.WITH_PENDING: "recruit_with_pending_conditions",
    }.get(applicant.way, "confirm_conditions_met")
    _decide(stage, applicant, method)
    if applicant.way is Way.WITH_PENDING:
        _at(stage, recruiting.STARTS - timedelta(days=30), applicant, _confirm_pending)


def _confirm_pending(stage: Stage, applicant: Applicant) -> None:
    _decide(stage, applicant, "confirm_conditions_met")


def complete_drafts(stage: Stage) -> None:
    """The accredited provider adds what neither form nor course says, then asks for the TRNs."""
    drafts = stage.ask(
        stage.provider,
        "itt",
        "list_trainees",
        provider_code=stage.provider_code,
        state="draft",
        from_application=True,
        limit=200,
    )
    by_person = {applicant.person_id: applicant for applicant in stage.applicants}
    for draft in drafts["items"]:
        if (applicant := by_person.get(draft["person_id"])) is not None:
            _complete(stage, applicant, draft["trainee_id"])


def _complete(stage: Stage, applicant: Applicant, trainee_id: str) -> None:
    known = stage.ask(stage.provider, "itt", "get_trainee", trainee_id=trainee_id)
    number = len(stage.players)
    record = {
        "provider_trainee_id": f"24/25-R{applicant.number + 1}",
        "hesa_id": f"{2_411_000_000_000 + applicant.number}",
        "fund_code": known["fund_code"] or "7",
        "funding_method": "6",
    }
    stage.ask(stage.provider, "itt", "change_trainee", trainee_id=trainee_id, changes=record)
    trainee = stage.ask(stage.provider, "itt", "submit_for_trn", trainee_id=trainee_id)
    player = Player(
        number, applicant.name, applicant.person_id, trainee, Fate.STRAIGHT, _own(stage, applicant)
    )
    stage.players.append(player)
    training.plan(stage, player)


def _own(stage: Stage, applicant: Applicant) -> Random:
    return Random(f"{stage.seed} applicant {applicant.number}")
