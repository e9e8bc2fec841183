"""One event of each kind, as the golden files of `tests/golden/events` hold them.

After adding a kind or an upcast: put the event here, then `python -m tests.store_examples` writes the files that are
missing. It never changes one that is there: what was stored once must be read for ever.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from triage.domain.events import (
    Assessment,
    BackupRequested,
    CallClaimed,
    CallCleared,
    CallHandedBack,
    CallLinked,
    CallNotServed,
    CallQueued,
    CallReleased,
    CallReported,
    CallTriaged,
    CallUpdated,
    Considered,
    CsoRecalled,
    DriftMeasured,
    Event,
    Evidence,
    FollowUpScheduled,
    ModelAdopted,
    Particulars,
    PolicyAdopted,
    ReportUnreadable,
    RouteOverridden,
    ShiftEnding,
    UnitEnRoute,
    UnitOnScene,
)
from triage.domain.facts import Facts
from triage.domain.model import Model, Term
from triage.domain.policy import CallType, Cue, Disposition, Policy, Rule
from triage.domain.roster import Roster, Shift, Supervisor, Unit
from triage.store import KINDS, EventLog, stream_of
from triage.store.mapper import UPCASTS, EventMapper

GOLDEN = Path(__file__).parent / "golden" / "events"
DEFAULTS = GOLDEN.parent / "event_defaults.json"
CALL = "2026-000123"
SEEN = datetime(2026, 3, 3, 11, 42, tzinfo=timezone(timedelta(hours=-8)))
STORED = datetime(2026, 3, 3, 19, 42, 0, 123456, tzinfo=UTC)
PARTICULARS = Particulars(
    call_type="NOISE - DIST, GENERAL (PARTY, ETC)", priority="3", channel="911", precinct="EAST", sector="C", beat="C2"
)
MODEL = Model(
    name="hierarchy",
    agency="example",
    routing="0123456789abcdef",
    borrowed=False,
    authority_limit=0.2,
    intercept=-2.5,
    terms=(
        Term(features=("nature",), weights={"NOISE": -1.25}),
        Term(features=("nature", "priority"), weights={"NOISE | routine": 0.5}),
    ),
    slope=1.0,
    offset=0.125,
    ceiling=None,
    support_min=30,
    combination_min=10,
    support={"NOISE": 400},
    combined=("nature", "priority"),
    combinations={"NOISE | routine": 390},
    dangers={"NOISE": ("intoxicated",)},
    drift_window=1000,
    drift_limit=0.25,
    reference={"hours": {"00-03": 0.25, "other": 0.75}},
)
HEARD = Facts(weapon=False, juvenile=True, suicide="none")
POLICY = Policy(
    agency="example",
    time_zone="America/Los_Angeles",
    classifier="none",
    authority_limit=0.2,
    rules=(
        Rule(
            id="cso-if-noise",
            effect="allow_cso",
            when={"nature": ("NOISE",), "weapon": (False,)},
            because="Nobody is in danger.",
            source="assumption",
            programme="community",
        ),
    ),
    call_types=(CallType(name="NOISE", canonical="NOISE", presumes=Facts(weapon=False)),),
    cues=(Cue(id="cue-knife", fact="weapon", value=True, words=("knife",)),),
    negations=("no",),
    priorities={"3": "routine"},
    channels={"911": "911"},
    override_reasons={"officer-on-scene": "An officer is there"},
    dispositions=(Disposition(code="assisted", description="Assistance rendered", cso=True),),
    roster=Roster(
        time_zone="America/Los_Angeles",
        warn_minutes=30,
        shifts=(Shift(id="day", days=("monday", "tuesday"), start=time(10, 30), end=time(19, 0)),),
        units=(
            Unit(
                id="CSO-3",
                shift="day",
                programmes=("community",),
                areas=("C2",),
                languages=("english",),
                mode="foot",
                partner=None,
                capacity=4,
            ),
        ),
        supervisors=(Supervisor(id="CSO-SUP-1", shift="day"),),
    ),
)


BY_CAD: dict[str, Any] = {"call_id": CALL, "occurred_at": SEEN, "by": "cad"}
BY_ENGINE: dict[str, Any] = {"call_id": CALL, "occurred_at": SEEN, "by": "engine"}
BY_UNIT: dict[str, Any] = {"call_id": CALL, "occurred_at": SEEN, "by": "unit:CSO-3", "unit": "CSO-3"}
EVENTS: tuple[Event, ...] = (
    CallReported(**BY_CAD, particulars=PARTICULARS, reported=HEARD, cue=Facts(), cue_ids=()),
    CallUpdated(
        **BY_CAD,
        particulars=PARTICULARS,
        reported=Facts(),
        cue=Facts(weapon=True),
        cue_ids=("cue-knife",),
        answered=Facts(violence=False),
    ),
    CallTriaged(
        **BY_ENGINE,
        route="sworn",
        eligible="cso",
        by_rules="cso",
        because=("cso-if-noise",),
        nearly=("sworn-if-weapon",),
        open_questions=("violence",),
        programme="community",
        agency=None,
        evidence=Evidence(presumed=Facts(nature="NOISE", severity="minor"), reported=HEARD),
        assessment=Assessment(risk=0.0625, model="none", abstained=None),
        policy="0123456789abcdef",
    ),
    RouteOverridden(**{**BY_ENGINE, "by": "sgt-7"}, was="sworn", route="cso", reason="officer-on-scene"),
    CallQueued(
        **{**BY_UNIT, "by": "engine"},
        partner=None,
        programme="community",
        two_together=False,
        vehicle=True,
        route="cso",
        call_type="NOISE",
        priority="3",
        beat=None,
        because=("cso-if-noise",),
        due_at=SEEN + timedelta(minutes=30),
        shift_ends_at=SEEN + timedelta(hours=7),
        warn_at=SEEN + timedelta(hours=6, minutes=30),
        considered=(
            Considered(unit="CSO-1", load=4, outcome="capacity"),
            Considered(unit="CSO-3", load=0, outcome="chosen"),
        ),
    ),
    CallClaimed(**BY_UNIT),
    CallReleased(**BY_UNIT, due_at=SEEN + timedelta(minutes=45)),
    UnitEnRoute(**BY_UNIT),
    UnitOnScene(**BY_UNIT),
    BackupRequested(**BY_UNIT),
    CsoRecalled(**{**BY_UNIT, "by": "engine"}, because=("sworn-if-weapon",)),
    CallHandedBack(**BY_UNIT, reason="wrong_area"),
    ShiftEnding(**{**BY_UNIT, "by": "engine"}, ends_at=SEEN + timedelta(hours=7)),
    CallNotServed(**BY_ENGINE, reason="capacity", considered=(Considered(unit="CSO-1", load=4, outcome="capacity"),)),
    FollowUpScheduled(**BY_UNIT, due_at=SEEN + timedelta(days=2)),
    CallLinked(**BY_CAD, other="2026-000122", relation="duplicate"),
    CallCleared(**BY_CAD, disposition="ASSISTANCE RENDERED", final_call_type=None, unit=None),
    ReportUnreadable(
        **BY_CAD,
        source="calls.csv",
        line=17,
        field="priority",
        reason="not a number",
        fingerprint="0123456789abcdef",
    ),
    PolicyAdopted(occurred_at=SEEN, by="engine", digest=POLICY.digest, policy=POLICY),
    ModelAdopted(occurred_at=SEEN, by="engine", digest=MODEL.digest, model=MODEL),
    DriftMeasured(occurred_at=SEEN, by="engine", model=MODEL.digest, calls=1000, figures={"hours": 0.03125}, beyond=()),
)
EXAMPLES: dict[str, Event] = {event.kind: event for event in EVENTS}


def reported(call: str) -> CallReported:
    """A first report of a call."""
    return CallReported(
        call_id=call, occurred_at=SEEN, by="cad", particulars=PARTICULARS, reported=Facts(), cue=Facts(), cue_ids=()
    )


def cleared(call: str) -> CallCleared:
    """The end of a call."""
    return CallCleared(call_id=call, occurred_at=SEEN, by="cad", disposition="GOA", final_call_type=None, unit=None)


def whole_call(call: str, events: int) -> list[tuple[str, int, Event]]:
    """A batch of one call: its report, and as many more events as are asked for."""
    report: list[Event] = [reported(call)]
    return [(call, version, event) for version, event in enumerate(report + [cleared(call)] * (events - 1), 1)]


def kept(log: EventLog) -> list[tuple[str, int, str]]:
    """Everything in a log, in order: stream, version, kind. Checks that positions only rise."""
    events = log.read(0, 100_000)
    positions = [recorded.position for recorded in events]
    assert positions == sorted(set(positions)), "positions do not rise"
    return [(recorded.stream, recorded.version, recorded.event.kind) for recorded in events]


def state_of(event: Event) -> bytes:
    """The bytes that today's program stores for an event."""
    ((_, _, _, state),) = EventMapper().rows([(stream_of(event), 1, event)], STORED)
    return state


