"""The JSON Schema of a report, for whoever feeds us directly: made from the models that read reports, never by hand.

The schema is what is promised: what it accepts is read, and what it refuses is not, but for these.

It cannot say, and the reader refuses:
  * a closing before the report (`cleared_at` before `reported_at`)
  * a day that no month has (30 February), where the validator does not look at `format`
  * bytes that are no JSON in UTF-8: a lone half of a surrogate pair among them
  * a line over 1 MiB, blanks and escapes included

It promises less than the reader takes, so that what a sender writes means the same everywhere:
  * times as a number of seconds or milliseconds since 1970; with a blank, `_` or `t` for `T`, `z` for `Z`; without
    seconds; with a comma before the fraction; with an offset without colon or with a minus sign of typography
  * yes and no of a fact as 0 and 1, or as words (`"yes"`, `"off"`, `"true"`)
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from triage.domain.facts import FACTS
from triage.domain.report import NARRATIVE_MAX_CHARACTERS, Report

Node = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
REPORT_ID: Final = "urn:triage:schema:report:1"
"""The number counts up when a document that was valid no longer is."""

_TITLE: Final = "A report of a call"
_ABOUT: Final = (
    "What CAD says about one call at one moment: one JSON object per line (NDJSON), in UTF-8, at most 1 MiB. Send the "
    "same call_id again whenever something changes; a repeat of the same report changes nothing. What is left out, or "
    "null, is unknown. A field that is not named here is refused, so that a misspelt one is not lost without a word."
)
_EXAMPLES: Final = (
    {"call_id": "26-100452", "reported_at": "2026-03-03T13:05:00-08:00", "call_type": "NOISE - GENERAL"},
    {
        "call_id": "26-100453",
        "reported_at": "2026-03-03T21:07:30Z",
        "call_type": "SERVICE - WELFARE CHECK",
        "priority": "3",
        "channel": "911",
        "precinct": "EAST",
        "beat": "C3",
        "facts": {"language": "amharic", "weapon": False},
        "narrative": "has not been seen for days",
    },
)

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "call_id": "The call's number as CAD writes it: letters, digits and ._:/#-, beginning with a letter or digit.",
        "reported_at": "When CAD says this: for the first report, when the call came in.",
        "call_type": "The call type or nature code in the agency's own words. One that its table lacks is sworn.",
        "priority": "The agency's own priority code. Without one an emergency cannot be ruled out.",
        "channel": "How the call came in, by the agency's own code: 911, another line, an officer.",
        "precinct": "The largest area, as CAD writes it. Precinct, sector and beat choose the CSO unit.",
        "sector": "The area between precinct and beat, as CAD writes it.",
        "beat": "The smallest area, as CAD writes it.",
        "facts": "What CAD itself states. Leave out what nobody asked: false means that somebody said no.",
        "narrative": "The call-taker's free text. It is searched for words of danger once and never stored.",
        "closing": "How the call ended, in files of the past. Never part of a decision.",
        "cleared_at": "When the call was closed: not before it was reported.",
        "disposition": "How it was closed, by the agency's own code.",
        "final_call_type": "What it turned out to be, in the agency's own words.",
    }
)
_NATURE: Final = "The canonical type, where CAD has it: a code of APCO ANS 2.103.2, or X- and a word."

_TEXT_MAX: Final = 200
_BLANKS: Final = r"\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROLS: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
_TEXT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "description": (
            f"One line of text: 1 to {_TEXT_MAX} characters, blanks around it not counted. No control "
            "character, line separator or change of writing direction, and no =, @ or + at the beginning: a "
            "spreadsheet would run such a text."
        ),
        "type": "string",
        "minLength": 1,
        "pattern": f"^[{_BLANKS}]*(?![{_BLANKS}=@+])[^{_CONTROLS}]{{1,{_TEXT_MAX}}}[{_BLANKS}]*$",
    }
)
_DATE: Final = r"(199[0-9]|20[0-9]{2}|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def report_schema() -> Node:
    """The JSON Schema (2020-12) of one line of NDJSON that CAD sends. What it leaves open: see above."""
    base = Report.model_json_schema()
    parts = base["$defs"]
    return {
        "$schema": DIALECT,
        "$id": REPORT_ID,
        "title": _TITLE,
        "description": _ABOUT,
        "examples": [dict(example) for example in _EXAMPLES],
        **_object(base, _WORDS),
        "$defs": {
            "text": dict(_TEXT),
            "time": _time(),
            "facts": {
                "description": "Facts as stated. Reports of a call add up: of two values the more dangerous one holds.",
                **_object(parts["Facts"], {name: spec.question for name, spec in FACTS.items()} | {"nature": _NATURE}),
            },
            "closing": {"description": _WORDS["closing"], **_object(parts["Closing"], _WORDS)},
        },
    }


SCHEMAS: Final = MappingProxyType({"report": report_schema})
"""Every schema that is published, by name."""


def schema_text(name: str) -> str:
    """The schema called `name`, as it is published in `docs/schemas`."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=True) + "\n"


def _object(model: Node, words: Mapping[str, str]) -> Node:
    """A model's own schema, with descriptions, limits as the reader has them, and nothing that only we need."""
    properties = {name: {"description": words[name], **_value(node)} for name, node in model["properties"].items()}
    return {
        "type": "object",
        "properties": properties,
        **({"required": model["required"]} if "required" in model else {}),
        "additionalProperties": False,
    }


def _value(node: Node) -> Node:
    if "anyOf" in node:
        given, nothing = node["anyOf"]
        assert nothing == {"type": "null"}, "a field that may be missing has one kind of value"
        return _or_null(_value(given))
    if "$ref" in node:
        return {"$ref": node["$ref"].lower()}
    if node["type"] != "string":
        return {"type": node["type"]}
    if node.get("format") == "date-time":
        return {"$ref": "#/$defs/time"}
    if node.get("maxLength") == _TEXT_MAX:
        return {"$ref": "#/$defs/text"}
    if "pattern" in node:
        # In some dialects of regular expressions `$` also matches before a line end.
        return {"type": "string", "pattern": node["pattern"].removesuffix("$") + r"(?!\n)$"}
    if "enum" in node:
        return {"enum": node["enum"]}
    assert node.get("maxLength") == NARRATIVE_MAX_CHARACTERS, "a text has a limit"
    return {"type": "string", "maxLength": node["maxLength"]}


def _or_null(node: Node) -> Node:
    if "enum" in node:
        return {"enum": [*node["enum"], None]}
    if "$ref" in node:
        return {"anyOf": [node, {"type": "null"}]}
    return {**node, "type": [node["type"], "null"]}


def _time() -> Node:
    """RFC 3339, cut down to the years that the reader takes. It counts the year in the sender's own offset."""
    return {
        "description": (
            "A time as RFC 3339 writes it, with Z or its offset from UTC: a time without either could mean any hour. "
            "Years 1990 to 2100; no leap seconds; digits after the microseconds are dropped."
        ),
        "type": "string",
        "format": "date-time",
        "pattern": rf"^{_DATE}T{_CLOCK}:[0-5][0-9](\.[0-9]+)?(Z|[+-]{_CLOCK})(?!\n)$",
    }
