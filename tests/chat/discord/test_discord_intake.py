"""What arrives in Discord becomes the right complaint, once; plain talk becomes none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.chat.discord.arrival import Arrival, is_forward
from bot.chat.discord.intake import (
    asks_for_reference,
    command_complaint,
    complaints,
    form_complaint,
    mention,
    pointed_at,
    preview_came,
    referenced,
)
from bot.chat.discord.message import as_payload
from bot.chat.identity import amends, noted

NOW = datetime(2026, 3, 2, 12, 4, 30, tzinfo=UTC)
HERE = Arrival(
    brand="main",
    received_at=NOW,
    guild="10",
    bot_user="900",
    bot_role="901",
    app_id="800",
    webhooks=frozenset({"700"}),
)
POST = "https://x.com/zoe_martin/status/1790000000000000001"
PLACE = "https://maps.app.goo.gl/AbCdEf123"
WORDS = "Toujours pas reçu mon colis !"
ORIGIN = "https://discord.com/channels/10/77/1472000000000000007"
ZOE = {"id": "5", "username": "zoe.m", "global_name": "Zoé", "discriminator": "0"}
LEA = {"id": "6", "username": "lea", "global_name": None, "discriminator": "0"}
BOT = {"id": "950", "username": "Helper", "discriminator": "1234", "bot": True}


def said(content="", **more) -> dict:
    return {
        "id": "1478000000000000001",
        "channel_id": "20",
        "guild_id": "10",
        "type": 0,
        "flags": 0,
        "author": LEA,
        "member": {"nick": None},
        "content": content,
        "timestamp": "2026-03-02T12:04:19.912000+00:00",
        "edited_timestamp": None,
        "embeds": [],
        "attachments": [],
        "mentions": [],
    } | more


def forwarded(content=WORDS, *, about=None, **more) -> dict:
    reference = {"type": 1, "channel_id": "77", "message_id": "1472000000000000007", "guild_id": "10"}
    shot = {"type": 0, "content": content, "timestamp": "2026-02-14T10:00:00+00:00", "embeds": [], "attachments": []}
    return said(
        flags=1 << 14, message_reference=reference | (about or {}), message_snapshots=[{"message": shot | more}]
    )


def tweet(**more) -> dict:
    return {
        "type": "rich",
        "url": POST,
        "description": "Colis perdu, merci [@acme](https://twitter.com/acme) 👏 https://t.co/abc",
        "timestamp": "2026-02-25T06:13:19.000000+00:00",
        "author": {"name": "Zoé Martin 🇫🇷 (@zoe_martin)", "url": "https://twitter.com/zoe_martin"},
        "footer": {"text": "X"},
    } | more


def tool(content="", *, embeds=(), **more) -> dict:
    author = {"id": "960", "username": "Zapier", "discriminator": "0000", "bot": True}
    return said(content, embeds=list(embeds), **({"webhook_id": "960", "author": author, "member": None} | more))


def only(message, *, arrival=HERE, **how):
    (found,) = complaints(message, arrival, **how)
    return found


def test_a_forward_is_the_message_it_shows():
    """Words, time, files and place of the original; nobody's, so that the card asks for the author."""
    found = only(forwarded(attachments=[{"filename": "SPOILER_colis.png"}]))
    assert (found.text, found.author, found.author_name) == (WORDS, "", "")
    assert (found.id, found.network, found.link) == ("discord:1472000000000000007", "discord", ORIGIN)
    assert found.written_at == datetime(2026, 2, 14, 10, tzinfo=UTC)
    assert (found.attachments, found.notes) == (("colis.png",), ())
    assert found.source == "discord:10:20:1478000000000000001"


def test_a_forward_from_elsewhere_keeps_its_own_server():
    """Direct messages have none; without a reference there is no link."""
    assert "/channels/11/77/" in only(forwarded(about={"guild_id": "11"})).link
    bare = {key: value for key, value in forwarded().items() if key != "message_reference"}
    assert (only(bare).link, only(bare).id) == ("", "discord:10:20:1478000000000000001")
    private = only(said("Nul", guild_id=None), arrival=replace(HERE, guild="0"), everything=True)
    assert private.link == "https://discord.com/channels/@me/20/1478000000000000001"


