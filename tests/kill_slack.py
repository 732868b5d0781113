"""Kill the Slack service at every call it makes to Slack, start it again, and count: one reply, one live card a case.

Run by hand: ``uv run python tests/kill_slack.py``. The process is ``portevoix run`` on Socket Mode; Slack stands in
this process and cuts: before the nth call takes effect, after it did and before it is answered, and just after the
answer. Beside it: two kills in one story, SIGTERM with drafts and a post under way, five managers at once on two
processes. Exits 1 where a reply is missing or stands twice, or a case has no card or two.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = str(Path(__file__).resolve())
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "chat" / "slack")]

from slack_desk import Desk, people, write_prompts  # noqa: E402
from standin import Answer, Call, Message, Slack, wait  # noqa: E402

from bot.network.slack.workspace import key_of  # noqa: E402

RUN = ["-m", "bot", "run"]
STRIKES = ("before", "after", "late")
LATE = 0.004  # seconds behind the answer: while the bot stores what it has just heard
AGAIN = 4.0  # seconds until a person who sees nothing happen presses once more
SETTLED = 1.0
DEADLINE = 150.0  # two sweeps, and some
MOST_DRAFTS = 6
GENTLE = 10.0  # seconds that SIGTERM may take


# --- the service, as a process ---------------------------------------------------------------------------------------


@dataclass
class Bot:
    """``portevoix run``, started again whenever it ends until nobody wants it any more."""

    desk: Desk
    command: list[str] = field(default_factory=lambda: list(RUN))
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
        with (self.desk.folder / "log.txt").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.command, cwd=self.desk.folder, env=self.environment(), stdout=DEVNULL, stderr=log
            )
        self.starts += 1

    def environment(self) -> dict[str, str]:
        slack = self.desk.slack
        more = {"PYTHONPATH": str(ROOT), "WEB_PORT": "0", "LOG_LEVEL": "info", "DATABASE_URL": "sqlite:///cases.db"}
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api}
        return os.environ | more | tokens

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
async def a_team() -> AsyncIterator[Desk]:
    """Slack with the usual people, and a folder for one database."""
    folder = Path(tempfile.mkdtemp(prefix="kill-slack-"))
    async with Slack() as slack:
        slack.retry_after = (1.0, 5.0, 15.0)
        desk = people(slack, folder)
        group = slack.add_usergroup("managers", [desk.sacha])
        write_prompts(folder / "prompts", complaints=desk.complaints, camille=desk.camille, group=group)
        yield desk
    shutil.rmtree(folder)


@asynccontextmanager
async def at_work(desk: Desk, *commands: list[str]) -> AsyncIterator[list[Bot]]:
    """One process a command, and one without any."""
    bots = [Bot(desk, command) for command in commands or (RUN,)]
    keeping = [asyncio.create_task(bot.keep()) for bot in bots]
    try:
        yield bots
    finally:
        for bot in bots:
            bot.wanted = False
            bot.kill()
        await asyncio.gather(*keeping, return_exceptions=True)


# --- the story -------------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Two customers write; one gets a second draft and a reply, the other waits."""

    desk: Desk
    first: Message
    second: Message
    pressed: dict[str, float] = field(default_factory=dict)  # when which card was pressed last

    @classmethod
    async def begin(cls, desk: Desk) -> Story:
        slack = desk.slack
        lea = slack.add_user("Léa Moreau")
        shop = slack.add_channel("boutique", [lea, desk.alex])
        for text in ("Toujours rien reçu !", "Le vase est arrivé cassé."):
            await slack.post(lea, shop, text)
        return cls(desk, *slack.messages_in(shop))

    async def play(self) -> None:
        """People do what is to be done, until nothing is."""
        await self.desk.slack.connected(within=60)
        forwards = [asyncio.create_task(self._forwarded(one)) for one in (self.first, self.second)]
        begun = time.monotonic()
        try:
            while not self.over() and time.monotonic() - begun < DEADLINE:
                await self._press()
                await asyncio.sleep(0.05)
            await asyncio.sleep(SETTLED)
        finally:
            for task in forwards:
                task.cancel()
            await asyncio.gather(*forwards, return_exceptions=True)

    async def _forwarded(self, message: Message) -> None:
        acknowledged = False
        while not acknowledged:  # Slack tries four times; then a person does
            delivery = await self.desk.slack.forward(self.desk.alex, self.desk.complaints, message)
            acknowledged = delivery.ok

    async def _press(self) -> None:
        """A manager wants another draft of the first, and approves that."""
        seen = [(number, card) for number, card in self.cards(self.first) if "approve" in buttons(card)]
        number, card = seen[-1] if seen else (0, None)
        if card and time.monotonic() - self.pressed.get(card.ts, 0.0) > AGAIN:
            self.pressed[card.ts] = time.monotonic()
            deed = self.desk.slack.press(
                self.desk.camille, self.desk.complaints, card.ts, "redraft" if number == 1 else "approve"
            )
            self.desk.slack.in_background(deed)

    def over(self) -> bool:
        """As far as people see."""
        cards = self.cards(self.first)
        waits = [card for _, card in self.cards(self.second) if "approve" in buttons(card)]
        return bool(self.replies(self.first) and cards and "Posted" in cards[-1][1].seen and waits)

    # what stands in Slack

    def case_id(self, message: Message) -> str:
        return f"slack:{self.desk.slack.team}:{message.channel}:{message.ts}"

    def cards(self, message: Message) -> list[tuple[int, Message]]:
        """The cards of a complaint with the number of their draft, in this order."""
        keys = {key_of(self.case_id(message), number): number for number in range(1, MOST_DRAFTS + 1)}
        shown = [
            (keys.get(card.metadata.get("event_payload", {}).get("key", ""), 0), card) for card in self.desk.cards()
        ]
        return sorted(((number, card) for number, card in shown if number), key=lambda one: (one[0], one[1].ts))

    def replies(self, message: Message) -> list[Message]:
        return self.desk.slack.messages_in(message.channel, message.ts, by_bot=True)

    def rows(self, query: str) -> list[tuple[str, ...]]:
        with contextlib.closing(sqlite3.connect(self.desk.folder / "cases.db", timeout=5)) as database:
            return database.execute(query).fetchall()

    # what must hold

    def wrong(self) -> list[str]:
        """What is not as it must be."""
        status = dict(self.rows("SELECT id, status FROM cases"))
        return [
            *self._wrong_replies(),
            *(f"{len(status)} cases" for _ in "x" if len(status) != 2),
            *self._wrong_case(self.first, status, "posted", live=0),
            *self._wrong_case(self.second, status, "awaiting", live=1),
            *self._wrong_rows(),
        ]

    def _wrong_replies(self) -> list[str]:
        counts = len(self.replies(self.first)), len(self.replies(self.second))
        return [] if counts == (1, 0) else [f"replies {counts}"]

    def _wrong_case(self, message: Message, status: dict[str, str], meant: str, live: int) -> list[str]:
        name, cards = message.text[:8], self.cards(message)
        wrong = []
        if (stands := status.get(self.case_id(message))) != meant:
            wrong.append(f"“{name}” is {stands}")
        numbers = [number for number, _ in cards]
        if len(numbers) != len(set(numbers)) or not numbers:
            wrong.append(f"“{name}” has cards of the drafts {numbers}")
        if (alive := sum(bool(buttons(card) & {"approve", "redraft"}) for _, card in cards)) != live:
            wrong.append(f"“{name}” has {alive} live cards")
        if cards and not live and "Posted" not in cards[-1][1].seen:
            wrong.append(f"“{name}” does not say that it is posted")
        return wrong

    def _wrong_rows(self) -> list[str]:
        stored = {
            (case, int(number)): ts for case, number, ts in self.rows("SELECT case_id, draft, message FROM cards")
        }
        shown = {(self.case_id(one), n): card.ts for one in (self.first, self.second) for n, card in self.cards(one)}
        return [] if stored == shown else [f"stored {sorted(stored.items())}, shown {sorted(shown.items())}"]


