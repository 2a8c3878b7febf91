"""What an operator does: looks whether everything has arrived, tries parked events again, reconciles, moves time."""

import time
from datetime import datetime
from typing import Any

import psycopg2
from amqp.exceptions import AMQPError
from sqlalchemy.exc import SQLAlchemyError

from cli.demo import cast
from shared.errors import ContinuumError
from shared.messaging.declarations import subscriptions
from shared.operations.reconcile import look, resend
from shared.service_names import SERVICES
from tests.chaos.asking import Asking, holds
from tests.chaos.world import World

LOOK_S, GRACE_S = 0.3, 5.0
# What the chaos itself has put into the queues has subjects of its own.
OURS = "subject NOT LIKE 'chaos/%%' AND source <> 'unknown'"
OPEN = f"SELECT count(*) FROM inbox_failure WHERE state <> 'discarded' AND {OURS}"
PARKED = f"SELECT message_id::text FROM inbox_failure WHERE state = 'parked' AND {OURS}"
JUNK = f"SELECT message_id::text FROM inbox_failure WHERE state <> 'discarded' AND NOT ({OURS})"
UNKNOWN = "SELECT id::text FROM message WHERE state = 'unknown'"
UNSENT = "SELECT count(*) FROM message WHERE state IN ('ready', 'sending')"
MADE = "SELECT type, count(*) FROM event_log GROUP BY type"
KNOWN = "SELECT count(*) FROM inbox"
RECENT = "SELECT event_id::text, type FROM event_log WHERE created_at BETWEEN %s AND %s"
HAS = """
SELECT message_id::text FROM inbox WHERE message_id = ANY(%s::uuid[])
UNION SELECT message_id::text FROM inbox_failure WHERE message_id = ANY(%s::uuid[])
"""


class Operator:
    """``retried`` and ``resent`` count what was tried and sent again; ``mailed_again``: messages sent once more."""

    def __init__(self, world: World, asking: Asking) -> None:
        self._world, self._asking = world, asking
        self._listening = {
            name: {(s.source, s.type) for s in listed} for name, listed in subscriptions().items()
        }
        self.retried = self.resent = self.discarded = 0
        self.mailed_again = set[str]()

    # --- looking

    def backlog(self) -> str:
        """What is on its way or has failed, in words; empty when everything is at rest."""
        sql = self._world.sql
        made = {(name, type_): n for name in SERVICES for type_, n in sql(name, MADE)}
        told = []
        for name in SERVICES:
            waiting = sql(name, "SELECT count(*) FROM outbox")[0][0]
            failed = sql(name, OPEN)[0][0]
            expected = sum(made.get(pair, 0) for pair in self._listening[name])
            known = sql(name, KNOWN)[0][0]
            if waiting or failed or known != expected:
                told.append(
                    f"{name}: {waiting} in the outbox, {failed} failures, {known} of {expected} handled"
                )
        if mails := sql("notifications", UNSENT)[0][0]:  # what is withdrawn before it is sent is not sent
            told.append(f"{mails} mails on their way")
        return "; ".join(told)

    def has_arrived(self, since: datetime, until: datetime) -> bool:
        """Whether all that was committed between these moments (of the database) is known to all who listen."""
        sql = self._world.sql
        for source in SERVICES:
            if sql(source, "SELECT 1 FROM outbox WHERE created_at <= %s LIMIT 1", until):
                return False
            for type_, ids in _by_type(sql(source, RECENT, since, until)).items():
                for name, pairs in self._listening.items():
                    if (source, type_) in pairs and len(sql(name, HAS, ids, ids)) < len(ids):
                        return False
        return True

    def answers(self) -> bool:
        """Whether every service answers now."""
        try:
            for service in SERVICES:
                self._asking.once(cast.OPERATOR, service, "next_due", None)
        except ContinuumError:
            return False
        return True

    def database_now(self) -> datetime:
        """The database's clock."""
        moment: datetime = self._world.sql("itt", "SELECT clock_timestamp()")[0][0]
        return moment

    # --- doing

    def work(self) -> None:
        """Once around: parked events are tried again; after the loss of a queue what is missing is sent again."""
        for service in SERVICES:
            if parked := [id_ for (id_,) in self._world.sql(service, PARKED)]:
                answer = self._asking.once(cast.OPERATOR, service, "parked_retry", None, event_ids=parked)
                self.retried += int(answer["changed"])
        if self._world.queue_lost:
            self.reconcile()

    def try_to_work(self) -> None:
        """The same, unless something is away."""
        try:
            self.work()
        except (ContinuumError, SQLAlchemyError, psycopg2.Error, AMQPError, OSError) as error:
            self._world.note(f"the operator is hindered: {type(error).__name__}")

    def reconcile(self) -> None:
        """Have sent again what did not arrive."""
        found = list(look(grace_s=GRACE_S))
        for finding in found:
            if finding.missing:
                self.resent += resend(self._call, finding)

    def discard_junk(self) -> None:
        """Give up what the chaos had put into the queues."""
        for service in SERVICES:
            if junk := [id_ for (id_,) in self._world.sql(service, JUNK)]:
                asked = {"event_ids": junk, "reason": "junk of the chaos"}
                answer = self._asking.once(cast.OPERATOR, service, "parked_discard", None, **asked)
                self.discarded += int(answer["changed"])

    def mail_again(self) -> None:
        """Send once more what nobody knows the end of, as ``continuum mails retry --all --state unknown`` does."""
        self.mailed_again |= {id_ for (id_,) in self._world.sql("notifications", UNKNOWN)}
        asked: dict[str, Any] = {"state": "unknown", "reason": "interrupted by the chaos", "limit": 200}
        while True:
            answer = self._asking.once(cast.OPERATOR, "notifications", "send_all_again", None, **asked)
            if answer["next"] is None:
                return
            asked["after"] = answer["next"]

    def _call(self, service: str, method: str, arguments: Any) -> Any:
        return self._asking.once(cast.OPERATOR, service, method, None, **arguments)

    # --- time

    def settle(self, now: datetime, within_s: float) -> None:
        """Let everything arrive, fire what is due until ``now``, and let that arrive, too. Raises AssertionError."""
        end = time.monotonic() + within_s
        self._rest(end)
        while self._is_due(now):
            self.advance(now)
            self._rest(end)

    def _rest(self, end: float) -> None:
        """Seen twice, because what arrives publishes as well."""
        quiet, left = 0, ""
        while quiet < 2:
            try:
                left = self.backlog()
            except psycopg2.Error:
                left = "the database is away"
            quiet = 0 if left else quiet + 1
            if left and time.monotonic() > end:
                raise AssertionError(f"not at rest in time: {left}")
            time.sleep(LOOK_S if left else LOOK_S / 3)

    def _is_due(self, now: datetime) -> bool:
        return any(not holds(lambda: not self._due(service, now)) for service in SERVICES)  # noqa: B023

    def _due(self, service: str, now: datetime) -> bool:
        return bool(self._world.sql(service, "SELECT 1 FROM due WHERE at <= %s LIMIT 1", now))

    def advance(self, now: datetime) -> None:
        """Fire what is due; what is away is asked again the next time."""
        for service in SERVICES:
            try:
                while self._due(service, now):
                    self._asking.once(cast.OPERATOR, service, "advance", now, now=now)
            except (ContinuumError, psycopg2.Error):
                continue


def _by_type(rows: list[tuple[Any, ...]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, type_ in rows:
        found.setdefault(type_, []).append(id_)
    return found
