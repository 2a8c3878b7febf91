"""The schedule: which fault when and at what, from a seed alone."""

from random import Random

from shared.service_names import SERVICES
from tests.chaos.faults import KINDS, Kind, Planned
from tests.chaos.world import REPLICAS

LONG_S = 600.0
LONG_PAUSE_S = 12.0
QUIET_BEFORE_S, QUIET_AFTER_S = 2.0, 4.0
TARGETS = {
    "": ("",),
    "service": SERVICES,
    "consumer": ("cpd", "leadership", "people", "notifications"),
    "replicated": tuple(service for service, replicas in REPLICAS.items() if replicas > 1),
    "process": tuple(f"{service}-{n + 1}" for service, replicas in REPLICAS.items() for n in range(replicas)),
}


def schedule(seed: int, seconds: float) -> list[Planned]:
    """Every kind once before any comes again, as many as fit; the same for the same seed and duration."""
    dice, planned = Random(f"chaos {seed} {seconds:g}"), list[Planned]()
    long = seconds >= LONG_S
    pause_s = min(LONG_PAUSE_S, (seconds - QUIET_BEFORE_S - QUIET_AFTER_S) / (len(KINDS) + 1))
    at_s, kinds = QUIET_BEFORE_S, list[Kind]()
    while at_s < seconds - QUIET_AFTER_S:
        if not kinds:
            kinds = dice.sample(KINDS, len(KINDS))
        kind = kinds.pop()
        hold_s = kind.long_hold_s if long else kind.hold_s
        target = dice.choice(TARGETS[kind.aims])
        planned.append(Planned(round(at_s, 1), kind.name, target, hold_s, dice.randrange(2**32)))
        at_s += pause_s * (dice.uniform(0.5, 1.5) if long else dice.uniform(0.8, 1.0))
    return planned
