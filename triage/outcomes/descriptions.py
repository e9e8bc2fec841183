"""What an agency's call types mean in words, where CAD writes codes."""

import csv
from collections.abc import Mapping
from pathlib import Path

from triage.domain.call_types import normalised
from triage.outcomes.call_types import TypeRow


def read_descriptions(folder: Path) -> dict[str, str]:
    """The description of each call type of an agency's folder, by its name as names are compared.

    A type whose description is missing, or says what the name says, is left out. The folder was loaded before, so its
    table is sound.
    """
    with (folder / "call_types.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row.get("call_type") or "", row.get("description") or "") for row in csv.DictReader(file)]
    found = {normalised(name): " ".join(description.split()) for name, description in rows}
    return {name: text for name, text in found.items() if text and normalised(text) != name}


def titled(row: TypeRow, descriptions: Mapping[str, str]) -> str:
    """`415 (DISTURBING PEACE)`: the call type, and what it means where its name does not say it."""
    description = descriptions.get(row.call_type)
    return row.call_type if description is None else f"{row.call_type} ({description})"
