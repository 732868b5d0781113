"""How people try to instruct a machine: phrases that are rarely said to a shop. For ``instructions``."""

from __future__ import annotations

import re


def _any(*parts: str) -> str:
    return "(?:" + "|".join(parts) + ")"


def _of(*parts: str) -> re.Pattern[str]:
    """A pattern for text written evenly; every part begins at a word's beginning."""
    return re.compile(r"(?<!\w)" + _any(*parts))


#: Some words in between; none of them a full stop.
_FILL = r"(?:[\w'/*-]+[ ,:;\"()]{1,3})"
#: What comes before an order and not before a tale: "it says", "I wrote".
_Q = r"[\"'«*]"

_RULES = _any(
    r"instructions?|instruct\w*|prompts?|directi(?:ve|on)s?|guidelines?|orders|commands?|assignments?|tasks?|rules"
    r"|programming|programation|filters?|restrictions?|limitations|polic(?:y|ies)|context|configuration"
    r"|training"
    r"|thoughts"
    r"|documents?|articles?|artikels?|everything|all|above|preceding|previous|prior|before|data|information|input\w*",
)
_REGLES = _any(
    r"instructions?|consignes?|regles?|directives?|ordres?|programmation|contexte|prompt\w*|filtres?|restrictions?"
    r"|limites?|tout(?:es|e)?|precedente?s?|precede|ci-dessus|avant|role",
)
#: Forget what you were told.
_OVERRIDE = _of(
    rf"(?:ignor(?:e|ing)|igmre|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?|abandon|neglect"
    rf"|discard|erase)"
    rf" {{1,3}}{_FILL}{{0,5}}?{_RULES}\b(?! (?:my|complaints?|customers?|of us|this|that))",
    r"forget (?:about )?(?:it all|everything|all)\b|forget wa?ha?t|erase (?:a|the|your) database",
    r"(?:not|don'?nt|never) (?:follow|obey|look in|answer (?:the|this) question|answer according)",
    r"(?:your|the|all) (?:\w+ )?(?:instructions|restrictions|filters|orders) (?:are|is) (?:now|null|void|lifted"
    r"|disabled)",
    r"(?:disable|turn off|remove|deactivate|without) (?:all |any |the |your |of )*(?:content "
    r"|safety )?(?:filter\w*|moderation"
    r"|restrictions|limits|safety|censor\w*)",
    r"(?:new|additional|following|initial|previous|original|starting|hidden|system|further"
    r"|special) (?:instruction|statement"
    r"|directive|system prompt|task|assignment|prompt)s?\b(?! (?:number|of|confirm))",
    r"(?:change|update|rewrite|replace|follow) (?:your|these|the following) (?:instructions|rules|prompt"
    r"|programming)",
    r"(?:oublie|oubliez|ignore|ignorez|neglige|negligez|contourne|contournez|abandonne|desactive|desactivez|annule)"
    rf" {_FILL}{{0,4}}?{_REGLES}\b",
    r"(?:ne )?(?:tiens|tenez|tenir|fais|faites) (?:pas |plus |abstraction )(?:compte )?(?:de|du|des) "
    r"(?:\w+ ){0,3}(?:programmation|instructions?|consignes?|regles?|contexte|precede\w*|directives?)",
    r"fais abstraction|faites abstraction",
    r"(?:nouvelle|nouvelles|nouveaux?) (?:instruction|consigne|directive|ordre)s?\b",
    r"sans (?:aucune )?(?:restriction|limite|filtre|censure)s?\b",
    r"(?:instructions?|consignes?) (?:systeme|precedentes?|initiales?)",
    rf"(?:vergiss|vergessen sie|ignoriere?|ignorieren sie|missachte\w*|lass\w*) {_FILL}{{0,5}}?(?:alles?"
    rf"|anweisung\w*|auftrag\w*"
    r"|auftrage|befehle?|aufgaben?|angaben|obige\w*|vorher\w*|davor|hinter sich)",
    r"(?:nun|jetzt) (?:folgen|kommen|kommt|folgt)|neue[nr]? (?:anweisung|aufgabe|herausforderung)\w*|hore nicht auf",
    r"(?:obigen?|vorherigen?|bisherigen?|vorangehenden) (?:\w+ )?(?:anweisungen|informationen|ausfuhrungen"
    r"|angaben|befehle)",
    r"(?:olvid\w+|ignora) (?:todo|todas|las)|zaboravi (?:sve|to|svoje)|vergeet (?:alle|alles)|negeer (?:alle|de)"
    r"|dimentica (?:tutt|le)|esque[cç]a (?:tud|tod|as)",
)
#: Be somebody else.
_ROLE = _of(
    r"(?:you are|you're|your are|u are) (?:now|no longer|about to|going to (?:be|act|play|pretend|simulate)"
    r"|to act|an? (?:ai|assistant"
    r"|bot|chatbot|robot|language|model|machine|character|pirate|student|journalist|expert in|hypothetical|\w+gpt)"
    r"|being (?:replaced|tested)|role|free from|unrestricted|the (?:electronic|assistant|ai|big))",
    r"(?:now|okay|ok) you(?:'re| are) ",
    r"you are (?!(?:all|the only|the best|the worst|so|a joke|an? \w+ joke|not)\b)[\w' ]{2,40}\. (?:what|how"
    r"|who|wie|as)\b",
    r"from (?:now|this (?:point|moment)|here)(?: on\w*| forward| out|,)? ?(?:on |forward |out )?,? ?(?:you"
    r"|i want|refer|answer|respond"
    r"|every|until|your)",
    r"(?:i want|i need|i'd like|i would like|i'll need|i request) (?:you |that )(?:to |from |you )?(?:act|be"
    r"|pretend|play|answer|reply|respond"
    r"|say|write|create|develop|simulate|repeat|ignore|imagine|translate|speak|only|generate|roleplay|role)"
    r"(?! (?:to )?(?:me|my|us|our)\b)",
    r"(?:act|behave|respond|reply|answer|talk|speak|write|acting) (?:just |exactly )?(?:as|like) (?:if you|an?"
    r"|the|my|dan|both|\w+gpt|chatgpt|though you)\b",
    r"act out|acting as|in the (?:role|voice|style|persona|manner|tone) of",
    r"play(?:ing)? the (?:lead\w* )?roles?\b|(?:the )?role of",
    r"(?:let'?s|want to|going to|are going to) (?:play|act out|simulate|have fun|role)",
    r"(?:please )?(?:pretend|imagine|suppose|simulate|assume|enable|enter|activate) (?:you|that you|to be|a|an"
    r"|the|yourself|being|developer"
    r"|dan|baby|debug|ai|maintenance|god|admin|an alter)\b",
    r"you (?:will|shall|must|should|have to|need to|can) (?:now |always |only |never |also |not )*(?:act|play"
    r"|pretend|simulate|answer|respond|reply|obey"
    r"|follow (?:the|these|my) (?:rule|instruction|order|format)|say|output|print|write|be in|take on|roleplay",
    r"talk in|speak|ignore|generate)\b",
    r"(?:stay|remain|keep|break|stays|breaking)(?: fully| always| your)?(?: in)? (?:character|(?:his|her|their"
    r"|your) roles?)\b",
    r"(?:in|of) (?:character|your role)\b",
    r"(?:two|three|both|really good|excellent) (?:\w+ ){0,3}actors|actors in a"
    r"|act(?:s|ing)? (?:in a film|as an actor)|in a film about|film about an?"
    r"|scene (?:from|where|in)|alter ego|persona ?=|role-?play\w*|fictional|hypothetical(?:ly)?",
    r"theoretical (?:world|scenario)",
    r"(?:role|rules|job|prefix|personality|persona|prompt|user|system|order|instruction|input|output|question"
    r"|answer|frage|context|document"
    r"|artikel|response|article)s? ?[:=] ?\S|(?:context|question|artikel|document\w*|frage) [\"{]",
    r"a character (?:named|called)|this character is|as [\w ]{3,30}, (?:tell|what|how|write|you)\b",
    r"be a (?:dj|pirate|poet|comedian|hacker)",
    r"what would (?:an?|the) (?:child|pirate|racist|person|\w+) say|if you were an?|how should an? [\w ]+ explain",
    r"(?:tu es|vous etes) (?:maintenant|desormais|a present|un (?:assistant|robot|expert|pirate|chatbot|modele)"
    r"|une (?:ia|intelligence))"
    r"|(?:desormais|a partir de maintenant|dorenavant)[, ]+(?:tu|reponds|vous (?:repond|etes|deve|agi))",
    r"(?:agis|agissez|comporte-toi|comportez-vous|reponds|repondez|parle|parlez|ecris|ecrivez) (?:comme"
    r"|en tant que|a la maniere|dans le style|en) ",
    r"(?:fais|faites) comme si|joue(?:z)? le role|mets-toi (?:a|dans)|mettez-vous (?:a la place|dans la peau)"
    r"|dans la peau d|imagine(?:z)? que (?:tu|vous)"
    r"|jeu de role|deviens (?:un|une)|tu (?:vas|dois|joues)\b",
    r"je veux que (?:tu|vous) (?:\w+ )?(?:agi|jou|repond|di|ecri|fass|soi)\w*",
    r"(?:du bist|bist du|sie sind) (?:jetzt|nun|ein\w*|keine?|zeit|der|die|das|\w+ online)|(?:jetzt"
    r"|nun) bist du"
    r"|ich mochte, dass sie"
    r"|(?:als|wie) ein\w* [\w-]+ (?:agier|fungier|auftret)\w*|fungier\w+|agieren|tu (?:als|so, als)|stell dir vor",
    r"(?:zwei|drei) (?:personen|leute|schauspieler)|in einem film",
    r"(?:aus|in) (?:ihrer|seiner|ihren|der) rollen?\b|hauptrollen?\b",
    r"you are (?:one|two|three|an?|\d+) [\w ]{2,40}, ?(?:who|what|how|why|wer|was)\b|context\b[^?]{3,80}\bquestion\b",
    r"i(?: am|'m) going to ask you|when it comes to writing|(?:perplexity|burstiness)\b",
    r"antworte\w* im\b|im stil\b|wie (?:sind|ist)\b",
    r"(?:formulier|generier|verfass|ubersetz|beantwort|ignorier|vergiss|schreib)\w*",
    r"eres (?:un|ahora)|actua como|si yo digo|tu dices|solo (?:tienes|dices)|budi (?:ono|sada)|je bent nu|doe alsof",
)
#: Talk to a machine, and of what it was told.
_MACHINE = _of(
    r"(?:chat ?g[pt]{2}|\w*gpt\w*|openai|open ai|llm|anthropic|copilot|jailbreak\w*|dan mode|developer mode"
    r"|debug(?:ging)? mode"
    r"|admin(?:istrator)? mode|mode (?:dan|debug|administrateur|admin|developpeur|maintenance))\b",
    r"(?:ai|large|big) (?:language )?models?\b|language models?\b|modele de langage|sprachmodell"
    r"|(?:as|hello|hi|hey|dear|an|your|of an)(?:,)? (?:ai|a\.i\.)\b"
    r"|ki-system\w*|(?:ai|ia) (?:assistant|bot|persona|deit|chatbot|character)\w*|no limits ai",
    r"assistant (?:ia|virtuel|sans)",
    r"(?:system|initial|hidden|above|your|this|previous|full|first|complete|following|every) prompt\b"
    r"|prompts? (?:injection|text|above|was|is|you|i give)"
    r"|prompt[_-]\w+|prompt-text\w*|my prompts\b|all prompt|systemprompt|(?:ton|votre|le|ce|du) prompt",
    r"prompt systeme|eingabeaufforderung|(?:in|of) the prompt\b",
    r"(?:system|hidden|internal|your) (?:message|configuration|config|embeddings?|instructions?|programming"
    r"|directives|initialization|reasoning)\b"
    r"|initialization string|chain-of-thought|(?:when|how) were you (?:trained|made|created|programmed)"
    r"|you were (?:given|told|trained|programmed)"
    r"|what were you told|(?:what|which) are your (?:rules|instructions|orders)|not supposed to tell",
    r"was instructed to|your knowledge|are you an? (?:ai|language|machine)",
    r"(?:ton|tes|votre|vos) (?:instructions?|programmation|consignes?|directives?|regles|cles? api"
    r"|mots? de passe|prompts?|configuration)\b"
    r"|(?:api|vllm|secret|access)[ _-]?keys?\b|\w+_api_key\b|cles? (?:api|secretes?)",
    r"your (?:password|secrets?|source code|api)",
    r"(?:base ?64|leet(?:speak| speech)?|rot13|morse|caesar cipher|hexadecimal)\b|(?:to|in) emojis?\b|tokens\b",
    r"content policy|content policies|uncensored|amoral|unfiltered",
    r"(?:linux|python|windows|code|javascript|sql) (?:terminal|interpreter|cmd|shell|console|code|script)",
    r"(?:execute|run) the following|code ?blocks?\b|c\+\+|codeblocks?",
    r"(?:sql|python|javascript|java|html|css|bash|php|latex)(?: |-)+(?:code|script|query|quer|table|function)",
)
#: Say this; show that; answer so.
_SAY = _of(
    r"(?:just|only|simply|instead|merely|please|now|then|and|must|should|to|you) "
    r"(?:say|print|output|write|state|repeat|echo|return|answer|reply|respond)"
    r"(?: back| only| just| exactly| with| out| me)*:? ?" + _Q,
    r"(?:just|jsut|only|simply|instead) (?:say|print|output|write|state|repeat|echo|return|display|type)\b",
    r"(?:print|output|echo) (?:the|this|that|yay|yes|all|above|everything|\w+ ?$)|output [\"a-z]",
    r"(?:state|say) (?:that|yes|no|what|the word|hello)\b(?=[^.!?]{0,80}(?:$|[.!?]))(?<!not say)(?<!they say)",
    r"(?:sentences?|words|text|lines?|everything) (?:before|above|preceding)\b|despite what you",
    r"(?:write|say|print|type|schreibe?) ?: ?\w",
    r"(?:respond|reply|answer|talk|speak|write) (?:to me )?in an? (?:\w+ ){0,2}(?:tone|voice|style|manner|way"
    r"|accent)\b",
    r"(?:an? )?offensive (?:rhyme|tone|joke|way)|state that \w+ is\b",
    r"(?:reply|respond|answer|responding) (?:only|just|exactly|solely|always|to (?:all|every)|with (?:the|a"
    r"|only|\"|'|just|one word)|in (?:less|one|the form|two|three|rhyme|verse))",
    r"(?:only|always|never) (?:reply|respond|answer|refuse)\b",
    r"(?<!you )(?<!they )(?<!we )(?<!i )(?<!who )do not (?:write|type|add|respond|refuse|look|mention|answer"
    r"|reply|break|say|provide|give)\b",
    r"repeat (?:after|the|this|your|everything|all|back|above|it)",
    r"(?:say|tell me|admit|confess) (?:that )?you (?:hate|love|are a)",
    r"tell me (?:that you|what are your|everything|your|you understand)",
    r"(?:show|give|reveal|share|display|encode|leak|dump|expose|provide|list|send|see)(?: me| us"
    r"| to me)?(?: all| a copy| the)?(?: of)? (?:your|the (?:following text|text|system|hidden|above)"
    r"|(?:all )?prompt)",
    r"(?:put|output|print|repeat|spell-? ?check|translate|copy|replace"
    r"|improve) (?:of )?(?:all )?(?:of )?(?:the |this |your )?(?:text |sentence|following|above|all)",
    r"(?:start|begin|preface|prefix|end)(?:s)? (?:all |each |every |your |his |the |any )*(?:of )?(?:your "
    r"|his )?(?:repl(?:y|ies)|responses?|answers?|messages?|sentences?) with",
    r"end (?:it |the message )?with \"",
    r"(?:each|every|all|any) (?:of your |question|response|reply|prompt|answer)s? (?:i ask|with|in two|must"
    r"|should|by)\b",
    r"make every reply",
    r"(?:two|three|different) (?:\w+ ){0,2}(?:ways|responses|manners|modes)\b",
    r"generate (?:two|one|a|an|sql|python|code)|(?:do you|you) hate \w+\? say",
    r"(?:dis|dites|ecris|ecrivez|affiche|affichez|imprime|imprimez|repete|repetez|reponds|repondez)(?:-(?:moi"
    r"|nous|lui))?(?: (?:seulement|uniquement|simplement|juste|exactement|toujours|ceci|ce qui suit|apres moi"
    r"|le mot|la phrase|que (?:tu|vous|je))| ?[\":])",
    r"(?:affiche|affichez|montre|montrez|revele|revelez|devoile|devoilez|donne|envoie|partage"
    r"|divulgue)(?:-(?:moi|nous))? (?:\w+ ){0,2}?(?:ton|tes|ta|le prompt|la cle|les cles|toutes|les donnees"
    r"|systeme|instructions)",
    r"(?:reponds|repondez)(?:-moi)? (?:uniquement|seulement|toujours|par|en (?:vers|rimes|anglais|un mot))",
    r"repondre uniquement|renvoie un\b",
    r"(?:sage?|sagen sie|antworte|antworten sie|schreib\w*|zeige?|zeigen sie|gib|geben sie|drucken?"
    r"|beantworte\w*|formuliere\w*|generier\w*|verfasse\w*|ubersetze\w*|erzahl\w*)(?:'|\b) ?(?:mir|mal|nun|sie"
    r"|ja|mit|nur|folgende|einen?|das|den|deine|die|\"|alle|eine|demokratie|c\+\+|in)",
)
#: Homework: poems, code, translations, the world’s knowledge.
_TASK = _of(
    r"(?:write|compose|create|draft|generate|make up|invent|formulate|produce|recite|sing|tell|give)(?: me| us"
    r"| out)? (?:an?|the|some|one|your|my|another)? ?(?:\w+ ){0,3}?"
    r"(?:poem|haiku|limerick|sonnet|essay|story|stories|song|rap|code|script|guide|manifesto|plea|headline"
    r"|speech|rhyme|joke|jokes|lyrics|novel|dialogue|play|recipe"
    r"|tweet about|blog|article|letter to|argument|function|program|reason(?:s)? why|steps to|plan for",
    r"list of (?:ten|five|\w+ websites)|music|recommendation|summary of)\b",
    r"(?:a |untrue )?(?:love poem|headline for)|translate (?:to|this|that|it|the|your|into|everything"
    r"|following)",
    r"spell-? ?check|proofread|summari[sz]e (?:this|the)|convert (?:this|the)",
    r"(?:help me|assist me) with (?:the following|another|this) (?:task|question)"
    r"|(?:new|another|second|next|following|first) (?:task|test|challenge|question|assignment)\b|well done"
    r"|you have passed|outdone yourself"
    r"|(?:provide|present|give)(?: me)? (?:reasons|arguments|examples|step|valid)",
    r"(?:step[- ]by[- ]step|detailed|twenty step) (?:plan|guide|instructions)",
    r"in (?:a short text|less than \d+ words|\d+ words)|make something up",
    r"answer (?:the|this|my|every|each|all|any|by your own) (?:following |of my )?(?:question|prompt"
    r"|knowledge)s?"
    r"|by your own knowledge|this is not a prompt|your opinion on (?:this|the)|what do you think (?:about|of) "
    r"(?!this|that|your|the (?:service|delay|quality))|how do you like",
    r"why (?:are|is) [\w ]{3,40} (?:the best|unelectable|superior|so important)",
    r"is the best\b(?=[^.!?]*(?:$|[.!\"']))(?<=write .{0})",
    r"how (?:do|can|to|would) (?:you|i|one|someone) (?:build|make|break|hack|synthesi[sz]e|pick|hide|steal|kill"
    r"|cook|get in such)\b",
    r"malware|maleware|torrents?\b|how (?:do|does) you (?:break|get) in",
    r"who (?:am i|are you|won the|is the most|is kevin|was the|invented|wrote)\b",
    r"what is (?:the (?:area|capital|meaning|population|square|sum)|written|happening in|a prompt)",
    r"what (?:was|is) (?:written|above)|capital (?:of|city)",
    r"(?:ecris|ecrivez|redige|redigez|compose|composez|genere|generez|invente|inventez|raconte|racontez|creez"
    r"|traduis|traduisez|resumez|recite|chante)(?:-(?:moi|nous))? (?:un|une|le|la|les|ce|ceci|cette|mon|ton|ma"
    r"|du|en|tout|des)\b",
    r"(?:poeme|haiku|limerick|dissertation|chanson|blague|recette) (?:sur|de|d'|a propos|en)",
    r"du code (?:en|python|sql|c|java)|quelle est (?:la (?:capitale|valeur|superficie|population)|ta)",
    r"code (?:python|sql|javascript)|qui a (?:gagne|invente|ecrit)\b",
    r"hauptstadt|wieso sind|warum (?:ist|sind)|was passiert",
    r"wie (?:alt|hoch|viel\w*|heisst|findest|argumentiert|verfahrt|verdiente)\b|begrundung|frage:|aufsatz",
    r"gedicht|liebesgedicht",
)
#: Claims of authority.
_AUTHORITY = _of(
    r"i(?:'m| am) (?:your|the|a|an) (?:\w+ )?(?:admin\w*|developer|creator|owner|maintainer|programmer|master"
    r"|ceo|boss|engineer at|root)\b",
    r"the user is root|programmer at",
    r"(?:as|i am|i'm|speaking as|being) (?:the |your |a |an )?(?:ceo|chief executive\w*|president|director"
    r"|administrator|admin|developer|owner|founder|head of [\w ]{2,20}|general manager"
    r"|manager of [\w ]{2,20})(?: of [\w' ]{2,30})?,? (?:i|we|you|please)\b",
    r"i (?:hereby |officially |personally )?(?:approve|authori[sz]e|order you|command you|instruct you|sanction"
    r"|grant (?:you|permission)|allow you|give you permission)\b",
    r"i command\b|hereby\b|(?:pre-?)?approved by (?:the |your )?(?:ceo|manager|management|director|head)",
    r"(?:admin\w*|system|root|security|developer|manager|ceo|supervisor) (?:override|directive|command|access"
    r"|prompt|message)\b",
    r"override (?:code|mode)",
    r"(?:begin|end|start) (?:admin|system|of (?:prompt|system|instruction|text|context|document|user))\w*|sudo\b",
    r"for (?:security|quality assurance|formatting|debugging|testing) (?:audit|verification|testing|purposes)",
    r"(?:en tant que|je suis|moi,|en ma qualite de) (?:le |la |l'|votre |un |une )?(?:pdg|president|directeur"
    r"|directrice|administrateur|administratrice|developpeur|responsable|gerant|patron|fondateur|ceo"
    r"|dg)\b[^.!?]{0,60}(?:je |j'|vous |tu |,)",
    r"(?:je|j') ?(?:approuve|autorise|valide|ordonne|vous ordonne|t'ordonne|t'autorise|vous autorise"
    r"|vous donne l'ordre)\b",
    r"j'approuve|mode administrateur|acces administrateur",
)
#: Markup, code and the marks with which prompts are built; these begin anywhere.
_MARKS = re.compile(
    r"<\|?/?(?:system|user|assistant|im_|inst|script|img|a href|div|iframe|svg|!--|raven)|\|>|\[/?inst\]|\[\[\["
    r"|\[(?:system|info|user|frame|sep|insert|your |put |prompt|jailbreak|role|targ|input|keyword|human)"
    r"|(?<!=)={3,80} ?(?:system|end|new)|-{3} ?new|#{3}|>{4,}|/\*{2,}|(?<!=)={4,80}end|system(?: message| override|:)"
    r"|safety(?:_level|\" ?:)|[\"']system[\"']"
    r"|javascript:|onerror|document\.cookie|alert\(|confirm\(|console\.log|print\(|`{3}|\\x[0-9a-f]{2}|\\n"
    r"|\\{1,3}[a-z]+\{|\w\\\w+ \w+\\\w|%20\w+\.|\{ ?\"|\$[a-z]\w{2,}|\bvar\w+ ?=|</\w+>"
    r"|\\\\?[\"\[\]]|!\+|\[\]|https?://evil"
)
#: All of them; each is searched in a text in small plain letters, blanks even.
ORDERS = (_OVERRIDE, _ROLE, _MACHINE, _SAY, _TASK, _AUTHORITY, _MARKS)
