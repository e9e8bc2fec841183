"""The engine: batches of requests in, decisions in the log out; one read, one classifier call, one write per batch."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from triage.adopting import Adopting
from triage.board import Board
from triage.classifiers import CallToAssess, Classifier, assessed
from triage.domain.call import Call, NotReported, evolve
from triage.domain.commands import Command, Heeded, LetTimePass, Request, TriageCall
from triage.domain.decide import decide
from triage.domain.desk import Desk
from triage.domain.errors import CallRefusedError, TriageError
from triage.domain.events import AboutNoCall, CallEvent, Event
from triage.domain.evidence import Heard
from triage.domain.hear import hear
from triage.projections.queue_entry import QueueEntry
from triage.store import (
    MODEL_STREAM,
    ConcurrentAppendError,
    EventLog,
    Recorded,
    Tracking,
    uncollected,
)
from triage.watching import Watching

ATTEMPTS_MAX: Final = 8
PAUSE_SECONDS: Final = 0.005
READ_AHEAD_CALLS_MAX: Final = 256
PAGE_EVENTS: Final = 1000


class EngineBusyError(TriageError):
    """Other writers changed the same calls at every attempt; nothing of the batch was stored."""


class Outcome(NamedTuple):
    """What became of one request: the events that it caused (none: no news), or the refusal that says why not."""

    request: Request
    events: tuple[CallEvent, ...]
    refusal: CallRefusedError | None


class Handled(NamedTuple):
    """What became of a batch: an outcome for each request in order, and what time alone brought about meanwhile."""

    outcomes: tuple[Outcome, ...]
    passed: tuple[CallEvent, ...]


@dataclass(slots=True)
class _Batch:
    """The work on one attempt at a batch: calls as they stand, events to store, places to restore if that fails."""

    calls: dict[str, Call] = field(default_factory=dict)
    unfolded: dict[str, list[CallEvent]] = field(default_factory=dict)
    versions: Counter[str] = field(default_factory=Counter)
    events: list[tuple[str, int, Event]] = field(default_factory=list)
    passed: list[CallEvent] = field(default_factory=list)
    before: dict[str, QueueEntry | None] = field(default_factory=dict)

    def call(self, call_id: str) -> Call:
        """The call as it stands; its newest events are folded only when somebody asks, as few calls come twice."""
        call = self.calls.get(call_id, NotReported())
        if newest := self.unfolded.pop(call_id, None):
            for event in newest:
                call = evolve(call, event)
            self.calls[call_id] = call
        return call


class Engine:
    """Handles batches of requests against one log, by one policy and one classifier.

    The same requests in the same order give the same log, however they are cut into batches: each decision depends only
    on the events before it. Not for use by two threads at once; any number of engines may share a log.
    """

    def __init__(
        self, log: EventLog, desk: Desk, classifier: Classifier, board: Board, clock: Callable[[], datetime]
    ) -> None:
        self._log: Final = log
        self._desk: Final = desk
        self._classifier: Final = classifier
        self._board: Final = board
        self._clock: Final = clock
        self._watching: Final = Watching(classifier.model, desk)
        self._adopting: Final = Adopting(desk, classifier.model)

    def handle(self, batch: Sequence[Request], tracking: Tracking | None = None, *, replay: bool = False) -> Handled:
        """What becomes of `batch`, stored together with `tracking` in one write.

        With `replay`, time is that of the requests: at each of them whatever is due by its `now` happens.

        Raises EngineBusyError if other writers kept changing the same calls, and whatever the store raises; nothing of
        the batch is stored then. A classifier that fails is an abstention, never an error.
        """
        with uncollected():
            return self._attempts(batch, tracking, None, replay=replay)

    def tick(self, now: datetime) -> tuple[CallEvent, ...]:
        """What time alone brings about by `now`: holds that expire, warnings, hand-backs at the end of a shift."""
        return self._attempts((), None, now, replay=False).passed

    def _attempts(
        self, batch: Sequence[Request], tracking: Tracking | None, now: datetime | None, *, replay: bool
    ) -> Handled:
        for attempt in range(ATTEMPTS_MAX):
            self._catch_up()
            if any(isinstance(request, Heeded) for request in batch):  # what else is asked brings no call to count
                self._watching.resume(self._log, self._board.position)
            work, seen = _Batch(), self._watching.snapshot()
            try:
                outcomes = self._decide_all(batch, work, replay=replay)
                if now is not None:
                    self._let_time_pass(work, now, now)
                self._store(work, tracking)
            except ConcurrentAppendError:
                self._restore(work)
                self._watching.restore(seen)
                time.sleep(PAUSE_SECONDS * 2**attempt)
            except BaseException:
                self._restore(work)
                self._watching.restore(seen)
                raise
            else:
                return Handled(tuple(outcomes), tuple(work.passed))
        raise EngineBusyError(
            f"other writers changed the same calls {ATTEMPTS_MAX} times; nothing was stored, try again"
        )

    def _decide_all(self, batch: Sequence[Request], work: _Batch, *, replay: bool) -> list[Outcome]:
        wanted = dict.fromkeys(request.call_id for request in batch)
        if replay and batch:
            latest = max(request.now for request in batch)
            wanted |= dict.fromkeys(self._board.calls_due(latest, READ_AHEAD_CALLS_MAX))
        self._read(work, list(wanted))
        heard = self._hear_all(batch, work)
        outcomes = []
        for request, found in zip(batch, heard, strict=True):
            if replay:
                self._let_time_pass(work, request.now, None)
            outcomes.append(self._outcome(request, found, work))
            if replay:  # what it brought about may be due at once, and must not wait for a request that never comes
                self._let_time_pass(work, request.now, None)
        return outcomes

    def _hear_all(self, batch: Sequence[Request], work: _Batch) -> list[TriageCall | CallRefusedError | None]:
        """For each request that brings news: what was heard, assessed in one classifier call for the whole batch."""
        calls = dict(work.calls)
        ids = Counter(request.call_id for request in batch)
        heard: list[Heard | CallRefusedError | None] = []
        for request in batch:
            found: Heard | CallRefusedError | None = None
            if isinstance(request, Heeded):
                try:
                    found = hear(calls.get(request.call_id, NotReported()), request, self._desk)
                except CallRefusedError as refusal:
                    found = refusal
                if isinstance(found, Heard) and ids[request.call_id] > 1:
                    calls[request.call_id] = evolve(calls.get(request.call_id, NotReported()), found.news)
            heard.append(found)
        assessments = iter(
            assessed(self._classifier, [self._to_assess(found) for found in heard if isinstance(found, Heard)])
        )
        return [
            TriageCall(request.call_id, request.now, request.by, found, next(assessments))
            if isinstance(found, Heard)
            else found
            for request, found in zip(batch, heard, strict=True)
        ]

    def _to_assess(self, heard: Heard) -> CallToAssess:
        return CallToAssess.of(heard.facts, heard.news.particulars, heard.reported_at, self._desk.zone)

    def _outcome(self, request: Request, heard: TriageCall | CallRefusedError | None, work: _Batch) -> Outcome:
        if isinstance(heard, CallRefusedError):
            return Outcome(request, (), heard)
        command: Command
        if isinstance(request, Heeded):
            if heard is None:
                return Outcome(request, (), None)
            command = self._counting(heard)
        else:
            command = request
        try:
            return Outcome(request, self._decide(command, work), None)
        except CallRefusedError as refusal:
            return Outcome(request, (), refusal)

    def _counting(self, heard: TriageCall) -> TriageCall:
        """`heard` with its assessment as it counts now: what the calls before it say of drift is known only here."""
        assessment = self._watching.over(heard.assessment)
        return heard if assessment is heard.assessment else replace(heard, assessment=assessment)

    def _decide(self, command: Command, work: _Batch) -> tuple[CallEvent, ...]:
        call_id = command.call_id
        events = decide(work.call(call_id), command, self._desk, self._board.loads)
        if not events:
            return events
        if (late := self._watching.late()) is not None:
            work.events.append((MODEL_STREAM, 0, late))  # its version is known when it is stored
        work.before.setdefault(call_id, self._board.place(call_id))
        version = work.versions[call_id]
        for event in events:
            version += 1
            work.events.append((call_id, version, event))
            self._board.apply(event)
        work.unfolded[call_id] = list(events)
        work.versions[call_id] = version
        if (measured := self._watching.see(events[0])) is not None:
            work.events.append((MODEL_STREAM, 0, measured))
        return events

    def _let_time_pass(self, work: _Batch, until: datetime, now: datetime | None) -> None:
        """Whatever is due by `until` happens, each thing at its own time, or at `now` where that is given."""
        while (due := self._board.due(until)) is not None:
            moment, call_id = due
            if call_id not in work.versions:
                self._read(work, [call_id])
            events = self._decide(LetTimePass(call_id=call_id, now=now or moment, by="engine"), work)
            work.passed.extend(events)
            if not events:
                self._board.forget(moment, call_id)

    def _read(self, work: _Batch, call_ids: Sequence[str]) -> None:
        for call_id, history in self._log.histories(call_ids).items():
            work.calls[call_id] = call_of(history)
            work.versions[call_id] = history[-1].version

    def _store(self, work: _Batch, tracking: Tracking | None) -> None:
        if not work.events and tracking is None:
            return
        events = self._adopting.before(work.events, self._log, self._board.position)
        positions = self._log.append(events, recorded_at=self._clock(), tracking=tracking)
        if events:
            self._adopting.stored()
        if (
            positions
            and positions[0] == self._board.position + 1
            and positions[-1] - positions[0] == len(positions) - 1
        ):
            self._board.position = positions[-1]
        else:  # another writer came between: `_catch_up` reads its events, and these again, which changes nothing
            self._watching.stored(list(positions))

    def _catch_up(self) -> None:
        """Fold in what other writers stored since."""
        while page := self._log.read(self._board.position, PAGE_EVENTS, brief=True):
            for recorded in page:
                self._board.apply(recorded.event)
                self._watching.apply(recorded)
            self._board.position = page[-1].position

    def _restore(self, work: _Batch) -> None:
        for call_id, entry in work.before.items():
            self._board.restore(call_id, entry)


def call_of(history: Sequence[Recorded]) -> Call:
    """The state of a call after the events of its stream."""
    call: Call = NotReported()
    for recorded in history:
        if not isinstance(recorded.event, AboutNoCall):
            call = evolve(call, recorded.event)
    return call
