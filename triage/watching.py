"""Whether calls still look as those did that the model was trained for: measured by the log's own count of calls."""

from typing import Final, NamedTuple

from triage.classifiers.drift import DriftWatch, Snapshot
from triage.classifiers.features import CallToAssess
from triage.domain.desk import Desk
from triage.domain.events import Assessment, CallReported, DriftMeasured, Event, ModelAdopted
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.model import Model
from triage.store import MODEL_STREAM, EventLog, Recorded

PAGE_EVENTS: Final = 1000


class Seen(NamedTuple):
    """What the watch had seen at one moment, to go back to."""

    watch: Snapshot | None
    pending: DriftMeasured | None


class Watching:
    """The drift watch of one engine's model. Without a model nothing is watched.

    Each window of calls, as the log counts them, ends with a `drift_measured` in the log; what it says holds for the
    calls after it. So the same requests give the same log, however they are cut into batches.
    """

    def __init__(self, model: Model | None, desk: Desk) -> None:
        self._model: Final = model
        self._desk: Final = desk
        self._watch: Final = None if model is None else DriftWatch(model)
        self._pending: DriftMeasured | None = None
        self._resumed = False
        self._own: set[int] = set()

    def resume(self, log: EventLog, until: int) -> None:
        """Count the calls that the log holds since the last measurement, up to a position. Only the first time."""
        if self._resumed or self._model is None:
            return
        self._resumed = True
        found = log.histories([MODEL_STREAM]).get(MODEL_STREAM, [])
        adopted = [item for item in found if isinstance(item.event, ModelAdopted)]
        last = adopted[-1].event if adopted else None
        if not isinstance(last, ModelAdopted) or last.digest != self._model.digest:
            return  # it begins with this engine's first decision
        position = adopted[-1].position
        for item in found:
            if item.position > position:
                self.apply(item)
                position = item.position
        while page := log.read(position, PAGE_EVENTS, ("call_reported",), brief=True):
            for recorded in page:
                if recorded.position <= until:
                    self.apply(recorded)
            position = page[-1].position

    def apply(self, recorded: Recorded) -> None:
        """Count what was stored by others, once: what this engine stored is counted when it decides."""
        if self._watch is None or not self._resumed or recorded.position in self._own:
            self._own.discard(recorded.position)
            return
        event = recorded.event
        if isinstance(event, CallReported):
            self._pending = self._seen(event) or self._pending
        elif isinstance(event, DriftMeasured) and self._model is not None and event.model == self._model.digest:
            self._watch.resume(event.beyond)
            self._pending = None
        elif isinstance(event, ModelAdopted) and self._model is not None and event.digest == self._model.digest:
            self._watch.resume(())  # who begins now counts from here
            self._pending = None

    def late(self) -> DriftMeasured | None:
        """The measurement to store before the next decision: others filled a window, and none of them measured it.

        The next window begins after it, as it does for whoever reads the log.
        """
        late, self._pending = self._pending, None
        if late is not None and self._watch is not None:
            self._watch.resume(late.beyond)
        return late

    def see(self, event: Event) -> DriftMeasured | None:
        """Count what was decided. The measurement to store after it, where a window is full."""
        return self._seen(event) if isinstance(event, CallReported) and self._watch is not None else None

    def stored(self, positions: list[int]) -> None:
        """These positions are this engine's own, and will be read among others'."""
        if self._watch is not None:
            self._own.update(positions)

    def over(self, assessment: Assessment) -> Assessment:
        """`assessment` as it counts now: with drift beyond the limit, a risk is an abstention."""
        if self._watch is None or assessment.risk is None:
            return assessment
        return self._watch.abstention() or assessment

    def snapshot(self) -> Seen:
        """What was seen so far."""
        return Seen(None if self._watch is None else self._watch.snapshot(), self._pending)

    def restore(self, seen: Seen) -> None:
        """Go back to it, after a write that did not happen."""
        self._pending = seen.pending
        if self._watch is not None and seen.watch is not None:
            self._watch.restore(seen.watch)

    def _seen(self, event: CallReported) -> DriftMeasured | None:
        assert self._watch is not None
        assert self._model is not None
        measured = self._watch.see(as_reported(event, self._desk))
        if measured is None:
            return None
        return DriftMeasured(
            occurred_at=event.occurred_at,
            by="engine",
            model=self._model.digest,
            calls=measured.calls,
            figures=measured.figures,
            beyond=measured.beyond,
        )


def as_reported(event: CallReported, desk: Desk) -> CallToAssess:
    """A call by what CAD's own words say of it alone, which every reader of the log knows."""
    facts = desk.weigh(event.particulars, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN).facts
    return CallToAssess.of(facts, event.particulars, event.occurred_at, desk.zone)
