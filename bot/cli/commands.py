"""The command line: every command with its options. What a command does stands in the file of its name.

Those files are imported when their command runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot.chat.console.formats import Format
from bot.desk.case import Status

HELP = """Replies to unhappy customers, posted only once a manager has said yes.

Begin with "portevoix demo": it needs no account, no key and no server."""

app = typer.Typer(help=HELP, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)
prompts = typer.Typer(help="Check, try and list what stands in prompts/.", rich_markup_mode=None, no_args_is_help=True)
cases = typer.Typer(help="List, show and export cases.", rich_markup_mode=None, no_args_is_help=True)
slack = typer.Typer(help="Set up the Slack app.", rich_markup_mode=None, no_args_is_help=True)
discord = typer.Typer(help="Set up the Discord bot.", rich_markup_mode=None, no_args_is_help=True)
networks = typer.Typer(help="The brands' accounts on networks.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(prompts, name="prompts")
app.add_typer(cases, name="cases")
app.add_typer(slack, name="slack")
app.add_typer(discord, name="discord")
app.add_typer(networks, name="networks")


class ExportFormat(StrEnum):
    """How cases are written out."""

    JSONL = "jsonl"
    CSV = "csv"


class Pen(StrEnum):
    """Who drafts."""

    MODEL = "model"
    TEMPLATED = "templated"


class TeamLanguage(StrEnum):
    """The languages that Portevoix itself speaks."""

    FR = "fr"
    EN = "en"


From = Annotated[str, typer.Option("--from", metavar="FILE|-", help="CSV, JSON lines, or one complaint per line.")]
TextColumn = Annotated[str, typer.Option(metavar="NAME", help="The column that holds the complaint.")]
Form = Annotated[Optional[Format], typer.Option("--format", help="When the file does not tell by itself.")]  # noqa: UP045
BrandName = Annotated[
    str, typer.Option("--brand", metavar="NAME", help="A folder of prompts/ with its own brand.yaml.")
]
Lang = Annotated[Optional[TeamLanguage], typer.Option(help="The team's language, instead of the brand's.")]  # noqa: UP045


@app.callback(invoke_without_command=True)
def portevoix(
    context: typer.Context,
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and log everything.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Read by ``main`` too: an error is told in a sentence unless ``--debug`` asks for the traceback."""
    context.obj = debug
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"portevoix {installed('portevoix')}")
        raise typer.Exit


