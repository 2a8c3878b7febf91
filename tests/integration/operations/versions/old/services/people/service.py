"""Every service listens to people, so that there must be one; it says nothing."""

from shared.service import Service


class PeopleService(Service):
    """Nothing but what every service is."""

    name = "people"
