"""The life of one call, told as stories."""

from datetime import timedelta

import pytest

from tests.small_policy import ROSTER, SMALL_POLICY, unit
from tests.spec import CALL, NOON, after, answer, given, report, states
from triage.domain.call import Cleared, Taken, Waiting, WithAgency, WithOfficers
from triage.domain.commands import (
    ArriveOnScene,
    ClaimCall,
    ClearCall,
    GoEnRoute,
    HandBackCall,
    LetTimePass,
    LinkCall,
    OverrideRoute,
    RefuseReport,
    ReleaseCall,
    RequestBackup,
)
from triage.domain.errors import (
    CallClearedError,
    CallNotFoundError,
    CallNotInQueueError,
    CallNotTakenError,
    CallTakenError,
    CallUnreadableError,
    DangerKnownError,
    DispositionRefusedError,
    InvalidAnswerError,
    NoUnitError,
    RouteUnchangedError,
    SelfLinkError,
    UnknownFactError,
    UnknownReasonError,
    UnknownUnitError,
    WrongQueueError,
)
from triage.domain.events import (
    CallHandedBack,
    CallNotServed,
    CallQueued,
    CallTriaged,
    CallUpdated,
    CsoRecalled,
    RouteOverridden,
    ShiftEnding,
)
from triage.domain.report import Unreadable

PAGE = Unreadable(
    source="calls.csv", line=7, field="reported_at", reason="not a time", fingerprint="0" * 16, call_id=CALL
)
UNREADABLE = RefuseReport(call_id=CALL, now=NOON, by="cad", unreadable=PAGE)


def claim(unit: str = "CSO-1", minutes: float = 1) -> ClaimCall:
    return ClaimCall(call_id=CALL, now=after(minutes), by=f"unit:{unit}", unit=unit)


def overrule(route: str, reason: str = "supervisor-judgement", minutes: float = 2) -> OverrideRoute:
    return OverrideRoute.model_validate(
        {"call_id": CALL, "now": after(minutes), "by": "SUP-1", "route": route, "reason": reason}
    )


def pass_time(minutes: float) -> LetTimePass:
    return LetTimePass(call_id=CALL, now=after(minutes), by="engine")


def close(unit: str | None = None, disposition: str | None = "SETTLED", **more: object) -> ClearCall:
    return ClearCall.model_validate(
        {"call_id": CALL, "now": after(30), "by": "someone", "unit": unit, "disposition": disposition, **more}
    )


# --- what CAD reports ---


def test_a_calm_welfare_check_waits_for_the_units_that_can_go_first() -> None:
    story = given().when(report()).then("call_reported", "call_triaged", "call_queued")
    triaged, queued = story.the(CallTriaged), story.the(CallQueued)
    assert (triaged.route, triaged.eligible, triaged.by_rules) == ("cso", "cso", "cso")
    assert triaged.because == ("welfare",)
    assert triaged.programme == "navigation"
    assert (queued.unit, queued.due_at) == ("CSO-1", after(60))
    assert [(look.unit, look.outcome) for look in queued.considered] == [("CSO-1", "available"), ("CSO-2", "available")]


def test_an_unknown_danger_counts_as_danger_but_is_asked() -> None:
    triaged = given().when(report("DISPUTE")).then("call_reported", "call_triaged").the(CallTriaged)
    assert triaged.route == "sworn"
    assert triaged.because == ("violence",)
    assert triaged.open_questions == ("violence", "domestic")
    assert triaged.nearly == ("calm-dispute",)


def test_answers_that_exclude_the_danger_send_a_cso() -> None:
    story = given(report("DISPUTE"), answer("violence", value=False)).when(answer("domestic", "verbal"))
    triaged = story.then("call_updated", "call_triaged", "call_queued").the(CallTriaged)
    assert (triaged.route, triaged.because, triaged.programme) == ("cso", ("calm-dispute",), "community")
    assert triaged.evidence.answered == states(violence=False, domestic="verbal")


def test_a_known_danger_is_sworn_and_nothing_is_asked() -> None:
    triaged = given().when(report("ROBBERY")).then("call_reported", "call_triaged").the(CallTriaged)
    assert (triaged.route, triaged.because, triaged.open_questions) == ("sworn", ("weapon",), ())


