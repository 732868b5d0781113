"""An address of the brand's that answers."""

from __future__ import annotations

import re
import time
from collections import OrderedDict

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, NotSent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Capabilities, Heard, Post, Spec, Unread
from bot.network.email import trouble
from bot.network.email.conversation import Conversation, conversation
from bot.network.email.door import Door, Postman
from bot.network.email.letter import letter, message_id
from bot.network.email.sent import Sent
from bot.network.email.trouble import MailError, Stage
from bot.network.measure import measure
from bot.network.wire import Standing, Trouble

#: Seconds for which an address that the server takes is known to be taken.
FRESH = 30.0
#: Seconds in which a refused login is not tried again: every try counts towards a locked account.
LOCKED = 60.0
#: Letters, and addresses, that are remembered.
KNOWN = 2_000
_MACHINE = re.compile(r"(?:no|do-?not|ne-?pas)-?_?(?:reply|repondre)|mailer-daemon|postmaster|bounces?", re.IGNORECASE)


class EmailAccount:
    """Use ``build``. In sentences it goes by its server's name."""

    name = "email"
    by_hand = False
    settles = 25.0

    def __init__(self, spec: Spec, sender: str, door: Door, sent: Sent | None) -> None:
        self.spec = spec
        self.can = Capabilities(resolve=False, find=sent is not None, mentions=False, delete=False)
        self._sender = sender
        self._host = door.host
        self._sent = sent
        self._postman = Postman(door, says_who=sender.rpartition("@")[2])
        self._standing = Standing()
        self._locked_until = 0.0
        self._taken: OrderedDict[str, float] = OrderedDict()
        self._gone_out: OrderedDict[str, None] = OrderedDict()

    @property
    def problem(self) -> Remark | None:
        """The server does not know us, or does not let us write from this address."""
        return self._standing.problem

    def measure(self, complaint: Complaint, text: str) -> Length:
        """In characters, as many as one likes."""
        return measure(self.name, text)

    async def check(self, complaint: Complaint) -> Remark | None:
        """Whether the server lets us write, and to this customer; without a link and an author: whether it knows us."""
        if held_up := self._held_up():
            return held_up.reason
        talk = self._talk(complaint) if complaint.author or complaint.link else Conversation("")
        if isinstance(talk, Remark):
            return talk
        return await self._knocked(talk.address)

    async def _knocked(self, to: str) -> Remark | None:
        if time.monotonic() < self._taken.get(to, 0.0):
            return None
        try:
            await self._postman.knock(self._sender, to)
        except MailError as error:
            self._note(error)
            put_off = error.stage is Stage.RECIPIENT and trouble.kind(error) is Trouble.BUSY
            return None if put_off else trouble.in_words(error, self._host)  # greylisting is over when the yes is there
        self._standing.well()
        self._taken[to] = time.monotonic() + FRESH
        _forget_some(self._taken)
        return None

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Send the letter once; what this process has sent already is not sent again."""
        talk = self._talk(complaint)
        if isinstance(talk, Remark):
            return Refused(talk)
        ready = letter(complaint, reply, talk, self._sender, self.spec.options.get("name", ""))
        if ready.ref in self._gone_out:
            return Posted(ref=ready.ref)
        if held_up := self._held_up():
            return held_up
        try:
            await self._postman.hand_over(ready)
        except MailError as error:
            self._note(error)
            return trouble.outcome(error, self._host)
        self._standing.well()
        self._gone_out[ready.ref] = None
        _forget_some(self._gone_out)
        return Posted(ref=ready.ref)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look into the Sent folder, where one can be read. What is not there may have been sent all the same."""
        ref = message_id(complaint, reply, self._sender)
        if ref in self._gone_out:
            return Posted(ref=ref)
        if self._sent is None:
            return Unclear(trouble.UNSEEN)
        try:
            there = await self._sent.holds(ref)
        except Unread as error:
            return Unclear(error.remark)
        return Posted(ref=ref) if there else Unclear(trouble.UNSEEN)

    async def whoami(self) -> str:
        """The address, once the server has let us write from it."""
        if held_up := self._held_up():
            raise Unread(held_up.reason)
        try:
            await self._postman.knock(self._sender)
        except MailError as error:
            self._note(error)
            raise Unread(trouble.in_words(error, self._host)) from error
        self._standing.well()
        return self._sender

    async def resolve(self, link: str) -> Post:
        """Raises ``Unread``: mails have no link that we could read."""
        raise Unread(trouble.NOT_SHOWN)

    async def mentions(self, cursor: str) -> Heard:
        """Raises ``Unread``: mails come in through a chat or ``/intake``."""
        raise Unread(trouble.NOT_HEARD)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Refused."""
        return Refused(trouble.FOR_EVER)

    async def close(self) -> None:
        """Nothing to do: connections live for one letter."""

    def _talk(self, complaint: Complaint) -> Conversation | Remark:
        """The conversation to answer, or why there is none."""
        talk = conversation(complaint, self._sender)
        if not talk.address:
            return trouble.NO_ADDRESS
        if _MACHINE.fullmatch(talk.address.rpartition("@")[0]):
            return Remark(trouble.MACHINE.says, {"address": talk.address})
        return talk

    def _held_up(self) -> NotSent | None:
        if (left := self._standing.pause) > 0:
            return NotSent(Remark("{network} asks us to wait.", {"network": self._host}), wait=left)
        if self.problem and (left := self._locked_until - time.monotonic()) > 0:
            return NotSent(self.problem, wait=left)
        return None

    def _note(self, error: MailError) -> None:
        """Keep what a failure says about the account."""
        if trouble.stops_all(error):
            self._standing.paused_until = time.monotonic() + trouble.wait(error)
        if trouble.kind(error) is Trouble.ACCESS:
            self._standing.problem = trouble.in_words(error, self._host)
            self._locked_until = time.monotonic() + LOCKED
            self._taken.clear()


def _forget_some(known: OrderedDict[str, float] | OrderedDict[str, None]) -> None:
    while len(known) > KNOWN:
        known.popitem(last=False)
