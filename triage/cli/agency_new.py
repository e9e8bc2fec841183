"""`triage agency new`: a new agency's folder from its own call files, everything unproven marked for review."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from triage.agencies.columns_file import fields_to_review, shown_samples
from triage.agencies.draft import Draft, DraftCode, DraftMapping, DraftType
from triage.agencies.new import Wanted, propose
from triage.agencies.roles import Proposed
from triage.agencies.writing import check_place, write_folder
from triage.cli.failures import DONE
from triage.cli.options import STANDARD, Common, quoted
from triage.cli.screen import Screen, counted

LIBRARY: Final = Path("config/common")
TYPES_SHOWN: Final = 12
SAMPLE_SHOWN: Final = 18
_FILES: Final = {"consume_multiple": True, "negative": "", "show_default": False}


def new(  # noqa: PLR0913 - each is an option of the command
    folder: Annotated[Path, Parameter(name="DIR", help="The folder to make; nothing may stand there yet.")],
    /,
    *,
    files: Annotated[
        tuple[Path, ...],
        Parameter(name="--from", metavar="FILE", help="Call files: CSV, TSV, Excel, Parquet, also gzip.", **_FILES),
    ],
    name: Annotated[str | None, Parameter(metavar="TEXT", help="The agency's name.")] = None,
    time_zone: Annotated[
        str | None,
        Parameter(metavar="ZONE", help="Where the agency's clocks stand, for example `America/Chicago`."),
    ] = None,
    codes: Annotated[
        tuple[Path, ...],
        Parameter(metavar="FILE", help="Code tables: what call types or dispositions mean.", **_FILES),
    ] = (),
    library: Annotated[Path, Parameter(metavar="DIR", help="The library that agencies share.")] = LIBRARY,
    common: Common = STANDARD,
) -> int:
    """Make a new agency's folder from its own call files.

    Proposes which column is what, from its name and its values together, and says how sure that is; lists every call
    type with its count and the canonical type that its wording comes nearest to; marks all that nobody has confirmed
    for review. Until a person has reviewed a call type, it presumes nothing and such a call is sworn. Files with the
    same header count as one. The folder is written whole or not at all, and never over another one.

    For example:

        triage agency new config/springfield --from calls.csv --time-zone America/Chicago
        triage agency new draft --from 2022.csv 2023.xlsx --codes types.csv --name "Springfield Police"

    With --json: folder, agency, time_zone, files (mapping, sources, rows, left_out, columns, exclude, review, notes),
    call_types, priorities, channels, dispositions, review (settings), notes.
    """
    check_place(folder)
    screen = Screen(as_json=common.json)
    wanted = Wanted(folder, files, library, name, time_zone, codes)
    with ExitStack() as stack:
        bar = stack.enter_context(screen.progress("reading"))
        draft = propose(wanted, lambda _source, rows: bar(rows))
    write_folder(draft, folder, library)
    if screen.as_json:
        screen.document(_document(draft, folder))
    else:
        _show(draft, wanted, screen)
    return DONE


def _document(draft: Draft, folder: Path) -> dict[str, object]:
    return {
        "folder": str(folder),
        "agency": draft.name,
        "time_zone": draft.time_zone,
        "files": [_mapping_document(mapping) for mapping in draft.mappings],
        "call_types": [
            {
                "call_type": one.name,
                "description": one.description or None,
                "calls": one.calls,
                "priorities": list(one.priorities),
                "canonical": one.proposal.canonical,
                "confidence": one.proposal.confidence,
                "alternatives": list(one.proposal.alternatives),
                "because": one.proposal.because,
            }
            for one in draft.call_types
        ],
        "priorities": _codes_document(draft.priorities, "level"),
        "channels": _codes_document(draft.channels, "channel"),
        "dispositions": _codes_document(draft.dispositions, "outcome"),
        "review": list(draft.review),
        "notes": list(draft.notes),
    }


def _mapping_document(mapping: DraftMapping) -> dict[str, object]:
    return {
        "mapping": mapping.name,
        "sources": list(mapping.sources),
        "rows": mapping.rows,
        "left_out": dict(mapping.left_out),
        "columns": [
            {
                "column": one.column.name,
                "role": one.role,
                "confidence": one.confidence,
                "samples": list(shown_samples(one)),
                "because": one.because,
                "instead": one.instead,
            }
            for one in mapping.columns
        ],
        "exclude": [
            {
                "field": one.field or None,
                "column": one.column or None,
                "values": list(one.values),
                "reason": one.reason,
                "rows": one.calls,
                "written": one.plain,
            }
            for one in mapping.exclude
        ],
        "review": fields_to_review(mapping),
        "notes": list(mapping.notes),
    }


def _codes_document(codes: Sequence[DraftCode], meaning: str) -> list[dict[str, object]]:
    return [
        {"code": one.code, "description": one.description or None, "calls": one.calls, meaning: one.meaning or None}
        for one in codes
    ]


def _show(draft: Draft, wanted: Wanted, screen: Screen) -> None:
    for mapping in draft.mappings:
        _show_mapping(mapping, screen)
    _show_types(draft.call_types, screen)
    _show_codes(draft, screen)
    for note in draft.notes:
        screen.say(f"note: {note}", hang=2)
    screen.head(f"{wanted.folder} is made ({draft.name}, {draft.time_zone}). Every call is sworn until it is reviewed.")
    folder = quoted(str(wanted.folder))
    screen.commands(
        [
            (f"triage agency review {folder} --by ID", "confirm what is proposed, the most frequent first"),
            (f"triage check {folder}", "what is left to review"),
            (f"triage run {quoted(str(wanted.files[0]))} --agency {folder} --log draft.db", "try it"),
        ]
    )


def _show_mapping(mapping: DraftMapping, screen: Screen) -> None:
    left = sum(mapping.left_out.values())
    more = f" and {len(mapping.sources) - 1} more" if len(mapping.sources) > 1 else ""
    screen.head(
        f"{mapping.sources[0]}{more}: {counted(mapping.rows, 'row')}" + (f", {left:,} not read" if left else "")
    )
    rows = [(one.column.name, _role(one), _sure(one), _samples(one)) for one in mapping.columns]
    screen.table(("Column", "What it is", "How sure", "Values"), rows, whole=(2,))
    for one in mapping.exclude:
        what = one.field or one.column
        sure = "" if one.plain else ", a column that is not sure"
        text = f"no call for us, once it is confirmed: {counted(one.calls, 'row')} {one.reason}, by `{what}`{sure}"
        screen.say(text, indent=2, hang=2)
    for note in mapping.notes:
        screen.say(f"note: {note}", indent=2, hang=2)


def _role(one: Proposed) -> str:
    if one.role == "other":
        return "not read"
    return one.role.replace("_", " ")


def _sure(one: Proposed) -> str:
    return "" if one.role in {"other", "other_time"} else one.confidence


def _samples(one: Proposed) -> str:
    if one.role == "other":
        return one.because
    if one.private:
        return "(not shown)"
    values = shown_samples(one)
    return " | ".join(value if len(value) <= SAMPLE_SHOWN else f"{value[: SAMPLE_SHOWN - 1]}…" for value in values)


def _show_types(types: Sequence[DraftType], screen: Screen) -> None:
    screen.head(f"{counted(len(types), 'call type')}, the most frequent first")
    rows = [
        (
            f"{one.calls:,}",
            one.name if not one.description else f"{one.name} ({one.description})",
            one.proposal.canonical,
            one.proposal.confidence,
            " ".join(one.proposal.alternatives),
        )
        for one in types[:TYPES_SHOWN]
    ]
    screen.table(("Calls", "Call type", "Proposed", "How sure", "Or"), rows, right=(0,), whole=(2, 3))
    sure = Counter(one.proposal.confidence for one in types)
    rest = "; the rest stands in call_types.csv" if len(types) > TYPES_SHOWN else ""
    screen.say(f"{sure['sure']:,} sure, {sure['likely']:,} likely, {sure['guess']:,} guesses{rest}.")


def _show_codes(draft: Draft, screen: Screen) -> None:
    screen.head("Codes")
    kinds = (("priority", draft.priorities), ("channel", draft.channels), ("disposition", draft.dispositions))
    for kind, codes in kinds:
        if not codes:
            screen.say(f"{kind}: none in the files", indent=2)
            continue
        plain = sum(bool(one.meaning) for one in codes)
        shown = ", ".join(f"{one.code} = {one.meaning or '?'}" for one in codes[:5])
        screen.say(f"{kind}: {len(codes):,}, of which {plain:,} have a proposal: {shown}", indent=2, hang=2)
