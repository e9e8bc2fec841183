"""Trains the model of each agency from its published calls, and writes what all of them come to; `--check` compares.

Needs the published tables in `../shared/data`. Writes `config/*/model.json`, `docs/classifier.md` and its pictures;
with `--check` nothing is written, and the page alone is compared: a model's last digits may differ between processors.
Exit code 0: written, or current; 1: with `--check`, the page is stale; 2: something cannot be read or learnt from.
"""

import hashlib
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from models_page import Told, page
from published import AGENCIES

from triage.classifiers.files import MODEL_FILE, write_model
from triage.domain.errors import TriageError
from triage.rulebook import load, load_outcomes
from triage.sources import load_columns, read_file
from triage.training.card import FileRead
from triage.training.history import history
from triage.training.lessons import Agency
from triage.training.pictures import PICTURES, as_png, draw
from triage.training.train import Trained, train

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT.parent / "shared" / "data"
PAGE: Final = "classifier.md"
PICTURED: Final = "san_diego"
"""The agency whose figures are drawn: the one with outcomes enough."""

LENDERS: Final = ("san_diego", "san_francisco")
"""The agencies with outcomes that may be learnt from."""


class Plan(NamedTuple):
    """How a model is trained: for whom, from whom, and what its reader has to know that the files do not say."""

    folder: str
    others: tuple[str, ...] = ()
    borrowed: bool = False
    notes: tuple[str, ...] = ()


NOT_BLIND: Final = """\
The certificate is no blind one. The rules were last changed with outcomes of this very file in view (three call \
types moved), and it was known by then that authority was used on none of the decided calls that they send to a CSO \
at once. It wants calls of a later time."""

NO_FINAL_TYPE: Final = """\
The file states no final type: a call that ended without a report counts as one without authority used, whatever it \
had turned out to be."""

BY_TYPE: Final = """\
Most calls with authority used say so by their final type alone, and that mostly repeats the first one: the risk says \
above all which type a call was."""

SAMPLES: Final = """\
Of Seattle's calls there are samples only: those of one small area, and those of one sector from which their publisher \
had removed about 50 call types. A filtered sample cannot give base rates. So no outcome of Seattle is in this model: \
it rests on San Diego and San Francisco, by the canonical types that Seattle's call types have."""

NO_DISPOSITIONS: Final = """\
Burlington publishes no dispositions: nothing here was ever held against an outcome of Burlington's."""

SHIPPED: Final = (
    Plan("san_diego", notes=(NOT_BLIND, NO_FINAL_TYPE)),
    Plan("san_francisco", ("san_diego",), notes=(BY_TYPE,)),
    Plan("seattle", LENDERS, borrowed=True, notes=(SAMPLES,)),
    Plan("burlington", LENDERS, borrowed=True, notes=(NO_DISPOSITIONS,)),
)
"""The models in `config/`. What Seattle and Burlington borrow is one and the same model across agencies."""

LEFT_OUT: Final = (
    Plan("san_diego", ("san_francisco",), borrowed=True),
    Plan("san_francisco", ("san_diego",), borrowed=True),
    Plan("seattle", LENDERS, borrowed=True),
)
"""Each agency with outcomes once as the one that the others know nothing of. They are told of, and not shipped."""


class Everything(NamedTuple):
    """What came of each plan: the models that ship, and those that are only told of."""

    shipped: Sequence[tuple[Plan, Trained]]
    left_out: Sequence[tuple[Plan, Trained]]


@cache
def history_of(folder: str) -> Agency:
    """An agency's policy and calls, from the published files that are a fair account of how frequent calls are."""
    agency = next(one for one in AGENCIES if one.folder == folder)
    place = ROOT / "config" / folder
    policy, codes, mappings = load(place), load_outcomes(place), load_columns(place / "columns")
    paths = [DATA / path for path in agency.files[0].paths]
    readings = [read_file(path, mappings, ZoneInfo(policy.time_zone)) for path in paths]
    read = tuple(
        FileRead(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), rows=reading.rows)
        for path, reading in zip(paths, readings, strict=True)
    )
    return Agency(policy, history(policy, codes, readings), read)


def trained(plan: Plan) -> Trained:
    """The model that `plan` says. Raises what reading and training raise."""
    others = [history_of(other) for other in plan.others]
    return train(history_of(plan.folder), others, borrowed=plan.borrowed, notes=plan.notes)


def trained_all() -> Everything:
    """The models of all plans. Raises what reading and training raise."""
    return Everything(
        [(plan, trained(plan)) for plan in SHIPPED],
        [(plan, trained(plan)) for plan in LEFT_OUT],
    )


def text_of(everything: Everything) -> str:
    """The page."""
    return page(
        [_told(plan, found) for plan, found in everything.shipped],
        [_told(plan, found) for plan, found in everything.left_out],
    )


def main(arguments: Sequence[str]) -> int:
    """Train all, write models, page and pictures; or with `--check` say whether the page is current."""
    try:
        everything = trained_all()
    except TriageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    text = text_of(everything)
    if list(arguments) == ["--check"]:
        current = (ROOT / "docs" / PAGE).read_text(encoding="utf-8") == text
        if not current:
            print(f"docs/{PAGE} is not what training says now: run `make models`", file=sys.stderr)
        return 0 if current else 1
    for plan, found in everything.shipped:
        write_model(ROOT / "config" / plan.folder / MODEL_FILE, found.model, found.card.model_dump(mode="json"))
    (ROOT / "docs" / PAGE).write_text(text, encoding="utf-8")
    _draw(next(found for plan, found in everything.shipped if plan.folder == PICTURED))
    print(f"written: {', '.join(f'config/{plan.folder}/{MODEL_FILE}' for plan in SHIPPED)}, docs/{PAGE}")
    return 0


def _told(plan: Plan, found: Trained) -> Told:
    return Told(_title(plan), [_title(Plan(other)) for other in plan.others], found)


def _title(plan: Plan) -> str:
    return next(one.title for one in AGENCIES if one.folder == plan.folder)


def _draw(found: Trained) -> None:
    folder = ROOT / "docs" / "classifier"
    folder.mkdir(exist_ok=True)
    for name in PICTURES:
        (folder / f"{name}.png").write_bytes(as_png(draw(name, found.card.test, found.model.authority_limit)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
