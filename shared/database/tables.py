"""The tables that every service has, and the declarative base of a service's own.

The shared tables are plain ``Table`` objects: the hot paths write SQL against them by hand.
"""

from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
Instant = DateTime(timezone=True)
NOW = text("clock_timestamp()")


@cache
def service_base(service: str) -> type[DeclarativeBase]:
    """The declarative base of a service: times are timestamptz, ids native uuid, dicts and lists JSONB."""

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMES, info={"service": service})
        type_annotation_map: ClassVar[dict[Any, Any]] = {
            datetime: Instant,
            date: Date,
            UUID: Uuid,
            str: Text,
            dict[str, Any]: JSONB,
            list[str]: JSONB,
            list[dict[str, Any]]: JSONB,
        }

    return Base


SHARED = MetaData(naming_convention=NAMES)


def _fact() -> list[Column[Any]]:
    return [
        Column("event_id", Uuid, nullable=False),
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("payload", JSONB, nullable=False),
    ]


OUTBOX = Table(
    "outbox",
    SHARED,
    Column("id", BigInteger, Identity(), primary_key=True),
    *_fact(),
    Column("not_before", Instant),
    Column("created_at", Instant, nullable=False, server_default=NOW),
    Index("ix_outbox_held", "subject", postgresql_where=text("not_before IS NOT NULL")),
)

EVENT_LOG = Table(
    "event_log",
    SHARED,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    *_fact(),
    Column("not_before", Instant),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant, nullable=False, server_default=NOW),
    Index("uq_event_log_event_id", "event_id", unique=True),
    Index("ix_event_log_correlation_id", text("(headers ->> 'correlationid')")),
    Index("ix_event_log_subject", "subject"),
)

SUBJECT_SEQUENCE = Table(
    "subject_sequence",
    SHARED,
    Column("subject", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

INBOX = Table(
    "inbox",
    SHARED,
    Column("message_id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("handled_at", Instant, nullable=False, server_default=NOW),
    Index("ix_inbox_order", "subject", "source", "sequence"),
)

INBOX_FAILURE = Table(
    "inbox_failure",
    SHARED,
    Column("message_id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("error", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("starts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", Instant),
    Column("first_failed_at", Instant, nullable=False, server_default=NOW),
    Column("updated_at", Instant, nullable=False, server_default=NOW),
    Column("discarded_by", Text),
    Column("discarded_why", Text),
    Index("ix_inbox_failure_subject", "subject", "source", postgresql_where=text("state <> 'discarded'")),
)

SUBSCRIPTION = Table(
    "subscription",
    SHARED,
    Column("source", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("backfilled_at", Instant),
    Column("verified_until", Instant),
    Column("catch_up_from", Instant),
    comment="What this service listens to, how far it was compared with the source's log, and from when on it asks"
    " for it again because its database was restored.",
)

SUBSCRIBER = Table(
    "subscriber",
    SHARED,
    Column("type", Text, primary_key=True),
    Column("consumer", Text, primary_key=True),
    comment="Who is declared to listen to this service; written by the migration.",
)

DUE = Table(
    "due",
    SHARED,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("starts", Integer, nullable=False, server_default=text("0")),
    Column("retry_at", Instant),
    Column("parked_at", Instant),
    Column("error", Text),
    Index("uq_due_kind_subject", "kind", "subject", unique=True),
    Index("ix_due_at", "at"),
)

PERSON_ALIAS = Table(
    "person_alias",
    SHARED,
    Column("merged_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("separated", Integer, nullable=False, server_default=text("0")),
    Column("occurred_at", Instant, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

AUDIT = Table(
    "audit",
    SHARED,
    Column("id", Uuid, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False, server_default=NOW),
    Column("who", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text),
    Column("changes", JSONB, nullable=False),
    Column("personal", JSONB),
    Column("correlation_id", Text),
    Index("ix_audit_subject", "subject", "at"),
    Index("ix_audit_correlation_id", "correlation_id"),
)

SCHEMA_MARK = Table(
    "schema_mark",
    SHARED,
    Column("revision", Text, primary_key=True),
    Column("compatible_with", Text, primary_key=True),
    comment="A revision of the schema under which older code (its head revision) may still run.",
)

MAINTENANCE = Table(
    "maintenance",
    SHARED,
    Column("since", Instant, primary_key=True, server_default=NOW),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("retry_after_s", Integer, nullable=False),
    comment="One row while the service is in maintenance and changes nothing; none otherwise.",
)
