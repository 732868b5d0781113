"""Every recorded Discord payload goes through intake, in both kinds of channel; so does everything that is not one."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.discord.arrival import Arrival, is_notice, is_ours
from bot.chat.discord.intake import (
    asks_for_reference,
    command_complaint,
    complaints,
    form_complaint,
    mention,
    pointed_at,
    preview_came,
    referenced,
)
from bot.chat.discord.sources import sent_at
from bot.desk.case import Complaint

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "payloads_discord.jsonl"
HERE = Arrival(
    brand="main",
    received_at=datetime(2026, 3, 2, tzinfo=UTC),
    guild="705745250815311942",
    bot_user="900",
    bot_role="901",
    app_id="900",
    webhooks=frozenset({"902"}),
)


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    if not RECORDED.exists():
        pytest.skip("the recorded payloads are not in this checkout")
    return [json.loads(line) for line in RECORDED.read_text().splitlines()]


def inside(payload: dict) -> dict:
    """The event, message or interaction in a payload, as a listener finds it; an embed in a webhook's message."""
    payload = payload.get("d", payload) if payload.get("op") == 0 else payload
    if {"title", "description", "footer"} <= payload.keys():
        payload = {"webhook_id": "9", "author": {"bot": True}, "embeds": [payload]}
    return payload


def read(payload: dict, *, everything: bool) -> list[Complaint]:
    """Through the functions that a payload of its kind belongs to."""
    event = inside(payload)
    data = event.get("data") if isinstance(event.get("data"), dict) else {}
    found: list[Complaint | None] = []
    for target in (data.get("resolved") or {}).get("messages", {}).values():
        found += complaints(target, HERE, asked=True)
    if "token" in event:
        typed, filled = options(data), fields(data)
        found.append(command_complaint(next(typed, ""), HERE, "1", event["id"]))
        found.append(form_complaint(text=next(filled, ""), arrival=HERE, channel="1", interaction_id=event["id"]))
        return [one for one in found if one]
    if payload.get("t") == "MESSAGE_UPDATE":
        now = Arrival(brand="main", received_at=(sent_at(event) or HERE.received_at) + timedelta(seconds=2))
        event = preview_came(event, now) or {}
    if event.get("type", 0) == 9 or payload.get("t", "MESSAGE").split("_")[0] != "MESSAGE" or not speaks(event):
        return []
    return complaints(event, HERE, everything=everything)


def speaks(event: dict) -> bool:
    return bool({"content", "embeds", "attachments", "components", "message_snapshots"} & event.keys())


def options(data: dict) -> Iterator[str]:
    """What was sent behind a command; not what is being typed."""
    for option in data.get("options", []):
        if isinstance(option.get("value"), str) and not any(each.get("focused") for each in data["options"]):
            yield option["value"]
        yield from options(option)


def fields(data: dict) -> Iterator[str]:
    """What was filled into a form."""
    for part in data.get("components", []):
        if isinstance(part.get("value"), str):
            yield part["value"]
        yield from fields(part)
        yield from fields({"components": [part["component"]]} if "component" in part else {})


def became(found: list[Complaint]) -> str:
    """One line for a table: networks, and what is known."""
    known = ("text", "author", "author_name", "link", "notes", "attachments")
    return " + ".join(f"{one.network}({', '.join(k for k in known if getattr(one, k))})" for one in found) or "-"


def table(rows: list[dict], *, everything: bool) -> dict[str, Counter[str]]:
    """Kind -> what its rows became."""
    told: dict[str, Counter[str]] = {}
    for row in rows:
        told.setdefault(row["kind"], Counter())[became(read(row["payload"], everything=everything))] += 1
    return told


def of_kind(rows: list[dict], part: str) -> list[dict]:
    found = [row for row in rows if part in row["kind"]]
    assert found, f"no recorded payload is a {part}"
    return found


@pytest.mark.parametrize("everything", [False, True])
def test_every_recorded_payload_is_read(rows, everything):
    """None raises, each has a fate; where customers write many more of them count."""
    told = table(rows, everything=everything)
    assert sum(sum(fates.values()) for fates in told.values()) == len(rows)
    cases = sum(count for fates in told.values() for fate, count in fates.items() if fate != "-")
    assert cases >= (20 if everything else 6)


