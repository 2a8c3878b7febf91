"""The script of development among peers: offered, booked, attended, and evaluated at five levels over half a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from uuid import UUID

from cli.demo import cast
from cli.demo.stage import LONDON, Player, Stage, weekday
from services.cpd.domain.terms import national_calendar
from shared.errors import Conflict

WEDNESDAY = 2
OFFERED_DAYS_BEFORE, BOOKED_DAYS_BEFORE = 28, 14
LATER_LEVELS = {3: 6, 4: 12, 5: 26}  # level -> weeks after it was held
MENTORS_WHO_LEAD, GUESTS = 5, 5
TITLES = (
    ("session", "quality_of_teaching", "Questions that make everybody think"),
    ("workshop", "behaviour_and_safety", "Calm starts, clear routines"),
    ("session", "pupil_achievement", "Vocabulary across subjects"),
    ("lesson_study", "quality_of_teaching", "Modelling in mathematics: a lesson study"),
    ("workshop", "pupil_achievement", "Marking less and learning more"),
    ("session", "leadership_and_management", "A first meeting that people want to come back to"),
    ("session", "quality_of_teaching", "Retrieval practice without tears"),
    ("workshop", "pupil_achievement", "Scaffolding down, not dumbing down"),
)
PLACES = {"lesson_study": 2}


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: who leads it, where, on which day."""

    id: str
    leader_id: str
    school_urn: str
    held_on: date
    kind: str
    area: str
    title: str

    @property
    def capacity(self) -> int:
        """Places; one fewer than the guests who ask, so that somebody waits."""
        return PLACES.get(self.kind, GUESTS - 1)


def plan_mentors(stage: Stage, first_day: date) -> None:
    """Some weeks into the first inductions, mentors offer what beginners ask for."""
    term = next(t for t in national_calendar().terms if t.starts_on >= first_day)
    stage.at(term.starts_on + timedelta(days=14), "mentors", partial(_mentors_offer, from_day=term.starts_on))


def _mentors_offer(stage: Stage, from_day: date) -> None:
    random = Random(f"{stage.seed} mentors")
    known = sorted((urn, mentor) for urn, mentors in stage.mentors.items() for mentor in mentors[:1])
    for number, (urn, mentor) in enumerate(known[:MENTORS_WHO_LEAD]):
        plan(stage, mentor, urn, from_day + timedelta(days=49 + 7 * (number % 3)), number, random)


def plan(stage: Stage, leader_id: str, urn: str, around: date, number: int, random: Random) -> Activity:
    """Put the steps of an activity on their days."""
    kind, area, title = TITLES[number % len(TITLES)]
    held_on = weekday(around + timedelta(days=6), WEDNESDAY)
    activity = Activity(
        str(UUID(int=random.getrandbits(128), version=4)), leader_id, urn, held_on, kind, area, title
    )
    who = f"activity {activity.id}"
    stage.at(held_on - timedelta(days=OFFERED_DAYS_BEFORE), who, partial(_offer, activity=activity))
    stage.at(
        held_on - timedelta(days=BOOKED_DAYS_BEFORE), who, partial(_book, activity=activity, random=random)
    )
    return activity


def _offer(stage: Stage, activity: Activity) -> None:
    stage.ask(
        cast.teacher(activity.leader_id),
        "cpd",
        "offer_activity",
        activity_id=activity.id,
        kind=activity.kind,
        area=activity.area,
        title=activity.title,
        pupil_outcome="Pupils explain their thinking in whole sentences",
        starts_at=_at(activity.held_on, time(15, 45)).isoformat(),
        ends_at=_at(activity.held_on, time(17, 15)).isoformat(),
        capacity=activity.capacity,
        school_urn=activity.school_urn,
    )


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LONDON).astimezone(UTC)


def _book(stage: Stage, activity: Activity, random: Random) -> None:
    """Peers ask for a place, from other schools as well; whoever is booked elsewhere then does not."""
    able = [p for p in stage.players if p.period and p.person_id != activity.leader_id]
    booked = []
    for player in random.sample(able, min(activity.capacity + 1, len(able))):
        try:
            booking = stage.ask(player.myself, "cpd", "book", activity_id=activity.id)
        except Conflict:
            continue
        booked.append((player, booking))
    _give_back(stage, booked)
    guests = [player for player, booking in booked if booking["state"] == "booked"][1:]
    guests += [player for player, booking in booked if booking["state"] == "waiting"]
    if guests:
        held = partial(_register, activity=activity, guests=guests, random=random)
        stage.at(activity.held_on + timedelta(days=1), f"activity {activity.id}", held)


def _give_back(stage: Stage, booked: Sequence[tuple[Player, dict[str, str]]]) -> None:
    """The first gives the place back, and who waits moves up."""
    if booked:
        player, booking = booked[0]
        stage.ask(player.myself, "cpd", "cancel_booking", booking_id=booking["id"])


def _register(stage: Stage, activity: Activity, guests: list[Player], random: Random) -> None:
    there = guests if len(guests) < 3 else guests[:-1] if random.random() < 0.3 else guests
    attended = [player.person_id for player in there]
    leader = cast.teacher(activity.leader_id)
    stage.ask(leader, "cpd", "record_attendance", activity_id=activity.id, attended=attended)
    scores = {player.person_id: random.choice((3, 4, 5, 5, 5)) for player in there}
    for player in there:
        stage.ask(
            player.myself, "cpd", "evaluate", activity_id=activity.id, level=1, score=scores[player.person_id]
        )
        stage.ask(player.myself, "cpd", "evaluate", activity_id=activity.id, level=2, score=4)
    for level, weeks in LATER_LEVELS.items():
        asked_on = activity.held_on + timedelta(weeks=weeks, days=2)
        answer = partial(_evaluate, activity=activity, guests=there, level=level, random=random)
        stage.at(asked_on, f"activity {activity.id}", answer)


def _evaluate(stage: Stage, activity: Activity, guests: list[Player], level: int, random: Random) -> None:
    """Some answer the later levels; after the last the activity is closed."""
    for player in guests:
        if player is guests[0] or random.random() < 0.5:
            asked = {"activity_id": activity.id, "level": level, "score": random.choice((3, 4, 5))}
            stage.ask(player.myself, "cpd", "evaluate", **asked, text=f"what I see at level {level}")
    if level == max(LATER_LEVELS):
        stage.ask(cast.teacher(activity.leader_id), "cpd", "close_activity", activity_id=activity.id)
