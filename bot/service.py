"""The wiring of ``portevoix run``: the desk, its chats and networks, the web, until somebody stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.app import SystemClock, at_work, intake_tokens, measuring, modelled, specs
from bot.chat.accounts_news import AccountsNews, refused
from bot.chat.later import Later
from bot.chat.news import PromptsNews
from bot.chat.review import CardReview, Reviews
from bot.chat.side import Parts, Side
from bot.desk.card import Heard
from bot.desk.desk import Desk
from bot.errors import SettingsError
from bot.intake import router
from bot.listening import Listening, MetaHook
from bot.metrics import CountedNetworks, Kind, Metrics, TimedWriter
from bot.network.accounts import Accounts, build
from bot.network.dispatch import ByNetwork
from bot.network.manual import Manual
from bot.settings import Settings
from bot.store.store import Store
from bot.voice.editing import Editing
from bot.voice.library import Library
from bot.web import Health, serve, web
from bot.work import Work
from bot.writer.templated import TemplatedWriter

if TYPE_CHECKING:
    from bot.writer.pens import Pens

#: Messages a second that a channel of Slack gets: docs.slack.dev/apis/web-api/rate-limits
PACE = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """What runs: the desk, its store, its chats, what listens, what is done every minute, and the port of the web."""

    desk: Desk
    store: Store
    sides: tuple[Side, ...]
    listening: Listening
    look_around: Callable[[], Awaitable[None]]
    port: int


@asynccontextmanager
async def serving(settings: Settings, library: Library, *, pace: float = PACE) -> AsyncIterator[Service]:
    """Everything at work until the block is left; ``pace`` is how many messages a second a channel of Slack gets.

    Raises:
        SettingsError: a token is refused, no chat is configured, or the port is taken.
        StoreError: the database cannot be used.
    """
    library.warm()
    async with AsyncExitStack() as stack:
        sides = await _sides(stack, settings, library, pace)
        store = await stack.enter_async_context(Store.open(settings.database_url))
        metrics, clock = Metrics(store.count_by_status), SystemClock()
        work = Work(patient=settings.has_model)
        here = ByNetwork({side.network.name: side.network for side in sides}, Manual())
        accounts = Accounts(here, partial(build, tokens=Renewed(store.heard)))
        stack.push_async_callback(accounts.close)
        await accounts.follow(specs(settings, library))
        networks = CountedNetworks(accounts, metrics)
        pens = await stack.enter_async_context(modelled(settings, library, store, measuring(networks)))
        review_in = partial(
            CardReview,
            library=library,
            cards=store.cards,
            look=store.get,
            networks=networks,
            clock=clock,
            worker=work.worker,
            gone=work.gone,
            models=pens.writes if pens else None,
        )
        reviews = [review_in(side.wall) for side in sides]
        review = Reviews(reviews)
        desk = Desk(
            voice=library,
            writer=TimedWriter(pens or TemplatedWriter(library), metrics),
            review=review,
            networks=networks,
            store=store,
            work=work,
            clock=clock,
        )
        parts = Parts(
            desk=desk,
            library=library,
            editing=Editing(library),
            cards=store.cards,
            board=store.board,
            edits=store.edits,
            heard=store.heard,
            inbox=store.inbox,
            later=(later := Later()),
            acked=_timed(metrics),
            interpreter=pens,
        )

        accounts_news = AccountsNews(_everywhere(sides), library, later)
        listening = Listening(accounts, store.heard, desk.receive, clock)

        async def every_minute() -> None:
            await desk.resume()
            await review.catch_up()
            for side in sides:
                await side.catch_up()
            await accounts.follow(specs(settings, library))
            accounts_news.look(refused(accounts))
            await listening.look()  # last: no chat waits for a slow network, or goes without for one that breaks

        await stack.enter_async_context(_closing(review, later))
        await stack.enter_async_context(at_work(desk, work, every_minute))
        await stack.enter_async_context(_watching(library, PromptsNews(_everywhere(sides), library, later)))
        for side, shows in zip(sides, reviews, strict=True):
            await side.open(stack, parts, shows)
        later.start(review.catch_up())
        health = Health(
            lambda: store.get(""),
            lambda: [problem for side in sides for problem in side.problems()],
            lambda: [
                *_problem_of(pens),
                *_problems_of(accounts),
                *listening.problems,
                *(notice for side in sides for notice in side.notices()),
            ],
        )
        answer = next((side.answer for side in sides if side.answer), None)
        hook = MetaHook(accounts, desk.receive, clock)
        tokens = intake_tokens(settings, library)
        intake = router(tokens, desk.receive, store.get) if tokens else None
        site = web(health=health, metrics=metrics.render, slack=answer, intake=intake, meta=hook)
        port = await stack.enter_async_context(serve(site, settings.web_host, settings.web_port))
        yield Service(desk, store, tuple(sides), listening, every_minute, port)


async def _sides(stack: AsyncExitStack, settings: Settings, library: Library, pace: float) -> list[Side]:
    """The chats that are configured. Imported only where they are: each takes half a second."""
    sides: list[Side] = []
    if settings.slack:
        from bot.chat.slack.side import SlackSide

        sides.append(await SlackSide.signed_in(stack, settings.slack, library, settings.slack_api_url, pace))
    if settings.discord_bot_token:
        from bot.chat.discord.side import DiscordSide

        sides.append(DiscordSide(settings.discord_bot_token, library))
    if not sides:
        raise SettingsError(
            reason="No chat is configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or DISCORD_BOT_TOKEN (see the "
            "README). “portevoix demo” works without."
        )
    return sides


class Renewed:
    """Keeps what a network gives us in the place of a spent token, beside the cases: it is good for one use."""

    def __init__(self, kept: Heard) -> None:
        self._kept = kept

    async def get(self, key: str) -> str:
        """The last one; empty where there is none."""
        return await self._kept.last(key)

    async def put(self, key: str, value: str) -> None:
        """Keep this one."""
        await self._kept.note(key, value)


def _problem_of(pens: Pens | None) -> list[str]:
    """A model that is away makes drafts plainer, and nothing else."""
    return [pens.problem] if pens and pens.problem else []


def _problems_of(accounts: Accounts) -> list[str]:
    """Accounts that cannot post: named wrongly, or their access was refused. Their replies wait."""
    wrong = [says for _, says in accounts.wrong]
    return [*wrong, *(str(one.room.problem) for one in accounts if one.room.problem)]


def _timed(metrics: Metrics) -> Callable[[str], AbstractContextManager[None]]:
    return lambda kind: metrics.acked(Kind(kind))


def _everywhere(sides: list[Side]) -> Callable[[str, str], Awaitable[bool]]:
    async def post(room: str, said: str) -> bool:
        for side in sides:
            if await side.post(room, said):
                return True
        return False

    return post


@asynccontextmanager
async def _closing(review: Reviews, later: Later) -> AsyncIterator[None]:
    """What was asked for before is ended before the connections close."""
    try:
        yield
    finally:
        await later.close()
        await review.close()


@asynccontextmanager
async def _watching(library: Library, news: PromptsNews) -> AsyncIterator[None]:
    """Files of prompts/ that change are in use at once; what is broken is said in the team's chat."""
    stop = asyncio.Event()
    watcher = asyncio.create_task(library.watch(news.tell, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(watcher, return_exceptions=True)
