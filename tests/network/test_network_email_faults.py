"""Faults between the desk and a mail server: each approved reply arrives at most once, and once where it answered.

More of them, by hand::

    PYTHONPATH=.:tests/network uv run python tests/network/test_network_email_faults.py 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from desk_story import Story, a_story
from smtp_standin import CUT, STRIKE, At, Happens, ImapStandIn, SmtpStandIn
from test_network_email import LEA, PASSWORD, SENDER, complaint, spec

from bot.desk.case import Status
from bot.network.email import build, door

#: What surely leaves nothing behind, what is a clear no, and what nobody can tell.
BEFORE: tuple[tuple[At, Happens], ...] = tuple(
    (at, happens)
    for at in (At.CONNECT, At.EHLO, At.AUTH, At.MAIL, At.RCPT, At.DATA)
    for happens in ("421 4.3.2 Later", "451 4.3.0 Later", CUT, STRIKE, 0.7)
)
NO: tuple[tuple[At, Happens], ...] = ((At.DOT, "451 4.3.0 Later"), (At.RCPT, "550 5.1.1 Gone"), (At.DOT, "554 Spam"))
UNSURE: tuple[tuple[At, Happens], ...] = tuple(
    (at, happens) for at in (At.DOT, At.TAKEN) for happens in ("421 4.3.0 Going down", CUT, STRIKE, 1.8)
)


class Post:
    """A mail server, a mailbox or none, and what happens between."""

    def __init__(self, server: SmtpStandIn, story: Story) -> None:
        self.server, self.story = server, story
        server.strike = story.kill

    async def tells(self) -> None:
        """A complaint, a yes, faults on the way; at most one letter, and what the desk says of it is true."""
        asked = complaint(brand="main", text=f"Toujours rien reçu ! ({self.story.chance.random()})")
        await self.story.approve(asked)
        scripted = self.story.chance.choices((*BEFORE, *NO, *UNSURE), k=self.story.chance.choice((0, 1, 1, 1, 2, 3)))
        for at, happens in scripted:
            self.server.at[at].append(happens)
            self.story.met[f"{at.name} {happens if isinstance(happens, str | float) else type(happens).__name__}"] += 1
        before = len(self.server.letters)
        case = await self.story.until_over(asked.id, self._time)
        self.server.at.clear()
        arrived = self.server.letters[before:]
        assert case.reply
        assert [each.text for each in arrived] in ([], [case.reply.text]), (scripted, case)
        self.story.met[f"{case.status} with {len(arrived)}"] += 1
        match case.status:
            case Status.POSTED:
                assert [each.mail["Message-ID"] for each in arrived] == [case.reply.ref], (scripted, case)
            case Status.REFUSED:
                assert not arrived, (scripted, case)
            case _:
                assert case.status is Status.UNKNOWN, (scripted, case)
        if not any(step in scripted for step in UNSURE) and not self._died(scripted):
            assert case.status is not Status.UNKNOWN, (scripted, case)

    @staticmethod
    def _died(scripted: list[tuple[At, Happens]]) -> bool:
        return any(happens is STRIKE for _, happens in scripted)

    async def _time(self) -> None:
        self.story.account._standing.paused_until = self.story.account._locked_until = 0.0


@asynccontextmanager
async def a_post(folder: Path, seed: int, *, mailbox: bool) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SmtpStandIn(users={SENDER: PASSWORD}))
        options: dict[str, Any] = {}
        if mailbox:
            imap = await stack.enter_async_context(ImapStandIn(server))
            options = {"imap-host": "127.0.0.1", "imap-port": str(imap.port)}
        account = lambda: build(spec(server, brand="main", options=options))  # noqa: E731
        story = await stack.enter_async_context(a_story(folder, seed, account))
        yield Post(server, story)


@pytest.fixture
def _hasty(monkeypatch):
    monkeypatch.setattr(door, "GO_AHEAD", 0.5)
    monkeypatch.setattr(door, "TAKEN", 1.5)


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize("mailbox", [False, True])
@pytest.mark.parametrize("seed", range(3))
async def test_ten_replies_and_none_arrives_twice(seed, mailbox, tmp_path):
    """Cut, refused, slow, killed at every step: at most once; posted is there, refused is not; else a person looks."""
    async with a_post(tmp_path, seed, mailbox=mailbox) as post:
        for _ in range(10):
            await post.tells()


@pytest.mark.usefixtures("_hasty")
async def test_what_nobody_knows_is_never_sent_again(tmp_path):
    """The line is cut after the last dot: five looks later a person is asked, and one letter is there."""
    async with a_post(tmp_path, 1, mailbox=False) as post:
        post.server.at[At.TAKEN].append(CUT)
        await post.story.approve(asked := complaint(brand="main"))
        case = await post.story.until_over(asked.id, post._time)
        assert (case.status, len(post.server.to(LEA))) == (Status.UNKNOWN, 1)
        assert "look among the mails sent" in str(case.reason)


@pytest.mark.usefixtures("_hasty")
async def test_what_the_mailbox_shows_is_posted(tmp_path):
    """The same, where the Sent folder can be read: nobody has to look."""
    async with a_post(tmp_path, 1, mailbox=True) as post:
        post.server.at[At.TAKEN].append(CUT)
        await post.story.approve(asked := complaint(brand="main"))
        case = await post.story.until_over(asked.id, post._time)
        assert (case.status, len(post.server.to(LEA))) == (Status.POSTED, 1)


async def main(stories: int, seed: int) -> None:
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    door.GO_AHEAD, door.TAKEN = 0.5, 1.5
    for mailbox in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            async with a_post(Path(folder), seed, mailbox=mailbox) as post:
                for _ in range(stories):
                    await post.tells()
                met = post.story.met
                print(
                    f"{stories} approved, seed {seed}, {'a' if mailbox else 'no'} mailbox to read; none arrived twice"
                )
                print(", ".join(f"{name}: {times}" for name, times in sorted(met.items())))


if __name__ == "__main__":
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("stories", type=int, nargs="?", default=200)
    told.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = told.parse_args()
    asyncio.run(main(asked.stories, asked.seed))