def test_a_forward_that_links_a_post_is_about_the_post():
    """With its preview the post's own words are the complaint, the ones around it a note."""
    bare, shown = only(forwarded(f"Encore : {POST}?s=20")), only(forwarded(f"Encore : {POST}", embeds=[tweet()]))
    assert (bare.id, bare.text, bare.author) == ("x:1790000000000000001", "Encore :", "@zoe_martin")
    assert (shown.id, shown.text, shown.notes) == (bare.id, "Colis perdu, merci @acme 👏", ("Encore :",))


def test_a_forwarded_post_of_a_tool_is_read_like_the_tool():
    """A snapshot does not tell who posted it; the embed tells whose words they are. One case with the original."""
    card = {"type": "rich", "description": "Jamais reçu", "author": {"name": "Zoé"}}
    found = only(forwarded("", embeds=[card]))
    assert (found.text, found.author_name, found.id) == ("Jamais reçu", "Zoé", "discord:1472000000000000007")
    assert only(tool(embeds=[card], id="1472000000000000007")).id == found.id


def test_words_beside_a_forward_in_the_same_message_are_a_note():
    """Discord's own forwards have none; what has is a colleague's."""
    assert only(forwarded() | {"content": "<@900> urgent, <@5> attend", "mentions": [ZOE]}).notes == (
        "urgent, @Zoé attend",
    )


def test_a_forward_without_the_intent_is_seen_as_one():
    """Nothing stands in it: no complaint, but the room can say what to switch on."""
    empty = forwarded("")
    assert complaints(empty, HERE, everything=True) == []
    assert is_forward(empty)
    assert not is_forward(said("Nul"))


def test_a_forward_of_our_own_card_is_none():
    """Its buttons tell."""
    row = {"type": 1, "components": [{"type": 2, "custom_id": "pv:approve:1"}]}
    card = {"type": 17, "components": [{"type": 10, "content": "Réclamation"}, row]}
    assert complaints(forwarded("", components=[card]), HERE, everything=True) == []
    assert only(forwarded("", components=[card["components"][0]])).text == "Réclamation"


def test_a_link_preview_is_the_post():
    """Words without the media link, handle and name, time; the words beside it a note."""
    found = only(said(f"à traiter svp {POST}?s=20&t=abc", embeds=[tweet(), tweet(description="", author={})]))
    assert (found.id, found.network, found.link) == ("x:1790000000000000001", "x", POST)
    assert (found.text, found.author, found.author_name) == (
        "Colis perdu, merci @acme 👏", "@zoe_martin", "Zoé Martin 🇫🇷",
    )  # fmt: skip
    assert found.written_at == datetime(2026, 2, 25, 6, 13, 19, tzinfo=UTC)
    assert found.notes == ("à traiter svp",)


@pytest.mark.parametrize(
    ("embed", "network", "author", "name", "text"),
    [
        (tweet(url="https://twitter.com/i/web/status/12"), "x", "@zoe_martin", "Zoé Martin 🇫🇷", None),
        (
            {"type": "article", "url": "https://bsky.app/profile/zoe.bsky.social/post/3k", "description": "Nul",
             "title": "Zoé (@zoe.bsky.social)", "provider": {"name": "Bluesky Social"}},
            "bluesky", "@zoe.bsky.social", "Zoé", "Nul",
        ),
        (
            {"type": "link", "url": "https://piaille.fr/@zoe/112233", "title": "Zoé (@zoe@piaille.fr)",
             "description": "Nul"},
            "mastodon", "@zoe@piaille.fr", "Zoé", "Nul",
        ),
        (
            {"type": "link", "url": "https://www.reddit.com/r/acme/comments/1abc/x/",
             "title": "From the acme community on Reddit: Parcel lost again",
             "description": "Explore this post and more from the acme community"},
            "reddit", "", "", "Parcel lost again",
        ),
        (
            {"type": "video", "url": "https://www.youtube.com/watch?v=abc", "title": "Test", "author": {"name": "Zoé"}},
            "youtube", "", "Zoé", "Test",
        ),
        (
            {"type": "link", "url": "https://www.facebook.com/acme/posts/1?comment_id=5", "description": "Promo"},
            "facebook", "", "", "",
        ),
    ],
)  # fmt: skip
def test_previews_of_every_network_are_read(embed, network, author, name, text):
    """What the network's preview tells, in Discord's shape; of a comment it shows only the post above."""
    found = only(said("", embeds=[embed]))
    assert (found.network, found.author, found.author_name) == (network, author, name)
    assert text is None or found.text == text


