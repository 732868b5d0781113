"""Signs in a model's text that it obeyed the complaint instead of answering it, and that it speaks as a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.voice.foreign import CLAUSE, SPOKEN_TO, Known
from bot.voice.instructions import LONGEST as LONGEST_COMPLAINT
from bot.voice.passages import level, quoted, sentences

#: No reply is longer; what stands behind is not searched.
LONGEST = 5_000
#: So many words in a row are the customer's own, where one of them is rare or the run is longer still.
RUN, LONG_RUN = 5, 9
_BLANK = re.compile(r"\s")
_WORD = re.compile(r"[^\W_]+")


def machine_talk(text: str) -> Iterator[str]:
    """Where it speaks as a machine, or of its instructions; a brand's chatbot and its machines may be spoken of."""
    even = _BLANK.sub(" ", level(text[:LONGEST]))
    for pattern in (_MACHINE, _UNDER_ORDERS):
        for match in pattern.finditer(even):
            yield quoted(text[match.start() : match.end()])


def obedience(text: str, known: Known) -> Iterator[str]:
    """Where it does what nobody asks of a service desk: code, markup, roles, what was ordered handed over."""
    text = text[:LONGEST]
    even = _BLANK.sub(" ", level(text))
    for pattern in (_READY, _ROLE):
        for match in pattern.finditer(even):
            yield quoted(text[match.start() : match.end()])
    for match in _SPEAKER.finditer(even):
        if match["who"] is None or not known.expects([match["who"]]):
            yield quoted(text[match.start() : match.end()])
    for match in _CODE.finditer(text) if _MAYBE_CODE.search(text) else ():
        yield quoted(match.group())


def _any(*parts: str) -> str:
    return "(?:" + "|".join(parts) + ")"


def _of(*parts: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + _any(*parts))


