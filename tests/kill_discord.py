"""Kill the Discord service at every call it makes to Discord, start it again, and count: one reply, one live card each.

Run by hand: ``uv run python tests/kill_discord.py``. The process is ``portevoix run`` with discord.py's two base
addresses moved; Discord stands in this process and cuts: before the nth call takes effect, after it did and before it
is answered, and just after the answer. The reply goes through a webhook in every other story, else it is the bot's
own. Beside it: two kills in one story, SIGTERM with drafts and a post under way, five managers at once on two
processes, a gateway that is away for a minute (resumed, forgotten, and with a restart meanwhile). Exits 1 where a reply
is missing or stands twice, a case has no card or two, or a forward is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = str(Path(__file__).resolve())
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "chat" / "discord")]

from discord_desk import Desk, people, write_prompts  # noqa: E402
from discord_standin import Answer, Call, Discord, Message, NotSent, wait  # noqa: E402
from discord_words import walk  # noqa: E402

from bot.chat.review import mark  # noqa: E402
from bot.desk.card import Card  # noqa: E402

STRIKES = ("before", "after", "late")
LATE = 0.004  # seconds behind the answer: while the bot stores what it has just heard
AGAIN = 4.0  # seconds until a person who sees nothing happen presses once more
SETTLED = 1.0
DEADLINE = 180.0  # what was cut off while posting is looked after within a minute or two
MOST_DRAFTS = 6
GENTLE = 10.0  # seconds that SIGTERM may take


# --- the service, as a process ---------------------------------------------------------------------------------------


def run(slow: float) -> None:
    """``portevoix run`` against the stand-in; with a writer that takes its time where ``slow`` says so."""
    from discord.gateway import DiscordWebSocket
    from discord.http import Route
    from yarl import URL

    import bot.service
    from bot.__main__ import main as portevoix
    from bot.writer.templated import TemplatedWriter

    class Slow(TemplatedWriter):
        async def write(self, case):
            await asyncio.sleep(slow)
            return await super().write(case)

    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = os.environ["KILL_API"], URL(os.environ["KILL_GATEWAY"])
    if slow:
        bot.service.TemplatedWriter = Slow
    sys.argv = ["portevoix", "run"]
    portevoix()


@dataclass
class Bot:
    """The service, started again whenever it ends until nobody wants it any more."""

    desk: Desk
    slow: float = 0.0
    process: Process | None = None
    starts: int = 0
    ends: list[int] = field(default_factory=list)
    wanted: bool = True

    async def keep(self) -> None:
        while self.wanted:
            await self.start()
            assert self.process
            self.ends.append(await self.process.wait())

    async def start(self) -> None:
        command = [sys.executable, HERE, "--as-service", str(self.slow)]
        with (self.desk.folder / "log.txt").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=self.desk.folder, env=self.environment(), stdout=DEVNULL, stderr=log
            )
        self.starts += 1

    def environment(self) -> dict[str, str]:
        discord = self.desk.discord
        more = {"PYTHONPATH": str(ROOT), "WEB_PORT": "0", "LOG_LEVEL": "info", "DATABASE_URL": "sqlite:///cases.db"}
        where = {"KILL_API": discord.api, "KILL_GATEWAY": discord.gateway, "DISCORD_BOT_TOKEN": discord.bot_token}
        return os.environ | more | where

    def kill(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()

    async def stop(self) -> float:
        """SIGTERM; returns the seconds that it took."""
        self.wanted, begun = False, time.monotonic()
        if self.process and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
        return time.monotonic() - begun


@asynccontextmanager
async def a_team(*, webhooks: bool = True) -> AsyncIterator[Desk]:
    """Discord with the usual people, and a folder for one database."""
    folder = Path(tempfile.mkdtemp(prefix="kill-discord-"))
    async with Discord() as discord:
        desk = people(discord, folder)
        if not webhooks:
            discord.guilds[discord.guild].roles[own_role(discord)].permissions = 0
        write_prompts(folder / "prompts", complaints=desk.complaints, camille=desk.camille, role=desk.role)
        yield desk
    shutil.rmtree(folder)


def own_role(discord: Discord) -> int:
    """The bot's own role."""
    return next(role.id for role in discord.guilds[discord.guild].roles.values() if role.managed)


@asynccontextmanager
async def at_work(desk: Desk, count: int = 1, *, slow: float = 0.0) -> AsyncIterator[list[Bot]]:
    """As many processes, and none afterwards."""
    bots = [Bot(desk, slow) for _ in range(count)]
    keeping = [asyncio.create_task(bot.keep()) for bot in bots]
    try:
        yield bots
    finally:
        for bot in bots:
            bot.wanted = False
            bot.kill()
        await asyncio.gather(*keeping, return_exceptions=True)


