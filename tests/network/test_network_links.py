import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.network.links import Place, composer, find_link, recognise

RECOGNISED = [
    ("https://x.com/lea_m/status/1700", "x", "1700", "@lea_m"),
    ("https://twitter.com/lea_m/statuses/1700/photo/1", "x", "1700", "@lea_m"),
    ("https://mobile.twitter.com/lea_m/status/1700", "x", "1700", "@lea_m"),
    ("HTTPS://X.COM/Lea_M/status/1700", "x", "1700", "@Lea_M"),
    ("https://x.com/i/status/1700", "x", "1700", ""),
    ("https://x.com/i/web/status/1700", "x", "1700", ""),
    ("https://x.com/lea_m", "x", "", ""),
    ("https://www.facebook.com/cafe.exemple/posts/pfbid02aBc", "facebook", "pfbid02aBc", "@cafe.exemple"),
    ("https://www.facebook.com/cafe.exemple/posts/un-titre/123", "facebook", "123", "@cafe.exemple"),
    ("https://www.facebook.com/cafe.exemple/posts/123?comment_id=456", "facebook", "456", ""),
    ("https://facebook.com/permalink.php?story_fbid=123&id=9", "facebook", "123", ""),
    ("https://m.facebook.com/story.php?story_fbid=pfbid0x&id=9", "facebook", "pfbid0x", ""),
    ("https://www.facebook.com/groups/voisins/posts/123/", "facebook", "123", ""),
    ("https://www.facebook.com/groups/voisins/permalink/123/", "facebook", "123", ""),
    ("https://www.facebook.com/watch/?v=123", "facebook", "123", ""),
    ("https://fb.watch/aBcD/", "facebook", "", ""),
    ("https://www.instagram.com/p/Cab_1-x/", "instagram", "Cab_1-x", ""),
    ("https://www.instagram.com/reel/Cab/", "instagram", "Cab", ""),
    ("https://instagram.com/cafe.exemple/p/Cab/", "instagram", "Cab", "@cafe.exemple"),
    ("https://www.instagram.com/p/Cab/c/178/", "instagram", "178", ""),
    ("https://www.instagram.com/share/reel/Cab", "instagram", "", ""),
    ("https://www.reddit.com/r/exemple/comments/1ab2/titre/", "reddit", "1ab2", ""),
    ("https://old.reddit.com/r/exemple/comments/1ab2/titre/kx1/", "reddit", "kx1", ""),
    ("https://www.reddit.com/user/lea-m/comments/1ab2/titre/", "reddit", "1ab2", "u/lea-m"),
    ("https://redd.it/1ab2", "reddit", "1ab2", ""),
    ("https://www.google.com/maps/reviews/data=!4m6!14m5!1sChZDSUhNMG9n!2m1!1s0x0:0x1", "google", "ChZDSUhNMG9n", ""),
    ("https://www.google.fr/maps/place/Exemple", "google", "", ""),
    ("https://maps.google.com/?cid=12", "google", "", ""),
    ("https://maps.app.goo.gl/AbCd", "google", "", ""),
    ("https://g.page/r/Cabc/review", "google", "", ""),
    ("https://business.google.com/n/12/reviews/AbFvOqkX", "google", "AbFvOqkX", ""),
    ("https://apps.apple.com/fr/app/exemple/id123456?see-all=reviews", "appstore", "123456", ""),
    ("https://play.google.com/store/apps/details?id=a.example&reviewId=gp:AO-1", "play", "gp:AO-1", ""),
    ("https://play.google.com/store/apps/details?id=a.example", "play", "a.example", ""),
    ("https://bsky.app/profile/lea.example/post/3kab", "bluesky", "3kab", "@lea.example"),
    ("https://bsky.app/profile/did:plc:abc/post/3kab", "bluesky", "3kab", ""),
    ("at://did:plc:abc/app.bsky.feed.post/3kab", "bluesky", "3kab", ""),
    ("https://social.example/@lea/112233", "mastodon", "112233", "@lea@social.example"),
    ("https://social.example:8443/%40lea/112233", "mastodon", "112233", "@lea@social.example"),
    ("https://social.example/users/lea/statuses/112233", "mastodon", "112233", "@lea@social.example"),
    ("https://social.example/@lea@other.example/112233", "mastodon", "112233", "@lea@other.example"),
    ("https://fr.trustpilot.com/reviews/65f0ab", "trustpilot", "65f0ab", ""),
    ("https://www.tiktok.com/@lea.m/video/7123", "tiktok", "7123", "@lea.m"),
    ("https://vm.tiktok.com/ZMab/", "tiktok", "", ""),
    ("https://www.youtube.com/watch?v=ab-_1&t=42s", "youtube", "ab-_1", ""),
    ("https://www.youtube.com/watch?v=ab-_1&lc=UgzX.9a", "youtube", "UgzX.9a", ""),
    ("https://youtu.be/ab-_1", "youtube", "ab-_1", ""),
    ("https://m.youtube.com/shorts/ab-_1", "youtube", "ab-_1", ""),
    ("https://www.linkedin.com/posts/lea-m_merci-activity-7123-AbCd", "linkedin", "7123", "@lea-m"),
    ("https://www.linkedin.com/feed/update/urn:li:activity:7123/", "linkedin", "7123", ""),
    ("https://exemple.slack.com/archives/C042/p1718000000000100", "slack", "1718000000.000100", ""),
    ("https://discord.com/channels/1/2/3", "discord", "3", ""),
    ("https://ptb.discord.com/channels/@me/2/3", "discord", "3", ""),
    ("https://exemple.example/avis/1", "web", "", ""),
]


