"""``POST /intake``: complaints from any tool, as JSON; documented at ``/docs``.

What was sent is checked as a whole before anything is stored; sent again, it is the same complaints.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Self
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, HTTPException, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.chat.identity import Bringing, Source, made, short
from bot.desk.case import Case, Complaint
from bot.network.links import Place, recognise

MOST = 100
#: Characters; what is longer than any complaint is refused rather than cut.
LONGEST = 200_000

_Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f]*$")]
_Key = Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=r"^[\x21-\x7e]+$")]

Receive = Callable[[Complaint], Awaitable[tuple[Case, bool]]]
Look = Callable[[str], Awaitable[Case | None]]


class Given(BaseModel):
    """One complaint. ``text`` or ``link`` is needed; the more is told, the better the draft."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(max_length=LONGEST, description="What the customer wrote.")] = ""
    link: Annotated[str, Field(max_length=4_096, description="The post, review or comment; http or https.")] = ""
    network: Annotated[
        str, Field(pattern=r"^[a-z]{1,20}$", description="Where it stands, when there is no link: x, google, email, …")
    ] = "web"
    author: Annotated[_Line, Field(description="The customer's handle, as the network writes it.")] = ""
    author_name: Annotated[_Line, Field(description="The customer's name.")] = ""
    lang: Annotated[str, Field(pattern=r"^([a-z]{2})?$", description="ISO 639-1, where it is known.")] = ""
    written_at: Annotated[AwareDatetime | None, Field(description="When the customer wrote it, with its zone.")] = None
    notes: Annotated[list[_Line], Field(max_length=20, description="What the team should know; never published.")] = []
    attachments: Annotated[list[_Line], Field(max_length=20, description="Names or links of files.")] = []
    id: Annotated[_Key | None, Field(description="Your own id of it: the same id is the same complaint.")] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.link.strip():
            raise ValueError("give text or link")
        if self.link.strip() and not recognise(self.link).link:
            raise ValueError("link is no http or https address")
        return self


class Taken(BaseModel):
    """A case that a complaint has become."""

    id: str
    address: str = Field(description="Where to ask how it stands.")
    new: bool = Field(description="False: it was known already.")
    status: str


class Standing(BaseModel):
    """How a case stands."""

    id: str
    status: str
    topic: str
    severity: str
    reply: str = Field(description="The approved reply; empty before.")
    reply_link: str


class Batch(BaseModel):
    """What came of the complaints, in their order."""

    cases: list[Taken]


class Trouble(BaseModel):
    """What is wrong with the request, in a sentence."""

    detail: str


_BEARER = HTTPBearer(auto_error=False, description="The brand's token: ACME_INTAKE_TOKEN of the environment.")
_SAYS = {
    400: "This is no JSON.",
    401: "The token is missing or wrong.",
    409: "This id or Idempotency-Key stands for another complaint already; nothing was stored.",
    422: "Something is missing or of the wrong kind; nothing was stored.",
    503: "The complaints cannot be stored now; send them again.",
}
_WRONG: dict[int | str, dict[str, object]] = {
    **{code: {"model": Trouble, "description": says} for code, says in _SAYS.items()},
    413: {"description": "The body is too large.", "content": {"text/plain": {}}},
}


def router(tokens: Mapping[str, str], receive: Receive, look: Look) -> APIRouter:
    """The routes. ``tokens`` are brands by their token; ``receive`` stores a complaint, ``look`` reads a case."""

    async def brand(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
        told = given.credentials.encode() if given else b""
        found = [one for token, one in tokens.items() if hmac.compare_digest(token.encode(), told)]
        if not found:
            raise HTTPException(401, "The token is missing or wrong.", headers={"WWW-Authenticate": "Bearer"})
        return found[0]

    routes = APIRouter(tags=["intake"])
    Brand = Annotated[str, Depends(brand)]  # noqa: N806  # a type
    IdempotencyKey = Annotated[_Key | None, Header(description="The same key is the same request.")]  # noqa: N806

    @routes.post("/intake", status_code=202, responses=_WRONG, summary="Hand in complaints")
    async def take(
        given: Given | Annotated[list[Given], Field(min_length=1, max_length=MOST)],
        brand: Brand,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Batch:
        """One complaint, or up to 100 in a list. Each becomes a case, whose card appears in the team's review room."""
        several = given if isinstance(given, list) else [given]
        complaints = [_complaint(one, brand, idempotency_key, number) for number, one in enumerate(several)]
        await _refuse_others(complaints, look)
        stored = await asyncio.gather(*map(receive, complaints))
        cases = [_taken(case, new=new) for case, new in stored]
        response.headers["Location"] = cases[0].address
        return Batch(cases=cases)

    @routes.get("/intake/cases/{case_id:path}", responses={401: _WRONG[401], 404: {"model": Trouble}})
    async def case(case_id: str, brand: Brand) -> Standing:
        """How a case of the brand stands."""
        found = await look(case_id)
        if found is None or found.brand != brand:
            raise HTTPException(404, "There is no such case.")
        return _standing(found)

    return routes


async def _refuse_others(complaints: list[Complaint], look: Look) -> None:
    """An id that stands for other words already is a mistake of the sender's: told before anything is stored."""
    words: dict[str, str] = {}
    known = await asyncio.gather(*(look(complaint.id) for complaint in complaints))
    for complaint, case in zip(complaints, known, strict=True):
        stored = case.complaint.text if case else words.setdefault(complaint.id, complaint.text)
        if complaint.text and stored and complaint.text != stored:
            raise HTTPException(409, f"{complaint.id} stands for another complaint already; nothing was stored.")


def _complaint(given: Given, brand: str, key: str | None, number: int) -> Complaint:
    place = recognise(given.link)
    own = given.id or (f"{key}:{number}" if key else "") or short(f"{given.author}\n{given.text}")
    source = Source(
        text=given.text,
        place=place if place.network != "web" else Place(given.network, link=place.link),
        author=given.author or place.author,
        author_name=given.author_name,
        written_at=given.written_at.astimezone(UTC) if given.written_at else None,
        notes=tuple(given.notes),
        files=tuple(given.attachments),
        told=given.id or key or given.text,
        origin=("intake", own),
    )
    by = Bringing(message="intake", brand=brand, received_at=datetime.now(UTC), named=lambda _, ref: f"intake:{ref}")
    (complaint,) = made([source], by)
    return complaint


def _taken(case: Case, *, new: bool) -> Taken:
    return Taken(id=case.id, address=f"/intake/cases/{quote(case.id, safe=':@')}", new=new, status=case.status.value)


def _standing(case: Case) -> Standing:
    return Standing(
        id=case.id,
        status=case.status.value,
        topic=case.topic,
        severity=case.severity.value,
        reply=case.reply.text if case.reply else "",
        reply_link=case.reply.link if case.reply else "",
    )