def test_the_recorded_forward_has_words_and_no_author(rows):
    """Its snapshot tells nobody's name; the colleague who forwarded is not taken for the customer."""
    for everything in (False, True):
        (row,) = of_kind(rows, "with_forward")
        (found,) = read(row["payload"], everything=everything)
        shot = row["payload"]["message_snapshots"][0]["message"]
        assert (found.text, found.author, found.author_name) == (shot["content"], "", "")
        assert found.written_at == datetime.fromisoformat(shot["timestamp"])
        assert found.network == "discord"


def test_the_recorded_tool_is_not_the_customer(rows):
    """Its embed's words and author count, not the webhook's name."""
    (row,) = (row for row in of_kind(rows, "MESSAGE_CREATE.with_embed") if row["payload"]["d"].get("webhook_id"))
    (found,) = read(row["payload"], everything=False)
    embed = row["payload"]["d"]["embeds"][0]
    assert found.text
    assert (found.author_name, found.author) == (embed["author"]["name"], "")


def test_a_recorded_link_gets_its_preview_later(rows):
    """The same id before and after; the update brings the title and the channel's name."""
    link = next(row for row in of_kind(rows, "MESSAGE_CREATE") if "youtube.com" in row["payload"]["d"]["content"])
    (before,) = read(link["payload"], everything=False)
    (after,) = (one for row in of_kind(rows, "UPDATE.with_embed") for one in read(row["payload"], everything=False))
    assert before.id == after.id
    assert (before.text, bool(after.text), bool(after.author_name)) == ("", True, True)


def test_recorded_photos_are_named(rows):
    """Without the mark of a spoiler."""
    (row,) = of_kind(rows, "with_attachment")
    (found,) = read(row["payload"], everything=False)
    assert found.attachments == (row["payload"]["d"]["attachments"][0]["filename"].removeprefix("SPOILER_"),)


def test_recorded_notices_and_plain_edits_are_none(rows):
    """A thread was made, its name stands in the channel, a flag was set: nobody said anything."""
    for row in [*of_kind(rows, "reply"), *of_kind(rows, "THREAD_"), *of_kind(rows, "MESSAGE_UPDATE")]:
        if not inside(row["payload"]).get("embeds"):
            assert read(row["payload"], everything=True) == []


def test_recorded_talk_counts_only_where_customers_write(rows):
    """Then with handle, name and a link to answer at."""
    tried = 0
    for row in of_kind(rows, "gateway.MESSAGE_CREATE"):
        event = row["payload"]["d"]
        if row["kind"] == "gateway.MESSAGE_CREATE" and "http" not in event["content"]:
            assert read(row["payload"], everything=False) == []
            (found,) = read(row["payload"], everything=True)
            assert found.author == f"@{event['author']['username']}"
            assert found.id == f"discord:{event['id']}"
            assert found.link.endswith(f"/{event['channel_id']}/{event['id']}")
            tried += 1
    assert tried > 10


def test_the_recorded_targets_of_message_commands_are_complaints(rows):
    """The person who pointed at them does not matter, nor the missing guild."""
    (row,) = (row for row in rows if row["payload"].get("data", {}).get("name") == "context-menu-message-2")
    (found,) = read(row["payload"], everything=False)
    assert (found.text, found.author, found.author_name) == ("some message", "", "ian")
    assert found.link.startswith(f"https://discord.com/channels/{HERE.guild}/")


def damaged(value: object) -> Iterator[object]:
    """The payload once for every place in it, with rubbish in that place."""
    if not isinstance(value, dict | list):
        return
    for key, within in value.items() if isinstance(value, dict) else enumerate(value):
        for rubbish in (None, [], {}, "<@x", 7, True, -1, [[None]], {"id": {"type": []}}, *damaged(within)):
            broken = copy.copy(value)
            broken[key] = rubbish
            yield broken


def test_damaged_payloads_do_not_raise(rows):
    """Whichever part of a message is of another kind than it should be."""
    messages = [
        row["payload"]
        for row in rows
        if row["kind"] in {"rest.Message.with_forward", "doc.example_crossposted_message"}
    ]
    messages += [row["payload"]["d"] for row in rows if row["kind"].endswith(("with_embed", "CREATE.reply"))]
    tried = 0
    for message in messages:
        for broken in damaged(message):
            touch(broken)
            tried += 1
    assert tried > 1000


