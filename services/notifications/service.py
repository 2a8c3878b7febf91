"""The entrypoints of notifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from nameko.timer import timer as every
from sqlalchemy.orm import Session

from services.notifications import delivery, schemas
from services.notifications.channels import channel_for
from services.notifications.domain.telling import ANSWERING, CONTACTS, ERASING, TOLD
from services.notifications.handlers import (
    answering,
    contacts,
    deliveries,
    erasing,
    inbox,
    organisation_telling,
    organisations,
    preferences,
    providers,
    telling,
)
from services.notifications.models import Message
from shared import maintenance
from shared.config import settings
from shared.database import sessions
from shared.events import Event
from shared.events.courses import ProviderNamed
from shared.events.cpd import ActivityOffered
from shared.events.people import PersonMerged
from shared.messaging import Fact, handles, projects
from shared.rpc import Call, rpc
from shared.service import Service
from shared.timers import timer


class NotificationsService(Service):
    """Tells people what they should hear of."""

    name = "notifications"
    counted = (deliveries.COUNTED,)

    @projects(*CONTACTS)
    def contact_told(self, session: Session, fact: Fact[Event]) -> None:
        contacts.contact_told(session, fact)

    @projects(ActivityOffered)
    def activity_offered(self, session: Session, fact: Fact[ActivityOffered]) -> None:
        contacts.activity_offered(session, fact)

    @projects(ProviderNamed)
    def provider_named(self, session: Session, fact: Fact[ProviderNamed]) -> None:
        providers.provider_named(session, fact)

    @projects(*ANSWERING)
    def referee_answered(self, session: Session, fact: Fact[Event]) -> None:
        answering.referee_answered(session, fact)

    @handles(*TOLD)
    def tell(self, session: Session, fact: Fact[Event]) -> None:
        telling.tell(session, fact)
        organisation_telling.tell_organisations(session, fact)

    @handles(*ERASING)
    def erase(self, session: Session, fact: Fact[Event]) -> None:
        erasing.erase(session, fact)

    @handles(*ANSWERING)
    def stop_asking(self, session: Session, fact: Fact[Event]) -> None:
        answering.stop_asking(session, fact)

    @handles(*CONTACTS)
    def address_came(self, session: Session, fact: Fact[Event]) -> None:
        telling.address_came(session, fact)

    @handles(PersonMerged)
    def addresses_merged(self, session: Session, fact: Fact[PersonMerged]) -> None:
        telling.person_merged(session, fact)

    @timer(telling.QUIET_HOURS_OVER)
    def quiet_hours_over(self, session: Session, now: datetime, subject: str) -> None:
        telling.quiet_hours_over(session, now)

    @timer(telling.NO_ADDRESS_CAME)
    def no_address_came(self, session: Session, now: datetime, subject: str) -> None:
        telling.no_address_came(session, now)

    @every(interval=1)
    def deliver(self) -> None:
        if maintenance.resting(self.name) is None:
            delivery.deliver(sessions(self.name), channel_for(settings()))

    @rpc(schemas.Inbox, schemas.InboxPage, idempotent=True)
    def inbox(self, call: Call, **arguments: Any) -> dict[str, Any]:
        """A person's messages, newest first."""
        return inbox.inbox(call.session, call.principal, **arguments)

    @rpc(schemas.MarkRead, schemas.Marked, idempotent=True)
    def mark_read(self, call: Call, person_id: UUID, message_ids: list[UUID]) -> dict[str, int]:
        """Note that the person has read these messages."""
        return inbox.mark_read(
            call.session, call.now, call.principal, person_id=person_id, message_ids=message_ids
        )

    @rpc(schemas.OrganisationInbox, schemas.InboxPage, idempotent=True)
    def organisation_inbox(self, call: Call, **arguments: Any) -> dict[str, Any]:
        """A provider's or school's messages, newest first, for its members."""
        return organisations.organisation_inbox(call.session, call.principal, **arguments)

    @rpc(schemas.MarkOrganisationRead, schemas.Marked, idempotent=True)
    def mark_organisation_read(self, call: Call, **arguments: Any) -> dict[str, int]:
        """Note that somebody of the organisation has read these messages."""
        return organisations.mark_organisation_read(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.OfOrganisation, schemas.OrganisationContacts, idempotent=True)
    def organisation_contacts(self, call: Call, organisation: str) -> dict[str, Any]:
        """To whom an organisation's messages go by e-mail."""
        return organisations.organisation_contacts(call.session, call.principal, organisation=organisation)

    @rpc(schemas.SetOrganisationContacts, schemas.OrganisationContacts, idempotent=True)
    def set_organisation_contacts(self, call: Call, **arguments: Any) -> dict[str, Any]:
        """Say to whom an organisation's messages go by e-mail: these and nobody else."""
        return organisations.set_organisation_contacts(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.OfPerson, schemas.Preferences, idempotent=True)
    def preferences(self, call: Call, person_id: UUID) -> dict[str, Any]:
        """Which kinds of messages come by e-mail."""
        return preferences.preferences(call.session, call.principal, person_id=person_id)

    @rpc(schemas.ChangePreferences, schemas.Preferences, idempotent=True)
    def change_preferences(self, call: Call, **arguments: Any) -> dict[str, Any]:
        """Switch kinds of messages on or off for e-mail."""
        return preferences.change_preferences(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Deliveries, schemas.DeliveryPage, idempotent=True)
    def deliveries(self, call: Call, **arguments: Any) -> dict[str, Any]:
        """Messages with the state of their e-mail, for operators."""
        return deliveries.deliveries(call.session, call.principal, **arguments)

    @rpc(schemas.SendAgain, schemas.Delivery)
    def send_again(self, call: Call, message_id: UUID, reason: str) -> Message:
        """Send a message once more, with a reason."""
        return deliveries.send_again(
            call.session, call.now, call.principal, message_id=message_id, reason=reason
        )

    @rpc(schemas.SendAllAgain, schemas.SentAgain)
    def send_all_again(self, call: Call, **arguments: Any) -> dict[str, Any]:
        """Send a page of those that failed, or of those nobody knows the end of, once more, with a reason."""
        return deliveries.send_all_again(call.session, call.now, call.principal, **arguments)

    @rpc(None, schemas.Counts, idempotent=True)
    def counts(self, call: Call) -> dict[str, Any]:
        """How many messages there are, by state and by template."""
        return deliveries.counts(call.session, call.principal)
