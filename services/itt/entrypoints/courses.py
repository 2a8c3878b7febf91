"""The calls and deadlines of courses and places."""


class CourseCalls:
    """What callers may ask about courses and places."""
