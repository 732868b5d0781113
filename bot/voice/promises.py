"""What a reply commits the brand to: sums, gifts, dates and delays, guarantees. French and English.

A sum, a deadline or “plus jamais” is a promise wherever it stands. A refund, a voucher or a bare delay is one unless
the sentence denies it, asks, or echoes the customer; a day is one where something is still to happen. “Shortly” and
“dans les plus brefs délais” bind nobody and are left alone, so are opening hours, 24/7 and the 2/2 of a thread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.voice.words import fold

#: No reply is longer; what stands behind is not searched.
LONGEST = 20_000


def promises(text: str) -> list[str]:
    """The words of a text that promise a sum, a gift, a date, a delay or a guarantee, in order, blanks evened."""
    plain = " ".join(unicodedata.normalize("NFC", text[:LONGEST]).split())
    return [plain[start:end] for start, end in _found(plain.translate(_LEVEL))]


def kept(promise: str) -> str:
    """A promise as it is compared: without accents, capitals and blanks."""
    return "".join(fold(promise).split())


def _found(level: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := _PROMISE.search(level, at):
        start, end = found.span()
        before = _SENTENCE.split(level[max(0, start - 90) : start])[-1]
        if _binds(found.lastgroup or "", before, level[end : end + 90]):
            yield start, end
            at = end
        else:
            at = start + 1


def _binds(family: str, before: str, after: str) -> bool:
    """Whether words of this family are a promise in their sentence."""
    if family == "firm":
        return True
    if _ASKS.search(before) and _ASKED.match(after):
        return False
    if family == "by":
        return not _WAS.search(before)
    if _ECHO.search(before):
        return False
    if family == "delay":
        return not (_PAST.search(before) or _LATE.match(after))
    if family == "when":
        return not _WAS.search(before) and bool(_FUTURE.search(before) or _THEN.match(after))
    return True


class _Level(dict[int, str]):
    """Lower case without accents, quotes and dashes straight, every character in its place."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        self[code] = level = plain if len(plain) == 1 else chr(code)
        return level


_LEVEL = _Level({ord(quote): "'" for quote in "’ʼ`´"} | {ord(dash): "-" for dash in "–—‑"})


def _any(*parts: str) -> str:
    return "(?:" + "|".join(parts) + ")"


# every part begins with a letter or a sign: the whole is tried at the beginning of words only
_DIGITS = r"\d{1,9}(?:[., ]\d{1,3}){0,3}"
_FEW = _any(
    "an? (?:few|couple of)|an?|one|two|three|four|five|six|seven|eight|ten|twelve|several",
    "une?|deux|trois|quatre|cinq|sept|huit|dix|quinze|vingt-quatre|quarante-huit|quelques|plusieurs",
)
_TO = " ?(?:-|/|to|or|a|ou) ?"
_COUNT = rf"(?:\d{{1,3}}(?:{_TO}\d{{1,3}})? ?|{_FEW}(?:{_TO}{_FEW})? )(?:(?:business|working|calendar|full) )?"
_OUVRES = r"(?: (?:ouvre?e?s?|ouvrables?|calendaires?)\b)?"
_HOURS = rf"(?:h|hrs?|hours?|heures?|j|days?|jours?|weeks?|semaines?|months?|mois)\b(?! ?/| sur ){_OUVRES}"
_UNIT = rf"(?:{_HOURS}|(?:min(?:ute)?s?|years?|ans?)\b)"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_MONTH = _any(
    "january|february|march|april|may|june|july|august|september|october|november|december",
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre",
)
_DATE = _any(
    rf"\d{{1,2}}(?:er|st|nd|rd|th)? (?:of )?{_MONTH}\b",
    rf"{_MONTH} (?:the )?\d{{1,2}}\b",
    r"(?<![/.])\d{1,2}/\d{1,2}/\d{2,4}\b|(?<![/.])\d{2}/\d{2}\b",
)
_END = r"(?:end of (?:the |this |next )?(?:day|week|month)|fin de? (?:la |l')?(?:journee|semaine|matinee|mois))\b"
_TIME = r"(?:\d{1,2}(?::\d\d)? ?(?:am|pm)|\d{1,2} ?h(?: ?\d\d)?)\b"

