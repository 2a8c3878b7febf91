"""Tables: messages with the state of their e-mail; contacts, activities, providers as told by others; preferences."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.tables import service_base

Base = service_base("notifications")


class Contact(Base):
    """Somebody's name and address, each from the latest fact that told it (``*_as_of`` sorts as facts do).

    What somebody else has said of a person sorts before every better source, so it never replaces one.
    """

    __tablename__ = "contact"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_names: Mapped[str]
    last_name: Mapped[str]
    names_as_of: Mapped[str]
    email: Mapped[str | None]
    email_as_of: Mapped[str]


class Activity(Base):
    """What a peers' activity is called and when it begins, for facts that tell only its id."""

    __tablename__ = "activity"

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    starts_at: Mapped[datetime]
    as_of: Mapped[str]


class Provider(Base):
    """What a provider is called, for facts that tell only its code."""

    __tablename__ = "provider"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    as_of: Mapped[str]


class Preference(Base):
    """Whether messages of a kind come by e-mail; without a row they do."""

    __tablename__ = "preference"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[bool]
    updated_at: Mapped[datetime]


class OrganisationContact(Base):
    """Somebody whom an organisation has written to; the address stands in ``contact`` under the same id.

    ``organisation`` is written ``provider:2A5`` or ``school:123456``; ``email`` is folded, to know it again.
    """

    __tablename__ = "organisation_contact"
    __table_args__ = (UniqueConstraint("organisation", "email"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    kinds: Mapped[list[str]]
    updated_at: Mapped[datetime]


class Message(Base):
    """One fact told to one recipient. It stands in their inbox at once; ``state`` is that of its e-mail.

    ``recipient_id`` is a person's id; for a referee one made of the reference's; for a contact of an ``organisation``
    the contact's; for its inbox one made of its name.

    ``created_at``, ``held_until`` and ``read_at`` are business time; ``claimed_at``, ``retry_at`` and ``sent_at``
    are by the database's clock. ``address`` is where it was last sent to.
    """

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    event_type: Mapped[str]
    recipient_id: Mapped[UUID]
    template: Mapped[str]
    kind: Mapped[str]
    notice: Mapped[bool]
    subject: Mapped[str]
    body: Mapped[str]
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    state: Mapped[str]
    held_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    channel: Mapped[str | None]
    address: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    audience: Mapped[str] = mapped_column(server_default="person")
    organisation: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("event_id", "recipient_id", "template"),
        Index("ix_message_inbox", "recipient_id", "created_at", "id"),
        Index("ix_message_state", "state", "created_at", "id"),
        Index(
            "ix_message_open",
            "state",
            "id",
            postgresql_where=text("state IN ('waiting', 'held', 'ready', 'sending')"),
        ),
    )