def test_medical_emergencies_name_the_agency_that_has_to_know() -> None:
    triaged = given().when(report(facts=states(medical_emergency=True))).the(CallTriaged)
    assert (triaged.route, triaged.because, triaged.agency) == ("sworn", ("hurt",), "seattle_fire")


def test_an_unmapped_call_type_is_sworn_and_says_so() -> None:
    triaged = given().when(report("SOMETHING NEW")).then("call_reported", "call_triaged").the(CallTriaged)
    assert triaged.route == "sworn"
    assert triaged.because == ("call-type-not-mapped",)
    assert triaged.open_questions == ()


def test_a_narrative_raises_facts_and_is_not_kept() -> None:
    story = given().when(report(narrative="he has a KNIFE in his hand"))
    assert story.the(CallTriaged).because == ("weapon",)
    assert story.the(CallTriaged).evidence.cue == states(weapon=True)
    assert all("KNIFE in his" not in event.model_dump_json() for event in story.past)


def test_a_repeated_report_is_not_news() -> None:
    given(report()).when(report()).then_nothing()


def test_an_older_report_that_comes_late_changes_nothing() -> None:
    older = report("DISPUTE", now=after(-10))
    given(report()).when(older).then_nothing()


def test_an_older_report_that_tells_of_a_danger_counts_however_late() -> None:
    older = report("DISPUTE", now=after(-10), facts=states(weapon=True))
    story = given(report()).when(older).then("call_updated", "call_triaged", "cso_recalled")
    assert story.the(CallUpdated).particulars.call_type == "WELFARE CHECK"


def test_the_order_of_delivery_does_not_change_what_is_known() -> None:
    first, second = (
        report(facts=states(weapon=False)),
        report(now=after(3), facts=states(weapon=True, language="somali")),
    )
    forth, back = given(first, second), given(second, first)
    assert isinstance(forth.call, WithOfficers)
    assert isinstance(back.call, WithOfficers)
    assert forth.call.file.reported == back.call.file.reported == states(weapon=True, language="somali")


def test_a_calls_new_type_is_triaged_anew() -> None:
    story = given(report("SUSPICIOUS")).when(report(now=after(2)))
    assert story.then("call_updated", "call_triaged", "call_queued").the(CallTriaged).route == "cso"


def test_a_presumption_never_overrides_what_cad_states() -> None:
    story = given(report(facts=states(weapon=True))).when(report("PARKING", now=after(5), facts=states()))
    assert story.the(CallTriaged).because == ("weapon",)


def test_parking_goes_to_the_agency_that_does_parking() -> None:
    story = given().when(report("PARKING")).then("call_reported", "call_triaged")
    assert (story.the(CallTriaged).route, story.the(CallTriaged).agency) == ("other_agency", "parking_enforcement")
    assert isinstance(story.call, WithAgency)


# --- which unit ---


def test_a_call_outside_hours_is_sworn_with_one_reason() -> None:
    story = given().when(report(now=NOON.replace(hour=23))).then("call_reported", "call_triaged", "call_not_served")
    assert (story.the(CallTriaged).route, story.the(CallTriaged).eligible) == ("sworn", "cso")
    assert story.the(CallNotServed).reason == "outside_hours"


@pytest.mark.parametrize(
    ("request_fields", "loads", "reason"),
    [
        ({"precinct": "NORTH", "beat": None}, {}, "no_unit_in_area"),
        ({"precinct": None, "beat": None}, {}, "area_unknown"),
        ({"facts": states(language="korean")}, {}, "no_language"),
        ({"precinct": "WEST", "beat": None, "call_type": "RUNAWAY"}, {}, "no_vehicle"),
        ({}, {"CSO-1": 2, "CSO-2": 2}, "capacity"),
    ],
)
def test_each_shortfall_is_named(request_fields: dict[str, object], loads: dict[str, int], reason: str) -> None:
    story = given(loads=loads).when(report(**request_fields))  # type: ignore[arg-type]
    assert story.then("call_reported", "call_triaged", "call_not_served").the(CallNotServed).reason == reason


