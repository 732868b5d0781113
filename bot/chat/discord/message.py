"""A ``discord.Message`` -> the dict that intake reads, in Discord's own shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import discord


def as_payload(message: discord.Message) -> dict[str, Any]:
    """What the library keeps of a message, as the gateway told it; whom it names stands in ``resolved``."""
    payload = _payload(message)
    if isinstance(reply := message.reference and message.reference.resolved, discord.Message):
        payload["referenced_message"] = _payload(reply)
    return payload


def _payload(message: discord.Message) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": message.type.value,
        "flags": message.flags.value,
        "content": message.content,
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": message.edited_at.isoformat() if message.edited_at else None,
        "author": _user(message.author),
        "member": {"nick": getattr(message.author, "nick", None)},
        "embeds": [dict(embed.to_dict()) for embed in message.embeds],
        "attachments": [_attachment(each) for each in message.attachments],
        "components": [dict(each.to_dict()) for each in message.components],
        "mentions": [{**_user(user), "member": {"nick": getattr(user, "nick", None)}} for user in message.mentions],
        "channel": _channel(message.channel),
        "resolved": _resolved(message),
    }
    for key, number in (("guild_id", _guild(message)), ("webhook_id", message.webhook_id)):
        told |= {key: str(number)} if number else {}
    if message.application_id:
        told["application_id"] = str(message.application_id)
    if message.reference:
        told["message_reference"] = _reference(message.reference)
    if message.message_snapshots:
        told["message_snapshots"] = [{"message": _snapshot(each)} for each in message.message_snapshots]
    if message.poll:
        told["poll"] = {"question": {"text": message.poll.question}}
    return told


def _guild(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


def _user(user: discord.abc.User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": getattr(user, "global_name", None),
        "discriminator": user.discriminator,
        "bot": user.bot,
    }


def _attachment(file: discord.Attachment) -> dict[str, Any]:
    return {"id": str(file.id), "filename": file.filename, "title": file.title, "url": file.url}


def _channel(channel: object) -> dict[str, Any]:
    kind: discord.ChannelType | None = getattr(channel, "type", None)
    return {"name": getattr(channel, "name", None), "type": kind.value if kind else 0}


def _reference(reference: discord.MessageReference) -> dict[str, Any]:
    told: dict[str, Any] = {"type": reference.type.value, "channel_id": str(reference.channel_id)}
    told |= {"message_id": str(reference.message_id)} if reference.message_id else {}
    return told | ({"guild_id": str(reference.guild_id)} if reference.guild_id else {})


def _snapshot(shot: discord.MessageSnapshot) -> dict[str, Any]:
    return {
        "type": shot.type.value,
        "content": shot.content,
        "timestamp": shot.created_at.isoformat(),
        "embeds": [dict(embed.to_dict()) for embed in shot.embeds],
        "attachments": [_attachment(each) for each in shot.attachments],
        "components": [dict(each.to_dict()) for each in shot.components],
    }


def _resolved(message: discord.Message) -> dict[str, dict[str, Any]]:
    """The names of whom and what the words mention, as far as the server's cache knows them."""
    guild = message.guild
    if guild is None:
        return {}
    said = "\n".join([message.content, *(shot.content for shot in message.message_snapshots)])
    return {
        "users": _found(r"<@!?([0-9]{1,20})>", said, lambda number: _shown(guild.get_member(number))),
        "roles": _found(r"<@&([0-9]{1,20})>", said, lambda number: _called(guild.get_role(number))),
        "channels": _found(r"<#([0-9]{1,20})>", said, lambda number: _called(guild.get_channel_or_thread(number))),
    }


def _found(pattern: str, said: str, named: Callable[[int], str]) -> dict[str, Any]:
    numbers: Iterable[str] = dict.fromkeys(re.findall(pattern, said))
    return {number: {"name": name} for number in numbers if (name := named(int(number)))}


def _shown(member: discord.Member | None) -> str:
    return member.display_name if member else ""


def _called(named: object) -> str:
    return getattr(named, "name", "")
