"""What `triage outcomes` shows: shares with what they are of, and what the figures do not mean."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Final

from triage.cli.outcomes_document import UnknownNames
from triage.cli.screen import Row, Screen, counted
from triage.domain.values import Route
from triage.outcomes import (
    AUTHORITY_SHARE_MAX,
    OUTCOMES,
    WORDS,
    AcceptedRisk,
    Counts,
    Group,
    Grouping,
    Outcome,
    Outcomes,
    Share,
    TypeRow,
    titled,
)
from triage.projections.audit_line import ROUTES, words
from triage.rulebook import Unmapped
from triage.sources import Reading
from triage.sources.unreadable import to_unreadable

WHY_COLUMNS: Final = 51
WIDTH_BEFORE: Final = 66
WIDTH_BESIDE: Final = 9
"""About how wide the first columns of the groups are together, and each of those beside them."""

UNREADABLE_SHOWN_MAX: Final = 5
HALF_PER_CENT: Final = 0.005
NAMES_SHOWN_MAX: Final = 20
NEAREST_MAX: Final = 200
NOT_MEANT: Final = (
    "Every outcome followed a sworn response. So no figure here says that an officer was needed, or what a CSO would"
    " have achieved."
)
_OVER: Final = f"over {AUTHORITY_SHARE_MAX:.0%}"
FIRST: Final = ("on-view", "officer-initiated")
"""Reasons to exclude a row that are named first: an officer's own activity answers nobody's call."""

BESIDE: Final[Mapping[Outcome, str]] = {
    "undetermined": "Undeter-\nmined",
    "no_contact": "No\ncontact",
    "excluded": "Ex-\ncluded",
    "not_stated": "Not\nstated",
}
HEADS: Final[Mapping[Grouping, str]] = {
    "route": "Route, with\nnothing asked",
    "type": "Call type",
    "priority": "Priority",
    "month": "Month",
}
SHORT: Final[Mapping[Route, str]] = {
    "sworn": "sworn",
    "co_response": "together",
    "cso": "CSO",
    "other_agency": "other agency",
}
AWAY: Final[Mapping[Route, str]] = {
    "co_response": "one question from both",
    "cso": "one question from CSO",
    "other_agency": "one question from other",
}


def report_outcomes(screen: Screen, counts: Counts, by: Grouping, grouped: Sequence[Group]) -> None:
    """The counts, the shares of all calls, and the same side by side in groups."""
    outcomes = counts.outcomes
    screen.say(
        f"{counted(counts.rows, 'row')}: {counted(outcomes.calls, 'call')}, {counts.repeats:,} repeats,"
        f" {excluded(counts)}, {counts.unreadable:,} unreadable",
        hang=2,
    )
    if not outcomes.calls:
        screen.say("There is no call to speak of.")
        return
    screen.head("How they ended")
    rows = [
        (WORDS[outcome], f"{outcomes.by_outcome[outcome]:,}", f"{outcomes.share(outcome):.1%}")
        for outcome in OUTCOMES
        if outcomes.by_outcome[outcome]
    ]
    screen.table(("Outcome", "Calls", "Share"), rows, right=(1, 2))
    screen.say()
    screen.say(f"Authority used among decided outcomes (authority used or not): {shown(outcomes.authority_used)}.")
    if counts.by_final_type_alone:
        screen.say(by_final_type(counts))
    screen.say(NOT_MEANT)
    _groups(screen, by, grouped, outcomes)


def report_types(
    screen: Screen, rows: Sequence[TypeRow], accepted: Mapping[str, AcceptedRisk], descriptions: Mapping[str, str]
) -> None:
    """A row for each call type, and those that deserve a second look with the reason why they stay, or that none is."""
    screen.head("Call type by call type, with nothing asked")
    table: list[Row] = []
    for row in rows:
        used, undetermined = shown(row.outcomes.authority_used), f"{row.outcomes.share('undetermined'):.0%}"
        table.append((f"{row.calls:,}", ("* " if row.flagged else "") + titled(row, descriptions), used, undetermined))
        table += [
            ("", line, "", "") for line in wrap(_why(row), WHY_COLUMNS, initial_indent="  ", subsequent_indent="    ")
        ]
    screen.table(("Calls", "Call type", "Authority used", "Undetermined"), table, right=(0, 3), whole=(2,))
    flagged = [row for row in rows if row.flagged]
    screen.say()
    if not flagged:
        screen.say(f"No type that reaches a CSO, at once or after one question, ended with authority used in {_OVER}.")
        return
    screen.say(f"* reaches a CSO, at once or after one question, though authority was used in {_OVER}:")
    for row in flagged:
        risk = accepted.get(row.call_type)
        why = f"accepted: {risk.reason}" if risk else "no reason in accepted_risks.csv says why it stays"
        screen.say(f"{titled(row, descriptions)}: {shown(row.reaching.authority_used)}; {why}", indent=2, hang=2)


def report_unreadable(screen: Screen, readings: Sequence[Reading]) -> None:
    """The first rows that could not be read, to standard error; `triage run` names more of them."""
    bad = [to_unreadable(row, reading.source) for reading in readings for row in reading.unreadable]
    for row in bad[:UNREADABLE_SHOWN_MAX]:
        field = f", {row.field}" if row.field else ""
        screen.note(f"unreadable: {row.source} line {row.line}{field}: {row.reason}")
    if len(bad) > UNREADABLE_SHOWN_MAX:
        screen.note(f"... and {len(bad) - UNREADABLE_SHOWN_MAX:,} more unreadable rows")


def report_names(screen: Screen, names: UnknownNames) -> None:
    """Names that the agency's tables do not have, to standard error."""
    _unknown(screen, "disposition, so undetermined", names.dispositions)
    _unknown(screen, "final type, so undetermined", names.final_types)
    _unknown(screen, "call type, so sworn", names.call_types)