def test_two_together_wait_until_both_are_on_shift() -> None:
    story = given().when(report("PERSON IN CRISIS", now=NOON.replace(hour=11, minute=45)))
    queued = story.then("call_reported", "call_triaged", "call_queued").the(CallQueued)
    assert (queued.route, queued.unit, queued.partner) == ("co_response", "CSO-1", "CSO-2")
    early = given().when(report("PERSON IN CRISIS", now=NOON.replace(hour=10, minute=45)))
    assert early.the(CallNotServed).reason == "no_partner"


def test_the_unit_with_fewer_calls_takes_the_next() -> None:
    assert given(loads={"CSO-1": 1}).when(report()).the(CallQueued).unit == "CSO-2"


def test_a_call_for_a_language_goes_to_the_unit_that_speaks_it() -> None:
    story = given(loads={"CSO-1": 1}).when(report(facts=states(language="somali")))
    assert story.the(CallQueued).unit == "CSO-1"


# --- the classifier holds back, and never adds ---


def test_a_risk_at_the_ceiling_withholds_the_cso() -> None:
    story = given(risk=0.01).when(report()).then("call_reported", "call_triaged", "call_not_served")
    triaged = story.the(CallTriaged)
    assert (triaged.route, triaged.eligible, triaged.by_rules) == ("sworn", "sworn", "cso")
    assert triaged.because == ("risk-too-high",)
    assert story.the(CallNotServed).reason == "withheld_by_classifier"


def test_a_risk_below_the_ceiling_changes_nothing() -> None:
    assert given(risk=0.009).when(report()).the(CallTriaged).because == ("welfare",)


def test_a_policy_that_requires_a_classifier_is_sworn_without_one() -> None:
    policy = SMALL_POLICY.model_copy(update={"classifier": "required"})
    assert given(policy=policy).when(report()).the(CallTriaged).because == ("classifier-abstained",)


def test_an_officer_who_goes_along_needs_no_classifier() -> None:
    assert given(risk=0.9).when(report("PERSON IN CRISIS")).the(CallTriaged).route == "co_response"


# --- a unit takes it ---


def test_a_unit_takes_a_call_to_its_end() -> None:
    story = given(report()).when(claim()).then("call_claimed")
    story.when(GoEnRoute(call_id=CALL, now=after(2), by="unit:CSO-1", unit="CSO-1")).then("unit_en_route")
    story.when(ArriveOnScene(call_id=CALL, now=after(9), by="unit:CSO-1", unit="CSO-1")).then("unit_on_scene")
    story.when(close("CSO-1", follow_up_at=after(3000))).then("follow_up_scheduled", "call_cleared")
    assert isinstance(story.call, Cleared)


def test_each_step_may_be_said_twice() -> None:
    story = given(report(), claim()).when(claim()).then_nothing()
    arrive = ArriveOnScene(call_id=CALL, now=after(9), by="unit:CSO-1", unit="CSO-1")
    story.when(arrive).then("unit_on_scene").when(arrive).then_nothing()
    story.when(GoEnRoute(call_id=CALL, now=after(10), by="unit:CSO-1", unit="CSO-1")).then_nothing()
    backup = RequestBackup(call_id=CALL, now=after(11), by="unit:CSO-1", unit="CSO-1")
    story.when(backup).then("backup_requested").when(backup).then_nothing()
    story.when(close("CSO-1")).then("call_cleared").when(close("CSO-1")).then_nothing()


def test_the_second_of_two_units_is_told_who_has_it() -> None:
    with pytest.raises(CallTakenError, match="`CSO-1` has it"):
        given(report(), claim()).when(claim("CSO-2"))


def test_a_unit_cannot_take_from_the_queue_of_another() -> None:
    with pytest.raises(WrongQueueError, match="waits for `CSO-1`"):
        given(report()).when(claim("CSO-2"))


def test_a_sworn_call_is_in_no_queue() -> None:
    with pytest.raises(CallNotInQueueError, match="route is `sworn`"):
        given(report("ROBBERY")).when(claim())


def test_a_unit_that_never_claimed_cannot_arrive() -> None:
    with pytest.raises(CallNotTakenError):
        given(report()).when(ArriveOnScene(call_id=CALL, now=after(9), by="unit:CSO-1", unit="CSO-1"))