def test_a_later_preview_adds_what_was_missing():
    """The same id as before, and only what is new."""
    bare = said(f"à traiter <@900> {POST}")
    stored = only(bare)
    found = only(preview_came({**bare, "embeds": [tweet()]}, HERE, bare))
    added = amends(stored, found)
    assert (stored.text, stored.author, found.id) == ("", "@zoe_martin", stored.id)
    assert added is not None
    assert (added.text, added.author_name) == ("Colis perdu, merci @acme 👏", "Zoé Martin 🇫🇷")


def test_an_edit_brings_no_preview():
    """Correcting a word, a thread made of it, taking the preview away, an old message pinned."""
    before = said("a voir", embeds=[tweet()])
    assert preview_came(said("à voir", embeds=[tweet()]), HERE, before) is None
    assert preview_came(said("a voir", flags=32), HERE) is None
    assert preview_came(said("a voir", flags=4), HERE, before) is None
    late = replace(HERE, received_at=NOW + timedelta(days=1))
    assert preview_came({**before, "pinned": True}, late) is None
    edited = {**before, "edited_timestamp": (NOW + timedelta(days=1)).isoformat()}
    assert preview_came(edited, late) is not None


def test_an_edit_told_in_part_is_completed_by_what_we_knew():
    """Without its author nobody could say whether it is ours."""
    before = said(POST)
    part = {"id": before["id"], "channel_id": "20", "embeds": [tweet()]}
    assert preview_came(part, HERE) is None
    assert only(preview_came(part, HERE, before)).author_name == "Zoé Martin 🇫🇷"


def test_words_that_speak_to_the_bot_stay_a_note():
    """However long the instruction, by the bot's name or its role's."""
    for name in ("<@900>", "<@!900>", "<@&901>"):
        found = only(said(f"{name} peux-tu préparer une réponse courtoise pour ce client très fâché ? {POST}"))
        assert found.text == ""
        assert found.notes == ("peux-tu préparer une réponse courtoise pour ce client très fâché ?",)


def test_an_embed_of_a_tool_is_the_customers_words():
    """Author, link, words and time of the embed; title, fields and what announces it are notes."""
    card = {"type": "rich", "author": {"name": "Zoé Martin"}, "title": "★☆☆☆☆", "url": POST}
    card |= {"description": "Jamais **reçu**", "timestamp": "2026-02-25T06:13:19+00:00"}
    card |= {"fields": [{"name": "Note", "value": "1/5"}], "footer": {"text": "via Zapier"}}
    found = only(tool("Nouvel avis", embeds=[card]))
    assert (found.text, found.author, found.author_name) == ("Jamais **reçu**", "@zoe_martin", "Zoé Martin")
    assert (found.network, found.link, found.id) == ("x", POST, "x:1790000000000000001")
    assert set(found.notes) == {"Nouvel avis", "★☆☆☆☆", "Note: 1/5"}


FIELDS = [
    {"name": "**Auteur**", "value": "Zoé (@zoe)"},
    {"name": "Lien :", "value": f"[voir]({PLACE})"},
    {"name": "Commentaire", "value": "Jamais reçu\nà fuir"},
]
TOLD = f"**Author:** Zoé (@zoe)\n**Link**\n{PLACE}\n> Text: Jamais reçu\nà fuir"


@pytest.mark.parametrize(
    "message",
    [
        tool(embeds=[{"title": "Nouvel avis", "fields": FIELDS}]),
        tool("Nouvel avis", embeds=[{"description": TOLD}]),
        tool(f"Nouvel avis\n{TOLD}"),
        tool(components=[{"type": 17, "components": [{"type": 10, "content": f"Nouvel avis\n{TOLD}"}]}]),
        said(author=BOT, embeds=[{"title": "Nouvel avis", "fields": FIELDS}]),
    ],
)
def test_the_labels_of_a_tool_are_understood(message):
    """In fields, in lines, in bold, in the newest components, in both languages; by a webhook or a bot."""
    found = only(message)
    assert (found.text, found.author, found.author_name) == ("Jamais reçu\nà fuir", "@zoe", "Zoé")
    assert (found.network, found.link, found.notes) == ("google", PLACE, ("Nouvel avis",))


