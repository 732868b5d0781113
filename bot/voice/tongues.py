"""Which language a single sentence is in, told by small words: lingua is too slow, and too sure, for passages."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
#: Small words of one of these languages that are no word of French or English, accents left out.
_SMALL = {
    "en": "the and you your is are to of for we our with this that have has it was not my be been will at what"
    " from they but please how who why which can would should did does do been about into only any there"
    " their he she his her him give write tell show say answer forget ignore",
    "fr": "le les des du une et est vous nous je votre vos notre nos pas pour dans qui que avec sur mais ce"
    " cette aux ne mes il elle etre avez sont ai tres toujours depuis rien quoi comment pourquoi tu ton tes"
    " mon sans tout toutes plus par oublie reponds ecris",
    "de": "der das und ist nicht ich sie wie fur mit von auf ein eine einen einer eines zu bitte warum wieso"
    " jetzt nun alles dir mich dich sich wir ihr auch aber wenn dann noch nur sind bist wird werden wurde"
    " haben kann konnen soll sollen mochte uber nach aus zum zur diese dieser dieses keine kein vergiss"
    " schreibe zeige antworte sage wer wann wo welche welcher deine deinen mein meine sehr gut frage"
    " aufgabe anweisungen folgenden folgende texte heisst stil alten altes deutschland antworten erklare",
    "es": "el los las y que por para pero muy mas todo todos eres soy yo lo del solo tienes dices digo dije"
    " cuando donde porque olvide olvida responde escribe di ahora usted",
    "it": "il lo gli che una piu tutto tutti questo questa dei delle della nel hai anche adesso scrivi dimmi"
    " ignora rispondi istruzioni",
    "pt": "que nao voce todos sao seu das pelo agora escreva diga responda ignore instrucoes",
    "nl": "het een van ik niet voor zijn maar naar alle vergeet schrijf zeg waarom wie welke jij mijn jouw antwoord",
    "hr": "sve samo zaboravi instrukcije budi treba reci napisi svima kako zasto",
}
_TELLING: dict[str, set[str]] = {}
for _lang, _words in _SMALL.items():
    for _word in _words.split():
        _TELLING.setdefault(_word, set()).add(_lang)
#: So many small words of a language, and so many more than of any other, tell it.
_ENOUGH, _AHEAD = 3, 2
#: In so few characters two small words tell it, where no other language has one.
_BRIEF = 60


def tongue(even: str) -> str:
    """The language of a sentence written evenly (``passages.level``), ISO 639-1; empty where nothing tells it."""
    counts: dict[str, int] = {}
    for word in _WORD.findall(even[:600]):
        for lang in _TELLING.get(word, ()):
            counts[lang] = counts.get(lang, 0) + 1
    if not counts:
        return ""
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    second = ranked[1][1] if len(ranked) > 1 else 0
    best, most = ranked[0]
    if most == _AHEAD and not second and best not in ("en", "fr"):
        return best if len(even) < _BRIEF else ""
    return best if most >= _ENOUGH and most >= second + _AHEAD else ""
