"""One call as a challenger follows it: what is known of it, where both would have sent it, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple, assert_never, cast

from triage.domain.call import File, NotReported, WithOfficers, evolve
from triage.domain.events import (
    BackupRequested,
    CallClaimed,
    CallCleared,
    CallHandedBack,
    CallNotServed,
    CallQueued,
    CallReleased,
    CallReported,
    CallTriaged,
    CallUpdated,
    CsoRecalled,
    Particulars,
    RouteOverridden,
)
from triage.domain.evidence import known
from triage.domain.facts import Facts
from triage.domain.values import Route

BY_CAUTION: Final[Mapping[Route, int]] = {"sworn": 0, "co_response": 1, "other_agency": 2, "cso": 3}
"""The routes, from the most to the least cautious."""

Step = (
    CallTriaged
    | RouteOverridden
    | CallQueued
    | CallClaimed
    | CallReleased
    | BackupRequested
    | CsoRecalled
    | CallHandedBack
    | CallNotServed
    | CallCleared
)
"""What says who goes, whether a CSO unit has the call, and how it ended."""

CALL_COLUMNS: Final = (
    "call_id, known, champion, challenger, first_at, last_at, policy, model, goes, claimed, closed_by, disposition, "
    "final_call_type"
)


class Routes(NamedTuple):
    """Where a call goes by the champion, and where it would go by the challenger."""

    champion: Route
    challenger: Route


class Closing(NamedTuple):
    """What was said of how a call ended; `by_cso` if a CSO unit had it then, and no officer was there."""

    disposition: str | None
    final_call_type: str | None
    by_cso: bool


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """What is kept of one call.

    `file` is what the log holds of what was said. `routes` are the least cautious of all that each of the two decided;
    None as long as neither has. `policy` and `model` are those that the champion decided by last, by digest. `goes` is
    who goes indeed, and `claimed` whether a CSO unit has taken the call.
    """

    file: File
    routes: Routes | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    policy: str | None = None
    model: str | None = None
    goes: Route = "sworn"
    claimed: bool = False
    closing: Closing | None = None


def told(call: JudgedCall | None, event: CallReported | CallUpdated) -> JudgedCall:
    """The call once `event` counts, by the very fold that the engine decides with."""
    after = evolve(NotReported() if call is None else WithOfficers(call.file), event)
    assert not isinstance(after, NotReported), "a call that was told of was reported"
    return JudgedCall(after.file) if call is None else replace(call, file=after.file)


def judged(call: JudgedCall, event: CallTriaged, routes: Routes) -> JudgedCall:
    """The call once both have decided it: each keeps the least cautious route that it ever gave."""
    if call.routes is not None:
        routes = Routes(
            max(call.routes.champion, routes.champion, key=BY_CAUTION.__getitem__),
            max(call.routes.challenger, routes.challenger, key=BY_CAUTION.__getitem__),
        )
    return replace(
        call,
        routes=routes,
        first_at=event.occurred_at if call.first_at is None else min(call.first_at, event.occurred_at),
        last_at=event.occurred_at if call.last_at is None else max(call.last_at, event.occurred_at),
        policy=event.policy,
        model=event.assessment.model,
    )


def moved(call: JudgedCall, event: Step) -> JudgedCall:
    """The call once it was decided who goes, a unit has taken or lost it, or it is closed."""
    match event:
        case CallTriaged(route=route) | RouteOverridden(route=route) | CallQueued(route=route):
            return call if call.goes == route else replace(call, goes=route)
        case CallClaimed():
            return replace(call, claimed=True)
        case BackupRequested():
            return replace(call, goes="co_response")
        case CallReleased() | CsoRecalled() | CallHandedBack() | CallNotServed():
            return replace(call, claimed=False)
        case CallCleared():
            by_cso = call.claimed and call.goes == "cso"
            return replace(call, closing=Closing(event.disposition, event.final_call_type, by_cso))
        case _:
            assert_never(event)


def call_row(call: JudgedCall) -> tuple[object, ...]:
    """The call as a row of `CALL_COLUMNS`."""
    routes, closing = call.routes, call.closing
    return (
        call.file.call_id,
        _packed(call.file),
        None if routes is None else routes.champion,
        None if routes is None else routes.challenger,
        None if call.first_at is None else utc(call.first_at),
        None if call.last_at is None else utc(call.last_at),
        call.policy,
        call.model,
        call.goes,
        call.claimed,
        None if closing is None else ("cso" if closing.by_cso else "cad"),
        None if closing is None else closing.disposition,
        None if closing is None else closing.final_call_type,
    )


def read_call(columns: tuple[object, ...]) -> JudgedCall:
    """The call of a row."""
    call_id, packed, champion, challenger, first_at, last_at, policy, model, goes, claimed, *closing = columns
    return JudgedCall(
        _unpacked(str(call_id), str(packed)),
        None if champion is None else Routes(cast("Route", champion), cast("Route", challenger)),
        None if first_at is None else datetime.fromisoformat(str(first_at)),
        None if last_at is None else datetime.fromisoformat(str(last_at)),
        cast("str | None", policy),
        cast("str | None", model),
        cast("Route", goes),
        bool(claimed),
        closing_of(*closing),
    )


def closing_of(closed_by: object, disposition: object, final_call_type: object) -> Closing | None:
    """The closing of a row's last columns; None of a call that is open."""
    if closed_by is None:
        return None
    return Closing(cast("str | None", disposition), cast("str | None", final_call_type), closed_by == "cso")


def utc(time: datetime) -> str:
    """`time` as a text that sorts by time."""
    return time.astimezone(UTC).isoformat()


def _packed(file: File) -> str:
    assert file.particulars is not None, "a call that was told of has particulars"
    said = [file.told_at.isoformat(), file.reported_at.isoformat(), file.particulars.__dict__]
    return json.dumps([*said, *(known(facts) for facts in (file.reported, file.cue, file.answered))])


def _unpacked(call_id: str, packed: str) -> File:
    told_at, reported_at, said, *facts = json.loads(packed)
    reported, cue, answered = (Facts.model_validate(known_facts) for known_facts in facts)
    return File(
        call_id,
        datetime.fromisoformat(told_at),
        Particulars.model_validate(said),
        datetime.fromisoformat(reported_at),
        reported,
        cue,
        answered,
    )