_MACHINE = _of(
    r"(?:chat)?gpt(?:-?\d\w*)?\b|chatgpt\w*|openai\b|open ai\b|(?:large )?language models?\b"
    r"|modeles? de langage"
    r"|sprachmodell"
    r"|llms?\b|deepseek\b|jailbr[eo]\w+|(?:developer|dan|admin(?:istrator)?|debug|god|jailbreak) mode\b",
    r"mode (?:administrateur|developpeur|debug|dan|admin)\b"
    r"|(?:ai|ia|a\.i\.)[ -](?:language|model|assistant|system|bot|generated)\w*"
    r"|assistant(?:e)? (?:ia|virtuel|numerique|artificiel|conversationnel)\w*",
    r"(?:artificial intelligence|intelligence artificielle)\b",
    r"(?:as|i'm|i am|am|being|just|only|merely) (?:just |only |merely )?(?:an? |your )?(?:helpful |virtual "
    r"|digital |automated )?"
    r"(?:ai|a\.i\.|bot|chatbot|robot|machine|assistant|computer program|language model|model|algorithm)\b(?! of"
    r"| number)",
    r"(?:je suis|je ne suis qu'|en tant qu'?e?) ?(?:un |une |l')?(?:simple )?(?:ia|robot|chatbot|bot|machine"
    r"|assistante?|modele|algorithme|intelligence)\b",
    r"(?:ich bin|als) (?:ein|eine)? ?(?:ki|bot|chatbot|sprachmodell|assistent|maschine)\b",
    r"soy un(?:a)? (?:ia|modelo|asistente|robot)",
)
_UNDER_ORDERS = _of(
    r"(?:my|mes|meine|mis|the|these|previous|prior|initial|original|system|hidden|all|your|all my) (?:initial "
    r"|system |original |previous |prior |hidden |toutes )?"
    r"(?:instructions|programming|directives|anweisungen|consignes|instrucciones|restrictions)\b(?= (?:are|were"
    r"|is|sont|lauten|say|was|tell|prec\w+|que|and|to)\b|[ .:!]*$)",
    r"(?:my|mon|mein|the system|system|above|initial|this|le) (?:system )?prompts?\b",
    r"prompts? (?:injection|text|systeme|above|is)|systemprompt\w*|eingabeaufforderung",
    r"i (?:was|am|'m|have been|were) (?:now )?(?:told to|instructed|programmed|trained (?:on|to|by|in)"
    r"|designed to|prompted|unrestricted|uncensored|unfiltered|jailbroken"
    r"|free (?:from|of|and)|no longer (?:bound|restricted|confined))|on m'a (?:demande|dit|ordonne) d",
    r"(?:filters?|restrictions|safety|safeguards|moderation|filtres?|limites) (?:are|is|have been|sont|ont ete"
    r"|est) (?:now )?(?:disabled|off|lifted|removed|bypassed|desactive\w*|leve\w*)",
    r"(?:without|sans|plus|no|aucune?s?) (?:any |aucune? )?(?:restrictions?|limites?|censorship|censure"
    r"|filtres?|filters?)\b",
    r"(?:i|je|j') ?(?:will |'ll |vais |now )?(?:obey|ob[ei]i[st]?\w*|play(?: this| the| my)? role"
    r"|stay in character|jouer(?:ai)? le role|oublie (?:toutes|mes|les|tout))\b",
    r"i obey",
    r"ich (?:vergesse|ignoriere|bin (?:jetzt|nun))",
    r"(?:i|i'll|i will) (?:ignore|forget|disregard) (?:all|my|the|any|every)",
    r"(?:i'll|i will) (?:now )?(?:answer|respond|act|speak|talk) (?:as|like|in)\b",
    r"(?:from now on|a partir de maintenant|desormais),? (?:i|je)\b",
    r"you are (?:the community manager|a (?:community|customer|helpful|social)|an? (?:assistant|agent|expert))",
    r"answer the complaint|the complaint (?:is )?(?:between|inside|below|above)",
    r"(?:api|secret|access)[ _-]?keys?\b|cles? api\b|(?:my|mon|the admin|admin) (?:password|mot de passe)\b",
    r"sk-[\w-]{8,}|(?:admin|administrator|root|system) (?:mode|access|override)\b",
    r"(?:system message|message systeme|(?:my|mes) (?:developers?|creators?|developpeurs?|createurs?))\b",
    r"i (?:have been|was|'ve been|am) (?:given|handed) (?:the |these |some )?(?:following )?"
    r"(?:rules|orders|instructions)\b",
    r"(?:the )?(?:text|words|message) (?:before|above|preceding) (?:your|the|this)|in the customer'?s language\b",
    r"dans la langue d(?:u client|e la cliente)\b|ne jamais promettre",
    r"never (?:to )?promise\b|access granted\b|hacked by\b",
    r"(?:the |le )?(?:password|mot de passe) (?:is|est) \w|debogage active|debug\w* enabled",
    r"(?:the|my|our) (?:configuration|config|system message|embeddings?)\b(?= (?:is|are|of|was|:)|:)",
    r"(?:i have|i've|you have|you've)? ?been (?:pwned|hijacked|jailbroken|freed)|haha pwned",
)
_READY = _of(
    r"(?:sure|certainly|of course|absolutely|gladly|understood|okay|ok|alright|d'accord|bien sur|entendu"
    r"|compris|alles klar|gerne|natur?lich)[!,.:]? "
    r"(?:here (?:is|are|'s)|here's|voici|hier ist|i will now|i'll now|as you (?:wish|asked|requested)"
    r"|je vais maintenant|j'oublie|i am now|from now)",
    r"here (?:is|are|'s) (?:what you (?:asked|wanted|requested)|the (?:poem|code|story|essay|translation|text"
    r"|list|joke|script|query|answer to|prompt|instructions|data of)|a (?:poem|story|joke|list of|script"
    r"|haiku))",
    r"here's (?:the|a|your) (?:poem|code|story|essay|translation|joke|script|query|prompt|haiku)",
    r"voici (?:ce que vous avez demande|le (?:poeme|code|texte|prompt)|la (?:traduction|liste des|reponse)"
    r"|les (?:donnees|instructions)|un (?:poeme|conte|texte)|une? (?:blague|histoire))",
    r"(?:you|the customer|they|on) (?:asked|told|instructed|ordered|wanted|requested|commanded) (?:me"
    r"|us) to (?:say|write|print|repeat|answer|state|output|ignore)",
    r"comme vous l'avez (?:demande|ordonne|exige)|as (?:requested|instructed|ordered|commanded)\b[,:]",
    r"(?:the )?translation (?:is|of|:)|la traduction (?:est|de)|translated|traduit en|in (?:conclusion"
    r"|summary),",
    r"en conclusion,|once upon a time|il etait une fois|es war einmal|fellow citizens|step \d+:|etape \d+ ?:",
)
#: “DAN: …”, “[GPT]: …”: somebody speaks who is not the brand.
_SPEAKER = re.compile(
    r"(?:^|[.!?…\n] |  )[\[(<*_]{0,3}(?P<who>[^\W\d_][\w.-]{1,20})[\])>*_]{0,3}: ?(?=[\[\"'a-z])"
    r"|[\[(<][\w -]{2,24}[\])>] ?:"
)
#: *bows*, “I am the …”, “I hate …”: somebody plays.
_ROLE = re.compile(
    r"\*[a-z][^*\n]{3,60}[a-z.!]\*"
    r"|(?<!\w)i(?: am|'m) (?:the|now|your|[a-z]{2,20}, and i)\b(?! (?:looking|going|checking|able|sending"
    r"|in touch|person|manager|one who))"
    r"|(?<!\w)i (?:hate|love you|despise|worship|command)\b(?! (?:to|that|when|it when|this for|seeing|hearing))"
    r"|(?<!\w)we hate (?!to|that|when|it|this|seeing|hearing)|(?<!\w)ich (?:hasse|liebe|bin)\b"
    r"|(?<!\w)je (?:hais|deteste)\b"
)
# a sign or a digit, long words, letters apart or drawn out: few replies hold more than a digit
_MAYBE_CODE = re.compile(
    r"[`<>{}\[\]|\\#=;~$*/_]|\d|\w[(:]|[\w+]{48}|\w[ .\-]\w[ .\-]\w[ .\-]|([^\W\d_])\1{8}|[🤓😈🔓]"
    r"|^[\W_]{3}|INSERT|DROP|SELECT",
    re.MULTILINE,
)
#: Code, markup, tables, encodings, numbers for letters, letters apart: nothing of it stands in a reply.
_CODE = re.compile(
    r"```|`[^`\n]{2,80}`|</?[a-zA-Z!][^<>\n]{0,80}>?|/>|[{}]|\[\]|\|[^|\n]{1,60}\||\\\w+|^\s*#{1,6} "
    r"|^\s*>{1,3} "
    r"|^\s*\|"
    r"|\b(?:javascript|data|vbscript):|\b[A-Za-z_]\w{0,30}\((?:[\"'][^()\n]{0,60}[\"']|\d[\d, ]{0,20})?\)"
    r"|\b[a-z_]\w*\.[a-z_]\w*\(|[=!]==?|\b\w+=[\"'\w]|\b\w+ = [\"'\[{\d]|:~#|\$ \w|\b[A-Z]:\\"
    r"|SELECT\b|\bINSERT INTO\b|\bDROP TABLE\b|\bFROM [a-z]+\b(?= WHERE|;)"
    r"|(?<![\w/.=?&-])(?=[\w+/]*\d)(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])[\w+/]{24,}={0,2}|(?<![\w/.-])[\w+/]{48,}={0,2}"
    r"|(?:(?<!\w)(?:\w*[a-zA-Z]\d+[a-zA-Z]\w*|\w*\d[a-zA-Z]+\d\w*)\W{1,3}){2}|(?<!\w)(?:[^\W\d_][ .\-_]{1,3}){6,}"
    r"|(?:\w*\*\w+[ ,.]{1,2}){2}|(?:-?\d+\.\d{3,}, ?){2}|^[\W\d_]{3,}$|/(?:home|root|etc|usr|bin|var)/?\b"
    r"|[🤓😈🔓]|([^\W\d_])\1{8}",
    re.MULTILINE,
)


