"""When units are on shift, right across both daylight-saving changes, and why one is chosen or none."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.small_policy import EARLY, LATE, ROSTER, unit
from triage.domain.roster import WEEKDAYS, Need, Roster, Shift, Window, choose
from triage.rulebook import load

SEATTLE = ZoneInfo("America/Los_Angeles")
ROSTER_OF_SEATTLE = load(Path(__file__).parents[1] / "config" / "seattle").roster


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=SEATTLE)  # type: ignore[misc,arg-type]


def need(**fields: object) -> Need:
    now = fields.pop("now", local(2024, 5, 15, 12, 30))
    assert isinstance(now, datetime)
    standard: dict[str, object] = {
        "programme": "navigation",
        "areas": frozenset({"EAST"}),
        "language": None,
        "vehicle": False,
        "two_together": False,
        "latest": now + timedelta(hours=1),
    }
    return Need(**{**standard, **fields})  # type: ignore[arg-type]


def one(shift: Shift) -> Roster:
    return Roster(
        time_zone="America/Los_Angeles",
        warn_minutes=30,
        shifts=(shift,),
        units=(unit("CSO-1", shift.id),),
        supervisors=(),
    )


def windows(shift: Shift, now: datetime) -> list[Window]:
    roster = one(shift)
    return list(roster.windows(roster.units[0], now))


def test_a_shift_runs_from_its_start_up_to_its_end() -> None:
    on, off = local(2024, 5, 15, 10, 30), local(2024, 5, 15, 19)
    roster = one(EARLY)
    for now, expected in (
        (on - timedelta(seconds=1), "outside_hours"),
        (on, None),
        (off - timedelta(seconds=1), None),
        (off, "outside_hours"),
    ):
        assert choose(roster, need(now=now, latest=now), {}, now).shortfall == expected


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2024, 3, 9), 23), ((2024, 3, 10), 24), ((2024, 11, 2), 25), ((2024, 11, 3), 24), ((2024, 5, 15), 24)],
    ids=["before spring", "spring", "before autumn", "autumn", "ordinary"],
)
def test_a_shift_keeps_its_wall_clock_across_both_changes(day: tuple[int, int, int], hours: int) -> None:
    daily = Shift(id="daily", days=WEEKDAYS, start=time(10, 30), end=time(19))
    first, second = windows(daily, local(*day, 9))[:2]
    assert first == Window(local(*day, 10, 30).astimezone(UTC), local(*day, 19).astimezone(UTC))
    assert second.start - first.start == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [((2024, 3, 9), 7), ((2024, 11, 2), 9), ((2024, 5, 14), 8)])
def test_a_night_shift_across_a_change_is_an_hour_shorter_or_longer(day: tuple[int, int, int], hours: int) -> None:
    night = Shift(id="night", days=WEEKDAYS, start=time(22), end=time(6))
    window = windows(night, local(*day, 22, 30))[0]
    assert window.end - window.start == timedelta(hours=hours)


def test_a_wall_time_that_comes_twice_cuts_no_shift_short() -> None:
    night = Shift(id="night", days=("saturday",), start=time(22), end=time(1, 30))
    window = windows(night, local(2024, 11, 2, 22, 30))[0]
    assert window.end - window.start == timedelta(hours=4, minutes=30)


def test_every_minute_of_both_changes_is_on_or_off_shift_as_its_wall_clock_says() -> None:
    for day in (local(2024, 3, 10), local(2024, 11, 3)):
        now = day.astimezone(UTC)
        for minute in range(26 * 60):
            moment = now + timedelta(minutes=minute)
            wall = moment.astimezone(SEATTLE)
            shift = Shift(id="small-hours", days=("sunday",), start=time(0, 30), end=time(5))
            on = windows(shift, moment)
            expected = wall.weekday() == 6 and time(0, 30) <= wall.time() < time(5)
            assert (bool(on) and on[0].start <= moment) == expected, wall


@pytest.mark.parametrize(
    ("fields", "loads", "reason"),
    [
        ({"programme": "youth", "areas": frozenset()}, {}, "area_unknown"),
        ({"areas": frozenset({"NORTH"})}, {}, "no_unit_in_area"),
        ({"language": "korean"}, {}, "no_language"),
        ({"areas": frozenset({"WEST"}), "vehicle": True}, {}, "no_vehicle"),
        ({"now": local(2024, 5, 19, 12, 30)}, {}, "outside_hours"),
        ({"areas": frozenset({"WEST"}), "two_together": True}, {}, "no_partner"),
        ({}, {"CSO-1": 2, "CSO-2": 2}, "capacity"),
    ],
)
def test_every_shortfall_has_its_reason(fields: dict[str, object], loads: dict[str, int], reason: str) -> None:
    now = fields.get("now", local(2024, 5, 15, 12, 30))
    assert isinstance(now, datetime)
    choice = choose(ROSTER, need(**fields), loads, now)
    assert (choice.unit, choice.shortfall) == (None, reason)


def test_a_programme_that_no_unit_has_is_named() -> None:
    alone = Roster(
        time_zone="America/Los_Angeles",
        warn_minutes=30,
        shifts=(EARLY,),
        units=(unit("CSO-1", "early", programmes=("youth",)),),
        supervisors=(),
    )
    assert choose(alone, need(), {}, local(2024, 5, 15, 12, 30)).shortfall == "no_unit_of_programme"


def test_the_reason_is_that_of_the_unit_that_came_nearest() -> None:
    choice = choose(ROSTER, need(language="somali"), {"CSO-1": 2}, local(2024, 5, 15, 12, 30))
    assert choice.shortfall == "capacity"
    assert [(look.unit, look.outcome) for look in choice.looks] == [("CSO-1", "capacity"), ("CSO-2", "no_language")]


def test_a_unit_that_comes_on_shift_within_the_wait_can_take_it() -> None:
    now = local(2024, 5, 15, 9, 45)
    choice = choose(ROSTER, need(now=now), {}, now)
    assert choice.unit is not None
    assert choice.unit.id == "CSO-1"
    assert choice.window is not None
    assert choice.window.start == local(2024, 5, 15, 10, 30)
    assert choose(ROSTER, need(now=now, latest=now + timedelta(minutes=44)), {}, now).shortfall == "outside_hours"


def test_a_week_of_waiting_reaches_monday_from_saturday_night() -> None:
    now = local(2024, 5, 18, 21)
    choice = choose(ROSTER, need(now=now, latest=now + timedelta(days=7)), {}, now)
    assert choice.window is not None
    assert choice.window.start == local(2024, 5, 20, 10, 30)


# --- the seeds' roster ---


def test_seattle_has_ten_csos_and_two_supervisors() -> None:
    assert len(ROSTER_OF_SEATTLE.units) == 10
    assert len(ROSTER_OF_SEATTLE.supervisors) == 2


def test_seattles_shifts_are_the_four_of_the_presentation() -> None:
    found = {
        (shift.days[0], shift.days[-1], len(shift.days), shift.start, shift.end) for shift in ROSTER_OF_SEATTLE.shifts
    }
    hours = ((time(10, 30), time(19)), (time(12), time(20, 30)))
    days = (("monday", "friday", 5), ("tuesday", "saturday", 5))
    assert found == {(*weekdays, *clock) for weekdays in days for clock in hours}
    assert {unit.shift for unit in ROSTER_OF_SEATTLE.units} == {shift.id for shift in ROSTER_OF_SEATTLE.shifts}


def test_nobody_works_on_sunday_and_every_precinct_has_somebody_on_every_other_day() -> None:
    for precinct in ("NORTH", "WEST", "EAST", "SOUTH", "SOUTHWEST"):
        for day, weekday in enumerate(WEEKDAYS):
            now = local(2024, 5, 13 + day, 13)
            choice = choose(ROSTER_OF_SEATTLE, need(areas=frozenset({precinct}), now=now, latest=now), {}, now)
            assert (choice.unit is None) == (weekday == "sunday"), (precinct, weekday)


def test_the_late_shift_has_no_monday() -> None:
    assert windows(LATE, local(2024, 5, 13, 13))[0].start == local(2024, 5, 14, 12)
