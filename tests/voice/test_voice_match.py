"""Which topic fits a complaint: triggers, hints and examples."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.match import GAP, READ, Match, Matcher, Telltale

quick = settings(deadline=None, database=None, max_examples=100)

FRENCH = [
    Telltale(
        "late-delivery",
        triggers=("pas reçu", "toujours rien", "retard de livraison", "colis"),
        hints=("semaine", "attendre"),
        examples=("Commande passée le mois dernier, le livreur reste introuvable !",),
    ),
    Telltale("missing-refund", triggers=("remboursement", "pas remboursé"), hints=("argent", "semaine")),
    Telltale("praise", triggers=("merci", "bravo")),
    Telltale("rude-staff", triggers=("😡", "vendeuse désagréable")),
]
ENGLISH = [
    Telltale("lost-luggage", triggers=("bag", "lost my bag", "suitcase"), hints=("airport", "wait")),
    Telltale("late-flight", triggers=("delay", "on time", "sitting on the tarmac"), hints=("wait", "gate")),
    Telltale(
        "no-answer",
        triggers=("can't reach", "customer service", "hold"),
        examples=("Rang the hotline yesterday, a robot promised somebody would ring back.",),
    ),
]
french = Matcher(FRENCH, "fr")
english = Matcher(ENGLISH, "en")

#: The words that the generated complaints and triggers are made of: few, so that they meet.
vocabulary = st.sampled_from(["bag", "lost", "late", "gate", "plane", "rude", "hold", "phone", "wait", "the", "my"])
phrases = st.lists(vocabulary, min_size=1, max_size=4).map(" ".join)
tuples = st.lists(phrases, max_size=4).map(tuple)
telltales = st.lists(
    st.builds(Telltale, st.sampled_from("abcdef"), tuples, tuples, tuples), max_size=5, unique_by=lambda t: t.topic
)
complaints = st.lists(vocabulary, max_size=25).map(" ".join)


def topics(matches: list[Match]) -> list[str]:
    return [match.topic for match in matches]


def scores(matches: list[Match]) -> dict[str, float]:
    return {match.topic: match.score for match in matches}


@pytest.mark.parametrize(
    ("matcher", "complaint", "because"),
    [
        (french, "J'ai PAS REÇU ma commande", "pas reçu"),
        (french, "j’ai pas encore recu mes rideaux", "pas reçu"),
        (french, "Commandes pas reçues.", "pas reçu"),
        (french, "Deux retards de la livraison", "retard de livraison"),
        (french, "Mes COLIS ?", "colis"),
        (french, "une vendeuse très désagréable", "vendeuse désagréable"),
        (french, "😡", "😡"),
        (english, "They LOST both my bags", "lost my bag"),
        (english, "Cant reach anyone", "can't reach"),
        (english, "CAN’T even reach you", "can't reach"),
        (english, "still sitting on the same tarmac", "sitting on the tarmac"),
        (english, "delayed again", "delay"),
        (english, "#delay", "delay"),
    ],
)
def test_a_trigger_is_found_in_its_variants(matcher, complaint, because):
    """Capitals, accents, apostrophes and endings do not matter, and up to two other words may stand between."""
    assert because in matcher.rank(complaint)[0].because


@pytest.mark.parametrize(
    ("matcher", "complaint"),
    [
        (french, "reçu, mais pas content"),
        (french, "pas un seul jour de plus reçu"),
        (french, "une vendeuse, hier, fut vraiment désagréable"),
        (english, "customers of a quick and friendly service"),
        (english, "it is on a very good time"),
        (english, "baggy trousers"),
    ],
)
def test_a_trigger_is_not_found_in_another_order_or_too_far_apart(matcher, complaint):
    """The words of a trigger belong together; three others between them, and they no longer do."""
    assert not any(match.because for match in matcher.rank(complaint))


def test_a_later_pair_of_the_same_words_is_found_too():
    """A word that stands there first, but too far, must not hide the one that fits."""
    assert topics(french.rank("pas bien, vraiment pas du tout, et pas encore reçu")) == ["late-delivery"]
    matcher = Matcher([Telltale("abc", triggers=("a b c",))], "xx")
    assert matcher.rank("a b x b y z c")


@pytest.mark.parametrize("complaint", ["", " ", "@meridianair", "https://t.co/bag", "Bonjour", "...", "​"])
def test_nothing_is_found_where_nothing_speaks(complaint):
    """An empty ranking: the protocol's fallback answers."""
    assert french.rank(complaint) == []
    assert english.rank(complaint) == []


