"""Seattle's call-type table: complete, valid, strict where the name says danger and brave where the guidance is."""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.policy import CallType

ROOT: Final = Path(__file__).parents[1]
AGENCY: Final = ROOT / "config" / "seattle"
COMMON: Final = ROOT / "config" / "common"
SHARED: Final = ROOT.parent / "shared"
DATA: Final = SHARED / "data"

COLUMNS: Final = ("call_type", "canonical", "fidelity", "profile", "presumes", "severity", "likelihood", "source")
DEFAULTS: Final = ("profile", "presumes", "severity", "likelihood")
FROM_COLUMNS: Final = frozenset({"nature", "severity", "likelihood", "priority", "channel"})
DANGERS: Final = tuple(name for name, spec in FACTS.items() if spec.ordered and name not in FROM_COLUMNS)
OURS: Final = frozenset({"X-GRAFFITI", "X-MEDIATE", "X-OFFICER", "X-SHELTER", "X-TEST", "X-UNKNOWN"})
NEVER_CSO: Final = """
ABDUCTF ABDUCTNF ACTSHOOT ASSAULT BARICADE BOMB BURGLARY CARJACK CU1 DVA FIGHT HLP1 HOLD HOMICIDE HOSTAGE MTLV
NCRASLTWF PURSUIT ROBBERY SHOOT STABBING STKX WEAPON
"""

HARD_WORDS: Final = (
    *("IP/JO", "- IP -", "- JO -", "IN PROGRESS", "CRITICAL", "IMMINENT", "EMERGENCY", "URGENT", "HELP THE OFFICER"),
    *("SHOOT", "SHOTS", "SHOT AT", "GUN", "WEAPN", "WEAPON", "WITH WEAPONS", "FIREARM", "ARMED", "BOMB", "EXPLO"),
    *("ASLT", "ASSAULT", "FIGHT", "THREATS", "ROBBERY", "PURSE SNATCH", "BURG", "ARSON", "HOMICIDE", "GANG"),
    *("RAPE", "MOLEST", "LURING", "TRAFFICKING", "EXPLOITATION", "KIDNAP", "ABDUCTION", "AMBER", "HOSTAGE", "CHILD"),
    *("DV", "DOMESTIC", "COURT ORDER", "SUICID", "CRISIS", "MENTAL", "MISSING - ", "DOA", "OVERDOSE", "INJUR"),
    *("DUI", "D.U.I.", "PURSUIT", "ELUDING", "ESCAPE", "WARRANT", "UNKNOWN", "OPEN LINE", "ALARM", "PROWLER"),
)
NOT_SO_HARD: Final = {
    "ASSIST PUBLIC - NO WELFARE CHK OR DV ORDER SER...": "DV",
    "ASSIST PUBLIC - NO WELFARE CHK OR DV ORDER SERVICE": "DV",
}

