"""The conformance suite against every store, and against stores that it must fail."""

# ruff: noqa: ARG002 - a fake takes all that the contract passes

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

pytest.register_assert_rewrite("tests.store_conformance")

from tests.store_conformance import CHECKS, Check, Place  # noqa: E402  # after the line that makes its asserts tell
from triage.domain.events import Event  # noqa: E402
from triage.store import EventLog, Recorded, Tracking, open_log  # noqa: E402


class SqlitePlace:
    """A log file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.target = f"sqlite:{folder / 'triage.db'}"

    def open(self) -> EventLog:
        return open_log(self.target)


STORES: dict[str, Callable[[Path], Place]] = {"sqlite": SqlitePlace}
"""Every store by name. A new one is added here, and nowhere else in the tests of the suite."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("store", STORES)
def test_a_store_keeps_its_promises(store: str, check: Check, tmp_path: Path) -> None:
    check(STORES[store](tmp_path))


class NothingLog:
    """Takes everything, keeps nothing, and finds nothing."""

    target = "nowhere://"

    def open(self) -> EventLog:
        return self

    def append(
        self, batch: Sequence[tuple[str, int, Event]], *, recorded_at: datetime, tracking: Tracking | None = None
    ) -> Sequence[int]:
        return ()

    def histories(self, ids: Sequence[str]) -> dict[str, list[Recorded]]:
        return {}

    def read(self, after: int, limit: int, kinds: Sequence[str] = (), *, brief: bool = False) -> list[Recorded]:
        return []

    def head(self) -> int:
        return 0

    def tracked(self, source: str) -> int | None:
        return None

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        pass


class NaiveLog(NothingLog):
    """A list of events: no versions looked at, tracking kept apart, nothing refused, gone with the process."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.sources: dict[str, int] = {}

    def append(
        self, batch: Sequence[tuple[str, int, Event]], *, recorded_at: datetime, tracking: Tracking | None = None
    ) -> Sequence[int]:
        if tracking:
            self.sources[tracking.application_name] = tracking.notification_id
        head = len(self.events)
        for position, (stream, version, event) in enumerate(batch, head + 1):
            self.events.append(Recorded(position, stream, version, recorded_at, event))
        return range(head + 1, len(self.events) + 1)

    def histories(self, ids: Sequence[str]) -> dict[str, list[Recorded]]:
        found = {stream: [event for event in self.events if event.stream == stream] for stream in ids}
        return {stream: events for stream, events in found.items() if events}

    def read(self, after: int, limit: int, kinds: Sequence[str] = (), *, brief: bool = False) -> list[Recorded]:
        wanted = [event for event in self.events[after:] if not kinds or event.event.kind in kinds]
        return wanted[:limit]

    def head(self) -> int:
        return len(self.events)

    def tracked(self, source: str) -> int | None:
        return self.sources.get(source)


NAIVE_FAILS = {
    "check_a_brief_read_gives_the_same_events_without_their_facts",
    "check_times_come_back_as_the_same_moments_and_aware",
    "check_a_version_that_exists_is_refused_and_nothing_of_its_batch_is_kept",
    "check_a_version_twice_in_one_batch_is_a_mistake_not_a_race",
    "check_a_position_that_was_handled_is_refused_and_nothing_of_its_batch_is_kept",
    "check_a_repeated_batch_is_known_by_its_position_before_its_versions_clash",
    "check_an_empty_batch_keeps_its_tracking_and_adds_no_event",
    "check_two_readers_of_one_place_see_the_same",
    "check_writers_in_two_processes_lose_nothing_and_no_reader_is_overtaken",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_store_that_does_nothing_fails_every_check(check: Check) -> None:
    assert fails(check, NothingLog())


def test_a_naive_store_fails_exactly_the_checks_of_what_it_leaves_out() -> None:
    assert {check.__name__ for check in CHECKS if fails(check, NaiveLog())} == NAIVE_FAILS


def fails(check: Check, place: Place) -> bool:
    """Whether a check says no to a store, by an assertion or by a refusal that did not come."""
    try:
        check(place)
    except (AssertionError, pytest.fail.Exception, LookupError, ValueError):
        return True
    return False
