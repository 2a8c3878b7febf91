"""What comes in and goes out by RPC."""

from marshmallow import Schema, fields, validate

from services.notifications.domain.messages import State
from services.notifications.domain.organisations import MOST_CONTACTS, OrganisationKind
from services.notifications.domain.telling import BY_TEMPLATE, Kind
from shared.fields import ONE_LINE
from shared.paging import MAX_LIMIT

ORGANISATION_KINDS = [kind.value for kind in OrganisationKind]
KINDS = [kind.value for kind in Kind]
STATES = [state.value for state in State]
LEFT = [State.FAILED.value, State.UNKNOWN.value]


class Paged(Schema):
    """A page of a list: ``after`` is the ``next`` of the page before."""

    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(1, MAX_LIMIT))
    after = fields.String(load_default=None, allow_none=True)


class Inbox(Paged):
    """A person's messages, newest first."""

    person_id = fields.UUID(required=True)
    unread = fields.Boolean(load_default=False)


class InboxMessage(Schema):
    """A message as its reader sees it."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    template = fields.String(required=True)
    subject = fields.String(required=True)
    body = fields.String(required=True)
    notice = fields.Boolean(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class InboxPage(Schema):
    """``unread`` counts all of the person's messages that were not read, on whichever page."""

    items = fields.List(fields.Nested(InboxMessage), required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)


class MarkRead(Schema):
    """Messages that their reader has read."""

    person_id = fields.UUID(required=True)
    message_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MAX_LIMIT))


class Marked(Schema):
    """How many were unread before, and how many still are."""

    marked = fields.Integer(required=True)
    unread = fields.Integer(required=True)


class OfPerson(Schema):
    """Whose."""

    person_id = fields.UUID(required=True)


class ChangePreferences(Schema):
    """Kinds to switch on or off for e-mail; kinds that are left out stay as they are. There are no digests."""

    person_id = fields.UUID(required=True)
    email = fields.Dict(
        keys=fields.String(validate=validate.OneOf(KINDS)),
        values=fields.Boolean(),
        required=True,
        validate=validate.Length(min=1),
    )
    digest = fields.String(load_default="none", validate=validate.OneOf(["none"]))


class Preferences(Schema):
    """Every kind with whether it comes by e-mail, and the kinds of notices that always do."""

    person_id = fields.UUID(required=True)
    email = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    digest = fields.String(required=True)
    quiet_hours = fields.String(required=True)


def _organisation() -> fields.String:
    known = validate.Regexp(
        r"(provider:[0-9A-Z]{3}|school:[0-9]{6})\Z",
        error="must be an organisation such as provider:2A5 or school:123456",
    )
    return fields.String(required=True, validate=known)


class OfOrganisation(Schema):
    """Which provider or school."""

    organisation = _organisation()


class OrganisationInbox(Paged):
    """An organisation's messages, newest first."""

    organisation = _organisation()
    unread = fields.Boolean(load_default=False)


class MarkOrganisationRead(OfOrganisation):
    """Messages that somebody of the organisation has read, for all of it."""

    message_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MAX_LIMIT))


class OrganisationContactIn(Schema):
    """Somebody to write to, and of which kinds."""

    name = fields.String(
        required=True,
        validate=[
            validate.Length(1, 120),
            ONE_LINE,
            validate.Regexp(r".*\S", error="must not be blank"),
        ],
    )
    email = fields.Email(required=True, validate=validate.Length(max=254))
    kinds = fields.List(
        fields.String(validate=validate.OneOf(ORGANISATION_KINDS)),
        load_default=lambda: list(ORGANISATION_KINDS),
        validate=validate.Length(min=1),
    )


class SetOrganisationContacts(OfOrganisation):
    """All to whom the organisation's messages go by e-mail; who is left out is removed. None: the inbox alone."""

    contacts = fields.List(
        fields.Nested(OrganisationContactIn), required=True, validate=validate.Length(max=MOST_CONTACTS)
    )


class OrganisationContact(Schema):
    """A contact as it is kept."""

    contact_id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)


class OrganisationContacts(Schema):
    """The contacts of an organisation, by name."""

    organisation = fields.String(required=True)
    contacts = fields.List(fields.Nested(OrganisationContact), required=True)


class Deliveries(Paged):
    """Messages with the state of their e-mail, newest first unless ``oldest_first``."""

    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(STATES))
    template = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(sorted(BY_TEMPLATE)))
    person_id = fields.UUID(load_default=None, allow_none=True)
    event_id = fields.UUID(load_default=None, allow_none=True)
    oldest_first = fields.Boolean(load_default=False)


class Delivery(Schema):
    """A message as an operator sees it: without its text and without the address."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    event_type = fields.String(required=True)
    recipient_id = fields.UUID(required=True)
    audience = fields.String(required=True)
    organisation = fields.String(required=True, allow_none=True)
    template = fields.String(required=True)
    kind = fields.String(required=True)
    notice = fields.Boolean(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    held_until = fields.AwareDateTime(required=True, allow_none=True)
    retry_at = fields.AwareDateTime(required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class DeliveryPage(Schema):
    """A page of deliveries."""

    items = fields.List(fields.Nested(Delivery), required=True)
    next = fields.String(required=True, allow_none=True)


class SendAgain(Schema):
    """A message to send once more, and why."""

    message_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(3, 500))


class SendAllAgain(Paged):
    """A page of the messages in that state, oldest first, to send once more, and why."""

    state = fields.String(required=True, validate=validate.OneOf(LEFT))
    reason = fields.String(required=True, validate=validate.Length(3, 500))


class SentAgain(Schema):
    """How many are sent again, and how many of the page stay as they are: no address is known of the recipient."""

    changed = fields.Integer(required=True)
    without_address = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


class Counts(Schema):
    """Messages in all, unread ones, by state of the e-mail, and by template."""

    messages = fields.Integer(required=True)
    unread = fields.Integer(required=True)
    contacts = fields.Integer(required=True)
    states = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    templates = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
