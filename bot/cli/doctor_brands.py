"""``portevoix doctor`` in Slack: each brand's rooms and managers, and what to do about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cli.doctor import Look
from bot.cli.doctor_sight import GROUP, SLACK, Asking, Room, Seen, in_slack, managers, see
from bot.network.slack.workspace import Workspace
from bot.settings import Settings
from bot.voice.library import Library
from bot.voice.protocol import BrandFile

#: So many names stand for all that are well.
TOLD = 6
_INVITE = "“/invite @Portevoix”"
_OUTSIDERS = "is shared with another company, and they read the cards"


async def looks(settings: Settings, library: Library, signed: Sequence[Workspace], ask: Asking) -> list[Look]:
    """Every brand's rooms, intake and managers; ``signed`` are the workspaces that let us in."""
    brands = {brand: house.rules for brand, house in library.houses.items()}
    seen = await see(list(brands.values()), signed, ask)
    found = [*_in_two(brands, seen)]
    for brand, rules in brands.items():
        found += _Brand(f"brand {brand}", rules, _file(settings, library, brand), seen, len(brands) == 1).looks()
    return found + ([_unseen(seen)] if seen.unanswered else [])


def _unseen(seen: Seen) -> Look:
    why = ", ".join({"TimeoutError": "no answer in time"}.get(why, why) for why in seen.unanswered)
    what = f"channels and managers that could not be looked at: {seen.unanswered.total()} ({why})"
    return Look("slack", wrong=f"{what}. Mend what stands above, or run doctor again in a minute")


def names_groups(library: Library) -> bool:
    """Whether any brand's managers are those of a user group."""
    return any(one.startswith(GROUP) for house in library.houses.values() for one in managers(house.rules))


def _file(settings: Settings, library: Library, brand: str) -> str:
    if settings.prompts != settings.prompts_dir:
        return "prompts/brand.yaml, which “portevoix init” writes"
    return str(library.folders(brand)[0] / "brand.yaml")


def _in_two(brands: Mapping[str, BrandFile], seen: Seen) -> Iterator[Look]:
    """Rooms that several brands name: what comes in there goes to the first of them."""
    homes: dict[str, list[str]] = defaultdict(list)
    for brand, rules in brands.items():
        for room in in_slack((*rules.channels, *rules.review)):
            homes[room].append(brand)
    for room, names in ((room, names) for room, names in homes.items() if len(names) > 1):
        what, whose = f"brands {' and '.join(names)}, {_called(seen, room)}", f"what comes in there is {names[0]}'s"
        if any(room in in_slack(brands[brand].channels) for brand in names):
            yield Look(what, wrong=f"they share it, and {whose} alone: name it in one brand.yaml only")
        else:
            yield Look(what, advice=f"they share it as review room, and {whose}: forward complaints elsewhere")


def _both(name: str, ident: str) -> str:
    """As people call it, and as brand.yaml does."""
    return f"{name} ({ident})" if name else ident


def _called(seen: Seen, room: str) -> str:
    known = seen.rooms.get(room)
    return _both(known.name if known else "", f"{SLACK}{room}")


def _some(names: Sequence[str]) -> str:
    more = len(names) - TOLD
    return f"{', '.join(names[:TOLD])} and {more} more" if more > 1 else ", ".join(names)


@dataclass(frozen=True, slots=True)
class _Brand:
    """One brand before what was seen; ``alone`` when there is no other."""

    title: str
    rules: BrandFile
    file: str
    seen: Seen
    alone: bool

    def looks(self) -> Iterator[Look]:
        """Line by line."""
        yield from self._rooms("channel", self.channels, self._fault)
        yield from self._rooms("review room", self.review, self._review_fault)
        yield from self._nowhere()
        yield from self._shared()
        yield from self._intake()
        yield from self._nobody()
        yield from self._people()

    @property
    def channels(self) -> list[str]:
        return in_slack(self.rules.channels)

    @property
    def review(self) -> list[str]:
        return in_slack(self.rules.review)

    # Rooms

    def _rooms(self, kind: str, rooms: Iterable[str], fault: Callable[[Room], str]) -> Iterator[Look]:
        well = []
        for ident in (room for room in rooms if room in self.seen.rooms):
            room = self.seen.rooms[ident]
            if room is None or (wrong := fault(room)):
                yield Look(f"{self.title}, {kind} {_called(self.seen, ident)}", wrong=wrong if room else self._no(kind))
            else:
                well.append(room.name)
        if well:
            yield Look(f"{self.title}, {kind}{'s' * (len(well) > 1)}", well=f"Portevoix is in {_some(well)}")

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
        """A brand that names no channel: alone it has all of them, among others none."""
        if self.channels or (self.review and not self.alone):
            return
        what, own = f"{self.title}, channels", self.seen.ours
        if not self.alone:
            yield Look(what, advice=f"none is named in {self.file}, so no complaint comes in from Slack")
        elif own == []:
            yield Look(what, wrong=f"Portevoix is in none. Write {_INVITE} in the channel where complaints come in")
        elif own is not None:
            yield Look(
                what, well=f"none is named, so every one with Portevoix in it: {_some([one.name for one in own])}"
            )

    def _shared(self) -> Iterator[Look]:
        """Channels in which customers' companies would read the cards: these stand there only with a review room."""
        rooms = [self.seen.rooms.get(one) for one in self.channels] if self.channels else self.seen.ours or []
        shared = [room.name for room in rooms if room and room.shared]
        if shared and not self.review:
            advice = f"no card stands in {_some(shared)}, which another company reads: it waits in the App Home"
            yield Look(f"{self.title}, review room", advice=f"{advice}. Name a review room in {self.file}")

    def _intake(self) -> Iterator[Look]:
        if self.rules.intake != "everything":
            return
        if not self.channels:
            lacks = "takes every message of the rooms under “channels”, and none is named there"
        elif not self.review:
            lacks = "needs a room for the cards: name one as “review”. Without, plain messages are left alone"
        elif self.review[0] in self.channels:
            lacks = "needs cards and complaints in two rooms: the same one is under “channels” and “review”"
        else:
            return
        yield Look(f"{self.title}, intake everything", wrong=f"{lacks} ({self.file})")

    # Managers

    def _nobody(self) -> Iterator[Look]:
        for topic, people in self.rules.managers.items():
            if not in_slack(people) and not in_slack(people, GROUP):
                of = "" if topic == "default" else f" of {topic}"
                how = f"add slack:U… (a profile → ⋮ → Copy member ID) to “managers” in {self.file}"
                yield Look(f"{self.title}, managers{of}", wrong=f"nobody in Slack can say yes: {how}")

    def _people(self) -> Iterator[Look]:
        named, well = managers(self.rules), []
        told = [
            (f"{SLACK}{one}", self._person(self.seen.people[one])) for one in in_slack(named) if one in self.seen.people
        ]
        told += [
            (f"{GROUP}{one}", self._group(self.seen.groups[one]))
            for one in in_slack(named, GROUP)
            if one in self.seen.groups
        ]
        for ident, (name, wrong) in told:
            if wrong:
                yield Look(f"{self.title}, manager {_both(name, ident)}", wrong=wrong)
            else:
                well.append(name)
        if well:
            yield Look(f"{self.title}, managers", well=_some(well))

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
