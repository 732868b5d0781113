"""The Slack stand-in itself: it refuses, expires, repeats and acknowledges as Slack does, seen by Slack's own SDK."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from standin import NotSent, Slack, drop, fail, kill

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


@pytest.fixture
async def slack():
    async with Slack() as slack:
        yield slack


@pytest.fixture
def lea(slack):
    return slack.add_user("Léa Martin", display_name="léa")


@pytest.fixture
def room(slack, lea):
    return slack.add_channel("plaintes", [lea])


@pytest.fixture
def client(slack):
    return AsyncWebClient(slack.bot_token, base_url=slack.api)


@pytest.fixture
async def bot(slack):
    """A bare listener for signed requests: `requests` is what came, `answers` what it says to each (200 by default)."""
    listener = Listener()
    app = web.Application()
    app.router.add_post("/slack/events", listener.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield listener
    await runner.cleanup()


class Listener:
    def __init__(self):
        self.requests = []
        self.answers = []

    async def serve(self, request):
        self.requests.append((request.headers, await request.text()))
        answer = self.answers.pop(0) if self.answers else web.Response()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response()
        return answer


async def refused(call):
    """The error code that a call gets."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


def section(text, kind="mrkdwn"):
    return {"type": "section", "text": {"type": kind, "text": text}}


# --- calls and refusals ----------------------------------------------------------------------------------------------


async def test_a_posted_message_reads_back_with_its_metadata(slack, room, client):
    """What was posted comes back from the history, with metadata only when asked for."""
    metadata = {"event_type": "case", "event_payload": {"case": "x:1"}}
    posted = await client.chat_postMessage(channel=room, text="a & b", blocks=CARD, metadata=metadata)
    with_it = await client.conversations_history(channel=room, include_all_metadata=True)
    without = await client.conversations_history(channel=room)
    assert (with_it["messages"][0]["ts"], with_it["messages"][0]["metadata"]) == (posted["ts"], metadata)
    assert "metadata" not in without["messages"][0]
    assert slack.message(room, posted["ts"]).text == "a &amp; b"


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("xoxb-other", "invalid_auth"),
        ("xoxb-old", "token_revoked"),
        ("xoxb-off", "account_inactive"),
    ],
)
async def test_bad_tokens_are_refused(slack, token, error):
    """Each kind of bad token has its own error."""
    slack.bad_tokens = {"xoxb-old": "token_revoked", "xoxb-off": "account_inactive"}
    assert await refused(AsyncWebClient(token, base_url=slack.api).auth_test()) == error


async def test_a_missing_scope_is_named(slack, room, client):
    """Without the scope the call is refused, and the answer says which one is needed."""
    slack.scopes.discard("chat:write")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=room, text="x")
    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", "chat:write")


async def test_granted_scopes_are_in_every_answer(slack, client):
    """Bolt reads the scopes from a header of auth.test."""
    answer = await client.auth_test()
    assert set(answer.headers["x-oauth-scopes"].split(",")) == slack.scopes


async def test_channels_the_bot_cannot_use(slack, client):
    """Unknown, private, not joined, archived: four different refusals."""
    rooms = [
        "C404",
        slack.add_channel("secret", bot=False, private=True),
        slack.add_channel("loin", bot=False),
        slack.add_channel("vieux", archived=True),
    ]
    errors = [await refused(client.chat_postMessage(channel=room, text="x")) for room in rooms]
    assert errors == ["channel_not_found", "channel_not_found", "not_in_channel", "is_archived"]


async def test_invalid_blocks_say_where(room, client):
    """The refusal carries a JSON pointer, as Slack's does."""
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=room, text="x", blocks=[section("")])
    assert "[json-pointer:/blocks/0/text/text]" in caught.value.response["response_metadata"]["messages"][0]


