"""Templates changed from Slack, as people do it."""

from __future__ import annotations

from slack_desk import Desk
from standin import View

PRESS = "template-edit"


def text_of(desk: Desk, name: str = "late.en") -> str:
    return (desk.folder / "prompts" / "templates" / f"{name}.md").read_text()


async def opened(desk: Desk, user: str, what: str = "late.en") -> View:
    await desk.slack.command(user, desk.complaints, "/reply", f"template {what}")
    await desk.slack.until(lambda: desk.slack.view(user) and desk.slack.view(user).callback_id == "template-text")
    return desk.slack.view(user)


def field(view: View) -> str:
    return next(block["block_id"] for block in view.blocks if block["block_id"].startswith("text"))


async def test_the_list(desk: Desk):
    """Topics with their languages, for everybody."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "template")
    told = await desk.told(desk.alex)
    assert all(words in told for words in ("late", "broken", "fr, en", "[New template]"))


async def test_a_change_is_in_the_next_draft(desk: Desk):
    """Saved in the file, front matter untouched; the next customer reads it."""
    view = await opened(desk, desk.camille)
    front = text_of(desk).partition("Hello")[0]
    await desk.slack.submit(desk.camille, values={field(view): "Hello, your parcel is being looked for. Thank you."})
    assert "saved" in desk.slack.view(desk.camille).seen
    assert text_of(desk) == f"{front}Hello, your parcel is being looked for. Thank you.\n"
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "Still waiting for my parcel, it is not there!")
    assert "is being looked for" in (await desk.card()).seen


async def test_who_is_no_manager_changes_nothing(desk: Desk):
    """Templates speak for the brand: managers only."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "template late")
    assert "Only a manager" in await desk.told(desk.alex)
    assert desk.slack.view(desk.alex) is None


async def test_a_broken_text_stays_in_the_form(desk: Desk):
    """The lint says what is wrong; nothing is written, nothing typed is lost."""
    view, before = await opened(desk, desk.camille), text_of(desk)
    await desk.slack.submit(desk.camille, values={field(view): "Hello {{ frist_name }}!"})
    shown = desk.slack.view(desk.camille)
    assert all(words in shown.seen for words in ("frist_name", "Hello {{"))
    assert text_of(desk) == before


async def test_two_people_edit_at_once(desk: Desk):
    """The second one is shown what the first has changed, and keeps their own words."""
    first, second = await opened(desk, desk.camille), await opened(desk, desk.sacha)
    await desk.slack.submit(desk.camille, values={field(first): "Hello from Camille."})
    await desk.slack.submit(desk.sacha, values={field(second): "Hello from Sacha."})
    shown = desk.slack.view(desk.sacha)
    assert all(words in shown.seen for words in ("Camille", "Hello from Sacha."))
    assert "Hello from Camille." in text_of(desk)
    await desk.slack.submit(desk.sacha, values={field(shown): "Hello from both."})
    assert "Hello from both." in text_of(desk)


async def test_who_changed_it_last_is_shown(desk: Desk):
    """With the difference."""
    view = await opened(desk, desk.camille)
    await desk.slack.submit(desk.camille, values={field(view): "Hello from Camille."})
    await desk.slack.close(desk.camille)
    assert "Camille Durand" in (await opened(desk, desk.sacha)).seen


async def test_the_preview_answers_the_last_real_complaint(desk: Desk):
    """What is typed is tried on what a customer of this topic wrote."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "Still waiting for my blue vase.")
    await desk.card()
    view = await opened(desk, desk.camille)
    assert "blue vase" in view.seen
    await desk.slack.type_in_view(desk.camille, view.id, field(view), "entry", "Hello, we look for it.")


async def test_another_language_in_the_same_form(desk: Desk):
    """The menu loads the other file."""
    view = await opened(desk, desk.camille, "late")
    other = "late.en" if "cherchons" in view.seen else "late.fr"
    await desk.slack.press_in_view(desk.camille, view.id, "template-choose", option=other)
    words = "looking for your parcel" if other == "late.en" else "cherchons votre colis"
    await desk.slack.until(lambda: words in desk.slack.view(desk.camille).seen)


async def test_a_new_template(desk: Desk):
    """Its words lead to it at once."""
    await desk.slack.command(desk.camille, desk.complaints, "/reply", "template new")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    told = {
        "topic": "late",
        "lang": "en",
        "text": "Hello, customs is slow.",
        "triggers": "customs\nstuck at the border",
    }
    await desk.slack.submit(desk.camille, values=told)
    assert "saved" in desk.slack.view(desk.camille).seen
    assert "customs is slow" in text_of(desk, "late-2.en")


async def test_an_unknown_template(desk: Desk):
    """A slip of the finger gets the names that were probably meant."""
    await desk.slack.command(desk.camille, desk.complaints, "/reply", "template laet")
    assert "late" in await desk.told(desk.camille)
