"""What a model is told of a case: masked, with the best of what was approved, and what was wrong so far."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk.case import Approval, Case, Finding, Level, Remark, Reply, Status, Wish
from bot.desk.decision import Record
from bot.desk.ports import Length
from bot.voice.house import House
from bot.voice.library import MAIN, Library
from bot.voice.privacy import Kind, Mask
from bot.voice.prompt import Frame, Matter
from bot.writer.matter import LONG_COMPLAINT, LONG_REPLY, MOST_EARLIER, MOST_EXAMPLES, matter
from tests.fakes import COMPLAINT, NOON, case_in, draft

BRAND = """
name: Lune
languages: [fr, en]
managers: [console]
signature: "^{initials}"
numbers: ["LT-[0-9]{6}"]
facts: {contact: {fr: {x: en message privé, default: par mail}, en: by message}, hotline: "01 45 67 89 01"}
"""
TOLD = Remark("Too long.")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    root: Path = tmp_path_factory.mktemp("prompts")
    (root / "brand.yaml").write_text(BRAND, "utf-8")
    (root / "protocol.yaml").write_text(
        "fallback: other\ntopics:\n  late: {triggers: {fr: [pas reçu]}}\n  other: {}\n", "utf-8"
    )
    return Library.load(root).house(MAIN)


def told(house: House, case: Case, mask: Mask | None = None, **known: Any) -> Matter:
    usual: dict[str, Any] = {"examples": (), "drafts": (), "records": (), "length": Length(0, 280), "frame": None}
    return matter(house, case, mask or Mask(house.privacy), **usual | known)


def received(text: str = "Pas reçu !", wish: str = "", **known: Any) -> Case:
    said = replace(COMPLAINT, text=text, **known)
    return case_in(Status.RECEIVED, complaint=said, draft=None, wish=Wish(wish) if wish else None)


def posted(number: int, reply: str, text: str = "", *, warned: bool = False, **known: Any) -> Case:
    """A case of before, the higher its number the older."""
    asks = ["Où est mon colis ?", "Toujours aucune livraison !", "J'attends.", "Le livreur est passé ?", "Un mois !!"]
    author = {"author": f"@client{number}", "author_name": "", **known}
    said = replace(COMPLAINT, id=f"x:{number}", text=text or f"{asks[number % 5]} {'z' * number * 7}", **author)
    found = (Finding("promise", Level.WARN, TOLD),) if warned else ()
    sent = Reply(text=f"{reply} ^CD", draft=1, approved_by=(Approval("u", "Camille Durand"),), approved_at=NOON)
    at = NOON - timedelta(days=number)
    written = draft(text=reply, findings=found)
    return case_in(Status.POSTED, complaint=said, draft=written, reply=sent, updated_at=at)


ONES = [
    "Bonjour, nous cherchons votre colis et revenons vers vous.",
    "Merci de votre message : le transporteur est interrogé.",
    "Oui, une semaine de plus, c’est long. Quel est votre numéro ?",
    "Un carton perdu se retrouve : dites-nous où il devait arriver.",
    "Nous avons tout noté. À très vite en message privé !",
]


def replies(matter: Matter) -> list[str]:
    return [example.reply for example in matter.examples]


def test_nothing_personal_of_the_case_is_told(house: House) -> None:
    """Complaint, notes, wish, earlier drafts, what was wrong with them, the template: all under the same mask."""
    mail = "lea@mail.example"
    wrong = (Finding("private", Level.BLOCK, Remark("Data: “{quote}”.", {"quote": mail})),)
    matter = told(
        house,
        received(f"Écrivez à {mail}, commande LT-123456, @lea_m", f"dis {mail}", notes=(f"son mail: {mail}",)),
        drafts=[draft(text=f"Bonjour {mail}", findings=wrong)],
        frame=Frame(f"Bonjour, {mail}.", (f"{mail}.",), 0.4),
    )
    assert mail not in repr(matter)
    assert matter.complaint == "Écrivez à [EMAIL_1], commande [ORDER_1], [HANDLE_1]"
    assert (matter.notes, matter.wish) == (("son mail: [EMAIL_1]",), "dis [EMAIL_1]")
    assert (matter.earlier[0].text, matter.earlier[0].wrong) == ("Bonjour [EMAIL_1]", ("Data: “[EMAIL_1]”.",))
    assert matter.frame == Frame("Bonjour, [EMAIL_1].", ("[EMAIL_1].",), 0.4)


def test_the_customers_handle_comes_back(house: House) -> None:
    """As a placeholder that the same mask shows again."""
    mask = Mask(house.privacy)
    assert told(house, received(), mask).handle == "[HANDLE_1]"
    assert mask.show("Bonjour [HANDLE_1]", {Kind.HANDLE}) == "Bonjour @lea_m"
    assert told(house, received(author="<@U1>")).handle == ""


def test_the_brands_facts_are_those_of_language_and_network(house: House) -> None:
    """In the brand's first language for a customer who writes in another; the brand's own number is not masked."""
    assert told(house, received()).facts == {"contact": "en message privé", "hotline": "01 45 67 89 01"}
    english = replace(received(network="web"), lang="en")
    assert told(house, english).facts["contact"] == "by message"
    assert told(house, replace(english, lang="de")).facts["contact"] == "par mail"


def test_the_room_is_what_the_signature_leaves(house: House) -> None:
    """A blank, a sign and two initials; no limit stays none."""
    assert (told(house, received()).limit, told(house, received()).unit) == (276, "characters")
    assert told(house, received(), length=Length(0, None)).limit is None
    assert told(house, received(), length=Length(0, 3, "bytes")).limit == 0


def test_what_is_not_known_yet_is_found_out(house: House) -> None:
    """Language and topic, as for a template."""
    matter = told(house, replace(received("Je n'ai toujours pas reçu ma commande"), lang="", topic=""))
    assert (matter.lang, matter.topic) == ("fr", "late")


def test_the_last_drafts_are_told_with_what_was_wrong(house: House) -> None:
    """The checks' findings and people's notes; empty drafts are none, and the wish is said once."""
    drafts = [draft(number, text=f"Version {number}") for number in range(1, 6)] + [draft(6, text=" ")]
    drafts[3] = replace(drafts[3], findings=(Finding("length", Level.BLOCK, TOLD),))
    note = {"case_id": "x", "at": NOON, "by": "u", "by_name": "U"}
    records = [
        Record(draft=4, action="redraft", note="Tutoie-la", **note),
        Record(draft=5, action="redraft", note="Plus court", **note),
        Record(draft=5, action="approve", note="-", **note),
    ]
    matter = told(house, received(wish="Plus court"), drafts=drafts, records=records)
    assert [one.text for one in matter.earlier] == ["Version 3", "Version 4", "Version 5"]
    assert [one.wrong for one in matter.earlier] == [(), ("Too long.", "Tutoie-la"), ()]
    assert len(matter.earlier) == MOST_EARLIER


# Examples


def test_the_newest_examples_come_first_and_few(house: House) -> None:
    """As they are handed in."""
    cases = [posted(number, reply) for number, reply in enumerate(ONES)]
    assert replies(told(house, received(), examples=cases)) == ONES[:MOST_EXAMPLES]


def test_what_was_approved_with_a_warning_comes_last(house: House) -> None:
    """A newer one, too: somebody overrode a check."""
    cases = [posted(number, reply, warned=number < 2) for number, reply in enumerate(ONES[:4])]
    assert replies(told(house, received(), examples=cases)) == [ONES[2], ONES[3], ONES[0], ONES[1]]


def test_examples_are_not_alike(house: House) -> None:
    """The same template for two customers teaches once; the same complaint too."""
    cases = [
        posted(0, "Bonjour Anaïs, nous cherchons votre colis.", author_name="Anaïs Roy"),
        posted(1, "Bonjour Karim, nous cherchons votre colis.", author_name="Karim Roy"),
        posted(2, ONES[1], "Où est passée ma commande de mardi ?"),
        posted(3, ONES[2], "où est passée ma commande de mardi ??"),
    ]
    found = replies(told(house, received(author_name=""), examples=cases))
    assert found == ["Bonjour, nous cherchons votre colis.", ONES[1]]


def test_an_example_teaches_no_other_customers_data(house: House) -> None:
    """The name becomes this customer's, the handle goes, and no placeholder could bring another's data back."""
    text = "LT-654321 et anna@mail.example ; tapez [EMAIL_1] @lea_m"
    cases = [posted(1, "@anna, bonjour Anna, nous cherchons.", text, author="@anna", author_name="Anna Roy")]
    [example] = told(house, received(), examples=cases).examples
    assert example.reply == "Bonjour Léa, nous cherchons."
    assert example.complaint == "[ORDER] et [EMAIL] ; tapez [TEXT] [HANDLE]"


def test_a_reply_that_holds_personal_data_is_no_example(house: House) -> None:
    """It is about that customer alone."""
    cases = [posted(1, "Nous vous avons écrit à anna@mail.example."), posted(2, "LT-654321 est parti.")]
    assert told(house, received(), examples=cases).examples == ()


def test_what_is_long_is_no_example(house: House) -> None:
    """Neither the complaint nor the reply."""
    cases = [posted(1, ONES[0], "mot " * LONG_COMPLAINT), posted(2, "mot " * LONG_REPLY), posted(3, "")]
    assert told(house, received(), examples=cases).examples == ()


def test_the_case_itself_is_no_example(house: House) -> None:
    """When it is drafted anew after it was posted."""
    own = replace(posted(1, ONES[0]), complaint=COMPLAINT)
    assert told(house, received(), examples=[own]).examples == ()


def test_an_example_has_no_signature(house: House) -> None:
    """Also where the draft it came from is no longer at hand."""
    lost = replace(posted(1, ONES[0]), draft=None)
    assert replies(told(house, received(), examples=[lost])) == [ONES[0]]
