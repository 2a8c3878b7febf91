"""Configuration by environment alone: ``settings()`` is what this process was given, checked as a whole at start."""

from functools import cache

from shared.config.declarations import Settings
from shared.config.environment import ConfigurationError, from_environment, services
from shared.config.fields import PROJECT_ROOT

__all__ = ["PROJECT_ROOT", "ConfigurationError", "Settings", "services", "settings"]


@cache
def settings() -> Settings:
    """The settings of this process, read once; ``settings.cache_clear()`` makes it look again.

    Raises ConfigurationError, which names every mistake at once and shows no value.
    """
    return from_environment()