def test_a_clear_trigger_scores_more_than_half():
    """One word that is a trigger of one topic only is a clear sign."""
    assert english.rank("suitcase")[0].score > 0.5


def test_a_longer_trigger_weighs_more():
    """Three words that stand together are no accident."""
    assert scores(english.rank("lost my bag"))["lost-luggage"] > scores(english.rank("bag"))["lost-luggage"]
    assert topics(english.rank("a delay, and they lost my bag")) == ["lost-luggage", "late-flight"]


def test_a_word_repeated_counts_once():
    """Whoever shouts one word ten times has still said one thing."""
    assert english.rank("bag " * 10 + "delay")[0].score == english.rank("bag delay")[0].score


def test_overlapping_triggers_do_not_count_a_word_twice():
    """A team that also writes “bag”, beside “lost my bag”, has not made the topic stronger."""
    alone = Matcher([Telltale("one", triggers=("my suitcase", "suitcase of mine", "suitcase"))], "en")
    two_words = Matcher([Telltale("one", triggers=("my", "suitcase"))], "en")
    assert alone.rank("my suitcase")[0].score <= two_words.rank("my suitcase")[0].score


def test_what_two_topics_claim_counts_less_for_each():
    """A word that leads everywhere leads nowhere, but still more surely than a hint."""
    own = Matcher([Telltale("a", ("hold",)), Telltale("b", ("bag",))], "en").rank("hold")[0].score
    shared = Matcher([Telltale("a", ("hold",)), Telltale("b", ("hold",))], "en").rank("hold")[0].score
    hint = Matcher([Telltale("a", ("bag",), ("hold",)), Telltale("b", ("gate",))], "en").rank("gate hold")[1].score
    assert own > 0.5 > shared > hint


def test_a_hint_of_another_topic_does_not_weaken_a_trigger():
    """Hints may be written freely."""
    free = Matcher([Telltale("a", ("hold",)), Telltale("b", ("bag",), ("hold",))], "en")
    assert free.rank("hold")[0] == Matcher([Telltale("a", ("hold",))], "en").rank("hold")[0]


@pytest.mark.parametrize("complaint", ["Trois semaines à attendre", "waiting at the airport gate", "semaine argent"])
def test_hints_alone_find_nothing(complaint):
    """A hint is a word that other complaints use as well."""
    assert french.rank(complaint) == english.rank(complaint) == []


def test_a_hint_tips_the_balance():
    """Between two topics with as much to say, the one with a hint comes first."""
    assert topics(english.rank("a delay of my bag"))[0] == "lost-luggage"
    assert topics(english.rank("a delay of my bag at the gate"))[0] == "late-flight"


def test_hints_never_beat_a_trigger():
    """Ten hints are no trigger."""
    hints = tuple("abcdefghij")
    matcher = Matcher([Telltale("hinted", hints=hints), Telltale("said", triggers=("bag",))], "en")
    assert topics(matcher.rank("a b c d e f g h i j bag")) == ["said", "hinted"]


@pytest.mark.parametrize(
    ("matcher", "complaint", "topic"),
    [
        (french, "le livreur est introuvable depuis un mois", "late-delivery"),
        (english, "a robot promised that somebody would ring", "no-answer"),
    ],
)
def test_a_complaint_like_an_example_is_found_without_a_trigger(matcher, complaint, topic):
    """Examples speak softly: below a trigger, and there is no trigger to show."""
    (found,) = matcher.rank(complaint)
    assert (found.topic, found.because) == (topic, ())
    assert 0 < found.score < 0.5


@pytest.mark.parametrize("complaint", ["un livreur", "the hotline", "le la de un", "a the you would back"])
def test_one_word_of_an_example_is_not_enough(complaint):
    """One shared word, or small words only, make no likeness."""
    assert french.rank(complaint) == english.rank(complaint) == []


def test_equal_topics_stand_in_the_order_of_the_protocol():
    """The team decides which topic comes first when nothing else does."""
    one, other = Telltale("one", ("bag",)), Telltale("other", ("gate",))
    assert topics(Matcher([one, other], "en").rank("gate bag")) == ["one", "other"]
    assert topics(Matcher([other, one], "en").rank("bag gate")) == ["other", "one"]


def test_because_holds_the_triggers_as_the_team_wrote_them():
    """A manager sees why; each trigger once, hints not."""
    found = french.rank("Toujours rien reçu depuis des semaines, toujours RIEN. Colis perdu ?")
    assert sorted(found[0].because) == ["colis", "toujours rien"]


