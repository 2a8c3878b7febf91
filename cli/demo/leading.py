"""The script after induction: leading peers, being suggested or nominated, answering, and a first leader's post."""

from datetime import date, timedelta
from functools import partial

from cli.demo import cast, peers
from cli.demo.stage import Player, Stage
from services.cpd.domain.terms import national_calendar

LEADS_PEERS = 0.27
ANSWERED_AFTER_DAYS = 12
CONSENTS, REFUSES = 0.7, 0.85  # below the first consents, below the second refuses, above lets it run out


def plan(stage: Stage, player: Player) -> None:
    """In the term after passing some offer to peers; of the others a few are nominated by a head or by themselves."""
    ahead = [term for term in national_calendar().terms if term.starts_on > stage.today]
    if player.random.random() < LEADS_PEERS or len(stage.players) < 10:
        first = ahead[0].starts_on + timedelta(days=35)
        peers.plan(stage, player.person_id, player.school, first, player.number, player.random)
        second = peers.plan(
            stage,
            player.person_id,
            player.school,
            first + timedelta(days=42),
            player.number + 3,
            player.random,
        )
        answered = second.held_on + timedelta(days=ANSWERED_AFTER_DAYS)
        stage.at(answered, player.name, partial(_answer, player=player))
    elif player.number % 5 == 0:
        stage.at(
            ahead[0].starts_on + timedelta(days=21), player.name, partial(_head_nominates, player=player)
        )
    elif player.number % 7 == 0:
        stage.at(
            ahead[0].starts_on + timedelta(days=28), player.name, partial(_nominates_self, player=player)
        )


def _answer(stage: Stage, player: Player) -> None:
    """Whoever finds a suggestion answers it, or does not."""
    mine = stage.ask(player.myself, "leadership", "mine")
    for suggestion in mine["suggestions"]:
        if suggestion["state"] != "open":
            continue
        chance = player.random.random()
        if chance < CONSENTS:
            stage.ask(player.myself, "leadership", "consent", suggestion_id=suggestion["suggestion_id"])
            _promote(stage, player)
        elif chance < REFUSES:
            stage.ask(player.myself, "leadership", "refuse", suggestion_id=suggestion["suggestion_id"])


def _promote(stage: Stage, player: Player) -> None:
    """Some of those who are nominated lead a subject or a year from the next term on."""
    player.nominated = True
    if player.random.random() < 0.5:
        term = next(t for t in national_calendar().terms if t.starts_on > stage.today + timedelta(days=14))
        stage.at(
            term.starts_on - timedelta(days=7),
            player.name,
            partial(_lead, player=player, from_=term.starts_on),
        )


def _lead(stage: Stage, player: Player, from_: date) -> None:
    stage.ask(
        cast.head(player.school),
        "people",
        "begin_role",
        person_id=player.person_id,
        role="middle_leader",
        school_urn=player.school,
        begins_on=from_,
    )


def _head_nominates(stage: Stage, player: Player) -> None:
    proposed = stage.ask(
        cast.head(player.school), "leadership", "nominate", person_id=player.person_id, source="head"
    )
    answer = partial(_consent, player=player, nomination_id=proposed["nomination_id"])
    stage.at(stage.today + timedelta(days=6), player.name, answer)


def _consent(stage: Stage, player: Player, nomination_id: str) -> None:
    stage.ask(player.myself, "leadership", "consent_to_nomination", nomination_id=nomination_id)
    _promote(stage, player)


def _nominates_self(stage: Stage, player: Player) -> None:
    stage.ask(player.myself, "leadership", "nominate", person_id=player.person_id, source="self")