#: A promise wherever it stands: sums, and “never again”.
_FIRM = _any(
    rf"[€$£] ?{_DIGITS}|(?:eur|usd|gbp|chf) ?{_DIGITS}",
    rf"(?=\d)(?<![.,/]){_DIGITS} ?(?:[€$£]|(?:euros?|eur|dollars?|pounds?|quid|chf|centimes?|cents?)\b)",
    rf"(?:{_FEW}|vingt|cinquante|cent|une (?:diz|vingt|cent)aine d'|twenty|fifty|a hundred) ?(?:euros?|dollars?)\b",
    r"(?!100 ?%)(?<![.,/])\d{1,3}(?:[.,]\d{1,2})? ?(?:%|per ?cent\b|pour ?cent\b)",
    r"(?<![.,/])\d[\d., ]{1,8}(?:bonus |extra )?(?:\w{0,6}miles|points)\b",
    r"(?:won't|will not|will never|never|not going to) (?:ever )?(?:happen|occur) again\b|never again\b",
    r"plus jamais\b|(?:ne se (?:re)?produira|ne se renouvellera|n'arrivera|ne recommencera) (?:plus|pas|jamais)\b",
    r"you have my word\b|vous avez ma parole\b|money[ -]back\b|half price\b|moitie prix\b",
    r"(?:\d+|one|two|three|five|ten)[ -]year (?:warranty|guarantee)|lifetime (?:warranty|guarantee)",
    r"garantie? (?:de )?\d+ (?:ans|mois)\b|\d+ ans de garantie\b",
)
#: A deadline, unless it is asked for.
_BY = _any(
    r"(?:within|inside|under|in|in (?:under|less than)|up to|no more than|sous|dans|en|en moins de|d'ici(?: a)?|jusqu'a"
    r"|au bout de) (?:(?:the|the next|a maximum of|about|only|just|les|l'|un delai (?:maximum )?de|environ) ?)?"
    rf"{_COUNT}{_UNIT}",
    r"(?:by|before|until|till|no later than|d'ici(?: a)?|avant|au plus tard|jusqu'(?:a|au)|pour|des) "
    rf"(?:le |la |the |ce |this |next )?(?:{_DAY}|{_DATE}|{_END}|ce soir|tonight|noon|midi|next week)\b",
    rf"(?:by|before|d'ici|avant) {_TIME}",
    rf"(?:tomorrow|demain)\b|{_DAY} (?:au plus tard|at the latest)\b|sous (?:huitaine|quinzaine)\b",
    r"(?:dans|au cours de) (?:la (?:journee|semaine|matinee)|le mois)\b|in the (?:coming|next few) (?:days|weeks)\b",
    r"(?:within|during) the (?:hour|day|week|month|next (?:few |couple of )?(?:hours|days|weeks))\b",
    rf"next (?:week|month|{_DAY})\b|(?:semaine|mois|annee|{_DAY}) prochaine?\b|en fin de (?:journee|semaine|mois)\b",
    r"prochaine?s (?:heures|jours|semaines|mois)\b",
    rf"{_COUNT}(?:(?:h|heures?|j|jours?) ouvr(?:e|able)e?s?|(?<=business )days?|(?<=working )days?)\b",
)
#: A delay without a word that says from when; 18 h is a time of the day.
_DELAY = rf"(?!an? |one |une? |quelques |24 ?h ?/|(?:1?\d|2[0-3]) ?(?:h|heures?)\b)(?<![.,/:-]){_COUNT}{_HOURS}"
_FILL = r"(?:(?!not |never |cannot |about |of |your |our |the |this |that )\w+ )"
_WE = rf"(?:we|i|they|team|colleagues?)(?:'ll|'ve|'d|'re)? {_FILL}{{0,4}}?"
_MENDED = r"(?:refund|reimburs|compensat|credit|recredit|waiv|exchang|redeposit)"
_REMBOURS = r"(?:rembours|indemnis|dedommag|recredit|credit)"
#: Money back, gifts and guarantees, unless asked, denied or echoed.
_GIFT = _any(
    rf"{_WE}(?:{_MENDED}(?:e|ed|s|es|ing)?|replace|send you an?)\b",
    r"(?:be|been|being|is|are|get) (?:\w+ly )?(?:refunded|reimbursed|compensated|credited|waived|redeposited)\b",
    r"(?:full|quick|complete|partial|100 ?%) refund\b|refund in full\b|get your money back\b",
    r"(?:issu|process|approv|arrang|authori)\w+ (?:an?|the|your) (?:\w+ )?(?:refund|credit|voucher|exchange)\b",
    r"(?:your|the) (?:refund|money) (?:will|has been|is being|is on|was|should)\b",
    r"(?:an?|another|some) (?:\w+ ){0,2}(?:refund|reimbursement|replacement|voucher|gift ?card|coupon|discount|rebate"
    r"|credit|compensation|treat|gift|upgrade)\b(?! card)",
    r"free (?:of charge|shipping|delivery|returns?|replacement|upgrade|gift|item|product|ticket|month|year|meal|drink"
    r"|night|repair|exchange|pass)\b|for free\b|months? free\b",
    r"(?:at no|without|no) (?:extra |additional )?(?:cost|charge)\b",
    r"complimentary \w+|on the house\b|(?:(?:it|that|this)'s|is|be) on us\b|goodwill\b|as a (?:\w+ )?gesture\b",
    r"(?:we|i)(?: can| do| will|'ll)? (?:personally |absolutely )?(?:guarantee|promise)\b|guaranteed\b",
    rf"(?:nous|je|vous|on) (?:\w+ ){{0,2}}?{_REMBOURS}(?:e?ons|erons|erai|era|eront|er|e)\b",
    rf"(?:serez|sera|seront|ete|est|sont|etre|etes) (?:\w+ ){{0,2}}{_REMBOURS}ee?s?\b",
    r"proced\w+ (?:\w+ ){0,3}?(?:a l'|a la |a un |a votre |au )(?:remboursement|echange|remplacement|dedommagement)\b",
    r"(?:remboursement|dedommagement)(?: [^ .!?]+){0,6}? (?:sera|seront|a (?:bien )?(?:ete|eu)"
    r"|est (?:en cours|bien|confirme|effectif)|vous parviendra|se fera|interviendra)\b",
    r"(?:un|contre|contre le|pour|pour leurs?|leurs?) remboursement\b",
    r"remboursement (?:integral\w*|complet|total|partiel|a 100)\b",
    r"(?:nous|je|on) (?:vous |l')?(?:echang|remplac)(?:eons|ons|erons|erai)\b",
    r"(?:nous|je|on) (?:vous )?re(?:nvoyons|nverrons|expedions) (?:une?|votre|vos|l[ea])\b",
    r"(?:recevr\w+|recevoir|confirm\w+) (?:bien )?(?:le|votre) remboursement\b",
    r"(?:une?|nouveau|nouvel) (?:\w+ )?(?:bon (?:d'achat|de reduction)|avoir|(?:cheque|carte)[ -]cadeau|code promo\w*"
    r"|remise|reduction|ristourne|dedommagement|indemnisation|compensation|surclassement|garantie|geste)\b",
    r"gestes? commercia\w+|a titre (?:commercial|gracieux|de (?:geste|dedommagement))\b|en guise d[e'] ?\w+",
    r"(?:nous|je|on) (?:vous |lui )?(?:offr(?:ons|irons|e|irai)|accord(?:ons|erons|e|erai))\b",
    r"vous offrir (?:une? |les |la |vos )(?:bon|avoir|cheque|remise|reduction|geste|frais|livraison|cadeau|retour)\w*",
    r"(?<!etre )offert(?:e|s|es)?\b(?! par)|(?<!numero )(?<!appel )(?<!etaient )(?<!etait )gratuit(?:e?s?|ement)\b",
    r"a nos frais\b|sans frais\b|a notre charge\b|(?:prenons|prendrons|prends) en charge (?:les|vos) frais\b",
    r"(?:nous|je) (?:vous )?(?:l[ea] )?(?:garantis(?:sons)?|promet(?:s|tons)|certifi(?:e|ons))\b|garanti\b",
    r"engage(?:ons)? a vous \w+",
)
#: A day, where something is still to happen on it.
_WHEN = _any(
    rf"(?:on |this |ce |le )?{_DAY}\b(?!s? ?(?:to|au|a|-) {_DAY})|{_DATE}",
    r"(?:today|tonight|aujourd'hui|ce jour|ce soir|cet apres-midi|this (?:morning|afternoon|evening|week|month))\b",
    r"cette (?:semaine|apres-midi)\b",
)
_PROMISE = re.compile(
    rf"(?<!\w)(?:(?P<firm>{_FIRM})|(?P<by>{_BY})|(?P<gift>{_GIFT})|(?P<delay>{_DELAY})|(?P<when>{_WHEN}))"
)

