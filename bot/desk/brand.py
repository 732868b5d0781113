"""Who a brand is to the desk: its managers, its approvals, its signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.desk.case import Case

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the desk: ``id`` is ``slack:U…``, ``discord:…`` or ``console``; ``groups`` are of the same kind."""

    id: str
    name: str
    groups: frozenset[str] = frozenset()

    @property
    def initials(self) -> str:
        """At most three capitals: ``Camille Durand`` is ``CD``."""
        return "".join(word[0] for word in self.name.replace("-", " ").split() if word[0].isalnum())[:3].upper()


@dataclass(frozen=True, slots=True)
class Scoped(Generic[T]):
    """A rule with exceptions: by topic first, then by severity, else the default."""

    default: T
    special: Mapping[str, T] = field(default_factory=dict)

    def of(self, case: Case) -> T:
        """The rule that holds for this case."""
        return self.special.get(case.topic, self.special.get(case.severity, self.default))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What the desk must know of a brand; the words themselves live in the voice."""

    id: str
    name: str
    managers: Scoped[frozenset[str]]
    languages: tuple[str, ...] = ("en",)
    team_language: str = "en"
    signature: str = ""
    approvals: Scoped[int] = Scoped(1)
    own_draft: Scoped[bool] = Scoped(True)
    undo_seconds: int = 0

    def manages(self, person: Person, case: Case) -> bool:
        """Whether the person may decide this case, by name or through a group."""
        return not self.managers.of(case).isdisjoint({person.id, *person.groups})

    def sign(self, text: str, person: Person) -> str:
        """The text with the brand's signature, once: ``^{initials}`` becomes the approver's initials.

        Who has none signs nothing, rather than a lone caret.
        """
        signs_as = {"{initials}": person.initials, "{name}": person.name}
        signature = self.signature.strip()
        for blank, own in signs_as.items():
            if blank in self.signature and not own:
                return text
            signature = signature.replace(blank, own)
        if not signature or not text.strip() or text.rstrip().endswith(signature):
            return text
        return f"{text.rstrip()} {signature}"