async def test_only_own_messages_change(slack, lea, room, client):
    """The bot cannot rewrite what a person wrote, nor what is not there."""
    await slack.post(lea, room, "Bonjour")
    (message,) = slack.messages_in(room)
    assert await refused(client.chat_update(channel=room, ts=message.ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_update(channel=room, ts="1.000000", text="x")) == "message_not_found"


async def test_a_text_takes_the_blocks_away_and_metadata_stays(slack, room, client):
    """chat.update keeps what is not given, except blocks when there is a new text."""
    metadata = {"event_type": "case", "event_payload": {}}
    posted = await client.chat_postMessage(channel=room, text="x", blocks=CARD, metadata=metadata)
    await client.chat_update(channel=room, ts=posted["ts"], text="Publié")
    message = slack.message(room, posted["ts"])
    assert (message.seen, message.metadata, len(message.before)) == ("Publié", metadata, 1)


async def test_an_update_is_shorter_than_a_post(room, client):
    """chat.update takes 4,000 bytes of text, not 40,000 characters."""
    posted = await client.chat_postMessage(channel=room, text="é" * 3000)
    assert await refused(client.chat_update(channel=room, ts=posted["ts"], text="é" * 3000)) == "msg_too_long"


async def test_threads_page_and_refuse(slack, lea, room, client):
    """Replies come oldest first, page by page; a thread that is not there is refused."""
    await slack.post(lea, room, "Colis perdu")
    root = slack.messages_in(room)[0].ts
    for text in ("un", "deux"):
        await client.chat_postMessage(channel=room, text=text, thread_ts=root)
    texts = []
    async for page in await client.conversations_replies(channel=room, ts=root, limit=2):
        texts += [message["text"] for message in page["messages"]]
    assert texts == ["Colis perdu", "un", "deux"]
    assert await refused(client.conversations_replies(channel=room, ts="1.000000")) == "thread_not_found"
    assert len((await client.conversations_history(channel=room))["messages"]) == 1


async def test_reactions_once_and_only_known_names(slack, lea, room, client):
    """The bot reacts once with a name that exists, and takes back only what it gave."""
    await slack.post(lea, room, "x")
    where = {"channel": room, "timestamp": slack.messages_in(room)[0].ts}
    await client.reactions_add(name="eyes", **where)
    assert await refused(client.reactions_add(name="eyes", **where)) == "already_reacted"
    assert await refused(client.reactions_add(name="no_such_thing", **where)) == "invalid_name"
    assert await refused(client.reactions_remove(name="tada", **where)) == "no_reaction"


async def test_ephemerals_go_to_members_only(slack, lea, room, client):
    """Only somebody in the channel can see an ephemeral message."""
    await client.chat_postEphemeral(channel=room, user=lea, text="Pour vous")
    assert [e.seen for e in slack.ephemerals_for(lea)] == ["Pour vous"]
    guest = slack.add_user("Guest")
    assert await refused(client.chat_postEphemeral(channel=room, user=guest, text="x")) == "user_not_in_channel"


async def test_groups_people_and_rooms_are_told(slack, lea, room, client):
    """Who is in a group, who somebody is, what a channel is."""
    group = slack.add_usergroup("cm", [lea])
    assert (await client.usergroups_users_list(usergroup=group))["users"] == [lea]
    assert (await client.users_info(user=lea, include_locale=True))["user"]["locale"] == "fr-FR"
    assert (await client.conversations_info(channel=room))["channel"]["is_member"]
    assert await refused(client.usergroups_users_list(usergroup="S404")) == "no_such_subteam"


async def test_a_second_workspace_sees_its_own_rooms_only(slack, room):
    """A token opens one workspace."""
    team = slack.add_workspace("T0AUTRE", "Autre", "autre")
    other = AsyncWebClient(slack.workspaces[team].bot_token, base_url=slack.api)
    assert (await other.auth_test())["team_id"] == team
    assert await refused(other.chat_postMessage(channel=room, text="x")) == "channel_not_found"


# --- limits and faults -----------------------------------------------------------------------------------------------


async def test_too_many_posts_in_one_channel(slack, room, client):
    """Beyond the limit: HTTP 429 with Retry-After; another channel, or a second later, is fine."""
    slack.limit("chat.postMessage", per_second=1, burst=1)
    await client.chat_postMessage(channel=room, text="1")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=room, text="2")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    await client.chat_postMessage(channel=slack.add_channel("autre"), text="3")
    slack.advance(1)
    await client.chat_postMessage(channel=room, text="4")


async def test_a_dropped_answer_keeps_or_loses_the_effect(slack, room, client):
    """`before` and drop: no message; `after` and drop: a message, and the bot does not know."""
    client.retry_handlers.clear()
    slack.before("chat.postMessage", 1, drop())
    slack.after("chat.postMessage", 2, drop())
    for text in ("perdu", "gardé"):
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=room, text=text)
    assert [message.text for message in slack.messages_in(room)] == ["gardé"]