def rows(desk: Desk, query: str) -> list[tuple[str, ...]]:
    """What the database tells; nothing before it is made."""
    with contextlib.closing(sqlite3.connect(desk.folder / "cases.db", timeout=5)) as database:
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []


async def heard(desk: Desk) -> None:
    """The bot listens, and has begun to note up to where."""
    await desk.discord.connected(within=60)
    await desk.discord.until(lambda: rows(desk, "SELECT place FROM heard"), within=60)


# --- the story -------------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Two customers write; one gets a second draft and a reply, the other waits."""

    desk: Desk
    first: Message
    second: Message
    pressed: dict[int, float] = field(default_factory=dict)  # when which card was pressed last
    pressing: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    async def begin(cls, desk: Desk) -> Story:
        lea = desk.discord.add_user("Léa Moreau", locale="fr")
        shop = desk.discord.add_channel("boutique")
        told = [await desk.discord.post(lea, shop, text) for text in ("Toujours rien reçu !", "Le vase est cassé.")]
        return cls(desk, *(desk.discord.message(one.id) for one in told))

    async def play(self) -> None:
        """People do what is to be done, until nothing is. Each forwards once, whether anybody listens or not."""
        await heard(self.desk)
        for message in (self.first, self.second):
            await self.desk.discord.forward(self.desk.alex, self.desk.complaints, message)
        begun = time.monotonic()
        while not self.over() and time.monotonic() - begun < DEADLINE:
            self._press()
            await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLED)
        await asyncio.gather(*self.pressing, return_exceptions=True)

    def _press(self) -> None:
        """A manager wants another draft of the first, and approves that."""
        seen = [(number, card) for number, card in self.cards(self.first) if "approve" in acts(card)]
        number, card = seen[-1] if seen else (0, None)
        if card and time.monotonic() - self.pressed.get(card.id, 0.0) > AGAIN:
            self.pressed[card.id] = time.monotonic()
            task = asyncio.create_task(self._pressed(card, "redraft" if number == 1 else "approve", number))
            self.pressing.add(task)

    async def _pressed(self, card: Message, act: str, number: int) -> None:
        with contextlib.suppress(LookupError, NotSent):  # the button is gone already
            await self.desk.discord.press(self.desk.camille, card, f"pv:{act}:{number}")

    def over(self) -> bool:
        """As far as people see."""
        cards = self.cards(self.first)
        waits = [card for _, card in self.cards(self.second) if "approve" in acts(card)]
        return bool(self.replies() and cards and "See the reply" in cards[-1][1].seen and waits)

    # what stands in Discord

    def case_id(self, message: Message) -> str:
        return f"discord:{message.id}"

    def cards(self, message: Message) -> list[tuple[int, Message]]:
        """The cards of a complaint with the number of their draft, in this order."""
        numbers = {outer_id(self.case_id(message), draft): draft for draft in range(1, MOST_DRAFTS + 1)}
        shown = [(numbers.get(card.components[0].get("id", 0), 0), card) for card in self.desk.cards()]
        return sorted(((number, card) for number, card in shown if number), key=lambda one: (one[0], one[1].id))

    def replies(self) -> list[Message]:
        """What we wrote where the customers did."""
        both = (self.first.id, self.second.id)
        return [one for one in self.desk.discord.messages_in(self.first.channel) if one.id not in both]

    # what must hold

    def wrong(self) -> list[str]:
        """What is not as it must be."""
        status = dict(rows(self.desk, "SELECT id, status FROM cases"))
        replies = self.replies()
        return [
            *(f"{len(replies)} replies" for _ in "x" if len(replies) != 1),
            *(f"{len(status)} cases" for _ in "x" if len(status) != 2),
            *self._wrong_case(self.first, status, "posted", live=0),
            *self._wrong_case(self.second, status, "awaiting", live=1),
            *self._wrong_rows(),
            *(f"other messages: {one.seen}" for one in self.desk.cards() if not one.is_v2),
        ]

    def _wrong_case(self, message: Message, status: dict[str, str], meant: str, live: int) -> list[str]:
        name, cards = message.content[:8], self.cards(message)
        wrong = []
        if (stands := status.get(self.case_id(message))) != meant:
            wrong.append(f"“{name}” is {stands}")
        numbers = [number for number, _ in cards]
        if len(numbers) != len(set(numbers)) or not numbers:
            wrong.append(f"“{name}” has cards of the drafts {numbers}")
        if (alive := sum(bool(acts(card) & {"approve", "redraft"}) for _, card in cards)) != live:
            wrong.append(f"“{name}” has {alive} live cards")
        if cards and not live and "See the reply" not in cards[-1][1].seen:
            wrong.append(f"“{name}” does not say that it is posted")
        return wrong

    def _wrong_rows(self) -> list[str]:
        stored = {
            (case, int(number)): message
            for case, number, message in rows(self.desk, "SELECT case_id, draft, message FROM cards")
        }
        both = (self.first, self.second)
        shown = {(self.case_id(one), number): str(card.id) for one in both for number, card in self.cards(one)}
        return [] if stored == shown else [f"stored {sorted(stored.items())}, shown {sorted(shown.items())}"]


