"""A small, sound agency folder for tests, alone or on a library, and ways to break them."""

from collections.abc import Mapping
from pathlib import Path

from triage.domain.facts import DANGERS, FACTS
from triage.rulebook import Problem, check
from triage.rulebook.folder import read_files

AGENCY = """\
name: Test City
time_zone: America/Los_Angeles
classifier: none
authority_limit: 0.01
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
code,description,apco,cso,outcome,source
ASSISTANCE RENDERED,Helped,18,yes,no_authority,assumption
PHYSICAL ARREST MADE,Arrest,03,no,authority,assumption
"""

PRIORITIES = """\
code,level,source
1,emergency,assumption
2,urgent,assumption
3,routine,assumption
-1,low,assumption
"""

CHANNELS = """\
code,channel,source
911,911,assumption
ONVIEW,officer,assumption
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
    "channels.csv": CHANNELS,
    "cues.yaml": CUES,
    "dispositions.csv": DISPOSITIONS,
    "priorities.csv": PRIORITIES,
    "profiles.yaml": PROFILES,
    "rules/danger.yaml": "".join(_danger(fact) for fact in ALONE),
    "rules/programmes.yaml": PROGRAMMES,
    "units.yaml": UNITS,
}


GATE = """\
- id: sworn-if-not-reviewed
  effect: require_sworn
  when: {nature: [X-REVIEW]}
  because: Nobody has confirmed the call type.
  source: assumption
  examples:
    - {given: {nature: X-REVIEW}, matches: true}
    - {given: {nature: NOISE}, matches: false}
"""

CANONICAL_TYPES = """\
code,description,profile,presumes,severity,likelihood,final,source
ASLT,Assault,nothing,weapon=yes violence=yes,serious,likely,authority,assumption
NOISE,Noise,calm,,minor,remote,non_criminal,assumption
PARKING,Parking,calm,juvenile=no,minor,remote,parking,assumption
WELFARE,Welfare check,calm,medical_emergency=?,moderate,possible,crime,assumption
"""

COMMON: Mapping[str, str] = {
    "canonical_types.csv": CANONICAL_TYPES,
    "cues.yaml": CUES,
    "dispositions.csv": "code,description,apco,cso,outcome,source\nsettled,Settled,18,yes,no_authority,assumption\n",
    "override_reasons.yaml": "reasons: {caller-updated: The caller said more.}\n",
    "profiles.yaml": PROFILES,
    "rules/danger.yaml": FILES["rules/danger.yaml"] + GATE,
    "rules/programmes.yaml": PROGRAMMES,
}
"""A library that holds what the small city has, and a rule for call types under review."""

INCLUDE = "[canonical_types, cues, dispositions, override_reasons, profiles, rules/danger, rules/programmes]"
CITY: Mapping[str, str | None] = {
    "agency.yaml": AGENCY.replace("switches:", f"library: ../common\ninclude: {INCLUDE}\nswitches:"),
    **dict.fromkeys(("cues.yaml", "profiles.yaml", "rules/danger.yaml", "rules/programmes.yaml")),
}
"""What is other in a city that takes all this from the library."""


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


def on_library(
    folder: Path,
    changes: Mapping[str, str | bytes | None] | None = None,
    common: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """The city's folder, beside its library, with some files of each changed or, where None, left out."""
    for name, text in {**COMMON, **(common or {})}.items():
        if text is not None:
            path = folder / "common" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    city = write(folder / "city", {**CITY, **(changes or {})})
    if not list((city / "rules").iterdir()):
        (city / "rules").rmdir()
    return city


def files_of(folder: Path) -> dict[str, bytes]:
    """What `check` reads of a folder and of its library, by name; nothing may be wrong with reading."""
    found: list[Problem] = []
    files = read_files(folder, found)
    assert found == []
    return files


def said(city: Path) -> list[str]:
    """What `check` says of a folder: one text for each error or warning."""
    return [str(problem) for problem in check(city).problems]


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
