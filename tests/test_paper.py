"""README, .env.example, --help and the settings say the same."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from bot.cli.commands import app
from bot.desk.case import MOVES
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def fields() -> dict[str, tuple[str, str]]:
    """Every setting by its name in the environment: default and description."""
    held = Settings.model_fields.items()
    return {name.upper(): (str(field.default), str(field.description)) for name, field in held}


def commands() -> dict[str, set[str]]:
    """Every command, words joined by a blank, with its options."""
    found: dict[str, set[str]] = {}

    def walk(command, name: str) -> None:
        for sub, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {sub}".strip())
        if not hasattr(command, "commands"):
            found[name] = {option for param in command.params for option in param.opts if option.startswith("--")}

    walk(typer.main.get_command(app), "")
    return found


def test_the_two_lines_stand_at_the_top():
    """A newcomer finds how to run it and how to test it before anything else."""
    assert [line for line in README.splitlines()[:6] if line.startswith("pip")] == [
        "pip install uv && uv run portevoix demo",
        "pip install uv && uv run pytest",
    ]


def test_the_readme_table_is_the_settings():
    """Names, defaults and meanings are those of the class."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|(?: `(.*?)`)? +\| (.*?) \|$", README, re.MULTILINE)
    assert {name: (default, meaning) for name, default, meaning in rows} == fields()


def test_the_example_is_the_settings():
    """.env.example holds every setting with its default and its meaning."""
    told = re.findall(r"^# (.*)\n([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
    assert {name: (default, meaning) for meaning, name, default in told} == fields()


@pytest.mark.parametrize("line", re.findall(r"^(?:uv run )?portevoix (.+)$", README, re.MULTILINE))
def test_the_readme_s_commands_exist(line):
    """Whoever copies a line from the README gets what it says."""
    words = line.split("#")[0].split()
    names = [name for name in commands() if words[: len(name.split())] == name.split()]
    assert names, line
    assert {word for word in words if word.startswith("--")} <= commands()[names[0]]


def test_every_command_is_in_the_readme():
    """No command is a secret."""
    assert [name for name in commands() if f"portevoix {name}" not in README] == []


def test_the_diagram_shows_the_moves():
    """The README draws exactly the moves that the rules allow."""
    drawn = set(re.findall(r"^    (\w+) --> (\w+):", README, re.MULTILINE))
    allowed = {(a.name, b.name) for a, targets in MOVES.items() for b in targets if a is not b}
    assert drawn <= allowed
    assert {status for pair in allowed for status in pair} == {status for pair in drawn for status in pair}


def test_help_answers_at_once_without_the_heavy_rooms():
    """--help imports neither the database nor the language models."""
    code = (
        "import sys; import bot.cli.commands; print([m for m in ('sqlalchemy', 'lingua', 'rich') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "[]"
