"""Role periods, and who may do what with people."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.people.domain.policy import PERMISSIONS, person_relations, school_relations
from services.people.domain.roles import Role, RolePeriod, RoleState, check_begin, check_no_other
from shared.errors import Conflict, Invalid, NotAllowed, TransitionNotAllowed
from shared.policy import Principal
from shared.policy import Role as Caller

TODAY = date(2026, 9, 1)
PERIOD = RolePeriod(UUID(int=1), UUID(int=2), Role.TEACHER, "123456", TODAY)
HEAD = Principal("h", frozenset({Caller.SCHOOL_LEADER}), frozenset({"school:123456"}))


def test_a_role_period_ends_once() -> None:
    ended = PERIOD.end(date(2027, 8, 31))

    assert (ended.state, ended.ended_on) == (RoleState.ENDED, date(2027, 8, 31))
    with pytest.raises(TransitionNotAllowed):
        ended.end(date(2027, 8, 31))


def test_a_role_does_not_end_before_it_began() -> None:
    with pytest.raises(Invalid, match="2026-09-01"):
        PERIOD.end(TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("begins_on", "percent", "field"),
    [
        (date(2027, 9, 3), 100, "begins_on"),
        (date(1970, 1, 1), 100, "begins_on"),
        (TODAY, 0, "full_time"),
        (TODAY, 101, "full_time"),
    ],
)
def test_a_role_that_cannot_be_is_refused(begins_on: date, percent: int, field: str) -> None:
    with pytest.raises(Invalid, match=field):
        check_begin(begins_on, percent, TODAY)


def test_a_role_may_begin_in_the_past_and_within_a_year() -> None:
    check_begin(date(2010, 9, 1), 1, TODAY)
    check_begin(TODAY + timedelta(days=366), 100, TODAY)


def test_one_role_at_a_school_is_open_at_a_time() -> None:
    check_no_other(PERIOD, None)
    check_no_other(replace(PERIOD, id=UUID(int=9)), PERIOD)
    with pytest.raises(Conflict, match="since 2026-09-01"):
        check_no_other(replace(PERIOD, begins_on=date(2026, 10, 1)), PERIOD)


def test_a_leader_begins_roles_at_their_own_school_only() -> None:
    PERMISSIONS.require(HEAD, "role.begin", school_relations(HEAD, "123456"))
    with pytest.raises(NotAllowed):
        PERMISSIONS.require(HEAD, "role.begin", school_relations(HEAD, "654321"))


@pytest.mark.parametrize(
    ("by", "relations"),
    [
        (Principal(str(UUID(int=7))), {"self"}),
        (HEAD, {"own_school"}),
        (Principal("p", organisations=frozenset({"provider:2A5"})), {"own_provider"}),
        (Principal("x"), set()),
    ],
)
def test_how_a_caller_stands_to_a_person(by: Principal, relations: set[str]) -> None:
    ids = {UUID(int=7), UUID(int=8)}

    assert person_relations(by, ids, school_urns=["123456"], provider_codes=["2A5"]) == relations


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("role.begin", {"school_leader", "operator"}),
        ("role.end", {"school_leader", "operator"}),
        ("person.find", {"operator", "service"}),
        ("match.list", {"operator"}),
        ("match.decide", {"operator"}),
        ("fact.void", {"operator"}),
        ("prohibition.record", {"operator"}),
        ("stage.count", {"operator", "service", "national_analyst", "regional_analyst"}),
        (
            "timeline.read",
            {
                "candidate",
                "trainee",
                "teacher",
                "mentor",
                "tutor",
                "school_leader",
                "panel_member",
                "operator",
            },
        ),
    ],
)
def test_who_may_do_what(action: str, allowed: set[str]) -> None:
    assert set(PERMISSIONS.roles(action)) == allowed
