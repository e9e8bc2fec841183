"""The words of a call type's name: police abbreviations written out, endings cut, so that names can be compared."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

STEM_CHARACTERS: Final = 6
"""Words compare by their first letters, without a usual ending: `theft` and `thefts` are one (assumption)."""

TEXT_MAX: Final = 300
"""A longer text is cut before it is compared."""

ABBREVIATIONS: Final[Mapping[str, str]] = {
    "911": "emergency call",
    "ABAND": "abandoned",
    "ABND": "abandoned",
    "ACC": "collision",
    "ACCID": "collision",
    "ACCIDENT": "collision",
    "ADW": "assault with a deadly weapon",
    "AGCY": "agency",
    "AGG": "aggravated",
    "AMB": "ambulance",
    "ANML": "animal",
    "APT": "apartment",
    "ASLT": "assault",
    "ASSLT": "assault",
    "ASST": "assist",
    "ATT": "attempt",
    "ATTMPT": "attempt",
    "ATTN": "attention",
    "AUD": "audible",
    "AUTO": "vehicle",
    "AUTOMOBILE": "vehicle",
    "AUTOMOBILES": "vehicle",
    "AUTOS": "vehicle",
    "BATT": "battery",
    "BEHAV": "behaviour",
    "BEHAVIOR": "behaviour",
    "BLDG": "building",
    "BOL": "look-out broadcast",
    "BOLO": "look-out broadcast",
    "BRK": "break",
    "BUR": "burglary",
    "BURG": "burglary",
    "BUS": "business",
    "CAR": "vehicle",
    "CARS": "vehicle",
    "CHK": "check",
    "CHLD": "child",
    "CIRC": "circumstance",
    "CIRCUM": "circumstance",
    "CK": "check",
    "COMM": "commercial",
    "COMP": "complaint",
    "CRASH": "collision",
    "CRIM": "criminal",
    "CRT": "court",
    "CUST": "custody",
    "DAMG": "damage",
    "DEP": "deputy",
    "DEST": "destruction",
    "DIST": "disturbance",
    "DISTURB": "disturbance",
    "DMG": "damage",
    "DOA": "dead body",
    "DOM": "domestic",
    "DRUNK": "intoxicated",
    "DUI": "driving under influence drunk driver",
    "DV": "domestic violence",
    "DWI": "driving under influence drunk driver",
    "EDP": "emotionally disturbed person",
    "EMER": "emergency",
    "EMERG": "emergency",
    "EXP": "explosion",
    "FAM": "family",
    "FEL": "felony",
    "FEM": "female",
    "FND": "found",
    "FORG": "forgery",
    "FU": "follow-up",
    "GTA": "stolen vehicle",
    "GUN": "weapon gun",
    "HANGUP": "hang up",
    "HARASS": "harassment",
    "HARRASS": "harassment",
    "HAZ": "hazard",
    "HBD": "intoxicated",
    "HNR": "hit and run",
    "HOLDUP": "hold-up",
    "HR": "hit and run",
    "HZD": "hazard",
    "HSE": "house",
    "INCL": "",
    "INCLS": "",
    "INCLUDES": "",
    "INFO": "information",
    "INJ": "injury",
    "INJY": "injury",
    "INTOX": "intoxicated",
    "INV": "investigation",
    "INVEST": "investigation",
    "IP": "in progress",
    "JO": "just occurred",
    "JUV": "juvenile",
    "KNIFE": "weapon knife",
    "KIDNAP": "kidnapping abduction",
    "KIDNAPPNG": "kidnapping abduction",
    "LARC": "theft",
    "LARCENY": "theft",
    "LIC": "licence",
    "LIQ": "liquor",
    "LOC": "locate",
    "MAL": "malicious",
    "MED": "medical",
    "MENTL": "mental",
    "MISC": "miscellaneous",
    "MISD": "misdemeanour",
    "MISS": "missing",
    "MSG": "message",
    "MV": "vehicle",
    "MVA": "vehicle collision",
    "MVC": "vehicle collision",
    "NARC": "narcotics",
    "NARCO": "narcotics",
    "OD": "overdose",
    "OFC": "officer",
    "OFCR": "officer",
    "OFF": "officer",
    "OFFENSE": "offence",
    "OFFENSES": "offence",
    "ORD": "order",
    "PD": "property damage",
    "PED": "pedestrian",
    "PERS": "person",
    "PKG": "parking",
    "PKNG": "parking",
    "PNHNDLR": "panhandling begging",
    "POSS": "possession",
    "PRKG": "parking",
    "PROP": "property",
    "PROST": "prostitution",
    "PRSN": "person",
    "PSYCH": "psychiatric",
    "PUB": "public",
    "PURS": "pursuit",
    "RECK": "reckless",
    "REQ": "request",
    "RES": "residential",
    "RESD": "residential",
    "RESID": "residential",
    "ROBB": "robbery",
    "RPT": "report",
    "RUNAWY": "runaway",
    "SEX": "sex",
    "SHOPLIFT": "shoplifting theft",
    "SHOOTING": "shooting shots fired",
    "SHOTS": "shots fired shooting",
    "SI": "suicide threat",
    "SIG": "signal",
    "SS": "strong-arm robbery",
    "STBY": "standby",
    "STOL": "stolen",
    "STR": "street",
    "SUBJ": "person",
    "SUBJECT": "person",
    "SUIC": "suicide",
    "SUSP": "suspicious",
    "SUSPIC": "suspicious",
    "SVC": "service",
    "SVCS": "service",
    "TC": "traffic collision",
    "THFT": "theft",
    "THRT": "threat",
    "TRAF": "traffic",
    "TRANS": "transport",
    "TRESP": "trespass",
    "TRF": "traffic",
    "TRFC": "traffic",
    "UNAUTH": "unauthorised",
    "UNCON": "unconscious",
    "UNK": "unknown",
    "UNWTD": "unwanted",
    "VAG": "vagrant",
    "VAND": "vandalism",
    "VEH": "vehicle",
    "VEHS": "vehicle",
    "VIO": "violation",
    "VIOL": "violation",
    "W": "with",
    "WARR": "warrant",
    "WELF": "welfare",
    "WELL": "welfare",
    "WEP": "weapon",
    "WPN": "weapon",
    "WPNS": "weapon",
    "XFER": "transfer",
}
"""Usual shorthand of dispatchers, and words that mean the same to us (assumption: our reading of published lists)."""

_EMPTY: Final = frozenset(
    {
        *("a", "an", "and", "any", "all", "at", "by", "call", "calls", "does", "etc", "except", "for", "from"),
        *("general", "in", "is", "kind", "miscellaneous", "no", "not", "of", "on", "only", "or", "other", "said"),
        *("the", "to", "type", "unspecified", "with"),
    }
)
"""Words that do not tell one kind of call from another."""

_ENDINGS: Final = ("ings", "ing", "ious", "ied", "ies", "ers", "er", "ed", "es", "s", "y", "e")
STEM_MIN_CHARACTERS: Final = 4

_DENIED: Final = re.compile(
    r"\((?:NO|NON|NOT|EXCEPT|DOES NOT|INCL|INCLS|INC|INCLUDES)\b[^)]*\)?|\b(?:W/O|WITHOUT|EXCEPT)\b\W*[A-Za-z]+"
    r"|\bINCL(?:UDES|S)?\b.*$|\bNOT? [A-Z]+", re.IGNORECASE,
)  # fmt: skip
_INITIALS: Final = re.compile(r"\b[A-Z]\.[A-Z]\.")
_WORD: Final = re.compile(r"[A-Za-z]+|\d+")


DANGER_WORDS: Final = frozenset(
    {
        *("abduct", "armed", "arson", "assault", "bomb", "child", "domestic", "fight", "fire", "firing", "gun"),
        *("hostage", "in progress", "injur", "jacking", "just occurred", "kidnap", "knife", "murder", "rape"),
        *("robber", "sex", "shoot", "shot", "stab", "suicid", "threat", "violen", "weapon"),
    }
)
"""Words of a name that a proposal must not pass over in silence."""


def dangers(text: str) -> set[str]:
    """The danger words in what `text` says."""
    written = plain(text)
    return {word for word in DANGER_WORDS if re.search(rf"\b{word}", written)}


def is_one_line(text: str) -> bool:
    """Whether a text can stand in a table or a mapping: no control characters, nothing that ends a line."""
    return all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in text)


def code(name: str) -> str:
    """`name` as codes compare: upper case, letters and digits only."""
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def plain(text: str) -> str:
    """`text` in lower case with its abbreviations written out, single blanks between the words."""
    text = re.sub(r"\bH ?& ?R\b", "hit and run", text, flags=re.IGNORECASE)
    return " ".join(" ".join(ABBREVIATIONS.get(word.upper(), word) for word in _words(text)).lower().split())


@lru_cache(maxsize=20_000)
def stems(text: str) -> tuple[str, ...]:
    """The beginnings of the words that say what `text` is about, each once, in order."""
    words = (word for word in _WORD.findall(plain(text)) if word not in _EMPTY)
    return tuple(dict.fromkeys(_stem(word) for word in words if len(word) > 1 or word.isdigit()))


def tokens(name: str) -> tuple[str, ...]:
    """The words of a column's name in lower case: `InitialCallType`, `initial_call_type` are the same three."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name[:TEXT_MAX])
    return tuple(word.lower() for word in re.findall(r"[^\W\d_]+|\d+", parted))


def _words(text: str) -> list[str]:
    """The words of `text`, without what it says that it is not: `(NO SHOOTINGS)`, `W/O WEAPONS`."""
    said = _DENIED.sub(" ", text[:TEXT_MAX].replace(".", "" if _INITIALS.search(text) else " "))
    return _WORD.findall(said) or _WORD.findall(text[:TEXT_MAX])


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= STEM_MIN_CHARACTERS:
            return word[: -len(ending)][:STEM_CHARACTERS]
    return word[:STEM_CHARACTERS]
