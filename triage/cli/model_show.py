"""`triage model show`: the card of an agency's model, caveats first."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from triage.classifiers.files import MODEL_FILE, ModelFileError, check_fits, fits_rules
from triage.cli.failures import DONE
from triage.cli.model_pictures import pictures_as_png, pictures_for_page
from triage.cli.model_read import ModelPath, ReadModel, model_of, names_of
from triage.cli.model_screen import show_sections
from triage.cli.options import STANDARD, Common
from triage.cli.screen import Screen
from triage.cli.written import check_folder, check_page, write_files
from triage.rulebook import check as check_rulebook
from triage.training.card_words import account
from triage.training.page import page


def show(
    *,
    model: ModelPath = None,
    html: Annotated[
        Path | None, Parameter(metavar="FILE", help="Also write the card as one web page, with pictures.")
    ] = None,
    png: Annotated[
        Path | None, Parameter(metavar="DIR", help="Also write the pictures into this folder, as PNG.")
    ] = None,
    common: Common = STANDARD,
) -> int:
    """The card of an agency's model: what to beware of first, then what it is for and how good it is.

    What it must not be used for; the calls that it learnt from and how they ended; how it was chosen; what it looks at
    and what that adds to the risk; where it has no opinion; the ceiling from which on a CSO is withheld and what it
    rests on; the figures on calls that it never saw, with what they are of and exact 95 % intervals, also by beat,
    hours and channel. The page has every weight too, and needs no network.

    For example:

        triage model show
        triage model show --agency config/san_diego --html model.html
        triage model show --png pictures

    With --json: model, card, digest: what stands in the model's file.
    """
    check_page(html)
    check_folder(png)
    read = model_of(common.agency, model)
    screen = Screen(as_json=common.json)
    sections = account(read.card, read.model, read.digest, names_of(common.agency))
    title, lead = f"The model of {read.model.agency}", _in_use(common.agency, read, model)
    files: dict[Path, bytes] = {}
    limit = read.card.certificate.limit
    if html is not None:
        files[html] = page(title, lead, sections, pictures_for_page(read.card.test, limit)).encode()
    if png is not None:
        files |= pictures_as_png(png, read.card.test, limit)
    write_files(files)
    if screen.as_json:
        screen.document(read.document)
    else:
        screen.say(title, style="bold")
        screen.say(lead)
        show_sections(screen, sections)
    for path in files:
        screen.note(f"written: {path}")
    return DONE


def _in_use(agency: Path, read: ReadModel, path: Path | None) -> str:
    """Whether the agency's folder decides with this model as it stands; `path` is where it lies, if named."""
    if path is not None and path.resolve() != (agency / MODEL_FILE).resolve():
        return "Not in use: it does not stand in the agency's folder."
    policy = check_rulebook(agency).policy
    if policy is None:
        return "Not in use: the agency's folder has errors, so nothing is decided by it."
    try:
        check_fits(read.model, policy)
    except ModelFileError as error:
        return f"Not in use: it {error.problem.partition(';')[0]}."
    if policy.classifier == "none":
        return "Not in use: the agency's policy says `classifier: none`, so the rules decide alone."
    if not fits_rules(read.model, policy):
        return (
            "In use, but the rules changed since it was trained: it abstains on every call, so no call goes to a CSO"
            " until it is trained again."
        )
    return "In use: the agency's policy requires it, and its rules are those that it was trained for."
