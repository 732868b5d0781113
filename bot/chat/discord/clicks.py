"""What people press and fill in -> calls on the desk.

Discord wants an answer within three seconds: a form at once, or a sign that we heard, before anything is done.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import discord

from bot.chat import answers
from bot.chat.answers import Brought
from bot.chat.choices import tones, twice
from bot.chat.discord import asides, forms
from bot.chat.discord.forms import Edited
from bot.chat.discord.intake import form_complaint
from bot.chat.discord.modal import Asked
from bot.chat.discord.team import DiscordTeam, Interaction
from bot.chat.grammar import ALL_TEMPLATES, Act, decision_of
from bot.chat.queue import queue_of
from bot.desk.case import Case
from bot.desk.decision import (
    Amend,
    Approve,
    Decision,
    Delete,
    Edit,
    Escalate,
    MarkPosted,
    Redraft,
    Reject,
    TryAgain,
    UseTemplate,
)
from bot.errors import Blocked, NewerDraft, PortevoixError
from bot.network.discord.trouble import CALL_ERRORS, is_answered, words
from bot.network.manual import handout

log = logging.getLogger(__name__)


class Clicks:
    """Buttons, menus and forms of the cards."""

    def __init__(self, team: DiscordTeam) -> None:
        self.team = team

    async def pressed(self, interaction: Interaction, act: Act, draft: int, value: str) -> None:
        """Something on a card was pressed."""
        if act is Act.NEW:
            await self.new_complaint(interaction)
            return
        case = await self.team.case_of(interaction)
        if case is None:
            await self.team.tell(interaction, self.team.say_to(interaction)("This link leads to no card of mine."))
            return
        await self.guarded(interaction, case.brand, self.about(interaction, case, act, draft, value))
        if interaction.response.is_done() and from_menu(interaction):
            self.team.later.start(self._unchosen(case))

    async def _unchosen(self, case: Case) -> None:
        """What was chosen in a card's menu stays chosen, and cannot be chosen again, until the card is drawn anew."""
        now = await self.team.case(case.id)
        if now and now.revision == case.revision:
            await self.team.review.anew(now)

    async def guarded(self, interaction: Interaction, brand: str, work: Awaitable[object]) -> None:
        """Do it; what the desk refuses is told to the person alone."""
        try:
            await work
        except PortevoixError as error:
            said = self.team.sorry(error, brand)
            say = self.team.say_to(interaction, brand)
            await self.team.tell(interaction, asides.error(say.remark(error) or said))
        except CALL_ERRORS as error:
            if is_answered(error):  # another process of ours hears the same, and was quicker
                return
            self.team.connection.note(error)
            log.warning("a click could not be answered: %s", words(error), extra={"user": interaction.user.id})
        except Exception as error:  # noqa: BLE001  # ``sorry`` logs what is unknown
            await self.team.tell(interaction, asides.error(self.team.sorry(error, brand)))

    async def about(self, interaction: Interaction, case: Case, act: Act, draft: int, value: str = "") -> None:
        """Do what was pressed about this case, or ask first. Raises ``Refusal``."""
        note = tones(self.team.say(case.brand)).get(act, value)
        asks = act is Act.REDRAFT and self.team.review.has_model(case)
        if act is Act.TRY_AGAIN:
            await self._ask_twice(interaction, case)
        elif not asks and (decision := decision_of(act, draft, note)):
            await self.decide_on(interaction, case, decision)
        else:
            self._require_current(case, draft)
            await self._open(interaction, case, act, draft, value)

    def _require_current(self, case: Case, draft: int) -> None:
        if case.draft and draft != case.draft.number:
            raise NewerDraft(current=case.draft.number)

    async def decide_on(self, interaction: Interaction, case: Case, decision: Decision) -> Case:
        """Say that we heard, then hand the decision to the desk. Raises ``Refusal``."""
        if not interaction.response.is_done():
            await interaction.response.defer()
        return await self.team.decide(case, decision, self.team.person(interaction.user))

    async def _ask_twice(self, interaction: Interaction, case: Case) -> None:
        async def yes(again: Interaction) -> None:
            await self.guarded(again, case.brand, self.decide_on(again, case, TryAgain()))

        await self.team.tell(interaction, asides.ask(twice(self.team.say_to(interaction, case.brand)), yes))

    # Forms

    async def _open(self, interaction: Interaction, case: Case, act: Act, draft: int, value: str) -> None:
        say = self.team.say_to(interaction, case.brand)
        send = interaction.response.send_modal
        match act:
            case Act.EDIT:
                await send(self._edit_form(interaction, case, draft))
            case Act.REDRAFT:
                await send(forms.redraft(say, draft, self._sends(case, lambda note: Redraft(draft, note))))
            case Act.TRANSLATE:
                await self._translate(interaction, case)
            case Act.REJECT:
                await send(forms.reject(say, draft, self._sends(case, lambda reason: Reject(draft, reason))))
            case Act.ESCALATE:
                await send(forms.escalate(say, draft, self._sends(case, Escalate)))
            case Act.MARK_POSTED:
                await send(forms.mark_posted(say, draft, self._sends(case, MarkPosted)))
            case Act.DELETE:
                await send(self._delete_form(interaction, case, draft))
            case Act.ADD:
                await send(forms.add_missing(case, say, self._sends(case, _same)))
            case Act.COPY:
                await self._copy(interaction, case)
            case Act.TEMPLATE if value == ALL_TEMPLATES:
                await self._choose_template(interaction, case, draft)
            case _:
                await interaction.response.defer()

    def _sends(
        self, case: Case, decision: Callable[[str], Decision] | Callable[[Amend], Decision]
    ) -> Callable[[Interaction, object], Awaitable[None]]:
        async def sent(interaction: Interaction, told: object) -> None:
            await self.guarded(interaction, case.brand, self.decide_on(interaction, case, decision(told)))  # type: ignore[arg-type]

        return sent

    def _edit_form(
        self, interaction: Interaction, case: Case, draft: int, *, typed: str | None = None
    ) -> Asked[Edited]:
        person = self.team.person(interaction.user)
        manager = self.team.house(case).brand.manages(person, case)
        found, length = self.team.checked(case, typed) if typed is not None else (None, None)

        async def sent(again: Interaction, edited: Edited) -> None:
            await self.edited(again, case, draft, edited, manager=manager)

        around = self.team.review.around(case)
        return forms.edit(case, around, sent, manager=manager, text=typed, found=found, length=length)

    async def edited(self, interaction: Interaction, case: Case, draft: int, edited: Edited, *, manager: bool) -> None:
        """Save, or save and approve; a text that cannot be taken comes back with the reason, nothing is lost."""
        say = self.team.say_to(interaction, case.brand)
        decision = Approve(draft, edited.text) if edited.approve and manager else Edit(draft, edited.text)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            after = await self.team.decide(case, decision, self.team.person(interaction.user))
        except PortevoixError as error:
            why = say.remark(error)
            if isinstance(error, Blocked):
                why = asides.found(self.team.checked(case, edited.text)[0], say) or why

            def reopen() -> discord.ui.Modal:
                return self._edit_form(interaction, case, draft, typed=edited.text)

            await self.team.tell(interaction, asides.kept(why, edited.text, reopen, say))
            return
        number = after.draft.number if after.draft else 0
        await self.team.tell(interaction, asides.saved(say, number, approved=isinstance(decision, Approve)))

    def _delete_form(self, interaction: Interaction, case: Case, draft: int) -> Asked[str]:
        """Who may not is told before they write why. Raises ``NotManager``."""
        self.team.may_decide(self.team.person(interaction.user), case)

        async def sent(again: Interaction, reason: str) -> None:
            await self.guarded(again, case.brand, self.deleted(again, case, reason))

        return forms.delete(self.team.say_to(interaction, case.brand), draft, case.complaint.network, sent)

    async def deleted(self, interaction: Interaction, case: Case, reason: str) -> None:
        """Take the reply off its network again, which may take that some seconds. Raises ``Refusal``."""
        say = self.team.say_to(interaction, case.brand)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not reason:
            await self.team.tell(interaction, asides.error(say("Please say why it is deleted.")))
            return
        await self.team.decide(case, Delete(reason), self.team.person(interaction.user))
        await self.team.tell(interaction, asides.notice(answers.deleted(say)))

    async def _translate(self, interaction: Interaction, case: Case) -> None:
        """The draft in the team's language, which takes a model some seconds."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        text, lang = await self.team.translated(case), self.team.house(case).brand.team_language
        await self.team.tell(
            interaction, asides.translation(case, text, self.team.say_to(interaction, case.brand), lang)
        )

    async def _copy(self, interaction: Interaction, case: Case) -> None:
        text = case.reply.text if case.reply else case.draft.text if case.draft else ""
        say = self.team.say_to(interaction, case.brand)
        for part in asides.copy_text(case, say, handout(case.complaint, text)):
            await self.team.tell(interaction, part)

    async def _choose_template(self, interaction: Interaction, case: Case, draft: int) -> None:
        async def chosen(again: Interaction, name: str) -> None:
            await self.guarded(again, case.brand, self.decide_on(again, case, UseTemplate(draft, name)))

        best = [other.template for other in case.draft.alternatives] if case.draft else []
        names, say = self.team.review.around(case).templates, self.team.say_to(interaction, case.brand)
        await self.team.tell(interaction, asides.choose_template(best, names, say, chosen))

    # A new complaint, and the one that waits longest

    async def new_complaint(self, interaction: Interaction, text: str = "") -> None:
        """The form for a complaint from anywhere."""
        brand, _ = self.team.home(interaction.channel)
        brand = brand or self.team.brand_for(str(interaction.channel_id))
        brands = [(brand_id, house.brand.name) for brand_id, house in self.team.library.houses.items()]
        say = self.team.say_to(interaction, brand)

        async def sent(again: Interaction, brought: Brought) -> None:
            await self.guarded(again, brand, self.brought(again, brought, brand))

        await interaction.response.send_modal(forms.new_complaint(say, brands, sent, text=text, brand=brand))

    async def brought(self, interaction: Interaction, brought: Brought, brand: str) -> None:
        """Hand a complaint that was written into the form to the desk."""
        brand = brought.brand if brought.brand in self.team.library.houses else brand
        if not brand:
            await self.team.tell(interaction, self.team.nobodys())
            return
        complaint = form_complaint(
            text=brought.text,
            author=brought.author or brought.author_name,
            link=brought.link,
            arrival=self.team.arrival(brand, interaction.guild_id),
            channel=str(interaction.channel_id),
            interaction_id=str(interaction.id),
        )
        say = self.team.say_to(interaction, brand)
        if complaint is None:
            await self.team.tell(interaction, say("Please write what the customer wrote, or give a link."))
            return
        case, new = await self.team.desk.receive(complaint)
        await self.team.tell(interaction, await self.team.received(case, say, new=new))

    async def approve_oldest(self, interaction: Interaction, brand: str) -> None:
        """``/reply approve``: the oldest one that waits, in whole: nobody says yes to what they have not read."""
        say = self.team.say_to(interaction, brand)
        queue = await queue_of(self.team, self.team.person(interaction.user).id, brand)
        held = next(iter((*queue.mine.cases, *queue.waiting.cases, *queue.escalated.cases)), None)
        if held is None:
            await self.team.tell(interaction, say("Nothing waits for a decision."))
            return
        case, draft = held.case, held.case.draft.number if held.case.draft else 0

        async def pressed(again: Interaction, act: Act) -> None:
            await self.guarded(again, case.brand, self._from_aside(again, case, act, draft))

        await self.team.tell(interaction, asides.approve(case, self.team.review.around(case), pressed))

    async def _from_aside(self, interaction: Interaction, case: Case, act: Act, draft: int) -> None:
        await self.about(interaction, case, act, draft)
        if act is Act.APPROVE:
            await self.team.tell(
                interaction, asides.saved(self.team.say_to(interaction, case.brand), draft, approved=True)
            )


def from_menu(interaction: Interaction) -> bool:
    """Whether it was chosen in a menu, not pressed."""
    data: object = interaction.data
    return isinstance(data, dict) and data.get("component_type") == discord.ComponentType.select.value


def _same(told: Amend) -> Decision:
    return told
