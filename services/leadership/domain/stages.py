"""What leadership takes from the stage that people folds: whether somebody is a teacher in good standing."""

# The stages before induction is passed (domain page, "The professional continuum", stages 0 to 3), those who left
# training, and early years teachers, whose status has none. Of who is only known nothing speaks against it.
BEFORE_TEACHER = frozenset({"withdrawn", "candidate", "trainee", "early_years", "qualified", "early_career"})
HELD = frozenset({"barred", "suspended"})


def is_held(stage: str | None, flag: str) -> bool:
    """Whether the latest stage keeps a person from being suggested; a stage that is not known yet does not."""
    return flag in HELD or stage in BEFORE_TEACHER
