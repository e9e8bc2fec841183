"""Whether calls are a test of a model: those that it was trained, calibrated or tested on are none."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from triage.training.card import Card, FileRead
from triage.training.history import Row
from triage.training.sheet import day, listed


class Overlap(NamedTuple):
    """How many calls are from the time of each part of the model's split, and after it; `files` were learnt from.

    A call from before the first part counts to it: the model may have learnt from what happened then. `until` is the
    end of what was learnt from, None where no outcome of the agency was.
    """

    files: tuple[str, ...]
    train: int
    calibrate: int
    test: int
    after: int
    until: datetime | None

    @property
    def is_test(self) -> bool:
        """Whether nothing of these calls can be in the model."""
        return not (self.files or self.train or self.calibrate)

    @property
    def words(self) -> str:
        """What the figures are worth."""
        calls = self.train + self.calibrate + self.test + self.after
        if self.files:
            return (
                f"This is no test: the model was made from {listed(self.files)}. Of {calls:,} calls {self.train:,} are"
                f" of the time to train, {self.calibrate:,} of that to calibrate, {self.test:,} of that to test."
            )
        if self.until is None:
            return "No outcome of this agency is in the model, so these calls are a test of it, whatever their time."
        if not self.is_test:
            return (
                f"This is no test: {self.train + self.calibrate:,} of {calls:,} calls are from before"
                f" {day(self.until)}, when what the model was trained and calibrated on ended"
                f" ({self.train:,} of the time to train, {self.calibrate:,} of that to calibrate)."
            )
        if self.test:
            return (
                f"{self.test:,} of {calls:,} calls are from the time of the part that the model was tested on: of these"
                " its card has shown the figures already."
            )
        return "These calls are a test: all are from after those that the model was made and tested with."


def overlap(card: Card, agency: str, rows: Sequence[Row], files: Sequence[FileRead]) -> Overlap:
    """What of `rows`, calls of `agency` read from `files`, the model of `card` may have seen before."""
    learnt = {file.sha256 for source in card.sources if source.learnt for file in source.files}
    same = tuple(file.name for file in files if file.sha256 in learnt)
    ends = {part.name: part.last for part in card.parts if part.agency == agency}
    train, calibrate, test = (ends.get(name) for name in ("train", "calibrate", "test"))
    counts = {"train": 0, "calibrate": 0, "test": 0, "after": 0}
    for row in rows:
        moment = row.call.reported_at
        if train is not None and moment <= train:
            counts["train"] += 1
        elif calibrate is not None and moment <= calibrate:
            counts["calibrate"] += 1
        elif test is not None and moment <= test:
            counts["test"] += 1
        else:
            counts["after"] += 1
    return Overlap(same, **counts, until=calibrate or train)