def defaults() -> dict[str, object]:
    """Every field of every stored value that has a default, and that default as JSON, by class and field."""
    found: dict[str, object] = {}
    for model in _models(KINDS.values(), set()):
        for name, field in model.model_fields.items():
            if not field.is_required() and name != "kind":
                found[f"{model.__name__}.{name}"] = to_jsonable_python(field.get_default(), exclude_none=True)
    return dict(sorted(found.items()))


def golden(kind: str, version: int) -> Path:
    """Where the stored event of a kind is, as that version of the kind stored it."""
    return GOLDEN / f"{kind}.v{version}.json"


def newest(kind: str) -> int:
    """The version that is stored today."""
    return 1 + len(UPCASTS.get(kind, ()))


def write_missing() -> list[Path]:
    """Writes the golden files and defaults that are not there yet, and says which files."""
    missing = [(golden(kind, newest(kind)), event) for kind, event in EXAMPLES.items()]
    written = [(path, event) for path, event in missing if not path.exists()]
    for path, event in written:
        path.write_bytes(state_of(event) + b"\n")
    kept = json.loads(DEFAULTS.read_text()) if DEFAULTS.exists() else {}
    DEFAULTS.write_text(json.dumps({**defaults(), **kept}, indent=1, sort_keys=True) + "\n")
    return [path for path, _ in written]


def _models(types: Iterable[Any], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """All value classes that these types are made of."""
    for kind in types:
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            _models([field.annotation for field in kind.model_fields.values()], seen)
        else:
            _models(get_args(kind), seen)
    return seen


if __name__ == "__main__":
    for path in write_missing():
        print(path.name)  # noqa: T201  # a tool for the one who adds an event
