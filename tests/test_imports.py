"""The rooms of the house: who may import whom."""

import ast
import sys
from pathlib import Path

import pytest

BOT = Path(__file__).parents[1] / "bot"
#: Room -> the rooms it may import beside itself. Chats and networks are rooms of their own.
MAY = {
    "errors": set(),
    "desk": {"errors"},
    "locale": {"desk", "errors"},
    "voice": {"desk", "errors"},
    "writer": {"voice", "desk", "errors"},
    "network": {"desk", "errors"},
    "store": {"desk", "errors"},
    "work": {"desk", "errors"},
    "settings": {"errors"},
    "logs": {"settings", "voice"},
    "chat": {"desk", "errors", "locale", "network", "voice"},
    "web": {"errors"},
    "report": {"desk", "errors", "locale", "voice", "writer"},
    "intake": {"chat", "desk", "network"},
    "listening": {"chat", "desk", "network"},
    "metrics": {"desk"},
    "app": {"desk", "errors", "network", "settings", "store", "voice", "work", "writer"},
    "service": {
        "app",
        "chat",
        "desk",
        "errors",
        "intake",
        "listening",
        "metrics",
        "network",
        "settings",
        "store",
        "voice",
        "web",
        "work",
        "writer",
    },
    "cli": {
        "app",
        "chat",
        "desk",
        "errors",
        "locale",
        "logs",
        "network",
        "report",
        "service",
        "settings",
        "store",
        "voice",
        "writer",
    },
    "__main__": {"cli", "errors"},
    "__init__": set(),
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "bot"}
    return found


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def files() -> list[Path]:
    return sorted(BOT.rglob("*.py"))


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(BOT)))
def test_arrows_point_inwards(path):
    """No room imports one further out than itself."""
    own = path.relative_to(BOT).parts[0].removesuffix(".py")
    rooms = {room(name) for name in imports(path) if name.startswith("bot.")} - {own, ""}
    assert rooms <= MAY[own], f"{own} may not import {rooms - MAY[own]}"


@pytest.mark.parametrize("own", ["desk", "errors"])
def test_the_rules_need_the_standard_library_only(own):
    """The desk knows no platform, no database and no framework."""
    paths = [p for p in files() if p.relative_to(BOT).parts[0].removesuffix(".py") == own]
    outside = {name.split(".")[0] for path in paths for name in imports(path)} - {"bot"}
    assert outside <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("house", "homes"),
    [("chat", {"console", "slack", "discord"}), ("network", {"outbox", "manual", "slack", "discord"})],
)
def test_neighbours_do_not_know_each_other(house, homes):
    """A chat never imports another chat, nor a network another network."""
    for path in (BOT / house).rglob("*.py"):
        own = path.relative_to(BOT / house).parts[0].removesuffix(".py")
        others = {name.split(".")[2] for name in imports(path) if name.startswith(f"bot.{house}.")}
        assert own not in homes or not (others & homes) - {own}, path


def test_only_the_settings_read_the_environment():
    """A setting that is read elsewhere is in no table and no example."""
    reading = [path.name for path in files() if "os.environ" in path.read_text() or "getenv" in path.read_text()]
    assert reading == ["settings.py"]
