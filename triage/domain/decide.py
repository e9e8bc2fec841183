"""What happens when a command meets a call. Pure: state, command, policy and loads in, events out."""

from typing import assert_never

from triage.domain import life
from triage.domain.call import Call, Cleared, NotReported, Open, Reported
from triage.domain.commands import (
    ArriveOnScene,
    ClaimCall,
    ClearCall,
    Command,
    GoEnRoute,
    HandBackCall,
    LetTimePass,
    LinkCall,
    OverrideRoute,
    RefuseReport,
    ReleaseCall,
    RequestBackup,
    TriageCall,
)
from triage.domain.desk import Desk
from triage.domain.errors import CallClearedError, CallNotFoundError, SelfLinkError
from triage.domain.events import CallEvent, CallLinked, ReportUnreadable
from triage.domain.override import override
from triage.domain.placing import Loads
from triage.domain.triage import triage, triage_unreadable


def decide(call: Call, command: Command, desk: Desk, loads: Loads) -> tuple[CallEvent, ...]:
    """What happens if `command` meets `call`, by the policy of `desk`. Empty means nothing does.

    Raises a `CallRefusedError` that says why for a command that the call's state does not allow.
    """
    match command:
        case TriageCall():
            return triage(call, command, desk, loads)
        case RefuseReport():
            return _refuse_report(call, command, desk)
        case LinkCall():
            return _link(_reported(call, command), command)
        case ClearCall():
            return life.clear(_reported(call, command), command, desk)
        case LetTimePass():
            return life.let_time_pass(call, command, desk, loads)
        case OverrideRoute():
            return override(_open(call, command), command, desk, loads)
        case HandBackCall():
            return life.hand_back(_open(call, command), command, desk, loads)
        case ClaimCall() | ReleaseCall() | GoEnRoute() | ArriveOnScene() | RequestBackup():
            return life.move(_open(call, command), command, desk)
        case _:
            assert_never(command)


def _reported(call: Call, command: Command) -> Reported:
    if isinstance(call, NotReported):
        raise CallNotFoundError(command.call_id)
    return call


def _open(call: Call, command: Command) -> Open:
    reported = _reported(call, command)
    if isinstance(reported, Cleared):
        raise CallClearedError(command.call_id)
    return reported


def _refuse_report(call: Call, command: RefuseReport, desk: Desk) -> tuple[CallEvent, ...]:
    unreadable = command.unreadable
    if not isinstance(call, NotReported) and unreadable.fingerprint in call.file.unreadable:
        return ()  # the same bytes again
    refused = ReportUnreadable(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        source=unreadable.source,
        line=unreadable.line,
        field=unreadable.field,
        reason=unreadable.reason,
        fingerprint=unreadable.fingerprint,
    )
    return (refused, *triage_unreadable(call, command, desk))


def _link(call: Reported, command: LinkCall) -> tuple[CallEvent, ...]:
    if command.other == command.call_id:
        raise SelfLinkError(command.call_id)
    if (command.other, command.relation) in call.file.links:
        return ()
    linked = CallLinked(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        other=command.other,
        relation=command.relation,
    )
    return (linked,)
