"""The calls and deadlines of recruited candidates who become trainees."""


class RecruitsCalls:
    """What callers may ask about recruited candidates who become trainees."""
