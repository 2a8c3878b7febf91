"""Who may do what to recruited candidates who become trainees."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
