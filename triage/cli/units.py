"""What a CSO unit does with a call: claim, release, en-route, on-scene, backup, hand-back, clear."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from cyclopts import Parameter

from triage.cli.ask import DISPATCHER
from triage.cli.event_rows import show_events
from triage.cli.failures import DONE, NothingWaitsError, UsageError
from triage.cli.options import STANDARD, By, Call, Common, Now, Unit
from triage.cli.queue import by_urgency
from triage.cli.requests import asked, checked_id, handle
from triage.cli.session import Session, deciding, unit_of
from triage.domain.commands import (
    ArriveOnScene,
    ClaimCall,
    ClearCall,
    GoEnRoute,
    HandBackCall,
    ReleaseCall,
    RequestBackup,
)
from triage.domain.errors import nearest
from triage.domain.events import HandBackReason

Step = TypeVar("Step", ClaimCall, ReleaseCall, GoEnRoute, ArriveOnScene, RequestBackup, HandBackCall)


def claim(
    unit: Unit,
    call: Annotated[
        str | None, Parameter(help="The call; without one, the most urgent that waits for the unit.")
    ] = None,
    /,
    *,
    by: By = None,
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """A unit takes a call, or the most urgent one of its queue.

    --now TIME says when, for history and tests.

    For example:

        triage claim CSO-3
        triage claim CSO-3 2023000319821

    With --json: the events.
    """
    return _step(ClaimCall, unit, lambda session, name: call or _first(session, name), by=by, now=now, common=common)


def release(unit: Unit, call: Call, /, *, by: By = None, now: Now = None, common: Common = STANDARD) -> int:
    """A unit puts a call back into its queue.

    --now TIME says when, for history and tests.

    For example:

        triage release CSO-3 2023000319821

    With --json: the events.
    """
    return _step(ReleaseCall, unit, lambda *_: call, by=by, now=now, common=common)


def en_route(unit: Unit, call: Call, /, *, by: By = None, now: Now = None, common: Common = STANDARD) -> int:
    """A unit is on its way.

    --now TIME says when, for history and tests.

    For example:

        triage en-route CSO-3 2023000319821

    With --json: the events.
    """
    return _step(GoEnRoute, unit, lambda *_: call, by=by, now=now, common=common)


def on_scene(unit: Unit, call: Call, /, *, by: By = None, now: Now = None, common: Common = STANDARD) -> int:
    """A unit has arrived.

    --now TIME says when, for history and tests.

    For example:

        triage on-scene CSO-3 2023000319821

    With --json: the events.
    """
    return _step(ArriveOnScene, unit, lambda *_: call, by=by, now=now, common=common)


def backup(unit: Unit, call: Call, /, *, by: By = None, now: Now = None, common: Common = STANDARD) -> int:
    """A unit asks for an officer; the call becomes one for officer and CSO together.

    --now TIME says when, for history and tests.

    For example:

        triage backup CSO-3 2023000319821

    With --json: the events.
    """
    return _step(RequestBackup, unit, lambda *_: call, by=by, now=now, common=common)


def hand_back(  # noqa: PLR0913 - the common options are one of them
    unit: Unit,
    call: Call,
    /,
    *,
    reason: Annotated[HandBackReason, Parameter(metavar="REASON", help="Why.")],
    by: By = None,
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """A unit returns a call, with a reason: to the next unit, or to an officer.

    With needs_officer or unsafe an officer goes at once. --now TIME says when, for history and tests.

    For example:

        triage hand-back CSO-3 2023000319821 --reason wrong_area

    With --json: the events.
    """
    return _step(HandBackCall, unit, lambda *_: call, by=by, now=now, common=common, reason=reason)


def clear(  # noqa: PLR0913 - what there is to say at the end of a call
    call: Call,
    /,
    *,
    disposition: Annotated[
        str, Parameter(metavar="CODE", help="How it ended: a code of the agency's dispositions.csv.")
    ],
    unit: Annotated[
        str | None, Parameter(metavar="UNIT", help="The CSO unit that closes it; without one, CAD does.")
    ] = None,
    follow_up: Annotated[str | None, Parameter(metavar="TIME", help="When somebody is to come back to it.")] = None,
    by: By = None,
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """Close a call with a disposition.

    A CSO unit may close a call only in the ways that dispositions.csv marks for CSOs: never as an arrest or a citation.
    --now TIME says when, for history and tests.

    For example:

        triage clear 319821 --disposition 'ASSISTANCE RENDERED' --unit CSO-3
        triage clear 319821 --disposition follow-up --follow-up '2023-11-06 10:30'

    With --json: the events.
    """
    with deciding(common) as session:
        name = None if unit is None else unit_of(session.app.desk.policy, unit).id
        later = None if follow_up is None else session.moment(follow_up)
        moment = session.now(now)
        if later is not None and later <= moment:
            raise UsageError(f"--follow-up `{follow_up}` is not after the moment at which the call is closed")
        who = by or (f"unit:{name}" if name else DISPATCHER)
        fields = {"unit": name, "disposition": _code(session, disposition, name), "follow_up_at": later}
        events = handle(session, asked(ClearCall, call, moment, who, **fields))
        show_events(session, events, "Nothing new: it is cleared already.")
    return DONE


def _step(  # noqa: PLR0913 - what every step of a unit has
    command: type[Step],
    unit: str,
    call: Callable[[Session, str], str],
    *,
    by: str | None,
    now: str | None,
    common: Common,
    **fields: object,
) -> int:
    with deciding(common) as session:
        name = unit_of(session.app.desk.policy, unit).id
        call_id = checked_id(call(session, name))
        request = asked(command, call_id, session.now(now), by or f"unit:{name}", unit=name, **fields)
        show_events(session, handle(session, request), f"Nothing new: {call_id} stands so already.")
    return DONE


def _first(session: Session, unit: str) -> str:
    """The most urgent call that waits for `unit`. Raises `NothingWaitsError` if none does."""
    waiting = [entry for entry in session.app.queues.entries(unit) if entry.stage == "waiting"]
    if not waiting:
        raise NothingWaitsError(f"no call waits for `{unit}`")
    return by_urgency(waiting, session.app.desk.policy)[0].call_id


def _code(session: Session, text: str, unit: str | None) -> str:
    """The disposition that `text` means, whatever its case. Raises `UsageError` with the nearest for any other."""
    codes = session.app.desk.policy.dispositions
    found = next((item.code for item in codes if item.code.upper() == text.strip().upper()), None)
    if found is None:
        valid = [item.code for item in codes if item.cso or unit is None]
        near = nearest(text.strip().upper()[:60], {code.upper(): code for code in valid})
        hint = next((f"did you mean `{code}`? " for code in valid if code.upper() == near), "")
        raise UsageError(f"--disposition: no code `{text[:60]}`; {hint}valid: {', '.join(valid)}")
    return found
