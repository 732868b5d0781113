"""The log: ids on every line, nobody's personal data, and no traceback for whoever did not ask for one."""

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


CASE = "slack:T1:C042:1718123456.000100"


def complain(complaint: str) -> None:
    try:
        int(f"“{complaint[:28]}” of {CASE}")
    except ValueError:
        logging.getLogger("bot.desk").exception("%s wrote from %s", CASE, "lea@mail.example", extra={"case": CASE})


@pytest.mark.parametrize(
    "settings",
    [{}, {"log_level": LogLevel.DEBUG}, {"log_format": LogFormat.JSON}],
    ids=["one line", "traceback", "json"],
)
def test_no_personal_data_reaches_a_log(start, capsys, settings):
    """Neither in the message nor in the error nor in a frame's variables; ids stay readable."""
    start(**settings)
    complain("appelez le 06 12 34 56 78, Léa Martin, lea@mail.example")
    said = capsys.readouterr().err
    assert "[EMAIL]" in said
    assert "[PHONE]" in said
    assert said.count(CASE) >= 3
    assert "lea@" not in said
    assert "06 12" not in said
    assert "Martin" not in said


def test_ids_are_told_as_they_are(start, capsys):
    """What stands beside the message is looked up, and must be found."""
    start(log_format=LogFormat.JSON)
    logging.getLogger("bot.desk").warning("late", extra={"user": "0612345678", "count": 3})
    line = json.loads(capsys.readouterr().err)
    assert (line["user"], line["count"]) == ("0612345678", 3)
