"""What arrives in Slack becomes the right complaint, once; plain talk becomes none."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.chat.identity import amends, noted
from bot.chat.slack.intake import (
    Arrival,
    asks_for_thread,
    command_complaint,
    complaints,
    form_complaint,
    mention,
    preview_came,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = Arrival(
    team="T1",
    brand="main",
    received_at=NOW,
    workspace_url="https://acme.slack.com/",
    bot_user="UBOT",
    bot_id="BBOT",
    app_id="ABOT",
)
POST = "https://x.com/zoe_martin/status/1790000000000000001"
PLACE = "https://maps.app.goo.gl/AbCdEf123"
WORDS = "Toujours pas reçu mon colis !"
ORIGIN = "https://acme.slack.com/archives/C7/p1772000000000100"


def said(text="", **more) -> dict:
    return {"type": "message", "user": "U1", "ts": "1772400000.000200", "text": text, **more}


def shared(text=WORDS, **more) -> dict:
    return {
        "is_share": True,
        "is_msg_unfurl": True,
        "text": text,
        "author_id": "U7",
        "author_name": "zoé",
        "channel_id": "C7",
        "ts": "1772000000.000100",
        "from_url": ORIGIN,
    } | more


def tweet(**more) -> dict:
    return {
        "from_url": f"{POST}?s=20&amp;t=abc",
        "service_name": "X (formerly Twitter)",
        "title": "Zoé Martin :flag-fr: (@zoe_martin) on X",
        "text": "Colis perdu, merci @acme &amp; bravo :clap: <https://t.co/aB1>",
        "ts": 1771999999,
    } | more


def only(message, *, everything=False, arrival=HERE):
    (found,) = complaints(message, "C1", arrival, everything=everything)
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"is_share": None},
        {"is_share": None, "is_msg_unfurl": None, "is_thread_root_unfurl": True},
        {"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": WORDS}}]},
        {"text": "", "fallback": f"[March 1st, 2026 9:00 AM] zoé: {WORDS}"},
        {"author_name": "", "author_subname": "zoé"},
        {"from_url": ""},
        {"channel_id": ""},
        {"ts": ""},
    ],
)  # fmt: skip
def test_a_forward_is_the_message_it_shows(changes):
    """However Slack marks it: the original's words, author, time and link; its place is the id."""
    found = only(said(attachments=[shared(**changes)]))
    assert found.text == WORDS
    assert (found.author, found.author_name, found.network) == ("U7", "zoé", "slack")
    assert (found.id, found.link) == ("slack:T1:C7:1772000000.000100", ORIGIN)
    assert found.written_at == datetime(2026, 2, 25, 6, 13, 20, 100, UTC)
    assert found.source == "slack:T1:C1:1772400000.000200"


def test_the_words_of_a_forward_may_stand_in_the_message_within():
    """The newest shape holds them in message_blocks only."""
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Nul"}]}],
    }
    part = shared("", message_blocks=[{"team": "T1", "channel": "C7", "message": {"blocks": [rich]}}])
    assert only(said(attachments=[part])).text == "Nul"


def test_the_comment_above_a_forward_is_a_note():
    """A colleague's words are never taken for the customer's, the bot's name is not kept, files are named."""
    part = shared(files=[{"name": "écran.png"}, {"title": "facture.pdf"}, {"id": "F1"}])
    found = only(said("<@UBOT> urgent, c'est une journaliste et elle a beaucoup d'abonnés !", attachments=[part]))
    assert found.text == WORDS
    assert found.notes == ("urgent, c'est une journaliste et elle a beaucoup d'abonnés !",)
    assert found.attachments == ("écran.png", "facture.pdf")


def test_a_name_alone_is_no_note():
    """Whoever forwards and only calls a colleague has said nothing."""
    assert only(said("<@U2>", attachments=[shared()])).notes == ()