def buttons(card: Message) -> set[str]:
    return {one.get("action_id", "") for block in card.blocks for one in block.get("elements", [])}


# --- kills -----------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What became of one trial."""

    name: str
    wrong: list[str]
    seconds: float
    struck: str = ""
    log: str = ""


def strike(slack: Slack, bot: Bot, how: str, n: int, struck: list[str]) -> None:
    """Kill the process at the nth call from now."""

    def do(call: Call) -> Answer | None:
        struck.append(call.method)
        if how == "late":
            asyncio.get_running_loop().call_later(LATE, bot.kill)
            return None
        bot.kill()
        return Answer() if how == "before" else None

    (slack.before if how == "before" else slack.after)("*", n, do)


async def killed(*moments: tuple[str, int]) -> Told:
    """One story with a kill at each moment; the second is counted from the first."""
    name, begun, struck = " then ".join(f"{how} call {n}" for how, n in moments), time.monotonic(), []
    async with a_team() as desk, at_work(desk) as [bot]:
        total = 0
        for how, n in moments:
            strike(desk.slack, bot, how, total := total + n, struck)
        story = await Story.begin(desk)
        await story.play()
        await desk.slack.connected(within=60)  # or SIGTERM would meet a process that still loads
        took = await bot.stop()
        wrong = story.wrong() + ([f"SIGTERM took {took:.1f} s"] if took > GENTLE else [])
        wrong += [f"ended with {bot.ends[-1]}"] if bot.process and bot.process.returncode else []
        return Told(name, wrong, time.monotonic() - begun, ", ".join(struck), log_of(desk) if wrong else "")


