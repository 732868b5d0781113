"""Who somebody is in Slack: their name, and the user groups that brand.yaml makes managers. Remembered for a while."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from async_lru import alru_cache

from bot.desk.brand import Person
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Workspace

log = logging.getLogger(__name__)

PERSON, GROUP = "slack:", "slack-group:"
#: Seconds for which a name is remembered, and who belongs to a group; Slack also tells when a group changes.
NAMES, MEMBERS = 3600, 300
#: Names remembered at a time.
MOST = 5_000


class People:
    """The people of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._last_known: dict[str, frozenset[str]] = {}
        self._name = alru_cache(maxsize=MOST, ttl=NAMES)(self._ask_name)
        self._members = alru_cache(maxsize=MOST, ttl=MEMBERS)(self._ask_members)

    async def person(self, user: str, among: Iterable[str] = ()) -> Person:
        """The person behind Slack's user id, with those of the groups ``among`` (``slack-group:S…``) they are in.

        Where Slack does not answer the id stands for the name, and a group has the members last known, or none.
        """
        wanted = [group for group in among if group.startswith(GROUP)]
        groups = frozenset([group for group in wanted if user in await self.members(group.removeprefix(GROUP))])
        return Person(id=f"{PERSON}{user}", name=await self.name(user), groups=groups)

    async def name(self, user: str) -> str:
        """The name as colleagues know it."""
        try:
            return await self._name(user)
        except CALL_ERRORS as error:
            self._workspace.note(error)
            log.warning("Slack does not tell who this is: %s", code(error), extra={"user": user})
            return user

    async def members(self, group: str) -> frozenset[str]:
        """The user ids of a group; those last known where Slack does not answer."""
        try:
            self._last_known[group] = await self._members(group)
        except CALL_ERRORS as error:
            self._workspace.note(error)
            log.warning("Slack does not tell who is in this group: %s", code(error), extra={"group": group})
        return self._last_known.get(group, frozenset())

    def group_changed(self, group: str) -> None:
        """Slack says that people joined or left."""
        self._members.cache_invalidate(group)

    async def _ask_name(self, user: str) -> str:
        told = (await self._workspace.client.users_info(user=user))["user"]
        profile = told.get("profile") or {}
        names = (profile.get("real_name"), told.get("real_name"), profile.get("display_name"), told.get("name"))
        return str(next(filter(None, names), user))

    async def _ask_members(self, group: str) -> frozenset[str]:
        return frozenset((await self._workspace.client.usergroups_users_list(usergroup=group))["users"])
