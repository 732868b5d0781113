"""What a person may decide, as values; and the record of a decision, kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Approve:
    """Yes to exactly this draft; with ``text``, save that text as a new draft and approve it in one step."""

    draft: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text, as a new draft to decide on. Anybody may."""

    draft: int
    text: str


@dataclass(frozen=True, slots=True)
class Redraft:
    """Another draft, please; the note says what should be different."""

    draft: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class UseTemplate:
    """Another draft from this template."""

    draft: int
    template: str


@dataclass(frozen=True, slots=True)
class Reject:
    """No reply to this complaint."""

    draft: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Escalate:
    """A senior should look at this. Anybody may."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """I look after this one. Anybody may."""


@dataclass(frozen=True, slots=True)
class MarkPosted:
    """A person posted the reply by hand, or saw that it is public."""

    link: str = ""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """A person looked: the reply is not public; send it."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an approval back before it is sent, one's own yes while another is missing, or a rejection."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Take the posted reply off the network again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Amend:
    """What the complaint lacks, found later; what is empty here stays as it is. Anybody may."""

    text: str = ""
    author: str = ""
    author_name: str = ""
    link: str = ""
    network: str = ""
    notes: tuple[str, ...] = ()


Decision = (
    Approve | Edit | Redraft | UseTemplate | Reject | Escalate | Take | MarkPosted | TryAgain | Undo | Delete | Amend
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One decision, kept for ever: who, when, on which draft, what changed, and where the text came from."""

    case_id: str
    at: datetime
    by: str
    by_name: str
    action: str
    draft: int = 0
    origin: str = ""
    template: str = ""
    before: str = ""  # the text they saw, when they changed it
    after: str = ""  # the text they saved or approved
    note: str = ""  # reason, note, template name or link
    overridden: tuple[str, ...] = ()  # the checks whose warnings they approved with
    status: str = ""  # what the case became