def touch(payload: object) -> None:
    """Everything that reads a message."""
    for message in (payload, preview_came(payload, HERE), preview_came(payload, HERE, payload)):
        for asked in (False, True):
            for found in complaints(message, HERE, everything=True, asked=asked):
                assert 0 < len(found.id) <= 200
                assert found.text or found.link or found.attachments
                "".join([found.id, found.text, found.author, found.author_name, *found.notes]).encode()
    complaints(payload, HERE)
    complaints(referenced(payload, HERE), HERE, asked=asks_for_reference(payload, HERE))
    pointed_at(payload, HERE)
    mention(payload, HERE)
    is_ours(payload, HERE)
    is_notice(payload)
    command_complaint(payload, HERE, "1", "2")


KEYS = st.sampled_from(
    [
        "type", "flags", "content", "id", "channel_id", "guild_id", "channel_type", "author", "member", "nick", "name",
        "username", "global_name", "discriminator", "bot", "webhook_id", "application_id", "timestamp", "url", "title",
        "edited_timestamp", "embeds", "description", "fields", "value", "provider", "attachments", "filename", "thread",
        "message_reference", "message_id", "message_snapshots", "message", "referenced_message", "components", "poll",
        "custom_id", "mentions", "mention_channels", "resolved", "users", "roles", "channels", "question", "text",
        "channel",
    ]
)  # fmt: skip
WORDS = st.text(max_size=20) | st.sampled_from(
    [
        "https://x.com/zoe/status/12", "[x](https://x.com/zoe/status/12)", "<https://a.fr>", "1494149566100930611",
        "https://discord.com/channels/1/2/3", "2026-03-02T09:00:00+00:00", "<@900>", "<@&901>", "<#4>", "<t:1:R>",
        "<t:99999999999999>", "||secret||", "\\", "\ud800", "Auteur: a\nTexte: b", "9" * 400, "rich", "9999-12-31",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from([0, 1, 10, 19, 20, 21]) | st.floats() | WORDS
ANYTHING = st.recursive(
    LEAVES, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(KEYS, inside, max_size=7), max_leaves=40
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_nothing_that_discord_could_send_raises(payload):
    """What is no complaint is none; what is one can be stored."""
    touch(payload)


@settings(max_examples=100, deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_nothing_that_people_could_type_raises(text, link, author):
    """Whatever the command and the form hold."""
    told = {"text": text, "link": link, "author": author}
    fields = {name: value if isinstance(value, str) else "" for name, value in told.items()}
    for found in (
        command_complaint(text, HERE, "1", "2"),
        form_complaint(**fields, arrival=HERE, channel="1", interaction_id="2"),
    ):
        assert found is None or (0 < len(found.id) <= 200 and found.source == f"discord:{HERE.guild}:1")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000, "<" * 200_000, " " * 200_000 + "x", "[" * 100_000, "[a](" * 50_000, "||" * 100_000,
        "\\" * 100_000, "Auteur: x\n" * 20_000, "https://a.fr/((" * 10_000, "<@" * 100_000,
    ],
)  # fmt: skip
def test_endless_texts_are_cut(text):
    """Wherever they stand; what is kept can be shown and stored."""
    shot = {"message": {"content": text, "embeds": [{"description": text, "title": text}]}}
    for more in (
        {"content": text},
        {"message_snapshots": [shot], "message_reference": {"type": 1, "message_id": "3", "channel_id": "2"}},
        {"content": text, "webhook_id": "8", "embeds": [{"description": text, "author": {"name": text}}]},
    ):
        message = {"id": "7", "channel_id": "2", "author": {"id": "1", "username": text}, **more}
        for found in complaints(message, HERE, everything=True):
            assert len(found.text) <= 40_000
            assert all(len(note) <= 40_000 for note in found.notes)
            assert len(found.author_name) <= 200


def test_endless_nesting_is_read_as_far_as_it_makes_sense():
    """Components within components, a thousand deep, are no endless recursion."""
    part: dict = {"type": 10, "content": "au fond"}
    for _ in range(1000):
        part = {"type": 17, "components": [part]}
    touch({"id": "7", "channel_id": "2", "webhook_id": "8", "components": [part]})
