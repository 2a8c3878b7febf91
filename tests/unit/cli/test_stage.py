"""The heap of steps, and the story."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from cli.demo.installation import check_clock
from cli.demo.narrator import Narrator, Told
from cli.demo.stage import Stage, office_hours, weekday
from cli.errors import Refused
from cli.installation import Caller
from shared.context import correlation_id
from shared.errors import Conflict, NotAllowed, Unavailable
from shared.events import Event, applications, cpd, people
from shared.events.conversion import dumped
from shared.policy import Principal, Role

SOMEBODY = Principal("somebody", frozenset({Role.OPERATOR}), sets_clock=True)


class Caller_:
    """Answers with what it was asked; away the first ``away`` times."""

    def __init__(self, away: int = 0) -> None:
        self.asked: list[tuple[str, str, Mapping[str, Any], datetime]] = []
        self._away = away

    def __call__(
        self, service: str, method: str, arguments: Mapping[str, Any], *, by: Principal, now: datetime
    ) -> str:
        if self._away:
            self._away -= 1
            raise Unavailable("away")
        self.asked.append((service, method, arguments, now))
        return "answer"


def stage(caller: Caller_ | None = None) -> Stage:
    made = Stage(cast(Caller, caller or Caller_()), "2A5", seed=1)
    made.now = datetime(2026, 9, 1, 9, tzinfo=UTC)
    return made


def test_steps_come_by_day_and_in_the_order_in_which_they_were_put() -> None:
    set_up, done = stage(), list[str]()
    set_up.at(date(2026, 9, 3), "Ana", lambda _: done.append("later"))
    set_up.at(date(2026, 9, 2), "Ana", lambda _: done.append("first"))
    set_up.at(date(2026, 9, 2), "Ana", lambda _: done.append("second"))

    for day in (date(2026, 9, 2), date(2026, 9, 3)):
        assert set_up.next_day() == day
        for who, steps in set_up.take(day).items():
            set_up.run(who, steps)

    assert done == ["first", "second", "later"]
    assert set_up.next_day() is None


def test_a_step_is_never_put_on_a_day_that_is_over() -> None:
    set_up = stage()

    set_up.at(date(2020, 1, 1), "Ana", lambda _: None)

    assert set_up.next_day() == date(2026, 9, 1)


def test_what_a_service_refuses_is_noted_and_the_others_go_on() -> None:
    set_up, done = stage(), list[str]()

    def refused(_: Stage) -> None:
        raise Conflict("not now")

    set_up.at(date(2026, 9, 1), "Ana", refused)
    set_up.at(date(2026, 9, 1), "Ana", lambda _: done.append("Ana after it"))
    set_up.at(date(2026, 9, 1), "Ben", lambda _: done.append("Ben"))

    for who, steps in set_up.take(date(2026, 9, 1)).items():
        set_up.run(who, steps)

    assert done == ["Ben"]
    assert [(trouble.who, trouble.error.message) for trouble in set_up.troubles] == [("Ana", "not now")]


def test_a_call_carries_the_business_time_and_dates_as_text() -> None:
    caller = Caller_()

    stage(caller).ask(SOMEBODY, "itt", "recommend", standards_met_on=date(2026, 7, 1))

    assert caller.asked == [
        ("itt", "recommend", {"standards_met_on": "2026-07-01"}, datetime(2026, 9, 1, 9, tzinfo=UTC))
    ]


def test_each_request_is_a_story_of_its_own() -> None:
    stories = list[str]()

    def call(*_: Any, **__: Any) -> None:
        stories.append(correlation_id())
        if len(stories) == 1:
            raise Unavailable("away")

    made = Stage(cast(Caller, call), "2A5", seed=1)
    for _ in range(2):
        made.ask(SOMEBODY, "itt", "backlog")

    again, first, second = stories
    assert again == first != second


def test_who_is_away_for_a_moment_is_asked_again() -> None:
    caller = Caller_(away=1)

    assert stage(caller).ask(SOMEBODY, "itt", "backlog") == "answer"


def test_services_on_the_real_clock_are_told_what_a_demonstration_needs() -> None:
    def on_the_real_clock(*asked: object, **more: object) -> None:
        raise NotAllowed("only an operator of a demonstration may say when a call happens")

    with pytest.raises(
        Refused, match="runs on the real clock: start all services with CONTINUUM_DEMO_CLOCK=1"
    ):
        check_clock(cast(Caller, on_the_real_clock))


def test_office_hours_are_those_of_london() -> None:
    assert office_hours(date(2026, 7, 1)) == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert office_hours(date(2026, 12, 1)) == datetime(2026, 12, 1, 10, tzinfo=UTC)


def test_the_weekday_on_or_before_a_day() -> None:
    assert weekday(date(2026, 7, 1), 4) == date(2026, 6, 26)
    assert weekday(date(2026, 6, 26), 4) == date(2026, 6, 26)


def test_a_line_of_the_story_stays_within_the_width_and_beneath_its_text() -> None:
    told = Told(date(2026, 7, 1), "Placements completed", ("Ana Abbott", "Ben Begum", "Cai Singh"))

    assert told.wrapped(40).splitlines() == [
        "      1 July 2026  Placements completed:",
        "                   Ana Abbott, Ben",
        "                   Begum, Cai Singh",
    ]


class Log:
    """A service's, with one event."""

    def __init__(self, event: Event, source: str = "cpd") -> None:
        self._source = source
        self._page = {
            "event_id": str(UUID(int=1)),
            "type": event.TYPE,
            "subject": event.subject,
            "sequence": 1,
            "payload": json.dumps(dumped(event)),
            "headers": {},
        }

    def __call__(
        self, source: str, method: str, asked: Mapping[str, Any], *, by: Principal
    ) -> dict[str, Any]:
        page = [] if asked["after"] or source != self._source else [self._page]
        return {"last": 1 if page else None, "events": page}