def test_a_forward_out_of_a_thread_keeps_the_thread():
    """The link tells where to answer."""
    link = f"{ORIGIN}?thread_ts=1771000000.000100&amp;cid=C7"
    assert only(said(attachments=[shared(from_url=link)])).link == link.replace("&amp;", "&")
    found = only(said(attachments=[shared(from_url="", thread_ts="1771000000.000100")]))
    assert found.link == link.replace("&amp;", "&")


def test_two_forwards_in_one_message_are_two_complaints():
    """Each with the comment."""
    other = shared("Remboursez-moi", ts="1772000001.000100", from_url="")
    found = complaints(said("à traiter", attachments=[shared(), other]), "C1", HERE)
    assert [one.text for one in found] == [WORDS, "Remboursez-moi"]
    assert all(one.notes == ("à traiter",) for one in found)


def test_a_forward_that_links_a_post_is_about_the_post():
    """The colleague who passed it on is not the customer."""
    found = only(said(attachments=[shared(f"Encore un : <{POST}>")]))
    assert (found.id, found.network, found.author) == ("x:1790000000000000001", "x", "@zoe_martin")
    assert (found.text, found.link) == ("Encore un :", POST)


@pytest.mark.parametrize("beside", [False, True])
def test_a_preview_within_or_beside_a_forward_has_the_words(beside):
    """The post's own words are the complaint, the ones around it a note."""
    inside = {} if beside else {"attachments": [tweet()]}
    parts = [shared(f"Encore un : <{POST}>", **inside), *([tweet()] if beside else [])]
    found = only(said(attachments=parts))
    assert found.text == "Colis perdu, merci @acme & bravo 👏"
    assert found.notes == ("Encore un :",)


def test_a_link_preview_is_the_post():
    """Words without the media link, handle and name, time; the link without tracking; the words beside it a note."""
    found = only(said(f"à traiter svp <{POST}?s=20&amp;t=abc>", attachments=[tweet()]))
    assert (found.id, found.network, found.link) == ("x:1790000000000000001", "x", POST)
    assert found.text == "Colis perdu, merci @acme & bravo 👏"
    assert (found.author, found.author_name) == ("@zoe_martin", "Zoé Martin 🇫🇷")
    assert found.written_at == datetime(2026, 2, 25, 6, 13, 19, tzinfo=UTC)
    assert found.notes == ("à traiter svp",)


@pytest.mark.parametrize(
    ("part", "network", "author", "name", "text"),
    [
        (tweet(title="", author_name="Zoé", author_subname="@zoe_martin"), "x", "@zoe_martin", "Zoé", None),
        (tweet(from_url="https://x.com/i/web/status/12"), "x", "@zoe_martin", "Zoé Martin 🇫🇷", None),
        (
            {
                "from_url": "https://bsky.app/profile/zoe.bsky.social/post/3k",
                "title": "Zoé (@zoe.bsky.social)",
                "text": "Nul",
            },
            "bluesky", "@zoe.bsky.social", "Zoé", "Nul",
        ),
        (
            {"original_url": "https://piaille.fr/@zoe/112233", "title": "Zoé (@zoe@piaille.fr)", "text": "Nul"},
            "mastodon", "@zoe@piaille.fr", "Zoé", "Nul",
        ),
        (
            {
                "from_url": "https://www.reddit.com/r/acme/comments/1abc/x/",
                "title": "From the acme community on Reddit: Parcel lost again",
                "text": "Explore this post and more from the acme community",
            },
            "reddit", "", "", "Parcel lost again",
        ),
        (
            {"from_url": "https://fr.trustpilot.com/reviews/66aa11", "title": "Zoé a donné 1 étoile", "text": "Nul"},
            "trustpilot", "", "", "Nul",
        ),
        ({"from_url": "https://youtu.be/abc", "author_name": "Zoé", "title": "Test"}, "youtube", "", "Zoé", "Test"),
        ({"from_url": "https://www.facebook.com/acme/posts/123", "text": "Nul"}, "facebook", "@acme", "", "Nul"),
        ({"from_url": "https://www.facebook.com/acme/posts/1?comment_id=5", "text": "Promo"}, "facebook", "", "", ""),
        ({"title_link": PLACE, "service_name": "Maps", "text": "★☆☆☆☆ « Nul »"}, "google", "", "", "★☆☆☆☆ « Nul »"),
        ({"from_url": POST, "image_url": "https://a/b.jpg", "fallback": "120x90 image"}, "x", "@zoe_martin", "", ""),
    ],
)  # fmt: skip
def test_previews_of_every_network_are_read(part, network, author, name, text):
    """What the network's preview tells, in the shape Slack keeps it; of a comment it shows only the post above."""
    found = only(said(attachments=[part]))
    assert (found.network, found.author, found.author_name) == (network, author, name)
    assert text is None or found.text == text