async def undisturbed() -> list[str]:
    """The methods that are called in a story nobody disturbs, in their order."""
    async with a_team() as desk, at_work(desk) as [bot]:
        story = await Story.begin(desk)
        await story.play()
        await bot.stop()
        if wrong := story.wrong():
            sys.exit(f"an undisturbed story already goes wrong: {wrong}\n{log_of(desk)}")
        return [call.method for call in desk.slack.calls]


def log_of(desk: Desk) -> str:
    return (desk.folder / "log.txt").read_text(errors="replace")[-6000:]


# --- SIGTERM ---------------------------------------------------------------------------------------------------------


async def ended_gently(slow_post: float) -> Told:
    """SIGTERM while two drafts (5 s each) are written, then while a reply is being posted; both times it goes on."""
    begun, wrong = time.monotonic(), []
    async with a_team() as desk:
        slack, story = desk.slack, await Story.begin(desk)
        async with at_work(desk, [HERE, "--as-slow", "5"]) as [bot]:
            await slack.connected(within=30)
            for message in (story.first, story.second):
                await slack.forward(desk.alex, desk.complaints, message)
            await asyncio.sleep(1)
            wrong += await _stopped(bot, "with drafts under way")
        async with at_work(desk) as [bot]:
            await slack.until(lambda: len(desk.cards()) == 2, within=90)
            slack.after("chat.postMessage", 1, wait(slow_post))  # it stands there; the answer takes its time
            await slack.press(desk.camille, desk.complaints, story.cards(story.first)[0][1].ts, "approve")
            await asyncio.sleep(0.5)
            wrong += await _stopped(bot, f"with a post of {slow_post:g} s under way")
        async with at_work(desk) as [bot]:
            with contextlib.suppress(TimeoutError):
                await slack.until(story.over, within=120)
            await asyncio.sleep(SETTLED)
            wrong += await _stopped(bot, "with nothing to do") + story.wrong()
        name = f"SIGTERM, a post of {slow_post:g} s"
        return Told(name, wrong, time.monotonic() - begun, log=log_of(desk) if wrong else "")


async def landed_late(seconds: float) -> Told:
    """Killed while a reply is on its way, which Slack publishes only after the process is back and has looked."""
    begun = time.monotonic()
    async with a_team() as desk, at_work(desk) as [bot]:
        slack, story = desk.slack, await Story.begin(desk)
        await slack.connected(within=30)
        for message in (story.first, story.second):
            await slack.forward(desk.alex, desk.complaints, message)
        await slack.until(lambda: len(desk.cards()) == 2, within=60)

        async def late(call: Call) -> None:
            bot.kill()
            await asyncio.sleep(seconds)

        slack.before("chat.postMessage", 1, late)
        await slack.press(desk.camille, desk.complaints, story.cards(story.first)[0][1].ts, "approve")
        with contextlib.suppress(TimeoutError):
            await slack.until(story.over, within=120)
        await asyncio.sleep(seconds)
        await bot.stop()
        wrong = story.wrong()
        return Told(f"published {seconds:g} s late", wrong, time.monotonic() - begun, log=log_of(desk) if wrong else "")


