"""Posting into the customer's own Slack thread."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from slack_sdk.errors import SlackApiError

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Original, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Post, seen
from bot.network.face import Face
from bot.network.measure import measure
from bot.network.slack.trouble import CALL_ERRORS, Trouble, code, trouble, wait_asked
from bot.network.slack.workspace import Crowded, TooMuch, Workspace, key_of, metadata

EVENT = "portevoix_reply"
#: Seconds until a Slack that could not be reached is tried again.
AGAIN = 20.0
#: Seconds that a reply waits for its turn in a crowded channel before it is put off.
TURN = 8.0
#: For so long what was told of a message is not looked up: Slack lets few messages be read a minute, and a rush of
#: complaints would wait for each other (docs.slack.dev/apis/web-api/rate-limits, conversations.replies).
FRESH = timedelta(minutes=5)
#: What a message says and who wrote it, as our chat reads it: workspace, channel, and the message as Slack tells it.
Read = Callable[[Workspace, str, Mapping[str, Any]], Awaitable[Original | None]]
_MESSAGE = re.compile(r"/archives/([CGD]\w+)/p(\d{10})(\d{6})")
_TS = re.compile(r"\d{10}\.\d{6}")


@dataclass(frozen=True, slots=True)
class Spot:
    """A message in Slack, and the thread in which it is answered."""

    channel: str
    ts: str
    thread: str


def spot(link: str) -> Spot | None:
    """Where a permalink leads; None when it is none."""
    parts = urlsplit(link)
    found = _MESSAGE.search(parts.path)
    if not found:
        return None
    channel, ts = found[1], f"{found[2]}.{found[3]}"
    thread = parse_qs(parts.query).get("thread_ts", [""])[0]
    return Spot(channel, ts, thread if _TS.fullmatch(thread) else ts)


class SlackThreads:
    """The network ``slack``: a complaint written in a channel where our app is a member."""

    name = "slack"
    by_hand = False
    deletes = True
    settles = 25.0

    def __init__(self, workspaces: Sequence[Workspace], face: Callable[[str], Face], read: Read | None = None) -> None:
        """Without ``read`` nothing is read behind a link."""
        self._workspaces = workspaces
        self._face = face
        self._read = read

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length of a text as Slack counts it."""
        return measure("slack", text)

    def speaks_as(self, complaint: Complaint) -> str:
        """Nobody's in particular: empty."""
        return ""

    async def original(self, complaint: Complaint) -> Original | None:
        """The customer's message as it stands, where we may read it; None elsewhere, and for one of our own.

        None as well for one that somebody has just brought in whole.
        """
        found = self._find(complaint)
        if found is None or self._read is None or _just_heard(complaint):
            return None
        workspace, there = found
        try:
            message = await workspace.message(there.channel, there.ts, there.thread)
        except CALL_ERRORS as error:
            workspace.note(error)
            return _GONE if code(error) in _DELETED else None
        if message is None:
            return _GONE
        told = await self._read(workspace, there.channel, message)
        if told is None or not message.get("edited"):  # a forward may say it otherwise without any edit
            return told
        return replace(told, remarks=seen(Post(ref=there.ts, link=complaint.link, text=told.text), complaint))

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why the thread cannot be answered now; None when it can."""
        found = self._find(complaint)
        if found is None:
            return _NOWHERE
        workspace, there = found
        try:
            channel = (await workspace.client.conversations_info(channel=there.channel))["channel"]
        except CALL_ERRORS as error:  # whatever it is, nothing can be posted now
            workspace.note(error)
            return _obstacle(error)
        if channel.get("is_archived"):
            return Remark("The channel is archived.")
        return None if channel.get("is_member") else _NOT_THERE

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Answer in the thread, once, under the brand's name where Slack lets us."""
        found = self._find(complaint)
        if found is None:
            return Refused(_NOWHERE)
        workspace, there = found
        try:
            message = self._message(workspace, there, complaint, reply)
            ts = await workspace.post(there.channel, message, patience=TURN)
        except Crowded:
            return NotSent(Remark("Slack asks us to wait."), wait=TURN)
        except SlackApiError as error:
            return _outcome(error, workspace.note(error, there.channel))
        except CALL_ERRORS as error:
            if trouble(error) is Trouble.NOT_SENT:
                return NotSent(Remark("Slack cannot be reached."), wait=AGAIN)
            raise
        return Posted(link=workspace.permalink(there.channel, ts, there.thread), ref=ts)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take our message out of the thread; one that is not there any more is gone as well."""
        found = self._find(complaint)
        if found is None or not reply.ref:
            return Refused(Remark("It deletes nothing for us; please do it there."))
        workspace, there = found
        try:
            await workspace.client.chat_delete(channel=there.channel, ts=reply.ref)
        except CALL_ERRORS as error:
            if code(error) not in _DELETED:
                return _not_deleted(error, workspace.note(error))
        return Posted(ref=reply.ref)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Read the thread back: our message carries the case's key."""
        found = self._find(complaint)
        if found is None:
            return Absent()
        workspace, there = found
        try:
            ts = await workspace.posted(there.channel, key_of(complaint.id), thread=there.thread)
        except TooMuch:
            return Unclear(Remark("The thread is too long to be read back."))
        except SlackApiError as error:
            return Unclear(Remark("Slack does not show the thread ({code}).", {"code": code(error)}))
        return Posted(link=workspace.permalink(there.channel, ts, there.thread), ref=ts) if ts else Absent()

    def _find(self, complaint: Complaint) -> tuple[Workspace, Spot] | None:
        there = spot(complaint.link)
        return (self._workspace(complaint), there) if there else None

    def _workspace(self, complaint: Complaint) -> Workspace:
        """The workspace through which the complaint came; a shared channel may be another's as well."""
        told = complaint.source.split(":")
        return next((w for w in self._workspaces if len(told) > 1 and w.team == told[1]), self._workspaces[0])

    def _message(self, workspace: Workspace, there: Spot, complaint: Complaint, reply: Reply) -> dict[str, Any]:
        message: dict[str, Any] = {
            "thread_ts": there.thread,
            "text": html.escape(reply.text, quote=False),
            "mrkdwn": False,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": metadata(EVENT, key_of(complaint.id)),
        }
        face = self._face(complaint.brand)
        if "chat:write.customize" in workspace.scopes:
            message |= {"username": face.name} | ({"icon_url": face.picture} if face.picture else {})
        return message


