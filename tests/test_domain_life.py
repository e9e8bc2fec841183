"""The life of a call with a CSO unit, told as stories."""

from datetime import timedelta

import pytest

from tests.small_policy import ROSTER, SMALL_POLICY, unit
from tests.spec import CALL, NOON, after, answer, claim, close, given, pass_time, report, states
from triage.domain.call import Cleared, Taken, Waiting, WithOfficers
from triage.domain.commands import (
    ArriveOnScene,
    ClaimCall,
    GoEnRoute,
    HandBackCall,
    LetTimePass,
    ReleaseCall,
    RequestBackup,
)
from triage.domain.errors import (
    CallNotInQueueError,
    CallNotTakenError,
    CallTakenError,
    DispositionRefusedError,
    UnknownUnitError,
    WrongQueueError,
)
from triage.domain.events import (
    CallHandedBack,
    CallNotServed,
    CallQueued,
    CallTriaged,
    RouteOverridden,
    ShiftEnding,
)

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