def acts(card: Message) -> set[str]:
    """What can be pressed on a card."""
    return {str(one["custom_id"]).split(":")[1] for one in walk(card.components) if one.get("custom_id")}


def outer_id(case_id: str, draft: int) -> int:
    """The id that the outermost component of a card bears: 31 bits of its mark."""
    card = Card(case_id=case_id, draft=draft, chat="discord", place="", claimed_at=datetime.now(UTC))
    return (int(mark(card)[:8], 16) >> 1) or 1


# --- kills -----------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What became of one trial."""

    name: str
    wrong: list[str]
    seconds: float
    struck: str = ""
    log: str = ""


def strike(discord: Discord, bot: Bot, how: str, n: int, struck: list[str]) -> None:
    """Kill the process at the nth call from now."""

    def do(call: Call) -> Answer | None:
        struck.append(plain(call))
        if how == "late":
            asyncio.get_running_loop().call_later(LATE, bot.kill)
            return None
        bot.kill()
        return Answer() if how == "before" else None

    (discord.before if how == "before" else discord.after)("*", n, do)


def plain(call: Call) -> str:
    """A call without its ids."""
    return re.sub(r"\d{5,}|hook-token-\d+|(?<=\*/)[\w-]{20,}|%\w\w.*(?=/@me)", "*", call.name)


async def killed(*moments: tuple[str, int], webhooks: bool) -> Told:
    """One story with a kill at each moment; the second is counted from the first."""
    name, begun, struck = " then ".join(f"{how} call {n}" for how, n in moments), time.monotonic(), []
    async with a_team(webhooks=webhooks) as desk, at_work(desk) as [bot]:
        total = 0
        for how, n in moments:
            strike(desk.discord, bot, how, total := total + n, struck)
        story = await Story.begin(desk)
        await story.play()
        with contextlib.suppress(TimeoutError):  # a story may be over before the second moment
            await desk.discord.until(lambda: len(struck) == len(moments), within=2)
        await asyncio.sleep(0.1)
        await desk.discord.connected(within=60)  # or SIGTERM would meet a process that still loads
        took = await bot.stop()
        wrong = story.wrong() + ([f"SIGTERM took {took:.1f} s"] if took > GENTLE else [])
        wrong += [f"ended with {bot.ends[-1]}"] if bot.process and bot.process.returncode else []
        return Told(name, wrong, time.monotonic() - begun, ", ".join(struck), log_of(desk) if wrong else "")


async def undisturbed(*, webhooks: bool) -> list[str]:
    """The calls of a story nobody disturbs, in their order."""
    async with a_team(webhooks=webhooks) as desk, at_work(desk) as [bot]:
        story = await Story.begin(desk)
        await story.play()
        await bot.stop()
        if wrong := story.wrong():
            sys.exit(f"an undisturbed story already goes wrong: {wrong}\n{log_of(desk)}")
        return [plain(call) for call in desk.discord.calls]


def log_of(desk: Desk) -> str:
    return (desk.folder / "log.txt").read_text(errors="replace")[-6000:]


# --- SIGTERM ---------------------------------------------------------------------------------------------------------


async def ended_gently(slow_post: float, *, webhooks: bool) -> Told:
    """SIGTERM while two drafts (5 s each) are written, then while a reply is being posted; both times it goes on."""
    begun, wrong = time.monotonic(), []
    async with a_team(webhooks=webhooks) as desk:
        discord, story = desk.discord, await Story.begin(desk)
        async with at_work(desk, slow=5.0) as [bot]:
            await heard(desk)
            for message in (story.first, story.second):
                await discord.forward(desk.alex, desk.complaints, message)
            await asyncio.sleep(1)
            wrong += await _stopped(bot, "with drafts under way")
        async with at_work(desk) as [bot]:
            await discord.until(lambda: len(desk.cards()) == 2, within=90)
            path = "POST /webhooks/*/*" if webhooks else f"POST /channels/{story.first.channel}/messages"
            discord.after(path, 1, wait(slow_post))  # it stands there; the answer takes its time
            await discord.press(desk.camille, story.cards(story.first)[0][1], "pv:approve:1")
            await discord.until(story.replies, within=20)
            wrong += await _stopped(bot, f"with a post of {slow_post:g} s under way")
        async with at_work(desk) as [bot]:
            with contextlib.suppress(TimeoutError):
                await discord.until(story.over, within=150)
            await asyncio.sleep(SETTLED)
            wrong += await _stopped(bot, "with nothing to do") + story.wrong()
        name = f"SIGTERM, a post of {slow_post:g} s"
        return Told(name, wrong, time.monotonic() - begun, log=log_of(desk) if wrong else "")