async def test_refusals_on_demand(slack, room, client):
    """The next call is refused as told, or answered with a server error; then all is well."""
    slack.refuse_next("chat.postMessage", "fatal_error")
    slack.before("chat.postMessage", 2, fail(500))
    assert await refused(client.chat_postMessage(channel=room, text="1")) == "fatal_error"
    assert await refused(client.chat_postMessage(channel=room, text="2")) == "internal_error"
    assert (await client.chat_postMessage(channel=room, text="3"))["ok"]
    assert [call.status for call in slack.called("chat.postMessage")] == [200, 500, 200]


async def test_a_process_is_killed_in_the_middle(slack, room, client):
    """The call took effect, and the process did not live to hear of it."""
    process = await asyncio.create_subprocess_exec("sleep", "60")
    slack.after("chat.postMessage", 1, kill(process.pid))
    await client.chat_postMessage(channel=room, text="x")
    assert (await process.wait(), len(slack.messages_in(room))) == (-9, 1)


# --- views -----------------------------------------------------------------------------------------------------------


async def opened(slack, client, user, view=FORM):
    await client.views_open(trigger_id=slack.trigger(user), view=view)
    return slack.view(user)


async def test_a_trigger_is_good_once_and_for_three_seconds(slack, lea, client):
    """Late, twice, made up: three different refusals."""
    late = slack.trigger(lea)
    slack.advance(3.5)
    twice = slack.trigger(lea)
    await client.views_open(trigger_id=twice, view=FORM)
    errors = [await refused(client.views_open(trigger_id=one, view=FORM)) for one in (late, twice, "1.2.x")]
    assert errors == ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"]


async def test_an_old_hash_does_not_overwrite(slack, lea, client):
    """views.update with the hash of an older drawing is refused."""
    view = await opened(slack, client, lea)
    old = view.body["hash"]
    await client.views_update(view_id=view.id, view=FORM, hash=old)
    assert await refused(client.views_update(view_id=view.id, view=FORM, hash=old)) == "hash_conflict"


async def test_typed_text_survives_an_update(slack, lea, client, bot):
    """What a person typed stays where block and action ids stay, and comes with the submission."""
    view = await opened(slack, client, lea)
    await slack.type_in_view(lea, view.id, "reply", "text", "Merci")
    await client.views_update(view_id=view.id, view=FORM | {"callback_id": "other"})
    sent = await slack.submit(lea)
    state = {"reply": {"text": {"type": "plain_text_input", "value": "Merci"}}}
    assert sent.payload["view"]["state"]["values"] == state
    assert slack.view(lea) is None


async def test_slacks_client_keeps_a_bad_form(slack, lea, client, bot):
    """Empty or too long: the form is not sent at all."""
    await opened(slack, client, lea)
    for text in ("", "x" * 11):
        with pytest.raises(NotSent):
            await slack.submit(lea, values={"text": text})
    assert not bot.requests


async def test_what_a_submission_is_answered_with(slack, lea, client, bot):
    """Errors keep the form open, a push puts one on top, clear closes all."""
    view = await opened(slack, client, lea)
    bot.answers = [
        web.json_response({"response_action": "errors", "errors": {"reply": "Trop court"}}),
        web.json_response({"response_action": "push", "view": FORM}),
        web.json_response({"response_action": "clear"}),
    ]
    await slack.submit(lea)
    assert (slack.view(lea), view.errors) == (view, {"reply": "Trop court"})
    await slack.submit(lea)
    assert slack.view(lea).body["previous_view_id"] == view.id
    await slack.submit(lea)
    assert slack.view(lea) is None


async def test_a_home_tab_is_published(slack, lea, client, bot):
    """views.publish draws the home tab, and the next opening carries it."""
    home = {"type": "home", "blocks": [section("Rien à faire"), *CARD]}
    await client.views_publish(user_id=lea, view=home)
    told = await slack.open_home(lea)
    pressed = await slack.press_in_view(lea, slack.homes[lea].id, "approve")
    assert told.payload["event"]["view"]["id"] == slack.homes[lea].id
    assert pressed.payload["container"] == {"type": "view", "view_id": slack.homes[lea].id}


# --- people, by HTTP -------------------------------------------------------------------------------------------------


async def test_requests_are_signed(slack, lea, room, bot):
    """Slack's own verifier accepts the signature."""
    await slack.post(lea, room, "Bonjour")
    headers, body = bot.requests[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)


