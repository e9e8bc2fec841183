"""One event of a call's story in words, for people who read many of them."""

from typing import assert_never

from triage.domain.events import (
    BackupRequested,
    CallClaimed,
    CallCleared,
    CallEvent,
    CallHandedBack,
    CallLinked,
    CallNotServed,
    CallQueued,
    CallReleased,
    CallReported,
    CallTriaged,
    CallUpdated,
    CsoRecalled,
    FollowUpScheduled,
    ReportUnreadable,
    RouteOverridden,
    ShiftEnding,
    UnitEnRoute,
    UnitOnScene,
)
from triage.domain.judge import ENGINE_REASONS
from triage.domain.values import Route

ROUTES: dict[Route, str] = {
    "sworn": "sworn officer",
    "co_response": "officer and CSO together",
    "cso": "CSO",
    "other_agency": "other agency",
}
"""The routes in words."""


def line(event: CallEvent) -> str:
    """What happened, in one line without any narrative."""
    match event:
        case CallReported(particulars=said):
            return f"reported as {said.call_type}" + (f", priority {said.priority}" if said.priority else "")
        case CallUpdated(answered=answered, particulars=said):
            facts = ", ".join(f"{name}={words(value)}" for name, value in answered if value is not None)
            return f"answered: {facts}" if facts else f"reported again as {said.call_type}"
        case CallTriaged():
            only_unknown = event.route == "sworn" and event.open_questions and event.because[0] not in ENGINE_REASONS
            why = "as nothing rules out" if only_unknown else "because"
            return f"triaged: {ROUTES[event.route]}, {why} {', '.join(event.because)}"
        case CallCleared(disposition=disposition, unit=unit):
            return f"cleared by {unit or 'CAD'}" + (f": {disposition}" if disposition else "")
        case RouteOverridden(was=was, route=route, reason=reason):
            return f"overridden: {ROUTES[was]} to {ROUTES[route]}, because {reason}"
        case CallQueued(unit=unit, programme=programme):
            together = f" with {event.partner}" if event.partner else ""
            return f"waits for {unit}{together} ({programme})"
        case CallClaimed(unit=unit):
            return f"claimed by {unit}"
        case CallReleased(unit=unit):
            return f"released by {unit}, waits again"
        case UnitEnRoute(unit=unit):
            return f"{unit} is on the way"
        case UnitOnScene(unit=unit):
            return f"{unit} is on scene"
        case BackupRequested(unit=unit):
            return f"{unit} asks for an officer"
        case CsoRecalled(unit=unit, because=because):
            return f"{unit} recalled, because {', '.join(because)}"
        case CallHandedBack(unit=unit, reason=reason):
            return f"handed back by {unit}: {words(reason)}"
        case ShiftEnding(unit=unit):
            return f"{unit} warned: its shift ends soon"
        case CallNotServed(reason=reason):
            return f"not served by a CSO: {words(reason)}; a sworn officer goes"
        case FollowUpScheduled():
            return "follow-up scheduled"
        case CallLinked(other=other, relation=relation):
            return f"linked to {other} as {relation}"
        case ReportUnreadable(source=source, reason=reason):
            return f"a report could not be read ({source} line {event.line}: {reason}); a sworn officer goes"
        case _:
            assert_never(event)


def words(value: object) -> str:
    """A code or a yes-or-no value as a person would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ")
