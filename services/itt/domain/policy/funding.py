"""Who may do what to funding."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