@pytest.mark.parametrize("lang", ["xx", "pl"])
def test_a_language_without_a_stemmer_works_with_whole_words(lang):
    """Triggers are found as they are written, without accents and capitals."""
    matcher = Matcher([Telltale("late", triggers=("Gdzie paczka",), hints=("długo",))], lang)
    assert matcher.rank("gdzie jest moja PACZKA?")[0].topic == "late"
    assert matcher.rank("gdzie moje paczki") == []


@pytest.mark.parametrize("nothing", [[], [Telltale("a")], [Telltale("a", ("",), ("...",), ("@b",))]])
def test_a_brand_without_words_finds_nothing(nothing):
    """A brand that has only just been set up answers with its fallback."""
    assert Matcher(nothing, "fr").rank("bonjour le monde") == []


def test_what_stands_beyond_the_first_characters_is_not_read():
    """A paste of 200,000 characters costs no more than a long letter, and cannot flood the memory."""
    assert english.rank("x " * READ + "suitcase") == []
    assert english.rank("suitcase " + "x " * READ)[0].topic == "lost-luggage"


@pytest.mark.parametrize("paste", ["no " * 70_000, "a b " * 50_000, "b" * 200_000, "😡" * 200_000, "é" * 200_000])
def test_a_monotonous_paste_is_harmless(paste):
    """Triggers that repeat a word meet a text that repeats it: an answer comes all the same."""
    matcher = Matcher([Telltale("x", triggers=("no no no no no yes", "a a a b", "a b " * 20))], "en")
    assert len(matcher.rank(paste)) <= 1


@quick
@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text):
    """Whatever customers write, there is a ranking, best first, scores from 0 to 1."""
    for matcher in (french, english):
        found = [match.score for match in matcher.rank(text)]
        assert found == sorted(found, reverse=True)
        assert all(0 < score < 1 for score in found)


@quick
@given(complaints, phrases)
def test_a_trigger_is_found_exactly_where_its_words_stand_near_enough(complaint, trigger):
    """Compared with every way to pick the trigger's words from the complaint."""
    said, wanted = complaint.split(), trigger.split()
    picks = combinations(range(len(said)), len(wanted))
    near = any(
        [said[at] for at in pick] == wanted and all(b - a <= GAP + 1 for a, b in pairwise(pick)) for pick in picks
    )
    assert bool(Matcher([Telltale("a", (trigger,))], "xx").rank(complaint)) == near


@quick
@given(telltales, complaints)
def test_the_same_complaint_gets_the_same_ranking(told, complaint):
    """Two replicas agree, and so does a restart."""
    assert Matcher(told, "en").rank(complaint) == Matcher(told, "en").rank(complaint)


@quick
@given(telltales, complaints, st.randoms(use_true_random=False))
def test_the_order_of_the_topics_matters_to_ties_only(told, complaint, random):
    """Moving a topic in the protocol changes no score."""
    shuffled = random.sample(told, len(told))
    assert scores(Matcher(told, "en").rank(complaint)) == scores(Matcher(shuffled, "en").rank(complaint))


@quick
@given(telltales, complaints)
def test_spelling_does_not_matter(told, complaint):
    """Shouted, accented or with a typographer's apostrophes: the same scores."""
    spelt = complaint.upper().replace("A", "À").replace("E", "É")
    assert Matcher(told, "xx").rank(complaint) == Matcher(told, "xx").rank(spelt)


@quick
@given(telltales, complaints, st.data())
def test_an_added_trigger_never_lowers_its_topic(told, complaint, data):
    """A team that adds what the customer wrote can only help that topic."""
    said, chosen = complaint.split(), data.draw(st.sampled_from(told or [Telltale("a")]))
    at = data.draw(st.integers(0, max(0, len(said) - 1)))
    trigger = " ".join(said[at : at + data.draw(st.integers(1, 4))])
    more = Telltale(chosen.topic, (*chosen.triggers, trigger), chosen.hints, chosen.examples)
    before = scores(Matcher(told or [chosen], "en").rank(complaint)).get(chosen.topic, 0)
    after = scores(Matcher([more if t is chosen else t for t in told or [chosen]], "en").rank(complaint))
    assert after.get(chosen.topic, 0) >= before


@quick
@given(telltales, complaints)
def test_a_topic_is_found_only_where_something_speaks(told, complaint):
    """Every ranking that is not empty has a trigger in it, or a complaint like an example."""
    found = Matcher(told, "en").rank(complaint)
    without = [Telltale(t.topic, t.triggers, t.hints) for t in told]
    spoken = any(match.because for match in found)
    assert spoken or Matcher(without, "en").rank(complaint) == []