@app.command()
def demo(
    source: From = "",
    text_column: TextColumn = "",
    form: Form = None,
    brand: BrandName = "main",
    lang: Lang = None,
    *,
    approve_all: Annotated[bool, typer.Option("--approve-all", help="Approve all that no check blocks.")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Post by hand: a text to copy, a link to open.")] = False,
) -> None:
    """A guided minute: complaints come in, you decide, replies go to the outbox file."""
    import asyncio

    from bot.cli import demo, ground

    settings, library = ground.start()
    run = demo.Demo(
        settings,
        library,
        brand,
        source=source,
        text_column=text_column,
        form=form,
        by_hand=by_hand,
        lang=lang.value if lang else "",
    )
    asyncio.run(run.run(approve_all=approve_all))


@app.command()
def run() -> None:
    """Serve every chat that is configured, until Ctrl-C or SIGTERM."""
    import asyncio

    from bot.cli import ground, run

    settings, library = ground.start()
    asyncio.run(run.run(settings, library))


@app.command()
def draft(
    source: From,
    text_column: TextColumn = "",
    form: Form = None,
    brand: BrandName = "main",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Draft a reply to every complaint of a file; nothing is stored, nothing is posted."""
    from bot.cli import draft, ground

    _, library = ground.start()
    write = draft.write_json if as_json else draft.write_cards
    if draft.run(library.house(brand), source, text_column, form, write):
        raise typer.Exit(1)


@app.command()
def init() -> None:
    """Copy the shipped prompts and .env.example into this folder; nothing is overwritten."""
    from bot.cli import init

    init.run(Path())


@app.command()
def doctor() -> None:
    """Check settings, prompts, database, model, accounts, Slack and Discord; say how to mend what is wrong."""
    import asyncio

    from bot.cli import doctor

    if not asyncio.run(doctor.run()):
        raise typer.Exit(1)


@slack.command("manifest")
def slack_manifest(
    url: Annotated[
        str, typer.Option(metavar="URL", help="Your public https address, for HTTP; left out: Socket Mode.")
    ] = "",
    lang: Annotated[TeamLanguage, typer.Option(help="The language of the command's and the shortcuts' names.")] = (
        TeamLanguage.EN
    ),
) -> None:
    """Print the app manifest, to paste at api.slack.com/apps when the app is created."""
    from bot.cli import slack as command

    command.write_manifest(url, lang.value)


@discord.command("invite")
def discord_invite(
    app_id: Annotated[
        str, typer.Option(metavar="ID", help="The application's id; left out: that of DISCORD_BOT_TOKEN.")
    ] = "",
) -> None:
    """Print the link that invites the bot to a server, with just the permissions that it needs."""
    import asyncio

    from bot.cli import discord as command
    from bot.cli import ground

    asyncio.run(command.write_invite(ground.settings(), app_id))


@prompts.command("check")
def prompts_check() -> None:
    """Say what is wrong in prompts/, with file and line."""
    import bot.cli.prompts as command
    from bot.cli import ground

    if not command.check(ground.settings()):
        raise typer.Exit(1)


@prompts.command("list")
def prompts_list(brand: BrandName = "main") -> None:
    """List the templates: topic, language, networks, version."""
    import bot.cli.prompts as command
    from bot.cli import ground

    _, library = ground.start()
    command.listing(library.house(brand))


@prompts.command("preview")
def prompts_preview(
    name: Annotated[str, typer.Argument(help="The template's file name, with or without .md; or draft.")],
    brand: BrandName = "main",
    author: Annotated[str, typer.Option(metavar="NAME", help="The customer's display name.")] = "Camille Martin",
    network: Annotated[str, typer.Option(metavar="NETWORK", help="Where the customer wrote.")] = "x",
    on: Annotated[
        str, typer.Option("--on", metavar="CASE|FILE|-", help="Of draft: the case, or a complaint, to write about.")
    ] = "",
) -> None:
    """Show what a template says to a customer; of draft, just what a model would be sent, and its tokens."""
    import asyncio

    import bot.cli.prompts as command
    from bot.cli import ground

    settings, library = ground.start()
    if command.is_prompt(name):
        from bot.cli import prompt_preview

        asyncio.run(prompt_preview.preview(settings, library, brand, on, author, network))
        return
    command.preview(library.house(brand), name, author, network)


@prompts.command("test")
def prompts_test(brand: BrandName = "main") -> None:
    """Run the brand's cases (prompts/cases/*.yaml): is the topic right, does the reply say what it must?"""
    from bot.cli import ground, trials

    _, library = ground.start()
    if not trials.run(library.house(brand), library.root):
        raise typer.Exit(1)


@networks.command("list")
def networks_list() -> None:
    """List the accounts of brand.yaml: what each can do, and which secrets it has from the environment."""
    import asyncio

    import bot.cli.networks as command
    from bot.cli import ground

    asyncio.run(command.listing(*ground.start()))


@networks.command("check")
def networks_check() -> None:
    """Ask every account's network whether it may post; posts nothing."""
    import asyncio

    import bot.cli.networks as command
    from bot.cli import ground

    if not asyncio.run(command.check(*ground.start())):
        raise typer.Exit(1)


@networks.command("whoami")
def networks_whoami() -> None:
    """Say as whom each account is known on its network."""
    import asyncio

    import bot.cli.networks as command
    from bot.cli import ground

    if not asyncio.run(command.whoami(*ground.start())):
        raise typer.Exit(1)


@networks.command("try")
def networks_try(
    link: Annotated[str, typer.Argument(metavar="LINK", help="A link to a customer's post.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="A reply to measure.")] = "",
    brand: BrandName = "main",
) -> None:
    """Read the post behind a link, and measure a reply to it; posts nothing."""
    import asyncio

    import bot.cli.networks as command
    from bot.cli import ground

    if not asyncio.run(command.attempt(*ground.start(), brand, link, text)):
        raise typer.Exit(1)


StatusFilter = Annotated[Optional[Status], typer.Option("--status", help="Only those that stand so.")]  # noqa: UP045
BrandFilter = Annotated[str, typer.Option("--brand", metavar="NAME", help="Only this brand's.")]
NetworkFilter = Annotated[str, typer.Option("--network", metavar="NETWORK", help="Only this network's.")]
Since = Annotated[Optional[datetime], typer.Option(help="Only those received since (UTC).")]  # noqa: UP045


@cases.command("list")
def cases_list(
    status: StatusFilter = None,
    brand: BrandFilter = "",
    network: NetworkFilter = "",
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, newest first.")] = 50,
) -> None:
    """List cases, newest first."""
    import asyncio

    import bot.cli.cases as command
    from bot.cli import ground

    asyncio.run(command.listing(ground.settings(), command.filters(status, brand, network, since), limit))


@cases.command("show")
def cases_show(
    case: Annotated[str, typer.Argument(metavar="ID", help="The case's id.")],
) -> None:
    """Show one case: its card, every draft and every decision."""
    import asyncio

    import bot.cli.cases as command
    from bot.cli import ground

    asyncio.run(command.show(ground.settings(), case))


@cases.command("export")
def cases_export(
    status: StatusFilter = None,
    brand: BrandFilter = "",
    network: NetworkFilter = "",
    since: Since = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="JSON lines hold everything.")] = ExportFormat.JSONL,
) -> None:
    """Write cases to standard output, with all drafts and decisions."""
    import asyncio

    import bot.cli.cases as command
    from bot.cli import ground

    asyncio.run(command.export(ground.settings(), command.filters(status, brand, network, since), form.value))


@app.command()
def replay(
    since: Annotated[datetime, typer.Option(help="Complaints received since (UTC).")],
    until: Annotated[Optional[datetime], typer.Option(help="Complaints received before; left out: now.")] = None,  # noqa: UP045
    brand: BrandFilter = "",
    writer: Annotated[
        Optional[Pen],  # noqa: UP045
        typer.Option(help="Who drafts; left out: the model (OPENAI_MODEL) where one is set."),
    ] = None,
    prompts_folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--prompts", metavar="DIR", help="Another folder of prompts than the one in use."),
    ] = None,
    limit: Annotated[Optional[int], typer.Option(min=1, help="How many complaints at most, oldest first.")] = None,  # noqa: UP045
    out: Annotated[
        Path, typer.Option(metavar="FILE.html", help="The page; what is drafted is kept beside it, as .jsonl.")
    ] = Path("replay.html"),
    at_once: Annotated[int, typer.Option(min=1, max=100, help="Drafts under way at a time.")] = 4,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew instead of going on.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show personal data on the page.")] = False,
) -> None:
    """Draft past complaints again with other prompts, another writer or model; nothing is posted or changed.

    A table compares these drafts with those of that time and with what was approved; a page shows them side by side.
    Ctrl-C stops it, and the same command goes on. Calls of a model count towards the day's budget.
    """
    import asyncio

    from bot.cli import ground
    from bot.cli import replay as command

    settings = ground.settings()
    end = asyncio.run(
        command.run(
            settings,
            command.Options(
                since=command.aware(since),
                until=command.aware(until or datetime.now(UTC)),
                prompts=prompts_folder or settings.prompts,
                model=command.model_for(settings, writer),
                out=out,
                brand=brand,
                limit=limit,
                at_once=at_once,
                fresh=fresh,
                unmasked=unmasked,
            ),
        )
    )
    if end:
        raise typer.Exit(end)


@prompts.command("suggest")
def prompts_suggest(
    since: Annotated[datetime, typer.Option(help="Complaints received since (UTC).")],
    until: Annotated[Optional[datetime], typer.Option(help="Complaints received before; left out: now.")] = None,  # noqa: UP045
    brand: BrandName = "main",
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE.diff", help="Where the diff goes, instead of standard output."),
    ] = None,
) -> None:
    """Propose changes of voice.md, never.md and templates, from what people changed in drafts; nothing is changed.

    What comes up at least three times becomes one diff to read and to apply with git apply or patch. A model, where
    one is set, reads the edits too, personal data masked.
    """
    import asyncio

    from bot.cli import ground, suggest
    from bot.cli.replay import aware

    settings, library = ground.start()
    chosen = suggest.Options(brand, aware(since), aware(until) if until else None, out)
    asyncio.run(suggest.run(settings, library, chosen))
