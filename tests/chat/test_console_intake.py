"""Files and streams of complaints, as people really have them."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.chat.console.formats import Format
from bot.chat.console.intake import MAX_TEXT, batches, complaint, rows
from bot.errors import InputError

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data"


def read(path, content: str | bytes, text_column="", form=None) -> list:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with rows(str(path), text_column, form) as found:
        return list(found)


def texts(found) -> list[str]:
    return [row.fields.get("text", "") for row in found]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,text\n1,Toujours rien reçu\n"),
        ("a.csv", "id;text\n1;Toujours rien reçu\n"),
        ("a.tsv", "id\ttext\n1\tToujours rien reçu\n"),
        ("a.csv", "\ufeffText,Id\nToujours rien reçu,1\n"),
        ("a.csv", "id;avis\n1;Toujours rien reçu\n".encode("cp1252")),
        ("a.csv", "id,text\n1,Toujours rien reçu\n".encode("utf-16")),
        ("a.jsonl", '{"text": "Toujours rien reçu"}\n\n'),
        ("a.txt", "Toujours rien reçu\r\n\r\n"),
        ("a", "text,author\nToujours rien reçu,@zoe\n"),
        ("a", '{"message": "Toujours rien reçu"}\n'),
        ("a", "Toujours rien reçu\n"),
    ],
)
def test_the_usual_files_are_understood(tmp_path, name, content):
    """By their ending, or by what they hold; whatever the delimiter and the encoding."""
    assert texts(read(tmp_path / name, content)) == ["Toujours rien reçu"]


def test_a_complaint_over_several_lines_is_one_row(tmp_path):
    """Reviews have paragraphs."""
    found = read(tmp_path / "a.csv", 'id,text\n1,"Bonjour,\n\nrien reçu"\n2,encore\n')
    assert texts(found) == ["Bonjour,\n\nrien reçu", "encore"]


def test_plain_talk_with_a_comma_is_no_table(tmp_path):
    """A line that merely holds a comma is a complaint."""
    assert texts(read(tmp_path / "a", "Hello, where is my parcel?\n")) == ["Hello, where is my parcel?"]


def test_the_column_can_be_named(tmp_path):
    """When the file's own name for it is unusual."""
    assert texts(read(tmp_path / "a.csv", "Verbatim Client,text\noui,non\n", "verbatim client")) == ["oui"]


def test_the_format_can_be_named(tmp_path):
    """A list of lines that looks like something else stays a list of lines."""
    assert texts(read(tmp_path / "a.csv", "text,more\nb\n", form=Format.LINES)) == ["text,more", "b"]


@pytest.mark.parametrize(
    "line", ["{oops", "[1]", '"text"', "null", "1e999", '{"text": null}', '{"text": ""}', "[" * 5000]
)
def test_a_line_that_is_no_complaint_says_why(tmp_path, line):
    """One bad line does not spoil its neighbours."""
    found = read(tmp_path / "a.jsonl", f'{{"text": "one"}}\n{line}\n{{"text": "two"}}\n')
    assert [bool(row.wrong) for row in found] == [False, True, False]


def test_what_no_database_takes_is_replaced(tmp_path):
    """NUL and halves of emoji arrive in real exports."""
    (row,) = read(tmp_path / "a.jsonl", '{"text": "a\\u0000b\\ud83dc"}\n')
    assert row.fields["text"] == "a\ufffdb\ufffdc"


def test_a_row_is_known_by_what_it_holds(tmp_path):
    """The same row in another file is the same complaint; another author is another."""
    (one,) = read(tmp_path / "a.csv", "text,author\nlate,@zoe\n")
    (two,) = read(tmp_path / "b.jsonl", '{"author": "@zoe", "text": "late"}\n')
    (other,) = read(tmp_path / "c.jsonl", '{"author": "@max", "text": "late"}\n')
    assert complaint(one, "main", NOW).id == complaint(two, "main", NOW).id
    assert complaint(one, "main", NOW).id != complaint(other, "main", NOW).id


def test_author_and_network_come_from_the_link(tmp_path):
    """A link tells what the other columns do not."""
    (row,) = read(tmp_path / "a.csv", "text,link\nlate,https://x.com/zoe_ptt/status/17?s=20\n")
    held = complaint(row, "main", NOW)
    assert (held.network, held.author, held.link) == ("x", "@zoe_ptt", "https://x.com/zoe_ptt/status/17")


@pytest.mark.parametrize(("said", "network"), [("Twitter", "x"), ("X", "x"), ("", "web"), ("trustpilot", "trustpilot")])
def test_networks_have_one_name(tmp_path, said, network):
    """However the export calls them."""
    (row,) = read(tmp_path / "a.csv", f"text,network\nlate,{said}\n")
    assert complaint(row, "main", NOW).network == network


def test_a_paste_without_end_is_cut(tmp_path):
    """Nobody writes a complaint of a million characters."""
    (row,) = read(tmp_path / "a.txt", "a" * 1_000_000)
    assert len(complaint(row, "main", NOW).text) == MAX_TEXT


def test_a_folder_is_no_file(tmp_path):
    """It is said, not raised."""
    with pytest.raises(InputError, match="cannot be read"), rows(str(tmp_path)):
        pass


def test_an_error_while_reading_reaches_the_one_who_reads():
    """It is not lost in the reading thread."""

    def failing():
        yield from ()
        raise InputError(reason="gone")

    with pytest.raises(InputError, match="gone"):
        list(batches(failing()))


@pytest.mark.skipif(not DATA.is_dir(), reason="the real complaints are not on this machine")
@pytest.mark.parametrize(
    "name", ["pairs_en_twitter_twcs.csv", "pairs_fr_trustpilot_showroomprive.csv", "injections_multi.jsonl"]
)
def test_real_files_give_every_row(name):
    """As many complaints as the file holds, none of them unreadable."""
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        held = [json.loads(line) for line in source] if name.endswith("jsonl") else list(csv.DictReader(source))
    with rows(str(DATA / name)) as found:
        got = list(found)
    assert [row.fields["text"] for row in got] == [row.get("customer_text", row.get("text")) for row in held]
