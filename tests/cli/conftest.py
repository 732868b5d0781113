"""The command line as a person runs it, in a folder of its own."""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to stand in; no setting of the machine reaches it."""
    for name in map(str.upper, Settings.model_fields):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def portevoix(folder, monkeypatch, capfd) -> Callable[..., Ran]:
    """Run ``portevoix …`` in that folder; standard input is empty unless given as a file."""

    def run(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["portevoix", *words])
        handlers, level = logging.root.handlers[:], logging.root.level
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            logging.root.handlers, logging.root.level = handlers, level
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
