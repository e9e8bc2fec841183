"""The README of a new folder: what it is, what was read, and what a person has to do next."""

from triage.agencies.columns_file import fields_to_review
from triage.agencies.draft import Draft


def readme_file(draft: Draft) -> str:
    """The text of `README.md`."""
    lines = [
        f"# {draft.name}",
        "",
        "This folder was proposed by `triage agency new` from the agency's own call files. Nobody has confirmed it:",
        "until somebody has, a call type presumes nothing, and every call goes to a sworn officer.",
        "",
        "## What was read",
        "",
        "| columns | files | rows | not read |",
        "|---|---|---:|---:|",
        *(
            f"| `{one.name}.yaml` | {_cell(', '.join(one.sources[:5]))} | {one.rows:,}"
            f" | {sum(one.left_out.values()):,} |"
            for one in draft.mappings
        ),
        "",
        f"They hold {len(draft.call_types):,} call types, {len(draft.priorities):,} priorities,",
        f"{len(draft.channels):,} ways to call and {len(draft.dispositions):,} ways to close a call.",
        "",
        "## What to do next",
        "",
        "1. `triage agency review` on this folder goes through what nobody has confirmed, the most frequent first. It",
        "   can be left and taken up again; `triage check` says what is left.",
        "2. Look at `columns/`: above each field stands how sure it is, and why. What is under `exclude` is left out",
        "   once somebody has confirmed it, and never triaged then.",
        f"3. Confirm in `agency.yaml`: {', '.join(f'`{name}`' for name in draft.review)}.",
        "4. Fill in `units.yaml`: nobody is listed yet, so no call can go to a CSO.",
        "5. Run `triage run` with a call file and this folder, and read `triage explain` for calls that you know.",
        "",
        *_doubts(draft),
        "## What is sourced and what is assumed",
        "",
        "Names and counts are the files' own. Every meaning (canonical types, levels, channels, outcomes, exclusions)",
        "is a proposal from the wording, an assumption until a person has confirmed the row. The rules are the common",
        "library's; they quote no directive of this agency.",
    ]
    return "\n".join(lines) + "\n"


def _doubts(draft: Draft) -> list[str]:
    listed = ((mapping.name, fields_to_review(mapping)) for mapping in draft.mappings)
    fields = [f"- `columns/{name}.yaml`: {', '.join(f'`{one}`' for one in found)}" for name, found in listed if found]
    said = [note for mapping in draft.mappings for note in mapping.notes]
    notes = [f"- {_cell(note)}" for note in (*said, *draft.notes)]
    return ["## What is in doubt", "", *fields, *notes, ""] if fields or notes else []


def _cell(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text).replace("|", "/")
