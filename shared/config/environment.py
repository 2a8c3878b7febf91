"""Settings out of the environment: all mistakes at once, by name, and never by value."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from environs import EnvValidationError, FileAwareEnv

from shared.config.declarations import OPERATOR, Declaration, Settings, declarations, of_each
from shared.config.fields import PARSERS, PROJECT_ROOT, with_password

PASSWORD_OF = {"database_url": "database_password", "amqp_uri": "amqp_password"}

PLAIN = {
    "Not a valid integer.": "must be a whole number",
    "Not a valid number.": "must be a number",
    "Not a valid boolean.": "must be true or false",
}


class ConfigurationError(Exception):
    """The process cannot start: ``mistakes`` maps each variable to what would be right."""

    def __init__(self, mistakes: dict[str, list[str]]) -> None:
        self.mistakes = mistakes
        lines = [f"  {name}: {'; '.join(said)}" for name, said in sorted(mistakes.items())]
        super().__init__("\n".join(["The configuration has mistakes:", *lines]))


class _Environment(FileAwareEnv):
    """Collects mistakes; an empty variable counts as absent, as env files and compose leave them."""

    def __init__(self) -> None:
        super().__init__(eager=False, strip_whitespace=True)
        self.unreadable: dict[str, list[str]] = {}
        for name, parser in PARSERS.items():
            self.add_parser_from_field(name, parser)

    def _get_value(self, env_key: str, default: Any) -> Any:
        value = super()._get_value(env_key, default)
        return default if value == "" else value

    def read(self, told: Declaration, default: Any) -> Any:
        """The value of one variable, or its default when it is absent or wrong (which is then noted)."""
        file = f"{told.variable}{self.file_suffix}"
        if os.environ.get(file) and os.environ.get(told.variable):
            self.unreadable[file] = [f"is set beside {told.variable}; one of the two must go"]
        try:
            return getattr(self, told.kind)(told.variable, default, **told.options)
        except (ValueError, OSError):
            self.unreadable[file] = ["must name a file that this process can read as text"]
            return default

    def finish(self) -> None:
        """Raises ConfigurationError with every mistake that was noted."""
        mistakes = dict(self.unreadable)
        try:
            self.seal()
        except EnvValidationError as error:
            assert isinstance(error.error_messages, Mapping)
            mistakes |= {
                name: [PLAIN.get(str(text), str(text)) for text in said]
                for name, said in error.error_messages.items()
            }
        if mistakes:
            raise ConfigurationError(mistakes) from None


def services() -> list[str]:
    """The services of this project: the folders beneath ``services``."""
    folders = (path for path in (PROJECT_ROOT / "services").iterdir() if path.is_dir())
    return sorted(path.name for path in folders if path.name[0].isalpha())


def from_environment(names: Sequence[str] | None = None) -> Settings:
    """Read the environment; ``names`` are the services whose own variables count. Raises ConfigurationError."""
    env = _Environment()
    values: dict[str, Any] = {
        name: env.read(told, Settings.__dataclass_fields__[name].default)
        for name, told in declarations().items()
    }
    for told_of in [*(services() if names is None else names), OPERATOR]:
        for name, told in of_each(told_of).items():
            if (own := env.read(told, None)) is not None:
                values.setdefault(name, {})[told_of] = own
    if values["teacher_register_url"] and not values["teacher_register_token"]:
        env.unreadable["TEACHER_REGISTER_TOKEN"] = ["is missing; TEACHER_REGISTER_URL needs it"]
    env.finish()
    for url, password in PASSWORD_OF.items():
        if values[url] and values[password]:
            values[url] = with_password(values[url], values[password])
    return Settings(**values)
