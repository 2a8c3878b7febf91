"""The calls and deadlines of the census and reports."""


class ReportsCalls:
    """What callers may ask about the census and reports."""