def test_several_previews_of_one_post_are_one_complaint():
    """A post with pictures unfurls once for each."""
    parts = [{"from_url": POST, "image_url": "https://a/b.jpg"}, tweet(), tweet(text="")]
    assert only(said(f"<{POST}>", attachments=parts)).text.startswith("Colis perdu")


def test_a_post_is_a_complaint_before_its_preview():
    """Empty as long as nothing is known, with the author that the link tells."""
    found = only(said(f"à traiter <{POST}>"))
    assert (found.id, found.text, found.author, found.notes) == (
        "x:1790000000000000001", "", "@zoe_martin", ("à traiter",),
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["« Nul »", "“Never again”", "Avis :\n&gt; Nul", "Le colis n'est jamais arrivé après trois appels."],
)
def test_more_than_a_remark_beside_a_link_are_the_words(words):
    """A quotation or a whole sentence is rather the complaint, until the preview shows better."""
    found = only(said(f"{words} <{PLACE}>"))
    assert (found.text, found.notes) == (words.replace("&gt;", ">"), ())


def test_words_that_speak_to_the_bot_stay_a_note():
    """However long the instruction, it is not what the customer wrote."""
    found = only(said(f"<@UBOT> peux-tu préparer une réponse courtoise pour ce client très fâché ? {POST}"))
    assert found.text == ""
    assert found.notes == ("peux-tu préparer une réponse courtoise pour ce client très fâché ?",)


def test_a_later_preview_adds_what_was_missing():
    """The same id as before, and only what is new; words that stood in for the post become a note."""
    bare = said(f"Ce client est vraiment très mécontent de nous, voyez : <{POST}>")
    stored = only(bare)
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1"}
    event |= {"message": {**bare, "attachments": [tweet()]}, "previous_message": bare}
    found = only(preview_came(event))
    added = amends(stored, found)
    assert found.id == stored.id
    assert added is not None
    assert (added.text, added.author_name, added.author) == (found.text, "Zoé Martin 🇫🇷", "")
    assert added.notes == ("Ce client est vraiment très mécontent de nous, voyez :",)
    assert amends(replace(stored, text=found.text, author_name="Zoé", notes=added.notes), found) is None


def test_a_later_preview_of_a_shared_link_keeps_the_id():
    """The words tell complaints about one place apart, never the preview that comes later."""
    words = "Une étoile : serveur désagréable, plats froids, à fuir."
    bare = said(f"{words} <{PLACE}>")
    later = {**bare, "attachments": [{"from_url": PLACE, "title": "Chez Acme", "text": "★★★★☆ · Restaurant"}]}
    assert only(bare).id == only(later).id
    assert only(later).text == words
    assert only(said(f"<{PLACE}>")).id != only(bare).id


def test_an_edit_brings_no_preview():
    """Correcting a word, or taking a preview away, is no new complaint; a permalink that unfurls is."""
    before = said("à voir", attachments=[tweet()])
    for after in (said("a voir", attachments=[tweet()]), said("à voir")):
        event = {"subtype": "message_changed", "message": after, "previous_message": before}
        assert preview_came(event) is None
    came = preview_came(
        {"subtype": "message_changed", "message": said(attachments=[shared()]), "previous_message": said()}
    )
    assert only(came).text == WORDS


