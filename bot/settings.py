"""All settings, read once from the environment and ``.env``; nobody else reads the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values
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


class Switch(StrEnum):
    """One or the other."""

    ON = "on"
    OFF = "off"


class ModelApi(StrEnum):
    """How a model's server is spoken to."""

    CHAT = "chat"
    RESPONSES = "responses"
    AUTO = "auto"


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
    openai_api_key: str = Field(
        default="", repr=False, description="The key of the model's server. Without it drafts come from templates."
    )
    openai_base_url: str = Field(
        default="",
        description="Another server that speaks as OpenAI does (Ollama, vLLM, LM Studio, …): http://127.0.0.1:11434/v1.",
    )
    openai_model: str = Field(default="gpt-5.4-mini", description="Which of the server's models writes.")
    openai_api: ModelApi = Field(
        default=ModelApi.AUTO, description="chat, responses, or auto: what the server is known to speak."
    )
    openai_mask: Switch = Field(
        default=Switch.ON,
        description="off: a model of your own sees e-mail addresses, numbers and handles; brand.yaml says it by brand.",
    )
    openai_at_once: int = Field(default=4, ge=1, le=100, description="How many drafts of one brand it writes at once.")
    draft_deadline_seconds: float = Field(
        default=20.0, ge=1, le=90, description="How long a model may take, all tries together; then a template serves."
    )
    budget_per_day: float = Field(
        default=0.0,
        ge=0,
        description="What a brand's drafts may cost a day, in the currency of its prices; 0: no limit. "
        "brand.yaml says it by brand.",
    )
    discord_bot_token: str = Field(default="", repr=False, description="The bot's token, from the developer portal.")
    web_host: str = Field(
        default="127.0.0.1", description="Where `portevoix run` listens for Slack's requests, /health and /metrics."
    )
    web_port: int = Field(default=8080, ge=0, le=65535, description="The port beside it; 0 takes any that is free.")

    def secrets(self) -> dict[str, str]:
        """All that the environment and ``.env`` hold now, by names in capitals.

        A brand's accounts have their secrets there: ``ACME_BLUESKY_APP_PASSWORD``.
        """
        held = {**dotenv_values(".env"), **os.environ}
        return {name.upper(): value for name, value in held.items() if value}

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
    def has_model(self) -> bool:
        """Whether a model's server is named; one of your own may need no key."""
        return bool(self.openai_api_key or self.openai_base_url)

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
