"""The whole way on a real PDS: heard or given the link, approved, read back in the thread; through faults and kills."""

from pathlib import Path

import pytest
from bluesky_desk import reply_desk
from bluesky_faults import suffer
from bluesky_server import WHY_NOT, packages
from bluesky_world import BlueskyWorld
from contract import an_id

from bot.desk.case import Complaint, Status

pytest_plugins = ["bluesky_fixtures"]


async def heard(world: BlueskyWorld, cursor: str) -> Complaint:
    """The one mention since then, as a complaint."""
    (post,) = (await world.account.mentions(cursor)).posts
    return Complaint(
        id=an_id(),
        brand="acme",
        text=post.text,
        received_at=post.written_at,
        network="bluesky",
        author=post.author,
        link=post.link,
        lang=post.lang,
    )


@pytest.mark.parametrize("by", ["a link", "a mention"])
async def test_a_customer_complains_and_reads_the_answer(bluesky: BlueskyWorld, tmp_path: Path, by: str):
    """A manager's yes, and what the public reads below the complaint is that text, once, by the brand."""
    start = (await bluesky.account.mentions("")).cursor
    given = await bluesky.complains("Toujours rien reçu !")
    complaint = given if by == "a link" else await heard(bluesky, start)
    async with reply_desk(tmp_path, bluesky.account) as desk:
        approved = await desk.approve(complaint)
        assert approved.draft is not None
        assert await bluesky.thread(given) == []
        case = await desk.rest(complaint.id)
    assert await bluesky.thread(given) == [approved.draft.text]
    assert case.status is Status.POSTED
    assert case.reply is not None
    there = bluesky.brand.server.record(case.reply.ref)
    assert there["value"]["reply"]["parent"]["uri"] == bluesky.uri(given)
    bluesky.brand.server.seen()
    assert (await bluesky.account.resolve(case.reply.link)).text == approved.draft.text


async def test_twenty_random_faults_and_a_kill_leave_each_reply_there_once(tmp_path: Path):
    """The short version of ``tests/kill_bluesky.py``: a PDS of its own, killed while it writes."""
    if packages() is None:
        pytest.skip(WHY_NOT)
    tally = await suffer(20, 1, tmp_path, seed=5)
    assert tally.met >= 20
    assert tally.wrong == []
