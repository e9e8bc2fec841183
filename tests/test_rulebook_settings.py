"""Settings, roster, cues and dispositions: what they hold, and what they are told when they are wrong."""

from datetime import time
from pathlib import Path

import pytest

from tests.rulebook_folder import FILES, edited, problems, told, write
from triage.domain.roster import Shift, Supervisor, Unit
from triage.rulebook import load

SLUG = "a name of lower-case letters and digits joined by single hyphens, at most 64 characters"
SUCH_AS = "for example `America/Los_Angeles`"
CLOCK = "a time of day: write hours and minutes, for example 09:30 or 20:30"
RISK = "a number above 0 and at most 1, for example 0.01"


def test_the_roster_holds_what_the_file_says_in_the_agencys_zone(tmp_path: Path) -> None:
    roster = load(write(tmp_path)).roster
    assert (roster.time_zone, roster.warn_minutes) == ("America/Los_Angeles", 30)
    assert roster.shifts == (
        Shift(id="early", days=("monday", "tuesday"), start=time(10, 30), end=time(19)),
        Shift(id="late", days=("saturday",), start=time(12), end=time(20, 30)),
    )
    assert roster.units[0] == Unit(
        id="CSO-1",
        shift="early",
        programmes=("navigation", "community"),
        areas=("NORTH", "B1"),
        languages=("english", "spanish"),
        mode="vehicle",
        partner="CSO-2",
        capacity=3,
    )
    assert [(unit.id, unit.partner) for unit in roster.units[1:]] == [("CSO-2", "CSO-1"), ("CSO-3", None)]
    assert roster.supervisors == (Supervisor(id="SUP-1", shift="early"),)


def test_a_partner_may_be_said_to_be_nobody(tmp_path: Path) -> None:
    changes = edited("units.yaml", "languages: [asl], mode: foot,", "languages: [asl], mode: foot, partner: null,")
    assert load(write(tmp_path, changes)).roster.units[2].partner is None


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        ("name: Test City", "name: ''", "1: name: is empty", None),
        (
            "America/Los_Angeles",
            "America/Los_Angelos",
            f"2: time_zone: unknown time zone `America/Los_Angelos`, {SUCH_AS}",
            "America/Los_Angeles",
        ),
        (
            "America/Los_Angeles",
            "../../etc/passwd",
            f"2: time_zone: unknown time zone `../../etc/passwd`, {SUCH_AS}",
            None,
        ),
        (
            "America/Los_Angeles",
            "america/los_angeles",
            f"2: time_zone: unknown time zone `america/los_angeles`, {SUCH_AS}",
            "America/Los_Angeles",
        ),
        ("classifier: none", "classifier: null", "3: classifier: is empty", None),
        ("classifier: none", "classifier: [none]", "3: classifier: should be one value, not a list or a table", None),
        ("authority_limit: 0.01", "authority_limit: 0", f"4: authority_limit: `0` is not {RISK}", None),
        ("authority_limit: 0.01", "authority_limit: 1.01", f"4: authority_limit: `1.01` is not {RISK}", None),
        ("authority_limit: 0.01", "authority_limit: .nan", f"4: authority_limit: `.nan` is not {RISK}", None),
        ("quiet-hours: false", "quiet-hours: off", "5: switches.quiet-hours: unknown value `off`", None),
        ("officer-on-scene:", "Officer on scene:", f"7: override_reasons: `Officer on scene` is not {SLUG}", None),
        (
            "override_reasons:\n",
            "override_reason:\n",
            "6: override_reason: unknown field `override_reason`",
            "override_reasons",
        ),
        ("classifier: none\n", "", "1: classifier: is missing", None),
        (
            "classifier: none\n",
            "classifier: none\nreview: [time_zon]\n",
            "4: review: unknown setting `time_zon`",
            "time_zone",
        ),
        ("classifier: none\n", "classifier: none\nreview: [include]\n", "4: review: unknown setting `include`", None),
        (
            "classifier: none\n",
            "classifier: none\nreview: []\n",
            "4: review: is empty: the list needs at least one entry",
            None,
        ),
    ],
)
def test_an_error_in_the_settings_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"agency.yaml:{problem}", near) in told(tmp_path, edited("agency.yaml", old, new))


def test_a_switch_that_no_rule_hangs_on_is_warned_about(tmp_path: Path) -> None:
    changes = edited("agency.yaml", "quiet-hours: false", "quiet-hours: false, spare: true")
    assert problems(tmp_path, changes) == ["agency.yaml:5: switches: no rule hangs on the switch `spare`"]


