"""Block Kit as Slack refuses it, and what people get to read of it."""

import pytest
from blockkit import Refused, check_message, check_view, formats, pings, seen, size

BUTTON = {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Publier"}, "value": "1"}
NAMES = [{"text": {"type": "plain_text", "text": name.title()}, "value": name} for name in ("retard", "colis")]
MENU = {"type": "static_select", "action_id": "template", "options": NAMES}
CARD = [{"type": "actions", "block_id": "card:1", "elements": [BUTTON, MENU]}]
INPUT = {"type": "plain_text_input", "action_id": "text", "initial_value": "Bonjour", "max_length": 10}
FORM = {
    "type": "modal",
    "callback_id": "edit",
    "title": {"type": "plain_text", "text": "Modifier"},
    "submit": {"type": "plain_text", "text": "Envoyer"},
    "blocks": [
        {"type": "input", "block_id": "reply", "label": {"type": "plain_text", "text": "Réponse"}, "element": INPUT}
    ],
}


def section(text, kind="mrkdwn"):
    return {"type": "section", "text": {"type": kind, "text": text}}


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"blocks": [section("")]}, "invalid_blocks"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "poem"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "divider", "colour": "red"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "divider", "block_id": "a"}] * 2}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": [INPUT]}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": [MENU | {"options": []}]}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}]}, "invalid_blocks"),
        ({"blocks": [section("x" * 2999)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "case"}}, "invalid_metadata_format"),
        ({"text": "x", "blcoks": []}, "invalid_arguments"),
    ],
)
def test_a_message_is_refused(message, error):
    """Each limit of a message has Slack's own error code."""
    with pytest.raises(Refused) as caught:
        check_message(message)
    assert caught.value.error == error


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"private_metadata": "x" * 3001},
        {"submit": {"type": "plain_text", "text": ""}},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [section("x"), {"type": "markdown", "text": "x"}]},
        {"colour": "red"},
    ],
)
def test_a_view_is_refused(wrong):
    """Each limit of a view is `invalid_arguments`."""
    check_view(FORM)
    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(FORM | wrong)


def test_inputs_need_a_submit_button():
    """A modal with a field but without a button to send it is refused."""
    with pytest.raises(Refused, match="submit"):
        check_view({key: value for key, value in FORM.items() if key != "submit"})


def test_pings_are_found_where_slack_would_ping():
    """A mention in mrkdwn or rich text pings; the same in plain text or escaped does not."""
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}
    rich["elements"][0]["elements"] = [{"type": "text", "text": "<!here>"}, {"type": "broadcast", "range": "here"}]
    blocks = [section("<@U1> &lt;!channel&gt; <!subteam^S1|@equipe>"), section("<!channel>", "plain_text"), rich]
    found = pings({"text": "<!everyone>", "blocks": blocks})
    assert sorted(found) == ["<!everyone>", "<!here>", "<!subteam^S1|@equipe>", "<@U1>"]


def test_formats_are_found_where_slack_would_format():
    """Marks around words format; the same characters inside words, or in plain text, do not."""
    text = "*gras* _it_ ~non~ `code` <https://a.fr|lien> 2*3*4 snake_case_name"
    assert sorted(formats({"blocks": [section(text), section("*x*", "plain_text")]})) == sorted(
        ["*gras*", "_it_", "~non~", "`code`", "<https://a.fr|lien>"]
    )


def test_seen_is_what_a_person_reads():
    """Text without its marks, buttons and menus in brackets."""
    blocks = [section("*Colis* &amp; <https://a.fr|lien>"), *CARD]
    assert seen({"text": "unread", "blocks": blocks}) == "Colis & lien\n[Publier] [Retard / Colis]"


def test_size_counts_containers():
    """The total over all blocks counts more than letters: an empty divider weighs 125."""
    assert size([{"type": "divider"}]) == 125