async def slow_reply(call: Call) -> None:
    """Slack takes long to answer for a reply; cards are posted as ever."""
    await asyncio.sleep(12.0 if call.args.get("thread_ts") else 0.0)


async def ended_in_a_rush(count: int) -> Told:
    """SIGTERM while many cards wait for Slack's pace and a reply is being posted; then all cards come, each once."""
    begun, wrong = time.monotonic(), []
    async with a_team() as desk:
        slack, story = desk.slack, await Story.begin(desk)
        async with at_work(desk) as [bot]:
            await slack.connected(within=30)
            for number in range(count):
                await slack.post(desk.alex, story.first.channel, f"Toujours rien reçu ! ({number})")
                await slack.forward(desk.alex, desk.complaints, slack.messages_in(story.first.channel)[-1])
            await slack.until(lambda: len(desk.cards()) > 3, within=60)
            wrong += await _stopped(bot, f"with {count} cards on their way")
        async with at_work(desk) as [bot]:  # which begins with all that are missing
            await slack.connected(within=30)
            for n in range(1, 20):
                slack.after("chat.postMessage", n, slow_reply)
            await slack.press(desk.camille, desk.complaints, desk.cards()[0].ts, "approve")
            await asyncio.sleep(1.5)
            wrong += await _stopped(bot, "with a post of 12 s and many cards on their way")
        async with at_work(desk) as [bot]:
            with contextlib.suppress(TimeoutError):
                await slack.until(lambda: len(desk.cards()) >= count, within=count + 90)
            await asyncio.sleep(3)
            wrong += await _stopped(bot, "with nothing to do")
        keys = Counter(card.metadata["event_payload"]["key"] for card in desk.cards())
        wrong += (
            [f"{len(keys)} cases have {keys.total()} cards"] if set(keys.values()) != {1} or len(keys) != count else []
        )
        return Told("SIGTERM in a rush", wrong, time.monotonic() - begun, log=log_of(desk) if wrong else "")


async def _stopped(bot: Bot, when: str) -> list[str]:
    took = await bot.stop()
    code = bot.process.returncode if bot.process else None
    print(f"  SIGTERM {when}: ended with {code} after {took:.1f} s")
    return [f"SIGTERM {when}: {code} after {took:.1f} s"] if code or took > GENTLE else []


def slow(seconds: float) -> None:
    """``portevoix run`` with a writer that takes its time."""
    import bot.service
    from bot.__main__ import main as portevoix
    from bot.writer.templated import TemplatedWriter

    class Slow(TemplatedWriter):
        async def write(self, case):
            await asyncio.sleep(seconds)
            return await super().write(case)

    bot.service.TemplatedWriter = Slow
    sys.argv = ["portevoix", "run"]
    portevoix()


# --- together --------------------------------------------------------------------------------------------------------


async def together(times: int) -> list[Told]:
    """Five managers approve at once, by button and by reaction, on two processes over one database."""
    async with a_team() as desk:
        managers = [desk.slack.add_user(f"Manager {n}") for n in range(5)]
        desk.slack.channels[desk.complaints].members.extend(managers)
        desk.slack.usergroups[next(iter(desk.slack.usergroups))].users.extend(managers)
        customer = desk.slack.add_user("Léa Moreau")
        shop = desk.slack.add_channel("boutique", [customer, desk.alex])
        async with at_work(desk, RUN, RUN):
            await desk.slack.connected(2, within=60)
            return [await _one_yes(desk, managers, shop, customer, turn) for turn in range(times)]


