"""Whatever candidates, providers and time do, in any order: only the table's moves happen, and the invariants hold."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.applications import TRANSITIONS, State
from services.itt.domain.cycles import cycle
from services.itt.handlers import choices, cycle_ends, decisions, interviews
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.policy import Principal
from tests.service.itt.applications_kit import a_course, chosen, ready
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import ACCREDITED, LEAD, NOW
from tests.service.itt.test_applications_at_once import broken

NUMBER = st.integers(0, 20)
DECIDER = st.sampled_from([LEAD, ACCREDITED])
REFUSED = (Conflict, Invalid, NotFound, NotAllowed)
BEFORE_THE_END = cycle(2027).apply_deadline_at - timedelta(days=1)


class Applications(RuleBasedStateMachine):
    """Two candidates and three courses with one place each."""

    kept: Kept

    @initialize()
    def begin(self) -> None:
        self.now: datetime = NOW
        self.states: dict[UUID, str] = {}
        self.who = [self.kept(partial(ready, name=f"Candidate N{number}")) for number in range(2)]
        self.options = [self.kept(partial(a_course, places=1)) for _ in range(3)]

    # --- candidates

    @rule(who=NUMBER, option=NUMBER)
    def chooses(self, who: int, option: int) -> None:
        by, option_id = self.who[who % 2], self.options[option % 3]
        if self.now == NOW:
            self._try(lambda session: self._chosen(session, by, option_id))

    def _chosen(self, session: Session, by: Principal, option_id: UUID) -> None:
        made = chosen(session, by, option_id)
        self.states[made] = State.UNSUBMITTED.value

    @rule(which=NUMBER)
    def sends(self, which: int) -> None:
        self._by_candidate(which, choices.send_application)

    @rule(which=NUMBER)
    def accepts(self, which: int) -> None:
        self._by_candidate(which, choices.accept_offer)

    @rule(which=NUMBER)
    def declines(self, which: int) -> None:
        self._by_candidate(which, choices.decline_offer)

    @rule(which=NUMBER)
    def withdraws(self, which: int) -> None:
        self._by_candidate(which, choices.withdraw_application, reasons=["apply_in_the_future"])

    # --- providers

    @rule(which=NUMBER, by=DECIDER, option=NUMBER, conditions=st.sampled_from([[], ["Swim"]]))
    def offers(self, which: int, by: Principal, option: int, conditions: list[str]) -> None:
        to = {"course_option_id": self.options[option % 3]} if option % 2 else {}
        self._by(by, which, decisions.make_offer, conditions=conditions, **to)

    @rule(which=NUMBER, by=DECIDER)
    def rejects(self, which: int, by: Principal) -> None:
        self._by(by, which, decisions.reject_application, reasons=[{"code": "R08"}])

    @rule(which=NUMBER, by=DECIDER)
    def withdraws_the_offer(self, which: int, by: Principal) -> None:
        self._by(by, which, decisions.withdraw_offer, reason="A mistake")

    @rule(which=NUMBER, by=DECIDER)
    def interviews(self, which: int, by: Principal) -> None:
        given = {"provider_code": "2LS", "at": self.now + timedelta(days=1), "location": "Hall"}
        self._by(by, which, interviews.arrange_interview, **given)

    @rule(which=NUMBER, by=DECIDER, met=st.sampled_from(["met", "pending_ones", "not_met", "defer"]))
    def settles_the_conditions(self, which: int, by: Principal, met: str) -> None:
        use = {
            "met": decisions.confirm_conditions_met,
            "pending_ones": decisions.recruit_with_pending_conditions,
            "not_met": decisions.conditions_not_met,
            "defer": decisions.defer_offer,
        }
        self._by(by, which, use[met])

    # --- time

    @precondition(lambda self: self.now < BEFORE_THE_END)
    @rule(days=st.integers(1, 60))
    def days_pass(self, days: int) -> None:
        self.now = min(self.now + timedelta(days=days), BEFORE_THE_END)
        for application_id in list(self.states):
            due = partial(cycle_ends.go_inactive, now=self.now, subject=f"application/{application_id}")
            for _ in range(2):
                self.kept(due)

    @precondition(lambda self: self.now >= BEFORE_THE_END)
    @rule(what=st.sampled_from(["unsent", "undecided", "unanswered"]), late=st.booleans())
    def the_cycle_ends(self, what: str, late: bool) -> None:
        self.now = max(self.now, BEFORE_THE_END + timedelta(days=20 if late else 0))
        self.kept(partial(cycle_ends.end_cycle, now=self.now, subject=f"cycle/2027/{what}"))

    # --- what always holds

    @invariant()
    def only_moves_of_the_table_happened(self) -> None:
        for id_, state in self.kept(self._stored).items():
            before = State(self.states[id_])
            assert state == before or state in _reachable(before), f"{before} -> {state}"
            self.states[id_] = state

    def _stored(self, session: Session) -> dict[UUID, str]:
        known = session.query(models.Application).filter(models.Application.id.in_(list(self.states)))
        return {row.id: row.state for row in known}

    @invariant()
    def places_slots_and_settlements_add_up(self) -> None:
        assert self.kept(broken) == []

    # --- how

    def _by_candidate(self, which: int, command: Any, **given: Any) -> None:
        for by in self.who:
            self._by(by, which, command, **given)

    def _by(self, by: Principal, which: int, command: Any, **given: Any) -> None:
        if self.states:
            application_id = sorted(self.states)[which % len(self.states)]
            self._try(partial(command, now=self.now, by=by, application_id=application_id, **given))

    def _try(self, work: Any) -> None:
        """A command that is refused leaves nothing behind: its transaction is rolled back."""
        known = dict(self.states)
        try:
            self.kept(work)
        except REFUSED:
            self.states = known


def _reachable(state: State) -> set[str]:
    """What one command may lead to: a move, and moves of time that were late together with it."""
    return {target.value for source, _, target in TRANSITIONS if source == state}


@pytest.mark.timeout(600)
def test_in_any_order_only_the_tables_moves_happen_and_the_invariants_hold(kept: Kept) -> None:
    machine = type("Machine", (Applications,), {"kept": staticmethod(kept)})
    limits = settings(
        max_examples=20,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run(machine, settings=limits)