async def test_a_post_becomes_a_message_event(slack, lea, room, bot):
    """Typed words arrive escaped, with a rich_text block; naming the bot sends a second event with the same ts."""
    delivery = await slack.post(lea, room, f"<@{slack.bot_user}> R&D https://a.fr")
    message, mention = (json.loads(body)["event"] for _, body in bot.requests)
    assert (message["type"], mention["type"]) == ("message", "app_mention")
    assert message["ts"] == mention["ts"] == delivery.ts
    assert message["text"] == f"<@{slack.bot_user}> R&amp;D <https://a.fr>"
    assert [word["type"] for word in message["blocks"][0]["elements"][0]["elements"]] == ["user", "text", "link"]


async def test_a_forward_is_empty_with_an_attachment(slack, lea, room, bot):
    """The words of a forwarded message are in its attachment."""
    await slack.post(lea, slack.add_channel("clients", [lea]), "Colis perdu")
    origin = next(iter(slack.messages.values()))
    event = (await slack.forward(lea, room, origin)).payload["event"]
    shared = event["attachments"][0]
    assert (event["text"], shared["text"], shared["is_share"]) == ("", "Colis perdu", True)
    assert (shared["ts"], shared["author_subname"]) == (origin.ts, "léa")
    assert shared["message_blocks"][0]["message"]["blocks"] == origin.blocks


async def test_previews_mails_and_other_apps(slack, lea, room, bot):
    """A preview is a hidden change, a mail a file by Slackbot, an app's post a bot_message."""
    posted = await slack.post(lea, room, "https://a.fr/avis")
    preview = await slack.unfurl(room, posted.ts, {"from_url": "https://a.fr/avis", "text": "Nul"})
    mail = await slack.email(room, "Réclamation", "Bonjour", "Ana", "ana@example.com")
    zap = await slack.post("", room, "Nouvel avis", bot="Zapier", subtype="bot_message")
    assert preview.payload["event"]["message"]["attachments"][0]["text"] == "Nul"
    assert "edited" not in preview.payload["event"]["message"]
    assert mail.payload["event"]["files"][0]["from"][0]["address"] == "ana@example.com"
    assert "user" not in zap.payload["event"]


async def test_the_bot_hears_of_its_channels_only(slack, lea, bot):
    """Nothing is sent from a channel that the bot is not in."""
    assert not (await slack.post(lea, slack.add_channel("loin", [lea], bot=False), "x")).sent
    assert not bot.requests


async def test_a_failed_event_comes_again(slack, lea, room, bot):
    """An error, then too slow, then fine: the same event_id, numbered, with the reason."""
    slack.patience = 0.1
    bot.answers = [web.Response(status=500), 0.3]
    delivery = await slack.post(lea, room, "x")
    retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in bot.requests]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_timeout")]
    assert len({json.loads(body)["event_id"] for _, body in bot.requests}) == 1
    assert delivery.ok


async def test_three_retries_and_no_more(slack, lea, room, bot):
    """Slack gives up after three retries, or at once where it is asked to."""
    bot.answers = [web.Response(status=500) for _ in range(9)]
    assert len((await slack.post(lea, room, "x")).attempts) == 4
    bot.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    assert len((await slack.post(lea, room, "x")).attempts) == 1


async def test_clicks_are_not_repeated(slack, lea, room, client, bot):
    """A click that fails is gone; it never comes twice."""
    posted = await client.chat_postMessage(channel=room, text="x", blocks=CARD)
    await slack.settle()
    bot.requests.clear()
    bot.answers = [web.Response(status=500)]
    assert not (await slack.press(lea, room, posted["ts"], "approve")).ok
    assert len(bot.requests) == 1


async def test_a_click_carries_what_slack_sends(slack, lea, room, client, bot):
    """The pressed button, the message, and what stands in the message's menus."""
    posted = await client.chat_postMessage(channel=room, text="x", blocks=CARD)
    await slack.press(lea, room, posted["ts"], "template", option="colis")
    payload = (await slack.press(lea, room, posted["ts"], "approve")).payload
    assert (payload["actions"][0]["value"], payload["message"]["ts"]) == ("1", posted["ts"])
    assert payload["state"]["values"]["card:1"]["template"]["selected_option"]["value"] == "colis"


async def test_one_cannot_press_what_is_not_there(slack, lea, room, client, bot):
    """No element, no option: the click does not happen."""
    posted = await client.chat_postMessage(channel=room, text="x", blocks=CARD)
    with pytest.raises(LookupError):
        await slack.press(lea, room, posted["ts"], "reject")
    with pytest.raises(LookupError):
        await slack.press(lea, room, posted["ts"], "template", option="autre")


