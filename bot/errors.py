"""The error tree. Every known error is a sentence for the person and says what to do next.

::

    PortevoixError
    ├── SettingsError         the environment or .env is wrong
    ├── PromptsError          prompts/ cannot be used: file, line, what to do
    ├── InputError            what was handed in cannot be read
    ├── StoreError            the database cannot be reached or used
    ├── ModelTrouble          the model's server gives no usable answer
    └── Refusal               the desk says no to a person, kindly
        ├── UnknownCase       no such case
        ├── NewerDraft        the draft they saw is no longer the current one
        ├── NotNow            the case's status does not allow it (somebody was first)
        ├── NotManager        this person may not decide that
        ├── OwnDraft          four eyes: not the person who wrote the text
        ├── AlreadyApproved   they said yes already; another person's yes is missing
        ├── Blocked           a check forbids the text
        ├── UnknownTemplate   no template of that name for this case
        ├── NotDeleted        the reply is not surely gone from its network
        └── NetworkNotReady   the network cannot post this reply now

``says`` is an English sentence with ``{facts}`` in braces; it is also the key under which ``bot/locale`` holds the
French one. This file imports the standard library only, so that the desk may use it.
"""

from typing import Any


class PortevoixError(Exception):
    """A known error: ``str(error)`` is the English sentence, ``says`` and ``facts`` are what a translation needs."""

    says: str = "{reason}"

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return self.says.format(**{name: _plain(value) for name, value in self.facts.items()})


def _plain(value: object) -> object:
    """Several remarks in one fact are said one after the other."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


class SettingsError(PortevoixError):
    """The environment or ``.env`` holds something unusable."""


class PromptsError(PortevoixError):
    """The prompts folder, or the part of it a person asked for, cannot be used."""


class InputError(PortevoixError):
    """A file or stream of complaints cannot be read. ``usage`` is true when the call itself was wrong."""

    def __init__(self, *, usage: bool = False, **facts: object) -> None:
        super().__init__(**facts)
        self.usage = usage


class StoreError(PortevoixError):
    """The database cannot be reached, created or written."""


class ModelTrouble(PortevoixError):
    """The model's server gives no usable answer.

    ``remark`` (a ``desk.case.Remark``) says which trouble in words, for the card; ``usage`` (a ``desk.case.Usage``) is
    what was spent in vain, None where the server told of no tokens.
    """

    def __init__(self, remark: Any, usage: Any = None) -> None:
        super().__init__(**remark.facts)
        self.says = remark.says
        self.remark = remark
        self.usage = usage


class Refusal(PortevoixError):
    """The desk says no; nothing has changed."""


class UnknownCase(Refusal):
    """No case has this id."""

    says = "There is no case {case}."


class NewerDraft(Refusal):
    """The decision names a draft that has been replaced."""

    says = "A newer draft stands below: draft {current}. Please read it and decide on that one."


class NotNow(Refusal):
    """The case's status does not allow this decision."""

    says = "This case is {status}{who}: nothing to do here."


class NotManager(Refusal):
    """The person is not among those who may decide this."""

    says = "Only a manager of {brand} may do that. Your suggestion can be saved as a new draft with “Edit”."


class OwnDraft(Refusal):
    """Four eyes: the author of a text does not approve it."""

    says = "You wrote this text: at {brand} a second person approves it."


class AlreadyApproved(Refusal):
    """The person has already said yes to this draft."""

    says = "You have approved this draft already; {missing} more must say yes."


class Blocked(Refusal):
    """A check forbids the text; a manager cannot override it, only change the text."""

    says = "This text cannot be posted: {findings}"


class UnknownTemplate(Refusal):
    """The template is not in the brand's library."""

    says = "There is no template “{template}” for {brand}."


class NotDeleted(Refusal):
    """The reply is not surely gone from its network."""

    says = "The reply was not deleted on {network}: {reason}"


class NetworkNotReady(Refusal):
    """The network cannot post this reply now."""

    says = "{network} cannot take this reply now: {reason}"