def test_an_unknown_unit_is_told_the_nearest() -> None:
    with pytest.raises(UnknownUnitError, match="did you mean `CSO-1`"):
        given(report()).when(claim("cso-11"))


def test_a_released_call_waits_again_with_what_is_left_of_its_hold() -> None:
    story = given(report(), claim()).when(ReleaseCall(call_id=CALL, now=after(5), by="unit:CSO-1", unit="CSO-1"))
    story.then("call_released")
    assert isinstance(story.call, Waiting)
    assert story.call.hold.due_at == after(60)


def test_backup_makes_it_a_co_response_that_stays_one() -> None:
    story = given(report(), claim()).when(RequestBackup(call_id=CALL, now=after(5), by="unit:CSO-1", unit="CSO-1"))
    story.when(answer("juvenile", value=True, now=after(6))).then("call_updated", "call_triaged")
    assert story.the(CallTriaged).route == "co_response"
    assert isinstance(story.call, Taken)


def test_a_cso_cannot_close_a_call_with_an_arrest() -> None:
    with pytest.raises(DispositionRefusedError, match="`ARREST`"):
        given(report(), claim()).when(close("CSO-1", "ARREST"))


def test_cad_may_close_any_call_with_its_own_words() -> None:
    story = given(report("ROBBERY")).when(close(None, "PHYSICAL ARREST MADE"))
    story.then("call_cleared")


# --- danger that comes later ---


def test_a_new_danger_recalls_the_cso_in_one_decision() -> None:
    story = given(report(), claim(), GoEnRoute(call_id=CALL, now=after(2), by="unit:CSO-1", unit="CSO-1"))
    story.when(report(now=after(3), narrative="now he has a knife")).then(
        "call_updated", "call_triaged", "cso_recalled"
    )
    assert story.the(CallTriaged).route == "sworn"
    assert (story.the(CsoRecalled).unit, story.the(CsoRecalled).because) == ("CSO-1", ("weapon",))
    assert isinstance(story.call, WithOfficers)


def test_a_recalled_unit_cannot_go_on() -> None:
    story = given(report(), claim()).when(answer("weapon", value=True))
    with pytest.raises(CallNotInQueueError):
        story.when(ArriveOnScene(call_id=CALL, now=after(4), by="unit:CSO-1", unit="CSO-1"))


def test_an_unreadable_report_recalls_the_cso_and_stays_sworn() -> None:
    story = given(report()).when(UNREADABLE).then("report_unreadable", "call_triaged", "cso_recalled")
    assert story.the(CallTriaged).because == ("report-unreadable",)
    story.when(report(now=after(9), beat="C2")).then("call_updated", "call_triaged")
    assert story.the(CallTriaged).because == ("report-unreadable",)


def test_the_same_unreadable_bytes_are_not_news() -> None:
    given(UNREADABLE).when(UNREADABLE).then_nothing()


def test_an_unreadable_call_cannot_be_answered() -> None:
    with pytest.raises(CallUnreadableError):
        given(UNREADABLE).when(answer("weapon", value=False))


# --- a person decides ---


def test_a_person_may_send_an_officer_instead() -> None:
    story = given(report()).when(overrule("sworn")).then("route_overridden", "cso_recalled", "call_not_served")
    assert story.the(RouteOverridden).by == "SUP-1"
    assert story.the(CallNotServed).reason == "overridden"


def test_an_override_to_sworn_outlasts_calming_news() -> None:
    story = given(report(), overrule("sworn")).when(answer("violence", value=False, now=after(5)))
    assert story.then("call_updated", "call_triaged").the(CallTriaged).route == "sworn"


def test_a_person_may_send_a_cso_where_only_answers_are_missing() -> None:
    story = given(report("DISPUTE")).when(overrule("cso")).then("route_overridden", "call_queued")
    assert story.the(CallQueued).because == ("supervisor-judgement",)


def test_nobody_talks_away_a_known_danger_from_a_desk() -> None:
    with pytest.raises(DangerKnownError, match="weapon"):
        given(report("ROBBERY")).when(overrule("cso"))


