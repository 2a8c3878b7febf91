"""Tells what happened, from the logs of the services: the same sentences that the timelines have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from textwrap import wrap
from typing import Any
from uuid import UUID

from cli.demo import recruiting
from cli.demo.cast import OPERATOR
from cli.demo.names import in_names
from cli.demo.stage import Stage
from cli.output import day
from services.people.domain.timeline import day_of, details_of, sentence_for
from services.people.domain.words import render
from shared.events import Event, Person, applications, cpd, event_types, itt, leadership, people, training
from shared.messaging.catchup import envelopes
from shared.messaging.envelope import Envelope, to_event

NAMED, NARROWEST = 4, 40
DATE = len("30 September 2026")
# What goes without saying, or is said by another fact: it stands on the timelines, and not in this story.
UNTOLD = {
    people.PersonIdentified,
    people.StageChanged,
    applications.CandidateRegistered,
    applications.CandidateDetailsChanged,
    applications.CourseChosen,
    applications.ReferenceRequested,
    itt.TraineeSubmittedForTrn,
    cpd.EvaluationScheduled,
    cpd.EvaluationRequested,
    cpd.ContributionRecorded,
    cpd.MentorAssigned,
    cpd.InductionDue,
}
# What would be another sentence for everybody, said of all together.
TOGETHER = {
    applications.ApplicationSent.TYPE: "Applied for teacher training",
    applications.InterviewArranged.TYPE: "Invited to an interview",
    applications.OfferMade.TYPE: "Offered a place",
    applications.OfferAccepted.TYPE: "Accepted the place",
    applications.Recruited.TYPE: "Recruited; their trainee records are drafted from what they wrote",
    itt.TraineeRegistered.TYPE: "Registered as trainees",
    itt.TraineeChanged.TYPE: "Details of their records were added or changed",
    itt.TrnReceived.TYPE: "Teacher reference numbers received",
    itt.PlacementArranged.TYPE: "Placements arranged",
    itt.PlacementCompleted.TYPE: "Placements completed",
    cpd.EvaluationRecorded.TYPE: "Evaluated what a peer had offered",
    cpd.ActivityAttended.TYPE: "Took part in peer development",
    cpd.InductionProposed.TYPE: "Induction proposed to the appropriate body",
    cpd.InductionOpened.TYPE: "Induction began",
    cpd.InductionRecommended.TYPE: "Recommended to the appropriate body by the head",
    cpd.InductionPassed.TYPE: "Induction passed",
    people.RoleBegun.TYPE: "Began a post",
}
AT_ONCE = (
    "Recruited at once, for the offer has no conditions (the references come later);"
    " their trainee records are drafted from what they wrote"
)
# Their person is the referee, and not who applies.
OF_REFEREES = (
    applications.ReferenceRequested,
    applications.ReferenceChaserDue,
    applications.ReferenceProvided,
    applications.ReferenceRefused,
    applications.ReferenceCancelled,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story."""

    day: date
    text: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        if not self.names:
            return f"{day(self.day):>{DATE}}  {self.text}"
        more = len(self.names) - NAMED
        shown = ", ".join(self.names[:NAMED]) + (
            f" and {more} others" if more > 1 else " and another" if more else ""
        )
        return f"{day(self.day):>{DATE}}  {self.text}: {shown if more > 0 else ', '.join(self.names)}"

    def wrapped(self, width: int) -> str:
        """In lines of at most so many characters; what follows the first stands beneath its text."""
        return "\n".join(wrap(str(self), max(width, NARROWEST), subsequent_indent=" " * (DATE + 2)))


class Narrator:
    """Reads on in each log from where it stopped."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._after = stage, dict[str, int]()
        told = [
            event for module in (applications, itt, cpd, leadership, people) for event in _events_of(module)
        ]
        self._types: dict[str, list[str]] = {}
        for event in told:
            if event not in UNTOLD:
                self._types.setdefault(event.TYPE.split(".")[0], []).append(event.TYPE)
        self._names: dict[str, str] = {}
        self._unconditional: set[UUID] = set()
        self._untold: list[tuple[date, str, str]] = []

    def skip(self) -> None:
        """Begin with what comes from now on."""
        for _ in self._new():
            pass

    def lines(self, until: date = date.max) -> list[Told]:
        """What has come to be until that day, by the date that the timelines have as well.

        The same sentence about several people is one line; what is agreed for a later day is told on that day.
        """
        for envelope, event in sorted(self._new(), key=lambda each: (each[1].occurred_at, each[0].id)):
            self._untold.append(self._sentence(envelope, event))
        told: dict[tuple[date, str], list[str]] = {}
        for on, text, name in sorted(self._untold, key=lambda each: each[0]):
            if on <= until:
                told.setdefault((on, text), []).append(name)
        self._untold = [each for each in self._untold if each[0] > until]
        return [
            Told(on, text, tuple(dict.fromkeys(filter(None, names)))) for (on, text), names in told.items()
        ]

    def _new(self) -> Iterator[tuple[Envelope, Event]]:
        for source, types in self._types.items():
            while True:
                asked = {"types": types, "after": self._after.get(source, 0)}
                page = self._stage.call(source, "event_page", asked, by=OPERATOR)
                if page["last"] is None:
                    break
                self._after[source] = page["last"]
                yield from ((envelope, to_event(envelope)) for envelope in envelopes(page, source))

    def _sentence(self, envelope: Envelope, event: Event) -> tuple[date, str, str]:
        part = (
            "offered_by"
            if isinstance(event, cpd.ActivityOffered | cpd.ActivityCancelled | cpd.ActivityClosed)
            else "person_id"
        )
        who: UUID = getattr(event, part)
        self._learn(event)
        sentence, details = sentence_for(event.TYPE, part), details_of(event, part)
        text = self._together(event) or " ".join(render(sentence.text, details).split())
        on = day_of(sentence, details, event.occurred_at)
        named = in_names(text, recruiting.providers(self._stage))
        return on, named[0].upper() + named[1:], self._names.get(str(who), "somebody")

    def _together(self, event: Event) -> str | None:
        """What is said of all together; without conditions the place is taken before the referees have written."""
        if isinstance(event, applications.OfferAccepted) and not event.conditions:
            self._unconditional.add(event.application_id)
        if isinstance(event, applications.Recruited) and event.application_id in self._unconditional:
            return AT_ONCE
        return TOGETHER.get(event.TYPE)

    def _learn(self, event: Event) -> None:
        """Names come with the facts that introduce people."""
        if isinstance(event, OF_REFEREES):
            return
        person: Person | None = getattr(event, "person", None)
        key: Any = getattr(
            event,
            "mentor_id"
            if isinstance(event, itt.PlacementArranged | training.PlacementCorrected)
            else "person_id",
            None,
        )
        if person is not None and key is not None:
            self._names[str(key)] = f"{person.first_names} {person.last_name}"


def _events_of(module: Any) -> list[type[Event]]:
    return [each for each in event_types().values() if each.__module__ == module.__name__]
