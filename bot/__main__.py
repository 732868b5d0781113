"""``python -m bot``, and the command ``portevoix``."""

from __future__ import annotations

import os
import sys
import uuid

from bot.cli.commands import app
from bot.errors import InputError, PortevoixError

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def main() -> None:
    """Run the command line. Exit codes: 0 fine, 1 the work failed, 2 wrong usage."""
    debug = "--debug" in sys.argv
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:
        if debug:
            raise
        known = _known(error)
        print(f"portevoix: {known or _unknown(error)}", file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_USAGE if isinstance(known, InputError) and known.usage else FAILED)


def _known(error: BaseException) -> PortevoixError | None:
    """The known error, also where a group of tasks has wrapped it."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_known, error.exceptions)), None)
    return error if isinstance(error, PortevoixError) else None


def _unknown(error: Exception) -> str:
    ticket = uuid.uuid4().hex[:8]
    return f"something unexpected happened ({type(error).__name__}, {ticket}). Run again with --debug to see what."


if __name__ == "__main__":
    main()