_SENTENCE = re.compile(r"[.!?…] ")
#: A sentence that asks what was or is; “can we offer” and “would you like” do offer.
_ASKS = re.compile(
    r"(?:^|[,:-] )(?:\w+ )?(?:have|has|did|do|does|are|is|was|were|can you|could you|when|what|which|how|who|where|why"
    r"|avez|aviez|est-ce|etes|pouvez|pourriez|quand|quel\w*|comment|pourquoi)\b"
)
_ASKED = re.compile(r"[^.!?]{0,90}\?")
#: At most four words before a promise, these take it back: a denial, a request, a matter spoken of.
_ECHO = re.compile(
    r"\b(?:n|ne|pas|\w+n't|not|nor|no|never|cannot|unable|sans|ni|aucune?|impossible|demand\w+|request\w*|ask\w*|want\w*"
    r"|sujet|concern\w+|regarding|about|propos|modalites?|conditions|attend\w*|attente|wait\w*|reclam\w+|promise?s?"
    r"|instead of|questions?)(?:[ '-]+\w+){0,4}[ '-]*$"
)
#: Before a bare delay: it is over, or a habit.
_PAST = re.compile(
    r"\b(?:depuis|il y a|ca fait|cela fait|apres|pendant|durant|for|past|last|over|since|waited|attendu|patiente?|every"
    r"|tous les|toutes les|chaque|par|at|from|retard de)(?: (?:the|les|plus de|more than|over|about|environ|deja))? ?$"
)
#: Behind it: the same.
_LATE = re.compile(
    r" (?:ago|late|early|old|prior|before|after|apres|avant|earlier|later|store|d'attente|de retard|plus tard)\b"
)
#: Before a day or a deadline: it is past.
_WAS = re.compile(r"\b(?:etai\w+|a ete|ont ete|was|were|had|du|depuis le|en date)(?:[ '-]+\w+){0,3}[ '-]*$")
#: Before a day: something is to happen on it.
_FUTURE = re.compile(
    r"\b(?:will|\w*'ll|shall|going to|should|expect\w*|estimated|scheduled|due|hear back|get back|allons|vais|allez"
    r"|prends|prenons|contacte|rappelle|reviens|revenons|prevue?s?"
    r"|(?!esp|des|pref|cons|ext)\w*[eidtv]r(?:ai|a|ons|ez|ont)|(?:au|pour|dev|recev)r(?:ai|a|ons|ez|ont))\b"
)
#: Behind it: the same.
_THEN = re.compile(r" (?:\w+ )?(?:\w+'ll|will)\b")
