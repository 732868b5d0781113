"""Every recorded Slack payload goes through intake, in both kinds of channel; so does everything that is not one."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.slack.intake import (
    Arrival,
    asks_for_thread,
    command_complaint,
    complaints,
    form_complaint,
    is_notice,
    is_ours,
    mention,
    preview_came,
)
from bot.desk.case import Complaint

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "payloads_slack.jsonl"
HERE = Arrival(
    team="T1",
    brand="main",
    received_at=datetime(2026, 3, 2, tzinfo=UTC),
    workspace_url="https://acme.slack.com/",
    bot_user="UBOT",
    bot_id="BBOT",
    app_id="ABOT",
)


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    if not RECORDED.exists():
        pytest.skip("the recorded payloads are not in this checkout")
    return [json.loads(line) for line in RECORDED.read_text().splitlines()]


def message_of(kind: str, payload: dict) -> dict:
    """The message in a payload, as a listener finds it."""
    if kind.startswith("fragment.fxtrAtt"):
        link = f"<{payload['from_url']}>"
        return {"type": "message", "user": "U1", "ts": "1772400000.000200", "text": link, "attachments": [payload]}
    if kind.startswith("FileObject"):
        return {"type": "message", "subtype": "file_share", "user": "U1", "ts": "1772400000.000200", "files": [payload]}
    event = payload.get("event", payload)
    return event.get("message", event) if payload.get("type") == "message_action" else event


def read(kind: str, payload: dict, *, everything: bool) -> list[Complaint]:
    """Through the function that its kind belongs to."""
    if "slash" in kind:
        found = [command_complaint(payload.get("text"), HERE, "C1", payload.get("trigger_id", ""))]
    elif "view_submission" in kind or "ViewSubmission" in kind:
        found = [form_complaint(text=typed(payload), arrival=HERE, channel="", trigger="V1")]
    else:
        message = message_of(kind, payload)
        found = [*complaints(preview_came(message) or message, "C1", HERE, everything=everything)]
    return [each for each in found if each]


def typed(payload: dict) -> str:
    """What stands in the form's first text field."""
    state = (payload.get("view") or {}).get("state") or {}
    fields = [field for block in state.get("values", {}).values() for field in block.values()]
    return next((field["value"] for field in fields if isinstance(field.get("value"), str)), "")


def became(found: list[Complaint]) -> str:
    """One line for a table: networks, and what is known."""
    known = ("text", "author", "author_name", "link", "notes", "attachments")
    return " + ".join(f"{one.network}({', '.join(k for k in known if getattr(one, k))})" for one in found) or "-"


def table(rows: list[dict], *, everything: bool) -> dict[str, Counter[str]]:
    """Kind -> what its rows became."""
    told: dict[str, Counter[str]] = {}
    for row in rows:
        said = became(read(row["kind"], row["payload"], everything=everything))
        told.setdefault(row["kind"], Counter())[said] += 1
    return told


def of_kind(rows: list[dict], *parts: str) -> list[dict]:
    found = [row for row in rows if all(part in row["kind"] for part in parts)]
    assert found, f"no recorded payload is a {' '.join(parts)}"
    return found


@pytest.mark.parametrize("everything", [False, True])
def test_every_recorded_payload_is_read(rows, everything):
    """None raises, each has a fate; where customers write more of them count."""
    told = table(rows, everything=everything)
    assert sum(sum(fates.values()) for fates in told.values()) == len(rows)
    cases = sum(count for fates in told.values() for fate, count in fates.items() if fate != "-")
    assert cases >= (35 if everything else 24)


def test_recorded_forwards_are_whole(rows):
    """Words, author, time and the original's place, in both kinds of channel."""
    for row in of_kind(rows, "with_forward"):
        for everything in (False, True):
            (found,) = read(row["kind"], row["payload"], everything=everything)
            assert found.text
            assert found.author
            assert found.author_name
            assert found.link.startswith("https://")
            assert found.network == "slack"
            part = message_of(row["kind"], row["payload"])["attachments"][0]
            assert found.id.startswith(f"slack:T1:{part['channel_id']}:")


def test_recorded_comments_are_notes(rows):
    """What the forwarder said is kept apart from what was forwarded."""
    commented = [
        found
        for row in of_kind(rows, "event.message.with_forward")
        if message_of(row["kind"], row["payload"])["text"]
        for found in read(row["kind"], row["payload"], everything=False)
    ]
    assert commented
    assert all(found.notes and found.notes[0] not in found.text for found in commented)


def test_the_recorded_mail_is_a_mail(rows):
    """From whom it says, with its words."""
    mails = [row for row in of_kind(rows, "file_share") if "email" in json.dumps(row["payload"])]
    found = [one for row in mails for one in read(row["kind"], row["payload"], everything=False)]
    assert [one.network for one in found] == ["email"]
    assert "@" in found[0].author
    assert found[0].text


def test_recorded_edits_tell_previews_from_words(rows):
    """The permalink that unfurled is a complaint, the corrected word is none."""
    came = [preview_came(row["payload"]["event"]) for row in of_kind(rows, "event.message.message_changed")]
    assert sorted(one is not None for one in came) == [False, True]
    for row in of_kind(rows, "message_deleted"):
        assert read(row["kind"], row["payload"], everything=True) == []


def test_recorded_photos_are_named(rows):
    """With a file there is a case, without one there is none."""
    for row in of_kind(rows, "event.message.file_share"):
        files = [file["name"] for file in row["payload"]["event"]["files"] if file["mode"] != "email"]
        found = read(row["kind"], row["payload"], everything=False)
        assert [name for one in found for name in one.attachments] == files


