"""All settings, read once from the environment and ``.env``; nobody else reads the environment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError


class LogLevel(StrEnum):
    """How much the log says."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """For people, or one JSON object per line for machines."""

    TEXT = "text"
    JSON = "json"


class Settings(BaseSettings):
    """The settings. Every one has a default: Portevoix works with none."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///portevoix.db",
        description="Where cases, drafts and decisions are kept. A file on this machine.",
    )
    prompts_dir: Path = Field(
        default=Path("prompts"),
        description="The folder with brand.yaml, protocol.yaml and the templates.",
    )
    outbox_file: Path = Field(
        default=Path("outbox.jsonl"),
        description="Where the demo posts its replies, one JSON object per line.",
    )
    log_level: LogLevel = Field(default=LogLevel.WARNING, description="debug, info, warning or error.")
    log_format: LogFormat = Field(default=LogFormat.TEXT, description="text for people, json for machines.")

    @classmethod
    def read(cls) -> Settings:
        """The settings of this process. Raises ``SettingsError`` naming the variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise SettingsError(reason=f"A setting is wrong: {wrong}. See .env.example.") from None

    @property
    def prompts(self) -> Path:
        """The prompts in use: ``prompts_dir``, or the shipped ones where the default folder does not exist."""
        if self.prompts_dir.is_dir() or "prompts_dir" in self.model_fields_set:
            return self.prompts_dir
        return shipped("prompts")


def shipped(name: str) -> Path:
    """A file or folder that comes with Portevoix: in the wheel below ``bot/shipped``, in a checkout at the top."""
    here = Path(__file__).parent
    packed = here / "shipped" / name.removeprefix(".")
    return packed if packed.exists() else here.parent / name
