"""`triage model evaluate`: what an agency's rules and model make of past calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from cyclopts import Parameter

from triage.bootstrap import RULES_CHANGED
from triage.classifiers.files import check_fits, fits_rules
from triage.classifiers.table import TableModel
from triage.cli.failures import DONE, UsageError
from triage.cli.model_pictures import pictures_for_page
from triage.cli.model_read import ModelPath, ReadModel, model_of
from triage.cli.model_screen import show_sections
from triage.cli.options import STANDARD, Common
from triage.cli.outcomes_report import report_unreadable
from triage.cli.past_calls import PastCalls, past_calls
from triage.cli.screen import Screen, counted
from triage.cli.session import policy_of
from triage.cli.written import check_page, write_files
from triage.domain.errors import meant
from triage.domain.policy import Policy
from triage.training.card import Performance
from triage.training.card_words import in_short
from triage.training.figure_words import cuts, performance
from triage.training.overlap import Overlap, overlap
from triage.training.page import page
from triage.training.sheet import Points, Section, Words, day, listed

OPTIONS: Final = ("--agency", "--columns", "--help", "--html", "--json", "--log", "--model")


def evaluate(
    *files: Annotated[
        str, Parameter(name="FILE", allow_leading_hyphen=True, help="Files of calls, as `triage run` reads them.")
    ],
    columns: Annotated[
        str | None,
        Parameter(metavar="NAME", help="The column mapping of the files, where their header shall not choose it."),
    ] = None,
    model: ModelPath = None,
    html: Annotated[
        Path | None, Parameter(metavar="FILE", help="Also write the figures as one web page, with pictures.")
    ] = None,
    common: Common = STANDARD,
) -> int:
    """What an agency's rules and model make of past calls: who would have been sent, and how those calls ended.

    The same figures as in the model's card, for the calls of these files, as they were first reported with nothing
    asked. First it says whether that is a test: calls that the model learnt from are none, whatever the figures say.

    For example:

        triage model evaluate calls_2024.csv.gz
        triage model evaluate january.csv february.csv --agency config/san_diego --html figures.html
        triage model evaluate calls_2024.csv.gz --json

    With --json: model, digest, agency, files (name, sha256, rows), first, last, fits_rules, is_test, overlap (files,
    train, calibrate, test, after), performance: as `test` of the model's card.
    """
    _check(files)
    check_page(html)
    policy = policy_of(common.agency)
    read = model_of(common.agency, model)
    check_fits(read.model, policy)
    screen = Screen(as_json=common.json)
    calls = past_calls(common.agency, policy, files, columns, screen)
    _check_decided(calls)
    found = _Found(read, calls, overlap(read.card, policy.agency, calls.rows, calls.files), _performance(read, calls))
    if html is not None:
        write_files({html: _page(found, policy).encode()})
    if screen.as_json:
        screen.document(_document(found, policy))
    else:
        screen.say(_title(found), style="bold")
        screen.say(_lead(found))
        show_sections(screen, _sections(found, policy))
    report_unreadable(screen, calls.readings)
    if html is not None:
        screen.note(f"written: {html}")
    return DONE


class _Found(NamedTuple):
    read: ReadModel
    calls: PastCalls
    overlap: Overlap
    performance: Performance


def _check(files: Sequence[str]) -> None:
    if not files:
        raise UsageError("no file given; `triage model evaluate FILE...`")
    for file in files:
        if file.startswith("-"):
            raise UsageError(f"no option `{file[:60]}`; {meant(file[:60], OPTIONS)}")


def _check_decided(calls: PastCalls) -> None:
    """Raises `UsageError` where no call has an outcome that says anything of authority."""
    if not any(row.decided for row in calls.rows):
        raise UsageError(
            f"of {counted(len(calls.rows), 'call')} none has an outcome that says whether authority was used, so there"
            " is nothing to compare with: at least 1 is needed; `triage outcomes FILE` shows how they ended"
        )


def _performance(read: ReadModel, calls: PastCalls) -> Performance:
    from triage.training.evaluation import evaluate as figures_of  # noqa: PLC0415 - loads numpy and scipy

    return figures_of(calls.rows, TableModel(read.model), read.card.one_rate, read.card.type_rates)


def _sections(found: _Found, policy: Policy) -> tuple[Section, ...]:
    first: list[Points | Words] = [Words(found.overlap.words, weighty=True)]
    if not fits_rules(found.read.model, policy):
        first.append(
            Words(
                f"{RULES_CHANGED[0].upper()}{RULES_CHANGED[1:]}. Until then no call goes to a CSO; the figures"
                " below are of this model with the rules as they are now, for which its ceiling was not chosen.",
                weighty=True,
            )
        )
    first.append(Words(in_short(found.performance, found.read.model.ceiling)))
    if found.read.card.caveats:
        first += [Words("What the model's card says first:"), Points(tuple(found.read.card.caveats))]
    return (
        Section("Read this first", tuple(first)),
        *performance(found.performance, "On these calls"),
        cuts(found.performance),
    )


def _title(found: _Found) -> str:
    return f"The model of {found.read.model.agency} on past calls"


def _lead(found: _Found) -> str:
    rows = found.calls.rows
    files = listed([file.name for file in found.calls.files])
    span = f"{day(rows[0].call.reported_at)} to {day(rows[-1].call.reported_at)}"
    return f"{counted(len(rows), 'call')}, {span}, from {files}. Model {found.read.model.name}."


def _page(found: _Found, policy: Policy) -> str:
    pictures = pictures_for_page(found.performance, found.read.model.authority_limit)
    return page(_title(found), _lead(found), _sections(found, policy), pictures)


def _document(found: _Found, policy: Policy) -> dict[str, object]:
    rows, seen = found.calls.rows, found.overlap
    return {
        "model": found.read.model.name,
        "digest": found.read.digest,
        "agency": found.read.model.agency,
        "files": [file.model_dump(mode="json") for file in found.calls.files],
        "first": rows[0].call.reported_at.isoformat(),
        "last": rows[-1].call.reported_at.isoformat(),
        "fits_rules": fits_rules(found.read.model, policy),
        "is_test": seen.is_test,
        "overlap": {
            "files": list(seen.files),
            "train": seen.train,
            "calibrate": seen.calibrate,
            "test": seen.test,
            "after": seen.after,
        },
        "performance": found.performance.model_dump(mode="json"),
    }
