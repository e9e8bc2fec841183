"""What is stored is read for ever: golden files, upcasts, and clear words for what cannot be read."""

import gc
import json
import traceback
from contextlib import suppress
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.store_examples import (
    BY_CAD,
    CALL,
    DEFAULTS,
    EXAMPLES,
    GOLDEN,
    POLICY,
    STORED,
    defaults,
    golden,
    newest,
    reported,
    state_of,
)
from triage.domain.events import CallCleared, CallNotServed, CallReported, CallTriaged, Event, Evidence, PolicyAdopted
from triage.domain.facts import FACTS, Facts
from triage.store import (
    KINDS,
    POLICY_STREAM,
    NewerEventError,
    Recorded,
    StoreError,
    UnknownKindError,
    UnreadableEventError,
    stream_of,
)
from triage.store.mapper import EventMapper

OLDER: dict[str, Event] = {
    # its limit had another name, so the whole had another digest
    "policy_adopted.v1": EXAMPLES["policy_adopted"].model_copy(update={"digest": "725bdf1fd73b2243"}),
}
"""What golden files of older versions mean today, where upcasts make it differ from the example of their kind."""


SECRET = "the caller said that"


def decoded(state: bytes, kind: str, mapper: EventMapper | None = None, position: int = 7) -> Recorded:
    (recorded,) = (mapper or EventMapper()).recorded([(position, CALL, 1, kind, state)])
    return recorded


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("indent", [None, 2], ids=["as stored", "pretty-printed"])
def test_what_was_stored_once_still_means_the_same(path: Any, indent: int | None) -> None:
    kind = path.stem.rpartition(".v")[0]
    stored = path.read_bytes()
    state = json.dumps(json.loads(stored), indent=indent).encode() if indent else stored
    found = decoded(state, kind)
    assert found.event == OLDER.get(path.stem, EXAMPLES[kind])
    assert found.recorded_at == STORED


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_golden_file_of_each_of_its_versions(kind: str) -> None:
    missing = [golden(kind, v).name for v in range(1, newest(kind) + 1) if not golden(kind, v).exists()]
    assert not missing, "put the event into tests/store_examples.py, then: python -m tests.store_examples"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_today_is_what_the_golden_file_holds(kind: str) -> None:
    assert state_of(EXAMPLES[kind]) == golden(kind, newest(kind)).read_bytes().strip()


def test_no_default_of_a_stored_value_changes_because_defaults_are_not_stored() -> None:
    assert defaults() == json.loads(DEFAULTS.read_text()), "a new default: python -m tests.store_examples"


def test_a_stored_name_is_never_a_python_path() -> None:
    (row,) = EventMapper().rows([(CALL, 1, EXAMPLES["call_cleared"])], STORED)
    assert row == (CALL, 1, "call_cleared", state_of(EXAMPLES["call_cleared"]))
    assert b"triage." not in row[3]


def test_facts_that_nobody_knows_are_not_stored() -> None:
    fields = json.loads(state_of(EXAMPLES["call_triaged"]))["event"]
    assert fields["evidence"] == {
        "presumed": {"nature": "NOISE", "severity": "minor"},
        "reported": {"weapon": False, "suicide": "none", "juvenile": True},
    }
    assert fields["agency"] is None, "a field without a default must stay, or it cannot be read"


def test_a_log_that_did_not_say_why_a_cso_was_withheld_had_a_classifier_that_abstained() -> None:
    state = golden("call_not_served", 1).read_bytes().replace(b'"capacity"', b'"withheld_by_classifier"', 1)
    found = decoded(state, "call_not_served").event
    assert isinstance(found, CallNotServed)
    assert found.reason == "classifier_abstained"


def test_a_policy_keeps_its_digest_through_the_log() -> None:
    found = decoded(state_of(EXAMPLES["policy_adopted"]), "policy_adopted").event
    assert isinstance(found, PolicyAdopted)
    assert found.policy.digest == POLICY.digest == found.digest


fact_values = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(spec.values) if spec.values else st.sampled_from(("NOISE", "X-HOMELESS"))
        for name, spec in FACTS.items()
    },
)