PRESUMED_SAFE: Final = """
ABANDONED VEHICLE | ASSIST PUBLIC - NO WELFARE CHK OR DV ORDER SER... |
ASSIST PUBLIC - NO WELFARE CHK OR DV ORDER SERVICE | ASSIST PUBLIC - OTHER (NON-SPECIFIED) |
AUTO - THEFT/LOSS OF PLATES | AUTO - THEFT/LOSS, PLATES AND/OR TAB | AUTOMOBILES - ABANDONED CAR |
AUTOMOBILES - LICENSE PLATE(S) THEFT OR LOSS | DETOX - PICKUP (FIRE / POLICE STANDING BY) |
DETOX - REQUEST FOR | DISTURBANCE - NOISE | DISTURBANCE - NOISE RESIDENTIAL | FOLLOW UP | ILLEGAL DUMPING |
JUVENILE - RUNAWAY | LIQUOR VIOLATIONS - BUSINESS | LITTERING | NOISE - ANIMAL (INCLUDES BARKING DOGS) |
NOISE - DIST, GENERAL (CONST, RESID, BALL PLAY) | NOISE - DISTURBANCE (PARTY, ETC) | NOISE - GENERAL |
OBS - NOISE - DISTURBANCE (PARTY, ETC) | OBS - SECONDARY - PROPERTY DAMAGE/DESTRUCTION |
OBS - SECONDARY - THEFT | PARKING VIOLATION (EXCEPT ABANDONED CAR) | PERSON - RUNAWAY | PERSON - TRUANCY |
PHONE - OBSCENE OR NUISANCE PHONE CALLS | PREMISE CHECKS - REQUEST TO WATCH | PROPERTY - FOUND |
PROPERTY - FOUND PROPERTY | PROPERTY - FOUND PROPERTY (NON-SPD SIN) | PROPERTY - LOST OR MISSING |
PROPERTY - MISSING PROPERTY | REQUEST TO WATCH | SECONDARY - FOLLOW UP |
SECONDARY - FORGERY/BUNCO/SCAMS/ID THEFT | SECONDARY - PROPERTY DAMAGE/DESTRUCTION |
SECONDARY - PROPERTY, LOST OR MISSING | SECONDARY - THEFT (NOT SHOPLIFT OR SERVICES) |
SECONDARY - THEFT OF SERVICES | SERVICE - WELFARE CHECK | SLEEPER ABOARD BUS/COMMUTER TRAIN |
TRAFFIC - COMMUNITY TRAFFIC COMPLAINT (CTC) | TRAFFIC - PARKING VIOL (EXCEPT ABANDONED CAR) |
TREES DOWN, OBSTRUCTING PUBLIC PROP (NO HAZ) | TRU - ACC - HIT AND RUN | TRU - AUTO THEFT |
TRU - DISTURBANCE | TRU - FOLLOW UP | TRU - FORGERY/CHKS/BUNCO/SCAMS/ID THEFT | TRU - FRAUD |
TRU - HARASSMENT | TRU - ILLEGAL DUMPING | TRU - LEWD CONDUCT | TRU - LITTERING | TRU - MVC - HIT AND RUN |
TRU - NUISANCE | TRU - OBSCENE OR NUISANCE PHONE CALLS | TRU - PROPERTY DESTRUCTION/DAMAGE |
TRU - PROPERTY, LOST OR MISSING | TRU - ROAD RAGE | TRU - SEX IN PUBLIC | TRU - SHOPLIFT |
TRU - SUSPICIOUS CIRCUMSTANCES | TRU - THEFT | TRU - THEFT OF SERVICES |
VICE - LIQUOR (BUSINESS ESTABLISHMENT) | WATER FLOODS (BROKEN MAINS/HYDRANTS, NO HAZ)
"""

SCREENED: Final = {
    "DISTURBANCE, MISCELLANEOUS/OTHER": {"violence", "weapon"},
    "DOWN - CHECK FOR PERSON DOWN": {"medical_emergency"},
    "FIGHT - VERBAL/ORAL (NO WEAPONS)": {"violence"},
    "HARAS - NO BIAS, THREATS OR MALICIOUSNESS": {"violence", "suspect_on_scene"},
    "LIQUOR VIOLATIONS - ADULT": {"violence"},
    "NUISANCE - MISCHIEF": {"violence"},
    "PANHANDLING, AGGRESSIVE": {"violence"},
    "PERSON IN BEHAVIORAL/EMOTIONAL CRISIS": {"weapon", "violence", "suicide"},
    "SUSPICIOUS PERSON, VEHICLE OR INCIDENT": {"weapon", "violence", "crime_in_progress", "suspect_on_scene"},
    "TRESPASS": {"violence", "suspect_on_scene"},
}


class Row(NamedTuple):
    """One row of the table, what it presumes in the end, and its overrides that change nothing of its profile."""

    cells: dict[str, str]
    presumed: dict[str, FactValue]
    useless: tuple[str, ...]

    @property
    def name(self) -> str:
        """The call type as SPD writes it."""
        return self.cells["call_type"]

    @property
    def dangers(self) -> dict[str, FactValue]:
        """The facts that it presumes to be worse than their safest value."""
        return {fact: value for fact, value in self.presumed.items() if fact in DANGERS and FACTS[fact].rank(value) > 0}

    @property
    def unknown(self) -> set[str]:
        """The dangers of which it says nothing: what a caller will be asked."""
        return set(DANGERS) - set(self.presumed)

    @property
    def safe(self) -> bool:
        """Whether every danger is presumed absent."""
        return not self.dangers and not self.unknown


