"""Who may do what to applications."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
