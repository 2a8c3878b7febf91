"""Who may do what to the census and reports."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
