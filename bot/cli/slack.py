"""``portevoix slack manifest``: what to paste when the app is created."""

from __future__ import annotations

import typer

from bot.chat.slack.manifest import manifest


def write_manifest(url: str, lang: str) -> None:
    """Write the manifest to standard output; with ``url`` Slack posts there, without it uses a socket."""
    typer.echo(manifest(socket_mode=not url, request_url=url, lang=lang), nl=False)