async def test_a_response_url_wears_out(slack, lea, room, bot):
    """Five uses, thirty minutes; each use is an ephemeral message."""
    urls = [(await slack.command(lea, room, "/reply", "x")).payload["response_url"] for _ in range(2)]
    async with aiohttp.ClientSession() as http:
        statuses = [(await http.post(urls[0], json={"text": "ok"})).status for _ in range(6)]
        slack.advance(1801)
        late = await (await http.post(urls[1], json={"text": "ok"})).json()
    assert statuses == [200] * 5 + [404]
    assert len(slack.ephemerals_for(lea)) == 5
    assert late["error"] == "expired_url"


async def test_the_bot_hears_its_own_echo(slack, room, client, bot):
    """Its own message comes back as an event with its bot_id."""
    await client.chat_postMessage(channel=room, text="x")
    await slack.settle()
    assert json.loads(bot.requests[0][1])["event"]["bot_id"] == slack.workspaces[slack.team].bot


# --- Socket Mode and bolt --------------------------------------------------------------------------------------------


@pytest.fixture
async def socket(slack):
    """A Socket Mode client of the SDK that acknowledges what `socket.wanted` says."""
    socket = SocketModeClient(slack.app_token, web_client=AsyncWebClient(base_url=slack.api), ping_interval=0.2)
    socket.seen, socket.wanted = [], lambda request: True

    async def listen(client, request):
        socket.seen.append(request)
        if socket.wanted(request):
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    socket.socket_mode_request_listeners.append(listen)
    await socket.connect()
    await slack.connected()
    yield socket
    await socket.close()


async def test_envelopes_are_acknowledged(slack, lea, room, socket):
    """The ack is kept under its envelope id."""
    delivery = await slack.post(lea, room, "x")
    assert (delivery.ok, socket.seen[0].type) == (True, "events_api")
    assert list(slack.acks) == [socket.seen[0].envelope_id]


async def test_an_unacknowledged_event_comes_again(slack, lea, room, socket):
    """No ack: the same event in a new envelope, with its number."""
    slack.patience = 0.1
    socket.wanted = lambda request: request.retry_attempt == 1
    delivery = await slack.post(lea, room, "x")
    assert [request.retry_attempt for request in socket.seen] == [0, 1]
    assert (socket.seen[1].retry_reason, delivery.ok) == ("timeout", True)
    assert len({request.payload["event_id"] for request in socket.seen}) == 1


async def test_a_client_comes_back_after_a_disconnect(slack, lea, room, socket):
    """Asked to refresh, or cut off: the client connects again and gets the next event."""
    for leave in (slack.disconnect, lambda: asyncio.sleep(0, slack.drop_connections())):
        first = slack.connections[0]
        await leave()
        await slack.until(lambda first=first: slack.connections and slack.connections[0] is not first)
        assert (await slack.post(lea, room, "x")).ok


async def test_each_envelope_goes_to_one_connection(slack, lea, room, socket):
    """With two connections nothing arrives twice, and both get work."""
    second = SocketModeClient(slack.app_token, web_client=socket.web_client)
    second.socket_mode_request_listeners = socket.socket_mode_request_listeners
    await second.connect()
    await slack.connected(2)
    used = {(await slack.post(lea, room, text)).attempts[0].connection for text in ("1", "2")}
    await second.close()
    assert (len(used), len(socket.seen)) == (2, 2)


@pytest.fixture
async def app(slack):
    """A bare AsyncApp, connected by Socket Mode."""
    app = AsyncApp(client=AsyncWebClient(slack.bot_token, base_url=slack.api))
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.connected()
    yield app
    await slack.settle()
    await handler.close_async()


async def test_bolt_answers_in_a_thread(slack, lea, room, app):
    """A message goes in, a reply comes out."""

    @app.event("message")
    async def answer(event, say):
        await say("Vu", thread_ts=event["ts"])

    posted = await slack.post(lea, room, "Colis perdu")
    await slack.until(lambda: slack.messages_in(room, posted.ts))
    assert [message.text for message in slack.messages_in(room, posted.ts)] == ["Vu"]


async def test_bolt_opens_a_form_for_a_command(slack, lea, room, app):
    """What is acknowledged with a text is an ephemeral message; the trigger opens a form."""

    @app.command("/reply")
    async def reply(ack, body, client):
        await ack("Un instant")
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    await slack.command(lea, room, "/reply")
    await slack.until(lambda: slack.view(lea))
    assert [e.seen for e in slack.ephemerals_for(lea)] == ["Un instant"]
