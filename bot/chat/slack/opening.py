"""Opens forms. Slack's ``trigger_id`` dies after three seconds: what takes longer waits behind a first page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from bot.chat.slack import forms
from bot.chat.slack.modal import Subject, View
from bot.chat.slack.team import SlackTeam
from bot.desk.case import Case

#: Seconds for which a form may be built before Slack gets a first page.
AT_ONCE = 1.0
#: The same where it will take long, unless the answer is known already.
AT_A_GLANCE = 0.2


class Opening:
    """Opens the forms of one workspace."""

    def __init__(self, team: SlackTeam) -> None:
        self.team = team

    async def show(self, trigger: str, view: View, *, inside: str = "") -> None:
        """Open a form that is ready; ``inside`` puts it in the place of one that is open."""
        client = self.team.workspace.client
        if inside:
            await client.views_update(view_id=inside, view=view)
        else:
            await client.views_open(trigger_id=trigger, view=view)

    async def build(self, trigger: str, brand: str, building: Awaitable[View], *, meanwhile: str = "") -> None:
        """Open a form that takes a while to build; what fails then is said in its place.

        ``meanwhile`` is what the first page says, where that is known to be needed.
        """
        task = asyncio.ensure_future(building)
        done, _ = await asyncio.wait({task}, timeout=AT_A_GLANCE if meanwhile else AT_ONCE)
        client = self.team.workspace.client
        try:
            if done:
                await client.views_open(trigger_id=trigger, view=task.result())
                return
            opened = await client.views_open(trigger_id=trigger, view=forms.loading(self.team.say(brand), meanwhile))
            await client.views_update(view_id=opened["view"]["id"], view=await self._built(task, brand))
        finally:
            task.cancel()

    async def _built(self, task: asyncio.Future[View], brand: str) -> View:
        try:
            return await task
        except Exception as error:  # noqa: BLE001  # ``sorry`` logs what is unknown
            return forms.error(self.team.say(brand), self.team.sorry(error, brand))

    async def new_complaint(self, trigger: str, channel: str = "", text: str = "") -> None:
        """The form for a complaint from anywhere."""
        brand = self.team.brand_for(channel)
        brands = [(brand_id, house.brand.name) for brand_id, house in self.team.library.houses.items()]
        view = forms.new_complaint(self.team.say(brand), brands, text, brand=brand, channel=channel)
        await self.show(trigger, view)

    async def edit(self, trigger: str, case: Case, of: Subject, user: str, *, inside: str = "") -> None:
        """The draft to change."""
        building = self.edit_view(case, of, user)
        if inside:
            await self.show(trigger, await building, inside=inside)
        else:
            await self.build(trigger, case.brand, building)

    async def edit_view(self, case: Case, of: Subject, user: str, *, typed: str | None = None) -> View:
        """The form as it stands, or with what is ``typed`` so far."""
        person = await self.team.person(user, case.brand)
        manager = self.team.house(case).brand.manages(person, case)
        around = self.team.review.around(case)
        found, length = self.team.checked(case, typed) if typed is not None else (None, None)
        return forms.edit(case, around, of, manager=manager, found=found, length=length)

    async def translation(self, trigger: str, case: Case) -> None:
        """The draft in the team's language beside it; a model takes seconds for that."""
        say = self.team.say(case.brand)
        await self.build(trigger, case.brand, self._translated(case), meanwhile=say("The draft is being translated…"))

    async def _translated(self, case: Case) -> View:
        return forms.translation(case, await self.team.translated(case), self.team.say(case.brand))