def test_the_story_tells_a_fact_on_the_date_that_the_timelines_have() -> None:
    agreed = cpd.InductionOpened(
        occurred_at=datetime(2026, 8, 25, 9, tzinfo=UTC),
        person_id=UUID(int=2),
        period_id=UUID(int=3),
        school_urn="990102",
        appropriate_body="north-tyne",
        starts_on=date(2026, 9, 1),
        rule_set="early_career",
        terms_required_hundredths=600,
    )
    narrator = Narrator(Stage(cast(Caller, Log(agreed)), "2A5", seed=1))

    told = [narrator.lines(until=date(2026, month, day)) for month, day in ((8, 31), (9, 1), (9, 2))]

    assert [[(line.day, line.text) for line in lines] for lines in told] == [
        [],
        [(date(2026, 9, 1), "Induction began")],
        [],
    ]


def test_the_story_says_schools_by_their_names() -> None:
    ended = people.RoleEnded(
        occurred_at=datetime(2026, 8, 25, 9, tzinfo=UTC),
        person_id=UUID(int=2),
        role_period_id=UUID(int=3),
        role="teacher",
        school_urn="990102",
        ended_on=date(2026, 8, 25),
    )
    narrator = Narrator(Stage(cast(Caller, Log(ended, "people")), "2A5", seed=1))

    assert [line.text for line in narrator.lines()] == ["Left the post of teacher at Beacon Hill Academy"]


class Logs(Log):
    """A service's log, with several events."""

    def __init__(self, source: str, *events: Event) -> None:
        self._source = source
        self._events = [Log(event)._page | {"event_id": str(UUID(int=n))} for n, event in enumerate(events)]

    def __call__(
        self, source: str, method: str, asked: Mapping[str, Any], *, by: Principal
    ) -> dict[str, Any]:
        page = [] if asked["after"] or source != self._source else self._events
        return {"last": 1 if page else None, "events": page}


@pytest.mark.parametrize("conditions", [0, 1])
def test_who_is_recruited_without_conditions_is_told_apart_as_the_references_come_later(
    conditions: int,
) -> None:
    about: dict[str, Any] = {name: UUID(int=2) for name in ("application_id", "candidate_id", "person_id")}
    about |= {"occurred_at": datetime(2024, 2, 14, 10, tzinfo=UTC), "cycle": 2024, "course_id": UUID(int=3)}
    about |= {"course_code": "A100", "course_name": "Mathematics", "provider_code": "2LS"}
    about |= {"accredited_code": "2A5", "site_urn": "990102", "state": "recruited"}
    course: dict[str, Any] = {"level": "secondary", "subjects": ("100403",), "age_range": "13918"}
    course |= {"study_mode": "full_time", "funding": "fee", "route": "school_direct_tuition_fee"}
    course |= {
        "qualification": "pgce_with_qts",
        "start_month": date(2024, 9, 1),
        "starts_on": date(2024, 9, 2),
    }
    course |= {"ends_on": date(2025, 7, 4), "school_days": None, "fee_pence": None, "site_code": "A"}
    course |= {"recruited_on": date(2024, 2, 14), "conditions_pending": 0, "reinstated": False}
    events = (
        applications.OfferAccepted(**about, conditions=conditions),
        applications.Recruited(**about, **course),
    )
    told = [line.text for line in Narrator(Stage(cast(Caller, Logs("itt", *events)), "2A5", seed=1)).lines()]

    assert told[0] == "Accepted the place"
    assert ("the offer has no conditions (the references come later)" in told[1]) is (not conditions)


def test_a_line_of_the_story_names_up_to_four_people_and_counts_the_others() -> None:
    day = date(2026, 7, 1)

    assert (
        str(Told(day, "Withdrawn from training", ("Ana", "Ben")))
        == "      1 July 2026  Withdrawn from training: Ana, Ben"
    )
    assert str(Told(day, "Awarded", tuple("ABCDE"))) == "      1 July 2026  Awarded: A, B, C, D and another"
    assert (
        str(Told(day, "Awarded", tuple("ABCDEFG"))) == "      1 July 2026  Awarded: A, B, C, D and 3 others"
    )
    assert str(Told(day, "Nobody in it", ())) == "      1 July 2026  Nobody in it"
