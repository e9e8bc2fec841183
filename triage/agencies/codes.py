"""What the codes of a call file mean, by their wording: how a call came in, how urgent it is, how it ended.

Everything here is a proposal (assumption: our own reading of published code lists), marked for review where it is
written. Nothing is proposed where the wording is not plain: such a code stays blank, which counts as unknown.
"""

import re
from typing import Final

from triage.agencies.known import Known

CODE_MAX: Final = 40

_CHANNELS: Final = (
    ("officer", r"on.?view|self.?init|pro.?active|officer|\bofc\b|\bradio\b|\bfield\b|\bdeputy\b|\bpatrol\b|\bunit\b"),
    ("alarm", r"\balarm"),
    ("text", r"\btext\b|\bsms\b|text.?to.?911|text message"),
    ("scheduled", r"schedul|recurring|pre.?planned"),
    ("in_person", r"in.?person|walk.?(in|up)|\blobby\b|\bcounter\b|front desk|\bstation\b|citizen contact"),
    ("911", r"^e?-?9-?1-?1\b(?!.*non)|\b911\b|wireless e?911|(?<!non.)emergency line|\bpsap\b"),
    (
        "phone",
        (
            r"phone|\btele|\btel\b|non.?emerg|10.?digit|7.?digit|seven.?digit|landline|\bcell|direct line|"
            r"business line|admin line|\bdispatch line"
        ),
    ),
    (
        "other",
        (
            r"online|\bweb|internet|e-?mail|\bmail\b|\bfax\b|\bapp\b|history|retro|other agency|\bother\b|transfer|"
            r"teletype|\bcad.?to.?cad"
        ),
    ),
)
_NOT_SAID: Final = re.compile(r"\(?\bnot (?:a )?(?:911|police alarm)\)?", re.IGNORECASE)
_ON_VIEW: Final = re.compile(r"on.?view|(officer|self).{0,3}init|pro.?active", re.IGNORECASE)

_LEVELS: Final = (
    ("emergency", r"emergenc|immediate|\blife|critical|\bhot\b|\bhighest\b|code 3"),
    ("low", r"\blow|non.?urgent|\breport only|info|\btele|\bonline|deferred|no dispatch"),
    ("urgent", r"urgent|\bhigh\b|prompt|expedite|code 2"),
    ("routine", r"routine|normal|medium|moderate|standard|code 1\b|\bdelayed\b"),
)
_NON_EMERGENCY: Final = re.compile(r"non.?emergenc", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:(?:p|pri|prio|priority|level|code|pr)\s*-?\s*)?(-?\d{1,2})[a-z]?", re.IGNORECASE)
_LETTER: Final = re.compile(r"(?:p|pri|priority|level)?\s*([a-h])", re.IGNORECASE)
_BY_NUMBER: Final = ("emergency", "emergency", "urgent", "routine")
_BY_LETTER: Final = ("emergency", "urgent", "routine")

_OUTCOMES: Final = (
    ("excluded", r"cancel|cancl|\bdup|broadcast|\btest|no dispatch|entered in error|\bxref|void|not a call|merged"),
    ("undetermined", r"prosecut|charges? (filed|referred)|no reports? (yet|so far)"),
    (
        "authority",
        (
            r"arrest|in custody|taken into custody|booked|criminal citation|warrant served|emergency detention|"
            r"use of force|apprehend"
        ),
    ),
    ("citation", r"citation|\bcited?\b|\bticket|infraction|summons|notice of violation"),
    (
        "no_authority",
        (
            r"no report|report not|no police|no action|no further|nothing further|not necessary|no crime|"
            r"no merit|non.?criminal|unfounded|false (alarm|complaint|call)"
        ),
    ),
    (
        "no_contact",
        (
            r"unable to (locate|contact)|gone on arriv|\bgoa\b|\butl\b|no contact|not found|no such|no answer|"
            r"negative contact|left prior|checked.{0,12}clear|quiet on arrival|no one|nobody"
        ),
    ),
    (
        "no_authority",
        (
            r"assist|advis|referr|transport|escort|settled|restored|problem solv|handled|mediat|civil|"
            r"counsel|service[sd]? (rendered|provided)|abated|secured?|necessary action|information"
        ),
    ),
    (
        "undetermined",
        (
            r"report|warn|street check|field interview|follow.?up|other|stolen|recovered|investigat|pending|"
            r"complet|closed|cleared|transfer|evidence|impound|\btow"
        ),
    ),
)
OUTCOME_CODES: Final = {
    "ABA": "no_authority",
    "ADV": "no_authority",
    "AR": "authority",
    "ARR": "authority",
    "ARST": "authority",
    "ASST": "no_authority",
    "CAN": "excluded",
    "CANC": "excluded",
    "CIT": "citation",
    "CITE": "citation",
    "DUP": "excluded",
    "GOA": "no_contact",
    "HAN": "no_authority",
    "NAT": "no_authority",
    "NCR": "no_authority",
    "NOM": "no_authority",
    "NPA": "no_authority",
    "NR": "no_authority",
    "REF": "no_authority",
    "REP": "undetermined",
    "RPT": "undetermined",
    "SFD": "undetermined",
    "UNF": "no_authority",
    "UTC": "no_contact",
    "UTL": "no_contact",
    "VOID": "excluded",
    "WARN": "undetermined",
    "WRN": "undetermined",
}
"""Usual short codes without a wording (assumption)."""

