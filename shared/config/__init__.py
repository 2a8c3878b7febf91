"""Configuration by environment alone: ``settings()`` is what this process was given, checked as a whole at start.

``settings()`` reads once, and again when a file that a variable names has changed (``shared.config.current``);
``settings.cache_clear()`` makes it look again. It raises ConfigurationError, which names every mistake at once and
shows no value.
"""

from shared.config.current import CurrentSettings
from shared.config.declarations import Settings
from shared.config.environment import ConfigurationError, services
from shared.config.fields import PROJECT_ROOT

__all__ = [
    "PROJECT_ROOT",
    "ConfigurationError",
    "Settings",
    "services",
    "settings",
]

settings = CurrentSettings()
