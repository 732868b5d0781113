"""``portevoix init``: the shipped prompts and ``.env.example``, copied into a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from bot.errors import PortevoixError
from bot.settings import shipped


def run(folder: Path) -> None:
    """Copy what is missing, and say so file by file; what exists is left as it is.

    Raises:
        PortevoixError: the folder cannot be written.
    """
    try:
        new = [target for source, target in _files(folder) if _copied(source, target)]
    except OSError as error:
        raise PortevoixError(reason=f"{error.filename} cannot be written: {error.strerror}.") from None
    for target in new:
        typer.echo(f"wrote {target}")
    typer.echo(f"{len(new)} files written." if new else "Everything is here already; nothing was changed.")
    typer.echo("Next: portevoix demo, then edit prompts/brand.yaml.")


def _files(folder: Path) -> list[tuple[Path, Path]]:
    prompts = shipped("prompts")
    files = [(path, folder / "prompts" / path.relative_to(prompts)) for path in sorted(prompts.rglob("*"))]
    return [(shipped(".env.example"), folder / ".env.example"), *(pair for pair in files if pair[0].is_file())]


def _copied(source: Path, target: Path) -> bool:
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return True
