"""From an event to the facts that it states about people, and from facts to a timeline in plain words."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.people.domain.facts import EFFECTS, VOIDING, PersonFact
from services.people.domain.sentences import SENTENCES, Sentence
from services.people.domain.sight import NEEDED
from services.people.domain.words import body, fields_of, london, render
from shared.events import Event, applications, itt, people, recruits, training

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PARTS = ("person_id", "mentor_id", "from_mentor_id", "tutor_id", "offered_by", "merged_id")
# A merge is told once, on the person who stays; a separation is told to both.
UNTOLD = frozenset(
    {
        (people.PersonMerged.TYPE, "merged_id"),
        (itt.PlacementArranged.TYPE, "from_mentor_id"),  # it moved: a message says so
        # A concern is about the trainee: it is no fact about the mentor, who is told of it by a message.
        (training.ConcernRaised.TYPE, "mentor_id"),
        (training.SupportPlanAgreed.TYPE, "mentor_id"),
        (training.SupportReviewDue.TYPE, "mentor_id"),
        (applications.ApplicationNoted.TYPE, "person_id"),  # the provider's own notes
        (applications.DuplicateSuspected.TYPE, "person_id"),  # names another candidate
        (applications.DuplicateDecided.TYPE, "person_id"),
        (
            recruits.CorrectionOffered.TYPE,
            "person_id",
        ),  # the provider's to decide; what it takes over is told
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. ``on`` is the date that people mean; ``recorded_by`` is who made the fact known."""

    fact_id: UUID
    on: date
    text: str
    type: str
    source: str
    recorded_by: str
    recorded_at: datetime
    voided: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored fact with its origin: the service that published it and the actor of the envelope."""

    fact: PersonFact
    source: str
    actor: str | None


def parts_of(event_class: type[Event]) -> tuple[str, ...]:
    """The fields of an event that name a person whose timeline it belongs on."""
    names = {f.name for f in fields(event_class)}
    return tuple(p for p in PARTS if p in names and (event_class.TYPE, p) not in UNTOLD)


def sentence_for(type_: str, part: str) -> Sentence:
    """The sentence of a fact; a type that has none yet reads as its own name, so that no fact is hidden."""
    if (found := SENTENCES.get((type_, part))) is not None:
        return found
    service, *middle, _ = type_.split(".")
    return Sentence(f"{service}: {' '.join(middle).replace('_', ' ')}")


def kept_fields(type_: str, part: str) -> set[str]:
    """The fields of an event that a fact keeps: what its sentence, the fold and sight need, and nothing else."""
    sentence, kept = sentence_for(type_, part), {*NEEDED.get(type_, ())}
    if type_ in EFFECTS:
        kept |= EFFECTS[type_].fields | {"role", "provider_code"}
    if type_ == VOIDING:
        kept |= {"fact_id"}
    return kept | fields_of(sentence.text) | ({sentence.on} if sentence.on else set())


def details_of(event: Event, part: str) -> dict[str, Any]:
    """The kept fields as plain JSON values."""
    names = sorted(kept_fields(event.TYPE, part) & {f.name for f in fields(event)})
    return {name: _plain(getattr(event, name)) for name in names}


def entries(facts: Iterable[Recorded], *, own: bool, names: dict[str, str] | None = None) -> list[Entry]:
    """The timeline by the date that people mean, and on one date in the order in which facts were recorded.

    So what was agreed for a day before it comes first, then what happened on it, then what was entered afterwards;
    of one moment the cause comes before its effect, as the ids of events are made. That somebody was first known
    begins its day: it became known by another fact. Facts that the person alone may see are left out unless it is
    their ``own``. ``names`` maps the ids of actors to what they are called.
    """
    ordered = sorted(facts, key=lambda r: (r.fact.occurred_at, r.fact.id, r.fact.part))
    voided = {r.fact.details["fact_id"] for r in ordered if r.fact.type == VOIDING}
    told = [_entry(r, voided, names or {}) for r in ordered if own or not _is_private(r.fact)]
    return sorted(told, key=lambda entry: (entry.on, entry.type != people.PersonIdentified.TYPE))


def _is_private(fact: PersonFact) -> bool:
    return sentence_for(fact.type, fact.part).mine


def _entry(recorded: Recorded, voided: Collection[str], names: dict[str, str]) -> Entry:
    fact, sentence = recorded.fact, sentence_for(recorded.fact.type, recorded.fact.part)
    text = " ".join(render(sentence.text, fact.details).split())
    actor = None if sentence.unsigned else recorded.actor
    return Entry(
        fact_id=fact.id,
        on=day_of(sentence, fact.details, fact.occurred_at),
        text=text[0].upper() + text[1:],
        type=fact.type,
        source=recorded.source,
        recorded_by=_recorder(actor, names) if actor else recorded.source,
        recorded_at=fact.occurred_at,
        voided=str(fact.id) in voided,
    )


def day_of(sentence: Sentence, details: Mapping[str, Any], occurred_at: datetime) -> date:
    """The date that people mean by a fact: the one that it names, else the day in England on which it happened."""
    named = details.get(sentence.on)
    return date.fromisoformat(named) if named else london(occurred_at)


def _recorder(actor: str, names: Mapping[str, str]) -> str:
    """Who an actor is, in plain words."""
    kind, _, code = actor.partition(" ")
    if actor.startswith("timer:"):
        return "automatically"
    if kind == "body" and code:
        return f"appropriate body {body(code)}"
    return names.get(actor, "somebody not named here" if ID.fullmatch(actor) else actor)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
