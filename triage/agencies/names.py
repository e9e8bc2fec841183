"""What a column's name says of its role. A name alone settles nothing: Seattle's `Call Type` is how a call came in."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from triage.agencies.words import tokens

Role = Literal[
    "call_id",
    "reported_at",
    "call_type",
    "final_call_type",
    "priority",
    "channel",
    "precinct",
    "sector",
    "beat",
    "disposition",
    "cleared_at",
    "language",
    "narrative",
    "on_view",
    "agency",
    "call_type_description",
    "final_call_type_description",
    "other_time",
    "other",
]
"""What a column can be. The last four have no field: a description explains another column, the rest is not read."""

PRIVATE: Final = "private"
"""Not a role: the name says that the column holds a place or a person, which is not read and never shown."""

_NUMBERED: Final = r"(number|num|no|nbr|nr|id|key|identifier|ref|reference)"
_WHAT: Final = r"(cad|incident|inc|event|call|calls|cfs|dispatch|case|run|service|master|job)"
_NAMES: Final[Mapping[str, tuple[tuple[float, str], ...]]] = {
    "call_id": (
        (1.0, rf"\b{_WHAT}\b.*\b{_NUMBERED}\b"),
        (0.8, r"^(id|callid|incidentid|eventid|incnum|callno|evt num)$"),
        (0.5, r"^(number|num|incident|case)$"),
        (0.3, r"\b(report|rms|go)\b.*\b(number|num|no|id)\b"),
    ),
    "reported_at": (
        (1.0, r"\b(received|reported|queued|created|create|creation|opened)\b"),
        (0.9, r"^(call|incident|event|response)? ?(date|time|datetime|timestamp|date ?time|date and time)$"),
        (0.8, r"\b(entry|entered|start)\b"),
        (0.7, r"^(incident|call|event|offense|occurred) .*(date|time|datetime)|\boccurred\b|\bwhen\b"),
        (0.4, r"\b(date|time|datetime|timestamp)\b"),
    ),
    "cleared_at": (
        (1.0, r"\b(close|closed|clear|cleared|clearing|completed|complete|end|ended|finish|in service)\b"),
        (0.8, r"\bresolved\b"),
    ),
    "other_time": (
        (1.0, r"\b(dispatch|dispatched|enroute|en route|responding|assigned|onscene|on scene|scene)\b"),
        (1.0, r"\b(arrive|arrived|arrival|updated|modified|loaded|extract|export|transport|travel)\b"),
    ),
    "final_call_type": (
        (1.0, r"\b(final|closing|closed as|cleared as|verified|disposed)\b.*\b(type|nature|code|problem|call)\b"),
        (1.0, r"\b(close|closed|end)\b.*\b(type|nature|problem)\b"),
        (1.0, r"\b(type|nature|code|problem)\b.*\b(final|closing|end)\b"),
    ),
    "call_type": (
        (1.0, r"\b(initial|original|orig|init|reported|entry)\b.*\b(type|nature|code|problem|call)\b"),
        (1.0, r"\b(type|nature|code|problem)\b.*\b(initial|original|orig)\b"),
        (0.9, r"\b(call|incident|event|cfs|problem|complaint|service)\b.*\b(type|nature|code|kind)\b"),
        (0.8, r"^(nature|problem|type|complaint|reason|call nature|typ|call for service|signal)$"),
        (0.6, r"\b(nature|complaint|problem)\b"),
    ),
    "priority": ((1.0, r"\b(priority|prio|pri|urgency)\b"), (0.6, r"\b(severity|level|response code)\b")),
    "channel": (
        (1.0, r"\b(origin|source|channel|how received|received via|received by|intake|call source|medium)\b"),
        (1.0, r"\b(contact method|method|how reported|reported via)\b"),
        (0.7, r"\bvia\b|\bhow\b"),
        (0.2, r"\bcall type\b"),
    ),
    "disposition": (
        (1.0, r"\b(disposition|dispo|dispos|disp)\b"),
        (0.9, r"\b(clearance|outcome|result|resolution|action taken|finding)\b"),
        (0.9, r"\b(how closed|closing code|clearing code|close code)\b"),
    ),
    "precinct": (
        (1.0, r"\b(precinct|division|police district|district|bureau|station|command)\b"),
        (0.6, r"\bregion\b"),
    ),
    "sector": ((1.0, r"\b(sector|zone|subdivision|patrol area)\b"), (0.7, r"^area$"), (0.4, r"\bteam\b")),
    "beat": (
        (1.0, r"\b(beat|reporting district|reporting area|grid|post|patrol beat|rd)\b"),
        (0.6, r"\b(ward|neighborhood|neighbourhood|tract|council district)\b"),
    ),
    "language": ((1.0, r"\b(language|lang)\b"),),
    "narrative": ((1.0, r"\b(narrative|remarks?|comments?|notes?|details|synopsis|story|free text)\b"),),
    "on_view": ((1.0, r"\b(on ?view|onview|(self|officer) ?initiated|proactive|self init)\b"),),
    "agency": ((1.0, r"\b(agency|department|dept|jurisdiction|ori)\b"), (0.3, r"\bservice\b")),
    PRIVATE: (
        (1.0, r"\b(address|addr|street|block|location|intersection|latitude|longitude|lat|lon|long|lng|zip)\b"),
        (1.0, r"\b(xcoord|ycoord|x|y|geom|point|zipcode|postal|phone|caller|name|dob|plate|officer|city|place)\b"),
        (1.0, r"\bpremise\b"),
    ),
}
"""By role, patterns of a name's words and how strongly each speaks for it (assumption)."""

_DESCRIBES: Final = re.compile(r"\b(desc|description|descr|text|label|meaning|name|title)\b")


def name_scores(name: str) -> dict[str, float]:
    """How strongly a column's name speaks for each role, from 0 to 1; roles that it does not speak for are left out."""
    words = " ".join(tokens(name))
    scores = {}
    for role, patterns in _NAMES.items():
        best = max((weight for weight, pattern in patterns if re.search(pattern, words)), default=0.0)
        if best:
            scores[role] = best
    if "final_call_type" in scores:
        scores.pop("call_type", None)
        scores.pop("cleared_at", None)
    if {"call_type", "final_call_type"} & scores.keys() and re.search(r"\b(type|nature|code)\b", words):
        scores.pop("call_id", None)  # `Incident Type ID`
    if {"cleared_at", "other_time", "channel"} & scores.keys():
        scores.pop("reported_at", None)  # `How Received`, `Call Received Via`
    if "narrative" in scores and re.search(r"\b(notes?|remarks?|comments?)\b", words):
        scores = {"narrative": scores["narrative"]}
        if re.search(r"\b(final|closing|clearing)\b", words):
            scores = {PRIVATE: 1.0}  # what was written at the end is an outcome
    if {"call_id", "priority", "disposition"} & scores.keys():
        scores.pop(PRIVATE, None)
    return scores


def describes(name: str) -> bool:
    """Whether a name says that the column puts another one into words."""
    return bool(_DESCRIBES.search(" ".join(tokens(name))))