def test_an_inner_message_without_a_time_takes_its_predecessors():
    """Some recorded edits have the ts in previous_message only."""
    after = {key: value for key, value in said(attachments=[shared()]).items() if key != "ts"}
    came = preview_came({"subtype": "message_changed", "message": after, "previous_message": said()})
    assert came is not None
    assert came["ts"] == "1772400000.000200"


def test_the_same_thing_is_one_complaint_whoever_brings_it():
    """A retry, two colleagues, another channel: one id; another brand is another."""
    again = said("vu ?", ts="1772400099.000100", user="U2", attachments=[shared(), tweet()])
    first = complaints(said(attachments=[shared(), tweet()]), "C1", HERE)
    assert [one.id for one in complaints(again, "C2", HERE)] == [one.id for one in first]
    ours = complaints(again, "C2", replace(HERE, brand="velo"))
    assert [one.id for one in ours] == [f"{one.id}@velo" for one in first]


@pytest.mark.parametrize(
    "message",
    [
        said("Bonjour à tous, on déjeune où ?"),
        said(
            "lisez ceci <https://www.lemonde.fr/a>", attachments=[{"from_url": "https://www.lemonde.fr/a", "text": "A"}]
        ),
        said("notre page : <https://www.facebook.com/acme> et <https://x.com/acme>"),
        said("voir <https://acme.slack.com/archives/C7/p1772000000000100>"),
        said("capture", files=[{"name": "a.png"}], thread_ts="1772300000.000100"),
        said("", subtype="file_share", files=[]),
        said("salut", subtype="channel_join"),
        said("ménage", subtype="channel_topic"),
        said("", user="UBOT", attachments=[shared()]),
        said("", bot_id="BBOT", attachments=[shared()]),
        said("", bot_profile={"app_id": "ABOT"}, attachments=[shared()]),
        said("regardez", attachments=[shared(author_id="UBOT")]),
        said("regardez", attachments=[shared(author_id="U9", bot_id="BBOT")]),
        {"type": "message", "subtype": "message_changed", "hidden": True, "message": said(attachments=[shared()])},
        {"type": "message", "subtype": "message_deleted", "previous_message": said(attachments=[shared()])},
        {"type": "reaction_added", "text": "<" + POST + ">"},
    ],
)
def test_plain_talk_notices_and_our_own_posts_are_none(message):
    """In a channel of forwards only forwards, posts, mails, files and what apps post count."""
    assert complaints(message, "C1", HERE) == []


def test_where_customers_write_every_message_counts():
    """The person is the author, the message's own link the place to answer."""
    found = only(said("Ma commande n'arrive pas", user_profile={"display_name": "Zoé"}), everything=True)
    assert (found.text, found.author, found.author_name, found.network) == (
        "Ma commande n'arrive pas",
        "U1",
        "Zoé",
        "slack",
    )
    assert found.link == "https://acme.slack.com/archives/C1/p1772400000000200"
    assert found.id == "slack:T1:C1:1772400000.000200"
    reply = only(said("Toujours rien", thread_ts="1772300000.000100"), everything=True)
    assert reply.link.endswith("?thread_ts=1772300000.000100&cid=C1")


def test_a_message_read_where_it_stands_is_the_one_that_was_forwarded():
    """The shortcut on a message and its forward are one case."""
    original = said("Nul", ts="1772000000.000100", user="U7")
    (found,) = complaints(original, "C7", HERE, everything=True)
    assert found.id == only(said(attachments=[shared("Nul")])).id


def test_a_customer_who_quotes_an_older_message_still_speaks():
    """Their words are the complaint, before and after the quotation unfurls."""
    words = f"Comme je le disais déjà ici, je n'ai toujours rien reçu : <{ORIGIN}>"
    for parts in ([], [shared(is_share=None)]):
        found = only(said(words, attachments=parts), everything=True)
        assert found.id == "slack:T1:C1:1772400000.000200"
        assert found.text.startswith("Comme je le disais")


