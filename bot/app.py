"""The only wiring: the desk and all that it needs, built from the settings."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.desk.brand import Brand
from bot.desk.case import Complaint
from bot.desk.desk import Desk
from bot.desk.ports import Length, Network, Networks, Review
from bot.network.account import Spec
from bot.network.everywhere import Everywhere
from bot.settings import Settings, Switch
from bot.store.store import Store
from bot.voice.library import Library
from bot.voice.protocol import AccountFile
from bot.work import Work
from bot.writer.templated import TemplatedWriter

if TYPE_CHECKING:
    from bot.writer.pens import Pens
    from bot.writer.server import Access

LengthOf = Callable[[Complaint, str], Length]


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """What the commands use."""

    desk: Desk
    store: Store
    library: Library
    pens: Pens | None = None


@asynccontextmanager
async def modelled(
    settings: Settings, library: Library, store: Store, length_of: LengthOf, *, purpose: str = "draft"
) -> AsyncIterator[Pens | None]:
    """The pen that asks the model's server of the settings; None where they name none.

    ``length_of`` measures a text as a reply to a complaint; ``purpose`` is what the calls are noted as.
    """
    access = access_to_model(settings)
    if access is None:
        yield None
        return
    from bot.writer.model import ModelWriter
    from bot.writer.pens import Pens
    from bot.writer.server import ModelServer

    async with ModelServer(access) as server:
        model = ModelWriter(server, store, length_of, mask=settings.openai_mask is Switch.ON)
        yield Pens(library, model, store.ledger, SystemClock(), budget=settings.budget_per_day, purpose=purpose)


def access_to_model(settings: Settings) -> Access | None:
    """The model's server of the settings; None where they name none."""
    if not settings.has_model:
        return None
    # imported only where a model is: the client takes most of a second
    from bot.writer.server import Access
    from bot.writer.server_knows import Api

    return Access(
        key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        api=Api(settings.openai_api.value),
        deadline=settings.draft_deadline_seconds,
        at_once=settings.openai_at_once,
    )


@asynccontextmanager
async def running(settings: Settings, library: Library, review: Review, network: Network) -> AsyncIterator[App]:
    """A desk at work: the database migrated, what the last run left resumed, jobs running until the block is left.

    Raises:
        StoreError: the database cannot be used.
    """
    library.warm()
    networks = Everywhere(network)
    async with (
        Store.open(settings.database_url) as store,
        modelled(settings, library, store, measuring(networks)) as pens,
    ):
        desk = Desk(
            voice=library,
            writer=pens or TemplatedWriter(library),
            review=review,
            networks=networks,
            store=store,
            work=(work := Work(patient=pens is not None)),
            clock=SystemClock(),
        )
        async with at_work(desk, work, desk.resume):
            yield App(desk, store, library, pens)


def specs(settings: Settings, library: Library) -> list[Spec]:
    """The accounts that brand.yaml names, brand by brand, with their secrets from the environment."""
    secrets = settings.secrets()
    return [
        spec_of(secrets, house.brand, network, account)
        for brand_id, house in library.houses.items()
        for network, accounts in house.rules.accounts.items()
        for account in accounts
    ]


def spec_of(secrets: Mapping[str, str], brand: Brand, network: str, account: AccountFile) -> Spec:
    """One account; its secrets stand under the brand's, the network's and, where it has one, the account's name."""
    bare = Spec(
        brand=brand.id,
        network=network,
        name=account.name,
        handle=account.handle,
        server=account.server,
        id=account.id,
        listen=account.listen,
        options={"name": brand.name, **account.options} if network == "email" else account.options,
    )
    return replace(bare, secrets=_under(bare.secret_name(""), secrets))


def _under(prefix: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """Those whose names begin so, by the rest in small letters."""
    return {name[len(prefix) :].lower(): value for name, value in secrets.items() if name.startswith(prefix)}


def intake_tokens(settings: Settings, library: Library) -> dict[str, str]:
    """Brands by the token with which other tools hand in their complaints: ``ACME_INTAKE_TOKEN``."""
    secrets = settings.secrets()
    names = {brand_id: Spec(brand=brand_id, network="intake").secret_name("token") for brand_id in library.houses}
    return {secrets[name]: brand_id for brand_id, name in names.items() if name in secrets}


def measuring(networks: Networks) -> LengthOf:
    """Measures a text as a reply to a complaint."""
    return lambda complaint, text: networks.of(complaint).measure(complaint, text)


@asynccontextmanager
async def at_work(desk: Desk, work: Work, every_minute: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Jobs run until the block is left; what the last run left is asked for first."""
    async with work.running({"draft": desk.draft, "publish": desk.publish}, every_minute):
        await desk.resume(starting=True)
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again and again took a third of every case
        yield
