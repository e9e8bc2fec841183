"""Batches of requests against a real log: one read, one classifier call, one write, however they are cut."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.small_policy import ROSTER, SMALL_POLICY, unit
from tests.spec import NOON, after
from triage.board import Board
from triage.bootstrap import App
from triage.classifiers import Abstains, CallToAssess, RulesAlone
from triage.domain.commands import (
    AnswerQuestion,
    ArriveOnScene,
    ClaimCall,
    ClearCall,
    HandBackCall,
    LinkCall,
    OverrideRoute,
    RefuseReport,
    ReleaseCall,
    ReportCall,
    Request,
    RequestBackup,
)
from triage.domain.errors import CallClearedError
from triage.domain.events import Assessment, CallTriaged, Event
from triage.domain.report import Report, Unreadable
from triage.engine import Engine, EngineBusyError
from triage.store import AlreadyTrackedError, ConcurrentAppendError, EventLog, Recorded, Tracking
from triage.verification import verify

CALL_TYPES = ("WELFARE CHECK", "DISPUTE", "PARKING", "PERSON IN CRISIS", "RUNAWAY", "ROBBERY", "SUSPICIOUS", "NEW ONE")


def report(call_id: str, minutes: float, call_type: str = "WELFARE CHECK", **fields: object) -> ReportCall:
    now = after(minutes)
    said = Report.model_validate(
        {"call_id": call_id, "reported_at": now, "call_type": call_type, "priority": "3", "precinct": "EAST", **fields}
    )
    return ReportCall(call_id=call_id, now=now, by="cad", report=said)


def clear(call_id: str, minutes: float) -> ClearCall:
    return ClearCall(call_id=call_id, now=after(minutes), by="cad", unit=None, disposition="ASSISTANCE RENDERED")


class Counting:
    """A classifier that counts how often it is asked and knows no risk."""

    model = None

    def __init__(self) -> None:
        self.asked: list[int] = []

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        self.asked.append(len(calls))
        return [Assessment(risk=0.0, model="counting", abstained=None, ceiling=0.5)] * len(calls)


class Broken:
    """A classifier that does whatever is wrong."""

    model = None

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        if self.fault == "raises":
            raise ValueError("he has a knife")
        if self.fault == "too few":
            return []
        if self.fault == "nothing":
            return None  # type: ignore[return-value]
        return ["cso"] * len(calls)  # type: ignore[list-item]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with App(SMALL_POLICY, tmp_path / "triage.db") as opened:
        yield opened


def events(app: App) -> list[tuple[str, int, Event]]:
    """The log but for our clock."""
    return [(item.stream, item.version, item.event) for item in _read(app)]


def _read(app: App) -> list[Recorded]:
    return app.log.read(0, 100_000)


def kinds(app: App) -> list[str]:
    return [event.kind for _, _, event in events(app)]


def test_the_first_decision_keeps_the_policy_that_made_it(app: App) -> None:
    app.engine.handle([report("A1", 0)])
    assert kinds(app) == ["policy_adopted", "call_reported", "call_triaged", "call_queued"]


def test_a_batch_of_repeats_stores_nothing(app: App) -> None:
    batch = [report("A1", 0), report("A2", 1, "ROBBERY")]
    app.engine.handle(batch)
    before = events(app)
    handled = app.engine.handle(batch)
    assert [outcome.events for outcome in handled.outcomes] == [(), ()]
    assert events(app) == before


def test_one_batch_asks_the_classifier_once(tmp_path: Path) -> None:
    classifier = Counting()
    with App(SMALL_POLICY, tmp_path / "triage.db", classifier=classifier) as app:
        app.engine.handle([report("A1", 0), report("A2", 1), report("A1", 0), clear("A2", 5)])
    assert classifier.asked == [2]


@pytest.mark.parametrize("fault", ["raises", "too few", "nothing", "wrong type"])
def test_a_broken_classifier_is_an_abstention_and_so_sworn(tmp_path: Path, fault: str) -> None:
    with App(SMALL_POLICY, tmp_path / "triage.db", classifier=Broken(fault)) as app:
        app.engine.handle([report("A1", 0)])
        triaged = next(event for _, _, event in events(app) if isinstance(event, CallTriaged))
    assert (triaged.route, triaged.because) == ("sworn", ("classifier-abstained",))
    assert "knife" not in (triaged.assessment.abstained or "")


def test_a_required_classifier_that_is_missing_means_sworn(tmp_path: Path) -> None:
    policy = SMALL_POLICY.model_copy(update={"classifier": "required"})
    with App(policy, tmp_path / "triage.db") as app:
        app.engine.handle([report("A1", 0)])
        assert "call_queued" not in kinds(app)
        (decided,) = [event for _, _, event in events(app) if isinstance(event, CallTriaged)]
        assert decided.assessment.abstained == "the policy requires a classifier and none is here"


def test_a_refused_request_does_not_stop_its_batch(app: App) -> None:
    claim = ClaimCall(call_id="nobody", now=NOON, by="unit:CSO-1", unit="CSO-1")
    handled = app.engine.handle([claim, report("A1", 0)])
    assert "nobody reported it" in str(handled.outcomes[0].refusal)
    assert handled.outcomes[1].events[0].kind == "call_reported"


def test_two_requests_for_one_call_in_a_batch_build_on_each_other(app: App) -> None:
    answer = AnswerQuestion(call_id="A1", now=after(1), by="dispatcher-7", fact="violence", value=False)
    handled = app.engine.handle([report("A1", 0, "DISPUTE", facts={"domestic": "none"}), answer])
    assert [event.kind for event in handled.outcomes[1].events] == ["call_updated", "call_triaged", "call_queued"]


def test_what_is_known_of_a_call_never_hangs_on_what_was_decided_in_the_same_batch(tmp_path: Path) -> None:
    answer = AnswerQuestion(call_id="A1", now=after(9), by="dispatcher-7", fact="weapon", value=True)
    unreadable = request("unreadable", "A2", after(12), "", "", value=True)
    first: list[Request] = [report("A1", 0), clear("A1", 5), answer, report("A1", 10, "DISPUTE")]
    story = [*first, unreadable, report("A2", 11), report("A2", 11.5, beat="C3")]  # the readable ones come late
    with App(SMALL_POLICY, tmp_path / "whole.db") as whole, App(SMALL_POLICY, tmp_path / "apart.db") as apart:
        whole.engine.handle(story)
        for one in story:
            apart.engine.handle([one])
        assert events(whole) == events(apart)
        assert verify(whole.log).mismatches == ()
        triaged = [event.because for _, _, event in events(whole) if isinstance(event, CallTriaged)]
    assert triaged == [
        ("welfare",),
        ("weapon",),
        ("report-unreadable",),
        ("report-unreadable",),
        ("report-unreadable",),
    ]


def test_a_units_load_counts_within_a_batch_and_across_batches(app: App) -> None:
    app.engine.handle([report(f"A{number}", number) for number in range(3)])
    handled = app.engine.handle([report("A3", 3), report("A4", 4)])
    last = [outcome.events[-1].kind for outcome in handled.outcomes]
    assert last == ["call_queued", "call_not_served"]


def test_in_a_replay_time_passes_between_requests(app: App) -> None:
    handled = app.engine.handle([report("A1", 0), report("A2", 90, "ROBBERY")], replay=True)
    assert [(event.kind, event.occurred_at) for event in handled.passed] == [("call_not_served", after(60))]


def test_what_is_due_at_the_last_moment_of_a_replay_does_not_wait_for_a_second_run(app: App) -> None:
    late = [report("A1", 6 * 60 + 15), report("A1", 6 * 60 + 15)]  # within the last half-hour of one unit's shift
    assert [event.kind for event in app.engine.handle(late[:1], replay=True).passed] == ["shift_ending"]
    assert app.engine.handle(late, replay=True).passed == ()


def test_tick_lets_time_pass_by_the_clock(app: App) -> None:
    app.engine.handle([report("A1", 0)])
    assert app.engine.tick(after(59)) == ()
    assert [event.kind for event in app.engine.tick(after(61))] == ["call_not_served"]
    assert app.engine.tick(after(61)) == ()


def test_a_tracked_position_is_stored_with_the_events_and_refused_twice(app: App) -> None:
    tracking = Tracking("kafka:cad.calls:0", 7)
    app.engine.handle([report("A1", 0)], tracking)
    assert app.log.tracked("kafka:cad.calls:0") == 7
    with pytest.raises(AlreadyTrackedError):
        app.engine.handle([report("A2", 1)], tracking)
    assert "A2" not in {stream for stream, _, _ in events(app)}


def test_after_a_failed_write_the_queues_are_as_before(app: App) -> None:
    app.engine.handle([report("A1", 0)], Tracking("kafka:cad.calls:0", 7))
    with pytest.raises(AlreadyTrackedError):
        app.engine.handle([report("A2", 1), report("A3", 2)], Tracking("kafka:cad.calls:0", 7))
    handled = app.engine.handle([report("A4", 3), report("A5", 4), report("A6", 5), report("A7", 6)])
    assert [outcome.events[-1].kind for outcome in handled.outcomes].count("call_queued") == 3


def test_two_engines_on_one_log_see_each_others_calls(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    with App(SMALL_POLICY, path) as one, App(SMALL_POLICY, path) as other:
        assert one.engine
        assert other.engine
        one.engine.handle([report("A1", 0), report("A2", 1), report("A3", 2)])
        handled = other.engine.handle([report("A4", 3), report("A5", 4)])
        assert [outcome.events[-1].kind for outcome in handled.outcomes] == ["call_queued", "call_not_served"]
        claimed = ClaimCall(call_id="A1", now=after(5), by="unit:CSO-1", unit="CSO-1")
        assert one.engine.handle([claimed]).outcomes[0].events
        assert other.engine.handle([claimed]).outcomes[0].events == ()
        assert verify(one.log).mismatches == ()


class Racing:
    """A log in which somebody else is faster, once: just before the first write, `first` happens."""

    def __init__(self, log: EventLog, first: Callable[[], object]) -> None:
        self._log = log
        self._first: Callable[[], object] | None = first

    def append(
        self, batch: Sequence[tuple[str, int, Event]], *, recorded_at: datetime, tracking: Tracking | None = None
    ) -> Sequence[int]:
        if self._first is not None:
            first, self._first = self._first, None
            first()
        return self._log.append(batch, recorded_at=recorded_at, tracking=tracking)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def test_who_comes_second_decides_again_on_what_the_first_one_did(tmp_path: Path) -> None:
    claims = [ClaimCall(call_id="A1", now=after(5), by=f"unit:{unit}", unit=unit) for unit in ("CSO-1", "CSO-1")]
    new = [report(f"A{number}", number) for number in range(2, 6)]
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        app.engine.handle([report("A1", 0)])
        racing = Racing(app.log, lambda: app.engine.handle([claims[0], clear("A1", 6)]))
        board = Board(app.queues.entries(), app.queues.position)
        second = Engine(cast("EventLog", racing), app.desk, RulesAlone(), board, app._clock)
        handled = second.handle([claims[1], *new])
        assert isinstance(handled.outcomes[0].refusal, CallClearedError)
        assert [outcome.events[-1].kind for outcome in handled.outcomes[1:]] == ["call_queued"] * 4
        assert board.loads == {"CSO-1": 2, "CSO-2": 2}
        assert [event.kind for stream, _, event in events(app) if stream == "A1"][3:] == [
            "call_claimed",
            "call_cleared",
        ]
        assert verify(app.log).mismatches == ()


def test_a_writer_who_never_wins_is_told_so(tmp_path: Path) -> None:
    class Busy(Racing):
        def append(self, *_: object, **__: object) -> Sequence[int]:
            raise ConcurrentAppendError("A1", 1)

    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        board = Board((), 0)
        busy = cast("EventLog", Busy(app.log, list))
        with pytest.raises(EngineBusyError, match="nothing was stored"):
            Engine(busy, app.desk, RulesAlone(), board, app._clock).handle([report("A1", 0)])
        assert board.entries() == {}
        assert app.log.head() == 0


def test_a_call_that_waits_for_its_units_next_shift_is_computed_again_alike(tmp_path: Path) -> None:
    rules = tuple(
        one.model_copy(update={"wait_minutes": 24 * 60}) if one.id == "welfare" else one for one in SMALL_POLICY.rules
    )
    alone = ROSTER.model_copy(update={"units": (unit("CSO-1", "early", capacity=1),)})
    with App(SMALL_POLICY.model_copy(update={"rules": rules, "roster": alone}), tmp_path / "triage.db") as app:
        app.engine.handle([report("A1", 0)])
        evening = NOON.replace(hour=19, minute=0)
        assert [event.kind for event in app.engine.tick(evening)] == ["call_handed_back", "call_queued"]
        assert verify(app.log) == (2, ())


def test_a_changed_policy_is_kept_beside_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    stricter = SMALL_POLICY.model_copy(update={"authority_limit": 0.005})
    for policy, call in ((SMALL_POLICY, "A1"), (stricter, "A2"), (stricter, "A3")):
        with App(policy, path) as app:
            app.engine.handle([report(call, 0)])
    with App(stricter, path) as app:
        assert kinds(app).count("policy_adopted") == 2
        assert verify(app.log) == (3, ())


KINDS = (
    *("report",) * 4,
    *("claim", "answer", "clear") * 2,
    *("arrive", "release", "backup", "hand back", "unsafe", "to sworn", "to cso", "unreadable", "link"),
)
Drawn = list[tuple[str, str, str, int, str, bool]]
REQUESTS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3"]),
        st.sampled_from(KINDS),
        st.sampled_from(CALL_TYPES),
        st.integers(0, 45),
        st.sampled_from(["weapon", "violence", "medical_emergency", "juvenile"]),
        st.booleans(),
    ),
    max_size=25,
)


def requests(drawn: Drawn) -> list[Request]:
    """Requests in clock order."""
    made: list[Request] = []
    now: datetime = NOON
    for call_id, kind, call_type, minutes, fact, value in drawn:
        now += timedelta(minutes=minutes)
        made.append(request(kind, call_id, now, call_type, fact, value))
    return made


def request(kind: str, call_id: str, now: datetime, call_type: str, fact: str, value: bool) -> Request:  # noqa: PLR0917
    """One request of `kind`; of two units it is CSO-1 that asks, unless `value` is false."""
    unit = "CSO-1" if value else "CSO-2"
    by_unit = {"call_id": call_id, "now": now, "by": f"unit:{unit}", "unit": unit}
    by_person = {"call_id": call_id, "now": now, "by": "dispatcher-7"}
    passed = (now - NOON) / timedelta(minutes=1)
    match kind:
        case "report":
            return report(call_id, passed, call_type, facts={fact: value} if value else {})
        case "answer":
            return AnswerQuestion.model_validate({**by_person, "fact": fact, "value": value})
        case "clear":
            return clear(call_id, passed)
        case "claim":
            return ClaimCall.model_validate(by_unit)
        case "arrive":
            return ArriveOnScene.model_validate(by_unit)
        case "release":
            return ReleaseCall.model_validate(by_unit)
        case "backup":
            return RequestBackup.model_validate(by_unit)
        case "hand back" | "unsafe":
            return HandBackCall.model_validate({**by_unit, "reason": "unsafe" if kind == "unsafe" else "capacity"})
        case "to sworn":
            return OverrideRoute.model_validate({**by_person, "route": "sworn", "reason": "supervisor-judgement"})
        case "to cso":
            reason = "officer-on-scene" if value else "supervisor-judgement"
            return OverrideRoute.model_validate({**by_person, "route": "cso", "reason": reason})
        case "link":
            return LinkCall.model_validate({**by_person, "other": "A1", "relation": "related"})
        case _:
            page = Unreadable(source="c.csv", line=minutes_of(now), field=None, reason="torn", fingerprint="0" * 16)
            return RefuseReport(call_id=call_id, now=now, by="cad", unreadable=page)


def minutes_of(now: datetime) -> int:
    return int((now - NOON).total_seconds() // 60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=REQUESTS, cuts=st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_the_same_requests_give_the_same_log_however_they_are_cut(
    drawn: Drawn, cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = requests(drawn)
    folder = tmp_path_factory.mktemp("cut")
    with App(SMALL_POLICY, folder / "whole.db") as whole, App(SMALL_POLICY, folder / "cut.db") as cut:
        whole.engine.handle(made, replay=True)
        start, turn = 0, 0
        while start < len(made):
            size = cuts[turn % len(cuts)]
            cut.engine.handle(made[start : start + size], replay=True)
            start, turn = start + size, turn + 1
        assert events(cut) == events(whole)
        assert verify(cut.log).mismatches == ()
        assert verify(whole.log).decisions == verify(cut.log).decisions
        whole.engine.handle(made[-1:], replay=True)
        assert cut.queues.entries() == whole.queues.entries()


def test_an_abstaining_classifier_never_stops_an_officer_who_goes_along(tmp_path: Path) -> None:
    with App(SMALL_POLICY, tmp_path / "triage.db", classifier=Abstains("model missing")) as app:
        app.engine.handle([report("A1", 0, "PERSON IN CRISIS"), report("A2", 0)])
        routes = {event.call_id: event.route for _, _, event in events(app) if isinstance(event, CallTriaged)}
    assert routes == {"A1": "co_response", "A2": "sworn"}
