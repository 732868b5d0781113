"""What links look like on each network: one row each. A new network is a new row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 4096  # characters; beyond it nothing is a link worth reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one network writes its links.

    ``hosts`` stand for themselves and for every host below them; ``within`` is how the path must begin.
    ``paths`` are tried in turn: their group ``post`` names the post, ``comment`` a comment under it, ``author``
    who wrote the post. ``posts`` and ``comments`` are query keys that name the same. ``handle`` is how an author
    is written, ``noise`` the query keys that only track people.
    """

    network: str
    hosts: tuple[str, ...] = ()
    within: re.Pattern[str] | None = None
    paths: tuple[re.Pattern[str], ...] = ()
    posts: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    handle: str = "@{author}"
    noise: frozenset[str] = frozenset()

    def holds(self, path: str) -> bool:
        """Whether a path on one of the hosts is this network's at all."""
        return self.within is None or self.within.match(path) is not None

    def read(self, path: str) -> dict[str, str]:
        """The named groups of the first pattern that fits the path; empty when none does."""
        for pattern in self.paths:
            if found := pattern.match(path):
                return {name: value for name, value in found.groupdict().items() if value}
        return {}


def _paths(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"{pattern}(?![^/])", re.IGNORECASE | re.ASCII) for pattern in patterns)


def _google_hosts() -> Iterator[str]:
    endings = "com fr be ch ca lu de es it nl pt ie at pl se dk no fi cz gr ro hu sn ci cm ma tn dz mu"
    yield from (f"google.{ending}" for ending in endings.split())
    yield from (f"google.co.{country}" for country in ("uk", "in", "nz", "jp", "za", "ma"))
    yield from (f"google.com.{country}" for country in ("au", "br", "mx", "tn"))


_GOOGLE = tuple(_google_hosts())
_MAPS = _paths(r".*!1s(?P<post>C[\w|=-]{8,})(?:!.*)?")