def test_a_pasted_permalink_is_the_message_it_names():
    """Asked for with a remark: the same case as its unfurl brings later."""
    bare = said(f"<@UBOT> réponds à ça <{ORIGIN}>")
    stored = only(bare, everything=True)
    assert (stored.id, stored.text, stored.notes) == ("slack:T1:C7:1772000000.000100", "", ("réponds à ça",))
    found = only({**bare, "attachments": [shared(is_share=None, original_url=ORIGIN)]}, everything=True)
    added = amends(stored, found)
    assert added is not None
    assert (found.id, added.text, added.author) == (stored.id, WORDS, "U7")


def test_a_page_of_an_unknown_site_counts_when_asked():
    """A review site we do not know is answered by hand, from its preview."""
    link = "https://www.avis-inconnus.fr/a/1"
    part = {"from_url": link, "title": "Avis", "text": "Service lamentable"}
    found = only(said(f"<{link}>", attachments=[part]), everything=True)
    assert (found.network, found.link, found.text) == ("web", link, "Service lamentable")
    assert found.id == only(said(f"<{link}>"), everything=True).id


def test_a_photo_is_named_with_its_caption():
    """What a person shows counts in a complaint channel, caption or not."""
    found = only(said("vu en magasin", subtype="file_share", files=[{"name": "photo.jpg", "mode": "hosted"}]))
    assert (found.text, found.attachments, found.author) == ("vu en magasin", ("photo.jpg",), "U1")
    bare = only(said("", subtype="file_share", files=[{"name": "photo.jpg"}]))
    assert (bare.text, bare.attachments) == ("", ("photo.jpg",))


MAIL = {
    "mode": "email",
    "filetype": "email",
    "subject": "Commande 1234",
    "from": [{"name": "Zoé Martin", "address": "zoe@example.fr"}],
    "plain_text": "Bonjour,\r\n\r\nRien reçu <depuis> 3 semaines.",
    "permalink": "https://acme.slack.com/files/USLACKBOT/F1/mail",
    "attachments": [{"filename": "preuve.pdf"}],
    "headers": {"date": "Mon, 2 Mar 2026 08:30:00 +0100"},
}


def test_a_mail_is_from_whom_it_says():
    """Address, name, subject, words as they are, attachments, time of sending."""
    found = only(said("", subtype="file_share", user="USLACKBOT", bot_id="B9", files=[MAIL]))
    assert (found.network, found.author, found.author_name) == ("email", "zoe@example.fr", "Zoé Martin")
    assert found.text == "Commande 1234\nBonjour,\n\nRien reçu <depuis> 3 semaines."
    assert (found.attachments, found.link) == (("preuve.pdf",), MAIL["permalink"])
    assert found.written_at == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert found.id == "slack:T1:C1:1772400000.000200"


def test_a_forwarded_mail_is_a_mail():
    """Its place is the message it came in."""
    found = only(said("voir", attachments=[shared("", files=[{**MAIL, "headers": {"date": "hier"}}])]))
    assert (found.network, found.author, found.notes) == ("email", "zoe@example.fr", ("voir",))
    assert (found.id, found.written_at) == ("slack:T1:C7:1772000000.000100", None)


def test_two_mails_in_one_message_are_numbered():
    """Each is a case of its own."""
    found = complaints(said("", files=[MAIL, {**MAIL, "plain_text": "Encore moi"}]), "C1", HERE)
    assert [one.id for one in found] == ["slack:T1:C1:1772400000.000200", "slack:T1:C1:1772400000.000200#2"]


def app(text="", **more) -> dict:
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B9",
        "ts": "1772400000.000200",
        "text": text,
        **more,
    }