@given(fact_values, fact_values, st.floats(0, 1))
def test_any_evidence_comes_back_as_it_was(presumed: dict[str, Any], cue: dict[str, Any], risk: float) -> None:
    triaged = EXAMPLES["call_triaged"]
    assert isinstance(triaged, CallTriaged)
    evidence = Evidence(presumed=Facts(**presumed), cue=Facts(**cue))
    assessment = triaged.assessment.model_copy(update={"risk": risk})
    event = triaged.model_copy(update={"evidence": evidence, "assessment": assessment})
    assert decoded(state_of(event), "call_triaged").event == event


class CallEnded(CallCleared):
    """CallCleared under a new name: the stored kind is the old one."""


def test_a_class_may_be_renamed_because_only_its_kind_is_stored() -> None:
    renamed = EventMapper(kinds={**KINDS, "call_cleared": CallEnded})
    event = decoded(golden("call_cleared", 1).read_bytes(), "call_cleared", renamed).event
    assert type(event) is CallEnded
    assert renamed.rows([(CALL, 1, event)], STORED) == [(CALL, 1, "call_cleared", state_of(EXAMPLES["call_cleared"]))]


def outcome_was_called_result(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 of a made-up past: `result`, later `outcome`."""
    return {name: value for name, value in fields.items() if name != "result"} | {"outcome": fields["result"]}


def outcome_became_disposition(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 2 of it: `outcome` without a unit, as it is now `disposition` with one."""
    rest = {name: value for name, value in fields.items() if name != "outcome"}
    return rest | {"disposition": fields["outcome"], "unit": None}


UPCASTING = EventMapper(upcasts={"call_cleared": (outcome_was_called_result, outcome_became_disposition)})
OLD = {"call_id": CALL, "occurred_at": "2026-03-03T11:42:00-08:00", "by": "cad", "final_call_type": None}


@pytest.mark.parametrize(
    ("version", "fields"),
    [(1, {"result": "GOA"}), (2, {"outcome": "GOA"}), (3, {"disposition": "GOA", "unit": None})],
)
def test_every_older_version_is_read_as_todays_event(version: int, fields: dict[str, Any]) -> None:
    state = {"v": version, "recorded_at": "2026-03-03T19:42:00.123456Z", "event": {**OLD, **fields}}
    found = decoded(json.dumps(state).encode(), "call_cleared", UPCASTING)
    assert found.event == CallCleared(**BY_CAD, disposition="GOA", final_call_type=None, unit=None)
    assert found.recorded_at == STORED


def test_a_kind_with_upcasts_is_written_in_its_newest_version() -> None:
    ((_, _, _, state),) = UPCASTING.rows([(CALL, 1, EXAMPLES["call_cleared"])], STORED)
    assert json.loads(state)["v"] == 3
    assert decoded(state, "call_cleared", UPCASTING).event == EXAMPLES["call_cleared"]


def test_an_upcast_that_does_not_fit_is_named_with_its_version() -> None:
    state = {"v": 1, "recorded_at": "2026-03-03T19:42:00Z", "event": {"note": SECRET}}
    with pytest.raises(UnreadableEventError, match=r"version 1 cannot be upcast \(KeyError\)"):
        decoded(json.dumps(state).encode(), "call_cleared", UPCASTING)


def test_a_newer_event_is_refused_by_kind_position_and_what_to_do() -> None:
    newer = state_of(EXAMPLES["call_cleared"]).replace(b'{"v":1', b'{"signed":"x","v":4')
    with pytest.raises(NewerEventError, match="upgrade triage") as refusal:
        decoded(newer, "call_cleared", position=123)
    assert (refusal.value.kind, refusal.value.position) == ("call_cleared", 123)
    assert (refusal.value.found, refusal.value.known) == (4, 1)


def test_an_unknown_kind_is_refused_with_the_nearest_and_all_that_there_are() -> None:
    with pytest.raises(
        UnknownKindError, match=r"at position 9 .* did you mean `call_triaged`.* policy_adopted"
    ) as refusal:
        decoded(b"{}", "call_triage", position=9)
    assert (refusal.value.kind, refusal.value.position) == ("call_triage", 9)


GOOD = json.loads(state_of(EXAMPLES["call_cleared"]))


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (b"", "the state is not valid"),
        (b"\x00\xff", "the state is not valid"),
        (state_of(EXAMPLES["call_cleared"])[:-9], "the state is not valid"),
        (json.dumps([SECRET]).encode(), "the state is not valid"),
        (json.dumps({**GOOD, "v": 0}).encode(), "v is not valid"),
        (json.dumps({**GOOD, "v": SECRET}).encode(), "v is not valid"),
        (json.dumps({**GOOD, "note": SECRET}).encode(), "note is not valid"),
        (json.dumps({**GOOD, "recorded_at": "2026-03-03T19:42:00"}).encode(), "recorded_at is not valid"),
        (json.dumps({**GOOD, "event": {**GOOD["event"], "occurred_at": SECRET}}).encode(), "event.occurred_at is not"),
        (json.dumps({**GOOD, "event": {**GOOD["event"], "by": "x\n" + SECRET}}).encode(), "event.by is not valid"),
        (json.dumps({**GOOD, "event": {"call_id": CALL}}).encode(), "event.occurred_at is not valid"),
        (json.dumps({**GOOD, "event": {**GOOD["event"], "note": SECRET}}).encode(), "event.note is not valid"),
    ],
)
def test_a_damaged_event_is_named_by_field_and_never_quoted(state: bytes, problem: str) -> None:
    with pytest.raises(UnreadableEventError) as refusal:
        decoded(state, "call_cleared", position=5)
    assert problem in str(refusal.value)
    assert "event `call_cleared` at position 5 of the log" in str(refusal.value)
    assert SECRET not in "".join(traceback.format_exception(refusal.value))


