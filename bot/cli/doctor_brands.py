"""``portevoix doctor`` in Slack: each brand's rooms and managers, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cli.doctor import Look
from bot.cli.doctor_rules import Rules, both, file_of, in_two, managers, some, unseen
from bot.cli.doctor_sight import SLACK, Asking, Room, Seen, see
from bot.network.slack.workspace import Workspace
from bot.settings import Settings
from bot.voice.library import Library

_INVITE = "“/invite @Portevoix”"
_OUTSIDERS = "is shared with another company, and they read the cards"


async def looks(settings: Settings, library: Library, signed: Sequence[Workspace], ask: Asking) -> list[Look]:
    """Every brand's rooms, intake and managers; ``signed`` are the workspaces that let us in."""
    brands = {brand: house.rules for brand, house in library.houses.items()}
    seen = await see(list(brands.values()), signed, ask)
    found = [*in_two(SLACK, brands, lambda room: _called(seen, room))]
    for brand, rules in brands.items():
        file = file_of(settings, library, brand)
        found += _Brand(f"brand {brand}", rules, file, len(brands) == 1, SLACK, seen).looks()
    return found + ([unseen(SLACK, seen.unanswered)] if seen.unanswered else [])


def names_groups(library: Library) -> bool:
    """Whether any brand's managers are those of a user group."""
    return any(SLACK.groups(managers(house.rules)) for house in library.houses.values())


def _called(seen: Seen, room: str) -> str:
    known = seen.rooms.get(room)
    return both(known.name if known else "", f"{SLACK.begins}{room}")


@dataclass(frozen=True, slots=True)
class _Brand(Rules):
    """One brand before what was seen in Slack."""

    seen: Seen

    def looks(self) -> Iterator[Look]:
        """Line by line."""
        yield from self.rooms("channel", self._told("channel", self.channels))
        yield from self.rooms("review room", self._told("review room", self.review))
        yield from self._nowhere()
        yield from self._shared()
        yield from self.intake()
        yield from self.nobody()
        yield from self.managed((*self._people(), *self._groups()))

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
        private = f"If it is private, write {_INVITE} in it"
        return f"Slack shows us no such {kind}. {private}; else correct the id (its name → Channel ID) in {self.file}"

    def _fault(self, room: Room) -> str:
        if room.archived:
            return f"is archived. Unarchive it (its name → Settings), or name another in {self.file}"
        return "" if room.ours else f"Portevoix is not in it. Write {_INVITE} in {room.name}"

    def _review_fault(self, room: Room) -> str:
        return f"{_OUTSIDERS}. Name a room of your own in {self.file}" if room.shared else self._fault(room)

    def _nowhere(self) -> Iterator[Look]:
        own = None if self.seen.ours is None else [one.name for one in self.seen.ours]
        lacks = f"Portevoix is in none. Write {_INVITE} in the channel where complaints come in"
        yield from self.nowhere(own, "with Portevoix in it", lacks)

    def _shared(self) -> Iterator[Look]:
        """Channels in which customers' companies would read the cards: these stand there only with a review room."""
        rooms = [self.seen.rooms.get(one) for one in self.channels] if self.channels else self.seen.ours or []
        shared = [room.name for room in rooms if room and room.shared]
        if shared and not self.review:
            advice = f"no card stands in {some(shared)}, which another company reads: it waits in the App Home"
            yield Look(f"{self.title}, review room", advice=f"{advice}. Name a review room in {self.file}")

    # Managers: as brand.yaml writes them, name, and what is wrong

    def _people(self) -> Iterator[tuple[str, str, str]]:
        for one in SLACK.ids(managers(self.rules)):
            if one in self.seen.people:
                yield f"{SLACK.begins}{one}", *self._person(self.seen.people[one])

    def _groups(self) -> Iterator[tuple[str, str, str]]:
        for one in SLACK.groups(managers(self.rules)):
            if one in self.seen.groups:
                yield f"{SLACK.group}{one}", *self._group(self.seen.groups[one])

    def _person(self, told: Mapping[str, Any] | None) -> tuple[str, str]:
        """The name, and what is wrong."""
        if told is None:
            return "", f"Slack knows nobody of this id. Correct it (a profile → ⋮ → Copy member ID) in {self.file}"
        profile = told.get("profile") or {}
        name = str(profile.get("real_name") or told.get("real_name") or told.get("name") or "")
        if told.get("deleted"):
            return name, f"is deactivated in Slack. Name somebody else in {self.file}"
        return name, f"is a bot, and bots say no yes. Name a person in {self.file}" if told.get("is_bot") else ""

    def _group(self, told: Mapping[str, Any] | None) -> tuple[str, str]:
        """The handle, and what is wrong."""
        if told is None:
            return "", f"Slack knows no such user group. Correct the id (the group → ⋮ → Copy group ID) in {self.file}"
        name, count = f"@{told.get('handle')}", len(told.get("users") or ())
        if told.get("date_delete"):
            return name, "is switched off. Enable it under People → User groups, or name another"
        if not count:
            return name, "has no members. Add some under People → User groups"
        return f"{name} ({count} {'person' if count == 1 else 'people'})", ""