def test_each_embed_that_says_something_is_a_complaint():
    """Pictures say nothing; what has no link of its own is numbered after the message."""
    cards = [{"description": "Un"}, {"image": {"url": "https://a.fr/b.png"}}, {"description": "Deux"}]
    found = complaints(tool("Deux avis", embeds=cards), HERE)
    assert [(one.text, one.notes) for one in found] == [("Un", ("Deux avis",)), ("Deux", ("Deux avis",))]
    assert len({one.id for one in found}) == 2
    assert [one.id for one in complaints(tool("Deux avis", embeds=cards), HERE)] == [one.id for one in found]


def test_the_link_of_a_tool_gets_its_preview_too():
    """What Discord draws for it replaces what the tool says of it, under the same id."""
    bare = tool(f"New mention: {POST}")
    found = only({**bare, "embeds": [tweet()]})
    assert (found.id, found.text) == (only(bare).id, "Colis perdu, merci @acme 👏")
    assert found.notes == ("New mention:",)


@pytest.mark.parametrize(
    "message",
    [
        said("Bonjour à tous, on déjeune où ?"),
        said("lisez https://www.lemonde.fr/a", embeds=[{"type": "article", "url": "https://www.lemonde.fr/a"}]),
        said("notre page : https://www.facebook.com/acme et https://x.com/acme"),
        said(f"voir {ORIGIN}"),
        said("capture", attachments=[{"filename": "a.png"}], type=19),
        said("capture", attachments=[{"filename": "a.png"}], channel_type=11),
        said("", sticker_items=[{"name": "Yippee"}]),
        said("", author=BOT),
        said("GG <@6>, niveau 5 !", author=BOT),
        said("", author=BOT, type=20, embeds=[{"description": "Lecture en cours"}]),
        tool("Grande nouvelle", flags=2),
        tool("", embeds=[{"image": {"url": "https://a.fr/b.png"}}]),
        {"content": None, "type": 7},
    ],
)
def test_plain_talk_and_chatter_of_bots_are_none(message):
    """In a channel of forwards only forwards, posts, photos and what tools post count."""
    assert complaints(message, HERE) == []


@pytest.mark.parametrize(
    "message",
    [
        *[said("Nul", type=number) for number in (1, 6, 7, 8, 12, 18, 21, 22, 24, 46, 99)],
        said("Nul", flags=1 << 6),
        said("Nul", flags=1 << 7),
        forwarded() | {"author": {"id": "900", "bot": True}},
        tool("Nul", application_id="800"),
        tool("Nul") | {"webhook_id": "700"},
        tool("Grande nouvelle", flags=2),
        said("", sticker_items=[{"name": "Yippee"}]),
        said("<@7>"),
    ],
)
def test_notices_and_our_own_words_are_none_anywhere(message):
    """Joins, pins, threads, polls that end; what one person alone sees; our replies under a brand's name."""
    assert complaints(message, HERE, everything=True) == []


def test_where_customers_write_every_message_counts():
    """The person is the author, the message's own link the place to answer."""
    found = only(said("Ma commande n'arrive pas", author=ZOE), everything=True)
    assert (found.text, found.author, found.author_name) == ("Ma commande n'arrive pas", "@zoe.m", "Zoé")
    assert found.link == "https://discord.com/channels/10/20/1478000000000000001"
    assert (found.id, found.network) == ("discord:1478000000000000001", "discord")
    assert found.written_at == datetime(2026, 3, 2, 12, 4, 19, 912000, tzinfo=UTC)
    assert only(said("Nul", author=ZOE, type=19), everything=True).text == "Nul"


