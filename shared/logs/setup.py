"""Puts structlog and the standard library's logging on one line format."""

import logging
import sys
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from shared.context import context
from shared.logs.failures import without_message
from shared.logs.privacy import EventDict, only_allowed

# Libraries whose messages are constant text with arguments apart; of others nothing but the name is told.
CONSTANT_MESSAGES = ("nameko", "kombu", "amqp", "alembic", "py.warnings")


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a module: ``log = get_logger(__name__)``."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(module=name))


def configure(service: str, *, version: str = "", level: str = "INFO", stream: TextIO | None = None) -> None:
    """Everything that is logged from now on goes to ``stream`` (standard error) as JSON lines of this service."""
    chain = _chain({"service": service, **({"version": version} if version else {})})
    _configure_structlog(chain, level, stream)
    _take_over_logging(chain, level, stream or sys.stderr)
    sys.excepthook = _uncaught


def _chain(always: dict[str, str]) -> list[structlog.typing.Processor]:
    def ours(_: Any, __: str, line: EventDict) -> EventDict:
        return {**always, **line}

    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _what_it_belongs_to,
        ours,
        without_message,
        only_allowed,
        structlog.processors.JSONRenderer(sort_keys=True),
    ]


def _configure_structlog(chain: list[structlog.typing.Processor], level: str, stream: TextIO | None) -> None:
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: structlog.WriteLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def _take_over_logging(chain: list[structlog.typing.Processor], level: str, to: TextIO) -> None:
    """Log records of libraries take the same way; those below a warning stay away unless all is asked for."""
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_template_alone],
            processors=chain,
            use_get_message=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(
        logging.DEBUG if level == "DEBUG" else max(logging.WARNING, logging.getLevelNamesMapping()[level])
    )


def _template_alone(_: Any, __: str, line: EventDict) -> EventDict:
    record: logging.LogRecord = line["_record"]
    line["logger"] = record.name
    constant = isinstance(record.msg, str) and record.name.split(".")[0] in CONSTANT_MESSAGES
    line["event"] = record.msg if constant else "a message of a library"
    return line


def _what_it_belongs_to(_: Any, __: str, line: EventDict) -> EventDict:
    # The formatter's own bookkeeping is no key that somebody chose.
    for bookkeeping in ("_record", "_from_structlog"):
        line.pop(bookkeeping, None)
    if (module := line.pop("module", None)) is not None:
        line["logger"] = module
    inside = context()
    line.setdefault("correlation_id", inside.correlation_id)
    for name in ("actor", "causation_id", "traceparent"):
        if (value := getattr(inside, name)) is not None:
            line.setdefault(name, value)
    return line


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger("continuum").critical("uncaught exception", exc_info=error.with_traceback(trace))


# Before (and without) any configuration the same rules hold; only warnings are told.
_configure_structlog(_chain({"service": "continuum"}), "WARNING", None)
