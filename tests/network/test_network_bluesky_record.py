"""The record that a reply becomes, on the real server: its place, its key, its parts; and that it is written once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bluesky_server import POSTS
from bluesky_world import BlueskyWorld
from contract import approved, now

from bot.desk.case import Complaint, Reply
from bot.desk.ports import Absent, Posted, Refused
from bot.network.bluesky.key import created_at, key_at, key_of

pytest_plugins = ["bluesky_fixtures"]

TID = "234567abcdefghijklmnopqrstuvwxyz"


async def record(world: BlueskyWorld, complaint: Complaint, reply: Reply) -> dict:
    """The reply, posted and read back by the public."""
    posted = await world.account.publish(complaint, reply)
    assert isinstance(posted, Posted), posted
    return world.brand.server.record(posted.ref)


async def test_the_record_is_complete(bluesky: BlueskyWorld):
    """Time of the approval, language, root and parent by uri and cid, link and mention by their bytes."""
    text = f"Désolés @{bluesky.customer.handle}, tout est là : acme.fr/aide"
    complaint = await bluesky.complains("Toujours rien reçu !")
    reply = approved(text, at=now() - timedelta(minutes=3))
    value = (await record(bluesky, complaint, reply))["value"]
    there = bluesky.brand.server.record(bluesky.uri(complaint))
    parent = {"uri": there["uri"], "cid": there["cid"]}
    assert value["reply"] == {"root": parent, "parent": parent}
    assert (value["createdAt"], value["langs"]) == (created_at(reply), ["fr"])
    mention, link = [facet["features"][0] for facet in value["facets"]]
    assert mention["did"] == bluesky.customer.did
    assert link["uri"] == "https://acme.fr/aide"


async def test_a_reply_deep_in_a_thread_keeps_its_root(bluesky: BlueskyWorld):
    """The customer answers under the brand's own post: the root is that post, the parent the complaint."""
    root = bluesky.brand.post("Nouveautés !")
    wrote = bluesky.customer.post("Et mon colis ?", reply={"root": root_of(root), "parent": root_of(root)})
    complaint = bluesky.complaint(wrote["uri"], "Et mon colis ?")
    value = (await record(bluesky, complaint, approved()))["value"]
    bluesky.brand.remove(root["uri"])
    assert (value["reply"]["root"]["uri"], value["reply"]["parent"]["uri"]) == (root["uri"], wrote["uri"])
    assert (await bluesky.account.resolve(complaint.link)).answers == root["uri"]


def root_of(made: dict[str, str]) -> dict[str, str]:
    return {"uri": made["uri"], "cid": made["cid"]}


async def test_a_mention_of_nobody_stays_text(bluesky: BlueskyWorld):
    """No handle of that name: the reply goes out, without a link."""
    complaint = await bluesky.complains("Toujours rien reçu !")
    value = (await record(bluesky, complaint, approved("Bonjour @personne.test et @a..fr")))["value"]
    assert "facets" not in value


async def test_what_stands_there_is_never_overwritten(bluesky: BlueskyWorld):
    """Other words under our key: refused, and the words stay."""
    complaint, reply = await bluesky.complains("Toujours rien reçu !"), approved("Le vrai.")
    await record(bluesky, complaint, reply)
    other = replace(reply, text="Un autre.")
    assert await bluesky.account.find(complaint, other) == Absent()
    bluesky.account._answers = nobodys  # not noticed beforehand
    assert isinstance(await bluesky.account.publish(complaint, other), Refused)
    assert await bluesky.thread(complaint) == ["Le vrai."]


async def test_a_record_that_differs_beside_its_words_is_ours(bluesky: BlueskyWorld):
    """A mention that resolves today, and did not at the first try: posted, not refused."""
    complaint, reply = await bluesky.complains("Toujours rien reçu !"), approved(f"Bonjour @{bluesky.customer.handle}")
    resolve, bluesky.account._dids = bluesky.account._dids, nobody
    first = await bluesky.account.publish(complaint, reply)
    bluesky.account._dids, bluesky.account._answers = resolve, nobodys
    assert await bluesky.account.publish(complaint, reply) == first
    assert await bluesky.thread(complaint) == [reply.text]


