"""The calls and deadlines of the accreditation of school-led providers."""


class AccreditationCalls:
    """What callers may ask about the accreditation of school-led providers."""
