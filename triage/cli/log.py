"""`triage log`: the log of events, in order."""

from collections.abc import Iterator
from typing import Annotated, Final

from cyclopts import Parameter

from triage.cli.event_rows import recorded_fields, standing
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, Common
from triage.cli.requests import history
from triage.cli.session import Session, reading
from triage.domain.errors import meant
from triage.domain.events import AboutNoCall
from triage.projections import audit_line
from triage.store import KINDS, Recorded

PAGE_EVENTS: Final = 1000


def log(
    *,
    call: Annotated[str | None, Parameter(metavar="ID", help="Only what happened to this call.")] = None,
    kind: Annotated[
        str | None, Parameter(metavar="KIND", help="Only events of this kind, for example call_triaged.")
    ] = None,
    after: Annotated[int, Parameter(metavar="N", help="Only what stands after this position.")] = 0,
    common: Common = STANDARD,
) -> int:
    """The log of events, in order, each on one line: position, when it happened, which call, what, by whom.

    Facts that nobody asked are left out, and so are the bodies of the policies and models that were adopted.

    For example:

        triage log --call 2023000319821
        triage log --kind call_not_served --json
        triage log --after 1000 | head

    With --json: one document per line: position, kind, call_id, occurred_at, recorded_at, and the event's own fields.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"no event is of the kind `{kind[:60]}`; {meant(kind[:60], KINDS)}")
    if after < 0:
        raise UsageError(f"--after: `{after}` is no position; positions count from 1")
    with reading(common) as session:
        for recorded in _events(session, call, kind, after):
            if session.screen.as_json:
                session.screen.row(recorded_fields(recorded))
            else:
                _show(session, recorded)
    return DONE


def _events(session: Session, call: str | None, kind: str | None, after: int) -> Iterator[Recorded]:
    """The events that were asked for, a page at a time."""
    if call is not None:
        for recorded in history(session, call):
            if recorded.position > after and kind in {None, recorded.event.kind}:
                yield recorded
        return
    kinds = () if kind is None else (kind,)
    while page := session.app.log.read(after, PAGE_EVENTS, kinds):
        yield from page
        after = page[-1].position


def _show(session: Session, recorded: Recorded) -> None:
    event = recorded.event
    when = session.shown(event.occurred_at, seconds=True)
    about = "-" if isinstance(event, AboutNoCall) else event.call_id
    what = standing(event) if isinstance(event, AboutNoCall) else audit_line.line(event)
    session.screen.line(f"{recorded.position:>6}  {when}  {about:<16}  {what}  [{event.by}]")
