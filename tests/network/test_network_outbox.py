import asyncio
import errno
import json
import os
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desk.ports import Absent, Length, NotSent, Posted, Unclear
from bot.network.outbox import Outbox


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "new" / "outbox.jsonl"


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


async def test_a_reply_becomes_a_line(path, complaint, reply):
    """Who wrote, where, what is answered, who said yes and when; the folder is made on the way."""
    outcome = await Outbox(path).publish(complaint, reply)
    (line,) = lines(path)
    posted_at = datetime.fromisoformat(line.pop("posted_at"))
    assert outcome == Posted(link=path.as_uri())
    assert abs(datetime.now(UTC) - posted_at).total_seconds() < 60
    assert line == {
        "key": complaint.id,
        "network": "x",
        "author": "@lea_m",
        "link": complaint.link,
        "text": reply.text,
        "by": ["console"],
        "approved_at": "2026-03-02T12:00:00+00:00",
    }


async def test_a_reply_is_one_write(path, complaint, reply, monkeypatch):
    """One write to a descriptor that appends, so that several processes may share the file."""
    writes = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: writes.append(bytes(data)) or write(fd, data))
    await Outbox(path).publish(complaint, reply)
    assert writes == [path.read_bytes()]
    assert writes[0].endswith(b"}\n")


async def test_only_the_owner_may_read_it(path, complaint, reply):
    """The file holds customers' words."""
    await Outbox(path).publish(complaint, reply)
    assert path.stat().st_mode & 0o077 == 0


async def test_what_was_published_is_found(path, complaint, reply):
    """By the complaint's id, and by nothing that merely contains it."""
    outbox = Outbox(path)
    await outbox.publish(complaint, replace(reply, text='voir "key": "slack:9"'))
    assert await outbox.find(complaint, reply) == Posted(link=path.as_uri())
    for other in ("slack:9", complaint.id[:-1], complaint.id + "1"):
        assert await outbox.find(replace(complaint, id=other), reply) == Absent()


async def test_nothing_is_found_before_the_first_reply(path, complaint, reply):
    """No file, no reply; and looking makes no file."""
    assert await Outbox(path).find(complaint, reply) == Absent()
    assert not path.exists()