def test_an_apps_card_is_the_customers_words():
    """Author, link, words and time of the attachment; what announces it is a note."""
    card = {"author_name": "Zoé Martin", "title": "★☆☆☆☆", "title_link": POST, "text": "Jamais reçu", "ts": 1771999999}
    card |= {"pretext": "via Zapier", "fields": [{"title": "Note", "value": "1/5"}]}
    found = only(app("Nouvel avis", attachments=[card]))
    assert (found.text, found.author, found.author_name) == ("Jamais reçu", "@zoe_martin", "Zoé Martin")
    assert (found.network, found.link, found.id) == ("x", POST, "x:1790000000000000001")
    assert set(found.notes) == {"Nouvel avis", "via Zapier", "★☆☆☆☆", "Note: 1/5"}


@pytest.mark.parametrize(
    "message",
    [
        app(f"Nouvel avis\n*Auteur :* Zoé (@zoe)\n*Lien :* <{PLACE}|voir>\n*Texte :* Jamais reçu\nà fuir"),
        app(f"New review\nAuthor: Zoé (@zoe)\nText: Jamais reçu\nà fuir\nURL: {PLACE}"),
        app("Nouvel avis", attachments=[{"fields": [
            {"title": "Auteur", "value": "Zoé (@zoe)"},
            {"title": "Lien", "value": f"<{PLACE}>"},
            {"title": "Commentaire", "value": "Jamais reçu\nà fuir"},
        ]}]),
        app("secours", blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": "Nouvel avis"}},
            {"type": "section", "fields": [
                {"type": "mrkdwn", "text": "*Auteur*\nZoé (@zoe)"},
                {"type": "mrkdwn", "text": f"*Lien:*\n<{PLACE}>"},
                {"type": "mrkdwn", "text": "*Avis*\nJamais reçu\nà fuir"},
            ]},
        ]),
    ],
)  # fmt: skip
def test_an_apps_labels_are_understood(message):
    """In lines, in bold, in the fields of old and new messages, in both languages."""
    found = only(message)
    assert (found.text, found.author, found.author_name) == ("Jamais reçu\nà fuir", "@zoe", "Zoé")
    assert (found.network, found.link) == ("google", PLACE)
    assert found.notes in {("Nouvel avis",), ("New review",)}


def test_an_apps_plain_words_are_the_complaint():
    """Nothing is labelled: all of it, and the first link of a post; the app itself is not the customer."""
    found = only(app(f"Jamais reçu ma commande <{POST}>", username="Zapier"))
    assert (found.text, found.author, found.author_name, found.network) == (
        "Jamais reçu ma commande",
        "@zoe_martin",
        "",
        "x",
    )
    nowhere = only(app("Jamais reçu", blocks=[], bot_profile={"name": "Zapier"}))
    assert (nowhere.text, nowhere.network, nowhere.id) == ("Jamais reçu", "web", "slack:T1:C1:1772400000.000200")


def test_an_apps_link_gets_its_preview_too():
    """The post itself replaces what the app says of it, under the same id."""
    bare = app(f"New mention: <{POST}>")
    found = only({**bare, "attachments": [tweet()]})
    assert (found.id, found.text) == (only(bare).id, "Colis perdu, merci @acme & bravo 👏")
    assert found.notes == ("New mention:",)


