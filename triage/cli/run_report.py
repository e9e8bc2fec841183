"""What a person reads after a run: where the calls went and why, what could not be read, and what to type next."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from triage.cli import clock
from triage.cli.options import quoted
from triage.cli.screen import counted
from triage.cli.session import Session
from triage.cli.tally import ROUTES, Reason, Tally
from triage.domain.judge import ENGINE_REASONS
from triage.domain.values import Route
from triage.projections import audit_line
from triage.rulebook import Unmapped, unmapped

REASONS_SHOWN_MAX: Final = 8
UNMAPPED_SHOWN_MAX: Final = 20
TOLD_MAX: Final = 5


def report_run(session: Session, tally: Tally, seconds: float) -> None:
    """Show the counts of a run, as JSON or for a person; what went wrong goes to standard error either way."""
    screen = session.screen
    if screen.as_json:
        screen.document(tally.document(seconds))
    else:
        _totals(session, tally, seconds)
    _unreadable(session, tally)
    for name, times in sorted(tally.not_understood.items()):
        screen.note(f"not understood, so left out: {name} (in {counted(times, 'document')})")
    _unmapped(session, unmapped(session.app.desk.policy, tally.call_types))
    for text in tally.refused[:TOLD_MAX]:
        screen.note(f"note: {text}")
    if not screen.as_json:
        _next(session, tally)


def _totals(session: Session, tally: Tally, seconds: float) -> None:
    screen = session.screen
    left_out = _listed(tally.excluded)
    excluded = f"{tally.excluded.total():,} excluded{f' ({left_out})' if left_out else ''}"
    screen.say(
        f"{tally.rows:,} rows: {tally.reports:,} reports, {tally.repeats:,} repeats, {excluded},"
        f" {tally.unreadable:,} unreadable",
        hang=2,
    )
    if not tally.events:
        screen.say(f"Nothing new: the log `{session.common.log}` holds all of it already.")
        return
    screen.say(
        f"{tally.decisions:,} decisions on {tally.calls:,} calls, {tally.events:,} events added to"
        f" `{session.common.log}` in {seconds:.1f} s",
        hang=2,
    )
    _routes(session, tally)
    _reasons(session, tally.reasons())
    if tally.not_served:
        screen.head("A CSO could have gone, but none did")
        rows = [(audit_line.words(reason), f"{calls:,}") for reason, calls in tally.not_served.most_common()]
        screen.table(("Reason", "Calls"), rows, right=(1,))


def _routes(session: Session, tally: Tally) -> None:
    routes = tally.routes()
    total = sum(routes.values())
    if not total:
        return
    session.screen.head("Who goes")
    rows = [(audit_line.ROUTES[route], f"{routes[route]:,}", f"{routes[route] / total:.1%}") for route in ROUTES]
    session.screen.table(("Route", "Calls", "Share"), rows, right=(1, 2))


def _reasons(session: Session, reasons: Counter[Reason]) -> None:
    if not reasons:
        return
    texts: dict[str, str] = {rule.id: rule.because for rule in session.app.desk.policy.rules}
    texts.update(ENGINE_REASONS)
    session.screen.head("Why sworn, by the rules (a call may have several reasons)")
    rows = [
        (f"{calls:,}", ("" if reason.known else "not ruled out: ") + f"{texts.get(reason.rule, '')} ({reason.rule})")
        for reason, calls in reasons.most_common(REASONS_SHOWN_MAX)
    ]
    session.screen.table(("Calls", "Because"), rows, right=(0,))
    if len(reasons) > REASONS_SHOWN_MAX:
        session.screen.say(f"and {len(reasons) - REASONS_SHOWN_MAX} more reasons, for fewer calls each")


def _unreadable(session: Session, tally: Tally) -> None:
    for bad in tally.first_unreadable:
        field = f", {bad.field}" if bad.field else ""
        session.screen.note(f"unreadable: {bad.source} line {bad.line}{field}: {bad.reason}")
    if tally.unreadable > len(tally.first_unreadable):
        session.screen.note(f"... and {tally.unreadable - len(tally.first_unreadable):,} more unreadable rows")


def _unmapped(session: Session, types: list[Unmapped]) -> None:
    for entry in types[:UNMAPPED_SHOWN_MAX]:
        near = f"; nearest: `{entry.nearest}`" if entry.nearest else ""
        times = "once" if entry.calls == 1 else f"{entry.calls:,} times"
        session.screen.note(f"unmapped call type, so sworn: `{entry.name}` ({times}){near}")
    if len(types) > UNMAPPED_SHOWN_MAX:
        session.screen.note(f"... and {len(types) - UNMAPPED_SHOWN_MAX:,} more unmapped call types")


def _next(session: Session, tally: Tally) -> None:
    """Commands that show something of this very run."""
    again = session.common.again()
    commands = [(f"triage queue{again}", "what waits for each CSO unit")]
    if tally.fullest is not None:
        at = quoted(clock.typed(tally.fullest.at, session.zone))
        commands.append(
            (f"triage queue --at {at}{again}", f"the queues at their fullest: {counted(tally.fullest.calls, 'call')}")
        )
    shown: tuple[Route, ...] = ("cso", "co_response", "sworn")
    call = next((call for route in shown if (call := tally.example(route))), None)
    if call is not None:
        commands.append((f"triage explain {quoted(call)}{again}", "why that call went where it did"))
    commands.append((f"triage verify{again}", "every decision, computed again"))
    session.screen.head("Next")
    session.screen.commands(commands)


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason.replace('-', ' ')} {number:,}" for reason, number in ordered)
