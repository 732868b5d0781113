"""A tool of the brand's that posts for us."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import OrderedDict
from datetime import UTC
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Capabilities, Heard, Post, Spec, Unread
from bot.network.measure import measure
from bot.network.webhook import trouble
from bot.network.wire import MENDED, Told, Trouble, Wire, WireError

#: Seconds for which an answer to ``check`` holds.
FRESH = 30.0
#: Replies and answers that are remembered.
KNOWN = 2_000
#: Where the brand's own chat answers the customer.
_IN_CHAT = frozenset({"slack", "discord"})

T = TypeVar("T")


class WebhookAccount:
    """Use ``build``; the package's docstring is what the tool's makers need."""

    name = "webhook"
    by_hand = False
    settles = 25.0

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._finds = spec.options.get("find") == "true"
        self._honours_keys = spec.options.get("idempotent") == "true"
        self.can = Capabilities(resolve=False, find=self._finds, mentions=False, delete=False)
        self._secret = spec.secrets["secret"].strip()
        self._variable = spec.secret_name("secret")
        self._called = spec.handle or urlsplit(spec.server).netloc
        self._wire = Wire("", self._called, reason=trouble.reason, kind_of=trouble.kind_of)
        self._problem_until = 0.0
        self._checked: OrderedDict[str, float] = OrderedDict()
        self._posted: OrderedDict[str, Posted] = OrderedDict()

    @property
    def problem(self) -> Remark | None:
        """The tool refuses our signature, or is not there; forgotten after a while where only a reply could tell."""
        return self._wire.standing.problem if self._finds or time.monotonic() < self._problem_until else None

    def answers(self, network: str) -> bool:
        """Whether the tool posts what goes to this network, as the option ``networks`` has it."""
        told = {each.strip() for each in self.spec.options.get("networks", "*").split(",")}
        return network in told or ("*" in told and network not in _IN_CHAT)

    def measure(self, complaint: Complaint, text: str) -> Length:
        """As the complaint's own network counts it."""
        return measure(complaint.network, text)

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why the tool could not post a reply now, as far as it can be asked; None when it can."""
        if self._wire.standing.pause:
            return self._says("{network} asks us to wait.")
        if not self._finds:
            return self.problem
        if time.monotonic() < self._checked.get(complaint.id, 0.0):
            return None
        try:
            told = await self._look(complaint)
        except WireError as error:
            return trouble.while_looking(error, self._called, self._variable)
        if not (isinstance(told.body, dict) and "posted" in told.body):
            return self._says(trouble.UNUSABLE.says)
        _keep(self._checked, complaint.id, time.monotonic() + FRESH)
        return None

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Look where the tool can be asked, then send once; what this process knows as posted is not sent again."""
        key = key_of(complaint, reply)
        if there := self._posted.get(key):
            return there
        if self._finds:
            try:
                seen = _sighting(await self._look(complaint, key))
            except WireError as error:
                return trouble.before_posting(error, self._called, self._variable)
            if isinstance(seen, Posted):
                return self._known(key, seen)
            if seen is None:
                return NotSent(self._says(trouble.UNUSABLE.says), wait=MENDED)
        return await self._send(complaint, reply, key)

    async def _send(self, complaint: Complaint, reply: Reply, key: str) -> Outcome:
        try:
            told = await self._ask("POST", self.spec.server, _body(complaint, reply, key), key)
        except WireError as error:
            there = trouble.is_there_already(error)
            return self._known(key, there) if there else trouble.after_posting(error, self._called, self._variable)
        return self._known(key, trouble.posted(told.body))

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Ask the tool. Where it cannot be asked, but the same key twice posts once, the reply may be sent again."""
        key = key_of(complaint, reply)
        if there := self._posted.get(key):
            return there
        if not self._finds:
            return Absent() if self._honours_keys else Unclear(self._says(trouble.UNSEEN.says))
        try:
            seen = _sighting(await self._look(complaint, key))
        except WireError as error:
            return Unclear(trouble.while_looking(error, self._called, self._variable))
        return seen or Unclear(self._says(trouble.UNUSABLE.says))

    async def whoami(self) -> str:
        """What the tool is called here; asked whether it knows us where it can be asked."""
        if self._finds:
            try:
                await self._ask("GET", f"{self._asking()}{urlencode({'id': 'whoami'})}")
            except WireError as error:
                raise Unread(trouble.while_looking(error, self._called, self._variable)) from error
        return self._called

    async def resolve(self, link: str) -> Post:
        """Raises ``Unread``: a tool shows no posts."""
        raise Unread(self._says(trouble.NO_LINKS.says))

    async def mentions(self, cursor: str) -> Heard:
        """Raises ``Unread``: a tool hands complaints in at ``/intake``."""
        raise Unread(self._says(trouble.NO_EARS.says))

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Refused."""
        return Refused(trouble.DELETES_NOTHING)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _look(self, complaint: Complaint, key: str = "") -> Told:
        about = {"id": complaint.id, "key": key, "network": complaint.network, "link": complaint.link}
        query = urlencode({name: value for name, value in about.items() if value}, errors="replace")
        return await self._ask("GET", self._asking() + query)

    def _asking(self) -> str:
        return f"{self.spec.server}{'&' if urlsplit(self.spec.server).query else '?'}"

    async def _ask(self, method: str, address: str, body: bytes = b"", key: str = "") -> Told:
        """One signed call. Raises ``WireError``."""
        url = httpx2.URL(address)
        headers = signed(self._secret, body or url.query, int(time.time()))
        if key:
            headers |= {"Idempotency-Key": key, "Content-Type": "application/json"}
        try:
            return await self._wire.ask(method, str(url), content=body or None, headers=headers)
        except WireError as error:
            if error.kind is Trouble.ACCESS:
                self._problem_until = time.monotonic() + MENDED
                self._wire.standing.problem = trouble.in_words(error, self._called, self._variable)
            elif 200 <= error.status < 500 and error.kind is Trouble.REFUSED:
                self._wire.standing.well()
            raise

    def _known(self, key: str, there: Posted) -> Posted:
        _keep(self._posted, key, there)
        return there

    def _says(self, sentence: str) -> Remark:
        return Remark(sentence, {"network": self._called})


