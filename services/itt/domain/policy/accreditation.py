"""Who may do what to the accreditation of school-led providers."""

from shared.policy import Role

ROWS: tuple[tuple[str, Role, str], ...] = ()
