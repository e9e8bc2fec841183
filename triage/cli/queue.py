"""`triage queue`: what waits for each CSO unit, most urgent first."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Final

from cyclopts import Parameter

from triage.cli import clock
from triage.cli.failures import DONE
from triage.cli.options import STANDARD, At, Common
from triage.cli.screen import counted
from triage.cli.session import Session, reading
from triage.domain.facts import FACTS
from triage.domain.policy import Policy
from triage.projections import audit_line
from triage.projections.queue_entry import QUEUE_KINDS, QueueEntry, place_in_queue

PAGE_EVENTS: Final = 1000


def queue(
    unit: Annotated[str | None, Parameter(help="Only this unit's queue.")] = None,
    /,
    *,
    at: At = None,
    common: Common = STANDARD,
) -> int:
    """What waits for each CSO unit, most urgent first.

    By CAD's priority on the agency's scale (one that the agency does not map comes first), then by when the hold ends:
    a call that no unit claims by then goes to an officer. The minutes left are counted from the moment that is shown,
    which is the log's last event unless --at says otherwise: a log of the past is not compared with today.

    For example:

        triage queue
        triage queue CSO-3
        triage queue --at '2023-07-14 13:00'

    With --json: a list of unit, call_id, call_type, priority, programme, beat, queued_at, due_at, because.
    """
    with reading(common) as session:
        wanted = None if unit is None else session.unit(unit)
        moment = None if at is None else session.moment(at)
        entries = [entry for entry in _entries(session, moment) if wanted is None or entry.unit == wanted.id]
        waiting = by_urgency((entry for entry in entries if entry.stage == "waiting"), session.policy)
        if session.screen.as_json:
            session.screen.document([_document(entry) for entry in sorted(waiting, key=lambda entry: entry.unit)])
        else:
            _show(session, waiting, [entry for entry in entries if entry.stage != "waiting"], moment)
    return DONE


def by_urgency(entries: Iterable[QueueEntry], policy: Policy | None) -> list[QueueEntry]:
    """`entries`, the most urgent first: by CAD's priority on the agency's scale, then by due time, then by id."""
    urgency = _urgency(policy)
    return sorted(entries, key=lambda entry: (urgency(entry.priority), entry.due_at, entry.call_id))


def _urgency(policy: Policy | None) -> Callable[[str | None], int]:
    """How early a priority comes. One that is missing or not mapped comes first: nobody knows that it can wait."""
    levels = {} if policy is None else {code.upper(): level for code, level in policy.priorities.items()}
    from_top = {level: place for place, level in enumerate(reversed(FACTS["priority"].values), start=1)}
    return lambda code: from_top.get(levels.get((code or "").upper(), ""), 0)


def _entries(session: Session, moment: datetime | None) -> list[QueueEntry]:
    """Every call that a unit has or that waits for one, now or at `moment`."""
    with session.screen.progress("following the log", session.app.log.head()) as progress:
        if moment is None:
            session.app.view("cso_queues").catch_up(session.app.log, progress)
            return session.app.queues.entries()
        places: dict[str, QueueEntry] = {}
        position = 0
        while page := session.app.log.read(position, PAGE_EVENTS, QUEUE_KINDS):
            for recorded in page:
                if recorded.event.occurred_at <= moment:
                    entry = place_in_queue(places.pop(recorded.stream, None), recorded.event)
                    if entry is not None:
                        places[recorded.stream] = entry
            position = page[-1].position
            progress(position)
    return list(places.values())


def _document(entry: QueueEntry) -> dict[str, object]:
    return {
        "unit": entry.unit,
        "call_id": entry.call_id,
        "call_type": entry.call_type,
        "priority": entry.priority,
        "programme": entry.programme,
        "beat": entry.beat,
        "queued_at": clock.iso(entry.queued_at),
        "due_at": clock.iso(entry.due_at),
        "because": list(entry.because),
    }


def _show(
    session: Session, waiting: Sequence[QueueEntry], taken: Sequence[QueueEntry], moment: datetime | None
) -> None:
    screen = session.screen
    as_of = moment or session.last
    if as_of is None:
        screen.say("The log is empty: nothing waits.")
        return
    which = "" if moment else ", the time of the log's last event"
    screen.say(
        f"As of {session.shown(as_of)}{which}: {counted(len(waiting), 'call')} waiting, {len(taken)} with a unit."
    )
    for unit, entries in groupby(sorted(waiting, key=lambda entry: entry.unit), key=lambda entry: entry.unit):
        rows = [_row(entry, as_of) for entry in entries]
        screen.head(f"{unit}: {counted(len(rows), 'call')} waiting")
        screen.table(("Left", "Call", "Priority", "Type", "Beat", "Programme"), rows, whole=(0, 1), right=(0,))
    if taken:
        screen.head("With a unit")
        ordered = sorted(taken, key=lambda entry: (entry.unit, entry.queued_at, entry.call_id))
        screen.table(
            ("Unit", "Call", "Now", "Type", "Beat"),
            [(entry.unit, entry.call_id, _stage(entry), entry.call_type, entry.beat or "-") for entry in ordered],
            whole=(0, 1),
        )


def _row(entry: QueueEntry, as_of: datetime) -> tuple[str, ...]:
    overdue = entry.due_at < as_of
    left = f"over by {clock.span(entry.due_at, as_of)}" if overdue else clock.span(as_of, entry.due_at)
    return (
        left,
        entry.call_id,
        entry.priority or "-",
        entry.call_type,
        entry.beat or "-",
        entry.programme + _along(entry),
    )


def _stage(entry: QueueEntry) -> str:
    return audit_line.words(entry.stage) + (", officer asked for" if entry.backup else "") + _along(entry)


def _along(entry: QueueEntry) -> str:
    return f", with {entry.partner}" if entry.partner else ""
