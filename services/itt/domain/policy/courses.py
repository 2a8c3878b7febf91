"""Who may do what to courses and places."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
