"""Reading: who we are, a post as it stands now, and the brand's own answers to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.case import Remark, Reply
from bot.desk.ports import Absent, Posted, Sighting, Unclear
from bot.network.account import Post, PostGone, Spec, Unread
from bot.network.x import reading, trouble
from bot.network.x.reading import Page, Tweet, User
from bot.network.x.session import Session

#: Pages of 100 of the brand's own posts: each post that is read costs.
FEW, ALL = 1, 5
#: Clocks differ: so long before the yes a reply may seem to be written.
_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it stands now, and why it may not be answered."""

    page: Page
    tweet: Tweet
    me: User
    closed: Remark | None

    @property
    def versions(self) -> tuple[str, ...]:
        """The ids of all its versions, oldest first."""
        return self.tweet.versions

    def post(self, ours: Iterable[Tweet]) -> Post:
        """With the brand's own answers, oldest first."""
        told = tuple(reading.answer(each, self.me) for each in sorted(ours, key=lambda each: int(each.id)))
        return reading.post(self.page, self.tweet, told, self.closed)

    def holds(self, ours: Iterable[Tweet], text: str) -> Posted | None:
        """The answer that is this text."""
        return _posted(ours, text, self.me)


class Readback:
    """What of X is read before and after a reply is sent."""

    def __init__(self, session: Session, spec: Spec) -> None:
        self._session = session
        self._handle = spec.handle.removeprefix("@").casefold()
        self._enterprise = str(spec.options.get("enterprise", "")).casefold() in {"true", "yes", "1"}
        self._me: User | None = None
        #: What is wrong where the access is another account's than the one that brand.yaml names.
        self.mistaken: Remark | None = None

    async def me(self, *, anew: bool = False) -> User:
        """The account whose access this is. Raises ``WireError``."""
        if self._me is None or anew:
            self._me = reading.user((await self._session.ask("GET", "/2/users/me")).body)
        return self._me

    async def ourselves(self) -> User:
        """The account, if it is the one that brand.yaml names. Raises ``WireError`` and ``Unread``."""
        me = await self.me()
        if self._handle and me.username.casefold() != self._handle:
            me = await self.me(anew=True)
        self.mistaken = self._mistaken(me)
        if self.mistaken:
            raise Unread(self.mistaken)
        return me

    def _mistaken(self, me: User) -> Remark | None:
        if not self._handle or me.username.casefold() == self._handle:
            return None
        says = "The access to X is that of {found}, and brand.yaml names {wanted}; please correct one of them."
        return Remark(says, {"found": f"@{me.username}", "wanted": f"@{self._handle}"})

    async def shown(self, ref: str) -> Shown:
        """A post as it stands now, in its last version.

        Raises:
            PostGone: it is not there.
            Unread: X does not show it to us.
            WireError: the call failed.
        """
        me = await self.ourselves()
        page = await self.lookup(ref)
        if (last := page.data[0].versions[-1]) != page.data[0].id:
            page = await self.lookup(last)
        tweet = page.data[0]
        return Shown(page, tweet, me, reading.closed(page, tweet, me, enterprise=self._enterprise))

    async def lookup(self, ref: str) -> Page:
        """One post. Raises as ``shown``."""
        told = await self._session.ask("GET", f"/2/tweets/{ref}", params=dict(reading.FIELDS))
        page = reading.page(told.body)
        if not page.data:
            raise trouble.told_instead(told.body)
        return page

    async def answers(
        self, versions: tuple[str, ...], since: str, *, pages: int = FEW, back_to: int = 0
    ) -> tuple[list[Tweet], bool]:
        """The brand's own answers to a post, newest first, and whether all its posts since then were read.

        ``since`` is the id of the post that is answered; below the id ``back_to`` nothing is looked for. Raises as
        ``shown``.
        """
        me = await self.ourselves()
        asked = {**reading.FIELDS, "max_results": "100", "since_id": since, "exclude": "retweets"}
        found: list[Tweet] = []
        for _ in range(pages):
            told = await self._session.ask("GET", f"/2/users/{me.id}/tweets", params=asked)
            page = reading.page(told.body)
            found += (each for each in page.data if each.refers("replied_to") in versions)
            token = page.meta.next_token
            if not token or any(int(each.id) < back_to for each in page.data):
                return found, True
            asked["pagination_token"] = token
        return found, False

    async def find(self, ref: str, reply: Reply) -> Sighting:
        """Whether the reply is there; surely absent only where the brand's posts were read back to the yes."""
        me = await self.ourselves()
        try:
            versions = (await self.lookup(ref)).data[0].versions
        except PostGone:
            versions = (ref,)
        back_to = reading.id_at(reply.approved_at - _SKEW)
        found, whole = await self.answers(versions, versions[0], pages=ALL, back_to=back_to)
        if there := _posted(found, reply.text, me):
            return there
        return Absent() if whole else Unclear(Remark("The brand has posted too much on X since to be read back."))


def _posted(ours: Iterable[Tweet], text: str, me: User) -> Posted | None:
    same = (each for each in ours if each.reads_like(text))
    return next((Posted(link=reading.link(each.id, me.username), ref=each.id) for each in same), None)