@pytest.mark.parametrize(
    ("author", "nick", "handle", "name"),
    [
        (ZOE, "Zoé [FR]", "@zoe.m", "Zoé [FR]"),
        (LEA, None, "@lea", "lea"),
        ({"id": "7", "username": "Mason", "discriminator": "9999"}, None, "", "Mason"),
        (BOT, None, "", "Helper"),
        ({}, None, "", ""),
    ],
)
def test_people_are_called_as_the_server_sees_them(author, nick, handle, name):
    """Nickname, display name, user name; old accounts and bots have no handle."""
    found = only(said("Nul", author=author, member={"nick": nick}), asked=True)
    assert (found.author, found.author_name) == (handle, name)


def test_a_bridge_speaks_for_a_customer():
    """Where customers write, plain words under another name are somebody's; elsewhere a tool's."""
    message = tool("Toujours rien reçu", author={"id": "960", "username": "Zoé (Matrix)", "bot": True})
    found = only(message, everything=True)
    assert (found.author_name, found.network, found.id) == ("Zoé (Matrix)", "discord", "discord:1478000000000000001")
    assert (only(message).author_name, only(message).network, only(message).id) == ("", "web", found.id)
    assert complaints(said("Bienvenue !", author=BOT), HERE, everything=True) == []
    assert only(tool("Avis", embeds=[{"description": "Nul"}]), everything=True).text == "Nul"


def test_a_message_read_where_it_stands_is_the_one_that_was_forwarded():
    """The message command and a forward are one case; for another brand another."""
    original = said(WORDS, id="1472000000000000007", channel_id="77", author=ZOE)
    found = only({key: value for key, value in original.items() if key != "guild_id"}, asked=True)
    assert (found.id, found.link) == (only(forwarded()).id, ORIGIN)
    assert only(original, asked=True, arrival=replace(HERE, brand="velo")).id == f"{found.id}@velo"


def test_a_customer_who_links_something_still_speaks():
    """Their words and their message are the complaint, before and after the preview; a remark is none."""
    words = f"Voilà trois semaines que j'attends, et vous publiez ça : {POST}"
    for embeds in ([], [tweet()]):
        found = only(said(words, embeds=embeds, author=ZOE), everything=True)
        assert (found.id, found.text) == ("discord:1478000000000000001", words)
    assert only(said(f"nul {POST}", author=ZOE), everything=True).network == "x"


def test_a_pasted_permalink_is_the_message_it_names():
    """Asked for with a remark: the room can read it, and it is the case that a forward makes."""
    found = only(said(f"<@900> réponds à ça {ORIGIN}"), asked=True)
    assert (found.id, found.text, found.notes) == ("discord:1472000000000000007", "", ("réponds à ça",))
    assert pointed_at(said(f"<@900> réponds à ça {ORIGIN}"), HERE) == ("10", "77", "1472000000000000007")
    assert pointed_at(said(f"<@900> {POST}"), HERE) is None
    words = f"Comme je le disais déjà ici, je n'ai toujours rien reçu : {ORIGIN}"
    assert only(said(words), everything=True).id == "discord:1478000000000000001"


def test_a_page_of_an_unknown_site_counts_when_asked():
    """A review site we do not know is answered by hand, from its preview."""
    link = "https://www.avis-inconnus.fr/a/1"
    found = only(said(link, embeds=[{"type": "link", "url": link, "description": "Service lamentable"}]), asked=True)
    assert (found.network, found.link, found.text) == ("web", link, "Service lamentable")


def test_a_photo_is_named_with_its_caption():
    """What a person shows counts in a complaint channel, caption or not."""
    found = only(said("vu en magasin", attachments=[{"filename": "photo.jpg"}]))
    assert (found.text, found.attachments, found.author) == ("vu en magasin", ("photo.jpg",), "@lea")
    assert only(said("", attachments=[{"filename": "photo.jpg"}])).text == ""


def post(content, **more) -> dict:
    return said(content, id="33", channel_id="33", channel_type=11, channel={"name": "Colis perdu", "type": 11}, **more)


def test_a_forum_post_says_its_title_too():
    """Unless its first message repeats it; later messages do not."""
    assert only(post("Depuis trois semaines."), everything=True).text == "Colis perdu\nDepuis trois semaines."
    assert only(post("Mon colis perdu, suite"), everything=True).text == "Mon colis perdu, suite"
    later = {**post("Toujours rien"), "id": "34"}
    assert only(later, everything=True).text == "Toujours rien"
    assert only(post("", attachments=[{"filename": "a.png"}])).text == "Colis perdu"