def test_settings_that_cannot_be_read_do_not_make_every_switch_unknown(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"agency.yaml": "- x"})
    assert problem.startswith("agency.yaml:1: should be a table with the fields name, time_zone")


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        ("warn_minutes: 30", "warn_minutes: 241", "1: warn_minutes: `241` is not a whole number from 0 to 240", None),
        ("[tuesday, monday]", "[tuesday, mondy]", "3: shifts.days: unknown day `mondy`", "monday"),
        ("[tuesday, monday]", "[]", "3: shifts.days: is empty: the list needs at least one entry", None),
        ("start: 10:30", "start: 24:00", f"3: shifts.start: `24:00` is not {CLOCK}", None),
        ("start: 10:30", "start: 630", f"3: shifts.start: `630` is not {CLOCK}", None),
        (', end: "19:00"', "", "3: shifts.end: is missing", None),
        ("{id: late, days", "{id: early, days", "4: shifts.id: `early` is already used in units.yaml:3", None),
        ("    shift: early\n", "    shift: earli\n", "7: units.shift: unknown shift `earli`", "early"),
        ("programmes: [youth]", "programmes: [young]", "16: units.programmes: unknown programme `young`", "youth"),
        ("areas: [SOUTH]", "areas: []", "16: units.areas: is empty: the list needs at least one entry", None),
        ("areas: [NORTH, B1]", "areas: [NORTH, NORTH]", "9: units.areas: `NORTH` is listed twice", None),
        ("areas: [NORTH, B1]", "areas: [NORTH, '']", "9: units.areas: is empty", None),
        ("languages: [asl]", "languages: [french]", "16: units.languages: unknown language `french`", None),
        ("mode: vehicle", "mode: vehicel", "11: units.mode: unknown mode `vehicel`", "vehicle"),
        ("capacity: 3", "capacity: 101", "13: units.capacity: `101` is not a whole number from 1 to 100", None),
        ("{id: CSO-3,", "{id: CSO-2,", "16: units.id: `CSO-2` is already used in units.yaml:14", None),
        (
            "{id: CSO-3,",
            "{id: CSO 3,",
            "16: units.id: `CSO 3` is not a call sign: letters, digits and `._-`, at most 32 characters",
            None,
        ),
        ("partner: CSO-2", "partner: CSO-9", "12: units.partner: no other unit is called `CSO-9`", "CSO-3"),
        ("partner: CSO-2", "partner: CSO-1", "12: units.partner: no other unit is called `CSO-1`", "CSO-3"),
        (
            "partner: CSO-2",
            "partner: CSO-3",
            "12: units.partner: `CSO-3` has no partner: partners must name each other",
            None,
        ),
        (
            "partner: CSO-2",
            "partner: CSO-3",
            "15: units.partner: `CSO-1` has `CSO-3` as its partner: partners must name each other",
            None,
        ),
        ("id: SUP-1", "id: CSO-1", "18: supervisors.id: `CSO-1` is already used in units.yaml:6", None),
        ("SUP-1, shift: early", "SUP-1, shift: night", "18: supervisors.shift: unknown shift `night`", None),
        ("supervisors:\n", "supervisor:\n", "1: supervisors: is missing", None),
    ],
)
def test_an_error_in_the_roster_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"units.yaml:{problem}", near) in told(tmp_path, edited("units.yaml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        ("fact: weapon", "fact: weapn", "3: cues.fact: unknown fact `weapn`", "weapon"),
        ("fact: weapon", "fact: severity", "3: cues.fact: unknown fact `severity`", None),
        (
            "value: true",
            "value: false",
            "3: cues.value: `weapon=false` is no danger: words alone never make a call safer",
            None,
        ),
        ("value: shelter", "value: sheltr", "4: cues.value: unknown value `sheltr`", "shelter"),
        ("words: [tent]", "words: []", "4: cues.words: is empty: the list needs at least one entry", None),
        ("words: [gun, guns]", "words: [gun, gun]", "3: cues.words: `gun` is listed twice", None),
        ("id: shelter", "id: gun", "4: cues.id: `gun` is already used in cues.yaml:3", None),
        ("words: [tent], source: assumption", "words: [tent]", "4: cues.source: is missing", None),
        ("negations: [no, not]", "negations: no", "1: negations: should be a list: write it in square brackets", None),
    ],
)
def test_an_error_in_a_cue_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"cues.yaml:{problem}", near) in told(tmp_path, edited("cues.yaml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        (
            "PHYSICAL ARREST MADE",
            "assistance  rendered",
            "3: code: `ASSISTANCE RENDERED` is already used in dispositions.csv:2",
            None,
        ),
        ("03,no", "03,perhaps", "3: cso: unknown value `perhaps`", None),
        ("03,no", "03,", "3: cso: is missing", None),
        ("Arrest,", "Arrest, again,", "3: the row has 7 cells, the header 6: is a comma not in quotes?", None),
        ("code,", "kode,", "1: kode: unknown column", "code"),
        ("no,authority", "no,autority", "3: outcome: unknown outcome `autority`", "authority"),
        ("03,no,authority", "03,no,", "3: outcome: is missing", None),
    ],
)
def test_an_error_in_a_disposition_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"dispositions.csv:{problem}", near) in told(tmp_path, edited("dispositions.csv", old, new))


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        ("2,urgent", "2,urgant", "3: level: unknown priority `urgant`", "urgent"),
        ("2,urgent", "1,urgent", "3: code: `1` is already used in priorities.csv:2", None),
        ("2,urgent", ",urgent", "3: code: is missing", None),
        ("2,urgent,assumption", "2,urgent,", "3: source: is missing", None),
        ("code,level", "code,levle", "1: levle: unknown column", "level"),
        ("code,level,source", "code,level", "1: the header lacks `source`", None),
    ],
)
def test_an_error_in_a_priority_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"priorities.csv:{problem}", near) in told(tmp_path, edited("priorities.csv", old, new))


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        ("911,911", "911,912", "2: channel: unknown channel `912`", "911"),
        ("911,911", "Onview,phone", "3: code: `ONVIEW` is already used in channels.csv:2", None),
        ("ONVIEW,officer", "ONVIEW,offiser", "3: channel: unknown channel `offiser`", "officer"),
    ],
)
def test_an_error_in_a_channel_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"channels.csv:{problem}", near) in told(tmp_path, edited("channels.csv", old, new))


@pytest.mark.parametrize("name", ["priorities.csv", "channels.csv"])
def test_a_code_without_a_meaning_is_unknown_and_a_table_may_say_so_of_all(tmp_path: Path, name: str) -> None:
    (header, *_) = FILES[name].splitlines()
    policy = load(write(tmp_path / "one", {name: f"{header}\n7,,assumption\n"}))
    assert (policy.priorities if name.startswith("p") else policy.channels) == {}
    empty = load(write(tmp_path / "none", {name: f"{header}\n"}))
    assert (empty.priorities if name.startswith("p") else empty.channels) == {}
