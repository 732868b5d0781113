"""The log: ids on every line, and no traceback for whoever did not ask for one."""

import json
import logging

import pytest

from bot import logs
from bot.settings import LogFormat, LogLevel, Settings


@pytest.fixture
def start():
    """Start the log with these settings; the loggers are as before afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("bot")
    before = (root.handlers[:], root.level, ours.level)
    yield lambda **changes: logs.start(Settings(**changes))
    root.handlers, root.level, ours.level = before


def fail() -> None:
    try:
        int("the disk is full")
    except ValueError:
        logging.getLogger("bot.desk.desk").exception("the writer failed", extra={"case": "x:1"})


def test_a_machine_gets_one_object_a_line_with_ids(start, capsys):
    """Level, time, the event, the case, and the traceback as data."""
    start(log_format=LogFormat.JSON)
    fail()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["case"], line["level"]) == ("the writer failed", "x:1", "error")
    assert "the disk is full" in line["exception"][0]["exc_value"]


def test_a_person_gets_the_error_in_one_line(start, capsys):
    """No traceback reaches a person."""
    start()
    fail()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "x:1" in said
    assert "the disk is full" in said


def test_debug_shows_the_traceback(start, capsys):
    """For whoever mends it."""
    start(log_level=LogLevel.DEBUG)
    fail()
    assert "Traceback" in capsys.readouterr().err


def test_libraries_speak_of_their_work_at_debug_only(start, capsys):
    """“info” is what the desk did, not what its tools did."""
    start(log_level=LogLevel.INFO)
    logging.getLogger("alembic").info("a detail")
    logging.getLogger("bot.desk").info("received", extra={"case": "x:1"})
    said = capsys.readouterr().err
    assert "a detail" not in said
    assert "received" in said
