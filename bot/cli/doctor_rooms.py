"""``portevoix doctor`` in Discord: each brand's rooms and managers, and what to click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import discord

from bot.cli.doctor import Look
from bot.cli.doctor_rules import Rules, both, file_of, in_two, managers, some, unseen
from bot.cli.doctor_servers import DISCORD, Room, Seen, Server, named
from bot.settings import Settings
from bot.voice.library import Library

_RIGHTS = "Edit Channel → Permissions → Advanced permissions → Portevoix"
_WEBHOOKS = discord.Permissions(manage_webhooks=True)
_REACTIONS = discord.Permissions(add_reactions=True)


def looks(settings: Settings, library: Library, seen: Seen) -> list[Look]:
    """Every brand's rooms, intake and managers."""
    brands = {brand: house.rules for brand, house in library.houses.items()}
    found = [*in_two(DISCORD, brands, lambda room: _called(seen, room))]
    for brand, rules in brands.items():
        file = file_of(settings, library, brand)
        found += _Brand(f"brand {brand}", rules, file, len(brands) == 1, DISCORD, seen).looks()
    return found + ([unseen(DISCORD, seen.unanswered)] if seen.unanswered else [])


def _called(seen: Seen, room: str) -> str:
    known = seen.rooms.get(room)
    return both(known.name if known else "", f"{DISCORD.begins}{room}")


@dataclass(frozen=True, slots=True)
class _Brand(Rules):
    """One brand before what was seen in Discord."""

    seen: Seen

    def looks(self) -> Iterator[Look]:
        """Line by line."""
        yield from self.rooms("channel", self._told("channel", self.channels))
        yield from self.rooms("review room", self._told("review room", self.review))
        yield from self._nowhere()
        yield from self._optional()
        yield from self.intake()
        yield from self.nobody()
        yield from self.managed((*self._people(), *self._roles()))

    # Rooms

    def _told(self, kind: str, rooms: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Id, name, and what is wrong."""
        for ident in (room for room in rooms if room in self.seen.rooms):
            room = self.seen.rooms[ident]
            if room is None:
                yield ident, "", self._no(kind)
            else:
                yield ident, room.name, self._review_fault(room) if kind == "review room" else self._fault(room)

    def _no(self, kind: str) -> str:
        how = "User Settings → Advanced → Developer Mode, then right-click it → Copy Channel ID"
        return (
            f"Discord shows us no such {kind}. Invite Portevoix to its server, or correct the id ({how}) in {self.file}"
        )

    def _fault(self, room: Room) -> str:
        if room.is_category:
            return f"is a category, or holds no messages. Name the channels in it in {self.file}"
        lacking = room.lacks(room.needed())
        return f"Portevoix lacks {_quoted(lacking)}. Allow it: #{room.channel.name} → {_RIGHTS}" if lacking else ""

    def _review_fault(self, room: Room) -> str:
        if room.is_forum:
            return f"is a forum, and cards need a text channel. Name one in {self.file}"
        return self._fault(room) or self._read_along(room)

    def _read_along(self, room: Room) -> str:
        """Where customers write in a server, what everybody there sees is seen by customers."""
        theirs = {one.server.guild.id for one in self._rooms(self.channels)}
        if self.rules.intake != "everything" or room.server.guild.id not in theirs or not room.is_public():
            return ""
        click = f"{room.name} → Edit Channel → Permissions → Private Channel, then add your team and Portevoix"
        return f"everybody in {room.server.guild.name} sees it, and customers would read the cards. {click}"

    def _rooms(self, named: Iterable[str]) -> list[Room]:
        return [room for one in named if (room := self.seen.rooms.get(one))]

    def _nowhere(self) -> Iterator[Look]:
        servers = self.seen.servers.values()
        own = [room.name for server in servers for room in server.visible()] if servers else None
        yield from self.nowhere(own, "that Portevoix sees", f"Portevoix sees none. Allow it “View Channel”: {_RIGHTS}")

    def _optional(self) -> Iterator[Look]:
        """What works with less, in rooms that are well otherwise."""
        cards = self._rooms(self.review or self.channels) if self.rules.reactions.seed else []
        for rooms, wanted, lost in (
            (self._rooms(self.channels), _WEBHOOKS, f"replies there bear the bot's name, not “{self.rules.name}”"),
            (cards, _REACTIONS, "no reactions stand under the cards to press; people add them themselves"),
        ):
            lacking = [one.name for one in rooms if one.lacks(wanted) and not self._fault(one)]
            if lacking:
                advice = f"without {_quoted(named(wanted))} in {some(lacking)}, {lost}. Allow it: {_RIGHTS}"
                yield Look(f"{self.title}, permissions", advice=advice)

    # Managers: as brand.yaml writes them, name, and what is wrong

    def _people(self) -> Iterator[tuple[str, str, str]]:
        servers = self.seen.servers_of(self.rules)
        for one in DISCORD.ids(managers(self.rules)):
            keys = [(server.guild.id, one) for server in servers]
            found = [self.seen.members[key] for key in keys if key in self.seen.members]
            member = next(filter(None, found), None)
            if member or (found and len(found) == len(keys) and self.seen.complete):
                yield f"{DISCORD.begins}{one}", *self._person(member, servers)

    def _person(self, member: discord.Member | None, servers: Sequence[Server]) -> tuple[str, str]:
        """The name, and what is wrong."""
        if member is None:
            how = f"Invite them, or correct the id (right-click a person → Copy User ID) in {self.file}"
            return "", f"is not in {_names(servers)}. {how}"
        wrong = f"is a bot, and bots say no yes. Name a person in {self.file}" if member.bot else ""
        return member.display_name, wrong

    def _roles(self) -> Iterator[tuple[str, str, str]]:
        servers = self.seen.servers_of(self.rules)
        for one in DISCORD.groups(managers(self.rules)):
            role = next(filter(None, (server.guild.get_role(int(one)) for server in servers)), None)
            if role or (servers and self.seen.complete):
                yield f"{DISCORD.group}{one}", *self._role(role, servers)

    def _role(self, role: discord.Role | None, servers: Sequence[Server]) -> tuple[str, str]:
        """The name, and what is wrong."""
        if role is None:
            how = f"Correct the id (Server Settings → Roles → the role's ⋯ → Copy Role ID) in {self.file}"
            return "", f"there is no such role in {_names(servers)}. {how}"
        if role.is_default():
            everybody = f"is everybody in {role.guild.name}, customers too"
            return role.name, f"{everybody}. Name a role of your team in {self.file}"
        wrong = f"belongs to a bot, and bots say no yes. Name another in {self.file}" if role.is_bot_managed() else ""
        return f"@{role.name}", wrong


def _quoted(rights: Iterable[str]) -> str:
    return ", ".join(f"“{right}”" for right in rights)


def _names(servers: Sequence[Server]) -> str:
    return some([server.guild.name for server in servers])
