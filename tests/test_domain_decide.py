"""What is decided about a call when something becomes known or somebody decides otherwise, told as stories."""

import pytest

from tests.small_policy import SMALL_POLICY
from tests.spec import CALL, NOON, Story, after, answer, claim, close, given, overrule, pass_time, report, states
from triage.domain.call import Cleared, NotReported, WithAgency, WithOfficers
from triage.domain.commands import (
    ArriveOnScene,
    ClearCall,
    GoEnRoute,
    LinkCall,
    RefuseReport,
)
from triage.domain.desk import Desk
from triage.domain.errors import (
    CallClearedError,
    CallNotFoundError,
    CallNotInQueueError,
    CallUnreadableError,
    DangerKnownError,
    InvalidAnswerError,
    NoUnitError,
    RouteUnchangedError,
    SelfLinkError,
    UnknownFactError,
    UnknownReasonError,
)
from triage.domain.events import (
    Assessment,
    CallNotServed,
    CallQueued,
    CallTriaged,
    CallUpdated,
    CsoRecalled,
    RouteOverridden,
)
from triage.domain.report import Unreadable

PAGE = Unreadable(
    source="calls.csv", line=7, field="reported_at", reason="not a time", fingerprint="0" * 16, call_id=CALL
)
UNREADABLE = RefuseReport(call_id=CALL, now=NOON, by="cad", unreadable=PAGE)


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


def test_a_report_that_says_the_same_later_is_kept_and_nothing_is_decided_anew() -> None:
    story = given(report()).when(report(now=after(5))).then("call_updated")
    story.when(report(now=after(5))).then()
    story.when(report(now=after(2))).then()


def test_a_late_report_never_goes_before_a_newer_one_that_only_said_the_same_again() -> None:
    story = given(report("ROBBERY"), report("ROBBERY", now=after(9))).when(report("WELFARE CHECK", now=after(5))).then()
    assert not isinstance(story.call, NotReported)
    assert story.call.file.particulars is not None
    assert story.call.file.particulars.call_type == "ROBBERY"
    assert story.call.file.route == "sworn"


@pytest.mark.parametrize("order", [("ROBBERY", "WELFARE CHECK"), ("WELFARE CHECK", "ROBBERY")])
def test_of_two_reports_of_one_moment_the_more_cautious_holds_in_whatever_order(order: tuple[str, str]) -> None:
    story = given(*(report(call_type) for call_type in order))
    assert not isinstance(story.call, NotReported)
    assert story.call.file.particulars is not None
    assert story.call.file.particulars.call_type == "ROBBERY"
    assert story.call.file.route == "sworn"


def test_a_call_that_is_reported_again_after_its_clearing_is_open_again_even_if_the_report_says_the_same() -> None:
    story = given(report(), close(now=after(3))).when(report(now=after(9)))
    assert story.then("call_updated", "call_triaged", "call_queued").the(CallTriaged).route == "cso"


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
    assert story.the(CallNotServed).reason == "risk_too_high"


def test_a_risk_below_the_ceiling_changes_nothing() -> None:
    assert given(risk=0.009).when(report()).the(CallTriaged).because == ("welfare",)


def test_a_risk_without_a_ceiling_withholds_the_cso_however_small_it_is() -> None:
    unsure = Assessment(risk=0.0, model="fake", abstained=None)
    assert Story(Desk(SMALL_POLICY), unsure).when(report()).the(CallTriaged).because == ("risk-too-high",)


def test_an_abstention_withholds_the_cso_even_where_the_policy_would_do_without_a_classifier() -> None:
    unsure = Assessment(risk=None, model="fake", abstained="it never saw the like")
    story = Story(Desk(SMALL_POLICY), unsure).when(report()).then("call_reported", "call_triaged", "call_not_served")
    assert story.the(CallTriaged).because == ("classifier-abstained",)


def test_a_policy_that_requires_a_classifier_is_sworn_without_one() -> None:
    policy = SMALL_POLICY.model_copy(update={"classifier": "required"})
    story = given(policy=policy).when(report()).then("call_reported", "call_triaged", "call_not_served")
    assert story.the(CallTriaged).because == ("classifier-abstained",)
    assert story.the(CallNotServed).reason == "classifier_abstained"


def test_an_officer_who_goes_along_needs_no_classifier() -> None:
    assert given(risk=0.9).when(report("PERSON IN CRISIS")).the(CallTriaged).route == "co_response"


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


def test_an_officers_hand_over_outlasts_an_unreadable_report_but_no_new_danger() -> None:
    handed = given(report(), UNREADABLE, overrule("cso", "officer-on-scene"))
    handed.when(answer("juvenile", value=True)).then("call_updated", "call_triaged")
    assert handed.the(CallTriaged).route == "cso"
    handed.when(answer("weapon", value=True)).then("call_updated", "call_triaged", "cso_recalled")
    assert handed.the(CallTriaged).route == "sworn"


def test_an_override_needs_a_unit() -> None:
    with pytest.raises(NoUnitError, match="no unit in area"):
        given(report("DISPUTE", precinct="NORTH", beat=None)).when(overrule("cso"))


def test_an_override_to_what_holds_already_is_refused() -> None:
    with pytest.raises(RouteUnchangedError):
        given(report()).when(overrule("cso"))


def test_an_unknown_reason_is_told_the_valid_ones() -> None:
    with pytest.raises(UnknownReasonError, match="did you mean `supervisor-judgement`"):
        given(report()).when(overrule("sworn", "supervisors-judgement"))


# --- what nobody may ---


def test_a_call_that_nobody_reported_refuses_everything() -> None:
    for command in (claim(), overrule("cso"), close(), answer("weapon", value=False)):
        with pytest.raises(CallNotFoundError):
            given().when(command)


def test_a_cleared_call_refuses_what_needs_an_open_one() -> None:
    for command in (claim(), overrule("sworn")):
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


def test_an_answer_about_a_cleared_call_is_kept_without_opening_it() -> None:
    story = given(report(), close()).when(answer("weapon", value=True, now=after(45))).then("call_updated")
    assert isinstance(story.call, Cleared)
    story.when(report(now=after(50), beat="C2")).then("call_updated", "call_triaged")
    assert story.the(CallTriaged).because == ("weapon",)


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