_NOWHERE = Remark("The link leads to no message in Slack. Post the reply by hand, then mark it as posted.")
_NOT_THERE = Remark("The app is not in that channel. Invite it there with /invite, then approve again.")
_SAYS = {
    "channel_not_found": _NOT_THERE,
    "not_in_channel": _NOT_THERE,
    "is_archived": Remark("The channel is archived."),
    "thread_not_found": Remark("The message has been deleted."),
    "message_not_found": Remark("The message has been deleted."),
    "cannot_reply_to_message": Remark("Slack does not let anybody answer this message."),
}


#: How Slack says that a message is not there any more.
_DELETED = {"thread_not_found", "message_not_found"}
_GONE = Original(remarks=(Remark("The original is gone: the customer, or the network, has deleted it."),))


def _just_heard(complaint: Complaint) -> bool:
    is_whole = complaint.text and (complaint.author or complaint.author_name)
    return bool(is_whole) and datetime.now(UTC) - complaint.received_at < FRESH


def _obstacle(error: Exception) -> Remark:
    return _SAYS.get(code(error)) or Remark("Slack says: {code}.", {"code": code(error)})


def _outcome(error: SlackApiError, kind: Trouble) -> Outcome:
    if kind is Trouble.BUSY:
        return NotSent(Remark("Slack asks us to wait."), wait=wait_asked(error))
    if kind is Trouble.UNSURE:
        return Unclear(Remark("Slack broke off while posting ({code}).", {"code": code(error)}))
    return Refused(_obstacle(error))


def _not_deleted(error: Exception, kind: Trouble) -> Outcome:
    match kind:
        case Trouble.BUSY:
            return NotSent(Remark("Slack asks us to wait."), wait=wait_asked(error))
        case Trouble.NOT_SENT:
            return NotSent(Remark("Slack cannot be reached."), wait=AGAIN)
        case Trouble.UNSURE:
            return Unclear(Remark("It does not say whether the reply is gone. Please look there, then try again."))
        case _:
            says = "Slack does not let the app delete this message ({code}). Please do it there."
            return Refused(Remark(says, {"code": code(error)}))
