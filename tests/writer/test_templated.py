from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk.case import Alternative, Case, Origin, Severity, Status, Wish
from bot.errors import PromptsError
from bot.voice.library import Library
from bot.writer.templated import TemplatedWriter
from tests.fakes import COMPLAINT, case_in, draft

BRAND = """
name: Lune
languages: [fr, en]
managers: [console]
facts: {contact: {fr: en message privé, en: by direct message}}
"""
PROTOCOL = """
fallback: other
topics:
  late: {triggers: {fr: [pas reçu, en retard], en: [not received]}}
  broken: {severity: high, triggers: {fr: [cassé], en: [broken]}}
  refund: {triggers: {fr: [remboursé], en: [refund]}}
  rude: {triggers: {fr: [impoli]}}
  spam: {kind: spam, severity: low, reply: false, triggers: {fr: [crypto]}}
  other: {severity: low}
raises:
  critical: {fr: [avocat], en: [lawyer]}
"""
TEMPLATES = {
    "late-a.fr": "topic: late\nlang: fr\n---\nBonjour, le colis A. Écrivez-nous {{ contact }}.",
    "late-b.fr": "topic: late\nlang: fr\n---\nBonjour, le colis B.",
    "late-g.fr": "topic: late\nlang: fr\nnetworks: [google]\n---\nBonjour, le colis vu sur {{ network }}.",
    "late-n.fr": "topic: late\nlang: fr\nneeds: [first_name]\n---\nBonjour {{ first_name }}, le colis.",
    "late.en": "topic: late\nlang: en\n---\nHello, the parcel. Write to us {{ contact }}.",
    "broken.fr": "topic: broken\nlang: fr\nneeds: [first_name?]\n---\nBonjour {{ first_name }}, cassé.",
    "refund.en": "topic: refund\nlang: en\n---\nHello, the refund.",
    "other.fr": "topic: other\nlang: fr\n---\nBonjour, racontez-nous.",
}


@pytest.fixture
def library(tmp_path) -> Library:
    return library_of(tmp_path, TEMPLATES)


def library_of(root: Path, templates: dict[str, str]) -> Library:
    (root / "templates").mkdir(exist_ok=True)
    (root / "brand.yaml").write_text(BRAND, "utf-8")
    (root / "protocol.yaml").write_text(PROTOCOL, "utf-8")
    for name, text in templates.items():
        (root / "templates" / f"{name}.md").write_text(f"---\n{text}\n", "utf-8")
    return Library.load(root)


def received(text: str = "Pas reçu !", *, lang: str = "fr", **complaint) -> Case:
    """A case before its first draft, from somebody without a name."""
    said = replace(COMPLAINT, text=text, lang=lang, **{"author_name": "", **complaint})
    return case_in(Status.RECEIVED, complaint=said, lang=lang, topic="", draft=None)


ANOTHER = Wish()


def again(template: str, wish: Wish | None = ANOTHER, **complaint) -> Case:
    """A case whose draft from this template was not good enough."""
    return replace(received(**complaint), draft=draft(template=template), wish=wish)


async def test_a_reply_from_a_template(library):
    """Filled in, with the topic's kind and severity, and the version of the file it came from."""
    written = await TemplatedWriter(library).write(received())
    assert (written.text, written.template) == ("Bonjour, le colis A. Écrivez-nous en message privé.", "late-a.fr")
    assert (written.origin, written.lang, written.kind, written.topic) == (Origin.TEMPLATE, "fr", "complaint", "late")
    assert (written.severity, written.version) == (
        Severity.NORMAL,
        library.houses["main"].templates["late-a.fr"].version,
    )
    assert written.reason is None


@pytest.mark.parametrize(
    ("text", "lang"), [("J'attends toujours mon colis, pas reçu !", "fr"), ("I have not received my parcel", "en")]
)
async def test_the_customers_language(library, text, lang):
    """Found out from the words when the source does not say it."""
    written = await TemplatedWriter(library).write(received(text, lang=""))
    assert (written.lang, written.template[-2:], written.topic) == (lang, lang, "late")


