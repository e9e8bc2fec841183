"""A trained model at work: kept in the log, watched for drift, verified later; it can only hold a CSO back."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC
from itertools import product
from pathlib import Path

import pytest

from tests.small_model import SMALL_MODEL, model
from tests.small_policy import SMALL_POLICY
from tests.spec import after
from tests.test_engine import CALL_TYPES, Broken, report
from triage.bootstrap import App
from triage.classifiers import Abstains, Classifier, RulesAlone
from triage.classifiers.features import CallToAssess
from triage.classifiers.table import TableModel
from triage.domain.commands import AnswerQuestion, Request
from triage.domain.desk import Desk
from triage.domain.events import Assessment, CallTriaged, Event, ModelAdopted, Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.model import Model
from triage.verification import verify

POLICY = SMALL_POLICY.model_copy(update={"classifier": "required"})


def opened(path: Path, table: Model = SMALL_MODEL) -> App:
    return App(POLICY, path / "triage.db", classifier=TableModel(table))


def events(app: App) -> list[Event]:
    return [recorded.event for recorded in app.log.read(0, 100_000)]


def kinds(app: App) -> list[str]:
    return [event.kind for event in events(app)]


def decisions(app: App) -> list[CallTriaged]:
    return [event for event in events(app) if isinstance(event, CallTriaged)]


# --- what the log keeps ---


def test_the_first_decision_keeps_the_model_beside_the_policy(tmp_path: Path) -> None:
    with opened(tmp_path) as app:
        app.engine.handle([report("A1", 0)])
        assert kinds(app) == ["policy_adopted", "model_adopted", "call_reported", "call_triaged", "call_queued"]
        (decided,) = decisions(app)
        assert decided.assessment.model == SMALL_MODEL.digest
        assert decided.assessment.risk is not None
        assert decided.assessment.ceiling == SMALL_MODEL.ceiling


def test_a_model_that_was_adopted_last_is_not_adopted_again(tmp_path: Path) -> None:
    for call in ("A1", "A2"):
        with opened(tmp_path) as app:
            app.engine.handle([report(call, 0)])
    with opened(tmp_path) as app:
        assert kinds(app).count("model_adopted") == 1


def test_old_decisions_are_verified_with_the_model_that_made_them_after_a_newer_one_is_active(tmp_path: Path) -> None:
    newer = model(intercept=-3.0)
    for call, table in (("A1", SMALL_MODEL), ("A2", newer), ("A3", SMALL_MODEL)):
        with opened(tmp_path, table) as app:
            app.engine.handle([report(call, 0)])
    with opened(tmp_path) as app:
        adopted = [event.digest for event in events(app) if isinstance(event, ModelAdopted)]
        assert adopted == [SMALL_MODEL.digest, newer.digest, SMALL_MODEL.digest]
        risks = [decided.assessment.risk for decided in decisions(app)]
        assert risks[0] == risks[2] != risks[1]
        assert verify(app.log) == (3, ())


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        (b'"risk":0.00', b'"risk":0.01', "differs in assessment"),
        (b'"ceiling":0.25', b'"ceiling":0.95', "differs in assessment"),
        (SMALL_MODEL.digest.encode(), b"0123456789abcdef", "the log does not hold the model that assessed this"),
    ],
    ids=["another risk", "another ceiling", "another model"],
)
def test_an_assessment_that_is_not_the_models_own_is_found(
    tmp_path: Path, was: bytes, becomes: bytes, message: str
) -> None:
    with opened(tmp_path) as app:
        app.engine.handle([report("A1", 0)])
    rewritten(tmp_path, "call_triaged", was, becomes)
    with opened(tmp_path) as app:
        (mismatch,) = verify(app.log).mismatches
    assert (mismatch.call_id, message in mismatch.message) == ("A1", True), mismatch.message


def test_a_model_that_was_altered_in_the_log_proves_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as app:
        app.engine.handle([report("A1", 0)])
    rewritten(tmp_path, "model_adopted", b'"intercept":-4.0', b'"intercept":-5.0')
    with opened(tmp_path) as app:
        (mismatch,) = verify(app.log).mismatches
    assert "does not hold the model" in mismatch.message


def rewritten(path: Path, kind: str, was: bytes, becomes: bytes, only: bytes = b"") -> None:
    """Change what is stored, as somebody would who wants to hide something; of `kind` what contains `only`."""
    with sqlite3.connect(path / "triage.db") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        rows = database.execute("SELECT rowid, state FROM stored_events WHERE topic = ?", (kind,)).fetchall()
        chosen = [(rowid, state) for rowid, state in rows if only in state]
        assert chosen
        for rowid, state in chosen:
            assert was in state, state
            database.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (state.replace(was, becomes), rowid))
    database.close()


# --- it can only hold back ---


class Sure:
    """A classifier that knows one risk and one ceiling for all calls."""

    model = None

    def __init__(self, risk: float | None, ceiling: float | None) -> None:
        self.assessment = Assessment(risk=risk, ceiling=ceiling, model="sure", abstained=None)

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        return [self.assessment] * len(calls)


CLASSIFIERS: dict[str, Classifier] = {
    "none": RulesAlone(),
    "trained": TableModel(SMALL_MODEL),
    "no ceiling": TableModel(model(ceiling=None)),
    "no support": TableModel(model(support={})),
    "abstains": Abstains("for the test"),
    "raises": Broken("raises"),
    "says nothing": Broken("nothing"),
    "says a route": Broken("a route"),
    "sure of no risk": Sure(0.0, 1.0),
    "sure of all risk": Sure(1.0, 1.0),
    "no ceiling for its risk": Sure(0.0, None),
    "no opinion": Sure(None, None),
}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("abstains", "classifier-abstained"),
        ("raises", "classifier-abstained"),
        ("no opinion", "classifier-abstained"),
        ("sure of all risk", "risk-too-high"),
        ("no ceiling for its risk", "risk-too-high"),
    ],
)
def test_what_holds_a_cso_back_holds_another_agency_back_too(tmp_path: Path, name: str, reason: str) -> None:
    with App(POLICY, tmp_path / "triage.db", classifier=CLASSIFIERS[name]) as app:
        app.engine.handle([report("A1", 0), report("A2", 1, "PARKING"), report("A3", 2, "PERSON IN CRISIS")])
        decided = [(found.route, found.by_rules, found.because, found.agency) for found in decisions(app)]
    assert decided[:2] == [("sworn", "cso", (reason,), None), ("sworn", "other_agency", (reason,), None)]
    assert decided[2][:2] == ("co_response", "co_response"), "an officer goes along"


class Fragile(TableModel):
    """A table that can be broken while the engine runs."""

    broken = False

    def assess(self, calls: Sequence[CallToAssess]) -> list[Assessment]:
        if self.broken:
            raise type("Gone" * 100, (Exception,), {})("he has a knife")
        return super().assess(calls)


def test_a_classifier_that_breaks_in_mid_run_abstains_from_there_on_and_the_log_verifies(tmp_path: Path) -> None:
    fragile = Fragile(SMALL_MODEL)
    with App(POLICY, tmp_path / "triage.db", classifier=fragile) as app:
        app.engine.handle([report("A1", 0)])
        fragile.broken = True
        app.engine.handle([report("A2", 1), report("A3", 2)])
        fragile.broken = False
        app.engine.handle([report("A4", 3)])
        assert [found.route for found in decisions(app)] == ["cso", "sworn", "sworn", "cso"]
        assert [found.because for found in decisions(app)][1:3] == [("classifier-abstained",)] * 2
        reason = decisions(app)[1].assessment.abstained or ""
        assert reason.startswith("classifier failed: GoneGone")
        assert "knife" not in reason
        assert verify(app.log) == (4, ())


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_whatever_the_classifier_the_route_is_that_of_the_rules_or_an_officer(tmp_path: Path, name: str) -> None:
    answers: tuple[dict[str, bool | str], ...] = (
        {},
        {"violence": False},
        {"violence": True},
        {"weapon": True},
        {"domestic": "verbal"},
    )
    story: list[Request] = []
    for number, (call_type, priority) in enumerate(product(CALL_TYPES, ("1", "2", "3", None))):
        for place, said in enumerate(answers):
            call = f"C{number}-{place}"
            story.append(report(call, number, call_type, priority=priority))
            story += [
                AnswerQuestion(call_id=call, now=after(number + 0.5), by="dispatcher-7", fact=fact, value=value)
                for fact, value in said.items()
            ]
    with App(POLICY, tmp_path / "with.db", classifier=CLASSIFIERS[name]) as app:
        app.engine.handle(story)
        decided = decisions(app)
    rules = SMALL_POLICY.model_copy(update={"classifier": "none"})
    with App(rules, tmp_path / "without.db") as app:
        app.engine.handle(story)
        alone = decisions(app)
    assert len(decided) == len(alone) >= len(CALL_TYPES) * 4 * len(answers)
    for with_it, without in zip(decided, alone, strict=True):
        assert with_it.by_rules == without.by_rules
        assert with_it.eligible in {without.eligible, "sworn"}
        if with_it.eligible != without.eligible:
            assert with_it.because in {("classifier-abstained",), ("risk-too-high",)}


def test_what_is_assessed_is_the_first_report_in_the_agencys_own_time(tmp_path: Path) -> None:
    seen: list[CallToAssess] = []

    class Looks(Sure):
        def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
            seen.extend(calls)
            return super().assess(calls)

    with App(POLICY, tmp_path / "triage.db", classifier=Looks(0.0, 1.0)) as app:
        first = report("A1", 0, "DISPUTE", beat="C3", reported_at=after(0).astimezone(UTC))
        answer = AnswerQuestion(call_id="A1", now=after(300), by="dispatcher-7", fact="violence", value=False)
        app.engine.handle([first, answer])
    told, again = seen
    assert [str(call.reported_at.tzinfo) for call in (told, again)] == [SMALL_POLICY.time_zone] * 2
    assert told.reported_at == again.reported_at == first.report.reported_at
    assert told.said == Particulars(
        call_type="DISPUTE", priority="3", channel=None, precinct="EAST", sector=None, beat="C3"
    )
    desk = Desk(SMALL_POLICY)
    assert told.facts == desk.weigh(told.said, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN).facts
    assert (told.facts["violence"], again.facts["violence"]) == (None, False)
