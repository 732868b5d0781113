"""What counts as a promise in a reply, and what does not. The sentences are our own, the wordings are real people's."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.promises import kept, promises

DATA = Path(__file__).parents[2].parent / "shared" / "data"

SUMS = """\
un bon de 10 €
10€ sur la prochaine commande
€ 1.000,00
10,50 EUR
£5 back
5 quid
dix euros
une vingtaine d'euros
-20% sur la suite
20% off
12 % de réduction
5,000 bonus miles
500 points
half price
moitié prix"""
DEADLINES = """\
Réponse sous 48h.
Vous aurez une réponse dans les 24 heures.
sous 24/48h
dans un délai de 3 jours
sous 5 jours ouvrés
sous dix jours
en 24h
Comptez 72 h
Votre colis arrive d’ici vendredi.
d'ici à lundi
d'ici la fin de la semaine
Nous écrivons avant le 12 mars.
avant 18h
au plus tard mercredi
livré samedi au plus tard
Vous recevrez tout demain.
dans la journée
dans le mois
sous huitaine
la semaine prochaine
vendredi prochain
dans les prochains jours
en fin de semaine
We reply within two business days.
within 24 hrs
in 2-3 days
in an hour
in the next few days
Allow 3 to 5 days
it takes 48 hours
Delivery in 3 working days
You'll have it by Friday.
no later than Monday
by 5pm
before noon
by the end of the week
during the week
tomorrow
next week"""
DAYS = """\
Vous serez rappelée aujourd'hui.
Je prends contact avec vous ce jour.
Vous recevrez votre colis lundi.
Livraison prévue le 14/03/2025.
vous l'aurez mardi
We will call you today.
Expect it on Tuesday, it will arrive.
This Friday you'll get it.
your parcel should be there Monday"""
GIFTS = """\
vous serez remboursé
Vous serez intégralement remboursée.
Nous allons vous rembourser.
Nous vous remboursons, cela vous convient-il ?
Le remboursement sera effectué.
votre remboursement est en cours
Nous procédons au remboursement.
Vous pouvez le retourner contre remboursement.
remboursement à 100 %
vous serez dédommagé
Nous ferons un geste commercial.
à titre commercial
le port vous est offert
1 mois offert
Nous vous offrons les frais de port.
gratuitement
à nos frais
Nous prenons en charge les frais de retour.
un remplacement gratuit
Nous vous échangeons l'article.
Nous vous renvoyons un article neuf.
we'll refund you
I've just refunded you
We are issuing your refund.
the refund is on its way
your money back
a full refund
Would you like a refund?
Can we offer you a voucher?
We'd like to offer you a discount.
Here is a voucher.
with free shipping
free of charge
at no extra cost
one month free
It's on us.
on the house
as a gesture of goodwill
complimentary upgrade
We will replace it.
We'll send you a new one."""
GUARANTEES = """\
Nous vous garantissons une réponse.
je vous promets
Cela n'arrivera plus jamais.
cela ne se reproduira plus
Nous nous engageons à vous recontacter.
2 ans de garantie
garantie de 24 mois
I guarantee it
We promise.
It won't happen again.
you have my word
a two-year warranty
money-back"""
BINDING = "\n".join([SUMS, DEADLINES, DAYS, GIFTS, GUARANTEES]).splitlines()