async def _one_yes(desk: Desk, managers: list[str], shop: str, customer: str, turn: int) -> Told:
    slack, begun = desk.slack, time.monotonic()
    await slack.post(customer, shop, f"Toujours rien reçu ! ({turn})")
    message = slack.messages_in(shop)[-1]
    await slack.forward(desk.alex, desk.complaints, message)
    await slack.until(lambda: len(desk.cards()) == turn + 1, within=30)
    card = desk.cards()[-1]
    gaps = random.Random(turn)

    async def yes(number: int) -> None:
        await asyncio.sleep(gaps.choice((0, 0, 0.002, 0.01, 0.05)))
        if number % 2:
            await slack.react(managers[number], desk.complaints, card.ts, "white_check_mark")
        else:
            with contextlib.suppress(LookupError):  # the button is gone already
                await slack.press(managers[number], desk.complaints, card.ts, "approve")

    await asyncio.gather(*(yes(number) for number in range(len(managers))))
    with contextlib.suppress(TimeoutError):
        await slack.until(lambda: "Posted" in slack.message(desk.complaints, card.ts).seen, within=90)
    await asyncio.sleep(0.3)
    replies = slack.messages_in(shop, message.ts, by_bot=True)
    wrong = [] if len(replies) == 1 else [f"{len(replies)} replies"]
    wrong += [] if "Posted" in slack.message(desk.complaints, card.ts).seen else ["the card does not say so"]
    return Told(f"five yeses, round {turn + 1}", wrong, time.monotonic() - begun)


# --- all of it -------------------------------------------------------------------------------------------------------


async def everything(given: argparse.Namespace) -> bool:
    calls = await undisturbed() if given.every else []
    print(f"an undisturbed story takes {len(calls)} calls: {dict(Counter(calls))}")
    dice, trials = random.Random(given.seed), []
    for n in range(1, len(calls) + 1, given.every or 1):
        trials += [((how, n),) for how in STRIKES]
    for _ in range(given.twice if calls else 0):
        one, other = (dice.choice(STRIKES) for _ in "12")
        trials.append(((one, dice.randint(4, len(calls))), (other, dice.randint(1, 12))))
    begun, room = time.monotonic(), asyncio.Semaphore(given.at_once)

    async def told(work: Callable[[], Awaitable[Told]]) -> Told:
        async with room:
            try:
                result = await work()
            except Exception as error:  # noqa: BLE001  # the others go on
                result = Told("?", [f"{type(error).__name__}: {error}"], 0.0)
        show(result)
        return result

    done = await asyncio.gather(*(told(lambda moments=moments: killed(*moments)) for moments in trials))
    gentle = [
        lambda: ended_gently(3.0),
        lambda: ended_gently(12.0),
        lambda: ended_in_a_rush(30),
        lambda: landed_late(6.0),
    ]
    done += [await told(work) for work in gentle[: given.gentle]]
    for one in await together(given.together) if given.together else []:
        show(one)
        done.append(one)
    bad = [one for one in done if one.wrong]
    slow_ones = [one for one in done if one.seconds > 30]
    print(f"{len(done) - len(bad)} fine, {len(bad)} not; {time.monotonic() - begun:.0f} s in all, seed {given.seed}")
    print(f"{len(slow_ones)} needed the sweep of every minute: {[one.name for one in slow_ones]}")
    for one in bad:
        print(f"\n{one.name} ({one.struck}): {one.wrong}\n{re.sub('^', '    ', one.log, flags=re.MULTILINE)}")
    return not bad


def show(told: Told) -> None:
    print(f"{told.name:32} {told.struck:48} {told.seconds:5.1f} s  {'; '.join(told.wrong) or 'ok'}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=1, help="strike at every nth call only; 0: at none")
    options.add_argument("--twice", type=int, default=20, help="stories with two kills")
    options.add_argument("--together", type=int, default=20, help="rounds of five managers on two processes")
    options.add_argument(
        "--gentle", type=int, default=4, help="of three stories with SIGTERM and one with a slow Slack"
    )
    options.add_argument("--at-once", type=int, default=2, help="stories side by side")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--as-slow", type=float, default=0, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.as_slow:
        slow(given.as_slow)
    else:
        sys.exit(not asyncio.run(everything(given)))


if __name__ == "__main__":
    main()