def repeated(said: str, complaint: str, known: Known) -> Iterator[str]:
    """The sentences that say the customer's words again: odd words, a long run, or nothing else in all the text."""
    theirs = _WORD.findall(level(complaint[:LONGEST_COMPLAINT]))
    if not theirs:
        return
    line = f" {' '.join(theirs)} "
    whole = _WORD.findall(level(said))
    if whole and f" {' '.join(whole)} " in line and not SPOKEN_TO.search(level(said)):
        yield quoted(said.strip())
    runs = {tuple(theirs[at : at + RUN]) for at in range(len(theirs) - RUN + 1)}
    for start, end in sentences(said):
        sentence = said[start:end]
        oddly = _oddly_says(sentence, line, known, 1) or any(
            _oddly_says(clause, line, known, 2) for clause in CLAUSE.split(sentence)
        )
        if oddly or _in_a_row(_WORD.findall(level(sentence)), runs, known):
            yield quoted(sentence)


def _oddly_says(clause: str, line: str, known: Known, least: int) -> bool:
    """Whether it is the customer's, of at least so many words, one expected nowhere; one alone may be a name."""
    ours = _WORD.findall(level(clause))
    if len(ours) < least or (len(ours) == 1 and clause.strip()[:2].istitle()):
        return False
    return f" {' '.join(ours)} " in line and not known.expects(ours)


def _in_a_row(ours: list[str], runs: set[tuple[str, ...]], known: Known) -> bool:
    length = 0
    for at in range(len(ours) - RUN + 1):
        run = tuple(ours[at : at + RUN])
        length = length + 1 if run in runs else 0
        if length > LONG_RUN - RUN or (length and not known.knows(run)):
            return True
    return False