def test_an_apps_list_is_several_complaints():
    """Each card with a post of its own is a case."""
    cards = [{"text": f"Avis {number}", "title_link": f"https://x.com/a/status/{number}"} for number in (1, 2)]
    found = complaints(app("Deux avis", attachments=cards), "C1", HERE)
    assert [(one.id, one.text, one.notes) for one in found] == [
        ("x:1", "Avis 1", ("Deux avis",)), ("x:2", "Avis 2", ("Deux avis",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "text", "link", "case_id"),
    [
        (POST, "", POST, "x:1790000000000000001"),
        (f"<{POST}?s=20|x.com/zoe…>", "", POST, "x:1790000000000000001"),
        ("x.com/zoe_martin/status/12", "", "https://x.com/zoe_martin/status/12", "x:12"),
        (f"Jamais reçu {POST}", "Jamais reçu", POST, "x:1790000000000000001"),
        ("Jamais reçu &amp; pas remboursé", "Jamais reçu & pas remboursé", "", "slack:T1:C1:00f215593bfa5fc5"),
        ("https://acme.fr/panne est cassé", "https://acme.fr/panne est cassé", "https://acme.fr/panne", None),
        (ORIGIN, "", ORIGIN, "slack:T1:C7:1772000000.000100"),
    ],
)
def test_the_command_takes_words_or_a_link(typed, text, link, case_id):
    """What is typed behind /reply is the customer's, and Slack asking twice is one case."""
    found = command_complaint(typed, HERE, "C1", "13345224609.738474920")
    assert found is not None
    assert (found.text, found.link, found.source) == (text, link, "slack:T1:C1")
    assert case_id is None or found.id == case_id
    assert command_complaint(typed, HERE, "C1", "13345224609.738474920") == found


@pytest.mark.parametrize("typed", ["", "   ", None, 7])
def test_a_bare_command_is_no_complaint(typed):
    """There is nothing to answer."""
    assert command_complaint(typed, HERE, "C1", "1.2") is None


def test_the_form_holds_the_complaint():
    """Words, author, link and note, each where it belongs."""
    found = form_complaint(
        text="Jamais reçu",
        author="Zoé Martin",
        link=f"{POST}?s=20",
        note="VIP",
        arrival=HERE,
        channel="C1",
        trigger="V1",
    )
    assert found is not None
    assert (found.id, found.text, found.link, found.notes) == ("x:1790000000000000001", "Jamais reçu", POST, ("VIP",))
    assert (found.author, found.author_name) == ("@zoe_martin", "Zoé Martin")
    handle = form_complaint(text="Nul", author="@zoe", link="en boutique", arrival=HERE, channel="C1", trigger="V1")
    assert handle is not None
    assert (handle.author, handle.author_name, handle.notes) == ("@zoe", "", ("en boutique",))
    assert form_complaint(note="rien", arrival=HERE, channel="C1", trigger="V1") is None


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        (said("<@UBOT>", thread_ts="1.000100"), True),
        (said("<@UBOT> réponds-lui stp", thread_ts="1.000100"), True),
        (said("<@UBOT> réponds-lui stp"), False),
        (said("<@UBOT> réponds-lui", ts="1.000100", thread_ts="1.000100"), False),
        (said(f"<@UBOT> {POST}", thread_ts="1.000100"), False),
        (said("<@UBOT>", thread_ts="1.000100", attachments=[shared()]), False),
        (said("<@UBOT>", thread_ts="1.000100", files=[{"name": "a.png"}]), False),
        (said("<@UBOT> « Jamais reçu, service nul »", thread_ts="1.000100"), False),
        (None, False),
    ],
)
def test_a_mention_in_a_thread_may_mean_the_root(message, asks):
    """Only when it brings nothing of its own."""
    assert asks_for_thread(message, HERE) is asks


def test_the_words_of_a_mention_become_a_note_of_the_root():
    """Without the bot's name, once."""
    words = mention(said("Hé <@UBOT|portevoix> : réponds-lui <@U2>"), HERE)
    assert words == "Hé : réponds-lui @U2"
    root = only(said("Rien reçu", thread_ts="1772400000.000200"), everything=True)
    assert noted(noted(root, words), words).notes == (words,)


def test_ids_and_fields_stay_short():
    """The longest of texts, names and links still make a case that the store and Slack take."""
    link = "https://www.google.com/maps/place/" + "a" * 3000
    card = {"author_name": "é" * 900, "title_link": link, "text": "x" * 200_000}
    found = only(app(attachments=[card]), arrival=replace(HERE, brand="b" * 150))
    assert len(found.id) <= 200
    assert (len(found.text), found.text[-1], len(found.author_name)) == (40_000, "…", 200)