async def _stopped(bot: Bot, when: str) -> list[str]:
    took = await bot.stop()
    code = bot.process.returncode if bot.process else None
    print(f"  SIGTERM {when}: ended with {code} after {took:.1f} s")
    return [f"SIGTERM {when}: {code} after {took:.1f} s"] if code or took > GENTLE else []


# --- the gateway is away ---------------------------------------------------------------------------------------------


async def away(seconds: float, how: str) -> Told:
    """Nobody hears for a while; ten forwards come meanwhile, and one as soon as somebody is back."""
    begun = time.monotonic()
    async with a_team() as desk, at_work(desk) as [bot]:
        discord, shop = desk.discord, desk.discord.add_channel("boutique")
        lea = discord.add_user("Léa Moreau", locale="fr")
        await heard(desk)
        await _forwarded(desk, lea, shop, 0)
        await desk.card(1)
        discord.outage()
        for number in range(1, 11):
            await asyncio.sleep(seconds / 10)
            await _forwarded(desk, lea, shop, number)
            if how == "restart" and number == 5:
                bot.kill()
        if how == "forget":
            discord.forget()
        logins = discord.logins + discord.resumes
        discord.recover()
        back = time.monotonic()
        await discord.until(lambda: discord.logins + discord.resumes > logins, within=150)
        took = time.monotonic() - back
        await _forwarded(desk, lea, shop, 11)
        with contextlib.suppress(TimeoutError):
            await discord.until(lambda: len(desk.cards()) >= 12, within=60)
        await asyncio.sleep(2)
        counted = Counter(card.components[0].get("id", 0) for card in desk.cards())
        cases = len(rows(desk, "SELECT id FROM cases"))
        wrong = [] if set(counted.values()) == {1} and len(counted) == cases == 12 else [f"{cases} cases, {counted}"]
        struck = f"{discord.logins} logins, {discord.resumes} resumes, back after {took:.0f} s"
        return Told(
            f"away for {seconds:g} s, {how}", wrong, time.monotonic() - begun, struck, log_of(desk) if wrong else ""
        )


async def _forwarded(desk: Desk, lea: int, shop: int, number: int) -> None:
    told = await desk.discord.post(lea, shop, f"Toujours rien reçu ! ({number})")
    await desk.discord.forward(desk.alex, desk.complaints, told.id)


# --- together --------------------------------------------------------------------------------------------------------


async def together(times: int) -> list[Told]:
    """Five managers approve at once, by button and by reaction, on two processes over one database."""
    async with a_team() as desk:
        managers = [desk.discord.add_user(f"Manager {n}", locale="en-US") for n in range(5)]
        for one in managers:
            desk.discord.guilds[desk.discord.guild].members[one].roles.append(desk.role)
        lea, shop = desk.discord.add_user("Léa Moreau", locale="fr"), desk.discord.add_channel("boutique")
        async with at_work(desk, 2):
            await desk.discord.until(lambda: len(desk.discord.sockets) == 2, within=60)
            await heard(desk)
            return [await _one_yes(desk, managers, shop, lea, turn) for turn in range(times)]


async def _one_yes(desk: Desk, managers: list[int], shop: int, lea: int, turn: int) -> Told:
    discord, begun, gaps = desk.discord, time.monotonic(), random.Random(turn)
    await _forwarded(desk, lea, shop, turn)
    await discord.until(lambda: len(desk.cards()) == turn + 1, within=30)
    card = desk.cards()[-1]
    before = told_alone(desk, managers)

    async def yes(number: int) -> bool:
        await asyncio.sleep(gaps.choice((0, 0, 0.002, 0.01, 0.05)))
        if number % 2:
            await discord.react(managers[number], desk.complaints, card, "✅")
            return True
        with contextlib.suppress(LookupError, NotSent):  # the button is gone already
            await discord.press(managers[number], card, "pv:approve:1")
            return True
        return False

    said = sum(await asyncio.gather(*(yes(number) for number in range(len(managers)))))
    with contextlib.suppress(TimeoutError):
        await discord.until(lambda: "See the reply" in card.seen, within=90)
    await asyncio.sleep(0.3)
    replies = [one for one in discord.messages_in(shop) if one.author != lea]
    wrong = [] if len(replies) == turn + 1 else [f"{len(replies)} replies after {turn + 1} rounds"]
    wrong += [] if "See the reply" in card.seen else ["the card does not say so"]
    late = told_alone(desk, managers) - before
    wrong += [] if late == said - 1 else [f"{late} of {said - 1} were told that somebody was first"]
    return Told(f"five yeses, round {turn + 1}", wrong, time.monotonic() - begun)