def test_a_call_that_a_person_gave_to_a_cso_after_all_may_be_taken_away_again_with_a_new_reason() -> None:
    given_again = given(report(), pass_time(60), overrule("cso", minutes=61))
    taken_away = given_again.when(overrule("sworn", minutes=62))
    assert (
        taken_away.then("route_overridden", "cso_recalled", "call_not_served").the(CallNotServed).reason == "overridden"
    )


def test_an_officer_on_scene_may_hand_any_call_to_a_cso() -> None:
    story = given(report("ROBBERY")).when(overrule("cso", "officer-on-scene"))
    story.then("route_overridden", "call_queued")


def test_a_danger_that_nobody_knew_upgrades_an_overridden_call() -> None:
    handed = given(report("ROBBERY"), overrule("cso", "officer-on-scene"))
    handed.when(answer("juvenile", value=True)).then("call_updated", "call_triaged")
    assert handed.the(CallTriaged).route == "cso"
    handed.when(answer("medical_emergency", value=True)).then("call_updated", "call_triaged", "cso_recalled")


def test_an_override_needs_a_unit() -> None:
    with pytest.raises(NoUnitError, match="no unit in area"):
        given(report("DISPUTE", precinct="NORTH", beat=None)).when(overrule("cso"))


def test_an_override_to_what_holds_already_is_refused() -> None:
    with pytest.raises(RouteUnchangedError):
        given(report()).when(overrule("cso"))


def test_an_unknown_reason_is_told_the_valid_ones() -> None:
    with pytest.raises(UnknownReasonError, match="did you mean `supervisor-judgement`"):
        given(report()).when(overrule("sworn", "supervisors-judgement"))


# --- time passes ---


def test_a_hold_that_expires_sends_an_officer() -> None:
    story = given(report()).when(pass_time(59)).then_nothing()
    story.when(pass_time(60)).then("call_not_served")
    assert story.the(CallNotServed).reason == "hold_expired"
    assert isinstance(story.call, WithOfficers)


def test_a_call_that_was_not_served_is_not_offered_again_by_itself() -> None:
    story = given(report(), pass_time(60)).when(answer("juvenile", value=True, now=after(61)))
    triaged = story.then("call_updated", "call_triaged").the(CallTriaged)
    assert (triaged.route, triaged.eligible) == ("sworn", "cso")


def test_a_unit_is_warned_once_before_its_shift_ends() -> None:
    evening = NOON.replace(hour=18, minute=10)
    story = given(report("DISPUTE", now=evening, facts=states(violence=False, domestic="none")))
    late = LetTimePass(call_id=CALL, now=evening + timedelta(minutes=20), by="engine")
    assert story.when(late).then("shift_ending").the(ShiftEnding).ends_at == NOON.replace(hour=19, minute=0)
    story.when(late).then_nothing()


def test_what_a_unit_leaves_at_the_end_of_its_shift_goes_to_the_next() -> None:
    evening = NOON.replace(hour=18, minute=10)
    story = given(report("DISPUTE", now=evening, facts=states(violence=False, domestic="none")))
    assert isinstance(story.call, Waiting)
    story.when(LetTimePass(call_id=CALL, now=NOON.replace(hour=19, minute=0), by="engine"))
    story.then("call_handed_back", "call_queued")
    assert story.the(CallHandedBack).reason == "shift_end"
    assert story.the(CallQueued).unit == "CSO-2"
    assert story.the(CallQueued).due_at == evening + timedelta(minutes=120)


def test_a_long_hold_lets_a_call_wait_for_its_units_next_shift() -> None:
    rules = tuple(
        one.model_copy(update={"wait_minutes": 24 * 60}) if one.id == "welfare" else one for one in SMALL_POLICY.rules
    )
    alone = ROSTER.model_copy(update={"units": (unit("CSO-1", "early", capacity=1),)})
    policy = SMALL_POLICY.model_copy(update={"rules": rules, "roster": alone})
    story = given(report(), policy=policy, loads={"CSO-1": 0})
    story.loads = {"CSO-1": 1}
    story.when(LetTimePass(call_id=CALL, now=NOON.replace(hour=19, minute=0), by="engine"))
    queued = story.then("call_handed_back", "call_queued").the(CallQueued)
    assert (queued.unit, queued.due_at) == ("CSO-1", after(24 * 60))
    assert queued.shift_ends_at == NOON.replace(hour=19, minute=0) + timedelta(days=1)


