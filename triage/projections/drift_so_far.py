"""How far calls have drifted from what a challenger's model was trained for, kept from one batch to the next."""

import json
from datetime import datetime
from typing import Final, NamedTuple

from triage.classifiers import CallToAssess
from triage.classifiers.drift import DriftWatch, Snapshot
from triage.domain.desk import Desk
from triage.domain.events import Assessment, CallReported, CallUpdated, Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.model import Model


class _Heard(NamedTuple):
    """A first report that does not count yet."""

    said: Particulars
    occurred_at: datetime


class DriftSoFar:
    """A challenger's drift watch, as an engine that had begun with the log would keep it.

    A call counts once it was decided, so that what is measured holds for what comes after it. Without a model nothing
    drifts.
    """

    def __init__(self, model: Model | None, desk: Desk, state: str | None) -> None:
        """Go on from a `state`; begin where it is None."""
        self._watch: Final = None if model is None else DriftWatch(model)
        self._desk: Final = desk
        self._position = 0
        self._heard: _Heard | None = None
        if state is not None and self._watch is not None:
            self._position, heard, window, beyond = json.loads(state)
            self._watch.restore(Snapshot([tuple(values) for values in window], len(window), tuple(beyond)))
            if heard is not None:
                said, occurred_at = heard
                self._heard = _Heard(Particulars.model_validate(said), datetime.fromisoformat(occurred_at))

    def hear(self, position: int, event: CallReported | CallUpdated) -> None:
        """Something was said of a call, at this position of the log. Hearing it again changes nothing.

        A first report counts as soon as anything else is heard: it was decided by then, where it was decided at all.
        """
        if self._watch is None or position <= self._position:
            return
        if self._heard is not None:
            self._watch.see(self._as_reported(self._heard))
        self._position = position
        self._heard = _Heard(event.particulars, event.occurred_at) if isinstance(event, CallReported) else None

    def abstention(self) -> Assessment | None:
        """What is said of every call by now; None as long as nothing drifted beyond the model's limit."""
        return None if self._watch is None else self._watch.abstention()

    def state(self) -> str | None:
        """What to go on from; None without a model."""
        if self._watch is None:
            return None
        window, filled, beyond = self._watch.snapshot()
        heard = None if self._heard is None else (self._heard.said.__dict__, self._heard.occurred_at.isoformat())
        return json.dumps((self._position, heard, window[:filled], beyond))

    def _as_reported(self, heard: _Heard) -> CallToAssess:
        """A call by what CAD's own words say of it alone, as the engine counts it."""
        facts = self._desk.weigh(heard.said, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN).facts
        return CallToAssess.of(facts, heard.said, heard.occurred_at, self._desk.zone)
