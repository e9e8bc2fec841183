"""`triage check`: whether an agency's folder can be used, and whether it knows the call types of its own files."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from triage.cli.call_type_names import names_in
from triage.cli.check_model import model_problems
from triage.cli.check_report import origins_document, review_document, show_origins, show_review
from triage.cli.failures import DONE, FOUND
from triage.cli.options import STANDARD, Common
from triage.cli.screen import Screen, counted
from triage.cli.session import check_agency
from triage.rulebook import Checked, Problem, Unmapped, unmapped
from triage.rulebook import check as check_folder
from triage.sources import load_columns


def check(
    folder: Annotated[
        Path | None, Parameter(name="DIR", help="The agency's folder; that of --agency, if not said.")
    ] = None,
    /,
    *,
    calls: Annotated[
        tuple[Path, ...],
        Parameter(
            metavar="FILE",
            consume_multiple=True,
            negative="",
            show_default=False,
            help="Files whose call types are to be known.",
        ),
    ] = (),
    rules: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Show every rule: where it stands, and what overrides it."),
    ] = False,
    every: Annotated[
        bool, Parameter(name="--all", negative="", show_default=False, help="Show all that is left to review.")
    ] = False,
    common: Common = STANDARD,
) -> int:
    """Load an agency's folder and run every rule's examples.

    Names every error and warning with file, line and field, and the nearest valid name. Then it says where the rules
    come from, which of them the folder overrides, and what nobody has confirmed yet, the most frequent first; what is
    left to review is no error. Where the folder requires a classifier, its model has to be there and to fit. With
    --calls it also lists the call types of these files that the table does not know: such a call is always sworn. Exit
    code 1 if there is an error or an unknown call type, 2 if the folder cannot be read.

    For example:

        triage check
        triage check config/seattle --rules
        triage check config/seattle --calls calls_2023.csv.gz
        triage check draft --json

    With --json: rules, examples, problems (file, line, field, message, nearest, severity), unmapped (call_type, calls,
    nearest), origins (rule_id, effect, file, line, overridden: file, line, reason, off), review (file, line, kind,
    name, calls, proposed).
    """
    agency = folder or common.agency
    check_agency(agency)
    screen = Screen(as_json=common.json)
    found = check_folder(agency)
    found = found._replace(problems=(*found.problems, *model_problems(agency, found.policy)))
    missing = _missing(agency, found, calls, screen)
    if screen.as_json:
        screen.document(
            {
                "rules": found.rules,
                "examples": found.examples,
                "problems": [_document(problem) for problem in found.problems],
                "unmapped": [
                    {"call_type": entry.name, "calls": entry.calls, "nearest": entry.nearest} for entry in missing
                ],
                "origins": origins_document(found.origins),
                "review": review_document(found.review),
            }
        )
    else:
        _show(agency, found, screen)
        if not _errors(found):
            show_origins(found, screen, every=rules)
            show_review(agency, found.review, screen, every=every)
        _show_unmapped(found, missing, calls, screen)
    return FOUND if missing or _errors(found) else DONE


def _missing(agency: Path, found: Checked, files: Sequence[Path], screen: Screen) -> list[Unmapped]:
    """The call types of `files` that the folder does not know."""
    if not files:
        return []
    if found.policy is None:
        screen.note("note: the call types of the files are not looked at before the errors are mended")
        return []
    mappings = load_columns(agency / "columns")
    names: Counter[str] = Counter()
    for path in files:
        names += names_in(path, mappings)
    return unmapped(found.policy, names)


def _document(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
        "message": problem.message,
        "nearest": problem.nearest,
        "severity": problem.severity,
    }


def _show(agency: Path, found: Checked, screen: Screen) -> None:
    errors = _errors(found)
    warnings = len(found.problems) - errors
    screen.say(
        f"{agency}: {counted(found.rules, 'rule')}, {counted(found.examples, 'example')},"
        f" {counted(errors, 'error')}, {counted(warnings, 'warning')}",
        hang=2,
    )
    for problem in found.problems:
        screen.say(f"{problem.severity}: {problem}", indent=2, hang=4)
    if errors:
        screen.say("With an error the folder does not load, and nothing is decided by it.")


def _show_unmapped(found: Checked, missing: list[Unmapped], files: Sequence[Path], screen: Screen) -> None:
    if not files or found.policy is None:
        return
    if not missing:
        screen.say()
        screen.say(f"Every call type of {counted(len(files), 'file')} is in the table.")
        return
    screen.head(f"{counted(len(missing), 'call type')} not in the table (such calls are sworn)")
    rows = [(f"{entry.calls:,}", entry.name, entry.nearest or "-") for entry in missing]
    screen.table(("Rows", "Call type", "Nearest in the table"), rows, right=(0,))


def _errors(found: Checked) -> int:
    return sum(problem.severity == "error" for problem in found.problems)
