"""The calls and deadlines of training beside the trainee's own record."""


class TrainingCalls:
    """What callers may ask about training beside the trainee's own record."""
