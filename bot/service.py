"""The wiring of ``portevoix run``: the desk, its chats and networks, the web, until somebody stops it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from starlette.responses import Response

from bot.app import SystemClock, at_work
from bot.chat.later import Later
from bot.chat.review import CardReview
from bot.chat.slack.doors import Door, answer, refused, socket
from bot.chat.slack.listeners import Listeners
from bot.chat.slack.news import PromptsNews
from bot.chat.slack.people import People
from bot.chat.slack.review import SlackWall
from bot.chat.slack.team import SlackTeam
from bot.desk.desk import Desk
from bot.errors import SettingsError
from bot.metrics import CountedNetworks, Kind, Metrics, TimedWriter
from bot.network.dispatch import ByNetwork
from bot.network.face import Face
from bot.network.manual import Manual
from bot.network.slack.reply import SlackThreads
from bot.network.slack.trouble import CALL_ERRORS
from bot.network.slack.workspace import PACE, Workspace, open_workspace
from bot.settings import Settings, SlackAccess
from bot.store.store import Store
from bot.voice.editing import Editing
from bot.voice.library import Library
from bot.web import Answer, Health, serve, web
from bot.work import Work
from bot.writer.templated import TemplatedWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """What runs: the desk, its store, and the port of the web."""

    desk: Desk
    store: Store
    workspaces: tuple[Workspace, ...]
    port: int


@asynccontextmanager
async def serving(settings: Settings, library: Library, *, pace: float = PACE) -> AsyncIterator[Service]:
    """Everything at work until the block is left; ``pace`` is how many messages a second a Slack channel gets.

    Raises:
        SettingsError: a token is refused, no chat is configured, or the port is taken.
        StoreError: the database cannot be used.
    """
    access = settings.slack
    if not access:
        raise SettingsError(
            reason="No chat is configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (see the README). "
            "“portevoix demo” works without."
        )
    library.warm()
    async with AsyncExitStack() as stack:
        workspaces = [await _signed_in(stack, one, settings.slack_api_url, pace) for one in access]
        store = await stack.enter_async_context(Store.open(settings.database_url))
        metrics, work, clock = Metrics(store.count_by_status), Work(), SystemClock()
        networks = CountedNetworks(ByNetwork({"slack": SlackThreads(workspaces, _face(library))}, Manual()), metrics)
        review = CardReview(
            SlackWall(workspaces, library),
            library=library,
            cards=store.cards,
            look=store.get,
            networks=networks,
            clock=clock,
            worker=work.worker,
            gone=work.gone,
        )
        desk = Desk(
            voice=library,
            writer=TimedWriter(TemplatedWriter(library), metrics),
            review=review,
            networks=networks,
            store=store,
            work=work,
            clock=clock,
        )
        later, editing = Later(), Editing(library)

        def team(workspace: Workspace) -> SlackTeam:
            return SlackTeam(
                chat="slack",
                workspace=workspace,
                people=People(workspace),
                desk=desk,
                review=review,
                library=library,
                editing=editing,
                cards=store.cards,
                board=store.board,
                edits=store.edits,
                later=later,
            )

        async def every_minute() -> None:
            await desk.resume()
            await review.catch_up()

        doors = [
            Door(one, Listeners.of(team(one)), lambda kind: metrics.acked(Kind(kind)), has.signing_secret)
            for one, has in zip(workspaces, access, strict=True)
        ]
        await stack.enter_async_context(_closing(review, later))
        await stack.enter_async_context(at_work(desk, work, every_minute))
        await stack.enter_async_context(_watching(library, PromptsNews(workspaces, library, later)))
        later.start(review.catch_up())
        slack = _http(doors) if any(has.signing_secret for has in access) else None
        health = Health(lambda: store.get(""), lambda: _problems(workspaces))
        site = web(health=health, metrics=metrics.render, slack=slack)
        port = await stack.enter_async_context(serve(site, settings.web_host, settings.web_port))
        for door, has in zip(doors, access, strict=True):
            if has.app_token:
                await stack.enter_async_context(socket(door, has.app_token))
        yield Service(desk, store, tuple(workspaces), port)


async def _signed_in(stack: AsyncExitStack, access: SlackAccess, api_url: str, pace: float) -> Workspace:
    workspace = await stack.enter_async_context(open_workspace(access.bot_token, api_url, pace=pace))
    try:
        await workspace.sign_in()
    except CALL_ERRORS as error:
        raise SettingsError(reason=refused("SLACK_BOT_TOKEN", error)) from error
    return workspace


def _face(library: Library) -> Callable[[str], Face]:
    def face(brand: str) -> Face:
        rules = library.house(brand).rules
        return Face(rules.name, rules.picture)

    return face


def _http(doors: list[Door]) -> Answer:
    answered = answer(doors)

    async def events(body: bytes, headers: Mapping[str, str]) -> Response:
        return to_starlette_response(await answered(body, headers))

    return events


def _problems(workspaces: Iterable[Workspace]) -> Iterable[str]:
    return [problem for workspace in workspaces for problem in workspace.problems()]


@asynccontextmanager
async def _closing(review: CardReview, later: Later) -> AsyncIterator[None]:
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
