"""The reviews of the Google My Business API v4 as its reference describes them, on this machine, over real HTTP.

::

    with GoogleStandIn() as google:
        review = google.write("Léa Moreau", "Toujours rien reçu !", stars="ONE")
        google.faults.append(Fault.CUT_AFTER)            # the next answer that is put there
        google.reviews[review.id].reply                  # (text, when), or None
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from reddit_standin import StandIn

PLACE = "accounts/11/locations/22"
CLIENT, SECRET, REFRESH = "cl13nt.apps.example", "GOCSPX-s3cr3t", "1//r3fr3sh"


@dataclass
class Written:
    id: str
    by: str
    text: str
    stars: str
    at: datetime
    changed: datetime
    reply: tuple[str, datetime] | None = None


class GoogleStandIn(StandIn):
    """One place, whose manager our token belongs to."""

    def __init__(self, slow: float = 1.0) -> None:
        super().__init__(slow)
        self.reviews: dict[str, Written] = {}
        self.removed: dict[str, Written] = {}
        self.state = ""  # reviewReplyState of every answer
        self.violation = ""
        self.dead = "invalid_grant"  # why a token is refused
        self.broken_rules: deque[tuple[int, str, str, list[dict[str, Any]]]] = deque()  # the next answers to PUT

    # What people do

    def write(self, by: str, text: str, stars: str = "ONE") -> Written:
        number, at = self.next(), self.now()
        review = Written(f"AbFvOqk{number:05}", by, text, stars, at, at)
        self.reviews[review.id] = review
        return review

    def remove(self, review_id: str) -> None:
        if review := self.reviews.pop(review_id, None):
            self.removed[review_id] = review

    def name(self, review: Written) -> str:
        return f"{PLACE}/reviews/{review.id}"

    def link(self, review: Written) -> str:
        return f"https://business.google.com/locations/22/reviews/{review.id}"

    def vanish(self, sent: dict[str, str], path: str) -> None:
        self.remove(path.split("/")[-2])

    # The API

    def routes(self) -> list[web.RouteDef]:
        review = f"/v4/{PLACE}/reviews/{{id}}"
        return [
            web.post("/token", self._token),
            web.get(f"/v4/{PLACE}/reviews", self._list),
            web.get(review, self._get),
            web.put(f"{review}/reply", self._put),
            web.delete(f"{review}/reply", self._delete),
        ]

    def is_posting(self, method: str, path: str) -> bool:
        return method == "PUT"

    def is_token(self, path: str) -> bool:
        return path == "/token"

    def refused(self, kind: str) -> web.Response:
        match kind:
            case "busy":
                return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'.")
            case "broken":
                return error(500, "INTERNAL", "Internal error encountered.")
        return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")

    async def _token(self, request: web.Request) -> web.Response:
        sent = dict(await request.post())
        wanted = {"grant_type": "refresh_token", "client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH}
        if self.revoked or sent != wanted:
            told = {"error": self.dead, "error_description": "Token has been expired or revoked."}
            return web.json_response(told, status=401 if self.dead == "invalid_client" else 400)
        token = f"ya29.t0k3n-{self.next()}"
        self.tokens = {token}
        return web.json_response({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    async def _list(self, request: web.Request) -> web.Response:
        assert request.query["orderBy"] == "updateTime desc"
        size = min(int(request.query["pageSize"]), 50)
        start = int(request.query.get("pageToken", "0"))
        found = sorted(self.reviews.values(), key=lambda each: each.changed, reverse=True)
        told: dict[str, Any] = {"averageRating": 1.5, "totalReviewCount": len(found)}
        if page := found[start : start + size]:
            told["reviews"] = [self._told(each) for each in page]
        if len(found) > start + size:
            told["nextPageToken"] = str(start + size)
        return web.json_response(told)

    async def _get(self, request: web.Request) -> web.Response:
        review = self.reviews.get(request.match_info["id"])
        return web.json_response(self._told(review)) if review else _none()

    async def _put(self, request: web.Request) -> web.Response:
        review, sent = self.reviews.get(request.match_info["id"]), await request.json()
        if self.broken_rules:
            return error(*self.broken_rules.popleft())
        if review is None:
            return _none()
        if len(sent["comment"].encode()) > 4096:
            return error(400, "INVALID_ARGUMENT", "Reply must be at most 4096 bytes.")
        review.reply = (sent["comment"], self.now())
        return web.json_response(self._reply(review))

    async def _delete(self, request: web.Request) -> web.Response:
        review = self.reviews.get(request.match_info["id"])
        if review is None or review.reply is None:
            return _none()
        review.reply = None
        return web.json_response({})

    def _told(self, review: Written) -> dict[str, Any]:
        told: dict[str, Any] = {
            "name": self.name(review),
            "reviewId": review.id,
            "reviewer": {"displayName": review.by, "profilePhotoUrl": "https://lh3.example/x"},
            "starRating": review.stars,
            "createTime": _zulu(review.at),
            "updateTime": _zulu(review.changed),
        }
        if review.text:
            told["comment"] = review.text
        if review.reply:
            told["reviewReply"] = self._reply(review)
        return told

    def _reply(self, review: Written) -> dict[str, Any]:
        assert review.reply
        told = {"comment": review.reply[0], "updateTime": _zulu(review.reply[1])}
        if self.state:
            told |= {"reviewReplyState": self.state}
        return told | ({"policyViolation": self.violation} if self.violation else {})


def error(status: int, name: str, message: str, details: list[dict[str, Any]] | None = None) -> web.Response:
    told: dict[str, Any] = {"code": status, "message": message, "status": name}
    return web.json_response({"error": told | ({"details": details} if details else {})}, status=status)


def _none() -> web.Response:
    return error(404, "NOT_FOUND", "Requested entity was not found.")


def _zulu(at: datetime) -> str:
    """RFC 3339 with nine digits of a second, as Google may write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
