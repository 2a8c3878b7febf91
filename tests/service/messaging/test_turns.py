"""A long batch lets calls to the service have their turn."""

from typing import Any

import eventlet

from shared.testing.hearing import TYPE, Hearing, due


def test_others_work_while_a_batch_is_handled_that_never_waits_itself(hearing: Hearing) -> None:
    hearing.listens[TYPE] = [("noted", True)]
    events = [due(f"trainee/{n}", 1) for n in range(100)]
    turns: list[int] = []
    taken: dict[str, int] = {}

    def others() -> None:
        while True:
            turns.append(1)
            eventlet.sleep(0)

    def note(_: Any, fact: Any) -> None:
        taken[fact.subject] = len(turns)

    hearing.on |= dict.fromkeys((event.id for event in events), note)
    other = eventlet.spawn(others)
    hearing.deliver(*events)
    other.kill()
    assert taken["trainee/99"] - taken["trainee/0"] >= 4
