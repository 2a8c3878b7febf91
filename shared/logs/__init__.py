"""JSON logs, one object a line, without personal data: what may be said is listed in ``shared.logs.privacy``.

    log = get_logger(__name__)
    log.info("events relayed", count=500, duration_ms=12)

The event is a constant sentence; everything that varies is a key of the list. A failure is logged with
``log.exception("...")`` or ``exc_info=error``: its type and place are kept, the text of its message is not.
"""

from shared.logs.setup import configure, get_logger

__all__ = ["configure", "get_logger"]
