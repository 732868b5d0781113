'''A webhook as a network: whatever tool a brand has (a Zapier, Make or n8n flow, something of its own) posts the reply.

The tool is sent each approved reply once, as JSON, ``POST`` to the account's ``server``::

    {"id": "trustpilot:67a1:5f2c", "key": "9f3c…", "draft": 2, "text": "Bonjour Léa, …", "network": "trustpilot",
     "link": "https://…", "author": "lea_m", "author_name": "Léa Moreau", "lang": "fr", "brand": "acme",
     "approved_by": ["Camille Durand"], "approved_at": "2026-03-02T12:00:00+00:00"}

``id`` is the case's; ``key``, also in the header ``Idempotency-Key``, is this approval's: the same for every try,
another one when a reply is approved anew. ``X-Portevoix-Timestamp`` holds seconds since 1970,
``X-Portevoix-Signature`` is ``v1=`` and the hexadecimal HMAC-SHA256, under the secret, of timestamp, dot and body; of a
``GET``, of timestamp, dot and query string. In Python::

    import hashlib, hmac, time

    def is_ours(secret: str, headers, signed: bytes) -> bool:
        """``signed``: the raw body of a POST, the raw query string of a GET."""
        timestamp = headers["X-Portevoix-Timestamp"]
        made = hmac.new(secret.encode(), timestamp.encode() + b"." + signed, hashlib.sha256).hexdigest()
        fresh = abs(time.time() - int(timestamp)) < 300
        return fresh and hmac.compare_digest("v1=" + made, headers["X-Portevoix-Signature"])

It answers within 15 seconds:

- 200 ``{"link": "https://…", "ref": "…"}``: posted there; both may be left out, as Zapier, Make and n8n do.
- 202: taken; it will be posted.
- 409 ``{"link": "https://…"}``: it is there already.
- ``{"error": "The review is gone."}``, with 200 or any 4xx: not posted, and will not be; a manager reads why.
- 401: the signature is wrong. 404, 410: there is no such flow, or it is switched off. 429: later. The reply waits.
- anything else, or nothing: nobody knows. A person looks; or, if the account says so, Portevoix does:

``options: {find: "true"}`` where the tool can be asked, by ``GET`` with ``id``, ``key``, ``network`` and ``link`` in
the query (no ``key`` before there is an approval): 200 ``{"posted": true, "link": "https://…"}``; ``{"posted": false}``
where it is surely neither there nor under way; ``{"posted": null}`` where the tool does not know; ``{"error": "…"}``:
why it cannot be posted. ``options: {idempotent: "true"}`` where the same key twice posts once: then what nobody knows
is sent again.
'''

from __future__ import annotations

from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.reach import may_be_public
from bot.network.webhook.account import WebhookAccount

#: Characters of a secret that nobody guesses.
SHORTEST = 16


def build(spec: Spec) -> WebhookAccount:
    """The account; its ``handle`` is what people call the tool. ``options``:

    - ``networks``: whose complaints it answers, where the brand has no account there: ``trustpilot, tiktok``, or ``*``
      for all (also where nothing is said).
    - ``find``, ``idempotent``: ``true`` where the tool can do that.

    Raises:
        SettingsError: the address or the secret is missing or wrong.
    """
    where = f"brand.yaml of {spec.brand}, accounts, webhook"
    parts = urlsplit(spec.server)
    in_house = parts.scheme == "http" and not may_be_public(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or in_house) or parts.username or parts.fragment:
        raise SettingsError(
            reason=f"{where}: server must be the tool's https address, like https://flows.brand.example/reply"
        )
    if len(spec.secrets.get("secret", "").strip()) < SHORTEST:
        raise SettingsError(
            reason=f"{spec.secret_name('secret')} is missing, or shorter than {SHORTEST} characters: by it the tool "
            "knows that a reply comes from here. `openssl rand -hex 32` makes one."
        )
    for option in ("find", "idempotent"):
        if spec.options.get(option, "false") not in {"true", "false"}:
            raise SettingsError(reason=f"{where}: the option {option} must be true or false")
    return WebhookAccount(spec)
