"""Forms that were opened before we were started anew: nobody waits for them any more, and nothing typed is lost."""

from __future__ import annotations

import asyncio

from bot.chat.discord import asides, forms
from bot.chat.discord.clicks import Clicks
from bot.chat.discord.modal import Typed, form_of, typed
from bot.chat.discord.team import DiscordTeam, Interaction
from bot.chat.grammar import Form
from bot.desk.decision import Decision, Escalate, MarkPosted, Redraft, Reject

#: Seconds after which nobody has heard a form; whoever waits for it, another process say, answers at once.
UNHEARD = 1.5


class Unheard:
    """Does what the process that has ended would have done."""

    def __init__(self, team: DiscordTeam, clicks: Clicks) -> None:
        self.team = team
        self.clicks = clicks

    async def sent(self, interaction: Interaction) -> None:
        """A form was sent: ours to finish where nobody else does."""
        data = interaction.data
        known = form_of(str(data.get("custom_id"))) if data else None
        if known is None:
            return
        await asyncio.sleep(UNHEARD)
        if not interaction.response.is_done():
            brand = self.team.home(interaction.channel)[0] or self.team.brand_for(str(interaction.channel_id))
            await self.clicks.guarded(interaction, brand, self._finish(interaction, *known, brand))

    async def _finish(self, interaction: Interaction, form: str, draft: int, brand: str) -> None:
        """Each way begins with the answer that only one process can give."""
        told, case = typed(interaction.data), await self.team.case_of(interaction)
        if form == Form.NEW_COMPLAINT:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.clicks.brought(interaction, forms.read_new_complaint(told), brand)
        elif case and form == Form.EDIT:
            manager = self.team.house(case).brand.manages(self.team.person(interaction.user), case)
            await self.clicks.edited(interaction, case, draft, forms.read_edit(told), manager=manager)
        elif case and form == Form.DELETE:
            await self.clicks.deleted(interaction, case, forms.read_delete(told))
        elif case and (decision := decision_in(form, draft, told)):
            await self.clicks.decide_on(interaction, case, decision)
        else:
            say = self.team.say_to(interaction, brand)
            why = say("I was started anew while this form was open. Please open it again.")
            await self.team.tell(interaction, asides.lost(why, told.get("text", ""), say))


def decision_in(form: str, draft: int, told: Typed) -> Decision | None:
    """What a form that asks about a card decides; None for any other."""
    match form:
        case Form.REDRAFT:
            return Redraft(draft, forms.read_redraft(told))
        case Form.REJECT:
            return Reject(draft, forms.read_reject(told))
        case Form.ESCALATE:
            return Escalate(forms.read_escalate(told))
        case Form.MARK_POSTED:
            return MarkPosted(forms.read_mark_posted(told))
        case Form.ADD:
            return forms.read_missing(told)
        case _:
            return None
