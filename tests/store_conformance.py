"""What every store of the log must do, as checks to be pointed at any store: `CHECKS` in `test_store_conformance.py`.

A store is given as a Place: somewhere that starts empty and can be opened again, also by another process, through the
target that `open_log` takes. Each check asserts something that only a working store gives, so that one that does
nothing fails every one of them.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import Protocol

import pytest
from pydantic import BaseModel

from tests.store_examples import EXAMPLES, POLICY, SEEN, STORED, cleared, kept, reported
from tests.store_writers import EVENTS_PER_BATCH, start
from triage.domain.events import CallReported, CallTriaged, Event, PolicyAdopted
from triage.store import (
    POLICY_STREAM,
    AlreadyTrackedError,
    ConcurrentAppendError,
    EventLog,
    StreamError,
    Tracking,
    stream_of,
)

WRITERS = ("north", "south")
BATCHES = 60


class Place(Protocol):
    """Where a store keeps its events: empty at first."""

    target: str

    def open(self) -> EventLog:
        """The log there; opened again, the same events."""


Check = Callable[[Place], None]


def check_events_come_back_as_they_were_appended_and_in_that_order(place: Place) -> None:
    batch = [(stream_of(event), n, event) for n, event in enumerate(EXAMPLES.values(), 1)]
    with place.open() as log:
        positions = log.append(batch, recorded_at=STORED)
        found = log.read(0, 100)
    assert [(recorded.stream, recorded.version, recorded.event) for recorded in found] == batch
    assert [recorded.position for recorded in found] == list(positions)
    assert {recorded.recorded_at for recorded in found} == {STORED}


def check_positions_rise_from_above_zero_and_the_head_is_the_last(place: Place) -> None:
    with place.open() as log:
        assert log.head() == 0
        first = log.append([("A", 1, reported("A")), ("A", 2, cleared("A"))], recorded_at=STORED)
        second = log.append([("B", 1, reported("B"))], recorded_at=STORED)
        assert 0 < first[0] < first[1] < second[0] == log.head()


def check_what_was_appended_is_there_after_reopening(place: Place) -> None:
    with place.open() as log:
        log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("calls.csv", 17))
    with place.open() as log:
        assert kept(log) == [("A", 1, "call_reported")]
        assert log.tracked("calls.csv") == 17
        assert log.head() == log.read(0, 1)[0].position


def check_a_version_that_exists_is_refused_and_nothing_of_its_batch_is_kept(place: Place) -> None:
    with place.open() as log:
        log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("calls.csv", 1))
        batch: list[tuple[str, int, Event]] = [("B", 1, reported("B")), ("A", 1, cleared("A")), ("C", 1, reported("C"))]
        with pytest.raises(ConcurrentAppendError, match="stream `A` has a version 1 already") as refusal:
            log.append(batch, recorded_at=STORED, tracking=Tracking("calls.csv", 2))
        assert (refusal.value.stream, refusal.value.version) == ("A", 1)
        assert kept(log) == [("A", 1, "call_reported")]
        assert log.tracked("calls.csv") == 1, "the tracking of a refused batch was kept"
        log.append([("A", 2, cleared("A"))], recorded_at=STORED, tracking=Tracking("calls.csv", 2))
        assert len(kept(log)) == 2


def check_a_version_twice_in_one_batch_is_a_mistake_not_a_race(place: Place) -> None:
    with place.open() as log:
        with pytest.raises(StreamError, match="version 1 is in the batch twice"):
            log.append([("A", 1, reported("A")), ("A", 1, cleared("A"))], recorded_at=STORED)
        assert kept(log) == []


def check_a_position_that_was_handled_is_refused_and_nothing_of_its_batch_is_kept(place: Place) -> None:
    with place.open() as log:
        log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("calls.csv", 5))
        for position in (5, 4):
            with pytest.raises(AlreadyTrackedError) as refusal:
                log.append([("B", 1, reported("B"))], recorded_at=STORED, tracking=Tracking("calls.csv", position))
            assert (refusal.value.source, refusal.value.position) == ("calls.csv", position)
        assert kept(log) == [("A", 1, "call_reported")]
        assert log.tracked("calls.csv") == 5


def check_a_repeated_batch_is_known_by_its_position_before_its_versions_clash(place: Place) -> None:
    with place.open() as log:
        for refusals in (0, 1):
            try:
                log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("calls.csv", 5))
            except AlreadyTrackedError:
                assert refusals == 1
            else:
                assert refusals == 0
        assert kept(log) == [("A", 1, "call_reported")]


def check_an_empty_batch_keeps_its_tracking_and_adds_no_event(place: Place) -> None:
    with place.open() as log:
        assert list(log.append([], recorded_at=STORED)) == []
        assert list(log.append([], recorded_at=STORED, tracking=Tracking("calls.csv", 3))) == []
        assert log.tracked("calls.csv") == 3
        assert log.head() == 0
        with pytest.raises(AlreadyTrackedError):
            log.append([], recorded_at=STORED, tracking=Tracking("calls.csv", 3))


def check_each_source_has_its_own_position(place: Place) -> None:
    with place.open() as log:
        log.append([], recorded_at=STORED, tracking=Tracking("kafka:cad.calls:0", 9))
        log.append([], recorded_at=STORED, tracking=Tracking("kafka:cad.calls:1", 2))
        log.append([], recorded_at=STORED, tracking=Tracking("notrufe-münchen-☎", 1))
        sources = ("kafka:cad.calls:0", "kafka:cad.calls:1", "notrufe-münchen-☎", "never heard of")
        assert [log.tracked(source) for source in sources] == [9, 2, 1, None]


def check_histories_are_whole_in_version_order_and_only_of_streams_that_exist(place: Place) -> None:
    with place.open() as log:
        log.append([("A", 1, reported("A")), ("B", 1, reported("B"))], recorded_at=STORED)
        log.append([("B", 2, cleared("B")), ("A", 2, cleared("A"))], recorded_at=STORED)
        found = log.histories(["B", "nobody", "A", "A", "b", "A "])
        assert {stream: [(r.version, r.event) for r in events] for stream, events in found.items()} == {
            "A": [(1, reported("A")), (2, cleared("A"))],
            "B": [(1, reported("B")), (2, cleared("B"))],
        }
        assert [r.position for r in found["A"]] == [r.position for r in log.read(0, 9) if r.stream == "A"]
        assert log.histories([]) == {}


def check_histories_of_many_streams_come_in_one_answer(place: Place) -> None:
    calls = [f"CALL-{n}" for n in range(1_201)]
    with place.open() as log:
        log.append([(call, 1, reported(call)) for call in calls], recorded_at=STORED)
        found = log.histories([*calls, "nobody", *calls])
    assert {stream: [r.version for r in events] for stream, events in found.items()} == {call: [1] for call in calls}


def check_a_read_gives_only_the_kinds_that_are_asked_for(place: Place) -> None:
    with place.open() as log:
        for call in ("A", "B", "C"):
            log.append([(call, 1, reported(call)), (call, 2, cleared(call))], recorded_at=STORED)
        ends = log.read(0, 9, ["call_cleared"])
        assert [(r.stream, r.event.kind) for r in ends] == [(call, "call_cleared") for call in ("A", "B", "C")]
        assert log.read(ends[0].position, 1, ["call_cleared", "call_claimed"]) == ends[1:2]
        assert log.read(0, 9, ["call_claimed"]) == []


def check_a_brief_read_gives_the_same_events_without_their_facts(place: Place) -> None:
    batch = [(stream_of(event), n, event) for n, event in enumerate(EXAMPLES.values(), 1)]
    with place.open() as log:
        log.append(batch, recorded_at=STORED)
        whole, brief = log.read(0, 100), log.read(0, 100, brief=True)
        assert [recorded[:4] for recorded in brief] == [recorded[:4] for recorded in whole]
        for recorded, full in zip(brief, whole, strict=True):
            assert isinstance(recorded.event, type(full.event))
            left_out = {"evidence"} if isinstance(full.event, CallTriaged) else {"reported", "cue"}
            left_out = left_out if isinstance(full.event, CallReported | CallTriaged) else set()
            assert recorded.event.model_dump(exclude=left_out) == full.event.model_dump(exclude=left_out)
            assert not any(_known(getattr(recorded.event, name)) for name in left_out)
        assert [_known(r.event.evidence) for r in whole if isinstance(r.event, CallTriaged)] == [True]


def _known(facts: BaseModel) -> bool:
    return facts != type(facts)()


def check_ten_thousand_events_are_read_page_by_page_each_once(place: Place) -> None:
    batches = [[(f"CALL-{n}", 1, reported(f"CALL-{n}")) for n in range(b, b + 1_000)] for b in range(0, 10_000, 1_000)]
    with place.open() as log:
        for batch in batches:
            log.append(batch, recorded_at=STORED)
        seen: list[str] = []
        after = 0
        while page := log.read(after, 777):
            assert len(page) <= 777
            seen += [recorded.stream for recorded in page]
            after = page[-1].position
        assert seen == [f"CALL-{n}" for n in range(10_000)]
        assert after == log.head()


def check_any_text_is_kept_as_it_is(place: Place) -> None:
    words = ("München ☎ 999", "'; DROP TABLE stored_events; --", '"\\%_?', "𝄞" * 50, "a\u2028b")
    batch: list[tuple[str, int, Event]] = [
        (POLICY_STREAM, version, PolicyAdopted(occurred_at=SEEN, by="sgt-7", digest=word, policy=POLICY))
        for version, word in enumerate(words, 1)
    ]
    with place.open() as log:
        log.append(batch, recorded_at=STORED)
        assert [(r.stream, r.version, r.event) for r in log.read(0, 9)] == batch
        assert list(log.histories(["A/1:2#3", POLICY_STREAM, "ключ", "x' OR '1'='1"])) == [POLICY_STREAM]


def check_an_id_is_kept_to_the_letter(place: Place) -> None:
    calls = ("2026-1", "2026-01", "20261", "a", "A", "A/1:2#3._-", "1e3", "007", "7")
    with place.open() as log:
        log.append([(call, 1, reported(call)) for call in calls], recorded_at=STORED)
        assert list(log.histories(["A"])) == ["A"]
        assert {stream: [r.stream for r in events] for stream, events in log.histories(calls).items()} == {
            call: [call] for call in calls
        }


def check_times_come_back_as_the_same_moments_and_aware(place: Place) -> None:
    stored = datetime(2026, 3, 3, 0, 12, 0, 1, tzinfo=timezone(timedelta(hours=4, minutes=30)))
    with place.open() as log:
        log.append([("A", 1, reported("A"))], recorded_at=stored)
        (found,) = log.read(0, 1)
        assert found.recorded_at == stored
        assert found.recorded_at.utcoffset() == timedelta(0)
        assert found.event.occurred_at == SEEN
        assert found.event.occurred_at.utcoffset() == SEEN.utcoffset(), "CAD's offset was lost"


def check_two_readers_of_one_place_see_the_same(place: Place) -> None:
    with place.open() as one, place.open() as other:
        one.append([("A", 1, reported("A"))], recorded_at=STORED)
        other.append([("A", 2, cleared("A"))], recorded_at=STORED)
        assert kept(one) == kept(other) == [("A", 1, "call_reported"), ("A", 2, "call_cleared")]
        with pytest.raises(ConcurrentAppendError):
            one.append([("A", 2, cleared("A"))], recorded_at=STORED)


def check_writers_in_two_processes_lose_nothing_and_no_reader_is_overtaken(place: Place) -> None:
    with place.open() as log, ExitStack() as processes:
        log.append([("A", 1, reported("A"))], recorded_at=STORED)
        assert log.head() > 0
        writers = [processes.enter_context(start("append", place.target, name, BATCHES)) for name in WRITERS]
        followed = [recorded.position for recorded in log.read(0, 10)]
        while any(writer.poll() is None for writer in writers) or followed[-1] < log.head():
            followed += [recorded.position for recorded in log.read(followed[-1], 50)]
        for writer in writers:
            assert writer.communicate(timeout=60) == ("done\n", ""), "a writer failed"
        everything = log.read(0, 100_000)
        assert followed == [recorded.position for recorded in everything], "a reader was overtaken"
        expected = [f"{name}-{b}" for name in WRITERS for b in range(1, BATCHES + 1)]
        histories = log.histories(expected)
        assert set(histories) == set(expected), "a batch was lost"
        for stream in expected:
            assert [recorded.version for recorded in histories[stream]] == list(range(1, EVENTS_PER_BATCH + 1))
        assert len(everything) == 1 + len(expected) * EVENTS_PER_BATCH
        assert [log.tracked(name) for name in WRITERS] == [BATCHES] * len(WRITERS)


CHECKS: tuple[Check, ...] = tuple(value for name, value in globals().items() if name.startswith("check_"))