class Invented(CallReported):
    """Not one of our events."""

    kind: Literal["invented"] = "invented"  # type: ignore[assignment]  # that is the point


@pytest.mark.parametrize(
    ("stream", "version", "event", "problem"),
    [
        ("other", 1, EXAMPLES["call_cleared"], f"belongs to stream `{CALL}`"),
        (CALL, 0, EXAMPLES["call_cleared"], "versions count from 1, not `0`"),
        (CALL, 1, "call_cleared", "`str` is not an event"),
        (CALL, 1, Invented(**EXAMPLES["call_reported"].model_dump(exclude={"kind"})), "`Invented` is not an event"),
        (CALL, 1, EXAMPLES["call_cleared"].model_copy(update={"disposition": 7}), "could not be read again"),
        (CALL, 1, EXAMPLES["policy_adopted"], f"belongs to stream `{POLICY_STREAM}`"),
    ],
)
def test_an_event_in_a_wrong_place_is_refused(stream: str, version: int, event: Any, problem: str) -> None:
    with pytest.raises(StoreError, match=f"stream `{stream}`: .*{problem}"):
        EventMapper().rows([(stream, version, event)], STORED)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(StoreError, match="`recorded_at` has no time zone"):
        EventMapper().rows([(CALL, 1, EXAMPLES["call_cleared"])], STORED.replace(tzinfo=None))


@pytest.mark.parametrize("call", ["policy:adopted", "adopted", "policies"])
def test_no_call_can_meet_the_stream_of_the_policies(call: str) -> None:
    assert stream_of(reported(call)) == call != POLICY_STREAM
    with pytest.raises(ValidationError, match="call_id"):
        reported(POLICY_STREAM)


def test_a_brief_event_is_never_stored_because_its_facts_would_be_lost() -> None:
    row = (1, CALL, 1, "call_triaged", state_of(EXAMPLES["call_triaged"]))
    (brief,) = EventMapper().recorded([row], brief=True)
    with pytest.raises(StoreError, match="`BriefTriaged` is not an event"):
        EventMapper().rows([(CALL, 2, brief.event)], STORED)


@pytest.mark.parametrize("state", [b'{"v":1}', state_of(EXAMPLES["call_triaged"]).replace(b'"cso"', b'"x"')])
def test_a_damaged_event_is_refused_in_a_brief_read_too(state: bytes) -> None:
    with pytest.raises(UnreadableEventError, match="is not valid"):
        EventMapper().recorded([(1, CALL, 1, "call_triaged", state)], brief=True)


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("state", [state_of(EXAMPLES["call_cleared"]), b"damaged"])
def test_reading_leaves_the_collector_as_it_was(state: bytes, enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with suppress(UnreadableEventError):
            decoded(state, "call_cleared")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
