"""What a service counts in its own tables for Prometheus, besides what is counted of every service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """A gauge of rows by their state. ``statement`` gives (state, number); a state that it does not give has none.

    It is asked at each scrape, so it must be quick whatever has gathered in the table.
    """

    name: str
    says: str
    states: tuple[str, ...]
    statement: str
