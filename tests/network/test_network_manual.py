from dataclasses import replace

from bot.desk.ports import Length, Refused, Unclear
from bot.network.everywhere import Everywhere
from bot.network.manual import Handout, Manual, handout


def test_the_handout_has_all_a_person_needs(complaint):
    """The text to copy, the composer with the text in it, and the clean link to the complaint."""
    expected = Handout(
        text="Bonjour Léa",
        composer="https://x.com/intent/post?in_reply_to=1700&text=Bonjour%20L%C3%A9a",
        link="https://x.com/lea_m/status/1700",
    )
    assert handout(complaint, "Bonjour Léa") == expected


def test_the_handout_without_a_link_is_the_text(complaint):
    """A complaint that came without a link, or with something else in its place, has only the text to copy."""
    for link in ("", "javascript:alert(1)"):
        assert handout(replace(complaint, link=link), "Bonjour") == Handout("Bonjour", "", "")


def test_the_length_is_the_complaints_networks(complaint):
    """Posting by hand does not lift the network's limit."""
    assert Manual().measure(complaint, "日本") == Length(4, 280)
    assert Manual().measure(replace(complaint, network="web"), "日本") == Length(2, None)


async def test_a_person_can_always_take_it(complaint):
    """There is nothing to connect, so nothing can be missing."""
    assert Manual().by_hand
    assert await Manual().check(complaint) is None


async def test_nothing_is_ever_sent(complaint, reply):
    """A call of publish is refused with what to do instead."""
    outcome = await Manual().publish(complaint, reply)
    assert isinstance(outcome, Refused)
    assert str(outcome.reason).startswith("x is answered by hand: copy the text")


async def test_only_a_person_can_look(complaint, reply):
    """Neither posted nor absent: the bot cannot know."""
    sighting = await Manual().find(complaint, reply)
    assert isinstance(sighting, Unclear)
    assert "please look there" in str(sighting.reason)


def test_one_network_may_serve_everywhere(complaint):
    """Whatever the complaint, the same network carries the reply."""
    manual = Manual()
    networks = Everywhere(manual)
    assert networks.of(complaint) is networks.of(replace(complaint, network="reddit")) is manual
