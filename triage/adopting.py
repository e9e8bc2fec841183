"""What stands in the log before the decisions that it explains: the policy and the model that made them, kept whole."""

from collections.abc import Sequence
from datetime import datetime

from triage.domain.desk import Desk
from triage.domain.events import Event, ModelAdopted, PolicyAdopted
from triage.domain.model import Model
from triage.store import MODEL_STREAM, POLICY_STREAM, ConcurrentAppendError, EventLog, Recorded

Placed = tuple[str, int, Event]
"""An event to store: its stream, its version there, the event."""


class Adopting:
    """One engine's policy and model: adopted with its first decision, unless they were adopted last anyway."""

    def __init__(self, desk: Desk, model: Model | None) -> None:
        self._desk = desk
        self._model = model
        self._adopted = False

    def before(self, events: Sequence[Placed], log: EventLog, read: int) -> list[Placed]:
        """`events`, after those that adopt what made them; what belongs to the models' stream gets its version.

        Raises `ConcurrentAppendError` where another writer adopted or measured after position `read` of the log, up to
        which it was read for these decisions: else one window of calls would be measured twice.
        """
        measured = any(stream == MODEL_STREAM for stream, _, _ in events)
        if not events or (self._adopted and not measured):
            return list(events)
        histories = log.histories([POLICY_STREAM, MODEL_STREAM])
        models = histories.get(MODEL_STREAM, [])
        if models and models[-1].position > read:
            raise ConcurrentAppendError(MODEL_STREAM, models[-1].version)
        adopted: list[Placed] = []
        if not self._adopted:
            now = events[0][2].occurred_at
            adopted = [*self._policy(histories.get(POLICY_STREAM, []), now), *self._table(models, now)]
        version = len(models)
        placed: list[Placed] = []
        for stream, own, event in [*adopted, *events]:
            version += stream == MODEL_STREAM
            placed.append((stream, version if stream == MODEL_STREAM else own, event))
        return placed

    def stored(self) -> None:
        """What `before` returned is in the log."""
        self._adopted = True

    def _policy(self, held: Sequence[Recorded], now: datetime) -> list[Placed]:
        last = held[-1].event if held else None
        if isinstance(last, PolicyAdopted) and last.digest == self._desk.digest:
            return []
        event = PolicyAdopted(occurred_at=now, by="engine", digest=self._desk.digest, policy=self._desk.policy)
        return [(POLICY_STREAM, len(held) + 1, event)]

    def _table(self, held: Sequence[Recorded], now: datetime) -> list[Placed]:
        last = next((item.event for item in reversed(held) if isinstance(item.event, ModelAdopted)), None)
        if self._model is None or (last is not None and last.digest == self._model.digest):
            return []
        event = ModelAdopted(occurred_at=now, by="engine", digest=self._model.digest, model=self._model)
        return [(MODEL_STREAM, 0, event)]