async def test_a_topic_in_another_language(library):
    """Where the customer's language has nothing on the topic, its general template is better than a foreign one."""
    written = await TemplatedWriter(library).write(received("Je veux être remboursé"))
    assert (written.topic, written.template) == ("refund", "other.fr")
    assert "“refund” has no template here" in str(written.reason)


async def test_nothing_in_the_customers_language(library):
    """The brand's other languages are better than nothing, and the approver is told."""
    written = await TemplatedWriter(library).write(received("The package was broken", lang="en"))
    assert (written.topic, written.template, written.lang) == ("broken", "broken.fr", "en")
    assert "this one is in fr" in str(written.reason)


async def test_a_language_that_the_brand_does_not_speak(library):
    """The approver is told in which language the reply is."""
    written = await TemplatedWriter(library).write(received("Nichts erhalten, ich warte", lang="de"))
    assert (written.template, written.lang) == ("other.fr", "de")
    assert str(written.reason) == ("There is no template in the customer's language (de): this one is in fr.")


async def test_a_template_for_one_network(library):
    """It goes first there, and is never used elsewhere."""
    there = await TemplatedWriter(library).write(received(network="google"))
    elsewhere = await TemplatedWriter(library).write(received(network="x"))
    assert there.text == "Bonjour, le colis vu sur google."
    assert elsewhere.template == "late-a.fr"


async def test_a_name_that_is_not_known(library):
    """A template that needs it is passed over; one that may do without is used."""
    names = [(await TemplatedWriter(library).write(again(t))).template for t in ("late-a.fr", "late-b.fr")]
    broken = await TemplatedWriter(library).write(received("Tout est cassé"))
    assert "late-n.fr" not in names
    assert broken.text == "Bonjour , cassé."


async def test_a_name_that_is_known(library):
    """Then the template that needs it has its turn."""
    written = await TemplatedWriter(library).write(again("late-b.fr", author_name="Léa Moreau"))
    assert (written.template, written.text) == ("late-n.fr", "Bonjour Léa, le colis.")


async def test_another_draft_is_another_template(library):
    """The next one that fits, without a word."""
    written = await TemplatedWriter(library).write(again("late-a.fr"))
    assert (written.template, written.reason) == ("late-b.fr", None)


async def test_every_template_has_its_turn(library):
    """Asking again and again goes through all that fit and comes back to the first."""
    case, seen = received(), []
    for _ in range(5):
        written = await TemplatedWriter(library).write(case)
        seen.append(written.template)
        case = again(written.template)
    assert seen == ["late-a.fr", "late-b.fr", "other.fr", "late.en", "late-a.fr"]


@pytest.mark.parametrize("wish", [Wish(), Wish(note="plus court")])
async def test_there_is_no_other_template(tmp_path, wish):
    """The same one comes again, and nobody says that it is another."""
    writer = TemplatedWriter(library_of(tmp_path, {"late-a.fr": TEMPLATES["late-a.fr"]}))
    written = await writer.write(again("late-a.fr", wish))
    assert (written.template, str(written.reason)) == ("late-a.fr", "There is no other template that fits.")


async def test_a_template_that_is_gone_since(library):
    """After a draft whose template was deleted, the first one that fits is next."""
    assert (await TemplatedWriter(library).write(again("deleted.fr"))).template == "late-a.fr"


async def test_a_template_by_name(library):
    """Whatever the topic and the network; the first draft too."""
    for case in (received(), again("late-a.fr")):
        written = await TemplatedWriter(library).write(replace(case, wish=Wish(template="late-g.fr")))
        assert (written.template, written.topic, written.reason) == ("late-g.fr", "late", None)


async def test_a_template_by_name_in_another_language(library):
    """It is used, and the approver is told."""
    written = await TemplatedWriter(library).write(again("late-a.fr", Wish(template="refund.en")))
    assert (written.text, written.lang) == ("Hello, the refund.", "fr")
    assert "this one is in en" in str(written.reason)


