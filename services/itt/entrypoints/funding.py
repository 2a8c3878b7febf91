"""The calls and deadlines of funding."""


class FundingCalls:
    """What callers may ask about funding."""
