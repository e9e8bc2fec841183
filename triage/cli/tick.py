"""`triage tick`: what time alone brings about."""

from typing import Annotated

from cyclopts import Parameter

from triage.cli.event_rows import show_events
from triage.cli.failures import DONE
from triage.cli.options import STANDARD, Common
from triage.cli.session import deciding


def tick(
    *,
    now: Annotated[
        str | None, Parameter(metavar="TIME", help="The moment that it is; the wall clock's, if not said.")
    ] = None,
    common: Common = STANDARD,
) -> int:
    """Let time pass: holds expire, units are warned before their shift ends, what they leave is handed back.

    Run it every minute beside a live feed. `triage run` lets time pass by itself, as told by the calls.

    For example:

        triage tick
        triage tick --now '2023-07-14 19:00'

    With --json: the events.
    """
    with deciding(common) as session:
        moment = session.now(now)
        show_events(session, session.app.engine.tick(moment), f"Nothing was due by {session.shown(moment)}.")
    return DONE
