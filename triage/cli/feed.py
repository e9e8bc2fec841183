"""From sources to the engine: requests in clock order across all files, in batches, or a feed as it comes."""

import heapq
import io
import os
import select
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from triage.domain.commands import ClearCall, LinkCall, RefuseReport, ReportCall, Request
from triage.domain.report import Unreadable
from triage.engine import Engine, Handled
from triage.sources import CallClosed, CallsLinked, Item, Reading, ReportArrived, place, stream

BATCH_MAX: Final = 128
CAD: Final = "cad"
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When something unreadable is said to have happened if nothing readable came before it."""


class Step(NamedTuple):
    """One request, and the item and rows of the source that it stands for (a closing or a link stands for none)."""

    request: Request
    item: Item
    rows: int


Done = Callable[[Sequence[Step], Handled], None]


def in_order(readings: Sequence[Reading]) -> Iterator[Step]:
    """What all sources tell, in one clock order, so that time never runs backwards between them.

    What could not be read has no time: it comes last, in the order of the sources, as of the last time that could be.
    """
    return steps(heapq.merge(*(stream(reading) for reading in readings), key=place))


def steps(items: Iterable[Item]) -> Iterator[Step]:
    """The request that each item stands for."""
    last = BEGINNING
    for item in items:
        match item:
            case ReportArrived(report=report, rows=rows):
                last = report.reported_at
                yield Step(ReportCall(call_id=report.call_id, now=last, by=CAD, report=report), item, rows)
            case CallClosed(call_id=call_id, closing=closing):
                last = closing.cleared_at
                yield Step(ClearCall.by_cad(call_id, closing), item, 0)
            case CallsLinked(call_id=call_id, at=last, other=other, relation=relation):
                yield Step(LinkCall(call_id=call_id, now=last, by=CAD, other=other, relation=relation), item, 0)
            case Unreadable():
                call_id = item.call_id or f"unreadable:{item.fingerprint}"
                yield Step(RefuseReport(call_id=call_id, now=last, by=CAD, unreadable=item), item, 1)


def handle_all(engine: Engine, all_steps: Iterable[Step], done: Done) -> None:
    """Hand every step to the engine in full batches; `done` hears of each batch once it is stored."""
    batch = Batch(engine, done)
    for step in all_steps:
        batch.add(step)
    batch.flush()


class Batch:
    """Steps that wait to be handled together."""

    def __init__(self, engine: Engine, done: Done) -> None:
        self._engine = engine
        self._done = done
        self._steps: list[Step] = []

    def add(self, step: Step) -> None:
        """Put `step` to the others; a full batch is handled."""
        self._steps.append(step)
        if len(self._steps) >= BATCH_MAX:
            self.flush()

    def flush(self) -> None:
        """Handle what there is."""
        if self._steps:
            waiting, self._steps = self._steps, []
            self._done(waiting, self._engine.handle([step.request for step in waiting], replay=True))


class StandardInput(io.RawIOBase):
    """The bytes of standard input. Before it has to wait for more of them it calls `before_waiting`."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.before_waiting: Callable[[], None] = _nothing

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fill `buffer` with what is there, waiting only where nothing is."""
        if not select.select([self._descriptor], [], [], 0)[0]:
            self.before_waiting()
        return os.readv(self._descriptor, [buffer])


def _nothing() -> None:
    """Nobody wants to know."""
