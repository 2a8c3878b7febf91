"""The use cases of people, one function each."""

from services.people.handlers.facts import record_details, record_fact, record_trn
from services.people.handlers.matches import (
    duplicates,
    give_ni_number,
    keep_apart,
    meet,
    merge,
    separate,
)
from services.people.handlers.prohibitions import lift_prohibition, record_prohibition
from services.people.handlers.reading import find, get_person, my_timeline, stage_counts, timeline
from services.people.handlers.roles import begin_role, end_role
from services.people.handlers.sight import confirm_role
from services.people.handlers.standing import fold_again, tell_stage
from services.people.handlers.voiding import void_fact

__all__ = [
    "begin_role",
    "confirm_role",
    "duplicates",
    "end_role",
    "find",
    "fold_again",
    "get_person",
    "give_ni_number",
    "keep_apart",
    "lift_prohibition",
    "meet",
    "merge",
    "my_timeline",
    "record_details",
    "record_fact",
    "record_prohibition",
    "record_trn",
    "separate",
    "stage_counts",
    "tell_stage",
    "timeline",
    "void_fact",
]
