"""Who may do what to training beside the trainee's own record."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
