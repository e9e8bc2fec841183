"""The model of an agency's folder with its card, for the commands that show it."""

import csv
import io
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from cyclopts import Parameter
from pydantic import ValidationError

from triage.classifiers.files import MODEL_FILE, ModelFileError, read_model
from triage.cli.session import check_agency
from triage.domain.call_types import normalised
from triage.domain.model import Model
from triage.rulebook.folder import read_files
from triage.training.card import Card
from triage.training.table_words import Names

DESCRIPTION_MAX: Final = 60

ModelPath = Annotated[
    Path | None, Parameter(name="--model", metavar="FILE", help="The model's file, where it is not the agency's.")
]


class ReadModel(NamedTuple):
    """A model with its card and the digest of its file; `document` is the file as plain values."""

    model: Model
    card: Card
    digest: str
    document: dict[str, object]


def model_of(agency: Path, path: Path | None) -> ReadModel:
    """The agency's model, or the one in `path`.

    Raises `UsageError` without the folder, `ModelFileError` where the file is missing, altered or not ours.
    """
    check_agency(agency)
    place = agency / MODEL_FILE if path is None else path
    found = read_model(place)
    try:
        card = Card.model_validate(found.card)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:120]
        raise ModelFileError(
            place.name, f"has a card that this version cannot read: `{where}`: {first['msg'].lower()[:120]}"
        ) from None
    whole = found.model.model_dump(mode="json")
    document: dict[str, object] = {"model": whole, "card": dict(found.card), "digest": found.digest}
    return ReadModel(found.model, card, found.digest, document)


def names_of(agency: Path) -> Names:
    """What the agency's folder calls its types and its library the canonical ones, as far as they can be read."""
    files = read_files(agency, [])
    library = next((data for name, data in files.items() if name.endswith("/canonical_types.csv")), b"")
    own = files.get("call_types.csv", b"")
    natures = {code: text.partition(",")[0].strip() for code, text in _described(library, "code").items()}
    types = {normalised(name): text for name, text in _described(own, "call_type").items()}
    return Names(natures, {name: text for name, text in types.items() if normalised(text) != name})


def _described(table: bytes, key: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(table.decode("utf-8-sig", errors="replace"), newline=""))
    found = {row.get(key) or "": " ".join((row.get("description") or "").split()) for row in rows}
    return {name: text[:DESCRIPTION_MAX] for name, text in found.items() if name and text}
