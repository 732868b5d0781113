"""A place on Google, as its reviews are answered. One answer a review: a second one replaces the first."""

from __future__ import annotations

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Capabilities, Heard, Post, PostGone, Spec, Unread, changed_since
from bot.network.google import hearing
from bot.network.google.location import Location
from bot.network.google.review import Given, Review, even, post, review_id
from bot.network.google.trouble import ELSEWHERE, GONE, NOWHERE, REJECTED, in_words, while_posting, while_reading
from bot.network.measure import measure
from bot.network.wire import WireError

#: Pages of the latest reviews among which one is looked for whose link does not tell its id.
LATEST = 4

_TOO_LONG = Remark("The text is too long for {network}; please shorten it, then approve again.", {"network": "Google"})


class GoogleAccount:
    """Use ``build``. Putting the same answer twice is one answer: after a cut, reading the review decides."""

    name = "google"
    by_hand = False
    settles = 25.0
    can = Capabilities(one_answer=True)

    def __init__(self, spec: Spec, location: Location) -> None:
        self.spec = spec
        self._location = location

    @property
    def problem(self) -> Remark | None:
        """An access that is refused, or may not do what it is for."""
        return in_words(self._location.refused) if self._location.refused else None

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length in bytes."""
        return measure(self.name, text)

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this account could not answer the complaint now; None when it can. No link: whether it may at all."""
        try:
            if not complaint.link:
                await self._location.works()
                return None
            found = await self._meant(complaint)
        except WireError as error:
            return in_words(error)
        return found if isinstance(found, Remark) else None

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the review again, put the answer there once, and look at what Google makes of it."""
        try:
            review = await self._meant(complaint)
        except WireError as error:
            return while_reading(error)
        if isinstance(review, Remark):
            return Refused(review)
        if (given := review.reviewReply) and given.reads_like(reply.text):
            return _posted(review, given)
        if refused := changed_since(post(review), reply):
            return refused
        if not self.measure(complaint, reply.text).fits:
            return Refused(_TOO_LONG)
        try:
            return _posted(review, await self._location.answer(review, reply.text))
        except WireError as error:
            return while_posting(error)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look at the one answer that stands there."""
        try:
            review = await self._meant(complaint)
        except WireError as error:
            return Unclear(in_words(error))
        if review is GONE:
            return Absent()
        if isinstance(review, Remark):
            return Unclear(review)
        given = review.reviewReply
        found = _posted(review, given) if given and given.reads_like(reply.text) else None
        return found if isinstance(found, Posted) else Absent()

    async def whoami(self) -> str:
        """The place's name in the API, once it is sure that we may read it. Raises ``Unread``."""
        try:
            await self._location.works()
        except WireError as error:
            raise Unread(in_words(error)) from error
        return self._location.name

    async def resolve(self, link: str) -> Post:
        """The review behind a link. Raises ``PostGone`` and ``Unread``."""
        try:
            found = await self._linked(link)
        except WireError as error:
            raise Unread(in_words(error)) from error
        if found is GONE:
            raise PostGone
        if isinstance(found, Remark):
            raise Unread(found)
        return post(found)

    async def mentions(self, cursor: str) -> Heard:
        """Reviews written or changed behind this cursor; empty: from now on. Raises ``Unread``."""
        try:
            return await hearing.mentions(self._location, cursor)
        except WireError as error:
            raise Unread(in_words(error)) from error

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Delete our answer, if it is the one that stands there; one that is gone already is deleted."""
        try:
            review = await self._meant(complaint)
            if isinstance(review, Review) and review.reviewReply:
                if not review.reviewReply.reads_like(reply.text):
                    return Posted(link=reply.link, ref=reply.ref)  # another one stands in its place
                await self._location.withdraw(review.name)
        except WireError as error:
            return while_posting(error)
        if isinstance(review, Remark) and review is not GONE:
            return Refused(review)
        return Posted(link=reply.link, ref=reply.ref)

    async def close(self) -> None:
        """Close the connections."""
        await self._location.close()

    async def _meant(self, complaint: Complaint) -> Review | Remark:
        """The review that a complaint is, or why it cannot be answered. Raises ``WireError``."""
        found = await self._linked(complaint.link)
        return await self._same_words(complaint) if found is NOWHERE else found

    async def _linked(self, link: str) -> Review | Remark:
        place, review = review_id(link)
        if place and place != self._location.name.rpartition("/")[2]:
            return Remark(ELSEWHERE.says, {"place": self.spec.handle or self.spec.id})
        if not review:
            return NOWHERE
        # A map's link carries an id of another kind than the API's: there, not found does not mean gone.
        return await self._location.review(review) or (GONE if "business.google.com" in link else NOWHERE)

    async def _same_words(self, complaint: Complaint) -> Review | Remark:
        """The one of the latest reviews with just the complaint's words, and its author where that is known."""
        wanted = even(complaint.text)
        who = complaint.author_name or complaint.author
        if not wanted or not who:
            return NOWHERE
        found = [each async for each in self._location.latest(LATEST) if _is(each, wanted, who)]
        return found[0] if len(found) == 1 else NOWHERE


def _is(review: Review, wanted: str, who: str) -> bool:
    return even(review.says) == wanted and even(review.reviewer.displayName).casefold() == even(who).casefold()


def _posted(review: Review, given: Given) -> Posted | Refused:
    if given.rejected:
        return Refused(Remark(REJECTED.says, {"words": given.policyViolation or given.reviewReplyState}))
    return Posted(link=review.link, ref=f"{review.name}/reply")
