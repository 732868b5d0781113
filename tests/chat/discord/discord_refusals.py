"""How Discord says no: JSON error codes with their words, and the tree of what is wrong in a form."""

from typing import Any

REFUSALS: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30032: (400, "Maximum number of application commands reached (100)."),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
}


class Refused(Exception):
    """Discord says no: status, JSON error code, its words, and where in the form."""

    def __init__(self, code: int, message: str = "", status: int = 0, errors: dict[str, Any] | None = None) -> None:
        known = REFUSALS.get(code, (400, "General error"))
        self.status = status or known[0]
        self.code = code
        self.words = message or known[1]
        self.errors = errors
        super().__init__(f"{self.status} {code}: {self.words} {errors or ''}")

    @property
    def body(self) -> dict[str, Any]:
        return {"message": self.words, "code": self.code} | ({"errors": self.errors} if self.errors else {})


class Form:
    """Collects what is wrong in a form, each flaw at its path; `done` raises 50035 when there is any."""

    def __init__(self) -> None:
        self.errors: dict[str, Any] = {}

    def wrong(self, path: str, code: str, message: str) -> None:
        """Note a flaw; `path` is written with dots (`components.0.label`)."""
        node = self.errors
        for part in path.split(".") if path else []:
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def done(self) -> None:
        if self.errors:
            raise Refused(50035, errors=self.errors)

    # --- the usual rules ---------------------------------------------------------------------------------------------

    def text(self, path: str, value: Any, least: int, most: int) -> None:
        """Is it a text of this many characters."""
        if not isinstance(value, str) or (not value and least):
            self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(value) <= most:
            self.length(path, len(value), least, most)

    def optional(self, path: str, value: Any, most: int) -> None:
        """Is it nothing, or a text of at most this many characters."""
        if value is not None:
            self.text(path, value, 0, most)

    def length(self, path: str, size: int, least: int, most: int) -> None:
        """Is a size within these bounds."""
        if size < least or size > most:
            code = "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH"
            words = f"Must be between {least} and {most} in length." if least else f"Must be {most} or fewer in length."
            self.wrong(path, code, words)

    def number(self, path: str, value: Any, least: int, most: int) -> None:
        """Is it nothing, or a number within these bounds."""
        if value is not None and not (isinstance(value, int) and least <= value <= most):
            self.wrong(path, "NUMBER_TYPE_MAX", f"int value should be between {least} and {most}.")
