"""The column mapping of a new folder as text: each field with how sure it is, samples and the reason."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from triage.agencies.draft import DraftExclusion, DraftMapping
from triage.agencies.roles import Proposed

FIELDS: Final = (
    "call_id", "reported_at", "call_type", "priority", "channel", "precinct", "sector", "beat", "language", "narrative",
    "disposition", "final_call_type",
)  # fmt: skip
_AFTERWARDS: Final = ("disposition", "final_call_type", "cleared_at")
SAMPLE_CHARACTERS_MAX: Final = 40
SAMPLES: Final = 3
_ONCE: Final = ("call_id", "reported_at", "cleared_at", "other_time")
"""What stands there once only; any other value that does may be free text."""

_SWAPPED: Final = str.maketrans("md", "dm")
_WIDTH: Final = 110


def columns_file(mapping: DraftMapping) -> str:
    """The text of `columns/<name>.yaml`."""
    rows = f"{mapping.rows:,} rows of {', '.join(mapping.sources[:5])}"
    lines = [
        f"# Proposed from {rows}.",
        "# Above each field: how sure it is, values that stand in the column, and why.",
        f"name: {mapping.name}",
        f"source: {_quoted(f'proposed from {rows}'[:900])}",
        "",
        "columns:",
        *_fields(mapping),
        "",
        *_times(mapping),
        "",
        f"missing: [{', '.join(_quoted(value) for value in mapping.missing)}]",
        *_row_ids(mapping),
        *_exclusions(mapping),
        *_review(mapping),
        *_notes(mapping),
    ]
    return "\n".join(lines) + "\n"


def shown_samples(proposed: Proposed) -> tuple[str, ...]:
    """Three values to show a person; none of free text, of places and of persons, and codes only where they repeat."""
    if proposed.private:
        return ()
    common = Counter(proposed.column.said).most_common(SAMPLES)
    least = 1 if proposed.role in _ONCE else 2
    return tuple(value[:SAMPLE_CHARACTERS_MAX] for value, count in common if count >= least)


def fields_to_review(mapping: DraftMapping) -> list[str]:
    """The fields of the mapping that nobody has confirmed, in the order of the mapping."""
    found = [field for field in (*FIELDS, "cleared_at") if (one := mapping.column(field)) and one.confidence != "sure"]
    if mapping.column("call_id") is None:
        found = ["call_id", *found]
    reported = mapping.column("reported_at")
    certain = reported is not None and reported.times is not None and reported.times.certain
    reasons = dict.fromkeys(f"exclude.{one.reason}" for one in mapping.exclude)
    return [*found, *([] if certain and mapping.zone_is_proven else ["times"]), *reasons]


def _fields(mapping: DraftMapping) -> Iterator[str]:
    for field in (*FIELDS, "cleared_at"):
        one = mapping.column(field)
        if one is None:
            continue
        if field in _AFTERWARDS:
            yield "  # Known only afterwards: never part of a decision."
        shown = ", ".join(f"`{value}`" for value in shown_samples(one))
        yield from _comment(f"{one.confidence}: {one.because}" + (f"; for example {shown}" if shown else ""), 2)
        if one.instead and one.confidence != "sure":
            yield f"  # It could also be `{one.instead}`."
        name = _quoted(one.column.name)
        yield f"  {field}: [{name}]" if field == "cleared_at" else f"  {field}: {name}"
    for one in mapping.columns:
        if one.role in {"other", "other_time"}:
            yield from _comment(f"Not read: {_quoted(one.column.name)} ({one.because}).", 2)


def _times(mapping: DraftMapping) -> list[str]:
    formats: dict[str, None] = {}
    for role in ("reported_at", "cleared_at"):
        one = mapping.column(role)
        if one is not None and one.times is not None:
            formats |= dict.fromkeys(_compatible(one.times.formats, list(formats)))
    return ["times:", f"  formats: [{', '.join(_quoted(text) for text in formats)}]"]


def _compatible(formats: tuple[str, ...], chosen: list[str]) -> list[str]:
    """The formats that do not read a day where a chosen one reads a month."""
    swapped = {text.translate(_SWAPPED) for text in chosen}
    return [text for text in formats if text in chosen or text not in swapped]


def _row_ids(mapping: DraftMapping) -> list[str]:
    if mapping.column("call_id") is not None:
        return []
    return [
        "",
        "# No column has an id: each row gets one from its content, and equal rows are told apart by a counter.",
        "call_id_from_row: row-",
    ]


def _exclusions(mapping: DraftMapping) -> Iterator[str]:
    if not mapping.exclude:
        return
    yield ""
    yield "# Rows that are no calls for us, by their wording. What is excluded is never triaged, so none of this counts"
    yield "# before its line `exclude.REASON` is taken out of `review` below."
    yield "exclude:"
    for one in mapping.exclude:
        yield from _comment(f"{one.calls:,} rows" + ("" if one.plain else "; the column itself is not sure"), 2)
        yield "  " + _exclusion(one)


def _exclusion(one: DraftExclusion) -> str:
    where = f"field: {one.field}" if one.field else f"column: {_quoted(one.column)}"
    return f"- {{{where}, values: [{', '.join(_quoted(value) for value in one.values)}], reason: {one.reason}}}"


def _review(mapping: DraftMapping) -> list[str]:
    listed = fields_to_review(mapping)
    if not listed:
        return []
    return ["", "# What nobody has confirmed. Take a line away once somebody has.", "review:",
            *(f"  - {field}" for field in listed)]  # fmt: skip


def _notes(mapping: DraftMapping) -> list[str]:
    left = [f"{count:,} rows could not be read: {reason}." for reason, count in sorted(mapping.left_out.items())]
    notes = [*mapping.notes, *left]
    return ["", "notes:", *(f"  - {_quoted(note[:990])}" for note in notes)] if notes else []


def _comment(text: str, indent: int) -> Iterator[str]:
    """`text` as a comment, wrapped, without anything that could end the line that it stands on."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    line = ""
    for word in plain.split():
        if line and len(line) + len(word) > _WIDTH - indent:
            yield f"{' ' * indent}# {line}"
            line = ""
        line += f" {word}" if line else word
    yield f"{' ' * indent}# {line}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