def signed(secret: str, said: bytes, timestamp: int) -> dict[str, str]:
    """The headers that prove a body, or a query string, to be ours."""
    made = hmac.new(secret.encode(), f"{timestamp}.".encode() + said, hashlib.sha256).hexdigest()
    return {"X-Portevoix-Timestamp": str(timestamp), "X-Portevoix-Signature": f"v1={made}"}


def key_of(complaint: Complaint, reply: Reply) -> str:
    """One key for each yes: what was deleted again and approved anew is another reply."""
    parts = (complaint.id, str(reply.draft), reply.approved_at.astimezone(UTC).isoformat(), reply.text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def _body(complaint: Complaint, reply: Reply, key: str) -> bytes:
    told = {
        "id": complaint.id,
        "key": key,
        "draft": reply.draft,
        "text": reply.text,
        "network": complaint.network,
        "link": complaint.link,
        "author": complaint.author,
        "author_name": complaint.author_name,
        "lang": complaint.lang,
        "brand": complaint.brand,
        "approved_by": [approval.name or approval.by for approval in reply.approved_by],
        "approved_at": reply.approved_at.astimezone(UTC).isoformat(),
    }
    # A lone surrogate is no UTF-8; "backslashreplace" makes it the escape that JSON has for it.
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _sighting(told: Told) -> Posted | Absent | None:
    """What an answer to a look says; None where it says nothing that we know."""
    there = told.body.get("posted") if isinstance(told.body, dict) else None
    if there is True:
        return trouble.posted(told.body)
    return Absent() if there is False else None


def _keep(known: OrderedDict[str, T], key: str, value: T) -> None:
    known[key] = value
    while len(known) > KNOWN:
        known.popitem(last=False)