async def test_a_template_by_name_that_is_gone(library):
    """Deleted between the wish and the draft: there is another draft, and it says so."""
    written = await TemplatedWriter(library).write(again("late-a.fr", Wish(template="gone.fr")))
    assert written.template == "late-b.fr"
    assert "gone.fr" in str(written.reason)


async def test_a_note_cannot_be_followed(library):
    """Another template comes, with the note for the person who reads it."""
    written = await TemplatedWriter(library).write(again("late-a.fr", Wish(note="plus {court}")))
    assert written.template == "late-b.fr"
    assert str(written.reason) == "Templates cannot follow a note (“plus {court}”): here is another one."


async def test_a_topic_that_gets_no_reply(library):
    """No text, the topic's kind, and the reason."""
    written = await TemplatedWriter(library).write(received("Gagnez des crypto"))
    assert (written.text, written.template, written.version) == ("", "", "")
    assert (written.kind, written.topic, written.severity) == ("spam", "spam", Severity.LOW)
    assert "leaves “spam” unanswered" in str(written.reason)


async def test_a_topic_that_gets_no_reply_unless_somebody_asks(library):
    """A person who asks for a draft all the same gets the general one."""
    written = await TemplatedWriter(library).write(again("", text="Gagnez des crypto"))
    assert (written.template, written.topic) == ("other.fr", "spam")


async def test_no_template_at_all(tmp_path):
    """Never an error: a person writes, and the topic and severity are known all the same."""
    writer = TemplatedWriter(library_of(tmp_path, {}))
    for case in (received("Tout est cassé"), again("late-a.fr", Wish(note="plus court"), text="Tout est cassé")):
        written = await writer.write(case)
        assert (written.text, written.topic, written.severity) == ("", "broken", Severity.HIGH)
        assert "No template fits" in str(written.reason)


async def test_what_else_would_fit(library):
    """The best template of each of the three best topics, best first, with its score."""
    text = "Pas reçu, en retard, et à la fin cassé ! Je veux être remboursé, quel vendeur impoli"
    found = (await TemplatedWriter(library).write(received(text))).alternatives
    assert [one.template for one in found] == ["late-a.fr", "broken.fr", "other.fr"]
    assert 1 > found[0].score > found[1].score > found[2].score == 0


async def test_alternatives_say_their_topic(library):
    """And a template in another language comes after all that the customer can read."""
    found = (await TemplatedWriter(library).write(received("Je veux être remboursé"))).alternatives
    assert found == (Alternative("other.fr", "other", 0.0), Alternative("refund.en", "refund", 0.0))


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Pas reçu, je prends un AVOCAT", Severity.CRITICAL),
        ("Pas reçu, my lawyer writes", Severity.CRITICAL),
        ("Pas reçu, un avocatier fleurit", Severity.NORMAL),
        ("Arrivé cassé", Severity.HIGH),
        ("Bof", Severity.LOW),
    ],
)
async def test_severity(library, text, severity):
    """The topic's, raised by the words that the protocol names, in whatever language they come."""
    assert (await TemplatedWriter(library).write(received(text))).severity is severity


async def test_an_unknown_brand(library):
    """That is said; the desk then shows the case without a draft."""
    with pytest.raises(PromptsError, match="no brand “nope”"):
        await TemplatedWriter(library).write(received(brand="nope"))


async def test_nobody_answers_what_nobody_has_read(library):
    """A bare link or a photo gets no invented reply; a template asked for by name is still used."""
    bare = received("", attachments=("photo.jpg",))
    writing = await TemplatedWriter(library).write(bare)
    assert (writing.text, writing.topic) == ("", "other")
    assert "what the customer wrote is missing" in str(writing.reason)
    asked = await TemplatedWriter(library).write(replace(bare, wish=Wish(template="late-b.fr")))
    assert asked.text == "Bonjour, le colis B."


async def test_an_amended_complaint_is_answered_anew(library):
    """The name that was added is greeted by the template that fits best, not by the next one in the row."""
    shown = again("late-a.fr", None, author_name="Léa Moreau")
    writing = await TemplatedWriter(library).write(shown)
    assert writing.template == "late-a.fr"
