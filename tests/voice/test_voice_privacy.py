"""What counts as personal data, and what only looks like it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.voice.privacy import Kind, PrivacyRules, may_hold, personal, redact

PHONES = [
    "06 12 34 56 78", "06.12.34.56.78", "0612345678", "06-12-34-56-78", "O6 12 34 56 78", "0 6 1 2 3 4 5 6 7 8",
    "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78", "0033 6 12 34 56 78", "(33) 1 42 68 53 00", "05.42.0924.67",
    "555-123-4567 x123", "(555) 123-4567", "001-555-123-4567", "+1 555 123 4567", "416 555 0123",
    "514-555-0199 poste 12",
    "020 7946 0958", "07700 900123", "07700900123", "+44 (0)20 7946 0958", "(01632) 960001", "0475 12 34 56",
    "02/679.00.00", "+32 475 12 34 56", "079 123 45 67", "+41 79 123 45 67", "0151/12345678", "+34 612 345 678",
    "+225 07 07 12 34 56",
]  # fmt: skip
MAILS = [
    "jean.dupont@mail.example", "JEAN@SOCIETE.EXAMPLE", "élodie@société.fr", "o'brien+promo@x.co.uk",
    "jean at gmail dot com", "jean [at] gmail.com", "jean(at)gmail.com", "jean (at) gmail (dot) com",
    "jean arobase gmail point com",
    "jean dot dupont at gmail dot com", "jean @ gmail.com", "jean@gmail", "jean(a)laposte.net", "jean＠gmail．com",
]  # fmt: skip
CARDS = [
    "4970 1012 3456 7890", "4970-1012-3456-7890", "4539578763621486", "3782 822463 10005", "378282246310005",
    "3056 930902 5904", "6759649826438453", "4111 1111 1111 1111",
]  # fmt: skip
ACCOUNTS = [
    "FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189", "fr7630006000011234567890189",
    "BE68 5390 0754 7034", "GB29 NWBK 6016 1331 9268 19", "CH93 0076 2011 6238 5295 7", "30006 00001 12345678901 89",
]  # fmt: skip
OFFICIAL = [
    "1 84 12 76 451 089 46", "184127645108946", "2 8 3 1 9 8 2 5 0 9 3 7 4", "30 23 217 600 053", "078-05-1120",
    "912-70-1234", "130-692-544", "AB 12 34 56 C", "85.07.30-033.28", "756.9217.0769.85",
]  # fmt: skip
ADDRESSES = [
    "12 rue de Rivoli, 75001 Paris", "12 bis avenue des Champs-Élysées", "3, place de la République 44000 Nantes",
    "45 chemin du moulin 69300 Caluire", "Rue de la Loi 16, 1000 Bruxelles", "Bahnhofstrasse 12, 8001 Zürich",
    "221B Baker Street, London NW1 6XE", "1600 Pennsylvania Avenue NW, Washington, DC 20500", "PO Box 1234", "SW1A 1AA",
    "350 5th Avenue, New York, NY 10118", "apt 4B, 12 Main St, Springfield, IL 62704",
    "1234 rue Sainte-Catherine, Montréal H2X 1Y4",
]  # fmt: skip
HANDLES = ["@lea_m", "u/lea_m", "@lea@mastodon.example", "@lea.bsky.social", "@115712"]
ADDRESSES_OF_MACHINES = ["81.2.69.142", "2a01:e0a::1"]

SAID = [
    (kind, value)
    for kind, values in {
        Kind.PHONE: PHONES, Kind.EMAIL: MAILS, Kind.CARD: CARDS, Kind.IBAN: ACCOUNTS, Kind.NATIONAL_ID: OFFICIAL,
        Kind.ADDRESS: ADDRESSES, Kind.HANDLE: HANDLES, Kind.IP: ADDRESSES_OF_MACHINES,
    }.items()
    for value in values
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), SAID)
def test_each_way_of_writing_is_found_whole(kind, value):
    """Nothing of a datum stays before or behind its placeholder, in either language."""
    for sentence in ("Bonjour, {}", "My parcel is lost: {}!", "« {} » merci"):
        found = personal(sentence.format(value))
        assert [(datum.kind, datum.text) for datum in found] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "joignable le 12/03/2024", "appel du 01.12.2022 10:30", "contacté de 2017-2018", "un appel à 12 000 000 €",
        "you call 1 234 567 times", "listening on 127.0.0.1:8080",
        "livré le 12/03/2024 à 14h30", "le 12.03.24", "2024-03-12 14:30:12", "du 20/11/2022-25/11/2022", "01 12 2022",
        "commande n° 0612345678", "order number 5551234567", "order 112-1234567-1234567", "vol AF1234", "Boeing 787",
        "120 x 60 x 30 cm", "1 234 567,89 €", "12 000 000 €", "0.12345678 BTC", "10h30-12h45", "version 11.2.0.4",
        "build 8.4.24.871", "24/7", "called 3 times in 2017 2018", "colis 6A12345678901", "1Z999AA10123456784",
        "EAN 3017620422003", "SIREN 732 829 320", "https://x.example/i/status/925001234567890123", "@5pm", "@10.50",
        "meet @ noon", "at this point no one", "I looked at amazon.com", "ordered @ amazon.com", "la rue de la Paix",
        "1 place pour Paris", "5 cours de yoga", "I pay 200 for Suite 12", "3 Dr visits", "a 5 star way", "1st",
        "dossier 0123456789", "10 000 000 vues", "le 5/12 et le 06/12", "on hold for 45 min, 3 calls, 2 chats",
    ],
)  # fmt: skip
def test_what_is_none_stays(text):
    """Dates, prices, sizes, times, versions, flights, other numbers and ordinary words."""
    assert personal(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("call me at 78 651 450", Kind.PHONE, "78 651 450"),
        ("joignable au 04 09 56 98", Kind.PHONE, "04 09 56 98"),
        ("4165550123 is my cell", Kind.PHONE, "4165550123"),
        ("my card 630427373398 is lost", Kind.CARD, "630427373398"),
        ("ma carte 4539578763621487", Kind.CARD, "4539578763621487"),
        ("my SSN is 178 05 1120", Kind.NATIONAL_ID, "178 05 1120"),
        ("NINO AB123456C", Kind.NATIONAL_ID, "AB123456C"),
        ("passeport n° 09PC12345", Kind.NATIONAL_ID, "09PC12345"),
        ("son numéro d'assurée : 2690549588157", Kind.NATIONAL_ID, "2690549588157"),
        ("mon adresse : 5 les Hauts Prés 29000 Quimper", Kind.ADDRESS, "5 les Hauts Prés 29000 Quimper"),
    ],
)
def test_a_word_before_or_behind_tells_what_a_number_is(text, kind, value):
    """Without the word the same digits could be anything."""
    assert [(datum.kind, datum.text) for datum in personal(text)] == [(kind, value)]
    assert not personal(f"Bonjour, {value}")


@pytest.mark.parametrize("gap", ["\u00a0", "\u202f", "\u2009", "\u200b", "\u2060", " \u200b", "‑", "·", "–"])
def test_no_blank_or_sign_hides_a_number(gap):
    """No-break and narrow blanks, zero-width signs and other dashes between digits."""
    phone = gap.join(["06", "12", "34", "56", "78"])
    assert [datum.text for datum in personal(f"Appelez {phone} svp")] == [phone]


@pytest.mark.parametrize("phone", ["０６１２３４５６７８", "٠٦١٢٣٤٥٦٧٨", "0️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "𝟬𝟲𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴"])
def test_digits_of_any_script_count(phone):
    """Full-width, Arabic, in boxes, bold."""
    assert redact(f"tel {phone}.") == "tel [PHONE]."


def test_several_stand_in_order_and_apart():
    """Kinds beside each other are told apart; places are those in the text as it was written."""
    text = (
        "jean@x.example ou 06 12 34 56 78 / 01 42 68 53 00, 12 rue de Rivoli 75001 Paris. IBAN BE68539007547034, reçu ?"
    )
    found = personal(text)
    kinds = [Kind.EMAIL, Kind.PHONE, Kind.PHONE, Kind.ADDRESS, Kind.IBAN]
    assert [datum.kind for datum in found] == kinds
    assert all(text[datum.start : datum.end] == datum.text for datum in found)


def test_the_brands_numbers_are_orders():
    """Its patterns count inside links too; a first group is the number, what stands before it a hint."""
    rules = PrivacyRules(numbers=(re.compile(r"\bSP-\d{5}\b"), re.compile(r"compte (\d{6})")))
    found = personal("SP-12345, mon compte 123456, https://x.example/o/SP-54321", rules)
    assert [(datum.kind, datum.text) for datum in found] == [
        (Kind.ORDER, "SP-12345"), (Kind.ORDER, "123456"), (Kind.ORDER, "SP-54321"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "@Acme", "@acme", "help@acme.example", "help@mail.acme.example", "+33 1 23 45 67 89", "01.23.45.67.89",
        "12 rue du Bac 75007 Paris", "12 rue du bac",
    ],
)  # fmt: skip
def test_the_brands_own_are_spared(text):
    """Its handle, addresses at its sites, its phone however it is written, its shop."""
    own = frozenset({"@acme", "https://www.acme.example/help", "01 23 45 67 89", "12 rue du Bac 75007 Paris"})
    assert personal(text) != []
    assert personal(text, PrivacyRules(spared=own)) == []


def test_in_public_a_reply_holds_handles_only():
    """A network that nobody knows is public."""
    assert may_hold("x") == may_hold("something new") == {Kind.HANDLE}
    assert may_hold("email") == set(Kind)


def test_a_log_keeps_the_ids_of_cases():
    """Digits in an id are nobody's phone; an address is masked wherever it stands."""
    line = "slack:T1:C042:1718123456.000100 failed, tel of slack:T1:C042:0612345678: 0612345678, jean@x.example"
    assert redact(line) == ("slack:T1:C042:1718123456.000100 failed, tel of slack:T1:C042:0612345678: [PHONE], [EMAIL]")