def told_alone(desk: Desk, managers: list[int]) -> int:
    """How often somebody was told something alone."""
    discord = desk.discord
    direct = sum(len(discord.messages_in(discord.dm(one), by_bot=True)) for one in managers)
    return direct + sum(len(discord.ephemerals_for(one)) for one in managers)


# --- all of it -------------------------------------------------------------------------------------------------------


def trials(given: argparse.Namespace, calls: dict[bool, list[str]]) -> list[Callable[[], Awaitable[Told]]]:
    """Every story with its kills; those without webhooks only where something differs, at the end."""
    dice, every = random.Random(given.seed), []
    for n in range(1, max(map(len, calls.values()), default=0) + 1, given.every or 1):
        for number, how in enumerate(STRIKES):
            every.append((((how, n),), bool((n + number) % 2)))
    for _ in range(given.twice if calls else 0):
        one, other = (dice.choice(STRIKES) for _ in "12")
        moments = ((one, dice.randint(4, len(calls[True]))), (other, dice.randint(1, 12)))
        every.append((moments, dice.random() < 0.5))
    return [
        lambda moments=moments, webhooks=webhooks: killed(*moments, webhooks=webhooks) for moments, webhooks in every
    ]


async def everything(given: argparse.Namespace) -> bool:
    calls = {webhooks: await undisturbed(webhooks=webhooks) for webhooks in (True, False)} if given.every else {}
    for webhooks, names in calls.items():
        way = "through a webhook" if webhooks else "as the bot"
        print(f"an undisturbed story, {way}, takes {len(names)} calls: {dict(Counter(names))}")
    begun, room = time.monotonic(), asyncio.Semaphore(given.at_once)

    async def told(work: Callable[[], Awaitable[Told]]) -> Told:
        async with room:
            try:
                result = await work()
            except Exception as error:  # noqa: BLE001  # the others go on
                result = Told("?", [f"{type(error).__name__}: {error}"], 0.0)
        show(result)
        return result

    done = list(await asyncio.gather(*(told(work) for work in trials(given, calls))))
    gentle = [lambda: ended_gently(3.0, webhooks=True), lambda: ended_gently(12.0, webhooks=False)]
    done += [await told(work) for work in gentle[: given.gentle]]
    if given.away:
        ways = ("resume", "forget", "restart")
        done += await asyncio.gather(*(told(lambda how=how: away(given.away, how)) for how in ways))
    for one in await together(given.together) if given.together else []:
        show(one)
        done.append(one)
    bad = [one for one in done if one.wrong]
    slow_ones = [one for one in done if one.seconds > 45]
    print(f"{len(done) - len(bad)} fine, {len(bad)} not; {time.monotonic() - begun:.0f} s in all, seed {given.seed}")
    print(f"{len(slow_ones)} took more than 45 s: {[one.name for one in slow_ones]}")
    for one in bad:
        print(f"\n{one.name} ({one.struck}): {one.wrong}\n{re.sub('^', '    ', one.log, flags=re.MULTILINE)}")
    return not bad


def show(told: Told) -> None:
    print(f"{told.name:32} {told.struck:64} {told.seconds:5.1f} s  {'; '.join(told.wrong) or 'ok'}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=1, help="strike at every nth call only; 0: at none")
    options.add_argument("--twice", type=int, default=12, help="stories with two kills")
    options.add_argument("--together", type=int, default=20, help="rounds of five managers on two processes")
    options.add_argument("--gentle", type=int, default=2, help="of two stories with SIGTERM")
    options.add_argument("--away", type=float, default=60.0, help="seconds for which the gateway is away; 0: never")
    options.add_argument("--at-once", type=int, default=3, help="stories side by side")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--as-service", type=float, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.as_service is not None:
        run(given.as_service)
    else:
        sys.exit(not asyncio.run(everything(given)))


if __name__ == "__main__":
    main()
