"""What RPC carries at most, and the names of what travels with a call."""

from typing import Final

MAX_MESSAGE_BYTES: Final = 1024 * 1024
MAX_DEPTH_OF_CALLS: Final = 10
LONGEST_TIMEOUT_S: Final = 600.0
RERUNS: Final = 3

# A service that is full says when to come again; a few places are kept, so that operators get through.
RETRY_AFTER_S: Final = 1.0
RESERVED_AT_WORK: Final = 2
RESERVED_WAITING: Final = 8
REFUSED_AT_ONCE: Final = 10

EXCHANGE: Final = "nameko-rpc"
QUEUE: Final = "rpc-{}"
REPLY_QUEUE: Final = "rpc.reply-{}-{}"
CONTENT_TYPE: Final = "application/json"

# Context data of Nameko, as its headers.
PRINCIPAL: Final = "nameko.principal"
DEADLINE: Final = "nameko.deadline"
BUSINESS_TIME: Final = "nameko.business_time"
CORRELATION_ID: Final = "nameko.correlation_id"
TRACEPARENT: Final = "nameko.traceparent"
CALL_ID_STACK: Final = "nameko.call_id_stack"