def test_a_poll_asks_its_question():
    """Where customers write; the answers are not kept."""
    assert only(said("", poll={"question": {"text": "Qui attend encore ?"}}), everything=True).text == (
        "Qui attend encore ?"
    )


def reply(content, *, to=None, **more) -> dict:
    about = {"message_id": "1477000000000000001", "channel_id": "20", "guild_id": "10"}
    root = {"id": "1477000000000000001", "channel_id": "20", "type": 0, "author": ZOE, "content": WORDS}
    return said(content, type=19, message_reference=about, referenced_message=root if to is None else to, **more)


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        (reply("<@900>"), True),
        (reply("<@900> réponds-lui poliment, et offre un bon de dix euros pour l'attente"), True),
        (reply("<@&901> stp"), True),
        (reply("réponds-lui", mentions=[BOT | {"id": "900"}]), False),
        (reply(f"<@900> {POST}"), False),
        (reply("<@900>", attachments=[{"filename": "a.png"}]), False),
        (reply("<@900> plus court", to={"id": "3", "author": {"id": "900"}}), False),
        (said("<@900> réponds-lui"), False),
        (None, False),
    ],
)
def test_a_reply_that_mentions_us_is_about_what_it_replies_to(message, asks):
    """Unless it brings something of its own, or replies to ourselves."""
    assert asks_for_reference(message, HERE) is asks


def test_the_referenced_message_is_the_complaint():
    """With the words of the mention as a note; gone, it is empty and the mention still asks."""
    message = reply("Hé <@900> : réponds à <@5>", mentions=[ZOE])
    found = noted(only(referenced(message, HERE), asked=True), mention(message, HERE))
    assert (found.id, found.text, found.author) == ("discord:1477000000000000001", WORDS, "@zoe.m")
    assert (found.notes, found.source) == (("Hé : réponds à @Zoé",), "discord:10:20:1477000000000000001")
    gone = message | {"referenced_message": None}
    assert (asks_for_reference(gone, HERE), referenced(gone, HERE)) == (True, {})


def test_what_began_a_thread_is_read_through_its_notice():
    """The message command on the first line of a thread means the message it shows."""
    assert only(reply("") | {"type": 21, "content": ""}, asked=True).id == "discord:1477000000000000001"
    assert complaints(reply("") | {"type": 21, "content": ""}, HERE, everything=True) == []


@pytest.mark.parametrize(
    ("typed", "text", "link", "case_id"),
    [
        (POST, "", POST, "x:1790000000000000001"),
        (f"[vu]({POST}?s=20)", "", POST, "x:1790000000000000001"),
        ("x.com/zoe_martin/status/12", "", "https://x.com/zoe_martin/status/12", "x:12"),
        (f"Jamais reçu <{POST}>", "Jamais reçu", POST, "x:1790000000000000001"),
        ("Jamais reçu & pas remboursé", "Jamais reçu & pas remboursé", "", "discord:10:20:42"),
        ("https://acme.fr/panne est cassé", "https://acme.fr/panne est cassé", "https://acme.fr/panne", None),
        (ORIGIN, "", ORIGIN, "discord:1472000000000000007"),
    ],
)
def test_the_command_takes_words_or_a_link(typed, text, link, case_id):
    """What is typed behind /reply is the customer's; the same interaction is one case."""
    found = command_complaint(typed, HERE, "20", "42")
    assert found is not None
    assert (found.text, found.link, found.source) == (text, link, "discord:10:20")
    assert case_id is None or found.id == case_id
    assert command_complaint("  ", HERE, "20", "42") is None


def test_the_form_holds_the_complaint():
    """Words, author, link and note, each where it belongs."""
    how = {"arrival": HERE, "channel": "20", "interaction_id": "42"}
    found = form_complaint(text="Jamais reçu", author="Zoé Martin", link=f"{POST}?s=20", note="VIP", **how)
    assert found is not None
    assert (found.id, found.text, found.link, found.notes) == ("x:1790000000000000001", "Jamais reçu", POST, ("VIP",))
    assert (found.author, found.author_name) == ("@zoe_martin", "Zoé Martin")
    handle = form_complaint(text="Nul", author="@zoe", link="en boutique", **how)
    assert handle is not None
    assert (handle.author, handle.author_name, handle.notes) == ("@zoe", "", ("en boutique",))
    assert form_complaint(note="rien", **how) is None