def normalised(name: str) -> str:
    """A name as the table is searched: upper case, single spaces, no leading hyphens."""
    return " ".join(name.split()).upper().lstrip("-").strip()


@cache
def profiles() -> dict[str, dict[str, FactValue]]:
    """What each profile presumes, by its id."""
    return {entry["id"]: entry["presumes"] for entry in _profile_entries()}


@cache
def canonical_types() -> dict[str, dict[str, str]]:
    """What the library says of each canonical type, by its code."""
    return {line["code"]: line for line in _read(COMMON / "canonical_types.csv")}


@cache
def rows() -> tuple[Row, ...]:
    """The table's rows in the file's order."""
    with (AGENCY / "call_types.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(cells) for cells in csv.DictReader(file, strict=True))


def find(name: str) -> list[Row]:
    """The rows that hold `name`: its own, or else those whose cut-short name it begins with."""
    wanted = normalised(name)
    own = [row for row in rows() if normalised(row.name) == wanted]
    return own or [row for row in rows() if row.name.endswith("...") and wanted.startswith(_stem(row.name))]


def the(name: str) -> Row:
    """The one row that holds `name`."""
    (row,) = find(name)
    return row


@cache
def published() -> tuple[str, ...]:
    """Every call-type name in every Seattle file; blanks and lone hyphens mean missing and are not names."""
    names = {" ".join(name.split()) for path in _seattle_files() for name in _names(path)}
    return tuple(sorted(name for name in names if normalised(name)))


def _seattle_files() -> list[Path]:
    return sorted(path for path in DATA.glob("seattle_*/*") if path.name.endswith((".csv", ".csv.gz")))


def _names(path: Path) -> Iterator[str]:
    for line in _read(path):
        if line.get("city", "Seattle") == "Seattle":
            yield from (
                line[key] for key in ("call_type", "initial_call_type", "final_call_type") if _is_type(line, key)
            )


def _is_type(line: dict[str, str], key: str) -> bool:
    # In the row files `call_type` says how the call came in (911, ONVIEW ...); only the taxonomy names types by it.
    return key in line and (key != "call_type" or line.get("column") in {"Initial Call Type", "Final Call Type"})


def _read(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    else:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _profile_entries() -> list[dict[str, Any]]:
    document = yaml.safe_load((COMMON / "profiles.yaml").read_text(encoding="utf-8"))
    assert list(document) == ["profiles"]
    entries: list[dict[str, Any]] = document["profiles"]
    return entries


def _row(cells: dict[str, str]) -> Row:
    """The row with its empty cells as those of its canonical type; without a profile, all of these are its own."""
    default = canonical_types()[cells["canonical"]]
    assert cells["profile"] or not any(cells[name] for name in DEFAULTS)
    assert all(cells[name] for name in DEFAULTS if name != "presumes") or not cells["profile"]
    if not cells["profile"]:
        cells = cells | {name: default[name] for name in DEFAULTS}
    base = profiles()[cells["profile"]]
    presumed, useless = dict(base), []
    for pair in cells["presumes"].split():
        fact, _, text = pair.partition("=")
        value = {"yes": True, "no": False, "?": None}.get(text, text)
        if base.get(fact) == value:
            useless.append(pair)
        if value is None:
            presumed.pop(fact, None)
        else:
            presumed[fact] = value
    return Row(cells, presumed, tuple(useless))


def _stem(name: str) -> str:
    return normalised(name).removesuffix("...")


def _apco() -> set[str]:
    table = _read(SHARED / "reference" / "apco_incident_types" / "apco_ans_2.103.2_2019.csv")
    registry = json.loads((SHARED / "reference" / "eido_registries.json").read_text(encoding="utf-8"))
    return {line["code"] for line in table} | {code for code, _ in registry["IncidentTypeCommon"]}


def _name(row: Row) -> str:
    return row.name


every_row: Final = pytest.mark.parametrize("row", rows(), ids=_name)


def test_the_table_has_the_agreed_columns_and_is_sorted_by_name() -> None:
    header = (AGENCY / "call_types.csv").read_text(encoding="utf-8").splitlines()[0]
    assert tuple(header.split(",")) == COLUMNS
    assert [row.name for row in rows()] == sorted(row.name for row in rows())


@pytest.mark.published_data
def test_every_name_of_every_seattle_file_has_exactly_one_row() -> None:
    assert len(published()) > 500
    assert {name: len(find(name)) for name in published() if len(find(name)) != 1} == {}


@pytest.mark.published_data
def test_all_initial_and_final_types_of_the_taxonomy_are_there() -> None:
    lines = [
        line for line in _read(DATA / "seattle_vera_taxonomy" / "call_types_5cities.csv") if line["city"] == "Seattle"
    ]
    initial = {line["call_type"] for line in lines if line["column"] == "Initial Call Type"}
    final = {line["call_type"] for line in lines if line["column"] == "Final Call Type"} - {"", "-"}
    assert (len(initial), len(final)) == (312, 408)
    assert [name for name in initial | final if len(find(name)) != 1] == []


@pytest.mark.published_data
def test_no_row_is_invented_and_no_two_rows_hold_the_same_name() -> None:
    names = [normalised(row.name) for row in rows()]
    assert sorted(set(names)) == sorted(names)
    assert set(names) - {normalised(name) for name in published()} == set()


def test_a_name_is_found_whatever_its_case_spaces_and_leading_hyphens() -> None:
    assert the("--assigned   duty - court ").name == "ASSIGNED DUTY - COURT"
    assert find("NO SUCH TYPE") == []


def test_a_name_that_the_publisher_cut_short_says_the_same_as_the_whole_name() -> None:
    short = [row for row in rows() if row.name.endswith("...")]
    for row in short:
        twins = [other for other in rows() if other is not row and normalised(other.name).startswith(_stem(row.name))]
        assert [other.presumed for other in twins] == [row.presumed], row.name
        assert [other.cells["canonical"] for other in twins] == [row.cells["canonical"]], row.name
    assert len(short) == 6


def test_every_profile_is_valid_used_and_explained() -> None:
    entries = _profile_entries()
    ids = [entry["id"] for entry in entries]
    assert len(set(ids)) == len(ids)
    assert set(ids) == {row.cells["profile"] for row in rows()} | {row["profile"] for row in canonical_types().values()}
    for entry in entries:
        assert list(entry) == ["id", "presumes", "because", "source"]
        assert entry["because"].strip(), entry["id"]
        assert "assumption" in entry["source"], entry["id"]
        assert not FROM_COLUMNS & set(entry["presumes"]), entry["id"]
        Facts.model_validate(entry["presumes"], strict=True)


@every_row
def test_a_row_is_valid_by_the_domain_contract(row: Row) -> None:
    given = {key: row.cells[key] for key in ("severity", "likelihood")} | {"nature": row.cells["canonical"]}
    assert not FROM_COLUMNS & set(row.presumed)
    presumes = Facts.model_validate({**row.presumed, **given}, strict=True)
    assert CallType(name=row.name, canonical=row.cells["canonical"], presumes=presumes).name == row.name
    assert row.name == " ".join(row.name.split())
    assert row.useless == (), "an override that changes nothing"
    assert None not in row.cells
    assert None not in row.cells.values()


@pytest.mark.published_data
def test_every_canonical_code_is_apcos_or_marked_as_ours() -> None:
    apco = _apco()
    for row in rows():
        code, fidelity = row.cells["canonical"], row.cells["fidelity"]
        assert code in (OURS if fidelity == "none" else apco), row.name
        assert fidelity in {"exact", "close", "none"}, row.name


@pytest.mark.published_data
@every_row
def test_a_source_tells_the_truth(row: Row) -> None:
    source = row.cells["source"]
    assert source.endswith("assumption")
    for quoted in re.findall(r'SPD wording "([^"]+)"', source):
        assert quoted in row.name
    if stops := re.search(r"Terry stops 2015-18: ([\d,]+) stops, (\d+) % arrest, (\d+) % weapon", source):
        line = _line(DATA / "seattle_terry_stops" / "by_initial_call_type_911_phone.csv", "initial_call_type", row.name)
        assert stops[1].replace(",", "") == line["stops"]
        assert (int(stops[2]), int(stops[3])) == (_percent(line["arrest"]), _percent(line["weapon"]))
    if category := re.search(r"NICJR 2021 App. B: (.+?);", source):
        path = DATA / "seattle_nicjr_2021" / "spd_final_call_type_to_crime_category.csv"
        assert _line(path, "final_call_type", row.name)["nicjr_category"] == category[1]
    if arrests := re.search(r"NICJR 2021 table 7: (\d+) %", source):
        path = DATA / "seattle_nicjr_2021" / "table7_arrest_rates.csv"
        assert _line(path, "final_call_type", row.name)["pct_arrest_published"] == arrests[1]
    assert ("never-CSO code" in source) == (row.cells["canonical"] in NEVER_CSO.split())


@pytest.mark.parametrize("word", HARD_WORDS)
def test_hard_wording_never_presumes_every_danger_absent(word: str) -> None:
    hard = [row for row in rows() if word in row.name and NOT_SO_HARD.get(row.name) != word]
    assert hard, "a word that no type uses tests nothing"
    assert [row.name for row in hard if row.safe] == []


def test_in_progress_or_just_occurred_presumes_a_danger() -> None:
    wording = re.compile(r"(?<!INCLUDES )IP/JO|- IP -|- JO -|IN PROGRESS|CRITICAL")
    named = [row for row in rows() if wording.search(row.name)]
    assert len(named) > 40
    assert [row.name for row in named if not row.dangers] == []


def test_a_never_cso_code_is_neither_safe_nor_minor() -> None:
    never = [row for row in rows() if row.cells["canonical"] in NEVER_CSO.split()]
    assert len(never) > 60
    assert [row.name for row in never if row.safe or row.cells["severity"] == "minor"] == []


def test_exactly_these_types_presume_every_danger_absent() -> None:
    assert [row.name for row in rows() if row.safe] == [name.strip() for name in re.split(r" \|\s", PRESUMED_SAFE)]


def test_a_type_presumed_safe_has_a_mild_worst_case_and_asks_no_idle_question() -> None:
    for row in rows():
        if row.safe:
            assert row.cells["likelihood"] in {"remote", "unlikely"}, row.name
            assert row.cells["severity"] != "grave", row.name
            assert {"behavioral_crisis", "follow_up"} <= set(row.presumed), row.name


@pytest.mark.parametrize(("name", "asked"), SCREENED.items())
def test_a_type_that_needs_screening_leaves_only_that_open(name: str, asked: set[str]) -> None:
    row = the(name)
    assert row.unknown == asked
    assert row.dangers == {}


def test_an_officers_own_activity_never_presumes_a_danger_away() -> None:
    officer = [row for row in rows() if row.cells["canonical"] == "X-OFFICER"]
    assert {row.cells["profile"] for row in officer} == {"officer"}
    assert [row.name for row in officer if len(row.unknown) < len(DANGERS) - 2] == []


@pytest.mark.published_data
def test_a_type_whose_stops_often_found_a_weapon_does_not_presume_that_there_is_none() -> None:
    lines = list(_read(DATA / "seattle_terry_stops" / "by_initial_call_type_911_phone.csv"))
    often = [line["initial_call_type"] for line in lines if int(line["stops"]) >= 50 and float(line["weapon"]) >= 0.1]
    assert len(often) > 5
    assert [name for name in often if the(name).presumed.get("weapon") is False] == []


def _line(path: Path, key: str, name: str) -> dict[str, str]:
    return next(line for line in _read(path) if normalised(line[key]) == normalised(name))


def _percent(share: str) -> int:
    return int(100 * float(share) + 0.5)
