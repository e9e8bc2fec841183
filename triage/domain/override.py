"""A person decides the route: in either direction, with a reason code, but never against a known danger from a desk."""

from datetime import timedelta
from typing import Final

from triage.domain.call import File, Open, Taken, Waiting
from triage.domain.commands import WAIT_OF_OVERRIDE_MINUTES, OverrideRoute
from triage.domain.desk import Desk
from triage.domain.errors import (
    CallUnreadableError,
    DangerKnownError,
    NoUnitError,
    RouteUnchangedError,
    UnknownReasonError,
)
from triage.domain.events import CallEvent, CsoRecalled, RouteOverridden
from triage.domain.evidence import resolve
from triage.domain.hear import reweigh
from triage.domain.judge import REPORT_UNREADABLE
from triage.domain.placing import Loads, Wish, not_served, place, queued
from triage.domain.triage import WITH_CSO

OFFICER_ON_SCENE: Final = "officer-on-scene"
"""The reason with which an officer who is there hands a call to a CSO, whatever was reported before."""


def override(call: Open, command: OverrideRoute, desk: Desk, loads: Loads) -> tuple[CallEvent, ...]:
    """The new route and its consequences; repeating an override changes nothing.

    Raises `UnknownReasonError`, `RouteUnchangedError`, `DangerKnownError`, `CallUnreadableError` or `NoUnitError`.
    """
    file = call.file
    if command.reason not in desk.policy.override_reasons:
        raise UnknownReasonError(command.call_id, command.reason, desk.policy.override_reasons)
    if command.route == file.route:
        if file.overridden:
            return ()
        raise RouteUnchangedError(command.call_id, file.route)
    changed = RouteOverridden(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        was=file.route,
        route=command.route,
        reason=command.reason,
    )
    if command.route == "sworn":
        return (changed, *_recall(call, command), *_ledger(call, command))
    _refuse_danger(file, command, desk)
    if command.route == "other_agency":
        return (changed, *_recall(call, command))
    if isinstance(call, Waiting | Taken):
        return (changed,)  # the unit has it already; only whether an officer comes along changes
    return (changed, _queue(file, command, desk, loads))


def _refuse_danger(file: File, command: OverrideRoute, desk: Desk) -> None:
    if command.reason == OFFICER_ON_SCENE:
        return
    if file.unreadable:
        raise DangerKnownError(command.call_id, (REPORT_UNREADABLE,))
    verdict = desk.judge.by_rules(resolve(reweigh(file, desk)))
    dangers = tuple(rule for rule in verdict.dangers if rule in {known.id for known in desk.policy.rules})
    if dangers:
        raise DangerKnownError(command.call_id, dangers)


def _queue(file: File, command: OverrideRoute, desk: Desk, loads: Loads) -> CallEvent:
    if file.particulars is None:
        raise CallUnreadableError(command.call_id)
    wish = Wish(
        command.call_id,
        file.particulars,
        reweigh(file, desk),
        command.programme or file.programme,
        two_together=False,
        vehicle=False,
        route=command.route,
        because=(command.reason,),
        now=command.now,
        due_at=command.now + timedelta(minutes=WAIT_OF_OVERRIDE_MINUTES),
    )
    choice = place(wish, desk, loads)
    if choice.shortfall is not None:
        raise NoUnitError(command.call_id, choice.shortfall)
    return queued(wish, choice, desk, command.by)


def _recall(call: Open, command: OverrideRoute) -> tuple[CallEvent, ...]:
    if not isinstance(call, Waiting | Taken):
        return ()
    recalled = CsoRecalled(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        unit=call.hold.unit,
        because=(command.reason,),
    )
    return (recalled,)


def _ledger(call: Open, command: OverrideRoute) -> tuple[CallEvent, ...]:
    if call.file.eligible in WITH_CSO and call.file.not_served is None:
        return (not_served(command.call_id, "overridden", (), command.now, command.by),)
    return ()