def test_ids_and_fields_stay_short():
    """The longest of texts, names and links still make a case that the store and Discord take."""
    link = "https://www.google.com/maps/place/" + "a" * 3000
    card = {"author": {"name": "é" * 900}, "url": link, "description": "x" * 90_000}
    found = only(tool(embeds=[card]), arrival=replace(HERE, brand="b" * 150))
    assert len(found.id) <= 200
    assert (len(found.text), found.text[-1], len(found.author_name)) == (40_000, "…", 200)


async def received(payload: dict) -> discord.Message:
    """The message that the library makes of a payload."""
    client = discord.Client(intents=discord.Intents.all())
    state = client._connection
    member = {"user": ZOE | {"avatar": None}, "roles": [], "joined_at": "2020-01-01T00:00:00+00:00", "nick": "Zoé [FR]"}
    rest = {"permissions": "0", "color": 0, "hoist": False, "managed": False, "mentionable": True, "position": 1}
    channel = {"id": "20", "type": 0, "name": "aide", "position": 0, "permission_overwrites": [], "nsfw": False}
    guild = discord.Guild(
        data={"id": "10", "name": "Acme", "roles": [{"id": "8", "name": "Équipe", **rest, "flags": 0}],
              "members": [member | {"deaf": False, "mute": False, "flags": 0}], "channels": [channel],
              "member_count": 1},
        state=state,
    )  # fmt: skip
    state._add_guild(guild)
    found = guild.get_channel(20)
    assert isinstance(found, discord.TextChannel)
    full = {"tts": False, "mention_everyone": False, "pinned": False, "mention_roles": [], "components": [], **payload}
    return discord.Message(state=state, channel=found, data=full)


async def test_what_the_library_received_reads_like_what_discord_sent():
    """A forward, a preview, a tool's embed, a reply, a customer: the same complaints from both."""
    avatar = {"avatar": None}
    shot = {"edited_timestamp": None, "embeds": [], "attachments": [], "mentions": []}
    file = {"id": "1", "filename": "a.png", "size": 1, "url": "https://a/b", "proxy_url": "https://a/b"}
    messages = [
        forwarded(**shot, components=[]) | {"author": LEA | avatar},
        said(POST, embeds=[tweet()], author=LEA | avatar),
        tool("Nouvel avis", embeds=[{"type": "rich", "fields": FIELDS}]) | {"author": BOT | avatar, "member": {}},
        said("", attachments=[file], author=LEA | avatar),
    ]
    for message in messages:
        payload = as_payload(await received({**message, "member": {"roles": [], "flags": 0}}))
        assert complaints(payload, HERE) == complaints(message, HERE) != []


async def test_the_library_knows_whom_the_words_name():
    """Members, roles and channels stand with their names, in a forward as well."""
    shot = {"edited_timestamp": None, "embeds": [], "attachments": []}
    message = forwarded("<@5> <@&8> <#20> <@404>", **shot, components=[]) | {"author": LEA | {"avatar": None}}
    payload = as_payload(await received({key: value for key, value in message.items() if key != "member"}))
    assert only(payload).text == "@Zoé [FR] @Équipe #aide @404"


async def test_a_reply_brings_what_it_replies_to():
    """As Discord sent it along."""
    root = said(WORDS, id="1477000000000000001", author=ZOE | {"avatar": None})
    root |= {"tts": False, "mention_everyone": False, "pinned": False, "mention_roles": [], "components": []}
    message = reply("<@900> stp", to=root) | {"author": LEA | {"avatar": None}}
    for each in (root, message):
        each.pop("member")
    payload = as_payload(await received(message))
    assert asks_for_reference(payload, HERE)
    found = only(referenced(payload, HERE), asked=True)
    assert (found.id, found.text, found.author) == ("discord:1477000000000000001", WORDS, "@zoe.m")
