"""`triage rebuild`: a projection thrown away and folded again."""

import time
from typing import Annotated

from cyclopts import Parameter

from triage.bootstrap import VIEWS
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, Common
from triage.cli.screen import counted
from triage.cli.session import Session, reading
from triage.domain.errors import meant


def rebuild(
    projection: Annotated[
        str | None, Parameter(help="cso_queues, audit_trail or not_served; all, if not said.")
    ] = None,
    /,
    *,
    common: Common = STANDARD,
) -> int:
    """Throw a projection away and fold it again from the log.

    The new one is made beside the old one, which can be read meanwhile, and then takes its place. The log itself is
    only read.

    For example:

        triage rebuild
        triage rebuild cso_queues

    With --json: projection, events, seconds; without PROJECTION a list of these.
    """
    if projection is not None and projection not in VIEWS:
        raise UsageError(f"no projection `{projection[:60]}`; {meant(projection[:60], VIEWS)}")
    with reading(common) as session:
        rebuilt = [_rebuild(session, name) for name in VIEWS if projection in {None, name}]
        if session.screen.as_json:
            session.screen.document(rebuilt if projection is None else rebuilt[0])
        else:
            for done in rebuilt:
                events = counted(int(str(done["events"])), "event")
                session.screen.say(f"{done['projection']}: folded again from {events} in {done['seconds']} s")
    return DONE


def _rebuild(session: Session, name: str) -> dict[str, object]:
    started = time.perf_counter()
    view = session.app.view(name)
    with session.screen.progress(name, session.app.log.head()) as progress:
        events = view.rebuild(session.app.log, progress)
    return {"projection": name, "events": events, "seconds": round(time.perf_counter() - started, 3)}
