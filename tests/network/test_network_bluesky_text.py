"""What stands in a text, and how long it is: as Bluesky's own app sees it."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bluesky_server import WHY_NOT, packages
from bluesky_world import BlueskyWorld
from contract import approved

from bot.desk.ports import Posted, Refused
from bot.network.bluesky.facets import facets, handles
from bot.network.measure import measure

pytest_plugins = ["bluesky_fixtures"]

FAMILY = "👨‍👩‍👧‍👦"
ACUTE = "e\u0301"
PIECES = [
    *(
        "https://acme.example/suivi?id=42&l=fr",
        "http://acme.fr",
        "https://a.b/c_(d)",
        "acme.fr",
        "acme.fr/aide",
        "M.Dupont",
    ),
    *(
        "www.acme.com",
        "etc.Au",
        "node.js",
        "a.b",
        "ACME.COM",
        "my-shop.com",
        "acme.boutique/é",
        "1.fr",
        "acme.fr:8080/x",
    ),
    *(
        "@lea.bsky.social",
        "@lea",
        "@lea.test",
        "@a..fr",
        "contact@acme.fr",
        "@acme.fr.",
        "@lea.frè",
        "#SAV",
        "#42",
        "＃colis",
    ),
    *(
        "#été!",
        "#",
        "##",
        "#️⃣",
        "#a" + "b" * 64,
        FAMILY,
        ACUTE,
        "🇫🇷🇬🇧",
        "🙏🏽",
        "é",
        "\u200d",
        "क्षि",
        "한국",
        "\r\n",
        "\n",
        "\t",
    ),
    *(
        " ",
        " ",
        " ",
        " ",
        "\u00a0",
        "\u202f",
        "(",
        ")",
        ",",
        ".",
        "…",
        "!",
        "?",
        ":",
        ";",
        "« ",
        " »",
        "“",
        "’",
        "colis",
        "Bonjour",
    ),
]


def texts(number: int) -> list[str]:
    chance = random.Random(7)
    return ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(number)]


@pytest.fixture(scope="module")
def app() -> list[tuple[str, dict[str, Any]]]:
    """Two thousand texts, and what the app makes of each."""
    if (where := packages()) is None:
        pytest.skip(WHY_NOT)
    asked = texts(2_000)
    command = ["node", str(Path(__file__).with_name("bluesky_app.cjs")), str(where)]
    told = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return list(zip(asked, json.loads(told.stdout), strict=True))


def dids(told: dict[str, Any]) -> dict[str, str]:
    """The handles that the app found in a text; in place of a DID, which is asked for later, each stands for itself."""
    features = [feature for facet in told["facets"] for feature in facet["features"]]
    return {feature["did"]: feature["did"] for feature in features if "did" in feature}


def spans(found: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    """Where each facet stands, and what it leads to; without the tickers of shares, which we leave alone."""
    features = [(facet["index"], facet["features"][0]) for facet in found]
    leads = ("did", "uri", "tag")
    told = [(i["byteStart"], i["byteEnd"], next(f[name] for name in leads if name in f)) for i, f in features]
    return sorted(one for one in told if not one[2].startswith("$"))


def test_links_mentions_and_hashtags_are_those_of_the_app(app):
    """The same places, counted in bytes, and the same targets."""
    different = [text for text, told in app if spans(facets(text, dids(told))) != spans(told["facets"])]
    assert different == []


def test_handles_are_those_that_may_be_somebodys(app):
    """Whatever the app would ask for, unless no handle is written like that: a PDS fails over those."""
    for text, told in app:
        assert set(handles(text)) == {handle for handle in dids(told) if ".." not in handle}


def test_length_is_counted_as_the_app_counts(app):
    """Graphemes and bytes, for emoji families, combining marks, flags and scripts."""
    for text, told in app:
        length = measure("bluesky", text)
        assert length.used == told[length.unit], text


@pytest.mark.parametrize(
    ("text", "shown", "target"),
    [
        ("Suivi : https://acme.fr/s?id=42.", "https://acme.fr/s?id=42", "https://acme.fr/s?id=42"),
        ("Désolés 🙏🏽 (acme.fr/aide) !", "acme.fr/aide", "https://acme.fr/aide"),
        ("Bonjour @lea.bsky.social, merci.", "@lea.bsky.social", "did:plc:lea"),
        ("Écrivez au #SAV !", "#SAV", "SAV"),
    ],
)
def test_a_facet_counts_bytes(text, shown, target):
    """Accents and emoji before it move it by their bytes."""
    ((start, end, leads_to),) = spans(facets(text, {"lea.bsky.social": "did:plc:lea"}))
    assert (text.encode()[start:end].decode(), leads_to) == (shown, target)


def test_what_is_no_link_stays_text():
    """Names, forgotten blanks, addresses, and the handle of nobody."""
    assert facets("M.Dupont, etc.Au revoir sav@acme.fr @personne.fr 3.50 e.g. #42", {}) == []


@pytest.mark.parametrize(
    "text", [FAMILY * 120, FAMILY * 121, ACUTE * 300, ACUTE * 301, "é" * 300, "🇫🇷" * 301, "한" * 300]
)
async def test_the_server_takes_what_fits_and_nothing_else(bluesky: BlueskyWorld, text):
    """At the limits of 300 graphemes and 3,000 bytes, with a family of 25 bytes and marks that join."""
    complaint = await bluesky.complains("Toujours rien reçu !")
    fits = bluesky.account.measure(complaint, text).fits
    outcome = await bluesky.account.publish(complaint, approved(text))
    assert isinstance(outcome, Posted if fits else Refused), outcome
    assert await bluesky.thread(complaint) == ([text] if fits else [])