def by_final_type(counts: Counts) -> str:
    """Of how many calls with authority used only the final type says so."""
    used = counts.outcomes.authority_used.number
    return (
        f"Of the {counted(used, 'call')} with authority used, {counts.by_final_type_alone:,} by the final type alone."
    )


def excluded(counts: Counts) -> str:
    """`30 excluded (on-view 13, cancelled 13, duplicate 4)`."""
    in_order = sorted(counts.excluded.items(), key=lambda item: (item[0] not in FIRST, -item[1], item[0]))
    listed = ", ".join(f"{reason} {rows:,}" for reason, rows in in_order)
    return f"{counts.excluded.total():,} excluded" + (f" ({listed})" if listed else "")


def shown(share: Share) -> str:
    """`7.8% (6.5-9.4) of 1,252`; `-` where nothing was decided."""
    if share.share is None or share.low is None or share.high is None:
        return "-"
    return f"{share.share:.1%} ({100 * share.low:.1f}-{100 * share.high:.1f}) of {share.of:,}"


def routes(row: TypeRow) -> str:
    """The routes of a type's calls, the one of most of them first, with shares where there are several."""
    if len(row.routes) == 1:
        return SHORT[row.advice.route]
    return ", ".join(f"{SHORT[route]} {_about(calls / row.calls)}" for route, calls in row.routes.most_common())


def asked(row: TypeRow) -> str:
    """The open question that would settle most, where its safest answer alone would lead, and for which calls."""
    most = row.advice
    told = "" if most.asks is None else words(most.asks)
    if most.away is not None and most.away_by is not None:
        told = f"{words(most.away_by)}, then {SHORT[most.away]}"
    if most.away != "cso" and row.away["cso"]:
        told += f"{'; ' if told else ''}{_about(row.away['cso'] / row.calls)} one question from {SHORT['cso']}"
    return told


def _groups(screen: Screen, by: Grouping, grouped: Sequence[Group], outcomes: Outcomes) -> None:
    beside = [outcome for outcome in BESIDE if outcomes.by_outcome[outcome]]
    rows = [
        (
            _name(group),
            f"{group.outcomes.calls:,}",
            f"{group.outcomes.calls / outcomes.calls:.1%}",
            shown(group.outcomes.authority_used),
            *(f"{group.outcomes.share(outcome):.0%}" for outcome in beside),
        )
        for group in grouped
    ]
    first = (HEADS[by], "Calls", "Share", "Authority used\namong decided")
    heads = (*first, *(BESIDE[outcome] for outcome in beside))
    parts = [tuple(range(len(heads)))]
    if WIDTH_BEFORE + WIDTH_BESIDE * len(beside) > screen.width:  # one table would break every name into pieces
        parts = [tuple(range(len(first))), (0, *range(len(first), len(heads)))]
    for columns in parts:
        screen.say()
        right = [place for place, column in enumerate(columns) if column not in {0, 3}]
        chosen = [[row[column] for column in columns] for row in rows]
        screen.table([heads[column] for column in columns], chosen, right=right, whole=_places(columns, 3))


def _places(columns: Sequence[int], wanted: int) -> list[int]:
    return [place for place, column in enumerate(columns) if column == wanted]


def _name(group: Group) -> str:
    if group.away is not None:
        return f"  {AWAY[group.away]}"
    return group.name if group.route is None else ROUTES[group.route]


def _why(row: TypeRow) -> str:
    """Route, the rule that decided first and how many more, and the question worth asking."""
    more = len(row.advice.because) - 1
    ask = asked(row)
    return f"{routes(row)}: {row.advice.because[0]}{f' +{more}' if more else ''}{f'; ask: {ask}' if ask else ''}"


def _about(share: float) -> str:
    """A share in whole per cent that is neither nothing nor all."""
    return "<1%" if share < HALF_PER_CENT else ">99%" if share > 1 - HALF_PER_CENT else f"{share:.0%}"


def _unknown(screen: Screen, what: str, names: Sequence[Unmapped]) -> None:
    for entry in names[:NAMES_SHOWN_MAX]:
        near = f"; nearest: `{entry.nearest}`" if entry.nearest else ""
        screen.note(f"unknown {what}: `{entry.name}` ({counted(entry.calls, 'call')}){near}")
    if len(names) > NAMES_SHOWN_MAX:
        screen.note(f"... and {len(names) - NAMES_SHOWN_MAX:,} more")
