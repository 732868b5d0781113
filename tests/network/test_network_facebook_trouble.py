"""What the Graph API's errors mean on Facebook and Instagram, in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from contract import Fault, approved
from graph_standin import TOKEN, Refusal
from graph_world import FacebookWorld
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.ports import NotSent, Posted, Refused, Unclear
from bot.network.graph_calls import wait_told
from bot.network.graph_trouble import code, kind_of, reason
from bot.network.wire import MENDED, Trouble

pytest_plugins = ["graph_fixtures"]

REFUSED, WAITS, UNSURE = Refused, NotSent, Unclear
#: code, subcode, HTTP status, what it means for the reply, a piece of what is said
DOCUMENTED = [
    (190, 463, 401, WAITS, "has expired"),
    (190, 460, 401, WAITS, "a password was changed"),
    (190, 458, 401, WAITS, "has been removed"),
    (190, 459, 401, WAITS, "sign in there"),
    (190, 464, 401, WAITS, "sign in there"),
    (190, 467, 401, WAITS, "make a new one"),
    (190, 0, 401, WAITS, "make a new one"),
    (102, 0, 400, WAITS, "make a new one"),
    (104, 0, 400, WAITS, "make a new one"),
    (2500, 0, 400, WAITS, "make a new one"),
    (3, 0, 400, REFUSED, "pages_manage_engagement"),
    (10, 0, 403, REFUSED, "pages_manage_engagement"),
    (200, 0, 403, REFUSED, "pages_manage_engagement"),
    (299, 0, 403, REFUSED, "pages_manage_engagement"),
    (4, 0, 400, WAITS, "asks us to wait"),
    (17, 0, 400, WAITS, "asks us to wait"),
    (32, 0, 403, WAITS, "asks us to wait"),
    (341, 0, 400, WAITS, "asks us to wait"),
    (613, 0, 400, WAITS, "asks us to wait"),
    (80001, 0, 400, WAITS, "asks us to wait"),
    (80002, 0, 400, WAITS, "asks us to wait"),
    (80006, 0, 400, WAITS, "asks us to wait"),
    (100, 33, 400, REFUSED, "not there any more"),
    (803, 0, 404, REFUSED, "not there any more"),
    (368, 0, 400, REFUSED, "for a while"),
    (506, 0, 400, REFUSED, "this very text"),
    (1609005, 0, 400, REFUSED, "the link in the text"),
    (100, 0, 400, REFUSED, "Facebook says: what Facebook calls it"),
    (1, 0, 500, UNSURE, "broke while posting"),
    (2, 0, 503, UNSURE, "broke while posting"),
    (1705, 0, 400, UNSURE, "broke while posting"),
    (999, 0, 500, UNSURE, "broke while posting"),
]


@pytest.mark.parametrize(("number", "sub", "status", "kind", "says"), DOCUMENTED)
async def test_what_an_error_while_posting_means(facebook: FacebookWorld, number, sub, status, kind, says):
    """The reply waits, is refused for good, or nobody can say; and why, in words; nothing is posted."""
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.server.refusal = Refusal(number, "what Facebook calls it", sub, status=status)
    outcome = await facebook.account.publish(complaint, approved())
    assert type(outcome) is kind
    assert says in str(outcome.reason)
    assert (facebook.account.problem is None) == (number not in {190, 102, 104, 2500})
    assert await facebook.thread(complaint) == []


async def test_a_wrong_app_secret_is_told(facebook: FacebookWorld):
    """Facebook calls it a wrong parameter; nothing works until somebody mends it."""
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.server.app_secret = "another app's"
    outcome = await facebook.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent)
    assert outcome.wait == MENDED
    assert "app secret" in str(facebook.account.problem)


async def test_too_many_calls_wait_as_long_as_facebook_says(facebook: FacebookWorld):
    """In minutes, in X-Business-Use-Case-Usage; until then nothing is called."""
    complaint = await facebook.complains("Toujours rien reçu !")
    await facebook.fault(Fault.BUSY)
    outcome = await facebook.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent)
    assert outcome.wait == 19 * 60
    before = len(facebook.server.calls)
    again = await facebook.account.publish(complaint, approved())
    assert isinstance(again, NotSent)
    assert 19 * 60 - 5 < again.wait <= 19 * 60
    assert "asks us to wait" in str(await facebook.account.check(replace(complaint, link="")))
    assert len(facebook.server.calls) == before


async def test_too_many_calls_without_a_time_wait_some_minutes(facebook: FacebookWorld):
    """An app's own limit tells no time."""
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.server.refusal = Refusal(4, "Application request limit reached")
    outcome = await facebook.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent)
    assert outcome.wait == 300


async def test_refused_as_a_second_one_may_mean_that_the_first_is_there(facebook: FacebookWorld):
    """Facebook has this text already: ours, where a call was cut before; it is read back."""
    complaint, reply = await facebook.complains("Toujours rien reçu !"), approved("Désolés.")
    posting = facebook.account._comments.post

    async def post(comment, text):
        await posting(comment, text)  # done, and nobody was told
        facebook.server.refusal = Refusal(506, "Duplicate status message")
        return await posting(comment, text)

    facebook.account._comments.post = post
    assert isinstance(await facebook.account.publish(complaint, reply), Posted)
    assert await facebook.thread(complaint) == ["Désolés."]


def test_a_token_that_an_error_quotes_is_not_passed_on():
    """“Malformed access token EAAG…” is what Facebook says; only its code is told."""
    told = {"error": {"code": 190, "error_subcode": 463, "message": f"Malformed access token {TOKEN}"}}
    assert reason(told) == "190/463"
    assert TOKEN not in reason({"error": {"code": 100, "message": f"Cannot parse {TOKEN}"}})


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("body", ["<html>Not here</html>", {}, {"error": "no"}, None])
def test_an_answer_without_a_code_comes_from_somebody_else(status, body):
    """A proxy's 404 says nothing of a comment, and its 401 nothing of our token."""
    assert kind_of(status, body) is Trouble.BROKEN


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.sampled_from(["error", "code", "message", "x"]) | st.text(), each),
)


@given(st.integers(200, 599), NONSENSE)
def test_no_answer_is_too_strange(status, body):
    """Whatever comes back, it is judged and told."""
    kind_of(status, body)
    assert isinstance(reason(body), str)
    assert len(code(body)) == 2


@given(st.text() | NONSENSE.map(repr))
def test_no_header_is_too_strange(told):
    """The wait is a number of seconds, at most a day."""
    assert 0 <= wait_told({"x-business-use-case-usage": told}) <= 24 * 3600
