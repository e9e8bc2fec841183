"""`triage train`: from calls and how they ended to a model with its ceiling and its card."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from cyclopts import Parameter

from triage.classifiers.features import check_features
from triage.classifiers.files import MODEL_FILE, write_model
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, Common
from triage.cli.outcomes_report import report_unreadable
from triage.cli.past_calls import past_calls
from triage.cli.screen import Screen
from triage.cli.session import policy_of
from triage.cli.train_report import document, report_training
from triage.domain.errors import meant
from triage.domain.model import Model
from triage.training.card import Card
from triage.training.lessons import Agency
from triage.training.splits import read_split
from triage.training.telling import check_notes

OPTIONS: Final = (
    "--agency",
    "--borrowed",
    "--columns",
    "--features",
    "--from",
    "--help",
    "--json",
    "--log",
    "--note",
    "--out",
    "--split",
)


def train(  # noqa: PLR0913 - each is an option of the command line
    *files: Annotated[
        str,
        Parameter(name="FILE", allow_leading_hyphen=True, help="The agency's own calls, as `triage run` reads them."),
    ],
    from_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--from",
            metavar="DIR=FILE",
            negative="",
            show_default=False,
            help="Also learn from another agency: its folder and a file of its calls. Again for more.",
        ),
    ] = (),
    borrowed: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="The agency has no outcomes: learn from the others alone."),
    ] = False,
    note: Annotated[
        tuple[str, ...],
        Parameter(
            name="--note",
            metavar="TEXT",
            negative="",
            show_default=False,
            help="What the card says first, as the calls do not say it. Again for more.",
        ),
    ] = (),
    out: Annotated[
        Path | None,
        Parameter(metavar="DIR", help="The folder to write model.json to, where it is not the agency's."),
    ] = None,
    features: Annotated[
        str | None, Parameter(metavar="A,B", help="Learn from these features alone, instead of all that vary.")
    ] = None,
    split: Annotated[
        str, Parameter(metavar="A:B:C", help="Per cent of the calls, in time order, to train, calibrate and test with.")
    ] = "25:60:15",
    columns: Annotated[
        str | None,
        Parameter(metavar="NAME", help="The column mapping of FILE, where its header shall not choose it."),
    ] = None,
    common: Common = STANDARD,
) -> int:
    """Learn from calls and how they ended how often sworn authority is used, and up to which risk a CSO may go.

    The calls are split by time. Several models are compared on the first part; the simplest within noise of the best
    is taken, calibrated on the second part, and given the highest ceiling that keeps to the policy's `authority_limit`
    with 95 % confidence. The third part, which nothing touched before, says how it does. The model can only hold a CSO
    back. It is written to model.json, a table that can be read, with a card that says what it rests on. Too little to
    learn from is refused, with the number that is needed; nothing is written then.

    An agency without outcomes borrows: --borrowed learns from others alone, and the card says so. What else its reader
    has to know (what the files leave out, who chose them), --note says: 1 to 1,000 characters.

    For example:

        triage train calls_2023.csv.gz --agency config/san_diego
        triage train calls_2023.csv.gz --features nature,type,priority --out trial
        triage train calls.csv --agency config/seattle --borrowed --from config/san_diego=b.csv
        triage train calls.csv --note "Calls of the night shift are missing."

    With --json: written, digest, model, agency, borrowed, caveats, sources, parts, compared, features, certificate,
    test.
    """
    _check(files)
    place = _place(common.agency, out)
    asked = _Asked(common.agency, files, columns)
    others = _others(from_)
    screen = Screen(as_json=common.json)
    names = None if features is None else check_features(name.strip() for name in features.split(",") if name.strip())
    shares, notes = read_split(split), check_notes(note)
    from triage.training import train as learning  # noqa: PLC0415 - loads scikit-learn, so not before all is well

    own = _agency(asked, screen)
    helping = [_agency(other, screen) for other in others]
    with screen.progress("learning", learning.STEPS) as progress:
        trained = learning.train(
            own, helping, borrowed=borrowed, features=names, shares=shares, notes=notes, progress=progress
        )
    digest = _written(place, trained.model, trained.card)
    if screen.as_json:
        screen.document(document(place, digest, trained.model, trained.card))
    else:
        report_training(screen, trained.model, trained.card, (place, digest), common)
    return DONE


class _Asked(NamedTuple):
    """An agency's folder, files of its calls, and the column mapping that was named for them."""

    folder: Path
    files: Sequence[str]
    columns: str | None


def _check(files: Sequence[str]) -> None:
    if not files:
        raise UsageError("no file given; `triage train FILE...`")
    for file in files:
        if file.startswith("-"):
            raise UsageError(f"no option `{file[:60]}`; {meant(file[:60], OPTIONS)}")


def _place(agency: Path, out: Path | None) -> Path:
    """Where the model is to be written. Raises `UsageError` for a folder that is not there, before anything is read."""
    if out is not None and not out.is_dir():
        what = "is not a folder" if out.exists() else "is not there"
        raise UsageError(f"the folder `{out}` {what}; --out names a folder that exists, for `{MODEL_FILE}`")
    place = (agency if out is None else out) / MODEL_FILE
    if place.is_dir():
        raise UsageError(f"`{place}` is a folder, so no model can be written there")
    if place.parent.is_dir() and not os.access(place.parent, os.W_OK):
        raise UsageError(f"`{place}` cannot be written: permission denied")
    return place


def _written(place: Path, model: Model, card: Card) -> str:
    """The digest of what was written. Raises `UsageError` where the disk refuses; what stood there still does."""
    try:
        return write_model(place, model, card.model_dump(mode="json"))
    except OSError as error:
        raise UsageError(f"`{place}` cannot be written: {(error.strerror or 'no such place').lower()}") from None


def _others(given: Sequence[str]) -> list[_Asked]:
    """The other agencies, each once with all its files, in the order in which they were first named."""
    found: dict[str, list[str]] = {}
    for pair in given:
        folder, equals, file = pair.partition("=")
        if not (folder and equals and file):
            raise UsageError(
                f"`{pair[:60]}` names no agency and file; valid: --from DIR=FILE, as config/san_diego=c.csv"
            )
        found.setdefault(str(Path(folder)), []).append(file)
    return [_Asked(Path(folder), files, None) for folder, files in found.items()]


def _agency(asked: _Asked, screen: Screen) -> Agency:
    """The agency's policy and history; what its files were read as is let go again, as a million calls take room."""
    policy = policy_of(asked.folder)
    past = past_calls(asked.folder, policy, asked.files, asked.columns, screen)
    report_unreadable(screen, past.readings)
    return Agency(policy, past.rows, past.files)
