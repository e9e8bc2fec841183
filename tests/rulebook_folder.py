"""A small, sound agency folder for tests, and ways to break it."""

from collections.abc import Mapping
from pathlib import Path

from triage.domain.facts import DANGERS, FACTS
from triage.rulebook import check

AGENCY = """\
name: Test City
time_zone: America/Los_Angeles
classifier: none
risk_ceiling: 0.01
priorities: {1: emergency, 2: urgent, 3: routine, -1: low}
channels: {911: 911, ONVIEW: officer}
switches: {police-on-request: true, quiet-hours: false}
override_reasons:
  officer-on-scene: An officer is there and hands the call over.
  supervisor: A supervisor decides.
"""

CALL_TYPES = """\
call_type,canonical,fidelity,profile,presumes,severity,likelihood,source
--ASSAULT  - IP/JO,ASLT,exact,nothing,weapon=yes violence=yes,serious,likely,assumption
NOISE - DISTURBANCE (LOUD PARTY...,NOISE,exact,calm,,minor,remote,assumption
PARKING,PARKING,exact,calm,juvenile=no,minor,remote,"one, two"
WELFARE CHECK,WELFARE,close,calm,medical_emergency=? domestic=verbal,moderate,possible,assumption
"""

PROFILES = """\
profiles:
  - {id: nothing, presumes: {}, because: Nothing is known., source: assumption}
  - id: calm
    presumes: {weapon: no, violence: false, medical_emergency: no, domestic: none}
    because: Nobody to confront.
    source: assumption
"""

CUES = """\
negations: [no, not]
cues:
  - {id: gun, fact: weapon, value: true, words: [gun, guns], source: assumption}
  - {id: shelter, fact: need, value: shelter, words: [tent], source: assumption}
"""

UNITS = """\
warn_minutes: 30
shifts:
  - {id: early, days: [tuesday, monday], start: 10:30, end: "19:00", source: assumption}
  - {id: late, days: [saturday], start: 12:00, end: 20:30}
units:
  - id: CSO-1
    shift: early
    programmes: [navigation, community]
    areas: [NORTH, B1]
    languages: [english, spanish]
    mode: vehicle
    partner: CSO-2
    capacity: 3
  - {id: CSO-2, shift: late, programmes: [community], areas: [NORTH], languages: [english], mode: foot,
     partner: CSO-1, capacity: 2}
  - {id: CSO-3, shift: late, programmes: [youth], areas: [SOUTH], languages: [asl], mode: foot, capacity: 2}
supervisors:
  - {id: SUP-1, shift: early}
"""

DISPOSITIONS = """\
code,description,apco,cso,source
ASSISTANCE RENDERED,Helped,18,yes,assumption
PHYSICAL ARREST MADE,Arrest,03,no,assumption
"""

PROGRAMMES = """\
- id: cso-if-noise
  effect: allow_cso
  when: {nature: [NOISE], weapon: [false]}
  because: It is only noise.
  source: assumption
  programme: community
  wait_minutes: 120
  examples:
    - {given: {nature: NOISE, weapon: false}, matches: true}
    - {given: {nature: ASLT, weapon: null}, matches: false}
    - {given: {nature: NOISE}, matches: null}
- id: together-if-welfare
  effect: allow_co_response
  when: {nature: [WELFARE], domestic: [none, verbal]}
  because: An officer and a CSO go together.
  source: assumption
  programme: navigation
  wait_minutes: 30
  two_together: true
  vehicle: true
  examples:
    - {given: {nature: WELFARE, domestic: verbal}, matches: true}
    - {given: {nature: WELFARE, domestic: contact}, matches: false}
    - {given: {nature: WELFARE}, matches: null}
- id: parking-elsewhere
  effect: route_to
  when: {nature: [PARKING]}
  because: Parking enforcement does this.
  source: assumption
  agency: parking_enforcement
  examples:
    - {given: {nature: PARKING}, matches: true}
    - {given: {nature: NOISE}, matches: false}
- id: sworn-at-night
  effect: require_sworn
  when: {channel: [911], nature: [NOISE]}
  because: Nobody else works then.
  source: assumption
  switch: quiet-hours
  examples:
    - {given: {channel: "911", nature: NOISE}, matches: true}
    - {given: {channel: phone, nature: NOISE}, matches: false}
"""

_DANGER = """\
- id: sworn-if-{id}
  effect: require_sworn
  when: {{{fact}: [{danger}]}}
  because: This needs an officer.
  source: assumption
{more}  examples:
    - {{given: {{{fact}: {danger}}}, matches: true}}
    - {{given: {{{fact}: {safe}}}, matches: false}}
    - {{given: {{{fact}: null}}, matches: null}}
"""
_MORE = {
    "medical_emergency": "  notify: fire_department\n",
    "police_requested": "  switch: police-on-request\n",
}


def _danger(fact: str) -> str:
    values = [str(value).lower() for value in FACTS[fact].values]
    more = _MORE.get(fact, "")
    return _DANGER.format(id=fact.replace("_", "-"), fact=fact, danger=values[-1], safe=values[0], more=more)


ALONE = [name for name in DANGERS if FACTS[name].asked or name == "hazard_flag"]
"""The dangers that call an officer by themselves."""

FILES: Mapping[str, str] = {
    "agency.yaml": AGENCY,
    "call_types.csv": CALL_TYPES,
    "cues.yaml": CUES,
    "dispositions.csv": DISPOSITIONS,
    "profiles.yaml": PROFILES,
    "rules/danger.yaml": "".join(_danger(fact) for fact in ALONE),
    "rules/programmes.yaml": PROGRAMMES,
    "units.yaml": UNITS,
}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The sound folder at `folder`, with some files changed, or, where None, left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**FILES, **(changes or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def edited(name: str, old: str, new: str) -> dict[str, str]:
    """The sound file `name` with one piece of text replaced, to be handed to `write`."""
    assert FILES[name].count(old) == 1, f"`{old}` stands {FILES[name].count(old)} times in {name}"
    return {name: FILES[name].replace(old, new)}


def line_of(name: str, text: str) -> int:
    """The line of the sound file `name` that holds `text`."""
    assert FILES[name].count(text) == 1, f"`{text}` stands {FILES[name].count(text)} times in {name}"
    return FILES[name][: FILES[name].index(text)].count("\n") + 1


def problems(folder: Path, changes: Mapping[str, str | bytes | None]) -> list[str]:
    """What `check` says of the sound folder with these changes: one text for each error or warning."""
    return [str(problem) for problem in check(write(folder, changes)).problems]


def told(folder: Path, changes: Mapping[str, str | bytes | None]) -> list[tuple[str, str | None]]:
    """The same without the hints at the end: what is wrong and what was probably meant."""
    return [(str(item).split("; ")[0], item.nearest) for item in check(write(folder, changes)).problems]
