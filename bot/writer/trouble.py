"""What can go wrong with a model's server, which sentence tells of it, and what another try may cure."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

from bot.desk.case import Remark
from bot.errors import ModelTrouble


class Trouble(StrEnum):
    """One word per trouble, for the log and the metrics."""

    SLOW = "slow"  # no whole answer in time
    QUEUE = "queue"  # no free place here in time
    RESTING = "resting"  # the breaker is open
    TRYING = "trying"  # the breaker has let one through to see
    UNREACHABLE = "unreachable"
    BROKEN = "broken"  # the line went dead
    DOWN = "down"  # 5xx
    LIMITED = "limited"  # 429
    ADDRESS = "address"
    FOREIGN = "foreign"  # no API answer at all: HTML, a cut body
    KEY = "key"
    FORBIDDEN = "forbidden"
    MODEL = "model"
    QUOTA = "quota"
    LENGTHY = "lengthy"  # the prompt is too long
    REJECTED = "rejected"  # any other 4xx
    REFUSED = "refused"
    FILTERED = "filtered"
    CUT = "cut"  # the answer's length limit
    HUGE = "huge"
    NONSENSE = "nonsense"


REMARKS = {
    Trouble.SLOW: Remark("The model did not answer within {seconds} s."),
    Trouble.QUEUE: Remark("Too many complaints came at once: the model was not free within {seconds} s."),
    Trouble.RESTING: Remark("The model's server has not answered for a while; it is tried again in {seconds} s."),
    Trouble.TRYING: Remark("The model's server has not answered for a while; it is being tried again right now."),
    Trouble.UNREACHABLE: Remark("The model's server is not reachable."),
    Trouble.BROKEN: Remark("The connection to the model's server broke off."),
    Trouble.DOWN: Remark("The model's server has a failure of its own (error {code})."),
    Trouble.LIMITED: Remark("The model's server takes no more requests for the moment; please try again later."),
    Trouble.ADDRESS: Remark("Nothing answers at the address of the model's server; please check OPENAI_BASE_URL."),
    Trouble.FOREIGN: Remark(
        "What answered is no model's server, or its answer came damaged; if this stays, please check OPENAI_BASE_URL."
    ),
    Trouble.KEY: Remark("The key of the model's server was refused; please check OPENAI_API_KEY."),
    Trouble.FORBIDDEN: Remark("The model's server does not allow this key to use the model “{model}”."),
    Trouble.MODEL: Remark("The model's server has no model “{model}”; please check OPENAI_MODEL."),
    Trouble.QUOTA: Remark("The credit at the model's server is used up; please check the account."),
    Trouble.LENGTHY: Remark("The prompt is longer than the model can read."),
    Trouble.REJECTED: Remark("The model's server did not accept the request (error {code})."),
    Trouble.REFUSED: Remark("The model refused to write this reply."),
    Trouble.FILTERED: Remark("The content filter of the model's server held the reply back."),
    Trouble.CUT: Remark("The model's answer was cut off: it grew too long."),
    Trouble.HUGE: Remark("The model's server sent far more than an answer; it was not read."),
    Trouble.NONSENSE: Remark("The model's answer could not be used, even after a second try."),
}

#: Nothing is wrong with what was asked: the same call may well succeed in a moment.
CURABLE = frozenset({Trouble.UNREACHABLE, Trouble.BROKEN, Trouble.DOWN, Trouble.LIMITED})
#: A server that is dead or too slow; the breaker counts these.
DEAD = frozenset({Trouble.SLOW, Trouble.UNREACHABLE, Trouble.BROKEN, Trouble.DOWN})
#: No waiting cures it, a person has to; told on /health until an answer comes.
LASTING = frozenset({Trouble.ADDRESS, Trouble.KEY, Trouble.FORBIDDEN, Trouble.MODEL, Trouble.QUOTA})


class ServerTrouble(ModelTrouble):
    """One trouble; ``wait`` is what the server asks for, in seconds, None where it does not say."""

    def __init__(self, kind: Trouble, *, wait: float | None = None, **facts: Any) -> None:
        super().__init__(Remark(REMARKS[kind].says, facts))
        self.kind = kind
        self.wait = wait

    @property
    def curable(self) -> bool:
        """Whether another try may succeed."""
        return self.kind in CURABLE

    @property
    def dead(self) -> bool:
        """Whether it speaks of a server that is dead or too slow."""
        return self.kind in DEAD


def whole(seconds: float) -> int:
    """Seconds as a card says them: whole, at least one."""
    return max(1, math.ceil(seconds))
