"""Drift: the log's own count of calls, whoever counts and however calls are cut; what it says is verified later."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_model import SMALL_MODEL, model
from tests.spec import after
from tests.test_engine import REQUESTS, Drawn, Racing, clear, report, requests
from tests.test_engine_model import POLICY, decisions, events, opened, rewritten
from triage.board import Board
from triage.bootstrap import App
from triage.classifiers import Classifier
from triage.classifiers.drift import Snapshot
from triage.classifiers.table import TableModel
from triage.domain.commands import AnswerQuestion, ClaimCall, Request
from triage.domain.desk import Desk
from triage.domain.events import DriftMeasured, Event
from triage.domain.model import Model
from triage.engine import Engine
from triage.store import MODEL_STREAM, AlreadyTrackedError, EventLog, Recorded, Tracking
from triage.verification import verify
from triage.watching import Watching

WINDOW = 5
WATCHED = model(drift_window=WINDOW, reference={"nature": {"WELFARE": 0.5, "ROBBERY": 0.5}})
BEYOND, AS_BEFORE = ["WELFARE CHECK"], ["WELFARE CHECK", "ROBBERY"]
"""Types of calls that are not, and that are, as those of the training of `WATCHED`."""


def measured(app: App) -> list[DriftMeasured]:
    return [event for event in events(app) if isinstance(event, DriftMeasured)]


def mixed(number: int, call_types: Sequence[str], first: int = 0) -> list[Request]:
    """`number` calls, a minute apart, of these types in turn."""
    return [report(f"D{first + n}", first + n, call_types[n % len(call_types)]) for n in range(number)]


class RacingAtModels(Racing):
    """A log in which somebody else is faster, once: just before it is asked what was adopted and measured."""

    def histories(self, streams: Sequence[str]) -> dict[str, Sequence[Recorded]]:
        if MODEL_STREAM in streams and self._first is not None:
            first, self._first = self._first, None
            first()
        return cast("dict[str, Sequence[Recorded]]", self._log.histories(streams))


def overtaken(app: App, first: Callable[[], object], log: type[Racing] = Racing, table: Model = WATCHED) -> Engine:
    """An engine that `first` overtakes."""
    board = Board(app.queues.entries(), app.queues.position)
    return Engine(cast("EventLog", log(app.log, first)), app.desk, TableModel(table), board, app._clock)


# --- what is measured, and what comes of it ---


def test_calls_that_are_no_longer_those_of_the_training_make_the_model_abstain(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle(mixed(WINDOW, ["WELFARE CHECK"]))
        app.engine.handle([report("E1", 60)])
        (found,) = measured(app)
        assert (found.calls, found.beyond, found.model) == (WINDOW, ("nature",), WATCHED.digest)
        assert [decided.route for decided in decisions(app)][:2] == ["cso", "cso"]
        last = decisions(app)[-1]
        assert (last.route, last.by_rules, last.because) == ("sworn", "cso", ("classifier-abstained",))
        assert "nature" in (last.assessment.abstained or "")
        assert verify(app.log).mismatches == ()


def test_once_calls_are_as_they_were_the_model_has_an_opinion_again(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle(mixed(WINDOW, ["WELFARE CHECK"]))
        app.engine.handle(mixed(WINDOW, ["WELFARE CHECK", "ROBBERY"], first=100))
        app.engine.handle([report("E1", 200)])
        assert [found.beyond for found in measured(app)] == [("nature",), ()]
        assert decisions(app)[-1].assessment.risk is not None
        assert verify(app.log).mismatches == ()


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("reopened", [False, True], ids=["one engine", "a new engine for each batch"])
def test_drift_does_not_depend_on_how_calls_are_cut_into_batches(tmp_path: Path, cut: int, reopened: bool) -> None:
    story = [*mixed(12, ["WELFARE CHECK"]), *mixed(13, ["WELFARE CHECK", "ROBBERY"], first=100)]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    with opened(whole, WATCHED) as app:
        app.engine.handle(story)
        expected = events(app)
    app = opened(parts, WATCHED)
    for start in range(0, len(story), cut):
        app.engine.handle(story[start : start + cut])
        if reopened:
            app.close()
            app = opened(parts, WATCHED)
    assert events(app) == expected
    assert len(measured(app)) == len(story) // WINDOW
    app.close()


def test_two_engines_on_one_log_count_one_anothers_calls(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as one, opened(tmp_path, WATCHED) as other:
        for n, request in enumerate(mixed(3 * WINDOW, ["WELFARE CHECK"])):
            (one if n % 2 else other).engine.handle([request])
        assert len(measured(one)) == 3
        assert verify(one.log).mismatches == ()


def test_a_call_that_the_model_does_not_know_keeps_its_own_reason_under_drift(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle([*mixed(WINDOW, BEYOND), report("E1", 60, "RUNAWAY")])
        assert "too few calls of this type" in (decisions(app)[-1].assessment.abstained or "")
        assert verify(app.log).mismatches == ()


def test_a_call_counts_once_and_by_its_first_report_alone(tmp_path: Path) -> None:
    answer = AnswerQuestion(call_id="D0", now=after(20), by="dispatcher-7", fact="weapon", value=True)
    again = report("D1", 30, "ROBBERY")
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle([*mixed(WINDOW - 1, AS_BEFORE), answer, again, clear("D2", 40)])
        assert measured(app) == []
        app.engine.handle(mixed(1, BEYOND, first=100))
        (found,) = measured(app)
        assert (found.calls, found.beyond) == (WINDOW, ())


@pytest.mark.parametrize("reopened", [False, True], ids=["one engine", "a new engine for each call"])
def test_hours_and_weekdays_are_those_of_the_agency_and_words_of_callers_count_for_nothing(
    tmp_path: Path, reopened: bool
) -> None:
    watched = {"hours": {"20-23": 1.0}, "weekday": {"Wednesday": 1.0}, "weapon": {"no": 1.0}}
    table = model(drift_window=2, reference=watched)
    evening = datetime(2024, 5, 16, 4, 30, tzinfo=UTC)  # half past nine on Wednesday in Smallville
    said: dict[str, Any] = {"reported_at": evening, "narrative": "he has a knife", "facts": {"weapon": True}}
    app = opened(tmp_path, table)
    for call in ("A1", "A2"):
        app.engine.handle([report(call, 600, **said)])
        if reopened:
            app.close()
            app = opened(tmp_path, table)
    (found,) = measured(app)
    assert found.beyond == ()
    assert max(found.figures.values()) == pytest.approx(0.0)
    app.close()


def test_what_is_kept_of_models_is_numbered_in_its_order(tmp_path: Path) -> None:
    for table in (WATCHED, SMALL_MODEL):
        with opened(tmp_path, table) as app:
            app.engine.handle(mixed(2 * WINDOW, BEYOND, first=0 if table is WATCHED else 100))
    with opened(tmp_path) as app:
        kept = app.log.histories([MODEL_STREAM])[MODEL_STREAM]
        assert [(one.version, one.event.kind) for one in kept] == [
            (1, "model_adopted"),
            (2, "drift_measured"),
            (3, "drift_measured"),
            (4, "model_adopted"),
        ]


def test_a_drift_that_was_never_measured_is_no_reason_that_verifies(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle([*mixed(WINDOW, BEYOND), report("E1", 60)])
    rewritten(tmp_path, "call_triaged", b"index of nature", b"index of beat", only=b"drift")
    with opened(tmp_path) as app:
        (mismatch,) = verify(app.log).mismatches
    assert (mismatch.call_id, "assessment" in mismatch.message) == ("E1", True), mismatch.message


def test_a_drift_that_was_measured_only_later_is_no_reason_that_verifies(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle([*mixed(WINDOW, BEYOND), report("E1", 60)])
        reason = (decisions(app)[-1].assessment.abstained or "").encode()
    stored = b'"abstained":null,"ceiling":0.25'
    said = b'"abstained":"' + reason + b'","ceiling":null'
    rewritten(tmp_path, "call_triaged", stored, said, only=b'"call_id":"D0"')
    with opened(tmp_path) as app:
        (mismatch,) = verify(app.log).mismatches
    assert (mismatch.call_id, "assessment" in mismatch.message) == ("D0", True), mismatch.message


# --- who counts: engines that begin, come back, take turns and overtake one another ---


def counted(watching: Watching) -> tuple[object, ...]:
    seen = watching.snapshot().watch
    assert isinstance(seen, Snapshot)
    return (tuple(seen.window[: seen.filled]), seen.beyond)


@pytest.mark.parametrize("windows", [0, 2], ids=["before a measurement", "after two"])
def test_an_engine_that_comes_back_at_any_position_has_counted_what_the_log_holds(tmp_path: Path, windows: int) -> None:
    with opened(tmp_path) as app:
        app.engine.handle(mixed(3, AS_BEFORE, first=50))  # by another model: they do not count
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle(mixed(windows * WINDOW + 3, BEYOND, first=100))
        stored = app.log.read(0, 1000)
        whole = counted(app.engine._watching)
        for until in range(stored[0].position, len(stored) + 1):
            watching = Watching(WATCHED, Desk(POLICY))
            watching.resume(app.log, until)
            for recorded in stored[until:]:
                watching.apply(recorded)
            assert counted(watching) == whole, until
    assert len(whole[0]) == 3  # type: ignore[arg-type]


def test_a_model_that_is_adopted_anew_begins_to_count_anew(tmp_path: Path) -> None:
    for table, number, first in ((WATCHED, 3, 0), (SMALL_MODEL, 1, 10), (WATCHED, WINDOW - 1, 20)):
        with opened(tmp_path, table) as app:
            app.engine.handle(mixed(number, BEYOND, first))
    with opened(tmp_path, WATCHED) as app:
        assert measured(app) == []
        app.engine.handle(mixed(1, BEYOND, 40))
        assert [found.calls for found in measured(app)] == [WINDOW]


def test_what_another_model_measures_changes_nothing(tmp_path: Path) -> None:
    short = model(drift_window=2, reference={"nature": {"ROBBERY": 1.0}})
    with opened(tmp_path, WATCHED) as one, opened(tmp_path, short) as other:
        one.engine.handle(mixed(2, AS_BEFORE))
        other.engine.handle(mixed(2, AS_BEFORE, first=10))
        one.engine.handle(mixed(1, AS_BEFORE, first=20))
        assert [(found.model, found.calls) for found in measured(one)] == [(short.digest, 2), (WATCHED.digest, WINDOW)]
        assert decisions(one)[-1].assessment.risk is not None
        one.engine.handle([report("E1", 60)])
        assert decisions(one)[-1].assessment.risk is not None
        assert verify(one.log).mismatches == ()


def test_calls_of_an_engine_that_was_overtaken_count_once_and_the_others_too(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as one:
        one.engine.handle(mixed(1, BEYOND))
        second = overtaken(one, lambda: one.engine.handle(mixed(1, BEYOND, first=10)))
        second.handle(mixed(1, BEYOND, first=20))
        second.handle(mixed(1, BEYOND, first=30))
        assert measured(one) == []
        second.handle(mixed(1, BEYOND, first=40))
        assert [found.calls for found in measured(one)] == [WINDOW]
        assert verify(one.log).mismatches == ()


def test_a_window_that_two_engines_filled_together_is_measured_before_the_next_decision(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as one:
        one.engine.handle(mixed(WINDOW - 3, BEYOND))
        second = overtaken(one, lambda: one.engine.handle(mixed(2, BEYOND, first=10)))
        second.handle(mixed(2, BEYOND, first=20))
        assert measured(one) == []  # each of the two saw one call less
        one.engine.handle([report("E1", 60)])
        assert [event.kind for event in events(one)][-4:-2] == ["drift_measured", "call_reported"]
        assert "drift" in (decisions(one)[-1].assessment.abstained or "")
        assert verify(one.log).mismatches == ()
        second.handle([report("E2", 61)])
        assert len(measured(one)) == 1
        with opened(tmp_path, WATCHED) as fresh:
            fresh.engine.handle([report("E2", 61)])
            assert counted(fresh.engine._watching) == counted(second._watching)
        one.engine.handle([])
        assert counted(one.engine._watching) == counted(second._watching)


def test_a_late_measurement_whose_write_fails_is_made_again(tmp_path: Path) -> None:
    tracking = Tracking("kafka:cad.calls:0", 7)
    with opened(tmp_path, WATCHED) as one:
        one.engine.handle(mixed(WINDOW - 2, BEYOND), tracking)
        second = overtaken(one, lambda: one.engine.handle(mixed(1, BEYOND, first=10)))
        second.handle(mixed(1, BEYOND, first=20))
        with pytest.raises(AlreadyTrackedError):
            one.engine.handle([report("E1", 60)], tracking)
        assert measured(one) == []
        one.engine.handle([report("E1", 60)])
        assert [found.calls for found in measured(one)] == [WINDOW]


@pytest.mark.parametrize("log", [Racing, RacingAtModels], ids=["as it writes", "as it asks what was measured"])
def test_of_two_engines_that_fill_a_window_at_once_one_measures_it(tmp_path: Path, log: type[Racing]) -> None:
    with opened(tmp_path, WATCHED) as one:
        one.engine.handle(mixed(WINDOW - 1, BEYOND))
        second = overtaken(one, lambda: one.engine.handle([report("X1", 60)]), log)
        second._watching.resume(one.log, one.log.head())
        second.handle([report("X2", 61)])
        assert [found.calls for found in measured(one)] == [WINDOW]
        assert "drift" in (decisions(one)[-1].assessment.abstained or "")
        assert len(cast("tuple[object, ...]", counted(second._watching)[0])) == 1
        assert verify(one.log).mismatches == ()


def test_who_could_not_know_yet_that_drift_is_over_is_no_mismatch(tmp_path: Path) -> None:
    with opened(tmp_path, WATCHED) as one:
        one.engine.handle(mixed(WINDOW, BEYOND))
        second = overtaken(one, lambda: one.engine.handle(mixed(WINDOW, AS_BEFORE, first=10)))
        second.handle([report("E1", 60)])
        assert [found.beyond for found in measured(one)] == [("nature",), ()]
        assert "drift" in (decisions(one)[-1].assessment.abstained or "")
        assert verify(one.log).mismatches == ()


def test_calls_decided_again_because_somebody_was_faster_count_once(tmp_path: Path) -> None:
    claim = ClaimCall(call_id="D0", now=after(20), by="unit:CSO-1", unit="CSO-1")
    with opened(tmp_path, WATCHED) as one:
        one.engine.handle(mixed(1, BEYOND))
        second = overtaken(one, lambda: one.engine.handle([claim]))
        second.handle([*mixed(2, BEYOND, first=30), clear("D0", 40)])
        second.handle(mixed(1, BEYOND, first=50))
        assert measured(one) == []
        second.handle(mixed(1, BEYOND, first=60))
        assert [found.calls for found in measured(one)] == [WINDOW]


def test_a_write_that_fails_counts_for_nothing(tmp_path: Path) -> None:
    tracking = Tracking("kafka:cad.calls:0", 7)
    with opened(tmp_path, WATCHED) as app:
        app.engine.handle([], tracking)
        for _ in range(2):
            with pytest.raises(AlreadyTrackedError):
                app.engine.handle(mixed(WINDOW - 1, BEYOND), tracking)
        assert events(app) == []
        app.engine.handle(mixed(WINDOW - 1, BEYOND))
        assert [event.kind for event in events(app)][:2] == ["policy_adopted", "model_adopted"]
        assert measured(app) == []
        app.engine.handle(mixed(1, BEYOND, first=50))
        assert [found.calls for found in measured(app)] == [WINDOW]


# --- however requests are cut, and whoever's turn it is ---


def stored(app: App) -> list[tuple[str, int, Event]]:
    """The log but for our clock."""
    return [(item.stream, item.version, item.event) for item in app.log.read(0, 100_000)]


@settings(max_examples=50)
@given(
    drawn=REQUESTS,
    more=st.lists(st.sampled_from([*BEYOND, "ROBBERY", "DISPUTE", "RUNAWAY"]), max_size=12),
    cuts=st.lists(st.integers(1, 7), min_size=1, max_size=6),
    window=st.integers(3, 7),
)
def test_the_same_requests_give_the_same_log_however_they_are_cut_and_whoever_takes_them(
    drawn: Drawn, more: list[str], cuts: list[int], window: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = requests(drawn)
    start = max((request.now for request in told), default=after(0))
    minutes = [(start - after(0)) / timedelta(minutes=1) + number for number in range(len(more))]
    made = [*told, *(report(f"N{number}", minutes[number], kind) for number, kind in enumerate(more))]
    reference: dict[str, Any] = {"nature": {"WELFARE": 0.5, "ROBBERY": 0.5}, "hours": {"12-15": 1.0}}
    classifier: Classifier = TableModel(model(drift_window=window, drift_limit=0.4, reference=reference))
    folder = tmp_path_factory.mktemp("cut")

    def at(name: str) -> App:
        return App(POLICY, folder / name, classifier=classifier)

    with at("whole.db") as whole, at("cut.db") as one, at("cut.db") as other:
        whole.engine.handle(made, replay=True)
        begun, turn = 0, 0
        while begun < len(made):
            size = cuts[turn % len(cuts)]
            (one, other)[turn % 2].engine.handle(made[begun : begun + size], replay=True)
            begun, turn = begun + size, turn + 1
        assert stored(one) == stored(whole)
        assert verify(one.log).mismatches == ()
        counts = [found.calls for found in measured(whole)]
        reported = sum(event.kind == "call_reported" for event in events(whole))
        assert counts == [window] * (reported // window)