def test_recorded_previews_of_posts_are_complaints(rows):
    """Those of networks; an article and a picture's page are none."""
    told = {
        row["kind"]: read(row["kind"], row["payload"], everything=False) for row in of_kind(rows, "fragment.fxtrAtt")
    }
    assert {kind.removeprefix("fragment.fxtrAtt") for kind, found in told.items() if not found} == {"NzHerald", "BBC"}
    old, new = (told[f"fragment.fxtrAtt{kind}"][0] for kind in ("Twitter", "TwitterX"))
    assert old.text
    assert new.text
    assert all(one.author.startswith("@") and one.author_name and one.network == "x" for one in (old, new))


def test_recorded_posts_of_apps_are_complaints(rows):
    """Their words count, and the app is not taken for the customer."""
    for row in of_kind(rows, "event.message"):
        event = row["payload"].get("event", {})
        if event.get("bot_id") and event.get("attachments"):
            (found,) = read(row["kind"], row["payload"], everything=False)
            assert found.text
            assert found.link
            assert not found.author_name or found.author_name not in json.dumps(event.get("bot_profile"))


def test_recorded_plain_talk_is_none(rows):
    """Nobody in a channel of forwards gets a draft for having spoken."""
    for row in of_kind(rows, "event.message"):
        event = row["payload"].get("event", {})
        if row["kind"] == "event.message" and not event.get("bot_id"):
            assert read(row["kind"], row["payload"], everything=False) == []


def damaged(value: object) -> Iterator[object]:
    """The payload once for every place in it, with rubbish in that place."""
    if not isinstance(value, dict | list):
        return
    for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
        for rubbish in (None, [], {}, "<x", 7, [[None]], {"text": {"type": []}}, *damaged(inside)):
            broken = copy.copy(value)
            broken[key] = rubbish
            yield broken


def test_damaged_payloads_do_not_raise(rows):
    """Whichever part of a forward, a mail, a preview or an app's post is of another kind than it should be."""
    kinds = {"event.message.message_changed", "event.message.with_forward", "event_inner.message.with_forward"}
    kinds |= {"fragment.fxtrAttTwitter", "event.message.bot_message", "event.message.file_share"}
    tried = 0
    for row in (row for row in rows if row["kind"] in kinds):
        for message in damaged(message_of(row["kind"], row["payload"])):
            touch(message)
            tried += 1
    assert tried > 1000


def touch(payload: object) -> None:
    """Everything that reads a message."""
    for message in (payload, preview_came(payload)):
        for found in complaints(message, "C1", HERE, everything=True):
            assert 0 < len(found.id) <= 200
            assert found.text or found.link or found.attachments
            "".join([found.id, found.text, found.author, found.author_name, *found.notes]).encode()
    complaints(payload, "C1", HERE)
    asks_for_thread(payload, HERE)
    mention(payload, HERE)
    is_ours(payload, HERE)
    is_notice(payload)
    command_complaint(payload, HERE, "C1", "1.2")


KEYS = st.sampled_from(
    [
        "type", "subtype", "user", "text", "ts", "thread_ts", "bot_id", "bot_profile", "app_id", "hidden", "blocks",
        "attachments", "files", "elements", "fields", "title", "value", "from_url", "title_link", "author_id",
        "author_name", "author_subname", "author_link", "channel_id", "is_share", "is_msg_unfurl", "message_blocks",
        "message", "previous_message", "fallback", "name", "mode", "filetype", "subject", "plain_text", "headers",
        "date", "from", "url", "unicode", "style", "indent", "user_profile", "pretext", "service_name",
    ]
)  # fmt: skip
WORDS = st.text(max_size=20) | st.sampled_from(
    [
        "https://x.com/zoe/status/12", "<https://x.com/zoe/status/12|x>", "<https://a.fr>", "1772400000.000200",
        "https://acme.slack.com/archives/C7/p1772000000000100", "message", "bot_message", "file_share",
        "message_changed", "rich_text", "rich_text_list", "text", "section", "emoji", "d800", "email", "9" * 400,
        "\ud800", "Auteur: a\nTexte: b", "<@UBOT>",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
ANYTHING = st.recursive(
    LEAVES, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(KEYS, inside, max_size=7), max_leaves=40
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_nothing_that_slack_could_send_raises(payload):
    """What is no complaint is none; what is one can be stored."""
    touch(payload)


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "<" * 200_000, " " * 200_000 + "x", ":a" * 100_000, "Auteur: x\n" * 20_000]
)
def test_endless_texts_are_cut(text):
    """Wherever they stand; what is kept can be shown and stored."""
    part = {"is_share": True, "channel_id": "C7", "ts": "1772000000.000100", "text": text, "author_name": text}
    for message in (
        {"text": text, "ts": "1772400000.000200", "user": "U1"},
        {"text": text, "ts": "1772400000.000200", "attachments": [part]},
        {"text": text, "ts": "1772400000.000200", "bot_id": "B9", "attachments": [{"text": text, "title": text}]},
    ):
        for found in complaints(message, "C1", HERE, everything=True):
            assert len(found.text) <= 40_000
            assert all(len(note) <= 40_000 for note in found.notes)
            assert len(found.author_name) <= 200


def test_endless_nesting_is_read_as_far_as_it_makes_sense():
    """A share within a share within a share, a thousand deep, is no endless recursion."""
    part: dict = {"is_share": True, "text": "au fond"}
    for _ in range(1000):
        part = {"is_share": True, "channel_id": "C7", "ts": "1772000000.000100", "attachments": [part]}
    touch({"text": "", "ts": "1772400000.000200", "attachments": [part]})