FREE = """\
numéro de commande 123456
n° 12/2024, réf. AB-1234-56
2/2
(1/2)
24/7
24h/24 et 7j/7
24h sur 24
iPhone 15
taille 42, étape 3
100% coton
100 % d'accord
06 12 34 56 78
version 2.0
ouvert de 9h à 18h
Open Monday to Friday, 9 am to 5 pm
du lundi au vendredi
depuis 3 semaines
Vous attendez depuis trois semaines.
Ce retard de trois semaines n'est pas normal.
il y a 10 jours
We waited two weeks
two weeks ago
2 hours late
Votre avis du 03/02/23
votre commande de mardi
Un message vous a été envoyé le 3 mars.
La livraison était prévue pour le 12 mars.
On Monday you wrote to us.
Thanks for reaching out today.
tous les jours
once a week
dans les plus brefs délais
au plus vite
prochainement
Lors de votre prochaine visite
shortly
as soon as possible
before we answer
by the way
Feel free to message us.
your free time
your credit card
Votre demande de remboursement
au sujet de votre remboursement
vous n'avez pas été remboursée
Avez-vous été remboursé ?
Nous ne pouvons pas vous offrir de bon d'achat.
un cadeau offert par votre mari
about your refund
your refund request
We're sorry you haven't been refunded.
Have you been refunded?
Did you report it within 7 days?
We can't offer a refund.
We cannot promise anything.
un de nos conseillers
one of our colleagues
une minute s'il vous plaît
Nous regardons où est votre colis.
We are looking into it.
Bonne journée !
Have a nice day!""".splitlines()


@pytest.mark.parametrize("text", BINDING)
def test_what_binds_the_brand_is_found(text: str) -> None:
    """Sums, gifts, dates, delays and guarantees, in both languages."""
    assert promises(text)


@pytest.mark.parametrize("text", FREE)
def test_what_binds_nobody_is_left_alone(text: str) -> None:
    """Numbers, opening hours, what the customer said, what is asked, denied or over, and soft words."""
    assert promises(text) == []


def test_the_words_are_quoted_as_they_stand_in_order() -> None:
    """With their accents and capitals, blanks evened, and whole."""
    text = "Réponse SOUS\n 48 h ; Vous serez  remboursée, 10 € offerts, d’ici vendredi."
    assert promises(text) == ["SOUS 48 h", "serez remboursée", "10 €", "offerts", "d’ici vendredi"]


def test_a_promise_is_compared_without_accents_capitals_and_blanks() -> None:
    """A template's 48 h is an edit's 48h."""
    assert kept("Sous 48 h, remboursé") == kept("sous 48H,\nREMBOURSE")


def test_an_offer_keeps_its_sum_when_the_rest_is_taken_back() -> None:
    """What is denied does not hide what is said beside it."""
    assert promises("We can't give a refund of $10.") == ["$10"]


@settings(deadline=None, database=None)
@given(st.text(max_size=200))
def test_no_text_makes_it_raise_and_every_quote_stands_in_the_text(text: str) -> None:
    """Whatever the letters."""
    for promise in promises(text):
        assert promise


HEAVY = ["a@", "[", "1 ", "1,", "1 a ", "10 ", "<", "{{", "…", "€", "we ", "we will ", "nous vous ", "un ", "a ", "is "]
HEAVY += ["le lundi ", "remboursement ", "procede au ", "aujourd'hui ", "one to ", "will today ", "not a refund "]


@pytest.mark.parametrize("unit", HEAVY)
def test_no_text_takes_long(unit: str) -> None:
    """Two hundred thousand characters of the worst."""
    started = time.perf_counter()
    promises((unit * 200_000)[:200_000])
    assert time.perf_counter() - started < 0.5


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the real replies in ../shared/data")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("pairs_en_twitter_twcs.csv", 0.05),
        ("pairs_fr_trustpilot_showroomprive.csv", 0.4),
        ("pairs_fr_trustpilot_keytrade.csv", 0.06),
    ],
)
def test_real_replies_promise_as_often_as_people_find(name: str, most: float) -> None:
    """Read by eye: one in thirty, one in three (a shop that says “aujourd'hui”), one in thirty."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        replies = [" ".join(row["brand_reply"].split()) for row in csv.DictReader(file) if row["brand_reply"].strip()]
    found = [promises(reply) for reply in replies]
    assert all(quote in reply for reply, quotes in zip(replies, found, strict=True) for quote in quotes)
    assert most / 3 < sum(map(bool, found)) / len(found) < most
