"""Discord's way of writing becomes what a person reads; what we send is read as it stands."""

import re

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.discord.text import escape, inert, links, plain, without, writing

POST = "https://x.com/zoe/status/12"
NAMES = {"@1": "Zoé", "&2": "Équipe", "#3": "aide"}


@pytest.mark.parametrize(
    ("discord", "person"),
    [
        ("Salut <@1>, <@!1> et <@9>", "Salut @Zoé, @Zoé et @9"),
        ("<@&2> voir <#3> ou <#7>", "@Équipe voir #aide ou #7"),
        ("merci <:bravo:888159336168300599> <a:hop:1>", "merci :bravo: :hop:"),
        ("le <t:1772442000:D> à <t:1772442000:t>", "le 2026-03-02 à 09:00 UTC"),
        ("<t:1772442000> <t:1772442000:R>", "2026-03-02 09:00 UTC 2026-03-02 09:00 UTC"),
        ("<t:99999999999999>", "<t:99999999999999>"),
        ("le ||secret|| et ||un\nautre||", "le secret et un\nautre"),
        ("5 || 6", "5 || 6"),
        (r"\|\|rien\|\| de \*caché\*", "||rien|| de *caché*"),
        ("[ici](https://a.fr/b) et [là](<https://a.fr/c>)", "ici (https://a.fr/b) et là (https://a.fr/c)"),
        ('[ici](https://a.fr/b_(c) "titre")', "ici (https://a.fr/b_(c))"),
        ("[a.fr/b](https://www.a.fr/b/)", "a.fr/b"),
        ("[@acme](https://twitter.com/acme) nul", "@acme nul"),
        ("[pas un lien](ici) [x]", "[pas un lien](ici) [x]"),
        ("<https://a.fr/x_y> <mailto:zoe@a.fr>", "https://a.fr/x_y zoe@a.fr"),
        (r"https://a.fr/\_x **gras** _it_ ~~non~~", r"https://a.fr/\_x **gras** _it_ ~~non~~"),
        ("¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"),
        ("</reply:42> dans <id:guide>", "/reply dans #guide"),
        ("@everyone <3 a < b > c", "@everyone <3 a < b > c"),
        ("10:30:45 :pray: 🙏", "10:30:45 :pray: 🙏"),
        ("> cité\n- un\x00", "> cité\n- un"),
    ],
)
def test_a_person_reads_names_dates_and_links(discord, person):
    """Nobody complains in angle brackets; what customers typed themselves stays."""
    assert plain(discord, NAMES) == person


def test_links_are_found_once_wherever_they_stand():
    """Bare, in brackets, masked, hidden; without the stop behind them."""
    text = f"{POST}, <{POST}> [un](https://a.fr/1) ||https://a.fr/2|| (https://a.fr/3)."
    assert links(text) == [POST, "https://a.fr/1", "https://a.fr/2", "https://a.fr/3"]
    assert without(text, {POST, "https://a.fr/1", "https://a.fr/2"}) == ", (https://a.fr/3)."


def test_words_beside_a_link_are_a_remark_or_not():
    """As in every chat: short ones and those to the bot are, quotations never."""
    writes = writing()
    assert writes.beside(f"à traiter <{POST}>") == "à traiter"
    assert writes.is_remark("à traiter", asked=False)
    assert not writes.is_remark("« Nul »", asked=True)


HOSTILE = "@everyone <@1> [x](y) **b** # h > q {{ 7*7 }} ||s|| `c` https://evil.example"


def test_hostile_words_are_read_as_they_stand():
    """The bar of the issue, and the same words at the beginning of lines."""
    for text in (HOSTILE, "\n".join(HOSTILE.split())):
        shown = inert(text)
        assert live(shown) == []
        assert drawn(shown) == text


@pytest.mark.parametrize(
    "text",
    [
        "# titre", "-# petit", "### x", "> cité", ">>> tout", "- un", "  * deux", "+ trois", "1. un", "12. x",
        "a\n# b", "a\r# b", "a\u2028> b", "[x](https://a.fr)", "<t:1:R>", "<:a:1>", "</reply:1>", "<#3>", "<@&2>",
        "https://a.fr", "steam://run/1", "<https://a.fr>", "a_b_c", "~~x~~", "```py\nx\n```", "\\\\*x*", "@here",
    ],
)  # fmt: skip
def test_every_mark_of_discord_is_literal(text):
    """Headings, lists, quotes, links, times, emoji, code; those that the library forgets as well."""
    assert live(text)
    assert live(inert(text)) == []
    assert drawn(inert(text)) == text


@given(st.text(alphabet="*_~`|<>@#-+:/[]()\\ \n1.aé") | st.text())
def test_inert_text_reads_as_it_was(text):
    """Nothing is lost, nothing is live."""
    shown = inert(text)
    assert drawn(shown) == text
    assert live(shown) == []
    assert shown.count("\u200b") == text.count("\u200b")


@given(st.text(alphabet="*_<>@|[]()\\ \nhtps:/.a&") | st.just(HOSTILE))
def test_escaped_text_differs_by_whole_links_only(text):
    """A bare link can be followed, and hides nothing."""
    shown = escape(text)
    left = re.sub(r"(?<!\\)<(https?://[^\s<>]+)>", "", shown, flags=re.IGNORECASE)
    assert live(left) == []
    assert drawn(re.sub(r"(?<!\\)<(https?://[^\s<>]+)>", r"\1", shown, flags=re.IGNORECASE)) == text


def test_an_escaped_link_keeps_its_signs():
    """A backslash within it would lead elsewhere."""
    assert escape("voir https://a.fr/x_y_z, *urgent*") == r"voir <https://a.fr/x_y_z>, \*urgent\*"
    assert escape("[x](https://evil.example)") == r"\[x](<https://evil.example>)"


def test_the_library_alone_is_not_enough():
    """Should it learn to escape these, our own may go."""
    forgets = ["[x](https://a.fr)", "1. un", "<t:1:R>", "<:a:1>", "<#3>", "https://a.fr"]
    escaped = [discord.utils.escape_mentions(discord.utils.escape_markdown(text)) for text in forgets]
    assert [live(text) != [] for text in escaped] == [True] * len(forgets)


#: What Discord's client draws or follows, as far as the signs before it are no backslash.
_LIVE = re.compile(
    r"\\[^0-9A-Za-z\s]"
    r"|(?P<live>[*_~`|]|\[.*?\]\(.*?\)|<[@#:/ati]|@(?:everyone|here)|(?:https?|steam)://\S"
    r"|(?:\A|(?<=[\n\r\u2028\u2029]))[ \t]*(?:\#{1,3}\s|-\#|>|[-+*]\s|[0-9]+\.\s))",
    re.DOTALL,
)


def live(text: str) -> list[str]:
    """The signs in a text that Discord would act on."""
    return [found["live"] for found in _LIVE.finditer(text) if found["live"]]


def drawn(text: str) -> str:
    """A text without live signs as Discord's client draws it."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)
