"""The steps of the main job, from the bulk file to notices, each asked for until it is done.

Each step is a command with ids of its own where the command takes one, so that it may be asked for again; where it
does not, a look into the database says whether it was done after all.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from cli.demo import cast
from cli.demo.names import BODIES, MENTORS, mail
from cli.demo.stage import body_of
from services.cpd.domain.terms import national_calendar
from services.itt.domain.checks import Kind
from services.itt.domain.csv_files import pack
from services.itt.domain.standards import STANDARDS
from shared.policy import Principal
from tests.chaos.asking import Asking, Sql
from tests.chaos.people import URNS, One, bulk_file, cohort

LONDON = ZoneInfo("Europe/London")
PROVIDER, ROWS_A_FILE, GUESTS = "2A5", 10, 3
BEGINS = date(2025, 9, 1)
HELD_ON = (date(2027, 10, 20), date(2027, 10, 27))
PLACED = ((date(2024, 9, 23), date(2024, 12, 13)), (date(2025, 1, 13), date(2025, 5, 23)))
LIVE = "SELECT id::text, state FROM induction_period WHERE person_id = %s AND state <> 'refused'"


def stable_id(*parts: object) -> str:
    """The same id for the same step, in every attempt and in every run."""
    return str(uuid5(NAMESPACE_URL, "chaos " + " ".join(map(str, parts))))


class Job:
    """The cohort and how its steps are asked for."""

    def __init__(self, asking: Asking, sql: Sql, size: int) -> None:
        self._asking, self.sql, self.people = asking, sql, cohort(size)

    # --- who

    def everybody(self) -> list[One]:
        return self.people

    def staying(self) -> list[One]:
        return [one for one in self.people if not one.withdraws]

    def leaders(self) -> list[One]:
        return [one for one in self.people if one.leads]

    def files(self) -> list[int]:
        return list(range(0, len(self.people), ROWS_A_FILE))

    def guests_of(self, leader: One) -> list[One]:
        staying = [one for one in self.staying() if one is not leader]
        after = [one for one in staying if one.number > leader.number]
        return (after + staying)[:GUESTS]

    # --- asking

    def ask(self, by: Principal, service: str, method: str, now: datetime, **arguments: Any) -> None:
        self._asking.until_done(by, service, method, now, **arguments)

    def _done(self, service: str, statement: str, *values: Any) -> Callable[[], bool]:
        return lambda: bool(self.sql(service, statement, *values))

    def _period(self, one: One) -> str:
        return str(self.sql("cpd", LIVE, one.person_id)[0][0])

    # --- training

    def register_body(self, code: str, now: datetime) -> None:
        urns = [urn for urn in URNS if body_of(urn) == code]
        values = {"code": code, "name": BODIES[code], "school_urns": urns}
        self.ask(cast.OPERATOR, "cpd", "register_appropriate_body", now, **values)

    def import_file(self, first: int, now: datetime) -> None:
        some = self.people[first : first + ROWS_A_FILE]
        file = {"file_name": f"trainees-{first}.csv", "content": pack(bulk_file(some))}
        import_id = stable_id("import", first)
        self.ask(
            cast.provider(PROVIDER),
            "itt",
            "import_trainees",
            now,
            provider_code=PROVIDER,
            import_id=import_id,
            **file,
        )

    def learn_ids(self) -> bool:
        """Which ids the people of the files have got. Raises KeyError for somebody who is not there."""
        known = {
            email: (trainee, person)
            for email, trainee, person in self.sql(
                "itt", "SELECT email, id::text, person_id::text FROM trainee"
            )
        }
        for one in self.people:
            one.trainee_id, one.person_id = known[one.email]
        return True

    def check_file(self, first: int, now: datetime) -> None:
        made = {"outcome": "passed", "checked_by": "Admissions office", "checked_on": now.date().isoformat()}
        checks = {kind.value: made for kind in Kind}
        some = self.people[first : first + ROWS_A_FILE]
        asked = [{"trainee_id": one.trainee_id, "checks": checks} for one in some]
        self._of_provider("record_checks_of_many", now, trainees=asked)

    def arrange(self, one: One, now: datetime, nth: int) -> None:
        urn = one.placed_at(nth)
        mentor = MENTORS[2 * URNS.index(urn)]
        self._of_provider(
            "arrange_placement",
            now,
            trainee_id=one.trainee_id,
            placement_id=stable_id("placement", one.number, nth),
            number=nth,
            school_urn=urn,
            starts_on=PLACED[nth - 1][0],
            ends_on=PLACED[nth - 1][1],
            mentor={"first_names": mentor[0], "last_name": mentor[1], "email": mail(*mentor)},
        )

    def first_winter(self, one: One, now: datetime) -> None:
        if one.withdraws:
            self._withdraw(one, now)
        else:
            self.complete(one, now, 1)

    def complete(self, one: One, now: datetime, nth: int) -> None:
        ids = {"placement_id": stable_id("placement", one.number, nth), "completed_on": PLACED[nth - 1][1]}
        self._of_provider("complete_placement", now, **ids)
        self._of_provider(
            "record_review",
            now,
            trainee_id=one.trainee_id,
            review_id=stable_id("review", one.number, nth),
            reviewed_on=PLACED[nth - 1][1],
            standards=_judged({"5"} if nth == 1 else set()),
        )

    def _withdraw(self, one: One, now: datetime) -> None:
        self._of_provider(
            "withdraw",
            now,
            done=self._done(
                "itt", "SELECT 1 FROM trainee WHERE id = %s AND state = 'withdrawn'", one.trainee_id
            ),
            trainee_id=one.trainee_id,
            withdrawn_on=now.date(),
            withdrawn_by="trainee",
            reasons=["trainee_workload_issues"],
            future_interest="yes",
        )

    def assess(self, one: One, now: datetime) -> None:
        self._of_provider(
            "record_final_assessment",
            now,
            trainee_id=one.trainee_id,
            assessment_id=stable_id("assessment", one.number),
            assessed_on=now.date(),
            standards=_judged(set()),
        )

    def recommend(self, one: One, now: datetime) -> None:
        done = self._done(
            "itt", "SELECT 1 FROM trainee WHERE id = %s AND recommended_on IS NOT NULL", one.trainee_id
        )
        self._of_provider(
            "recommend",
            now,
            done=done,
            trainee_id=one.trainee_id,
            standards_met_on=date(2025, 6, 20),
        )

    def _of_provider(self, method: str, now: datetime, **arguments: Any) -> None:
        self.ask(cast.provider(PROVIDER), "itt", method, now, **arguments)

    # --- induction

    def take_on(self, one: One, now: datetime) -> None:
        self._begin_role(one, now, "teacher", BEGINS)

    def _begin_role(self, one: One, now: datetime, role: str, begins_on: date) -> None:
        post = {"role": role, "school_urn": one.school, "begins_on": begins_on, "person_id": one.person_id}
        self.ask(cast.head(one.school), "people", "begin_role", now, **post)

    def agree(self, one: One, now: datetime) -> None:
        agreed = self._done("cpd", LIVE + " AND state = 'open'", one.person_id)
        body = cast.body(body_of(one.school))
        self.ask(body, "cpd", "agree_induction", now, done=agreed, person_id=one.person_id)
        statement = "SELECT DISTINCT mentor_id::text FROM placement WHERE mentor_email = %s"
        mentor = MENTORS[2 * URNS.index(one.school)]
        (mentor_id,) = self.sql("itt", statement, mail(*mentor))[0]
        self._of_head(one, "assign_mentor", now, mentor_id=mentor_id)

    def assess_term(self, one: One, now: datetime, term: int) -> None:
        if one.fails and term == TERMS - 1:
            told = self._done("cpd", LIVE + " AND at_risk_told_on IS NOT NULL", one.person_id)
            self._of_head(one, "tell_at_risk", now, done=told, support="weekly coaching on behaviour")
        outcome = "unsatisfactory" if one.fails and term == TERMS else "satisfactory"
        self._of_head(one, "assess_term", now, term=term, outcome=outcome, evidence=f"file of term {term}")

    def recommend_outcome(self, one: One, now: datetime) -> None:
        done = self._done("cpd", LIVE + " AND state <> 'open'", one.person_id)
        self._of_head(one, "recommend_outcome", now, done=done, recommendation=_outcome(one))

    def decide(self, one: One, now: datetime) -> None:
        period_id = self._period(one)
        done = self._done(
            "cpd", "SELECT 1 FROM induction_period WHERE id = %s AND decided_on IS NOT NULL", period_id
        )
        asked = {"period_id": period_id, "decision": _outcome(one)}
        self.ask(cast.body(body_of(one.school)), "cpd", "decide_induction", now, done=done, **asked)

    def _of_head(self, one: One, method: str, now: datetime, **arguments: Any) -> None:
        self.ask(cast.head(one.school), "cpd", method, now, period_id=self._period(one), **arguments)

    # --- peers

    def offer(self, leader: One, now: datetime) -> None:
        for nth, held_on in enumerate(HELD_ON):
            self.ask(
                cast.teacher(leader.person_id),
                "cpd",
                "offer_activity",
                now,
                activity_id=stable_id("activity", leader.number, nth),
                kind="session",
                area="quality_of_teaching",
                title=f"Session {nth + 1} of leader {leader.number}",
                pupil_outcome="Pupils explain their thinking in whole sentences",
                starts_at=_at(held_on, leader.number).isoformat(),
                ends_at=(_at(held_on, leader.number) + timedelta(minutes=10)).isoformat(),
                capacity=GUESTS,
                school_urn=leader.school,
            )

    def book(self, leader: One, now: datetime) -> None:
        for nth in range(len(HELD_ON)):
            for guest in self.guests_of(leader):
                activity_id = stable_id("activity", leader.number, nth)
                self.ask(cast.teacher(guest.person_id), "cpd", "book", now, activity_id=activity_id)

    def attend(self, leader: One, now: datetime) -> None:
        guests = self.guests_of(leader)
        for nth in range(len(HELD_ON)):
            asked = {"activity_id": stable_id("activity", leader.number, nth)}
            attended = [guest.person_id for guest in guests]
            who = cast.teacher(leader.person_id)
            self.ask(who, "cpd", "record_attendance", now, attended=attended, **asked)
            for guest in guests:
                for level in (1, 2):
                    self._evaluate(guest, now, level, **asked)

    def evaluate_later(self, leader: One, now: datetime) -> None:
        for nth in range(len(HELD_ON)):
            for guest in self.guests_of(leader):
                self._evaluate(guest, now, 3, activity_id=stable_id("activity", leader.number, nth))

    def _evaluate(self, guest: One, now: datetime, level: int, activity_id: str) -> None:
        asked = {"activity_id": activity_id, "level": level, "score": 4 + guest.number % 2}
        self.ask(cast.teacher(guest.person_id), "cpd", "evaluate", now, **asked)

    # --- leadership

    def answer(self, leader: One, now: datetime) -> None:
        """Of three who are suggested one consents, one refuses, one lets it run out."""
        if leader.number // 4 % 3 == 2:
            return
        statement = "SELECT id::text FROM suggestion WHERE person_id = %s ORDER BY made_on, id"
        for (suggestion_id,) in self.sql("leadership", statement, leader.person_id):
            method = ("consent", "refuse")[leader.number // 4 % 3]
            who = cast.teacher(leader.person_id)
            closed = "SELECT 1 FROM suggestion WHERE id = %s AND state <> 'open'"
            done = self._done("leadership", closed, suggestion_id)
            self.ask(who, "leadership", method, now, done=done, suggestion_id=suggestion_id)

    def promote(self, leader: One, now: datetime) -> None:
        if leader.number // 4 % 3 == 0:
            self._begin_role(leader, now, "middle_leader", date(2028, 1, 3))


TERM_DAYS = [term.ends_on for term in national_calendar().terms if term.starts_on >= BEGINS][:6]
TERMS = len(TERM_DAYS)


def _outcome(one: One) -> str:
    return "fail" if one.fails else "pass"


def _judged(not_met: set[str]) -> dict[str, Any]:
    return {number: {"met": number not in not_met, "evidence": "seen in lessons"} for number in STANDARDS}


def _at(day: date, leader: int) -> datetime:
    """Activities of one day begin at different times: nobody is booked twice at one time."""
    return datetime.combine(day, time(9), LONDON) + timedelta(minutes=10 * (leader // 4 % 50))