_DENIED: Final = re.compile(r"\([^)]*\bno arrest[^)]*\)|without (an )?arrest|no arrests?|not arrested", re.IGNORECASE)
_AGENCIES: Final = re.compile(
    (
        r"\b(police|sheriff|fire|agency|department|dept|medical services|ambulance|transportation|parking|university|"
        r"troopers?|highway patrol|marshal|\w{0,2}[pf]d|so|ems)\b"
    ),
    re.IGNORECASE,
)
_LANGUAGES: Final = frozenset(
    {
        "english",
        "spanish",
        "somali",
        "vietnamese",
        "amharic",
        "tigrinya",
        "oromo",
        "chinese",
        "mandarin",
        "cantonese",
        "tagalog",
        "korean",
        "asl",
        "russian",
        "french",
    }
)


def channel_of(name: str, known: Known | None = None) -> str:
    """The value of the fact `channel` that a way to report means; "" where it is not plain."""
    if known and name.upper() in known.channels:
        return known.channels[name.upper()]
    text = _NOT_SAID.sub(" ", name[:CODE_MAX])
    return next((channel for channel, words in _CHANNELS if re.search(words, text, re.IGNORECASE)), "")


def is_on_view(name: str) -> bool:
    """Whether the wording says plainly that an officer began the call."""
    return bool(_ON_VIEW.search(name))


def level_of(name: str, known: Known | None = None) -> str:
    """Our level of a priority; "" where it could be anything (a negative number, a word that is not known)."""
    levels = known.priorities.get(name.upper(), frozenset()) if known else frozenset()
    if len(levels) == 1 and not _NUMBER.fullmatch(name) and not _LETTER.fullmatch(name):
        return next(iter(levels))
    if match := _NUMBER.fullmatch(name.strip()):
        number = int(match[1])
        return "" if number < 0 else _BY_NUMBER[number] if number < len(_BY_NUMBER) else "low"
    if match := _LETTER.fullmatch(name.strip()):
        place = "ABCDEFGH".index(match[1].upper())
        return _BY_LETTER[place] if place < len(_BY_LETTER) else "low"
    if _NON_EMERGENCY.search(name):
        return "routine"
    return next((level for level, words in _LEVELS if re.search(words, name, re.IGNORECASE)), "")


def looks_like_level(name: str) -> bool:
    """Whether a value could be a priority at all."""
    return bool(_NUMBER.fullmatch(name) or _LETTER.fullmatch(name) or level_of(name))


def outcome_of(name: str, description: str = "", known: Known | None = None) -> str:
    """The outcome class that a disposition most likely has; "" where neither its code nor its wording says anything."""
    if known and not description and len(name) > 4 and name.upper() in known.dispositions:  # noqa: PLR2004 - a short code means something else in each city
        return known.dispositions[name.upper()]
    text = _DENIED.sub(" ", description or name)
    if not description and name.upper() in OUTCOME_CODES:
        return OUTCOME_CODES[name.upper()]
    return next((outcome for outcome, words in _OUTCOMES if re.search(words, text, re.IGNORECASE)), "")


def is_agency(name: str) -> bool:
    """Whether a value names a police, sheriff's, fire or another department."""
    return bool(_AGENCIES.search(name))


def is_language(name: str) -> bool:
    """Whether a value is the name of a language."""
    return name.lower() in _LANGUAGES
