"""The base of this service's tables."""

from shared.database.tables import service_base

Base = service_base("itt")
