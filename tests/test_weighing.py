"""What a desk and a judge remember changes no answer, and what an engine keeps away comes back."""

import gc
from itertools import product
from pathlib import Path

import pytest

from tests.small_policy import CALL_TYPES, SMALL_POLICY, rule
from tests.test_engine import report
from triage.bootstrap import App
from triage.classifiers import NO_OPINION
from triage.domain.desk import Desk
from triage.domain.events import Particulars
from triage.domain.evidence import NOTHING_KNOWN, resolve
from triage.domain.facts import Facts
from triage.domain.judge import CALL_TYPE_NOT_MAPPED, Judge
from triage.store import AlreadyTrackedError, Tracking

ARMED = Facts(weapon=True)


def said(call_type: str, priority: str | None = "3", channel: str | None = "911") -> Particulars:
    return Particulars(call_type=call_type, priority=priority, channel=channel, precinct="EAST", sector=None, beat="C3")


def test_a_plain_call_met_again_weighs_what_it_weighed_at_a_desk_that_never_met_it() -> None:
    desk = Desk(SMALL_POLICY)
    names = [*(entry.name for entry in CALL_TYPES), "NEVER SEEN"]
    for name, priority, channel in product(names, ("1", "3", "?", None), ("911", "ONVIEW", "?", None)):
        call = said(name, priority, channel)
        first = desk.weigh(call, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN)
        assert desk.weigh(call, Facts(), Facts(), Facts()) is first
        assert Desk(SMALL_POLICY).weigh(call, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN) == first
        assert first.facts == resolve(first.evidence)


@pytest.mark.parametrize("origin", [0, 1, 2], ids=["reported", "cue", "answered"])
def test_a_call_of_which_more_is_known_is_never_taken_for_a_plain_one(origin: int) -> None:
    desk = Desk(SMALL_POLICY)
    call = said("WELFARE CHECK")
    plain = desk.weigh(call, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN)
    more = [NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN]
    more[origin] = ARMED
    assert desk.weigh(call, *more).facts["weapon"] is True
    assert desk.weigh(call, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN) == plain
    assert plain.facts["weapon"] is False


def test_a_classifier_cannot_change_what_the_desk_remembers() -> None:
    facts = Desk(SMALL_POLICY).weigh(said("ROBBERY"), NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN).facts
    with pytest.raises(TypeError, match="does not support item assignment"):
        facts["weapon"] = False  # type: ignore[index]


def test_an_unmapped_call_is_sworn_though_a_mapped_one_like_it_was_judged_before_by_rules_that_read_no_nature() -> None:
    allow = rule("calm", "allow_cso", when={"violence": (False,)}, programme="community", wait_minutes=60)
    judge = Judge(SMALL_POLICY.model_copy(update={"rules": (allow,)}))
    assert judge({"violence": False, "nature": "CDX"}, NO_OPINION).route == "cso"
    assert judge({"violence": False}, NO_OPINION).because == (CALL_TYPE_NOT_MAPPED,)
    assert judge({"violence": False, "nature": "CDX"}, NO_OPINION).route == "cso"


def test_the_collector_is_back_after_a_batch_whether_it_was_stored_or_not(tmp_path: Path) -> None:
    assert gc.isenabled()
    with App(SMALL_POLICY, tmp_path / "triage.db") as app:
        app.engine.handle([report("A1", 0)], Tracking("feed", 1))
        assert gc.isenabled()
        with pytest.raises(AlreadyTrackedError):
            app.engine.handle([report("A2", 1)], Tracking("feed", 1))
        assert gc.isenabled()
