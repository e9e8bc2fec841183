"""`triage outcomes`: how the calls of files ended, beside the route that they would get with nothing asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, Common
from triage.cli.outcomes_document import document, unknown_names
from triage.cli.outcomes_report import report_names, report_outcomes, report_types, report_unreadable
from triage.cli.screen import Screen
from triage.cli.session import policy_of
from triage.domain.errors import meant
from triage.domain.policy import Policy
from triage.outcomes import Grouping, count, groups, read_accepted, read_descriptions, type_rows
from triage.rulebook import load_outcomes
from triage.sources import Reading, load_columns, read_file

OPTIONS: Final = ("--agency", "--by", "--columns", "--help", "--json", "--log", "--types")


def outcomes(
    *files: Annotated[
        str, Parameter(name="FILE", allow_leading_hyphen=True, help="Files of calls, as `triage run` reads them.")
    ],
    columns: Annotated[
        str | None,
        Parameter(metavar="NAME", help="The column mapping of the files, where their header shall not choose it."),
    ] = None,
    by: Annotated[Grouping, Parameter(metavar="WHAT", help="What to compare.")] = "route",
    types: Annotated[
        bool, Parameter(negative="", show_default=False, help="Also a row for each call type, most calls first.")
    ] = False,
    common: Common = STANDARD,
) -> int:
    """How the calls of files ended, by the route that they would get at their first report, with nothing asked.

    What a closing means stands in the agency's dispositions.csv: authority used (an arrest, a citation, a final type
    that only officers deal with), no authority used, no contact, undetermined, excluded. The share of *authority used*
    is of the first two alone, with its 95 % interval. Rows that the column mapping excludes, an officer's own above
    all, are counted before anything else.

    Every outcome followed a sworn response: no figure says what a CSO would have achieved.

    For example:

        triage outcomes calls_2023.csv.gz
        triage outcomes calls_2023.csv.gz --types
        triage outcomes january.csv february.csv --by month --json

    With --json: rows, calls, repeats, excluded, unreadable, outcomes, authority_used (number, decided, share, low,
    high), authority_used_by_final_type_alone, by, groups, with --types types, unknown_dispositions,
    unknown_final_types, unmapped.
    """
    _check(files)
    policy = policy_of(common.agency)
    codes = load_outcomes(common.agency)
    accepted = read_accepted(common.agency, policy)
    screen = Screen(as_json=common.json)
    readings = _read(common.agency, policy, files, columns, screen)
    counts = count(policy, codes, readings)
    names = unknown_names(policy, codes, counts)
    grouped = groups(counts, by)
    rows = type_rows(counts) if types else None
    if screen.as_json:
        screen.document(document(counts, names, (by, grouped), (rows, accepted)))
    else:
        report_outcomes(screen, counts, by, grouped)
        if rows is not None:
            report_types(screen, rows, accepted, read_descriptions(common.agency))
    report_unreadable(screen, readings)
    report_names(screen, names)
    return DONE


def _check(files: Sequence[str]) -> None:
    if not files:
        raise UsageError("no file given; `triage outcomes FILE...`")
    for file in files:
        if file.startswith("-"):
            raise UsageError(f"no option `{file[:60]}`; {meant(file[:60], OPTIONS)}")


def _read(agency: Path, policy: Policy, files: Sequence[str], name: str | None, screen: Screen) -> list[Reading]:
    mappings, zone = load_columns(agency / "columns"), ZoneInfo(policy.time_zone)
    readings = []
    with screen.progress("reading", len(files)) as progress:
        for place, file in enumerate(files, start=1):
            readings.append(read_file(Path(file), mappings, zone, name))
            progress(place)
    return readings
