"""A challenger judges every call of a log beside the champion, and nobody is sent anywhere by it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.small_model import SMALL_MODEL, model
from tests.small_policy import SMALL_POLICY, rule
from tests.spec import after
from tests.test_engine import REQUESTS, Drawn, clear, report, requests
from triage.bootstrap import App
from triage.classifiers import Abstains, CallToAssess, Classifier, RulesAlone
from triage.classifiers.table import TableModel
from triage.domain.call import File, NotReported
from triage.domain.commands import (
    AnswerQuestion,
    ClaimCall,
    ClearCall,
    HandBackCall,
    OverrideRoute,
    RefuseReport,
    ReleaseCall,
    ReportCall,
    Request,
    RequestBackup,
)
from triage.domain.desk import Desk
from triage.domain.events import Assessment, CallTriaged
from triage.domain.model import Model
from triage.domain.policy import Policy
from triage.domain.report import Unreadable
from triage.engine import call_of
from triage.projections.disagreements import CALLS, REGISTER, Challenger, Disagreements
from triage.projections.judged_call import CALL_COLUMNS, Closing, Routes, read_call
from triage.projections.view import PAGE_EVENTS, ProjectionError, ViewFileError
from triage.store import EventLog, Recorded

REQUIRED = SMALL_POLICY.model_copy(update={"classifier": "required"})
CAREFUL = SMALL_POLICY.model_copy(
    update={"rules": (*SMALL_POLICY.rules, rule("no-welfare", "require_sworn", when={"nature": ("WELFARE",)}))}
)
BOLD = SMALL_POLICY.model_copy(
    update={
        "rules": (
            *(old for old in SMALL_POLICY.rules if old.id != "weapon"),
            rule("robbery", "allow_cso", when={"nature": ("ROBBERY",)}, programme="community", wait_minutes=60),
        )
    }
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with App(SMALL_POLICY, tmp_path / "triage.db") as opened:
        yield opened


class Broken:
    """A classifier that does what is wrong."""

    model = None

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        if self.fault == "raises":
            raise ValueError("he has a knife")
        return [] if self.fault == "too few" else ["cso"] * len(calls)  # type: ignore[list-item]


class Stumbling(Disagreements):
    """The register, but for one call that it cannot bear."""

    def fold(self, page: Sequence[Recorded]) -> None:
        super().fold(page)
        if any(recorded.stream == "A2" for recorded in page):
            raise ValueError("cannot bear it")


def by(policy: Policy, classifier: Classifier | None = None, table: Model | None = None) -> Challenger:
    if table is not None:
        return Challenger(Desk(policy), TableModel(table), table.digest)
    return Challenger(Desk(policy), classifier or RulesAlone(), "none")


def beside(app: App, challenger: Challenger) -> Disagreements:
    view = app.disagreements(challenger)
    view.catch_up(app.log)
    return view


def routes(view: Disagreements) -> dict[str, Routes]:
    rows = view.query(f"SELECT call_id, champion, challenger FROM {CALLS} WHERE champion IS NOT NULL")
    return {str(call_id): Routes(*both) for call_id, *both in rows}  # type: ignore[arg-type]


def closings(view: Disagreements) -> list[Closing | None]:
    return [item.closing for item in view.ended()]


def contents(view: Disagreements) -> list[list[tuple[object, ...]]]:
    """All that the view has, but for how it follows."""
    return [view.query(f"SELECT * FROM {table} ORDER BY 1") for table, _ in view.tables]


def unreadable(call_id: str, minutes: float) -> RefuseReport:
    page = Unreadable(source="c.csv", line=2, field=None, reason="torn", fingerprint="0" * 16)
    return RefuseReport(call_id=call_id, now=after(minutes), by="cad", unreadable=page)


def claim(call_id: str, minutes: float) -> ClaimCall:
    return ClaimCall(call_id=call_id, now=after(minutes), by="unit:CSO-1", unit="CSO-1")


def close(call_id: str, minutes: float, unit: str | None = "CSO-1") -> ClearCall:
    return ClearCall(call_id=call_id, now=after(minutes), by="someone", unit=unit, disposition="SETTLED")


def test_a_decision_on_which_they_differ_stands_in_the_register_with_both_reasons(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A2", 1, "ROBBERY"), report("A3", 2, "DISPUTE")])
    view = beside(app, by(CAREFUL))
    (found,) = view.newest(10)
    assert (found.call_id, found.occurred_at, found.policy) == ("A1", after(0), SMALL_POLICY.digest)
    assert (found.champion.route, found.champion.because) == ("cso", ("welfare",))
    assert (found.challenger.route, found.challenger.because) == ("sworn", ("no-welfare",))
    recorded = app.log.read(found.position - 1, 1)[0].event
    assert isinstance(recorded, CallTriaged)
    assert recorded.call_id == "A1"
    assert routes(view) == {
        "A1": Routes("cso", "sworn"),
        "A2": Routes("sworn", "sworn"),
        "A3": Routes("sworn", "sworn"),
    }


def test_the_champions_route_is_what_it_allows_whether_or_not_a_unit_was_there(app: App) -> None:
    app.engine.handle([report("A1", 0, precinct="NORTH")])
    view = beside(app, by(SMALL_POLICY))
    assert (routes(view), view.newest(1)) == ({"A1": Routes("cso", "cso")}, [])


def test_a_person_who_overrules_the_champion_changes_nothing_between_the_two(app: App) -> None:
    overruled = OverrideRoute.model_validate(
        {"call_id": "A1", "now": after(2), "by": "SUP-1", "route": "sworn", "reason": "supervisor-judgement"}
    )
    app.engine.handle([report("A1", 0), overruled, report("A1", 5, "DISPUTE", facts={"domestic": "none"})])
    assert routes(beside(app, by(SMALL_POLICY)))["A1"] == Routes("cso", "cso")


def test_a_model_that_withholds_is_a_disagreement_with_its_risk(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A2", 1, "DISPUTE", facts={"domestic": "none", "violence": False})])
    strict = model(ceiling=0.0005)
    found = {item.call_id: item.challenger for item in beside(app, by(SMALL_POLICY, table=strict)).newest(10)}
    assert {call_id: decided.because for call_id, decided in found.items()} == {
        "A1": ("risk-too-high",),
        "A2": ("risk-too-high",),
    }
    said = found["A1"].assessment
    assert said.risk is not None
    assert (said.risk > 0.0005, said.ceiling, said.model) == (True, 0.0005, strict.digest)


def test_a_required_classifier_without_a_model_sends_nobody_but_officers(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A2", 1, "PARKING"), report("A3", 2, "PERSON IN CRISIS")])
    view = beside(app, by(REQUIRED, Abstains("no model is here")))
    assert routes(view) == {
        "A1": Routes("cso", "sworn"),
        "A2": Routes("other_agency", "sworn"),
        "A3": Routes("co_response", "co_response"),
    }
    assert [item.challenger.because for item in view.newest(10)] == [("classifier-abstained",)] * 2
    assert view.newest(1)[0].challenger.assessment.abstained == "no model is here"


def test_a_call_counts_where_each_was_least_cautious(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A1", 5, "ROBBERY"), report("A2", 6, "ROBBERY")])
    view = beside(app, by(SMALL_POLICY))
    assert routes(view) == {"A1": Routes("cso", "cso"), "A2": Routes("sworn", "sworn")}
    careful = beside(app, by(CAREFUL))
    assert routes(careful)["A1"] == Routes("cso", "sworn")
    assert [item.call_id for item in careful.newest(10)] == ["A1"], "once the robbery is known they agree"


def test_the_challenger_weighs_what_was_answered_by_its_own_rules(app: App) -> None:
    def answer(value: bool, minutes: float) -> AnswerQuestion:
        return AnswerQuestion(call_id="A1", now=after(minutes), by="d-7", fact="violence", value=value)

    timid = SMALL_POLICY.model_copy(
        update={"rules": tuple(old for old in SMALL_POLICY.rules if old.id != "calm-dispute")}
    )
    told = report("A1", 0, "DISPUTE", facts={"domestic": "none"})
    app.engine.handle([told])
    view = beside(app, by(timid))
    assert routes(view)["A1"] == Routes("sworn", "sworn"), "nobody asked yet"
    app.engine.handle([answer(value=False, minutes=1)])
    view.catch_up(app.log)
    assert routes(view)["A1"] == Routes("cso", "sworn")
    assert view.newest(1)[0].challenger.because == ("no-rule-allows",)


def test_the_challenger_reads_types_and_priorities_by_its_own_tables(app: App) -> None:
    urgent = SMALL_POLICY.model_copy(update={"priorities": {**SMALL_POLICY.priorities, "3": "emergency"}})
    unmapped = SMALL_POLICY.model_copy(update={"call_types": SMALL_POLICY.call_types[1:]})
    app.engine.handle([report("A1", 0)])
    assert beside(app, by(urgent)).newest(1)[0].challenger.because == ("emergency",)
    assert beside(app, by(unmapped)).newest(1)[0].challenger.because == ("call-type-not-mapped",)


def test_a_model_sees_the_hour_of_the_first_report_in_the_challengers_zone(app: App) -> None:
    early = SMALL_POLICY.model_copy(update={"time_zone": "Asia/Tokyo"})
    app.engine.handle([report("A1", 0), report("A1", 700, priority="2")])
    seen: list[datetime] = []

    class Seeing(RulesAlone):
        def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
            seen.extend(call.reported_at for call in calls)
            return super().assess(calls)

    beside(app, by(early, Seeing()))
    assert [(time, str(time.tzinfo)) for time in seen] == [(after(0), "Asia/Tokyo")] * 2


def test_a_decision_that_only_says_that_a_report_was_unreadable_is_left_out(app: App) -> None:
    app.engine.handle([unreadable("A1", 0), report("A1", 1), report("A2", 2), unreadable("A2", 3)])
    view = beside(app, by(SMALL_POLICY))
    assert routes(view) == {"A2": Routes("cso", "cso")}
    assert view.differing() == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raises", "classifier failed: ValueError"),
        ("too few", "classifier failed: wrong answer"),
        ("wrong type", "classifier failed: wrong answer"),
    ],
)
def test_a_challenger_whose_classifier_breaks_abstains_and_says_nothing_of_the_call(
    app: App, fault: str, said: str
) -> None:
    app.engine.handle([report("A1", 0)])
    (found,) = beside(app, by(SMALL_POLICY, Broken(fault))).newest(10)
    assert (found.challenger.route, found.challenger.assessment.abstained) == ("sworn", said)


def test_how_a_call_ended_comes_later_and_stands_beside_what_they_said(app: App) -> None:
    app.engine.handle([report("A1", 0)])
    view = beside(app, by(CAREFUL))
    assert view.newest(1)[0].closing is None
    ended = close("A1", 9, unit=None)
    app.engine.handle([ended.model_copy(update={"disposition": "ARREST", "final_call_type": "ROBBERY"})])
    view.catch_up(app.log)
    assert view.newest(1)[0].closing == Closing("ARREST", "ROBBERY", by_cso=False)
    assert [(item.routes, item.closing, item.calls) for item in view.ended()] == [
        (Routes("cso", "sworn"), Closing("ARREST", "ROBBERY", by_cso=False), 1)
    ]


def test_a_call_that_a_cso_unit_closes_alone_was_closed_without_an_officer(app: App) -> None:
    app.engine.handle([report("A1", 0), claim("A1", 1), close("A1", 9)])
    assert closings(beside(app, by(SMALL_POLICY))) == [Closing("SETTLED", None, by_cso=True)]


def test_a_call_that_cad_closes_while_a_cso_unit_has_it_had_no_officer_either(app: App) -> None:
    app.engine.handle([report("A1", 0), claim("A1", 1), close("A1", 9, unit=None)])
    assert closings(beside(app, by(SMALL_POLICY))) == [Closing("SETTLED", None, by_cso=True)]


def test_a_call_that_ends_with_an_officer_there_is_an_outcome(app: App) -> None:
    backup = RequestBackup(call_id="A1", now=after(2), by="unit:CSO-1", unit="CSO-1")
    returned = HandBackCall.model_validate(
        {"call_id": "A2", "now": after(12), "by": "unit:CSO-1", "unit": "CSO-1", "reason": "needs_officer"}
    )
    stories: list[list[Request]] = [
        [report("A1", 0), claim("A1", 1), backup, close("A1", 3)],
        [report("A2", 10), claim("A2", 11), returned, close("A2", 13, unit=None)],
        [report("A3", 20), claim("A3", 21), report("A3", 22, "ROBBERY"), close("A3", 23, unit=None)],
        [report("A4", 30), close("A4", 31, unit=None)],
    ]
    for story in stories:
        assert [outcome.refusal for outcome in app.engine.handle(story).outcomes] == [None] * len(story)
    app.engine.handle([report("A5", 40, "PERSON IN CRISIS")])
    (entry,) = app.queues.entries()
    taken = ClaimCall(call_id="A5", now=after(41), by="unit", unit=entry.unit)
    app.engine.handle([taken, close("A5", 42, unit=entry.unit)])
    found = beside(app, by(SMALL_POLICY)).ended()
    assert {(item.closing is not None and item.closing.by_cso) for item in found} == {False}
    assert sum(item.calls for item in found if item.closing is not None) == 5


def test_a_call_that_a_unit_gave_back_into_its_queue_is_not_its_own(app: App) -> None:
    release = ReleaseCall(call_id="A1", now=after(2), by="unit:CSO-1", unit="CSO-1")
    handled = app.engine.handle([report("A1", 0), claim("A1", 1), release, close("A1", 3, unit=None)])
    assert [outcome.refusal for outcome in handled.outcomes] == [None] * 4
    assert closings(beside(app, by(SMALL_POLICY))) == [Closing("SETTLED", None, by_cso=False)]


def test_a_call_on_which_they_differ_again_and_again_is_one_call(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A1", 5, priority="2"), report("A2", 7, "ROBBERY")])
    view = beside(app, by(CAREFUL))
    assert [item.occurred_at for item in view.newest(10)] == [after(5), after(0)]
    assert view.differing() == 1
    span = view.span()
    assert span is not None
    assert (span.calls, span.first_at, span.last_at) == (2, after(0), after(7))


RICH: list[Request] = [
    report("A1", 0, "DISPUTE", facts={"domestic": "verbal"}),
    AnswerQuestion(call_id="A1", now=after(1), by="d-7", fact="violence", value=False),
    report("A0", 1.5, precinct="NORTH"),
    report("A2", 2),
    claim("A2", 3),
    report("A3", 4, narrative="he has a knife", precinct="NORTH"),
    report("A1", 5, "WELFARE CHECK", channel="911"),
    report("A3", 6, priority="2", precinct="NORTH"),
    report("A2", 7, "WELFARE CHECK", priority="2"),
    report("A4", 9, "PARKING"),
    report("A5", 10, "WELFARE CHECK", facts={"juvenile": True}),
    AnswerQuestion(call_id="A5", now=after(11), by="d-7", fact="medical_emergency", value=True),
    report("A5", 9.5, "ROBBERY"),
    report("A5", 12, priority="2"),
    close("A2", 13),
    unreadable("A6", 14),
    close("A6", 20, unit=None),
    report("A6", 15, "PARKING"),
    report("A4", 16, "WELFARE CHECK"),
    close("A4", 17, unit=None),
    report("A7", 18, precinct="NORTH"),
    report("A7", 19, "PARKING", precinct="NORTH"),
    report("A8", 20, precinct="NORTH", facts={"language": "english"}),
    report("A8", 24, precinct="NORTH", facts={"language": "spanish"}),
    report("A8", 22, precinct="NORTH", facts={"language": "somali", "juvenile": False}),
]
"""Reports, facts, cues, answers, late news and drift that comes and goes, of calls between one another."""


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_all_that_is_known_of_a_call_is_kept_from_one_page_to_the_next(tmp_path: Path, size: int) -> None:
    drifting = model(drift_window=1, reference={"nature": {"WELFARE": 1.0}})
    with App(REQUIRED, tmp_path / "rich.db", classifier=TableModel(drifting)) as rich:
        handled = rich.engine.handle(RICH)
        assert [outcome.refusal for outcome in handled.outcomes] == [None] * len(RICH)
        assert [outcome for outcome in handled.outcomes if len(outcome.events) == 1]
        whole = beside(rich, by(REQUIRED, table=drifting))
        cut = Disagreements(tmp_path / "cut.db", by(REQUIRED, table=drifting))
        cut.catch_up(Cut(rich.log, size))  # type: ignore[arg-type]
        assert whole.newest(10) == []
        assert contents(cut) == contents(whole)
        for call in map(read_call, cut.query(f"SELECT {CALL_COLUMNS} FROM {CALLS}")):
            assert known_of(call.file) == known_of(file_of(rich, call.file.call_id))
        cut.close()
    found = {event.assessment.abstained for event in _triaged(tmp_path) if event.assessment.abstained}
    assert any(str(reason).startswith("drift") for reason in found)


def file_of(app: App, call_id: str) -> File:
    """What the engine knows of a call."""
    call = call_of(app.log.histories([call_id])[call_id])
    assert not isinstance(call, NotReported)
    return call.file


def known_of(file: File) -> tuple[object, ...]:
    """What was said of a call, whatever was decided."""
    return file.call_id, file.told_at, file.particulars, file.reported_at, file.reported, file.cue, file.answered


def _triaged(folder: Path) -> list[CallTriaged]:
    with App(REQUIRED, folder / "rich.db") as app:
        read = [recorded.event for recorded in app.log.read(0, 1000, ("call_triaged",))]
    return [event for event in read if isinstance(event, CallTriaged)]


def test_a_second_run_folds_only_what_is_new(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A2", 1)])
    view = app.disagreements(by(CAREFUL))
    first = view.catch_up(app.log)
    assert (view.catch_up(app.log), first > 0) == (0, True)
    app.engine.handle([report("A3", 2), clear("A1", 3)])
    again = app.disagreements(by(CAREFUL))
    assert again.catch_up(app.log) == 4, "reported, triaged, no unit for it; cleared"
    assert (again.differing(), again.span()) == (3, again.span())


def test_a_register_that_was_deleted_comes_back_the_same(tmp_path: Path) -> None:
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        app.engine.handle([report("A1", 0), report("A2", 1), clear("A1", 2)])
        before = contents(beside(app, by(CAREFUL)))
    for file in tmp_path.glob("triage.disagreements.*"):
        file.unlink()
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        assert contents(beside(app, by(CAREFUL))) == before


def test_two_challengers_are_followed_side_by_side_and_a_changed_one_is_another(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A2", 1, "ROBBERY")])
    challengers = [by(CAREFUL), by(BOLD), by(SMALL_POLICY, table=SMALL_MODEL), by(SMALL_POLICY, table=model(slope=9.0))]
    views = [beside(app, challenger) for challenger in challengers]
    assert len({view.path for view in views}) == 4
    assert [item.call_id for item in views[0].newest(9)] == ["A1"]
    assert [(item.call_id, item.challenger.route) for item in views[1].newest(9)] == [("A2", "cso")]
    assert all(view.path.parent == app.disagreements(by(BOLD)).path.parent for view in views)


def test_a_register_that_fails_stops_alone_and_goes_on_when_mended(app: App, tmp_path: Path) -> None:
    app.engine.handle([report("A1", 0)])
    stumbling = Stumbling(tmp_path / "shadow.db", by(CAREFUL))
    stumbling.catch_up(app.log)
    before = contents(stumbling)
    app.engine.handle([report("A2", 1)])
    with pytest.raises(ProjectionError, match="`disagreements` stopped after position"):
        stumbling.catch_up(app.log)
    assert contents(stumbling) == before, "nothing of a batch that failed is kept"
    assert [entry.call_id for entry in app.queues.entries()] == ["A1", "A2"]
    stumbling.close()
    mended = Disagreements(tmp_path / "shadow.db", by(CAREFUL))
    mended.catch_up(app.log)
    assert mended.differing() == 2
    mended.close()


def test_a_file_that_is_no_register_is_left_as_it_is(app: App) -> None:
    app.engine.handle([report("A1", 0)])
    path = app.disagreements(by(CAREFUL)).path
    other = path.with_name(f"triage.disagreements.{by(BOLD).name}.db")
    other.write_bytes(b"not a view" * 500)
    with pytest.raises(ViewFileError, match=r"cannot be used as a view .*then `triage shadow` makes a new view"):
        app.disagreements(by(BOLD))
    assert other.read_bytes() == b"not a view" * 500
    app.engine.handle([report("A2", 1)])


def test_repeating_the_last_events_changes_nothing(app: App) -> None:
    app.engine.handle([report("A1", 0), report("A1", 5, "ROBBERY"), report("A2", 6, precinct="NORTH"), clear("A2", 7)])
    view = beside(app, by(CAREFUL, table=SMALL_MODEL))
    before = contents(view)
    page = app.log.read(0, 100, view.kinds)
    for recorded in page:
        with view.transaction():
            view.fold([recorded])
    with view.transaction():
        view.fold(page[-2:])
    assert contents(view) == before


class Cut:
    """A log that is read in pages of another size."""

    def __init__(self, log: EventLog, size: int) -> None:
        self._log = log
        self._size = size

    def read(self, after: int, limit: int, *how: object, **more: object) -> list[Recorded]:
        return self._log.read(after, min(limit, self._size), *how, **more)  # type: ignore[arg-type]

    def head(self) -> int:
        return self._log.head()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=REQUESTS, size=st.integers(1, 7))
def test_a_challenger_that_is_the_champion_never_disagrees_however_it_reads(
    drawn: Drawn, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("same")
    drifting = model(drift_window=1, reference={"nature": {"WELFARE": 1.0}}, ceiling=0.02)  # gone with each such call
    with App(REQUIRED, folder / "triage.db", classifier=TableModel(drifting)) as app:
        app.engine.handle(requests(drawn), replay=True)
        whole, cut = (Disagreements(folder / name, by(REQUIRED, table=drifting)) for name in ("whole.db", "cut.db"))
        whole.catch_up(app.log)
        cut.catch_up(Cut(app.log, size))  # type: ignore[arg-type]
        assert whole.newest(100) == []
        assert contents(whole) == contents(cut)
        before = contents(whole)
        whole.rebuild(app.log)
        assert contents(whole) == before
        whole.close()
        cut.close()


def test_a_model_whose_calls_drifted_abstains_as_it_would_in_the_engine(app: App) -> None:
    watchful = model(drift_window=3, ceiling=0.99)
    app.engine.handle([report(f"A{number}", number, channel="ONVIEW") for number in range(5)])
    found = beside(app, by(SMALL_POLICY, table=watchful)).newest(10)
    assert [item.call_id for item in found] == ["A4", "A3"], "three calls fill the window; it holds for those after it"
    assert {item.challenger.because for item in found} == {("classifier-abstained",)}
    assert all(str(item.challenger.assessment.abstained).startswith("drift: over 3 calls") for item in found)


def test_a_long_log_is_read_in_pages(app: App) -> None:
    calls: list[ReportCall] = [report(f"A{number}", number / 10, precinct="NORTH") for number in range(500)]
    app.engine.handle(calls)
    assert app.log.head() > PAGE_EVENTS
    reached: list[int] = []
    view = app.disagreements(by(CAREFUL))
    view.catch_up(app.log, reached.append)
    assert (view.differing(), len(reached) > 1, reached[-1]) == (500, True, app.log.head())
    span = view.span()
    assert span is not None
    assert (span.calls, span.first_at, span.last_at) == (500, after(0), after(49.9))


def test_the_register_names_what_the_champion_decided_by_the_last_first(tmp_path: Path) -> None:
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        app.engine.handle([report("A1", 0)])
    with App(REQUIRED, tmp_path / "triage.db", classifier=TableModel(SMALL_MODEL)) as app:
        app.engine.handle([report("A2", 1)])
        span = beside(app, by(SMALL_POLICY)).span()
        assert span is not None
        assert (span.policies, span.models) == (
            (REQUIRED.digest, SMALL_POLICY.digest),
            (SMALL_MODEL.digest, "none"),
        )


def test_nothing_was_judged_in_an_empty_log(app: App) -> None:
    view = beside(app, by(CAREFUL))
    assert (view.span(), view.ended(), view.differing(), view.newest(5)) == (None, [], 0, [])
    assert view.query(f"SELECT * FROM {REGISTER}") == []
