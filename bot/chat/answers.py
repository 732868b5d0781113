"""What the forms ask for, and how the answers are understood, the same in every chat. Pure; nothing here raises."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.decision import Amend
from bot.locale import Sentences
from bot.network.links import recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A complaint as somebody wrote it into the form; what they left open is empty."""

    brand: str = ""
    text: str = ""
    author: str = ""
    author_name: str = ""
    link: str = ""
    network: str = ""


def brought(*, text: str, link: str, author: str, brand: str = "") -> Brought:
    """A new complaint; the link tells its network, and its author where nobody wrote one."""
    place = recognise(link)
    handle, name = who(author)
    return Brought(
        brand=brand,
        text=text,
        author=handle or ("" if name else place.author),
        author_name=name,
        link=place.link or link,
        network=place.network if link else "",
    )


def missing(*, text: str, link: str, author: str) -> Amend:
    """What was added to a complaint; what stayed open is empty, and changes nothing."""
    held = brought(text=text, link=link, author=author)
    return Amend(text=held.text, author=held.author, author_name=held.author_name, link=held.link, network=held.network)


def who(said: str) -> tuple[str, str]:
    """Handle and name: a handle begins as handles do."""
    return (said, "") if said.startswith(("@", "u/", "/u/")) else ("", said)


def author_hint(say: Sentences) -> str:
    """How an author may be written."""
    return say("Name or handle, like Zoé Petit or @zoe_ptt.")


def note_hint(say: Sentences) -> str:
    """What may be asked of the next draft. Only a model follows a note, so it is only asked for where one writes."""
    return say(
        "The model follows your note, like “shorter”, “offer the 10 % code” or “use first names”; a template could "
        "not. Without one it tries something else."
    )


def reasons(say: Sentences) -> list[str]:
    """Why there is no reply, to choose from."""
    return [
        say("Already answered"),
        say("Not for us"),
        say("Not a complaint"),
        say("Troll or spam"),
        say("Better not to reply in public"),
    ]


def deleting(say: Sentences, network: str) -> str:
    """What it means to delete a reply, said above the question why."""
    return say(
        "This takes the reply off {network} for everyone, though some may have read it. The card will say why; with "
        "Undo there, another reply can be approved.",
        network=network,
    )


def deleted(say: Sentences) -> str:
    """It is gone; what can be done now."""
    return say("The reply is deleted, and its card says why. With Undo there, another one can be approved.")


def reason(chosen: str, said: str) -> str:
    """The chosen reason and the person's own words as one; empty when neither was given."""
    return ". ".join(filter(None, (chosen, said)))
