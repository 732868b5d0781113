"""Posting into the customer's own Slack thread."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from slack_sdk.errors import SlackApiError

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.face import Face
from bot.network.measure import measure
from bot.network.slack.trouble import CALL_ERRORS, Trouble, code, trouble, wait_asked
from bot.network.slack.workspace import Crowded, TooMuch, Workspace, key_of, metadata

EVENT = "portevoix_reply"
#: Seconds until a Slack that could not be reached is tried again.
AGAIN = 20.0
#: Seconds that a reply waits for its turn in a crowded channel before it is put off.
TURN = 8.0
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
    settles = 25.0

    def __init__(self, workspaces: Sequence[Workspace], face: Callable[[str], Face]) -> None:
        self._workspaces = workspaces
        self._face = face

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length of a text as Slack counts it."""
        return measure("slack", text)

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


def _obstacle(error: Exception) -> Remark:
    return _SAYS.get(code(error)) or Remark("Slack says: {code}.", {"code": code(error)})


def _outcome(error: SlackApiError, kind: Trouble) -> Outcome:
    if kind is Trouble.BUSY:
        return NotSent(Remark("Slack asks us to wait."), wait=wait_asked(error))
    if kind is Trouble.UNSURE:
        return Unclear(Remark("Slack broke off while posting ({code}).", {"code": code(error)}))
    return Refused(_obstacle(error))