HOSTILE = [
    "1 ",
    "06 12 ",
    "+33 ",
    "a@",
    "a@1.",
    "@a.b",
    "FR76 ",
    "12 rue de la ",
    "1 Aa ",
    "call ",
    "1\u200b",
    "'",
    "0",
]


@pytest.mark.parametrize("bit", HOSTILE)
def test_a_hostile_text_is_read_to_its_end(bit):
    """What would make a careless pattern try every way; what stands behind it is found all the same."""
    text = f"{bit * (60_000 // len(bit))}\n— jean@mail.example"
    assert personal(text)[-1].text == "jean@mail.example"


WORDS = st.sampled_from(["Bonjour", "colis", "merci", "my", "parcel", "is", "at", "home", "ç", "!", "?", ",", ".", ":"])


@given(st.lists(WORDS).map(" ".join))
def test_words_alone_are_never_personal(text):
    """Names and talk stay as they are."""
    assert personal(text) == []


@given(st.text(max_size=200))
def test_what_is_found_never_overlaps(text):
    """Whatever the text: in order, apart, not empty, and at the place it says."""
    found = personal(text)
    edges = [edge for datum in found for edge in (datum.start, datum.end)]
    assert edges == sorted(edges)
    assert all(datum.text and text[datum.start : datum.end] == datum.text for datum in found)


DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the real complaints are not part of the repository")
def test_ordinary_complaints_are_left_alone():
    """Of real reviews and tweets fewer than 2 % change, handles aside."""
    import csv

    with (DATA / "pairs_fr_trustpilot_keytrade.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["customer_text"] for row in csv.DictReader(file)]
    changed = [text for text in texts if any(datum.kind is not Kind.HANDLE for datum in personal(text))]
    assert len(changed) < 0.02 * len(texts)
