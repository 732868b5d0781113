"""``portevoix demo`` without a person at the keys."""

import json
import sqlite3


def outbox(folder) -> list[dict]:
    return [json.loads(line) for line in (folder / "outbox.jsonl").read_text().splitlines()]


def test_without_a_terminal_the_cards_are_drawn_and_nothing_is_posted(portevoix, folder):
    """Nobody said yes: the demo shows what it would ask, and says so."""
    ran = portevoix("demo", "--lang", "en")
    assert ran.code == 0
    assert ran.out.count("╭") >= 10
    assert "Nothing was posted: nobody said yes." in ran.out
    assert not (folder / "outbox.jsonl").exists()


def test_the_demo_brings_its_samples_anew_each_time(portevoix):
    """A second demo shows the same minute again."""
    first, second = (portevoix("demo", "--lang", "en", "--approve-all") for _ in range(2))
    assert first.out.splitlines()[1:3] == second.out.splitlines()[1:3]


def test_approve_all_posts_what_no_check_holds_back(portevoix, folder):
    """The summary counts what went out and what needed no reply; the outbox holds exactly that."""
    (folder / "in.txt").write_text("Toujours rien reçu, où est mon colis ?\nBest crypto deal, click my profile now!\n")
    ran = portevoix("demo", "--from", "in.txt", "--approve-all", "--lang", "en")
    assert "1 reply posted." in ran.out
    assert "1 message needed no reply." in ran.out
    assert [reply["network"] for reply in outbox(folder)] == ["web"]


def test_the_same_file_again_posts_nothing_twice(portevoix, folder):
    """A repeated complaint is the same case."""
    (folder / "in.txt").write_text("Toujours rien reçu, où est mon colis ?\n")
    for _ in range(2):
        ran = portevoix("demo", "--from", "in.txt", "--approve-all", "--lang", "en")
    assert "1 reply posted." in ran.out
    assert len(outbox(folder)) == 1


def test_rows_that_repeat_a_complaint_are_counted_apart(portevoix, folder):
    """The figures add up to the rows."""
    (folder / "in.txt").write_text("Where is my parcel?\n" * 3)
    ran = portevoix("demo", "--from", "in.txt", "--approve-all", "--lang", "en")
    assert "2 rows repeated a complaint." in ran.out
    assert len(outbox(folder)) == 1


def test_a_team_without_the_console_among_its_managers_is_told(portevoix, folder):
    """--approve-all is a manager's yes too: who is no manager cannot give it."""
    portevoix("init")
    brand = folder / "prompts" / "brand.yaml"
    brand.write_text(brand.read_text().replace("managers: [console]", 'managers: ["slack:U123"]'))
    (folder / "in.txt").write_text("Where is my parcel?\n")
    ran = portevoix("demo", "--from", "in.txt", "--approve-all")
    assert ran.code == 1
    assert "Only a manager" in ran.err
    assert "Traceback" not in ran.err


def test_every_decision_is_kept(portevoix, folder):
    """Who, when, which draft, where the text came from."""
    (folder / "in.txt").write_text("Where is my parcel?\n")
    portevoix("demo", "--from", "in.txt", "--approve-all")
    (case,) = [json.loads(line) for line in portevoix("cases", "export").out.splitlines()]
    (decision,) = case["decisions"]
    assert (decision["by"], decision["action"], decision["origin"]) == ("console", "approve", "template")
    assert case["status"] == "posted"


def test_a_database_that_is_none_is_said(portevoix, folder):
    """The sentence names the file and what to do."""
    (folder / "portevoix.db").write_text("not a database, and long enough to be read as one " * 100)
    ran = portevoix("demo")
    assert ran.code == 1
    assert "portevoix.db" in ran.err
    assert "Traceback" not in ran.err


def test_a_full_outbox_path_holds_the_approval(portevoix, folder):
    """When the network cannot take a reply the yes is not taken, and nothing is lost."""
    (folder / "outbox.jsonl").mkdir()
    (folder / "in.txt").write_text("Where is my parcel?\n")
    ran = portevoix("demo", "--from", "in.txt", "--approve-all", "--lang", "en")
    assert "1 case waits for a decision." in ran.out
    with sqlite3.connect(folder / "portevoix.db") as database:
        assert database.execute("select status from cases").fetchall() == [("awaiting",)]
    database.close()


def test_by_hand_approves_and_leaves_the_posting_to_a_person(portevoix, folder):
    """The manual network never posts by itself."""
    (folder / "in.txt").write_text("Where is my parcel?\n")
    ran = portevoix("demo", "--from", "in.txt", "--approve-all", "--by-hand", "--lang", "en")
    assert "1 reply approved, not posted yet." in ran.out
    assert "nobody said yes" not in ran.out
    assert not (folder / "outbox.jsonl").exists()
