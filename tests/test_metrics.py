"""The numbers for Prometheus, on a real store and the ports' fakes."""

import asyncio
import re

import pytest

from bot import metrics as module
from bot.desk.case import Origin, Status
from bot.desk.decision import Approve
from bot.desk.ports import Posted
from bot.errors import StoreError
from bot.metrics import CountedNetworks, Kind, Metrics, TimedWriter
from bot.network.everywhere import Everywhere
from bot.store import Store
from tests.fakes import COMPLAINT, Does, Room, case_in, standing

REPLY = standing(Status.SENDING).reply


async def nothing() -> dict[Status, int]:
    return {}


async def numbers(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name and labels, as a scrape reads them."""
    body, content_type = await metrics.render()
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {name: float(value) for name, value in re.findall(r"^([^#].*) (\S+)$", body.decode(), re.MULTILINE)}


async def test_cases_are_counted_by_status(tmp_path):
    """The gauge shows what the store holds, and names the statuses that no case has."""
    async with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as store:
        await store.add(case_in(Status.RECEIVED, draft=None))
        found = await numbers(Metrics(store.count_by_status))
    assert found['portevoix_cases{status="received"}'] == 1
    assert found['portevoix_cases{status="posted"}'] == 0


async def test_many_scrapes_count_once(monkeypatch):
    """However many look at the same time, the table is counted once in fifteen seconds, and all see the number."""
    asked = []

    async def count():
        asked.append(1)
        await asyncio.sleep(0)
        return {Status.POSTED: len(asked)}

    metrics = Metrics(count)
    seen = await asyncio.gather(*(numbers(metrics) for _ in range(5)))
    assert [found['portevoix_cases{status="posted"}'] for found in seen] == [1] * 5
    monkeypatch.setattr(module, "COUNTED", 0)
    assert (await numbers(metrics))['portevoix_cases{status="posted"}'] == 2


async def test_a_database_that_is_away_hides_no_other_number(monkeypatch):
    """The cases are missing then: an old number would look like a quiet day."""
    monkeypatch.setattr(module, "COUNTED", 0)
    held: list[dict[Status, int]] = [{Status.POSTED: 1}]

    async def count():
        if not held:
            raise StoreError(reason="away")
        return held.pop()

    metrics = Metrics(count)
    metrics.draft_failed()
    assert 'portevoix_cases{status="posted"}' in await numbers(metrics)
    found = await numbers(metrics)
    assert found["portevoix_drafts_failed_total"] == 1
    assert not any(name.startswith("portevoix_cases") for name in found)


async def test_a_database_that_hangs_does_not_hold_the_scrape(monkeypatch):
    """The other numbers come all the same."""
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    metrics = Metrics(asyncio.Event().wait)
    async with asyncio.timeout(1):
        assert "portevoix_drafts_failed_total" in await numbers(metrics)


async def test_acknowledgements_are_timed_by_kind():
    """What raised was never acknowledged, and is not in the number."""
    metrics = Metrics(nothing)
    with metrics.acked(Kind.ACTION):
        await asyncio.sleep(0)
    with pytest.raises(RuntimeError), metrics.acked(Kind.ACTION):
        raise RuntimeError
    found = await numbers(metrics)
    assert found['portevoix_acknowledgement_seconds_count{kind="action"}'] == 1
    assert found['portevoix_acknowledgement_seconds_bucket{kind="action",le="3.0"}'] == 1


async def test_drafts_are_timed_by_origin(room: Room):
    """The writer's text passes through untouched."""
    metrics = Metrics(nothing)
    writing = await TimedWriter(room.writer, metrics).write(case_in(Status.RECEIVED))
    assert (writing.text, writing.origin) == ("Bonjour, réponse 1.", Origin.TEMPLATE)
    assert (await numbers(metrics))['portevoix_draft_seconds_count{origin="template"}'] == 1


async def test_a_writer_that_breaks_is_counted(room: Room):
    """The error passes through: what follows from it is the desk's."""
    room.writer.fails = ConnectionError()
    metrics = Metrics(nothing)
    with pytest.raises(ConnectionError):
        await TimedWriter(room.writer, metrics).write(case_in(Status.RECEIVED))
    assert (await numbers(metrics))["portevoix_drafts_failed_total"] == 1


@pytest.mark.parametrize(
    ("does", "outcome"),
    [(Does.POST, "posted"), (Does.REFUSE, "refused"), (Does.NOT_SEND, "not_sent"), (Does.LOSE, "unclear")],
)
async def test_posts_are_counted_by_what_came_of_them(room: Room, does: Does, outcome: str):
    """Each call of a network is one post with one outcome."""
    metrics = Metrics(nothing)
    room.network.plan.append(does)
    await CountedNetworks(Everywhere(room.network), metrics).of(COMPLAINT).publish(COMPLAINT, REPLY)
    found = await numbers(metrics)
    assert found[f'portevoix_posts_total{{network="fake",outcome="{outcome}"}}'] == 1


async def test_a_post_that_was_cut_off_is_unclear(room: Room):
    """Broken or out of patience: it may be public, and the error passes through."""
    metrics = Metrics(nothing)
    network = CountedNetworks(Everywhere(room.network), metrics).of(COMPLAINT)
    room.network.plan.extend([Does.BREAK, Does.HANG])
    with pytest.raises(TimeoutError):
        await network.publish(COMPLAINT, REPLY)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await network.publish(COMPLAINT, REPLY)
    assert (await numbers(metrics))['portevoix_posts_total{network="fake",outcome="unclear"}'] == 2


async def test_a_desk_works_the_same_when_it_is_counted(room: Room):
    """Between the wrappers a complaint goes its whole way, and is counted on it."""
    metrics, desk = Metrics(nothing), room.desk
    desk.writer = TimedWriter(desk.writer, metrics)
    desk.networks = CountedNetworks(desk.networks, metrics)
    await room.receive()
    await room.decide(Approve(1))
    await room.run()
    assert room.case.status is Status.POSTED
    found = await numbers(metrics)
    assert found['portevoix_posts_total{network="fake",outcome="posted"}'] == 1


async def test_two_desks_in_one_process_count_apart():
    """Nothing is global: a second instance starts at nothing."""
    first, second = Metrics(nothing), Metrics(nothing)
    first.posted("x", Posted)
    assert 'portevoix_posts_total{network="x",outcome="posted"}' not in await numbers(second)