BY_HOST: tuple[Shape, ...] = (
    Shape(
        network="x",
        hosts=("x.com", "twitter.com"),
        paths=_paths(r"/(?:i(?:/web)?|(?P<author>\w{1,20}))/status(?:es)?/(?P<post>[0-9]+)"),
        noise=frozenset({"s", "t", "cxt", "cn", "refsrc"}),
    ),
    Shape(
        network="facebook",
        hosts=("facebook.com", "fb.com", "fb.watch", "fb.me"),
        paths=_paths(
            r"/groups/[^/]+/(?:posts|permalink)/(?P<post>\w+)",
            r"/(?:reel|watch/live|events)/(?P<post>[0-9]+)",
            r"/(?:[0-9]+|(?P<author>[\w.-]+))/(?:posts|videos|photos)/(?:[^/]+/)?(?P<post>[0-9]+|pfbid\w+)",
        ),
        posts=("story_fbid", "fbid", "multi_permalinks", "v"),
        comments=("reply_comment_id", "comment_id"),
        noise=frozenset({"refid", "rdid", "share_url", "notif_id", "notif_t", "paipv", "eav", "_rdr", "_rdc"}),
    ),
    Shape(
        network="instagram",
        hosts=("instagram.com", "instagr.am"),
        paths=_paths(
            r"/stories/(?P<author>[\w.]+)/(?P<post>[0-9]+)",
            r"/(?:(?!share/)(?P<author>[\w.]+)/)?(?:p|reels?|tv)/(?P<post>[\w-]+)(?:/c/(?P<comment>[0-9]+))?",
        ),
    ),
    Shape(
        network="reddit",
        hosts=("reddit.com",),
        paths=_paths(
            r"/user/(?P<author>[\w-]+)/comments/(?P<post>\w+)(?:/[^/]*/(?P<comment>\w+))?",
            r"(?:/r/\w+)?/(?:comments|gallery)/(?P<post>\w+)(?:/[^/]*/(?P<comment>\w+))?",
        ),
        handle="u/{author}",
        noise=frozenset({"share_id", "rdt"}),
    ),
    Shape(network="reddit", hosts=("redd.it",), paths=_paths(r"/(?P<post>\w+)")),
    Shape(
        network="google",
        hosts=("business.google.com",),
        paths=_paths(r".*/reviews/(?P<post>[\w-]{8,})"),
    ),
    Shape(
        network="google",
        hosts=_GOOGLE,
        within=re.compile(r"/(?:maps|local)\b"),
        paths=_MAPS,
        noise=frozenset({"entry", "g_ep", "g_st", "ved", "sa", "ei", "shorturl"}),
    ),
    Shape(
        network="google",
        hosts=("maps.app.goo.gl", "g.page", *(f"maps.{host}" for host in _GOOGLE)),
        paths=_MAPS,
        noise=frozenset({"g_st"}),
    ),
    Shape(network="google", hosts=("goo.gl",), within=re.compile(r"/maps\b")),
    Shape(
        network="appstore",
        hosts=("apps.apple.com", "itunes.apple.com", "appstoreconnect.apple.com"),
        paths=_paths(r".*/id(?P<post>[0-9]+)", r"/apps/(?P<post>[0-9]+)"),
        comments=("userReviewId",),
    ),
    Shape(network="play", hosts=("play.google.com",), posts=("id",), comments=("reviewId",)),
    Shape(
        network="bluesky",
        hosts=("bsky.app",),
        paths=_paths(r"/profile/(?:did:[^/]+|@?(?P<author>[\w.-]+))/post/(?P<post>[\w.~:-]+)"),
    ),
    Shape(network="trustpilot", hosts=("trustpilot.com",), paths=_paths(r"/reviews/(?P<post>\w+)")),
    Shape(
        network="tiktok",
        hosts=("tiktok.com",),
        paths=_paths(r"/@(?P<author>[\w.]+)/(?:video|photo)/(?P<post>[0-9]+)"),
        noise=frozenset({"_r", "_t", "is_from_webapp", "sender_device", "web_id", "is_copy_url"}),
    ),
    Shape(
        network="youtube",
        hosts=("youtube.com", "youtube-nocookie.com"),
        paths=_paths(r"/(?:shorts|live|embed|post)/(?P<post>[\w-]+)"),
        posts=("v",),
        comments=("lc",),
        noise=frozenset({"si", "feature", "pp", "ab_channel"}),
    ),
    Shape(
        network="youtube",
        hosts=("youtu.be",),
        paths=_paths(r"/(?P<post>[\w-]+)"),
        comments=("lc",),
        noise=frozenset({"si", "feature"}),
    ),
    Shape(
        network="linkedin",
        hosts=("linkedin.com", "lnkd.in"),
        paths=_paths(
            r"/feed/update/urn:li:\w+:(?P<post>[0-9]+)",
            r"/posts/(?P<author>[^/_]+)_.*-(?:activity|share|ugcPost)-(?P<post>[0-9]+)(?:-[\w-]+)?",
        ),
        comments=("dashCommentUrn", "commentUrn"),
        noise=frozenset({"trackingId", "rcm", "lipi", "trk", "refId"}),
    ),
    Shape(
        network="slack",
        hosts=("slack.com",),
        within=re.compile(r"/(?:archives|client)/"),
        paths=_paths(r"/archives/\w+/p(?P<post>[0-9]{7,})"),
    ),
    Shape(
        network="discord",
        hosts=("discord.com", "discordapp.com"),
        within=re.compile(r"/channels/"),
        paths=_paths(r"/channels/(?:[0-9]+|@me)/[0-9]+/(?P<post>[0-9]+)"),
    ),
)

#: Networks of many hosts, known by their paths. A handle without a host means the link's own.
ANYWHERE: tuple[Shape, ...] = (
    Shape(
        network="mastodon",
        paths=_paths(r"/(?:web/|deck/)?@(?P<author>[\w.-]+@[\w.-]+)/(?P<post>[0-9]+)"),
    ),
    Shape(
        network="mastodon",
        paths=_paths(
            r"/(?:web/|deck/)?@(?P<author>[\w.-]+)/(?:statuses/)?(?P<post>[0-9]+|[0-9A-Z]{26})",
            r"/users/(?P<author>[\w.-]+)/statuses/(?P<post>[0-9]+|[0-9A-Z]{26})",
            r"/(?:web|deck)/statuses/(?P<post>[0-9]+)",
        ),
        handle="@{author}@{host}",
    ),
)


_HOSTS = {host: shape for shape in BY_HOST for host in shape.hosts}


def shape_of(host: str) -> Shape | None:
    """The row whose host this is, or the nearest one above it. Expects lower case, without a port."""
    while host:
        if shape := _HOSTS.get(host):
            return shape
        host = host.partition(".")[2]
    return None