@pytest.mark.parametrize(("link", "network", "post", "author"), RECOGNISED)
def test_every_network_is_read_from_its_links(link, network, post, author):
    """A link tells its network, the post and, where it does, the author as that network writes it."""
    place = recognise(link)
    assert (place.network, place.post, place.author) == (network, post, author)


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com.evil.example/lea/status/1",
        "https://notx.com/lea/status/1",
        "https://x.com@evil.example/lea/status/1",
        "https://х.com/lea/status/1",  # a Cyrillic letter
        "https://google.evil.example/maps/reviews",
        "https://discord.com.example/channels/1/2/3",
        "https://discord.com/blog",
        "https://www.google.com/search?q=exemple",
    ],
)
def test_a_lookalike_is_only_the_web(link):
    """A host that merely resembles a network's, or another page of its host, is no post on that network."""
    place = recognise(link)
    assert (place.network, place.post, place.author) == ("web", "", "")
    assert place.link.startswith("https://")


@pytest.mark.parametrize(
    ("link", "clean"),
    [
        ("  https://x.com/lea/status/1?s=20&t=aB-c \n", "https://x.com/lea/status/1"),
        ("<https://x.com/lea/status/1>", "https://x.com/lea/status/1"),
        ("https://exemple.example/?UTM_Source=a&b=c&fbclid=1#suite", "https://exemple.example/?b=c#suite"),
        ("https://exemple.example/?s=robe&t=1", "https://exemple.example/?s=robe&t=1"),
        ("https://www.instagram.com/p/Cab/?igsh=aa==&img_index=2", "https://www.instagram.com/p/Cab/?img_index=2"),
        ("https://m.facebook.com/p/posts/1?__cft__%5B0%5D=a&__tn__=b", "https://m.facebook.com/p/posts/1"),
        ("https://youtu.be/ab?si=x&t=42", "https://youtu.be/ab?t=42"),
        ("https://lea:secret@Exemple.Example/a", "https://exemple.example/a"),
        ("https://exemple.example/a <!channel>", "https://exemple.example/a%20%3C!channel"),
        ("at://did:plc:abc/app.bsky.feed.post/3k", "https://bsky.app/profile/did:plc:abc/post/3k"),
    ],
)
def test_a_link_is_kept_without_what_tracks(link, clean):
    """Tracking, passwords and stray characters go; what the page needs stays, and a second reading changes nothing."""
    place = recognise(link)
    assert place.link == clean
    assert recognise(clean) == place


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "not a link",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://exemple.example/a",
        "//x.com/lea/status/1",
        "https://",
        "http://:80/",
        "http://[::1",
        "http://[zz]/",
        "https://a b/c",
        "https://exemple.example:99999999/",
        "\ud800",
        "x" * 200_000,
        "https://x.com/lea/status/" + "1" * 200_000,
    ],
)
def test_what_is_no_link_is_the_empty_place(garbage):
    """Garbage, other schemes and endless links give the web, without a link to click."""
    assert recognise(garbage) == Place()


PIECES = st.sampled_from(
    ["https://", "at://", "x.com", "/@lea/", "[", "]", "%", "?", "&", "#", "é", "\ud800", "\x00", "9"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
def test_reading_never_raises(text):
    """Whatever people paste, reading it answers, and what it calls a link can be read again to the same place."""
    place = recognise(text)
    assert recognise(place.link) == place
    assert recognise(find_link(text)) is not None
    assert composer(place, text) == "" or composer(place, text).isascii() or place.network == "mastodon"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Vu ici : https://x.com/lea/status/1.", "https://x.com/lea/status/1"),
        ("(voir https://exemple.example/a_(b)), puis http://autre.example", "https://exemple.example/a_(b)"),
        ("<https://x.com/lea/status/1|x.com>", "https://x.com/lea/status/1"),
        ("[ici](https://exemple.example/p) !", "https://exemple.example/p"),
        ("«https://exemple.example/p»", "https://exemple.example/p"),
        ("**HTTPS://youtu.be/ab_**", "HTTPS://youtu.be/ab_"),
        ("http:// et https://... ne mènent nulle part", ""),
        ("", ""),
    ],
)
def test_the_first_link_of_a_text_is_found(text, link):
    """The sentence's own punctuation is no part of the link, the link's own brackets are."""
    assert find_link(text) == link


def test_x_composer_answers_the_post():
    """The text arrives whole, line breaks, accents and all, as an answer to that post."""
    place = recognise("https://x.com/lea_m/status/1700")
    expected = "https://x.com/intent/post?in_reply_to=1700&text=D%C3%A9sol%C3%A9s%20%26%20merci%0A%231"
    assert composer(place, "Désolés & merci\n#1") == expected


def test_mastodon_composer_is_on_the_links_own_host():
    """Every instance has its own composer."""
    place = recognise("https://social.example:8443/@lea/112233")
    assert composer(place, "a b") == "https://social.example:8443/share?text=a%20b"


def test_bluesky_composer_takes_the_text():
    """Bluesky's composer can be filled in."""
    place = recognise("https://bsky.app/profile/lea.example/post/3kab")
    assert composer(place, "é") == "https://bsky.app/intent/compose?text=%C3%A9"


@pytest.mark.parametrize("place", [Place(), Place("x"), Place("mastodon"), recognise("https://redd.it/1ab2")])
def test_there_is_no_composer_without_what_it_needs(place):
    """No post on X, no host on Mastodon, or a network without a composer: an empty link."""
    assert composer(place, "Bonjour") == ""