async def test_a_line_cut_by_a_crash_swallows_nothing(path, complaint, reply):
    """Cut anywhere, the torn line is skipped, the reply counts as absent, and the next line is whole."""
    outbox = Outbox(path)
    await outbox.publish(complaint, reply)
    whole = path.read_bytes()
    for cut in (1, 40, len(whole) // 2, len(whole) - 2):
        path.write_bytes(whole[:cut])
        assert await outbox.find(complaint, reply) == Absent()
        await outbox.publish(complaint, reply)
        assert await outbox.find(complaint, reply) == Posted(link=path.as_uri())
        assert path.read_bytes().startswith(whole[:cut] + b"\n{")


async def test_a_line_that_lacks_only_its_end_is_whole(path, complaint, reply):
    """A crash before the newline alone has not lost the reply."""
    outbox = Outbox(path)
    await outbox.publish(complaint, reply)
    path.write_bytes(path.read_bytes()[:-1])
    assert await outbox.find(complaint, reply) == Posted(link=path.as_uri())
    await outbox.publish(replace(complaint, id="console:2"), reply)
    assert [line["key"] for line in lines(path)] == [complaint.id, "console:2"]


async def test_malformed_lines_are_skipped(path, complaint, reply):
    """Neither half a character, nor JSON that is no entry, hides the reply."""
    key = json.dumps(complaint.id).encode()
    path.parent.mkdir()
    path.write_bytes(key + b"\n[" + key + b"]\n\xff" + key + b'\n{"text": ' + key + b"}\n\n")
    outbox = Outbox(path)
    assert await outbox.find(complaint, reply) == Absent()
    await outbox.publish(complaint, reply)
    assert await outbox.find(complaint, reply) == Posted(link=path.as_uri())


async def test_many_tasks_publish_at_once(path, complaint, reply):
    """Two outboxes of the same file, two thousand tasks: every reply is one whole line."""
    outboxes = (Outbox(path), Outbox(path))
    complaints = [replace(complaint, id=f"console:{number}") for number in range(2_000)]
    outcomes = await asyncio.gather(
        *(outboxes[number % 2].publish(one, reply) for number, one in enumerate(complaints))
    )
    assert set(outcomes) == {Posted(link=path.as_uri())}
    assert {line["key"] for line in lines(path)} == {one.id for one in complaints}


async def test_any_text_survives(path, complaint, reply):
    """Line separators and lone surrogates come back as they went in."""
    texts = ["a\nb\r\n\u2028\u2029\x85c", "\ud800", "\\", '"}', "\x00"]
    for text in texts:
        await Outbox(path).publish(complaint, replace(reply, text=text))
    assert [json.loads(line)["text"] for line in path.read_bytes().split(b"\n")[:-1]] == texts


async def test_looking_through_a_large_file_takes_no_memory(path, complaint, reply):
    """Ten megabytes of replies are read line by line."""
    outbox = Outbox(path)
    await outbox.publish(complaint, replace(reply, text="x" * 200))
    path.write_bytes(path.read_bytes() * 25_000)
    tracemalloc.start()
    sighting = await outbox.find(replace(complaint, id="console:1"), reply)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sighting == Absent()
    assert peak < 1_000_000


async def test_a_good_place_has_no_obstacle(path, complaint):
    """The check opens the file as publishing does, and leaves what stands in it."""
    path.parent.mkdir()
    path.write_text("{}\n")
    assert await Outbox(path).check(complaint) is None
    assert path.read_text() == "{}\n"


async def test_a_folder_is_no_outbox(tmp_path, complaint, reply):
    """The check says so, publishing surely sent nothing, and looking cannot tell."""
    outbox = Outbox(tmp_path)
    says = f"The outbox {tmp_path} is a folder: name a file inside it."
    outcome = await outbox.publish(complaint, reply)
    assert str(await outbox.check(complaint)) == says
    assert isinstance(outcome, NotSent)
    assert (str(outcome.reason), outcome.wait) == (says, 30.0)
    assert isinstance(await outbox.find(complaint, reply), Unclear)


@pytest.mark.parametrize("below", ["outbox.jsonl", "deeper/outbox.jsonl"])
async def test_a_file_in_the_way_is_named(tmp_path, complaint, reply, below):
    """A folder that cannot be created is a reason, not a crash."""
    (tmp_path / "file").touch()
    outbox = Outbox(tmp_path / "file" / below)
    remark = await outbox.check(complaint)
    assert str(remark).endswith("cannot be created: a file stands in its way.")
    assert isinstance(await outbox.publish(complaint, reply), NotSent)


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.EACCES, "may not be opened"), (errno.ENOSPC, "no room left"), (errno.EIO, "cannot be used")],
)
async def test_what_hinders_opening_is_said(path, complaint, reply, monkeypatch, number, says):
    """No permission, no room, anything else: nothing was sent, and the reason is a sentence."""

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", fail)
    outcome = await Outbox(path).publish(complaint, reply)
    assert isinstance(outcome, NotSent)
    assert says in str(outcome.reason)


async def test_looking_creates_nothing(path, complaint):
    """Whoever only asks whether a reply could go out leaves no file behind."""
    assert await Outbox(path).check(complaint) is None
    assert not path.exists()


async def test_a_file_that_may_not_be_opened_is_seen_before_the_yes(path, complaint, reply, monkeypatch):
    """The approval is not taken for an outbox that cannot be written any more."""
    await Outbox(path).publish(complaint, reply)

    def fail(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", fail)
    assert "may not be opened" in str(await Outbox(path).check(complaint))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
async def test_a_full_disk_leaves_it_unclear(complaint, reply):
    """A write that failed may have left something behind; and a device cannot be read back."""
    outbox = Outbox(Path("/dev/full"))
    outcome = await outbox.publish(complaint, reply)
    assert isinstance(outcome, Unclear)
    assert "no room left" in str(outcome.reason)
    assert isinstance(await outbox.find(complaint, reply), Unclear)


async def test_a_short_write_is_unclear_then_absent(path, complaint, reply, monkeypatch):
    """Half a line is no reply: looking finds it absent, and another try stands whole below it."""
    write = os.write
    outbox = Outbox(path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda fd, data: write(fd, data[: len(data) // 2]))
        assert isinstance(await outbox.publish(complaint, reply), Unclear)
    assert await outbox.find(complaint, reply) == Absent()
    assert await outbox.publish(complaint, reply) == Posted(link=path.as_uri())
    assert await outbox.find(complaint, reply) == Posted(link=path.as_uri())


def test_the_length_is_that_of_the_complaints_network(path, complaint):
    """The outbox only carries the reply: its network's limit holds."""
    assert Outbox(path).measure(complaint, "日本") == Length(4, 280)
