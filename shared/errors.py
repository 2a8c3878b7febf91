"""The tree of errors that a caller can act on; mapped once to RPC (``shared.rpc``) and once to HTTP.

Every error carries ``message`` (a sentence for a person) and ``details`` (plain JSON for a program).
An error that is not in this tree is a fault of ours, and reaches a caller as ``Fault`` without its text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

FieldErrors = Mapping[str, Any]


class ContinuumError(Exception):
    """The root: ``status`` is the HTTP status of the problem document."""

    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        return (rebuild, (type(self).__name__, self.message, self.details))


class Invalid(ContinuumError):
    """The input is wrong: ``details["fields"]`` maps each field to what is wrong and what would be right."""

    status = 422

    @classmethod
    def field(cls, name: str, message: str) -> "Invalid":
        return cls(f"{name}: {message}", fields={name: [message]})

    @property
    def fields(self) -> FieldErrors:
        found: FieldErrors = self.details.get("fields", {})
        return found


class NotFound(ContinuumError):
    """There is no such thing, or the caller may not know that there is."""

    status = 404


class NotAllowed(ContinuumError):
    """The caller is known, and may not do this."""

    status = 403


class Unauthenticated(ContinuumError):
    """There is no valid principal with the call."""

    status = 401


class Conflict(ContinuumError):
    """The state of things forbids it now: a duplicate, a full course, somebody else was faster."""

    status = 409


class TransitionNotAllowed(Conflict):
    """A state machine has no such move from here: ``details`` has machine, state, event and allowed."""


class OutcomeUnknown(ContinuumError):
    """The service stopped in the middle of the call: it may or may not have been carried out."""

    status = 503


class Unavailable(ContinuumError):
    """Nobody answers: the service, its database or the broker is away. Nothing was done."""

    status = 503


class Maintenance(Unavailable):
    """The service changes nothing for a while: ``details["retry_after_s"]`` says when to come again."""


class Busy(Unavailable):
    """Too much at once: ``details["retry_after_s"]`` says when to come again. Nothing was done."""

    status = 429


class DeadlineExceeded(ContinuumError):
    """The time that the caller gave is over."""

    status = 504


class TooLarge(Invalid):
    """More bytes than the limit: ``details`` has size_bytes and limit_bytes."""

    status = 413


class Fault(ContinuumError):
    """Our own mistake, logged under ``details["correlation_id"]``; the text stays on the server."""


def error_types() -> dict[str, type[ContinuumError]]:
    """Every error of the tree by the name that travels."""

    def tree(root: type[ContinuumError]) -> list[type[ContinuumError]]:
        return [root, *(t for child in root.__subclasses__() for t in tree(child))]

    return {t.__name__: t for t in tree(ContinuumError)}


def rebuild(name: str, message: str, details: Mapping[str, Any]) -> ContinuumError:
    """The error of that name again, as it was raised; an unknown name becomes a ``Fault``."""
    return error_types().get(name, Fault)(message, **details)


def join(parts: Sequence[str]) -> str:
    """``a, b or c``, for messages that say what would be right."""
    return " or ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