def test_where_there_is_no_next_unit_the_end_of_a_shift_sends_an_officer() -> None:
    evening = NOON.replace(hour=19, minute=45)
    story = given(report("DISPUTE", now=evening, facts=states(violence=False, domestic="none")))
    story.when(LetTimePass(call_id=CALL, now=NOON.replace(hour=20, minute=30), by="engine"))
    assert story.then("call_handed_back", "call_not_served").the(CallNotServed).reason == "shift_end"


def test_a_unit_on_scene_stays_with_the_person_when_its_shift_ends() -> None:
    evening = NOON.replace(hour=18, minute=10)
    story = given(report(now=evening))
    for minutes, command in ((1, ClaimCall), (2, ArriveOnScene)):
        story.when(command(call_id=CALL, now=evening + timedelta(minutes=minutes), by="unit:CSO-1", unit="CSO-1"))
    warned = LetTimePass(call_id=CALL, now=NOON.replace(hour=23), by="engine")
    story.when(warned).then("shift_ending").when(warned).then_nothing()


# --- handed back ---


def test_a_unit_hands_a_call_to_the_next() -> None:
    back = HandBackCall(call_id=CALL, now=after(5), by="unit:CSO-1", unit="CSO-1", reason="wrong_area")
    story = given(report(), claim()).when(back).then("call_handed_back", "call_queued")
    assert story.the(CallQueued).unit == "CSO-2"


def test_a_unit_that_needs_an_officer_gets_one() -> None:
    back = HandBackCall(call_id=CALL, now=after(5), by="unit:CSO-1", unit="CSO-1", reason="unsafe")
    story = given(report(), claim()).when(back).then("call_handed_back", "route_overridden")
    assert story.the(RouteOverridden).reason == "cso-needs-officer"
    assert isinstance(story.call, WithOfficers)


# --- what nobody may ---


def test_a_call_that_nobody_reported_refuses_everything() -> None:
    for command in (claim(), overrule("cso"), close(), answer("weapon", value=False)):
        with pytest.raises(CallNotFoundError):
            given().when(command)


def test_a_cleared_call_refuses_what_needs_an_open_one() -> None:
    for command in (claim(), overrule("sworn"), answer("weapon", value=False)):
        with pytest.raises(CallClearedError):
            given(report(), close()).when(command)


def test_late_news_of_a_cleared_call_is_kept_without_sending_anybody() -> None:
    given(report(), close()).when(report(now=after(20), facts=states(weapon=True))).then("call_updated")


def test_an_old_closing_does_not_close_a_call_that_was_reported_anew_since() -> None:
    story = given(report(), close(), report(now=after(45), beat="C2"))
    story.when(close()).then_nothing()
    story.when(answer("weapon", value=False, now=after(400))).then("call_updated", "call_triaged")
    later = ClearCall(call_id=CALL, now=after(50), by="cad", unit=None, disposition="DONE")
    story.when(later).then("call_cleared")


def test_news_after_the_clearing_opens_the_call_again() -> None:
    story = given(report(), close()).when(report(now=after(45), facts=states(weapon=True)))
    story.then("call_updated", "call_triaged")
    assert isinstance(story.call, WithOfficers)


@pytest.mark.parametrize(
    ("fact", "value"), [("weapon", "yes"), ("suicide", "maybe"), ("suicide", True), ("language", "elvish")]
)
def test_an_answer_must_be_one_of_the_facts_values(fact: str, value: bool | str) -> None:
    with pytest.raises(InvalidAnswerError):
        given(report()).when(answer(fact, value))


def test_nobody_answers_what_nobody_is_asked() -> None:
    for fact in ("nature", "severity", "wepon"):
        with pytest.raises(UnknownFactError):
            given(report()).when(answer(fact, value=True))


def test_calls_are_linked_once_and_never_to_themselves() -> None:
    link = LinkCall(call_id=CALL, now=NOON, by="dispatcher-7", other="2024000123457", relation="duplicate")
    given(report()).when(link).then("call_linked").when(link).then_nothing()
    with pytest.raises(SelfLinkError):
        given(report()).when(link.model_copy(update={"other": CALL}))
