"""The lists and the feed of changes, over RPC."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from benchmarks.cohort.spans import SECOND
from benchmarks.measures import percentile
from benchmarks.running import Caller
from benchmarks.scale.asking import Askers, Case
from benchmarks.services import IDLE
from benchmarks.surroundings import run
from shared.policy import Principal

CALLS, WARM_UP = 40, 3
PAGE, LARGE_PAGE = 50, 200
NUMBERED_APART = 20
UNNUMBERED = """
SELECT count(*) FROM application WHERE feed_position IS NULL AND sent_at IS NOT NULL AND state <> 'cancelled'
"""
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Walk:
    """How long each page of a walk took, in milliseconds, and how many items it had in all."""

    took_ms: list[float]
    items: int

    @property
    def thirds_p95_ms(self) -> tuple[float, float, float]:
        """At the beginning, in the middle, at the end."""
        each = max(1, len(self.took_ms) // 3)
        parts = self.took_ms[:each], self.took_ms[each:-each] or self.took_ms, self.took_ms[-each:]
        return (percentile(parts[0], 0.95), percentile(parts[1], 0.95), percentile(parts[2], 0.95))


def timed(call: Caller, method: str, **asked: Any) -> tuple[float, Answer]:
    """Milliseconds, and the answer."""
    began = time.perf_counter()
    found = call(IDLE, method, **asked)
    return 1_000 * (time.perf_counter() - began), found


def lists_ms(cases: Sequence[Case]) -> tuple[dict[str, list[float]], list[float]]:
    """How long each call of each case took, all of them by turns, so that whatever else happens meets all.

    And in between calls that read one row, to know what of it a call costs, and the machine that others use as well.
    """
    with ExitStack() as stack:
        callers: dict[Principal, Caller] = {}
        for case in cases:
            if case.who not in callers:
                callers[case.who] = stack.enter_context(closing(Caller(case.who)))
        took: dict[str, list[float]] = {case.name: [] for case in cases}
        plain: list[float] = []
        for nth in range(WARM_UP + CALLS):
            for case in cases:
                took_ms, _ = timed(callers[case.who], "list_applications", limit=PAGE, **_of_cycle(case))
                plain_ms, _ = timed(callers[case.who], "list_providers", limit=1)
                if nth >= WARM_UP:
                    took[case.name].append(took_ms)
                    plain.append(plain_ms)
    return took, plain


def _of_cycle(case: Case) -> dict[str, Any]:
    return {"cycle": SECOND} | case.asked


def deeper(cases: Sequence[Case]) -> Iterator[Case]:
    """The cases, and those of them that have many pages also in their middle and at their end."""
    for case in cases:
        yield case
        with closing(Caller(case.who)) as call:
            cursors = list(_cursors(call, case))
        if len(cursors) >= 10:
            for name, cursor in (("middle", cursors[len(cursors) // 2]), ("end", cursors[-1])):
                yield replace(case, name=f"{case.name}, {name}", asked=case.asked | {"after": cursor})


def _cursors(call: Caller, case: Case) -> Iterator[str]:
    after = None
    while True:
        asked = _of_cycle(case) | {"after": after, "limit": LARGE_PAGE}
        after = call(IDLE, "list_applications", **asked)["next"]
        if after is None:
            return
        yield after


def feed(who: Askers, since: datetime) -> Walk:
    """All changes since then, page by page to the end, each from the ``next`` of the one before."""
    took, items = [], 0
    with closing(Caller(who.provider)) as call:
        asked: dict[str, Any] = {"since": since.isoformat()}
        while True:
            took_ms, found = timed(call, "application_changes", limit=PAGE, **asked)
            took.append(took_ms)
            items += len(found["items"])
            if not found["items"] and not _unnumbered():
                return Walk(took, items)
            asked = {"after": found["next"]}


def _unnumbered() -> int:
    """How many changes have no place in the feed yet: a look gives it to some of them, whosesoever they are."""
    return int(run(IDLE, UNNUMBERED)[0][0])


def numbered_feed(who: Askers, since: datetime) -> Walk:
    """Numbered pages, newest first, as the national provider API has them: some of every depth, and the last."""
    with closing(Caller(who.provider)) as call:
        asked = {"since": since.isoformat(), "limit": PAGE}
        _, first = timed(call, "application_changes", page_number=1, **asked)
        last = -(-int(first["total"]) // PAGE)
        numbers = [*range(1, last, max(1, min(NUMBERED_APART, last // 10))), last]
        took = [timed(call, "application_changes", page_number=n, **asked)[0] for n in numbers]
    return Walk(took, int(first["total"]))
