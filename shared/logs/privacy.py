"""What may be in a log line. Names, dates of birth, addresses, payloads and parameters of statements may not.

The list of keys is the rule; the check of values is a second net for what was put under a right key by mistake.
"""

import re
from collections.abc import MutableMapping
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

WITHHELD = "[withheld]"
LONGEST = 300

ALLOWED = frozenset(
    """
    event level timestamp logger service version exception dropped
    correlation_id causation_id traceparent actor
    method caller error error_type fields outcome deadline_s
    event_id type types event_type event_types subject sequence source consumer queue exchange state attempt attempts
    batch count pending parked waiting reason_code next_attempt_at redelivered reply_code
    kind at due_at revision ready checks port host pid exit_code signal delay_s duration_ms age_s size_bytes
    step command path
    message_id template channel
    """.split()
)

_PERSONAL = re.compile(
    r"@"  # an e-mail address, or a URL with a password
    r"|\b[A-Z]{2} ?(?:\d{2} ?){3}[A-D]\b",  # a National Insurance number
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*")
_PLAIN = (bool, int, float, type(None))

EventDict = MutableMapping[str, Any]


def only_allowed(_: Any, __: str, line: EventDict) -> EventDict:
    """Drop what is not on the list, and say under ``dropped`` which keys these were (if they look like keys)."""
    kept = {key: _shown(key, value) for key, value in line.items() if key in ALLOWED}
    if dropped := sorted(key for key in line.keys() - ALLOWED if key.isidentifier()):
        kept["dropped"] = dropped
    return kept


def _shown(key: str, value: Any) -> Any:
    if key == "exception":
        return value
    if key == "error":  # the name of its type; its text would hold what somebody entered
        return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else WITHHELD
    return _value(value)


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return _value(value.value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_value(each) for each in value]
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str | UUID | PurePath) or hasattr(value, "isoformat"):
        text = str(value)
        return text if len(text) <= LONGEST and not _PERSONAL.search(text) else WITHHELD
    return WITHHELD
