"""The calls and deadlines of candidates and applications."""


class ApplicationCalls:
    """What callers may ask about candidates and applications."""