async def nobody(mentioned: list[str]) -> dict[str, str]:
    return {}


async def nobodys(uri: str, since: datetime):
    for nothing in ():
        yield nothing


async def test_a_colleague_who_wrote_the_same_words_by_hand_has_posted_it(bluesky: BlueskyWorld):
    """Pasted by hand while the bot waited: the customer does not read it twice."""
    complaint, reply = await bluesky.complains("Toujours rien reçu !"), approved("Votre colis part demain.")
    await bluesky.by_hand(complaint, reply.text)
    posted = await bluesky.account.publish(complaint, reply)
    assert isinstance(posted, Posted)
    assert await bluesky.thread(complaint) == [reply.text]


async def test_a_customer_who_blocks_the_brand_is_left_alone(bluesky: BlueskyWorld):
    """Told on the card, and refused if it happens after the yes."""
    complaint = await bluesky.complains("Laissez-moi tranquille.")
    block = bluesky.customer.write("app.bsky.graph.block", {"subject": bluesky.brand.did})
    try:
        assert "blocked" in str(await bluesky.account.check(complaint))
        assert isinstance(await bluesky.account.publish(complaint, approved()), Refused)
    finally:
        bluesky.customer.remove(block["uri"])
    assert await bluesky.thread(complaint) == []


async def test_every_way_to_write_the_link_leads_to_the_post(bluesky: BlueskyWorld):
    """By handle, by DID, with tracking, as an at:// address."""
    key = bluesky.uri(await bluesky.complains("Toujours rien reçu !")).rpartition("/")[2]
    who, did = bluesky.customer.handle, bluesky.customer.did
    links = [f"https://bsky.app/profile/{one}/post/{key}" for one in (who, did, f"@{who}", who.upper())]
    links += [f"{links[0]}?ref_src=embed", f"<{links[1]}/>", f"at://{did}/{POSTS}/{key}", f"at://{who}/{POSTS}/{key}"]
    assert {(await bluesky.account.resolve(link)).ref for link in links} == {f"at://{did}/{POSTS}/{key}"}


# The key alone

COMPLAINT = Complaint(id="bluesky:3k", brand="acme", text="", received_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
REPLY = approved(at=datetime(2026, 3, 2, 12, 30, 15, 987_654, tzinfo=UTC))


def test_a_retry_has_the_same_key_and_all_else_another():
    """Another case, another draft, another approval: other records."""
    others = [
        key_of(replace(COMPLAINT, id="bluesky:3l"), REPLY),
        key_of(COMPLAINT, replace(REPLY, draft=2)),
        key_of(COMPLAINT, replace(REPLY, approved_at=REPLY.approved_at + timedelta(seconds=1))),
    ]
    assert len({key_of(COMPLAINT, REPLY), *others}) == 4
    assert key_of(COMPLAINT, replace(REPLY, text="geändert", link="x")) == key_of(COMPLAINT, REPLY)


@pytest.mark.parametrize("year", [1971, 2026, 2150])
def test_a_key_is_a_tid_that_tells_the_second_of_the_approval(year):
    """Thirteen characters that sort as time does, whatever the case."""
    at = datetime(year, 5, 6, 7, 8, 9, 999_999, tzinfo=UTC)
    keys = [key_of(replace(COMPLAINT, id=f"bluesky:{n}"), approved(at=at)) for n in range(1_000)]
    assert len(set(keys)) == 1_000
    assert all(len(key) == 13 and set(key) <= set(TID) and key[0] in TID[:16] for key in keys)
    second = at.replace(microsecond=0)
    assert all(key_at(second) <= key < key_at(second + timedelta(seconds=1)) for key in keys)


def test_a_published_example_reads_the_same():
    """atproto.com/specs/tid: 3jzfcijpj2z2a."""
    number = 0
    for digit in "3jzfcijpj2z2a":
        number = number << 5 | TID.index(digit)
    at = datetime.fromtimestamp((number >> 10) // 1_000_000, UTC)
    assert key_at(at) <= "3jzfcijpj2z2a" < key_at(at + timedelta(seconds=1))
