"""The page about agencies and its parts: what is told of each agency, as Markdown, as a table, as a bar."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import Final, NamedTuple

from picture import Bar
from published import Agency, Files

from triage.cli.outcomes_report import NOT_MEANT, asked, by_final_type, excluded, routes, shown
from triage.domain.judge import ENGINE_REASONS
from triage.domain.policy import Policy
from triage.outcomes import (
    AUTHORITY_LOW_MAX,
    AUTHORITY_SHARE_MAX,
    OUTCOMES,
    WORDS,
    AcceptedRisk,
    Counts,
    Group,
    Outcome,
    TypeRow,
    groups,
    titled,
)
from triage.projections.audit_line import ROUTES

NOTE: Final = "Made by `python docs/agencies.py` from the published tables beside the project; do not edit.\n"
PICTURE: Final = "agencies/routes.svg"
READ_SO: Final = (
    "- *One question from a CSO*: sworn, but the safest answer to one open question alone would send a CSO.",
    "- *Authority used*: an arrest, a citation but for parking, or a final type that only officers deal with.",
    "- *Decided*: ended with authority used, or clearly without. The share is of these alone, with its 95% interval.",
    "- *Undetermined*: a report was written, a warning given, or the final type is a crime. It says neither. So a call",
    "  type that mostly turns out to be a crime has few decided calls, and its share of authority used is too high.",
    "- Files differ in what they state, so shares of authority used may not be compared between agencies.",
    "\n`triage outcomes FILE` says the same of any file.",
)
OVER: Final = f"over {AUTHORITY_SHARE_MAX:.0%} (lower end of the interval over {AUTHORITY_LOW_MAX:.0%})"
REASONS_SHOWN: Final = 5
TYPES_SHOWN: Final = 25


class Part(NamedTuple):
    """What was counted of some files."""

    files: Files
    counts: Counts


class Told(NamedTuple):
    """All that the page says of an agency. `rows` are the call types of all its files that hold calls."""

    agency: Agency
    policy: Policy
    parts: tuple[Part, ...]
    rows: list[TypeRow]
    accepted: Mapping[str, AcceptedRisk]
    descriptions: Mapping[str, str]


def page(told: Sequence[Told]) -> str:
    """All of it as Markdown."""
    lines = [
        "# Agencies\n",
        NOTE,
        "What the rules of each agency advise on the calls of its own published files, as first reported and with",
        "nothing asked, and how those calls ended. Units and hours do not come in: this is what the rules allow.\n",
        f"{fill(NOT_MEANT, 118)}\n",
        f"![Who would go, as a bar for each file; the table below says the same]({PICTURE})\n",
        *_overview(told),
        "",
        *READ_SO,
    ]
    for one in told:
        lines += _section(one)
    return "\n".join(lines) + "\n"


def _overview(told: Sequence[Told]) -> list[str]:
    parts = ["CSO", "one question from a CSO", "officer and CSO", "other agency", "sworn, the rest"]
    lines = [_row(["agency", "calls", *parts, "authority used among decided"]), _row(["---", *["--:"] * 7])]
    for one in told:
        for part in of_calls(one):
            bar = bar_of(one, part)
            used = shown(part.counts.outcomes.authority_used)
            cells = [f"{one.agency.title}: {part.files.label}", f"{bar.calls:,}"]
            shares = [_per_cent(bar.share(number)) for number in (bar.cso, bar.away, bar.both, bar.other, bar.sworn)]
            lines.append(_row([*cells, *shares, used]))
    return lines


def _section(told: Told) -> list[str]:
    lines = [f"\n## {told.agency.title}\n", f"Its rules: `config/{told.agency.folder}`."]
    for part in told.parts:
        lines += _part(told, part)
    lines += [f"\n### Call types of {told.agency.title}\n", _types_intro(told), ""]
    lines += ["| call type | calls | route: rule | ask | authority used | undetermined |", "|---|--:|---|---|--:|--:|"]
    for row in told.rows[:TYPES_SHOWN]:
        more = len(row.advice.because) - 1
        why = f"{routes(row)}: {row.advice.because[0]}" + (f" +{more}" if more else "")
        used, undetermined = shown(row.outcomes.authority_used), _per_cent(row.outcomes.share("undetermined"))
        lines.append(_row([titled(row, told.descriptions), f"{row.calls:,}", why, asked(row), used, undetermined]))
    return lines + _second_looks(told)


def _part(told: Told, part: Part) -> list[str]:
    counts, found = part.counts, groups(part.counts, "route")
    lines = [
        f"\n### {told.agency.title}: {part.files.label}\n",
        f"{part.files.notes}\n",
        f"{counts.rows:,} rows: {counts.outcomes.calls:,} calls {_period(counts)}, {counts.repeats:,} repeats,",
        f"{excluded(counts)}, {counts.unreadable:,} unreadable.",
    ]
    if not part.files.calls:
        sworn = sum(group.outcomes.calls for group in found if group.route == "sworn" and group.away is None)
        return [*lines, f"The rules would send an officer to {sworn:,} of these {counts.outcomes.calls:,}."]
    lines += [by_final_type(counts)] if counts.by_final_type_alone else []
    beside = [outcome for outcome in OUTCOMES if counts.outcomes.by_outcome[outcome]]
    heads = ["route", "calls", "share", "authority used among decided", *(f"all: {WORDS[one]}" for one in beside)]
    lines += ["", _row(heads), _row(["---", *["--:"] * (len(heads) - 1)])]
    lines += [_outcomes(group, counts, beside) for group in found]
    return lines + _reasons(told.policy, counts)


def _period(counts: Counts) -> str:
    """The months of the calls, from first to last."""
    months = sorted({call.month for call in counts.calls}) or ["-"]
    return f"reported in {months[0]}" if months[0] == months[-1] else f"reported from {months[0]} to {months[-1]}"


def _outcomes(group: Group, counts: Counts, beside: Sequence[Outcome]) -> str:
    outcomes, total = group.outcomes, counts.outcomes.calls
    assert group.route is not None
    name = ROUTES[group.route] if group.away is None else f"*of it one question from: {ROUTES[group.away]}*"
    cells = [name, f"{outcomes.calls:,}", _per_cent(outcomes.calls / total), shown(outcomes.authority_used)]
    return _row([*cells, *(_per_cent(outcomes.share(outcome)) for outcome in beside)])


def _reasons(policy: Policy, counts: Counts) -> list[str]:
    """Why calls are sworn, the most frequent reasons first."""
    texts = {rule.id: rule.because for rule in policy.rules} | dict(ENGINE_REASONS)
    found: Counter[tuple[str, bool]] = Counter()
    for call, number in counts.calls.items():
        if call.advice.route == "sworn":
            for rule in call.advice.because:
                known = rule in call.advice.dangers or rule in ENGINE_REASONS
                found[rule, known] += number
    lines = ["\nWhy sworn (a call may have several reasons):\n", "| calls | because | rule |", "|--:|---|---|"]
    for (rule, known), number in found.most_common(REASONS_SHOWN):
        because = texts[rule] if known else f"not ruled out: {texts[rule]}"
        lines.append(_row([f"{number:,}", because, f"`{rule}`"]))
    return lines


def _types_intro(told: Told) -> str:
    shown_types = min(TYPES_SHOWN, len(told.rows))
    pooled = " in all its files of calls together" if len(list(of_calls(told))) > 1 else ""
    return (
        f"The {shown_types} of {len(told.rows)} call types with most calls{pooled}; *+1*: one more rule decided so. All"
        f" of them: [{told.agency.folder}.csv](agencies/{told.agency.folder}.csv)."
    )


def _second_looks(told: Told) -> list[str]:
    flagged = [row for row in told.rows if row.flagged]
    rule = f"at once or after one question, although authority was used in {OVER}"
    if not flagged:
        return [f"\nNo call type reaches a CSO, {rule}."]
    lines = [f"\nThese reach a CSO, {rule}:\n", "| call type | calls | authority used | why it stays | source |"]
    lines.append("|---|--:|--:|---|---|")
    for row in flagged:
        risk = told.accepted[row.call_type]
        used = shown(row.reaching.authority_used)
        lines.append(_row([titled(row, told.descriptions), f"{row.reaching.calls:,}", used, risk.reason, risk.source]))
    return lines


def table_of_types(told: Told) -> str:
    """Every call type of an agency with its figures, as CSV."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    away = [f"one_question_from_{route}" for route in ROUTES if route != "sworn"]
    used = ("share", "low", "high")
    reaching = ("calls", "authority_used", "decided", *used)
    table.writerow(
        ["call_type", "description", "calls", *ROUTES, *away, "rules", "open_question", "one_question", *OUTCOMES]
        + [f"authority_used_{end}" for end in used]
        + [f"reaching_cso_{name}" for name in reaching]
        + ["second_look", "why_it_stays"]
    )
    for row in told.rows:
        own, to_cso = row.outcomes.authority_used, row.reaching.authority_used
        risk = told.accepted.get(row.call_type)
        table.writerow(
            [
                row.call_type,
                told.descriptions.get(row.call_type, ""),
                row.calls,
                *(row.routes[route] for route in ROUTES),
            ]
            + [row.away[route] for route in ROUTES if route != "sworn"]
            + [" ".join(row.advice.because), row.advice.asks or "", row.advice.away_by or ""]
            + [row.outcomes.by_outcome[outcome] for outcome in OUTCOMES]
            + [_rounded(end) for end in (own.share, own.low, own.high)]
            + [row.reaching.calls, to_cso.number, to_cso.of]
            + [_rounded(end) for end in (to_cso.share, to_cso.low, to_cso.high)]
            + ["yes" if row.flagged else "no", risk.reason if risk and row.flagged else ""]
        )
    return out.getvalue()


def bar_of(told: Told, part: Part) -> Bar:
    """The routes of the calls of some files."""
    found = {(group.route, group.away): group.outcomes.calls for group in groups(part.counts, "route")}
    away = found.get(("sworn", "cso"), 0)
    return Bar(
        title=told.agency.title,
        label=part.files.label,
        cso=found.get(("cso", None), 0),
        away=away,
        both=found.get(("co_response", None), 0),
        other=found.get(("other_agency", None), 0),
        sworn=found.get(("sworn", None), 0) - away,
    )


def of_calls(told: Told) -> Iterable[Part]:
    """The files of an agency that hold calls."""
    return (part for part in told.parts if part.files.calls)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _per_cent(share: float) -> str:
    return f"{share:.1%}"


def _rounded(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
