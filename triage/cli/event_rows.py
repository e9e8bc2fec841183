"""Events as JSON for programs and as lines for people: facts that nobody asked are left out, a policy's body too."""

from collections.abc import Iterable, Mapping
from typing import Final, assert_never

from triage.cli import clock
from triage.cli.session import Session
from triage.domain.events import AboutNoCall, CallEvent, DriftMeasured, Event, ModelAdopted, PolicyAdopted
from triage.projections import audit_line
from triage.store import Recorded

FACTS: Final = ("reported", "cue", "answered", "presumed")
BODIES: Final[Mapping[str, set[str]]] = {"policy_adopted": {"policy"}, "model_adopted": {"model"}}
"""What is too long for a line: `triage policy diff` and `triage model show` show it."""


def fields(event: Event) -> dict[str, object]:
    """The event's own fields, beginning with what all events have."""
    head: dict[str, object] = {"kind": event.kind}
    if isinstance(event, AboutNoCall):
        own = event.model_dump(mode="json", exclude=BODIES.get(event.kind))
        return {**head, "call_id": None, "occurred_at": own["occurred_at"], **own}
    own = event.model_dump(mode="json")
    return {**head, "call_id": own["call_id"], "occurred_at": own["occurred_at"], **_known(own)}


def recorded_fields(recorded: Recorded) -> dict[str, object]:
    """An event of the log with its position and when it was stored."""
    own = fields(recorded.event)
    return {
        "position": recorded.position,
        "kind": own["kind"],
        "call_id": own["call_id"],
        "occurred_at": own["occurred_at"],
        "recorded_at": clock.iso(recorded.recorded_at),
        **own,
    }


def standing(event: AboutNoCall) -> str:
    """What is said of all calls at once, in one line."""
    match event:
        case PolicyAdopted():
            return f"policy {event.digest} of {event.policy.agency} decides from here on"
        case ModelAdopted():
            return f"model {event.digest} of {event.model.agency} assesses from here on"
        case DriftMeasured(beyond=()):
            return f"the last {event.calls:,} calls look like those that the model was trained for"
        case DriftMeasured():
            figures = ", ".join(f"{name} {event.figures[name]:.2f}" for name in event.beyond)
            return f"the last {event.calls:,} calls are not like those of the training ({figures}): the model abstains"
        case _:
            assert_never(event)


def show_events(session: Session, events: Iterable[CallEvent], nothing: str) -> None:
    """The events that a command caused: a JSON list, or a line each; `nothing` says what it means if there are none."""
    happened = tuple(events)
    screen = session.screen
    if screen.as_json:
        screen.document([fields(event) for event in happened])
        return
    for event in happened:
        screen.say(f"{session.shown(event.occurred_at)}  {event.call_id}  {audit_line.line(event)}", hang=2)
    if not happened:
        screen.say(nothing)


def _known(own: Mapping[str, object]) -> dict[str, object]:
    """`own` without the facts that nobody asked."""
    return {name: _facts(name, value) for name, value in own.items()}


def _facts(name: str, value: object) -> object:
    if name == "evidence" and isinstance(value, dict):
        return _known(value)
    if name in FACTS and isinstance(value, dict):
        return {fact: known for fact, known in value.items() if known is not None}
    return value
