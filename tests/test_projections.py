"""Read models follow the log, can be thrown away, and stop alone."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings

from tests.small_policy import SMALL_POLICY
from tests.spec import after
from tests.test_engine import REQUESTS, Drawn, clear, report, requests
from triage.bootstrap import App
from triage.domain.call import Taken, Waiting
from triage.domain.commands import ClaimCall, RefuseReport
from triage.domain.report import Unreadable
from triage.engine import call_of
from triage.projections.audit_trail import AuditTrail
from triage.projections.cso_queues import CsoQueues
from triage.projections.not_served import NotServed
from triage.projections.queue_entry import QUEUE_KINDS, QueueEntry, place_in_queue
from triage.projections.view import ProjectionError, View, ViewFileError
from triage.store import KINDS, EventLog, Recorded


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with App(SMALL_POLICY, tmp_path / "triage.db") as opened:
        yield opened


class Stumbling(CsoQueues):
    """The queues, but for one call that it cannot bear."""

    def fold(self, page: Sequence[Recorded]) -> None:
        if any(recorded.stream == "A2" for recorded in page):
            raise ValueError("cannot bear it")
        super().fold(page)


def units_of(queues: CsoQueues) -> dict[str, tuple[str, str]]:
    return {entry.call_id: (entry.unit, entry.stage) for entry in queues.entries()}


def test_a_call_enters_a_queue_is_claimed_and_leaves(app: App) -> None:
    app.engine.handle([report("A1", 0)])
    assert units_of(app.queues) == {"A1": ("CSO-1", "waiting")}
    app.engine.handle([ClaimCall(call_id="A1", now=after(1), by="unit:CSO-1", unit="CSO-1")])
    assert units_of(app.queues) == {"A1": ("CSO-1", "claimed")}
    app.engine.handle([clear("A1", 9)])
    assert units_of(app.queues) == {}


def test_the_queue_says_what_a_unit_has_to_know(app: App) -> None:
    app.engine.handle([report("A1", 0, beat="C3")])
    (entry,) = app.queues.entries("CSO-1")
    assert (entry.call_type, entry.priority, entry.programme, entry.beat) == ("WELFARE CHECK", "3", "navigation", "C3")
    assert (entry.because, entry.queued_at, entry.due_at) == (("welfare",), after(0), after(60))


def test_the_audit_trail_names_everybody_and_every_reason(app: App) -> None:
    app.engine.handle([report("A1", 0), ClaimCall(call_id="A1", now=after(1), by="unit:CSO-1", unit="CSO-1")])
    lines = app.audit.of_call("A1")
    assert [(line.kind, line.by) for line in lines] == [
        ("call_reported", "cad"),
        ("call_triaged", "engine"),
        ("call_queued", "engine"),
        ("call_claimed", "unit:CSO-1"),
    ]
    assert lines[1].what == "triaged: CSO, because welfare"
    assert all(line.recorded_at > line.occurred_at for line in lines)


def test_the_ledger_has_one_reason_per_call_and_keeps_unreadable_calls_apart(app: App) -> None:
    page = Unreadable(source="c.csv", line=2, field="reported_at", reason="not a time", fingerprint="0" * 16)
    refused = RefuseReport(call_id="A9", now=after(3), by="cad", unreadable=page)
    app.engine.handle([report("A1", 0, precinct="NORTH"), report("A2", 1, "ROBBERY"), refused])
    assert app.ledger.reasons() == {"no_unit_in_area": 1}
    assert app.ledger.not_triaged() == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=REQUESTS)
def test_the_queues_are_what_the_calls_say(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("queues")
    with App(SMALL_POLICY, folder / "triage.db") as app:
        for request in requests(drawn):
            app.engine.handle([request], replay=True)
            app.queues.catch_up(app.log)
        calls = {
            call_id: call_of(history) for call_id, history in app.log.histories(["A1", "A2", "A3", "A4", "A5"]).items()
        }
        expected = {
            call_id: (call.hold.unit, "waiting" if isinstance(call, Waiting) else call.stage)
            for call_id, call in calls.items()
            if isinstance(call, Waiting | Taken)
        }
        assert units_of(app.queues) == expected
        before = (app.queues.entries(), [app.audit.of_call(call_id) for call_id in calls], app.ledger.reasons())
        for name in ("cso_queues", "audit_trail", "not_served"):
            app.view(name).rebuild(app.log)
        assert (app.queues.entries(), [app.audit.of_call(call_id) for call_id in calls], app.ledger.reasons()) == before


def test_repeating_the_last_event_changes_nothing(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A2", 1, precinct="NORTH"), clear("A2", 2)])
    entries: dict[str, QueueEntry | None] = {}
    for recorded in app.log.read(0, 100):
        for _ in range(2):
            entries[recorded.stream] = place_in_queue(entries.get(recorded.stream), recorded.event)
        assert entries[recorded.stream] == place_in_queue(entries[recorded.stream], recorded.event)


def test_the_queues_read_exactly_the_kinds_that_change_them(app: App) -> None:
    assert set(QUEUE_KINDS) <= set(KINDS)
    app.engine.handle([report("A1", 0)])
    entry = app.queues.entries()[0]
    for recorded in app.log.read(0, 100):
        if recorded.event.kind not in QUEUE_KINDS:
            assert place_in_queue(entry, recorded.event) == entry


def test_a_projection_that_fails_stops_alone_and_catches_up_when_mended(app: App, tmp_path: Path) -> None:
    app.engine.handle([report("A1", 0)])
    stumbling = Stumbling(tmp_path / "stumbling.db")
    stumbling.catch_up(app.log)
    position = stumbling.position
    app.engine.handle([report("A2", 1), report("A3", 2)])
    with pytest.raises(ProjectionError, match=f"`cso_queues` stopped after position {position}: ValueError"):
        stumbling.catch_up(app.log)
    assert stumbling.position == position
    assert units_of(app.queues).keys() == {"A1", "A2", "A3"}
    stumbling.close()
    mended = CsoQueues(tmp_path / "stumbling.db")
    mended.catch_up(app.log)
    assert units_of(mended) == units_of(app.queues)
    mended.close()


def test_while_a_rebuild_runs_the_old_view_is_readable_and_a_failed_one_leaves_it(app: App, tmp_path: Path) -> None:
    app.engine.handle([report("A1", 0)])
    kept = CsoQueues(tmp_path / "view.db")
    kept.catch_up(app.log)
    app.engine.handle([report("A2", 1)])
    stumbling = Stumbling(tmp_path / "view.db")
    with pytest.raises(ProjectionError):
        stumbling.rebuild(app.log)
    assert units_of(kept).keys() == {"A1"}
    kept.rebuild(app.log)
    assert units_of(stumbling).keys() == {"A1", "A2"}
    tables = kept.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%new%'")
    assert tables == []
    kept.close()
    stumbling.close()


def test_two_followers_of_one_view_do_not_undo_each_other(app: App, tmp_path: Path) -> None:
    one, other = CsoQueues(tmp_path / "view.db"), CsoQueues(tmp_path / "view.db")
    for number in range(3):
        app.engine.handle([report(f"A{number}", number)])
        one.catch_up(app.log)
        other.catch_up(app.log)
    assert one.position == other.position == app.log.head()
    assert units_of(one) == units_of(other) == units_of(app.queues)
    one.close()
    other.close()


class Overtaken:
    """A log whose reader is slow: another follower passes it between read and fold. Then the disk fails."""

    def __init__(self, log: EventLog, meanwhile: Callable[[], object]) -> None:
        self._log = log
        self._meanwhile = meanwhile
        self._reads = 0

    def read(self, after: int, limit: int, *how: object, **more: object) -> list[Recorded]:
        if limit == 1:  # which log is this?
            return self._log.read(after, limit, *how, **more)  # type: ignore[arg-type]
        self._reads += 1
        if self._reads > 1:
            raise OSError("the disk is gone")
        page = self._log.read(after, limit, *how, **more)  # type: ignore[arg-type]
        self._meanwhile()
        return page

    def head(self) -> int:
        return self._log.head()


def test_a_follower_that_was_overtaken_folds_nothing_old(app: App, tmp_path: Path) -> None:
    slow, quick = CsoQueues(tmp_path / "view.db"), CsoQueues(tmp_path / "view.db")
    app.engine.handle([report("A1", 0)])

    def overtake() -> None:
        app.engine.handle([clear("A1", 5)])
        quick.catch_up(app.log)

    with pytest.raises(ProjectionError, match="the disk is gone"):
        slow.catch_up(cast("EventLog", Overtaken(app.log, overtake)))
    assert slow.position == app.log.head()
    assert units_of(slow) == {}
    slow.close()
    quick.close()


@pytest.mark.parametrize("view", [CsoQueues, AuditTrail, NotServed])
def test_a_view_whose_meaning_changed_is_folded_again(app: App, tmp_path: Path, view: type[View]) -> None:
    app.engine.handle([report("A1", 0, precinct="NORTH")])
    old = view(tmp_path / "view.db")
    old.catch_up(app.log)
    old.close()
    newer = type("Newer", (view,), {"version": view.version + 1})(tmp_path / "view.db")
    assert newer.position == 0
    newer.catch_up(app.log)
    assert newer.position == app.log.head()
    newer.close()


def test_a_broken_view_costs_time_but_no_decision(tmp_path: Path) -> None:
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        app.engine.handle([report(f"A{number}", number) for number in range(3)])
    for broken in tmp_path.glob("triage.cso_queues.db*"):
        broken.unlink()
    (tmp_path / "triage.cso_queues.db").write_bytes(b"not a view" * 500)
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        handled = app.engine.handle([report("A4", 4), report("A5", 5)])
        assert [outcome.events[-1].kind for outcome in handled.outcomes] == ["call_queued", "call_not_served"]


def test_a_view_of_a_log_that_was_replaced_begins_anew(tmp_path: Path) -> None:
    for calls in (("A1", "A2", "A3"), ("B1",), ("B1", "B2", "B3", "B4", "B5")):
        for file in tmp_path.glob("triage.db*"):
            file.unlink()
        with App(SMALL_POLICY, tmp_path / "triage.db") as app:
            assert units_of(app.queues) == {}
            app.engine.handle([report(call_id, 0) for call_id in calls])
            assert units_of(app.queues).keys() == set(calls[:4])
            assert {line.call_id for line in app.audit.of_call("A1")} == ({"A1"} if "A1" in calls else set())


def test_a_file_that_is_not_a_view_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()
    before = foreign.read_bytes()
    with pytest.raises(ViewFileError, match="not a view of triage"):
        CsoQueues(foreign)
    assert foreign.read_bytes() == before
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"he has a knife" * 100)
    with pytest.raises(ViewFileError, match="cannot be used as a view") as refused:
        CsoQueues(garbage)
    assert "he has" not in str(refused.value)
