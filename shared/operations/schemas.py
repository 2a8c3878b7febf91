"""Arguments and results of the operations that every service offers."""

from marshmallow import Schema, fields, validate

from shared.fields import Moment, Since
from shared.messaging.catchup import MAX_PAGE

TYPES = fields.List(fields.String(), required=True)


class Advance(Schema):
    now = Moment(required=True, metadata={"description": "Business time to move to."})


class Advanced(Schema):
    fired = fields.Integer()


class NextDue(Schema):
    at = fields.AwareDateTime(allow_none=True)
    kinds = fields.Dict(keys=fields.String(), values=fields.Integer())


class Backlog(Schema):
    waiting_in_outbox = fields.Integer()
    waiting_to_be_tried_again = fields.Integer()
    made = fields.Dict(keys=fields.String(), values=fields.Integer())
    handled = fields.Dict(keys=fields.String(), values=fields.Integer())
    failed = fields.Dict(keys=fields.String(), values=fields.Integer())


class EventPage(Schema):
    types = TYPES
    after = fields.Integer(load_default=0)
    limit = fields.Integer(load_default=MAX_PAGE, validate=validate.Range(1, MAX_PAGE))
    since = Since(load_default=None)


class ReplayPage(Schema):
    source = fields.String(required=True)
    after = fields.Integer(load_default=0)
    since = Since(load_default=None, allow_none=True)


class ReplayedPage(Schema):
    replayed = fields.Integer()
    last = fields.Integer(allow_none=True)


class Digest(Schema):
    types = TYPES
    source = fields.String(load_default=None)
    since = Since(load_default=None, allow_none=True)


class BucketDigest(Schema):
    type = fields.String()
    hour = fields.Integer(metadata={"description": "Hours since 1970, of the making of the event."})
    count = fields.Integer()
    hash = fields.String()


class Buckets(Schema):
    buckets = fields.List(fields.Nested(BucketDigest))


class Bucket(Schema):
    type = fields.String(required=True)
    hour = fields.Integer(required=True)
    source = fields.String(load_default=None)


class EventIds(Schema):
    event_ids = fields.List(fields.UUID())


class Verified(Schema):
    source = fields.String(required=True)
    types = TYPES
    until = Moment(required=True)


class Resend(Schema):
    event_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 10_000))


class Resent(Schema):
    resent = fields.Integer()


class Latencies(Schema):
    latencies_ms = fields.Dict(keys=fields.String(), values=fields.Float())


class MaintenanceOn(Schema):
    reason = fields.String(required=True, validate=validate.Length(3, 500))
    retry_after_s = fields.Integer(
        load_default=60,
        validate=validate.Range(1, 86_400),
        metadata={"description": "When a refused caller is told to come again."},
    )


class MaintenanceState(Schema):
    on = fields.Boolean()


class ParkedRetry(Schema):
    event_ids = fields.List(
        fields.UUID(), load_default=None, metadata={"description": "All that are parked, if absent."}
    )


class ParkedDiscard(Schema):
    event_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 1_000))
    reason = fields.String(required=True, validate=validate.Length(3, 500))


class Changed(Schema):
    changed = fields.Integer()
