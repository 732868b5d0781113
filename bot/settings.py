"""All settings, read once from the environment and ``.env``; nobody else reads the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """What opens one workspace: with an app token by a socket, else Slack posts to us."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)


class Settings(BaseSettings):
    """The settings. Every one has a default: Portevoix works with none."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///portevoix.db",
        description="Where cases, drafts and decisions are kept: a file, or postgresql://user:password@host/name.",
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

    slack_bot_token: str = Field(
        default="",
        repr=False,
        description="The app's bot token, xoxb-…; of several workspaces one each, with commas between them.",
    )
    slack_app_token: str = Field(
        default="", repr=False, description="The app-level token, xapp-…, for Socket Mode: no public address is needed."
    )
    slack_signing_secret: str = Field(
        default="", repr=False, description="Instead of the app token: Slack posts to /slack/events, signed with it."
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Slack's Web API; GovSlack, or a proxy before Slack, has another address.",
    )
    discord_bot_token: str = Field(default="", repr=False, description="The bot's token, from the developer portal.")
    web_host: str = Field(
        default="127.0.0.1", description="Where `portevoix run` listens for Slack's requests, /health and /metrics."
    )
    web_port: int = Field(default=8080, ge=0, le=65535, description="The port beside it; 0 takes any that is free.")

    @classmethod
    def read(cls) -> Settings:
        """The settings of this process. Raises ``SettingsError`` naming the variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise SettingsError(reason=f"A setting is wrong: {wrong}. See .env.example.") from None

    @property
    def slack(self) -> tuple[SlackAccess, ...]:
        """The Slack workspaces. Raises ``SettingsError`` where a token lacks its other half."""
        bots, sockets, secrets = map(_listed, (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret))
        if not bots:
            return ()
        others = sockets or secrets
        if len(others) != len(bots):
            raise SettingsError(
                reason=f"SLACK_BOT_TOKEN names {len(bots)} workspace(s), and {len(others)} have an app token or a "
                "signing secret: give SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP), one for each."
            )
        return tuple(
            SlackAccess(bot, app_token=other if sockets else "", signing_secret="" if sockets else other)
            for bot, other in zip(bots, others, strict=True)
        )

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


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
